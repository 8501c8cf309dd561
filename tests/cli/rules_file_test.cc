#include "cli/rules_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/options.h"
#include "tests/cli/run_program.h"

namespace skitter::cli {
namespace {

using parser::FieldType;
using ::testing::StartsWith;

class RulesFileTest : public ::testing::Test {
 protected:
  std::vector<parser::Rule> read(std::string_view text) const {
    std::ofstream(directory_ / "rules.toml") << text;
    return read_rules(directory_ / "rules.toml");
  }
  // The words of the error, the file's path cut off: ":2: ...".
  std::string refusal(std::string_view text) const {
    try {
      (void)read(text);
      return "";
    } catch (const UsageError& error) {
      const std::string words = error.what();
      return words.substr(std::min(words.find("rules.toml") + 10, words.size()));
    }
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(RulesFileTest, ReadsAllThatAFieldMaySay) {
  const auto rules = read(
      "[book]\n"
      "url = ['/a/', '/b/']\n"
      "each = 'article'\n"
      "[book.fields]\n"
      "title = 'h1'\n"
      "price = { select = '.p', type = 'number', default = -1.5, regex = '\\d+', trim = false }\n"
      "sizes = { select = '.s', type = 'list', of = 'integer' }\n"
      "[book.fields.reviews]\n"
      "each = '.r'\n"
      "fields = { by = '.by' }\n"
      "[page.fields]\n"
      "html = { select = 'main', type = 'html', default = 'none' }\n"
      "one = { select = '.x', fields.y = 'b' }\n");
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0].name, "book");
  EXPECT_EQ(rules[0].urls.size(), 2u);
  EXPECT_TRUE(rules[0].each);
  ASSERT_EQ(rules[0].fields.size(), 4u);
  const auto& [title, price, sizes, reviews] =
      std::tie(rules[0].fields[0], rules[0].fields[1], rules[0].fields[2], rules[0].fields[3]);
  EXPECT_EQ(title.type, FieldType::Text);
  EXPECT_EQ(price.type, FieldType::Number);
  EXPECT_EQ(price.fallback, "-1.5");
  EXPECT_TRUE(price.regex);
  EXPECT_FALSE(price.trim);
  EXPECT_EQ(sizes.type, FieldType::Integer);
  EXPECT_TRUE(sizes.is_list);
  EXPECT_EQ(reviews.type, FieldType::Record);
  EXPECT_TRUE(reviews.is_list);
  ASSERT_EQ(reviews.fields.size(), 1u);
  EXPECT_EQ(reviews.fields[0].name, "by");
  EXPECT_FALSE(rules[1].each);
  EXPECT_EQ(rules[1].fields[0].fallback, "\"none\"");
  EXPECT_EQ(rules[1].fields[1].type, FieldType::Record);
  EXPECT_FALSE(rules[1].fields[1].is_list);
}

TEST_F(RulesFileTest, SaysWhatIsWrongAndWhere) {
  const struct {
    std::string_view given, want;
  } cases[] = {
      {"", " holds no rule"},
      {"[a]\nfield = 1", ":2: field: no such key; did you mean 'fields'?"},
      {"[a]\neach = 'x'", ":2: a: [a.fields] is missing"},
      {"[a]\neach = 'x >> y'\nfields.t = 'h1'", ":2: each: 'x >> y' at character 4: '>' is not"},
      {"[a.fields]\nt = 'h1'\nu = '['", ":3: u: '[' at character 2"},
      {"[a.fields]\nt = 3", ":2: t: is a text in quotes"},
      {"[a.fields]\nt = { select = 'x', type = 'nmber' }", ":2: type: 'nmber' is none of text|"},
      {"[a.fields]\nt = { select = 'x', of = 'text' }", ":2: of: goes with type"},
      {"[a.fields]\nt = { select = 'x', regex = '(' }", ":2: regex: '(': missing )"},
      {"[a.fields]\nt = { type = 'text' }", ":2: t: 'select' is missing"},
      {"[a.fields]\nt = { selct = 'x' }", ":2: selct: no such key; did you mean 'select'?"},
      {"[a.fields]\nt = { select = 'x', trim = 1 }", ":2: trim: is true or false"},
      {"[a.fields]\nt = { select = 'x', default = 1.2.3 }", ":2: default: '1.2.3' is no number"},
      {"[a.fields]\nt = { select = 'x', default = [1] }", ":2: default: is one text"},
      {"[a.fields]\nt = { fields = { x = 'y' } }", ":2: t: a record has 'each'"},
      {"[a]\nfields = 'x'", ":2: fields: is a table"},
      {"[a]\nurl = '['\nfields.t = 'x'", ":2: url: '[': missing ]"},
      {"[meta.fields]\nt = 'x'", ":2: meta: is the name of a rule of skitter's own"},
      {"[extract.fields]\nt = 'x'", ":2: extract: is the name"},
      {"a = 1", ":1: a: a rule is a table"},
      {"[a]\nb = 1\n[a.b]\nc = 1", ":2: b: is a value and a table"},
      {"[a\n", ":1: a table's name ends"},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_THAT(refusal(given), StartsWith(std::string(want)));
  }
}

}  // namespace
}  // namespace skitter::cli
