#include "cli/xml.h"

#include "parser/charset.h"

namespace skitter::cli {

std::string xml_escape(std::string_view text) {
  constexpr std::string_view kNoCharacter = "\xef\xbf";  // U+FFFE and U+FFFF begin so
  std::string storage;
  const std::string_view valid = parser::to_utf8(text, "utf-8", storage);
  std::string out;
  out.reserve(valid.size());
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    switch (c) {
      case '&':
        out += "&amp;";
        continue;
      case '<':
        out += "&lt;";
        continue;
      case '>':
        out += "&gt;";
        continue;
      case '"':
        out += "&quot;";
        continue;
      case '\t':
        out += "&#9;";
        continue;
      case '\n':
        out += "&#10;";
        continue;
      case '\r':
        out += "&#13;";
        continue;
      default:
        break;
    }
    if (static_cast<unsigned char>(c) < 0x20) continue;
    if (valid.substr(i, 2) == kNoCharacter && static_cast<unsigned char>(valid[i + 2]) >= 0xbe) {
      i += 2;
      continue;
    }
    out += c;
  }
  return out;
}

}  // namespace skitter::cli
