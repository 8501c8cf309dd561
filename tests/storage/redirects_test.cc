#include "storage/redirects.h"

#include <gtest/gtest.h>

namespace skitter::storage {
namespace {

std::vector<std::string> words_of(const std::vector<Redirect>& redirects) {
  std::vector<std::string> words;
  for (const RedirectLoop& loop : find_loops(redirects)) words.push_back(to_string(loop));
  return words;
}

TEST(RedirectsTest, NamesTheLoopThatAChainEndsIn) {
  struct Case {
    std::vector<Redirect> given;
    std::vector<std::string> want;
  };
  const std::string two = "redirect loop of 2 URLs";
  const std::string three = "redirect loop of 3 URLs";
  const Case cases[] = {
      {{}, {}},
      {{{1, 2}}, {""}},
      {{{1, 2}, {2, 3}}, {"", ""}},
      {{{4, 4}}, {"redirect loop: to itself"}},
      {{{3, 4}, {4, 4}}, {"leads into a redirect loop of 1 URL", "redirect loop: to itself"}},
      {{{5, 4}, {6, 5}}, {"", ""}},  // two chains that meet are no loop
      {{{1, 2}, {2, 1}}, {two, two}},
      {{{1, 9}, {5, 1}, {9, 5}}, {three, three, three}},
      // 1 -> 2 -> 3 -> 2, and 7 -> 1: found by whichever is looked at first
      {{{1, 2}, {2, 3}, {3, 2}, {7, 1}}, {"leads into a " + two, two, two, "leads into a " + two}},
      {{{1, 8}, {2, 3}, {3, 2}, {8, 9}}, {"", two, two, ""}},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given.size());
    EXPECT_EQ(words_of(given), want);
  }
}

// Would take hours if each chain were walked to its end anew.
TEST(RedirectsTest, IsLinear) {
  constexpr UrlId kMany = 1'000'000;
  std::vector<Redirect> redirects;
  for (UrlId id = 1; id <= kMany; ++id) redirects.push_back({id, id == 1 ? kMany : id - 1});
  const std::vector<RedirectLoop> loops = find_loops(redirects);
  EXPECT_EQ(loops.front().length, kMany);
  EXPECT_TRUE(loops.back().is_member);
}

}  // namespace
}  // namespace skitter::storage
