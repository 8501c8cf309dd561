#include "storage/sorted_lines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace skitter::storage {
namespace {

TEST(SortedLinesTest, GivesLinesInTheOrderOfTheirBytes) {
  std::vector<std::string> lines = {"b", "a", "", "B", "a b", "\xff", "a\x01", "é", "a", "ab"};
  for (int i = 0; i < 20'000; ++i) {  // more than is kept in memory
    lines.push_back(std::to_string(i * 7'919 % 20'000) + std::string(400, 'x'));
  }
  SortedLines sorted;
  for (const std::string& line : lines) sorted.add(line);
  std::vector<std::string> given;
  sorted.for_each([&](std::string_view line) { given.emplace_back(line); });
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(given, lines);
}

}  // namespace
}  // namespace skitter::storage
