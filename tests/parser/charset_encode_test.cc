#include "parser/charset_encode.h"

#include <gtest/gtest.h>

#include <string>

#include "parser/charset.h"

namespace skitter::parser {
namespace {

TEST(CharsetEncodeTest, WritesWhatTheStandardWrites) {
  struct Case {
    std::string_view encoding, given, want;
  };
  const Case cases[] = {
      {"utf-8", "aé\u20AC", "aé\u20AC"},
      {"utf-16le", "é", "é"},
      {"windows-1252", "é\u20AC\u0081", "\xE9\x80\x81"},
      {"windows-1252", "\u0416", "%26%231046%3B"},
      {"windows-1251", "\u0416\u0451", "\xC6\xB8"},
      {"koi8-u", "\u045E", "\xAE"},
      {"iso-8859-8-i", "\u05D0", "\xE0"},
      {"x-user-defined", "a\uF780\uF7FFé", "a\x80\xFF%26%23233%3B"},
      // §10.1: the euro has a byte of its own in GBK only, and nothing of four bytes is in it
      {"gbk", "\u4E00\u20AC", "\xD2\xBB\x80"},
      {"gb18030", "\u4E00\u20AC", "\xD2\xBB\xA2\xE3"},
      {"gbk", "\u00DE", "%26%23222%3B"},
      {"gb18030", "\u00DE\U0001F600", "\x81\x30\x89\x37\x94\x39\xFC\x36"},
      {"gb18030", "\U00010000\U0010FFFF", "\x90\x30\x81\x30\xE3\x32\x9A\x35"},
      {"gb18030", "\uE5E5", "%26%2358853%3B"},
      // §11.1: no character of the Hong Kong extension; the later of two codes for six
      {"big5", "\u4E00\u43F0\u2550\u5341", "\xA4@%26%2317392%3B\xF9\xF9\xA4Q"},
      {"euc-kr", "\uAC00\uAC02", "\xB0\xA1\x81\x41"},
      // §12
      {"shift_jis", "\u4E9C\uFF71\u0080", "\x88\x9F\xB1\x80"},
      {"shift_jis", "\u00A5\u203E\u2212\uFF0D", "\\~\x81|\x81|"},
      {"shift_jis", "\u2252\uFFE2\u7E8A", "\x81\xE0\x81\xCA\xFA\x5C"},  // coded twice, or thrice
      {"shift_jis", "\uE000", "%26%2357344%3B"},
      {"euc-jp", "\u4E9C\uFF71\u00A5\u2212", "\xB0\xA1\x8E\xB1\\\xA1\xDD"},
      {"euc-jp", "\u4E02", "%26%2319970%3B"},  // JIS X 0212 is read only
      {"iso-2022-jp", "a\u4E9C\u5516b", "a\x1B$B0!0\"\x1B(Bb"},
      {"iso-2022-jp", "\u00A5a\\", "\x1B(J\\a\x1B(B\\"},
      {"iso-2022-jp", "\uFF71\uFF9F", "\x1B$B%\"!,\x1B(B"},
      {"iso-2022-jp", "\u4E9C\u0E01", "\x1B$B0!\x1B(B%26%233585%3B"},
      {"iso-2022-jp", "\u00A5\x1B", "\x1B(J\\%26%2365533%3B\x1B(B"},
  };
  for (const auto& [encoding, given, want] : cases) {
    SCOPED_TRACE(std::string(encoding) + " " + std::string(given));
    EXPECT_EQ(from_utf8(given, encoding), want);
  }
}

// Whatever is written is read as what it was.
TEST(CharsetEncodeTest, IsReadBack) {
  std::string all;
  for (char32_t c = 0xA0; c <= 0xFFFD; ++c) {
    const bool is_surrogate = c >= 0xD800 && c <= 0xDFFF;
    const bool is_respelt = c == 0xA5 || c == 0x203E || c == 0x2212 || (c >= 0xFF61 && c <= 0xFF9F);
    if (is_surrogate || is_respelt) continue;
    if (c >= 0x800) {
      all += static_cast<char>(0xE0 | c >> 12);
      all += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    } else {
      all += static_cast<char>(0xC0 | c >> 6);
    }
    all += static_cast<char>(0x80 | (c & 0x3F));
  }
  struct Case {
    std::string_view encoding;
    std::size_t least;  // characters of these that it has
  };
  const Case cases[] = {
      {"windows-1252", 122}, {"shift_jis", 7'000}, {"euc-jp", 7'000}, {"iso-2022-jp", 7'000},
      {"big5", 13'000},      {"euc-kr", 17'000},   {"gbk", 23'000},   {"gb18030", 62'000},
  };
  for (const auto& [encoding, least] : cases) {
    SCOPED_TRACE(encoding);
    const std::string bytes = from_utf8(all, encoding);
    std::string storage;
    std::string_view read = to_utf8(bytes, encoding, storage);
    std::size_t count = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < read.size();) {
      if (read.substr(i).starts_with("%26%23")) {
        i = read.find("%3B", i) + 3;
        continue;
      }
      const std::size_t size = static_cast<unsigned char>(read[i]) < 0xE0 ? 2 : 3;
      const std::size_t found = all.find(read.substr(i, size), at);  // in the order they had
      ASSERT_NE(found, all.npos) << count;
      at = found + size;
      i += size;
      ++count;
    }
    EXPECT_GE(count, least);
    std::printf("%s: %zu characters\n", std::string(encoding).c_str(), count);
  }
}

}  // namespace
}  // namespace skitter::parser
