#include "parser/link_list.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/text_pool.h"

namespace skitter::parser {
namespace {

using ::testing::ElementsAre;

TEST(TextPoolTest, TextsHoldWhenItGrowsAndMoves) {
  TextPool pool;
  const std::string long_text(200'000, 'x');  // longer than any block
  std::vector<std::string> given;
  std::vector<std::string_view> kept;
  for (int i = 0; i < 20'000; ++i) {
    given.push_back(i % 5'000 == 7 ? long_text : "text " + std::to_string(i));
    kept.push_back(pool.add(given.back()));
  }
  EXPECT_TRUE(pool.add("").empty());
  const TextPool moved = std::move(pool);
  EXPECT_TRUE(std::equal(given.begin(), given.end(), kept.begin(), kept.end()));
  EXPECT_GE(moved.held_bytes(), 4 * long_text.size());
}

TEST(TextPoolTest, AFewTextsTakeOneSmallBlock) {
  TextPool pool;
  EXPECT_EQ(pool.held_bytes(), 0u);
  for (int i = 0; i < 10; ++i) (void)pool.add("http://h/page.html");
  EXPECT_LE(pool.held_bytes(), 4'096u);
}

TEST(LinkListTest, OwnsItsTexts) {
  LinkList list;
  {
    const std::string url = "http://h/a", anchor = "an anchor", rel = "nofollow";
    list.add({url, anchor, rel, LinkKind::A});
    list.add({"http://h/b", "", "", LinkKind::Image});
  }
  LinkList moved = std::move(list);
  moved.set_url(1, std::string("http://h/") + "c");
  EXPECT_THAT(moved, ElementsAre(Link{"http://h/a", "an anchor", "nofollow", LinkKind::A},
                                 Link{"http://h/c", "", "", LinkKind::Image}));
  const std::string_view anchor = moved[0].anchor;
  const TextPool texts = std::move(moved).take_texts();
  EXPECT_EQ(anchor, "an anchor");
}

}  // namespace
}  // namespace skitter::parser
