#include "cli/toml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skitter::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TomlTest, ReadsWhatOptionsNeed) {
  const auto entries = parse_toml(
      "\xef\xbb\xbf# a comment\r\n"
      "concurrency = 64 # transfers\r\n"
      "insecure = true\n"
      "\n"
      "[crawl]\n"
      "delay = \"2s # not a comment\"\n"
      "include = ['^https://\\w+', \"a\\\"b\\u00e9\", # the second\n"
      "  'c',\n"
      "]\n"
      "\"max-pages\" = 1_000\n"
      "rate-limit = 0.5\n");
  ASSERT_EQ(entries.size(), 6u);
  EXPECT_EQ(entries[0].key, "concurrency");
  EXPECT_EQ(entries[0].table, "");
  EXPECT_EQ(entries[0].kind, TomlKind::Number);
  EXPECT_THAT(entries[0].values, ElementsAre("64"));
  EXPECT_EQ(entries[0].line, 2);
  EXPECT_EQ(entries[1].kind, TomlKind::Boolean);
  EXPECT_EQ(entries[2].table, "crawl");
  EXPECT_THAT(entries[2].values, ElementsAre("2s # not a comment"));
  EXPECT_EQ(entries[3].kind, TomlKind::Array);
  EXPECT_THAT(entries[3].values, ElementsAre("^https://\\w+", "a\"b\xc3\xa9", "c"));
  EXPECT_EQ(entries[4].key, "max-pages");
  EXPECT_THAT(entries[4].values, ElementsAre("1000"));
  EXPECT_EQ(entries[4].line, 10);
  EXPECT_THAT(entries[5].values, ElementsAre("0.5"));
}

TEST(TomlTest, ADottedKeyNamesItsTable) {
  const auto entries = parse_toml("crawl.depth = 3");
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].table, "crawl");
  EXPECT_EQ(entries[0].key, "depth");
}

TEST(TomlTest, ReadsTablesInTables) {
  const auto entries = parse_toml(
      "[book.fields]\n"
      "price = { select = '.p', default = -1, deep = {x = \"y\"} }\n"
      "'a.b'.c = 1\n");
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_THAT(entries[0].path, ElementsAre("book", "fields", "price"));
  EXPECT_EQ(entries[0].table, "book.fields.price");
  EXPECT_EQ(entries[0].key, "select");
  EXPECT_THAT(entries[1].values, ElementsAre("-1"));
  EXPECT_THAT(entries[2].path, ElementsAre("book", "fields", "price", "deep"));
  EXPECT_THAT(entries[3].path, ElementsAre("book", "fields", "a.b"));
  EXPECT_EQ(entries[3].key, "c");
}

TEST(TomlTest, BoundsInlineTables) {
  std::string text = "a = ";
  for (int i = 0; i < 100'000; ++i) text += "{a = ";
  EXPECT_THROW((void)parse_toml(text), TomlError);
}

TEST(TomlTest, SaysWhereAndWhatIsWrong) {
  struct Case {
    std::string_view given;
    int line;
    std::string_view words;
  };
  const Case cases[] = {
      {"delay = 2s", 1, "text stands in quotes: \"2s\""},
      {"a = 1\nb", 2, "expected '='"},
      {"a = 1\na = 2", 2, "set twice"},
      {"a = \"x", 1, "does not end"},
      {"a = \"x\ny\"", 1, "does not end"},
      {"a = \"\\d\"", 1, "regular expression"},
      {"a = \"\\ud800\"", 1, "no such character"},
      {"a = \"\\u12\"", 1, "hexadecimal"},
      {"a = [1, 2", 1, "']' is missing"},
      {"a = [", 1, "']' is missing"},
      {"a = [1 2]", 1, "expected ','"},
      {"a = [[1]]", 1, "is no value"},
      {"a = 1 b = 2", 1, "one setting a line"},
      {"[a.b", 1, "']'"},
      {"[a..b]", 1, "expected a name"},
      {"[[a]]", 1, "arrays of tables"},
      {"a = \"\"\"x\"\"\"", 1, "one line"},
      {"a =", 1, "is no value"},
      {"= 1", 1, "expected a name"},
      {"a = {b = 1", 1, "expected ',' or '}'"},
      {"a = {b = 1 c = 2}", 1, "expected ',' or '}'"},
      {"a = {b = 1, b = 2}", 1, "set twice"},
      {"[a]\nb.c = 1\n[a.b]\nc = 1", 4, "set twice"},
      {"a = --1", 1, "is no value"},
      {"a = -", 1, "is no value"},
  };
  for (const auto& [given, line, words] : cases) {
    SCOPED_TRACE(given);
    try {
      (void)parse_toml(given);
      ADD_FAILURE() << "no error";
    } catch (const TomlError& error) {
      EXPECT_EQ(error.line(), line);
      EXPECT_THAT(error.what(), HasSubstr(std::string(words)));
    }
  }
}

TEST(TomlTest, StringsReadBackTheSame) {
  for (const std::string_view text : {"", "plain", "a \"b\" \\c", "line\nbreak\ttab\x7f", "日本"}) {
    SCOPED_TRACE(text);
    const auto entries = parse_toml("k = " + toml_string(text));
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_THAT(entries[0].values, ElementsAre(text));
  }
}

}  // namespace
}  // namespace skitter::cli
