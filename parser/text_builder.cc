#include "parser/text_builder.h"

#include <utility>

#include "parser/html_space.h"

namespace skitter::parser {

void TextBuilder::add(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (is_html_space(text[at])) {
      space();
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && !is_html_space(text[at])) ++at;
    if (gap_ != Gap::None) {
      if (!text_.empty()) text_.push_back(gap_ == Gap::Line ? '\n' : ' ');
      gap_ = Gap::None;
    }
    text_.append(text, begin, at - begin);
  }
}

std::string_view TextBuilder::view(std::size_t begin, std::size_t end) const noexcept {
  return std::string_view(text_).substr(begin, end - begin);
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
