#include "crawler/traps.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/crawler/crawl_values.h"

namespace skitter::crawler {
namespace {

// The name of the rule; empty where there is none.
std::string rule_of(const std::optional<std::string>& detail) {
  return detail ? detail->substr(0, detail->find(':')) : "";
}

TEST(TrapsTest, RulesOnAUrlAlone) {
  const std::string base = "http://h/";
  struct Case {
    std::string given;
    std::string want;
  };
  const Case cases[] = {
      {base, ""},
      {base + std::string(2'048 - base.size(), 'a'), ""},
      {base + std::string(2'049 - base.size(), 'a'), "url_length"},
      {base + "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20", ""},
      {base + "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/", ""},
      {base + "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21", "path_depth"},
      {base + "a/a/a/b", ""},
      {base + "a/a/a/a", "repeated_segment"},
      {base + "a/b/a/b/a/b/a", "repeated_segment"},
      {base + "//////", ""},  // nothing stands between them
      {base + "?x=1&x=2&x=3&x=4&x=5", ""},
      {base + "?x=1&x=1&x=1", ""},
      {base + "?x=1&y=2&x=1&x=1&x=1", "repeated_parameter"},
      {base + "?&&&&&&", ""},
  };
  for (const auto& [given, want] : cases) {
    EXPECT_EQ(rule_of(trap_of(url(given), {})), want) << given;
  }
  TrapLimits none;
  none.policy = TrapPolicy::Ignore;
  for (const auto& [given, want] : cases) EXPECT_EQ(trap_of(url(given), none), std::nullopt);
}

TEST(TrapsTest, FewSpellingsOfOneUrl) {
  TrapBudgets budgets({});
  EXPECT_EQ(budgets.take("http://h/a?x=1&y=2&z=3", 1), std::nullopt);
  EXPECT_EQ(budgets.take("http://h/a?x=1&z=3&y=2", 1), std::nullopt);
  budgets.note("http://h/a?y=2&x=1&z=3");  // of an earlier run
  EXPECT_EQ(rule_of(budgets.take("http://h/a?z=3&x=1&y=2", 1)), "spellings");
  EXPECT_EQ(budgets.take("http://h/a?z=3&x=1&y=3", 1), std::nullopt);
  for (int i = 0; i < 10; ++i) {
    const std::string number = std::to_string(i);
    EXPECT_EQ(budgets.take("http://h/b?sid=" + number, 1).has_value(), i >= 3) << i;
    EXPECT_EQ(budgets.take("http://h/c/" + number, 1), std::nullopt);
    EXPECT_EQ(budgets.take("http://h/d?x=" + number, 1), std::nullopt);
  }
}

TEST(TrapsTest, ManyPagesAlikeEndTheirPattern) {
  constexpr std::uint16_t kDeep = TrapBudgets::kShallow + 1;
  TrapLimits limits;
  limits.max_alike = 5;
  TrapBudgets budgets(limits);
  const auto read = [&](const std::string& given, std::uint16_t depth, std::uint64_t shape) {
    (void)budgets.page_read(given, depth, shape);
  };
  for (int i = 0; i < 100; ++i) {
    const std::string number = std::to_string(i);
    read("http://h/shallow/" + number, TrapBudgets::kShallow, 7);
    read("http://h/different/" + number, kDeep, static_cast<std::uint64_t>(i) + 1);
    read("http://h/same", kDeep, 7);  // no number: one URL
  }
  EXPECT_EQ(budgets.closed("http://h/shallow/200", kDeep), std::nullopt);
  EXPECT_EQ(budgets.closed("http://h/different/200", kDeep), std::nullopt);
  for (int i = 0; i < 5; ++i) read("http://h/alike/" + std::to_string(i), kDeep, 7);
  EXPECT_EQ(budgets.closed("http://h/alike/200", kDeep), std::nullopt);  // the first is no copy
  read("http://h/alike/6", kDeep, 7);
  EXPECT_EQ(rule_of(budgets.closed("http://h/alike/200", kDeep)), "pattern");
  EXPECT_EQ(rule_of(budgets.take("http://h/alike/200", kDeep)), "pattern");
  EXPECT_EQ(budgets.closed("http://h/alike/200", 1), std::nullopt);
  EXPECT_EQ(budgets.closed("http://h/alike/200/more", kDeep), std::nullopt);
  EXPECT_EQ(budgets.closed("http://other/alike/200", kDeep), std::nullopt);
}

TEST(TrapsTest, NearASeedThousandTimesAsMany) {
  TrapLimits limits;
  limits.max_alike = 1;
  TrapBudgets budgets(limits);
  for (int i = 0; i < 1'000; ++i) (void)budgets.page_read("http://h/" + std::to_string(i), 1, 7);
  EXPECT_EQ(budgets.closed("http://h/5", 1), std::nullopt);
  (void)budgets.page_read("http://h/1000", 1, 7);
  EXPECT_EQ(rule_of(budgets.closed("http://h/5", 1)), "pattern");
}

TEST(TrapsTest, LinksOfFewPagesWithOneTextAreFollowed) {
  constexpr std::uint16_t kDeep = TrapBudgets::kShallow + 1;
  const auto name = [](int i) { return std::string(1, static_cast<char>('a' + i)); };
  TrapLimits limits;
  limits.max_same_text = 5;
  TrapBudgets budgets(limits);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(budgets.page_read("http://h/" + name(i), kDeep, 7), i < 5) << i;
    EXPECT_TRUE(budgets.page_read("http://h/" + name(i), TrapBudgets::kShallow, 7));
    EXPECT_TRUE(budgets.page_read("http://h/" + name(i), kDeep, 100 + static_cast<unsigned>(i)));
    EXPECT_TRUE(budgets.page_read("http://other-" + name(i) + "/", kDeep, 7));
  }
  limits.policy = TrapPolicy::Ignore;
  TrapBudgets none(limits);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(none.page_read("http://h/" + name(i), kDeep, 7));
}

}  // namespace
}  // namespace skitter::crawler
