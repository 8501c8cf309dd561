#include "cli/xml.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

#include "cli/text.h"
#include "parser/charset.h"

namespace skitter::cli {
namespace {

// The character that the text begins with. The text is valid UTF-8.
std::string_view first_character(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  return text.substr(0, lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
}

std::uint32_t code_point(std::string_view character) noexcept {
  const auto lead = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return lead;
  std::uint32_t value = lead & (0x7fu >> character.size());
  for (const char c : character.substr(1))
    value = value << 6 | (static_cast<unsigned char>(c) & 63);
  return value;
}

bool is_xml_character(std::uint32_t code) noexcept {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return code != 0xfffe && code != 0xffff;
}

// What most text is made of, and needs no second look.
bool is_plain(char c) noexcept {
  return c >= ' ' && c < '\x7f' && c != '&' && c != '<' && c != '>' && c != '"';
}

void append_character(std::string& out, std::string_view character) {
  const std::uint32_t code = code_point(character);
  if (!is_xml_character(code)) return;
  switch (code) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '"':
      out += "&quot;";
      return;
    default:
      break;
  }
  if (printable(character) == character) {
    out += character;
  } else {
    fmt::format_to(std::back_inserter(out), "&#{};", code);
  }
}

}  // namespace

std::string xml_escape(std::string_view text) {
  std::string storage;
  std::string_view rest = parser::to_utf8(text, "utf-8", storage);
  std::string out;
  out.reserve(rest.size());
  while (!rest.empty()) {
    const std::string_view character = first_character(rest);
    if (is_plain(rest.front())) {
      out += rest.front();
    } else {
      append_character(out, character);
    }
    rest.remove_prefix(character.size());
  }
  return out;
}

}  // namespace skitter::cli
