// The first byte picks an encoding, the rest is a page.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "parser/charset.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::string_view kEncodings[] = {
    "utf-8",       "utf-16le",     "utf-16be",     "replacement",  "x-user-defined",
    "ibm866",      "iso-8859-2",   "iso-8859-8-i", "koi8-u",       "macintosh",
    "windows-874", "windows-1252", "windows-1255", "windows-1258", "x-mac-cyrillic",
    "gbk",         "gb18030",      "big5",         "euc-jp",       "iso-2022-jp",
    "shift_jis",   "euc-kr",
};

bool is_within(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skitter::parser;
  if (size == 0) return 0;
  const std::string_view page(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string_view sniffed = sniff_encoding(page, "");
  require(encoding_from_label(sniffed) == sniffed);
  require(encoding_from_label(sniff_text_encoding(page, "")).has_value());

  for (const std::string_view encoding : {kEncodings[data[0] % std::size(kEncodings)], sniffed}) {
    std::string storage;
    const std::string_view text = to_utf8(page, encoding, storage);
    require(is_valid_utf8(text));
    require(text.size() <= 6 * page.size() + 3);
    require(is_within(text, storage) || (encoding == "utf-8" && is_within(text, page)));
    std::string again;
    require(to_utf8(text, "utf-8", again).size() + 3 >= text.size());
  }
  return 0;
}
