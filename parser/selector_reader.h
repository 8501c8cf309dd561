#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skitter::parser::selector {

// Reads the tokens of CSS off a text, character by character. What is open at its end is closed.
//
// Internal to parser/. Borrows the text. Source: CSS Syntax Level 3 §4 (tokenization), §6 (An+B).
class Reader {
 public:
  explicit Reader(std::string_view text) noexcept : text_(text) {}

  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  [[nodiscard]] bool is_done() const noexcept { return at_ >= text_.size(); }
  // NUL past the end: it stands nowhere else, being U+FFFD.
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void skip(std::size_t bytes) noexcept { at_ += bytes; }
  void go_back_to(std::size_t at) noexcept { at_ = at; }
  bool take(char c) noexcept;
  // True where there was white space; comments are none, and skipped too.
  bool skip_space() noexcept;
  void skip_comments() noexcept;

  [[nodiscard]] bool is_ident() const noexcept;  // one begins here
  [[nodiscard]] std::string take_ident();        // where is_ident()
  [[nodiscard]] std::string take_name();         // as of a hash: may begin with a digit; may be ""
  // nullopt where there is no string, or a line ends in it.
  [[nodiscard]] std::optional<std::string> take_string();

  struct Nth {
    std::int32_t step = 0;
    std::int32_t offset = 0;
  };
  [[nodiscard]] std::optional<Nth> take_nth();

  // To the next comma or the bracket that closes the present one.
  void skip_argument();

 private:
  [[nodiscard]] bool is_name_char(std::size_t ahead) const noexcept;
  [[nodiscard]] bool is_escape(std::size_t ahead) const noexcept;
  [[nodiscard]] bool is_word(std::string_view word) const noexcept;
  void take_escape(std::string& out);
  [[nodiscard]] std::int32_t take_digits() noexcept;

  std::string_view text_;
  std::size_t at_ = 0;
};

// CR LF, CR and FF are LF, NUL is U+FFFD. Source: CSS Syntax §3.3.
[[nodiscard]] std::string preprocess(std::string_view text);

}  // namespace skitter::parser::selector
