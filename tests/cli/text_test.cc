#include "cli/text.h"

#include <gtest/gtest.h>

namespace skitter::cli {
namespace {

TEST(TextTest, MakesHiddenCharactersVisible) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"plain", "plain"},
      {"żółw 日本 🦀", "żółw 日本 🦀"},
      {"a\nb\tc\rd", "a\\nb\\tc\\rd"},
      {"\x1b[31mred", "\\x1b[31mred"},  // ESC: colours, cursor, title
      {"\xc2\x9b"
       "31m",
       "\\x9b31m"},  // CSI as one C1 character
      {"\x7f", "\\x7f"},
      {"\xe2\x80\xae"
       "gpj.exe",
       "\\u202egpj.exe"},                            // right-to-left override
      {"\xe2\x81\xa6", "\\u2066"},                   // left-to-right isolate
      {"\xe2\x80\xa8", "\\u2028"},                   // line separator
      {"\xf3\xa0\x81\x81", "\\ue0041"},              // a tag character: seen by nobody
      {"\xff\xfe", "\\xff\\xfe"},                    // not UTF-8
      {"\xc0\xaf", "\\xc0\\xaf"},                    // overlong
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
      {"\xe2\x82", "\\xe2\\x82"},                    // cut short
      {"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80"},  // above U+10FFFF
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(want);
    EXPECT_EQ(printable(given), want);
  }
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("a\nb\x1b", LineBreaks::Keep), "a\nb\\x1b");
}

TEST(TextTest, MeasuresColumns) {
  struct Case {
    std::string_view given;
    std::size_t want;
  };
  const Case cases[] = {
      {"", 0},       {"abc", 3},  {"żółw", 4}, {"e\xcc\x81", 1},  // a combining acute accent
      {"日本語", 6}, {"ｱ", 1},                                    // halfwidth katakana
      {"Ａ", 2},                                                  // fullwidth latin
      {"한", 2},     {"🦀", 2}, {"…", 1},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(display_width(given), want);
  }
}

TEST(TextTest, FitsTextIntoColumns) {
  struct Case {
    std::string_view given;
    std::size_t width;
    std::string_view want;
  };
  const Case cases[] = {
      {"abcdef", 6, "abcdef"},
      {"abcdef", 5, "abcd…"},
      {"abcdef", 1, "…"},
      {"abcdef", 0, ""},
      {"日本語", 6, "日本語"},
      {"日本語", 5, "日本…"},
      {"日本語", 4, "日…"},
      {"日本語", 1, "…"},
      {"e\xcc\x81x", 2, "e\xcc\x81x"},  // what takes no column never makes it too long
  };
  for (const auto& [given, width, want] : cases) {
    SCOPED_TRACE(want);
    EXPECT_EQ(fit(given, width), want);
    EXPECT_LE(display_width(fit(given, width)), width);
  }
}

TEST(TextTest, EscapesInJsonWithoutChangingItsValue) {
  EXPECT_EQ(terminal_safe_json("{\n  \"a\": \"日本\"\n}"), "{\n  \"a\": \"日本\"\n}");
  EXPECT_EQ(terminal_safe_json("\"\x7f\xc2\x9b\""), "\"\\u007f\\u009b\"");
  EXPECT_EQ(terminal_safe_json("\"\xe2\x80\xae\""), "\"\\u202e\"");
  EXPECT_EQ(terminal_safe_json("\"\xf3\xa0\x81\x81\""), "\"\\udb40\\udc41\"");
}

}  // namespace
}  // namespace skitter::cli
