#include "parser/character_references.h"

#include <algorithm>
#include <array>

#include "parser/ascii.h"
#include "parser/charset_legacy.h"
#include "parser/named_references.h"

namespace skitter::parser {
namespace {

constexpr char32_t kReplacementPoint = 0xFFFD;
constexpr char32_t kTooLarge = 0x110000;

// HTML §13.2.5.80: numbers of the C1 controls mean what windows-1252 has there.
constexpr std::array<char32_t, 32> kWindows1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

char32_t character_of(char32_t number) noexcept {
  if (number == 0 || number >= kTooLarge) return kReplacementPoint;
  if (number >= 0xD800 && number <= 0xDFFF) return kReplacementPoint;
  if (number >= 0x80 && number < 0xA0) return kWindows1252[number - 0x80];
  return number;
}

// "&#65;", "&#x41;"; the semicolon may be missing.
std::size_t decode_number(std::string_view text, std::string& out) {
  std::size_t at = 2;
  const bool is_hex = at < text.size() && ascii::to_lower(text[at]) == 'x';
  if (is_hex) ++at;
  const std::size_t begin = at;
  char32_t number = 0;
  for (; at < text.size(); ++at) {
    const int digit = is_hex || ascii::is_digit(text[at]) ? ascii::hex_value(text[at]) : -1;
    if (digit < 0) break;
    number = number * (is_hex ? 16 : 10) + static_cast<char32_t>(digit);
    number = std::min(number, kTooLarge);
  }
  if (at == begin) return 0;
  if (at < text.size() && text[at] == ';') ++at;
  append_utf8(out, character_of(number));
  return at;
}

std::size_t decode_name(std::string_view text, ReferenceContext context, std::string& out) {
  std::size_t end = 1;
  while (end < text.size() && end <= kLongestReference && ascii::is_alnum(text[end])) ++end;
  const std::string_view name = text.substr(1, end - 1);
  if (end < text.size() && text[end] == ';') {
    const std::string_view found = named_reference(name);
    if (!found.empty()) {
      out += found;
      return end + 1;
    }
  }
  for (std::size_t size = std::min(name.size(), kLongestBareReference); size >= 2; --size) {
    const std::string_view found = bare_reference(name.substr(0, size));
    if (found.empty()) continue;
    const char next = size + 1 < text.size() ? text[size + 1] : '\0';
    if (context == ReferenceContext::Attribute && (next == '=' || ascii::is_alnum(next))) return 0;
    out += found;
    return size + 1;
  }
  return 0;
}

}  // namespace

std::size_t decode_reference(std::string_view text, ReferenceContext context, std::string& out) {
  if (text.size() > 1 && text[1] == '#') return decode_number(text, out);
  return decode_name(text, context, out);
}

std::string decode_references(std::string_view text, ReferenceContext context) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t ampersand = std::min(text.find('&'), text.size());
    out.append(text, 0, ampersand);
    text.remove_prefix(ampersand);
    if (text.empty()) return out;
    std::size_t size = decode_reference(text, context, out);
    if (size == 0) {
      out.push_back('&');
      size = 1;
    }
    text.remove_prefix(size);
  }
}

}  // namespace skitter::parser
