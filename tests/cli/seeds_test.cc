#include "cli/seeds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/cli/run_program.h"

namespace skitter::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> hrefs(const Seeds& seeds) {
  std::vector<std::string> out;
  for (const auto& url : seeds.urls) out.emplace_back(url.href());
  return out;
}

Seeds from_lines(const std::string& text) {
  std::istringstream lines(text);
  Seeds seeds;
  read_seed_lines(lines, "seeds.txt", seeds);
  return seeds;
}

TEST(SeedsTest, TypedUrls) {
  struct Case {
    std::string_view given, want;  // empty: refused
  };
  const Case cases[] = {
      {"https://example.com/a?b", "https://example.com/a?b"},
      {"HTTP://Example.COM", "http://example.com/"},
      {"example.com", "https://example.com/"},
      {"example.com/x?y=1", "https://example.com/x?y=1"},
      {"example.com:8443/x", "https://example.com:8443/x"},
      {"localhost:8080/x", "http://localhost:8080/x"},
      {"localhost", "http://localhost/"},
      {"a.localhost:1", "http://a.localhost:1/"},
      {"127.0.0.1:80", "http://127.0.0.1/"},
      {"[::1]:8080/", "http://[::1]:8080/"},
      {"ftp://example.com/", ""},
      {"mailto:a@example.com", ""},
      {"javascript:alert(1)", ""},
      {"nodots", ""},
      {"two words.com", ""},
      {"http://", ""},
      {"/etc/x.conf", ""},
      {"./x.txt", ""},
      {"", ""},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    std::string why_not;
    const auto url = parse_typed_url(given, why_not);
    EXPECT_EQ(url ? url->href() : "", want);
    EXPECT_EQ(why_not.empty(), !want.empty());
  }
}

TEST(SeedsTest, ForgivesWhatFilesLookLike) {
  const Seeds seeds = from_lines(
      "\xef\xbb\xbf# pages to start from\r\n"
      "https://example.com/a\r\n"
      "\r\n"
      "  https://example.com/b#top  \n"
      "https://example.com/c # a comment\n"
      "example.com/d\t# another\n"
      "   # indented\n"
      "https://example.com/last");
  EXPECT_THAT(hrefs(seeds), ElementsAre("https://example.com/a", "https://example.com/b#top",
                                        "https://example.com/c", "https://example.com/d",
                                        "https://example.com/last"));
  EXPECT_THAT(seeds.problems, IsEmpty());
}

TEST(SeedsTest, ABadLineIsNamedAndTheOthersGoOn) {
  const Seeds seeds =
      from_lines("https://a.example/\nnonsense\x1b[2J\n\nhttp://[/\nhttps://b.example/\n");
  EXPECT_THAT(hrefs(seeds), ElementsAre("https://a.example/", "https://b.example/"));
  EXPECT_THAT(seeds.problems,
              ElementsAre("seeds.txt:2: nonsense\\x1b[2J: no URL; write https://HOST/PATH",
                          "seeds.txt:4: http://[/: no valid URL"));
}

TEST(SeedsTest, TellsFilesFromUrls) {
  const TemporaryDirectory directory;
  const std::string file = directory / "list.example";
  std::ofstream(file) << "https://from.file/\n";
  std::istringstream input("https://from.stdin/\nnonsense\n");
  const std::vector<std::string> arguments = {
      file, "https://typed.example/", "-", directory / "missing.txt", directory.path(), "nodots"};
  const Seeds seeds = read_seeds(arguments, input);
  EXPECT_THAT(hrefs(seeds),
              ElementsAre("https://from.file/", "https://typed.example/", "https://from.stdin/"));
  EXPECT_THAT(seeds.problems,
              ElementsAre(HasSubstr("stdin:2: nonsense"), HasSubstr("no such file"),
                          HasSubstr("a directory"), HasSubstr("nodots: no such file, and no URL")));
}

}  // namespace
}  // namespace skitter::cli
