#include "parser/page.h"

#include <gtest/gtest.h>

namespace skitter::parser {
namespace {

TEST(PageTest, FollowsWhatLeadsToPagesOnly) {
  struct Case {
    LinkKind given;
    std::string_view word;
    bool followed;
  };
  const Case cases[] = {
      {LinkKind::A, "a", true},          {LinkKind::Iframe, "iframe", true},
      {LinkKind::Next, "next", true},    {LinkKind::Redirect, "redirect", true},
      {LinkKind::Image, "image", false}, {LinkKind::Stylesheet, "stylesheet", false},
      {LinkKind::Media, "media", false},
  };
  for (const auto& [given, word, followed] : cases) {
    SCOPED_TRACE(word);
    EXPECT_EQ(to_string(given), word);
    EXPECT_EQ(is_followed(given), followed);
  }
}

}  // namespace
}  // namespace skitter::parser
