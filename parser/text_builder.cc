#include "parser/text_builder.h"

#include <algorithm>
#include <utility>

#include "parser/byte_search.h"
#include "parser/html_space.h"

namespace skitter::parser {

namespace {

// How much of `text` stays as it is: up to white space that is not one space between two words.
std::size_t verbatim_size(std::string_view text) noexcept {
#if defined(__SSE2__)
  constexpr std::size_t kStep = sse2::kStep;
  if (text.size() >= kStep) {
    std::size_t block = 0;
    while (true) {
      const __m128i bytes = sse2::load(text.data() + block);
      const unsigned spaces = sse2::html_spaces(bytes);
      const bool is_last = block + kStep == text.size();
      const unsigned next_is_space = is_last || is_html_space(text[block + kStep]) ? 1 : 0;
      const unsigned before_space = spaces >> 1 | next_is_space << (kStep - 1);
      const unsigned changed = spaces & ~(sse2::mask(sse2::equals(bytes, ' ')) & ~before_space);
      if (changed != 0) return block + static_cast<std::size_t>(std::countr_zero(changed));
      if (is_last) return text.size();
      block = std::min(block + kStep, text.size() - kStep);  // the last looks at some bytes again
    }
  }
#endif
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!is_html_space(text[at])) continue;
    const bool is_plain = text[at] == ' ' && at + 1 < text.size() && !is_html_space(text[at + 1]);
    if (!is_plain) break;
  }
  return at;
}

}  // namespace

void TextBuilder::add(std::string_view text) {
  while (!text.empty()) {
    if (is_html_space(text.front())) {
      space();
      text = skip_html_space(text);
      continue;
    }
    if (gap_ != Gap::None) {
      if (text_.size() > begin_) text_.push_back(gap_ == Gap::Line ? '\n' : ' ');
      gap_ = Gap::None;
    }
    const std::size_t size = verbatim_size(text);
    text_.append(text.data(), size);
    text.remove_prefix(size);
  }
}

TextBuilder::Place TextBuilder::leave_for(const Place& earlier) noexcept {
  const Place left = place();
  gap_ = earlier.gap;
  begin_ = earlier.at == 0 ? text_.size() : 0;
  return left;
}

std::size_t TextBuilder::return_from(Place& earlier, const Place& left) {
  begin_ = 0;
  earlier.gap = gap_;
  gap_ = left.gap;
  std::size_t size = text_.size() - left.at;
  if (size == 0) return 0;
  const auto at = text_.begin() + static_cast<std::ptrdiff_t>(earlier.at);
  std::rotate(at, text_.begin() + static_cast<std::ptrdiff_t>(left.at), text_.end());
  const bool is_now_behind = earlier.at == 0 && left.at > 0;
  earlier.at += size;
  if (!is_now_behind) return size;
  text_.insert(earlier.at, 1, '\n');  // what stood first had no gap in front of it
  return size + 1;
}

std::string_view TextBuilder::view(std::size_t begin, std::size_t end) const noexcept {
  const std::size_t from = std::min(begin, text_.size());
  return std::string_view(text_).substr(from, std::max(end, from) - from);
}

std::string TextBuilder::take() noexcept {
  gap_ = Gap::None;
  return std::exchange(text_, {});
}

std::string collapse(std::string_view text) {
  TextBuilder line;
  line.add(text);
  return line.take();
}

std::string_view cut_to(std::string_view text, std::size_t bytes) noexcept {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

}  // namespace skitter::parser
