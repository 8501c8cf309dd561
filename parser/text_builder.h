#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace skitter::parser {

// Text with its white space collapsed: runs become one space, a boundary between blocks one line
// break, nothing at either end. Internal to parser/.
class TextBuilder {
 public:
  void add(std::string_view text);
  // What stands between the text so far and the next; the stronger of several wins.
  void space() noexcept { gap_ = gap_ == Gap::None ? Gap::Space : gap_; }
  void line_break() noexcept { gap_ = Gap::Line; }

  // A gap is written only before what follows it, so size() is where the next words will begin,
  // up to one white-space character.
  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }
  [[nodiscard]] std::string_view view(std::size_t begin, std::size_t end) const noexcept;
  [[nodiscard]] std::string take() noexcept;
  void clear() noexcept {
    text_.clear();
    gap_ = Gap::None;
  }

 private:
  enum class Gap : std::uint8_t { None, Space, Line };

  std::string text_;
  Gap gap_ = Gap::None;
};

// `text` on one line: white space collapsed to single spaces, none at the ends.
[[nodiscard]] std::string collapse(std::string_view text);

// The longest prefix of valid UTF-8 `text` that has at most `bytes` bytes and ends between two
// characters.
[[nodiscard]] std::string_view cut_to(std::string_view text, std::size_t bytes) noexcept;

}  // namespace skitter::parser
