#include "cli/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace skitter::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++found;
  return found;
}

TEST(PlotTest, AnAxisEndsAtARoundNumber) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  const std::pair<std::uint64_t, std::uint64_t> cases[] = {
      {0, 1},   {1, 1},   {2, 2},    {3, 5},         {6, 10},
      {11, 20}, {50, 50}, {51, 100}, {4'389, 5'000}, {1'000'001, 2'000'000}};
  for (const auto& [most, end] : cases) EXPECT_EQ(axis_end(most), end) << most;
  EXPECT_GT(axis_end(kMost), kMost / 2);  // and it ends
}

TEST(PlotTest, ABarIsAsLongAsItsNumber) {
  const std::vector<Bar> bars = {
      {"ok", 1'000, Tone::Good}, {"robots", 500}, {"timeout", 0, Tone::Bad}};
  const std::string svg = bar_plot(bars, "URLs");
  EXPECT_THAT(svg, HasSubstr("aria-label=\"URLs\""));
  EXPECT_THAT(svg, HasSubstr("class=\"good\" x=\"190.0\" y=\"4.0\" width=\"310.0\""));
  EXPECT_THAT(svg, HasSubstr("class=\"other\" x=\"190.0\" y=\"28.0\" width=\"155.0\""));
  EXPECT_THAT(svg, HasSubstr("class=\"bad\" x=\"190.0\" y=\"52.0\" width=\"0.0\""));
  EXPECT_THAT(svg, HasSubstr("<title>ok: 1,000</title>"));
}

TEST(PlotTest, WhatIsNotNothingCanBeSeen) {
  const std::vector<Bar> bars = {{"ok", 1'000'000}, {"timeout", 1}};
  EXPECT_THAT(bar_plot(bars, ""), HasSubstr("width=\"1.0\""));
}

TEST(PlotTest, WhatIsNotGoodStandsOnTop) {
  const std::vector<Column> columns = {{"0", 10, 0}, {"1", 50, 50}};
  const std::string svg = column_plot(columns, Tone::Bad, "Depth");
  EXPECT_EQ(count(svg, "class=\"good\""), 2u);
  EXPECT_EQ(count(svg, "class=\"bad\""), 1u);
  EXPECT_THAT(svg,
              HasSubstr("y=\"87.0\""));  // 50 of 100 are half of the height of 150, from 162 up
  EXPECT_THAT(svg, HasSubstr("y=\"12.0\""));
  EXPECT_THAT(svg, HasSubstr("<title>1: 50, and 50 others</title>"));
  EXPECT_THAT(column_plot(columns, Tone::Other, ""), Not(HasSubstr("class=\"bad\"")));
}

TEST(PlotTest, LabelsHaveRoom) {
  std::vector<Column> columns;
  for (int i = 0; i < 60; ++i) columns.push_back({"label", 1, 0});
  const std::string svg = column_plot(columns, Tone::Bad, "");
  EXPECT_EQ(count(svg, "<rect"), 60u);
  EXPECT_LE(count(svg, ">label<"), 8u);
}

TEST(PlotTest, NothingDrawsNothing) {
  EXPECT_EQ(count(bar_plot({}, ""), "<rect"), 0u);
  EXPECT_EQ(count(column_plot({}, Tone::Bad, ""), "<rect"), 0u);
}

TEST(PlotTest, TextIsText) {
  const std::vector<Bar> bars = {{"</text><script>\"\x1b[2J\xff", 1}};
  const std::string svg = bar_plot(bars, "\" onload=\"x");
  EXPECT_EQ(count(svg, "<script"), 0u);
  EXPECT_EQ(count(svg, "\x1b"), 0u);
  EXPECT_EQ(count(svg, "\" onload"), 0u);
  EXPECT_EQ(html_text("a<b>&\"\xe2\x80\xae"), "a&lt;b&gt;&amp;&quot;\\u202e");
}

}  // namespace
}  // namespace skitter::cli
