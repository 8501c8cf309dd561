// Every page of Debian's copies of cppreference and of Python's documentation, as they are: the
// scanner gives what gumbo's tree gives.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "tests/parser/scan_oracle.h"
#include "tests/sanitized.h"

namespace skitter::parser {
namespace {

namespace fs = std::filesystem;

constexpr int kEachOf = kIsSanitized ? 16 : 1;

class ScanFilesTest : public testing::TestWithParam<const char*> {};

TEST_P(ScanFilesTest, AgreesWithTheTreeOnEveryPage) {
  const fs::path folder = GetParam();
  if (!fs::is_directory(folder)) GTEST_SKIP() << folder << " is not installed";
  int pages = 0;
  int compared = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".html") continue;
    if (pages++ % kEachOf != 0) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string html((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    const Comparison comparison = compare_scan(html);
    ASSERT_EQ(comparison.difference, "") << entry.path();
    ++compared;
  }
  EXPECT_GT(pages, 100);
  std::cout << compared << " of " << pages << " pages\n";
}

INSTANTIATE_TEST_SUITE_P(Documentation, ScanFilesTest,
                         testing::Values("/usr/share/cppreference/doc/html",
                                         "/usr/share/doc/python3.11/html"));

}  // namespace
}  // namespace skitter::parser
