#include "parser/charset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/parser/test_data.h"

namespace skitter::parser {
namespace {

using namespace std::string_view_literals;
using nlohmann::json;
using testing::ElementsAre;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

// The standard's default for a locale that says nothing, which is what the data expects.
std::string declared_or_default(std::string_view bytes, std::string_view http_charset) {
  return std::string(declared_encoding(bytes, http_charset).value_or("windows-1252"));
}

TEST(CharsetTest, KnowsAllLabels) {
  std::size_t total = 0;
  std::size_t passed = 0;
  for (const auto& heading : read_test_json("encoding/whatwg_encodings.json")) {
    for (const auto& encoding : heading["encodings"]) {
      for (const std::string label : encoding["labels"]) {
        SCOPED_TRACE(label);
        EXPECT_EQ(encoding_from_label(label), lower(encoding["name"]));
        passed += encoding_from_label(label) == lower(encoding["name"]);
        ++total;
      }
    }
  }
  std::cout << "whatwg_encodings.json labels: " << passed << "/" << total << "\n";
  EXPECT_EQ(total, 228u);
}

TEST(CharsetTest, ReadsLabelsWithoutCaseOrMargins) {
  EXPECT_EQ(encoding_from_label(" \t\n\f\rLatin1 "), "windows-1252");
  EXPECT_EQ(encoding_from_label("SHIFT_JIS"), "shift_jis");
  for (const std::string_view unknown : {""sv, "  "sv, "utf-9"sv, "\vutf-8"sv, "utf-8\0"sv,
                                         "a-label-that-is-longer-than-any-that-there-is"sv}) {
    SCOPED_TRACE(unknown);
    EXPECT_EQ(encoding_from_label(unknown), std::nullopt);
  }
}

TEST(CharsetTest, PassesTheSniffingCases) {
  int passed = 0;
  const json data = read_test_json("encoding/sniffing.json");
  for (const auto& test : data) {
    SCOPED_TRACE(test["name"].get<std::string>());
    const std::string charset =
        test["http_charset"].is_null() ? "" : test["http_charset"].get<std::string>();
    const std::string got =
        declared_or_default(from_base64(test["bytes_b64"].get<std::string>()), charset);
    EXPECT_EQ(got, lower(test["encoding"]));
    passed += got == lower(test["encoding"]);
  }
  std::cout << "sniffing.json: " << passed << "/" << data.size() << "\n";
}

// The first words of each case that fails.
std::vector<std::string> html5lib_misses(const std::string& name) {
  const std::string file = read_test_data("encoding/" + name);
  std::vector<std::string> misses;
  int total = 0;
  constexpr std::string_view kData = "#data\n";
  constexpr std::string_view kEncoding = "\n#encoding\n";
  for (std::size_t at = file.find(kData); at != file.npos; at = file.find(kData, at)) {
    at += kData.size();
    const auto end = file.find(kEncoding, at);
    const std::string page = file.substr(at, end - at);
    at = end + kEncoding.size();
    const std::string want = lower(file.substr(at, file.find('\n', at) - at));
    if (declared_or_default(page, "") != want) misses.push_back(page.substr(0, 24));
    ++total;
  }
  std::cout << name << ": " << total - static_cast<int>(misses.size()) << "/" << total << "\n";
  EXPECT_GT(total, 0);
  return misses;
}

TEST(CharsetTest, PassesTheHtml5libCases) {
  // Their meta element stands behind the 1,024 bytes that the prescan reads: sniff_encoding() looks
  // for it where the bytes are not UTF-8.
  EXPECT_THAT(html5lib_misses("html5lib_tests1.dat"),
              ElementsAre("<!-- 2048 characters xxx", "<!-- 2049 characters xxx",
                          "<!-- 4096 characters xxx", "<!-- 4097 characters xxx",
                          "<!-- 8192 characters xxx", "<!-- 8193 characters xxx",
                          "<!-- multi-script test -"));
  EXPECT_THAT(html5lib_misses("html5lib_tests2.dat"), ElementsAre());
}

TEST(CharsetTest, PrescansForMetaElements) {
  const std::string far(1100, ' ');
  struct Case {
    std::string given;
    std::optional<std::string_view> want;
  };
  const Case cases[] = {
      // HTML §13.2.3.2
      {"<meta charset=gbk>", "gbk"},
      {"<META/CHARSET='gbk'/>", "gbk"},
      {"<meta charset=gbk", std::nullopt},  // the bytes run out
      {"<meta charset=\"gbk", std::nullopt},
      {"<!--><meta charset=gbk>", "gbk"},  // the comment's hyphens may overlap
      {"<!-- <meta charset=gbk>", std::nullopt},
      {"<!-- --!><meta charset=gbk>", std::nullopt},
      {"</meta charset=gbk>", std::nullopt},
      {"<metax charset=gbk>", std::nullopt},
      {"<p <meta charset=gbk>", std::nullopt},
      {"<p title='><meta charset=gbk>'>", std::nullopt},
      {"<p title=><meta charset=gbk>", "gbk"},
      {"<?php <meta charset=gbk> ?><meta charset=big5>", "big5"},
      {"<3 <meta charset=gbk>", "gbk"},
      {"<meta charset=bogus><meta charset=gbk>", "gbk"},
      {"<meta charset=gbk charset=big5>", "gbk"},
      {"<meta charset=bogus content='text/html;charset=gbk' http-equiv=content-type>",
       std::nullopt},
      {"<meta content='text/html;charset=gbk' charset=big5>", "big5"},
      {"<meta http-equiv=content-type content='charset charset = \"gbk\"'>", "gbk"},
      {"<meta http-equiv=content-type content='charset=\"gbk'>", std::nullopt},
      {"<meta http-equiv=content-type content='charset=gbk;x'>", "gbk"},
      {"<meta http-equiv=x http-equiv=content-type content='charset=gbk'>", std::nullopt},
      {"<meta content='charset=gbk'>", std::nullopt},
      {"<meta =charset=gbk>", std::nullopt},
      {"<meta charset=utf-16le>", "utf-8"},
      {"<meta charset=x-user-defined>", "windows-1252"},
      {"<meta charset=replacement>", "replacement"},
      {far + "<meta charset=gbk>", std::nullopt},
      // "get an XML encoding"
      {"<?xml version='1.0' encoding='gbk'?>", "gbk"},
      {"<?xml version='1.0' encoding = \"GB2312\" ?><p>", "gbk"},
      {"<?xml encoding='gbk'?><meta charset=big5>", "big5"},
      {"<?xml encoding='utf-16'?>", "utf-8"},
      {"<?xml encoding=gbk?>", std::nullopt},
      {"<?xml encoding='g bk'?>", std::nullopt},
      {"<?xml encoding='gbk", std::nullopt},
      {"<?xml?> encoding='gbk'", std::nullopt},
      {" <?xml encoding='gbk'?>", std::nullopt},
      {std::string("<\0?\0x\0", 6), "utf-16le"},
      {std::string("\0<\0?\0x", 6), "utf-16be"},
      {"", std::nullopt},
      {"<", std::nullopt},
      {"<meta", std::nullopt},
      {"<meta ", std::nullopt},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(declared_encoding(given, ""), want);
  }
}

TEST(CharsetTest, PutsTheSourcesInOrder) {
  const std::string far(2000, ' ');
  struct Case {
    std::string bytes, http_charset;
    std::string_view want, want_as_text;
  };
  const Case cases[] = {
      {"\xEF\xBB\xBF<meta charset=gbk>", "big5", "utf-8", "utf-8"},
      {"\xFE\xFF", "big5", "utf-16be", "utf-16be"},
      {"\xFF\xFE", "big5", "utf-16le", "utf-16le"},
      {"<meta charset=gbk>", "big5", "big5", "big5"},
      {"<meta charset=gbk>", "bogus", "gbk", "utf-8"},
      {"<?xml version='1.0' encoding='gbk'?>", "", "gbk", "gbk"},
      {"plain", "", "utf-8", "utf-8"},
      {"caf\xC3\xA9", "", "utf-8", "utf-8"},
      {"caf\xE9", "", "windows-1252", "windows-1252"},
      {far + "<meta charset=koi8-r>caf\xE9", "", "koi8-r", "windows-1252"},  // a late meta element
      {far + "<meta charset=koi8-r>caf\xC3\xA9", "", "utf-8", "utf-8"},      // and yet it is UTF-8
      {"", "", "utf-8", "utf-8"},
  };
  for (const auto& [bytes, http_charset, want, want_as_text] : cases) {
    SCOPED_TRACE(bytes);
    EXPECT_EQ(sniff_encoding(bytes, http_charset), want);
    EXPECT_EQ(sniff_text_encoding(bytes, http_charset), want_as_text);
  }
}

TEST(CharsetTest, DecodesToUtf8) {
  struct Case {
    std::string_view encoding, given, want;
  };
  const Case cases[] = {
      // UTF-8: one U+FFFD for each maximal subpart (Encoding Standard §8.1.1)
      {"utf-8", "caf\xC3\xA9", "caf\xC3\xA9"},
      {"utf-8", "\xEF\xBB\xBFx", "x"},
      {"utf-8",
       "a\xFF"
       "b",
       "a\uFFFDb"},
      {"utf-8", "\xC0\x80", "\uFFFD\uFFFD"},
      {"utf-8", "\xE2\x82", "\uFFFD"},
      {"utf-8", "\xE2\x82<", "\uFFFD<"},
      {"utf-8", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
      {"utf-8", "\xF0\x9F\x98\x80", "\U0001F600"},
      {"utf-8", "\xF0\x9F\x98", "\uFFFD"},
      {"utf-8", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"utf-8", "a\0b"sv, "a\0b"sv},
      // UTF-16
      {"utf-16le", "a\0\xE9\0"sv, "a\u00E9"},
      {"utf-16be", "\0a\0\xE9"sv, "a\u00E9"},
      {"utf-16le",
       "\xFF\xFE"
       "a\0"sv,
       "a"},
      {"utf-16le", "\xFE\xFF"sv, "\uFFFE"},
      {"utf-16le", "\x3D\xD8\x00\xDE"sv, "\U0001F600"},
      {"utf-16le",
       "\x3D\xD8"
       "a\0"sv,
       "\uFFFDa"},
      {"utf-16le",
       "\x00\xDE"
       "a\0"sv,
       "\uFFFDa"},
      {"utf-16le", "\x3D\xD8"sv, "\uFFFD"},
      {"utf-16le", "\x3D\xD8\x00"sv, "\uFFFD"},
      {"utf-16le", "a\0b"sv, "a\uFFFD"},
      {"utf-16be", "a"sv, "\uFFFD"},
      // Single bytes; holes of the Windows code pages are C1 controls
      {"windows-1252", "\x80\x81\xE9", "\u20AC\u0081\u00E9"},
      {"windows-1251", "\xCF\x98", "\u041F\u0098"},
      {"windows-1253", "\xE1\xAA\xD2\xFF", "\u03B1\uFFFD\uFFFD\uFFFD"},
      {"windows-1255", "\xE0\xC7", "\u05D0\u05B7"},  // a vowel sign is no part of its letter
      {"windows-1258", "a\xCC", "a\u0300"},
      {"windows-874", "\xA1\xDB", "\u0E01\uFFFD"},
      {"iso-8859-2", "\xB1\x85", "\u0105\u0085"},
      {"iso-8859-8-i", "\xE0", "\u05D0"},
      {"koi8-r", "\xD0", "\u043F"},
      {"koi8-u", "\xA4\xAE", "\u0454\u045E"},
      {"ibm866", "\x80", "\u0410"},
      {"macintosh", "\xDB", "\u20AC"},
      {"x-mac-cyrillic", "\xFF\xA2", "\u20AC\u0490"},
      {"x-user-defined", "a\x80\xFF", "a\uF780\uF7FF"},
      {"replacement", "anything", "\uFFFD"},
      {"replacement", "", ""},
      // Multi-byte
      {"shift_jis", "\x93\xFA\x96\x7B\xB1", "\u65E5\u672C\uFF71"},
      {"shift_jis", "\\~\x81\x60", "\\~\uFF5E"},
      {"shift_jis", "\x80\xA0\xFD", "\u0080\uFFFD\uFFFD"},
      {"shift_jis", "\x81<b>", "\uFFFD<b>"},  // the tag survives
      {"shift_jis", "\x81", "\uFFFD"},
      {"euc-jp", "\xC6\xFC\xA1\xC1", "\u65E5\uFF5E"},
      {"euc-jp",
       "\xFF"
       "a",
       "\uFFFDa"},
      {"iso-2022-jp", "\x1B$BF|\x1B(Ba", "\u65E5a"},
      {"iso-2022-jp",
       "a\x80"
       "b",
       "a\uFFFDb"},
      {"iso-2022-jp", "\x1B$B!A-!", "\uFF5E\u2460"},
      {"iso-2022-jp", "\x1B(J\\~a\x1B(I1\x7F\x1B(B~", "\u00A5\u203Ea\uFF71\uFFFD~"},
      {"iso-2022-jp", "\x1B$BF\x1B(Bx\x1B$", "\uFFFDx\uFFFD$"},
      {"koi8-u", "\xAE\xBE", "\u045E\u040E"},
      {"gbk", "\xC4\xE3\x80", "\u4F60\u20AC"},
      {"gb18030", "\x94\x39\xFC\x36", "\U0001F600"},
      {"gb18030",
       "\xFF"
       "a",
       "\uFFFDa"},
      {"big5", "\xA7\x41\x88\x62", "\u4F60\u00CA\u0304"},
      {"euc-kr", "\xC7\xD1\x81\x41", "\uD55C\uAC02"},
      {"euc-kr", "\xC7", "\uFFFD"},
      {"euc-kr", "\xA2\xE8<b>", "\uFFFD<b>"},  // a hole of glibc's, which would take the "<" along
      // A name that nobody gave is read as UTF-8
      {"bogus", "caf\xC3\xA9", "caf\xC3\xA9"},
  };
  for (const auto& [encoding, given, want] : cases) {
    SCOPED_TRACE(std::string(encoding) + " " + testing::PrintToString(given));
    std::string storage = "what was there before";
    EXPECT_EQ(to_utf8(given, encoding, storage), want);
  }
}

TEST(CharsetTest, CopiesNoValidUtf8) {
  const std::string page = "\xEF\xBB\xBF" + std::string(100, 'x') + "\u65E5";
  std::string storage;
  const std::string_view text = to_utf8(page, "utf-8", storage);
  EXPECT_EQ(text.data(), page.data() + 3);
  EXPECT_EQ(text.size(), page.size() - 3);
}

TEST(CharsetTest, ReadsPagesLongerThanItsBuffers) {
  std::string page;
  std::string want;
  for (int i = 0; i < 30'000; ++i) {
    page += "\x93\xFA" + std::string(static_cast<std::size_t>(i % 3), 'x') + "\xFF";
    want += "\u65E5" + std::string(static_cast<std::size_t>(i % 3), 'x') + "\uFFFD";
  }
  std::string storage;
  EXPECT_EQ(to_utf8(page, "shift_jis", storage), want);
}

TEST(CharsetTest, ValidatesUtf8AtAnyPlace) {
  for (std::size_t at = 0; at < 40; ++at) {
    std::string text(40, 'x');
    EXPECT_TRUE(is_valid_utf8(text));
    text[at] = '\xE9';
    EXPECT_FALSE(is_valid_utf8(text)) << at;
    text.replace(at, 1, "\u00E9");
    EXPECT_TRUE(is_valid_utf8(text)) << at;
  }
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_FALSE(is_valid_utf8("\xF8\x88\x80\x80\x80"));
}

}  // namespace
}  // namespace skitter::parser
