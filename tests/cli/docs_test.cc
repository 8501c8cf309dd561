// The documents name the flags that the program has: no more, no fewer.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include "storage/reports.h"
#include "tests/cli/run_program.h"

namespace skitter::cli {
namespace {

using Flags = std::set<std::string>;

std::string read_document(const std::string& name) {
  std::ifstream file(std::string(SKITTER_SOURCE) + "/" + name);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

// Every `--word` in a text.
Flags flags_in(std::string_view text) {
  Flags flags;
  for (std::size_t at = text.find("--"); at != text.npos; at = text.find("--", at)) {
    std::size_t end = at + 2;
    while (end < text.size() && is_name(text[end])) ++end;
    const bool is_word = end > at + 2 && text[at + 2] != '-';
    if (is_word) flags.emplace(text.substr(at, end - at));
    at = end;
  }
  return flags;
}

Flags flags_of(const std::string& subcommand) {
  const ProgramResult help = run({subcommand, "--help"});
  EXPECT_EQ(help.status, 0) << subcommand;
  return flags_in(help.out);
}

Flags without(const Flags& all, const Flags& known) {
  Flags left;
  for (const std::string& flag : all) {
    if (!known.contains(flag)) left.insert(flag);
  }
  return left;
}

constexpr const char* kSubcommands[] = {"crawl", "query",   "search", "why", "extract",
                                        "fetch", "sitemap", "robots", "url"};

TEST(DocsTest, OptionsNamesEveryFlagAndNoOther) {
  const Flags documented = flags_in(read_document("docs/options.md"));
  Flags known = {"--version"};
  for (const char* const subcommand : kSubcommands) {
    SCOPED_TRACE(subcommand);
    const Flags flags = flags_of(subcommand);
    ASSERT_GT(flags.size(), 0u);
    EXPECT_EQ(without(flags, documented), Flags{});
    known.insert(flags.begin(), flags.end());
  }
  EXPECT_EQ(without(documented, known), Flags{});
}

TEST(DocsTest, OptionsOfCrawlAreThoseOfItsSection) {
  const std::string text = read_document("docs/options.md");
  const std::size_t begin = text.find("\n## skitter crawl");
  const std::size_t end = text.find("\n## skitter query", begin);
  ASSERT_NE(begin, text.npos);
  ASSERT_NE(end, text.npos);
  Flags section = flags_in(std::string_view(text).substr(begin, end - begin));
  section.insert("--help");
  EXPECT_EQ(section, flags_of("crawl"));
}

TEST(DocsTest, OptionsNamesEveryReport) {
  const std::string text = read_document("docs/options.md");
  for (const storage::Report& report : storage::reports()) {
    EXPECT_NE(text.find("`" + std::string(report.name) + "`"), text.npos) << report.name;
  }
}

TEST(DocsTest, TheReadmesTableOfFlagsIsTrue) {
  const std::string text = read_document("README.md");
  std::string rows;
  for (std::size_t at = text.find("\n| `-"); at != text.npos; at = text.find("\n| `-", at + 1)) {
    rows += text.substr(at, text.find('\n', at + 1) - at);
  }
  const Flags named = flags_in(rows);
  EXPECT_GE(named.size(), 10u);
  EXPECT_EQ(without(named, flags_of("crawl")), Flags{});
}

}  // namespace
}  // namespace skitter::cli
