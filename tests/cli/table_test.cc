#include "cli/table.h"

#include <gtest/gtest.h>

#include "cli/text.h"

namespace skitter::cli {
namespace {

std::string line(const TableLayout& layout, std::vector<std::string> cells) {
  return layout.line(cells);
}

TEST(TableTest, AlignsByDisplayWidth) {
  const TableLayout layout({6, 4}, {Align::Left, Align::Right}, 0);
  EXPECT_EQ(line(layout, {"日本", "7"}), "日本       7");
  EXPECT_EQ(line(layout, {"ab", "1234"}), "ab      1234");
  EXPECT_EQ(layout.rule(), "──────  ────");
}

TEST(TableTest, LeavesNoBlanksAtTheEndOfALine) {
  const TableLayout layout({3, 5}, {Align::Left, Align::Left}, 0);
  EXPECT_EQ(line(layout, {"a", ""}), "a");
}

TEST(TableTest, NarrowsTheWidestColumnsFirst) {
  const TableLayout layout({4, 100, 100}, {Align::Left, Align::Left, Align::Left}, 40);
  const std::string wide(100, 'x');
  EXPECT_EQ(line(layout, {"abcd", wide, wide}),
            "abcd  " + std::string(15, 'x') + "…  " + std::string(15, 'x') + "…");
}

TEST(TableTest, ALaterLongerNumberIsNotCut) {
  const TableLayout layout({3, 4}, {Align::Right, Align::Left}, 0);
  EXPECT_EQ(line(layout, {"1000000", "text"}), "1000000  text");
}

TEST(TableTest, NeverExceedsTheWidth) {
  for (std::size_t width = 1; width < 60; ++width) {
    SCOPED_TRACE(width);
    const TableLayout layout(std::vector<std::size_t>(7, 12), std::vector<Align>(7, Align::Right),
                             width);
    EXPECT_LE(display_width(line(layout, std::vector<std::string>(7, "日本日本日本"))), width);
    EXPECT_LE(display_width(layout.rule()), width);
  }
}

}  // namespace
}  // namespace skitter::cli
