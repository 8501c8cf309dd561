#include "parser/selector_reader.h"

#include <algorithm>
#include <vector>

#include "parser/ascii.h"
#include "parser/charset_legacy.h"

namespace skitter::parser::selector {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n';
}

bool is_ident_start(char c) noexcept {
  return ascii::is_alpha(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_scalar(std::uint32_t c) noexcept {
  return c != 0 && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

}  // namespace

std::string preprocess(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' || c == '\f') {
      out += '\n';
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    } else if (c == '\0') {
      out += kReplacement;
    } else {
      out += c;
    }
  }
  return out;
}

bool Reader::take(char c) noexcept {
  if (is_done() || text_[at_] != c) return false;
  ++at_;
  return true;
}

void Reader::skip_comments() noexcept {
  while (peek() == '/' && peek(1) == '*') {
    const std::size_t end = text_.find("*/", at_ + 2);
    at_ = end == std::string_view::npos ? text_.size() : end + 2;
  }
}

bool Reader::skip_space() noexcept {
  const auto skip_run = [this] {
    const std::size_t begin = at_;
    while (is_space(peek())) ++at_;
    return at_ > begin;
  };
  bool was_space = false;
  for (;;) {
    skip_comments();
    if (!skip_run()) return was_space;
    was_space = true;
  }
}

bool Reader::is_escape(std::size_t ahead) const noexcept {
  return peek(ahead) == '\\' && at_ + ahead + 1 < text_.size() && peek(ahead + 1) != '\n';
}

bool Reader::is_name_char(std::size_t ahead) const noexcept {
  const char c = peek(ahead);
  return is_ident_start(c) || ascii::is_digit(c) || c == '-' || is_escape(ahead);
}

bool Reader::is_ident() const noexcept {
  if (peek() != '-') return is_ident_start(peek()) || is_escape(0);
  return is_ident_start(peek(1)) || peek(1) == '-' || is_escape(1);
}

std::string Reader::take_ident() {
  return take_name();
}

std::string Reader::take_name() {
  std::string name;
  while (is_name_char(0)) {
    if (peek() == '\\') {
      ++at_;
      take_escape(name);
    } else {
      name += text_[at_++];
    }
  }
  return name;
}

// What follows the backslash: up to six hexadecimal digits and one space, or any character.
void Reader::take_escape(std::string& out) {
  if (ascii::hex_value(peek()) < 0) {
    out += text_[at_++];  // the rest of a character of several bytes follows as it is
    while ((static_cast<unsigned char>(peek()) & 0xc0) == 0x80) out += text_[at_++];
    return;
  }
  std::uint32_t value = 0;
  for (int i = 0; i < 6 && ascii::hex_value(peek()) >= 0; ++i) {
    value = value << 4 | static_cast<std::uint32_t>(ascii::hex_value(text_[at_++]));
  }
  if (is_space(peek())) ++at_;
  append_utf8(out, is_scalar(value) ? value : U'\uFFFD');
}

std::optional<std::string> Reader::take_string() {
  const char quote = peek();
  if (quote != '"' && quote != '\'') return std::nullopt;
  ++at_;
  std::string out;
  while (!is_done() && !take(quote)) {
    const char c = text_[at_];
    if (c == '\n') return std::nullopt;
    ++at_;
    if (c != '\\') {
      out += c;
    } else if (!is_done() && !take('\n')) {  // a line goes on behind a backslash
      take_escape(out);
    }
  }
  return out;
}

// Saturates: no page has 100 million siblings.
std::int32_t Reader::take_digits() noexcept {
  constexpr std::int32_t kMost = 100'000'000;
  std::int32_t value = 0;
  while (ascii::is_digit(peek())) {
    value = std::min(value * 10 + (text_[at_++] - '0'), kMost);
  }
  return value;
}

bool Reader::is_word(std::string_view word) const noexcept {
  return ascii::starts_with_ignore_case(text_.substr(std::min(at_, text_.size())), word) &&
         !is_name_char(word.size());
}

std::optional<Reader::Nth> Reader::take_nth() {
  if (is_word("odd")) {
    skip(3);
    return Nth{2, 1};
  }
  if (is_word("even")) {
    skip(4);
    return Nth{2, 0};
  }
  const std::int32_t sign = peek() == '-' ? -1 : 1;
  if (peek() == '-' || peek() == '+') ++at_;
  const bool has_digits = ascii::is_digit(peek());
  const std::int32_t number = sign * (has_digits ? take_digits() : 1);
  if (ascii::to_lower(peek()) != 'n') {
    if (!has_digits || is_name_char(0)) return std::nullopt;
    return Nth{0, number};
  }
  ++at_;
  const bool is_glued = peek() == '-';  // "n-3", "n- 3"
  if (!is_glued && is_name_char(0)) return std::nullopt;
  const std::size_t behind_n = at_;
  if (!is_glued) (void)skip_space();
  if (peek() != '-' && peek() != '+') {
    at_ = behind_n;
    return Nth{number, 0};
  }
  const std::int32_t offset_sign = peek() == '-' ? -1 : 1;
  ++at_;
  (void)skip_space();
  if (!ascii::is_digit(peek())) return std::nullopt;
  const std::int32_t offset = offset_sign * take_digits();
  if (is_name_char(0)) return std::nullopt;
  return Nth{number, offset};
}

void Reader::skip_argument() {
  std::vector<char> open;
  while (!is_done()) {
    skip_comments();
    const char c = peek();
    if (open.empty() && (c == ',' || c == ')')) return;
    if (c == '"' || c == '\'') {
      (void)take_string();
      continue;
    }
    if (c == '(') open.push_back(')');
    if (c == '[') open.push_back(']');
    if (c == '{') open.push_back('}');
    if (!open.empty() && c == open.back()) open.pop_back();
    skip(is_escape(0) ? 2 : 1);
  }
}

}  // namespace skitter::parser::selector
