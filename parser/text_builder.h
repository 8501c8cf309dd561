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
  enum class Gap : std::uint8_t { None, Space, Line };
  // Between two words: how many bytes are in front of it, and what stands there.
  struct Place {
    std::size_t at = 0;
    Gap gap = Gap::None;
  };

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

  [[nodiscard]] Place place() const noexcept { return {text_.size(), gap_}; }
  // What follows belongs to an earlier place. Gives where it goes on after that.
  [[nodiscard]] Place leave_for(const Place& earlier) noexcept;
  // Moves what has been added since there; the place is then behind it. Gives the bytes by which
  // all that was behind the place has moved.
  std::size_t return_from(Place& earlier, const Place& left);

 private:
  std::string text_;
  std::size_t begin_ = 0;  // no gap is written in front of what begins here
  Gap gap_ = Gap::None;
};

// `text` on one line: white space collapsed to single spaces, none at the ends.
[[nodiscard]] std::string collapse(std::string_view text);

// The longest prefix of valid UTF-8 `text` that has at most `bytes` bytes and ends between two
// characters.
[[nodiscard]] std::string_view cut_to(std::string_view text, std::size_t bytes) noexcept;

}  // namespace skitter::parser
