// The documents name the flags that the program has: no more, no fewer.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "storage/reports.h"
#include "tests/cli/run_program.h"
#include "tests/site/site.h"

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

constexpr const char* kSubcommands[] = {"crawl",   "query", "search",  "export", "import", "why",
                                        "extract", "fetch", "sitemap", "robots", "url"};

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

// The lines "    $ skitter ..." of a document.
std::vector<std::string> commands_in(const std::string& text) {
  constexpr std::string_view kPrompt = "    $ ";
  std::vector<std::string> commands;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kPrompt)) commands.push_back(line.substr(kPrompt.size()));
  }
  return commands;
}

TEST(DocsTest, EveryCommandOfTheCookbookWorks) {
  const std::vector<std::string> commands = commands_in(read_document("docs/cookbook.md"));
  EXPECT_EQ(commands.size(), 16u);
  site::Site site;
  site.route("a.localhost", "/en/cpp/a",
             site::Answer::html("<!doctype html><title>heapq</title><table><tr class=t-dsc-header>"
                                "<td><code>&lt;queue&gt;</code></table><p>heap queue"
                                "<a href=/gone>gone</a>"));
  const TemporaryDirectory directory;
  ProgramOptions here;
  here.cwd = directory.path();
  const ProgramResult crawl = run({"crawl", site.url("a.localhost", "/en/cpp/a"), "-o", "docs.db",
                                   "--delay", "0", "--no-progress", "--quiet"},
                                  here);
  ASSERT_EQ(crawl.status, 0) << crawl.err;
  // `skitter` is the program under test, and the shell reads the line as a user's would.
  ProgramOptions shell = here;
  shell.program = "/bin/sh";
  for (const std::string& command : commands) {
    SCOPED_TRACE(command);
    const ProgramResult result =
        run({"-c", "skitter() { '" SKITTER_PROGRAM "' \"$@\"; }; " + command}, shell);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_FALSE(result.out.empty());
    EXPECT_TRUE(result.err.empty()) << result.err;
  }
}

}  // namespace
}  // namespace skitter::cli
