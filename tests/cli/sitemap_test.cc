// skitter sitemap, as a program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/cli/run_program.h"

namespace skitter::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Runs it on a file that holds `text`.
ProgramResult run_on(const std::string& text, const std::vector<std::string>& more = {}) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "map.xml") << text;
  std::vector<std::string> arguments = {"sitemap", "map.xml"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  ProgramOptions options;
  options.cwd = directory.path();
  return run(arguments, options);
}

TEST(SitemapCommandTest, PrintsALineForEachEntry) {
  const ProgramResult result = run_on(
      "<urlset><url><loc>http://a.example</loc><lastmod>2020-01-01</lastmod></url>"
      "<sitemap><loc>/s.xml</loc></sitemap></urlset>",
      {"--base", "http://b.example/x/map.xml"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out,
            "{\"loc\":\"http://a.example/\",\"lastmod\":\"2020-01-01\",\"kind\":\"url\"}\n"
            "{\"loc\":\"http://b.example/s.xml\",\"lastmod\":null,\"kind\":\"sitemap\"}\n");
  EXPECT_THAT(result.err, IsEmpty());
}

TEST(SitemapCommandTest, LeavesOutWhatHasNoHost) {
  const ProgramResult result = run_on("<urlset><url><loc>/a</loc></url></urlset>");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, IsEmpty());
}

TEST(SitemapCommandTest, SaysWhatIsMissing) {
  struct Case {
    std::string given, want;
  };
  const Case cases[] = {
      {"<html></html>", "is no sitemap"},
      {"", "is no sitemap"},
      {"<urlset>", "damaged"},
      {"<!DOCTYPE urlset [<!ENTITY x 'y'>]><urlset/>", "DTD"},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    const ProgramResult result = run_on(given);
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, HasSubstr(want));
  }
}

TEST(SitemapCommandTest, RefusesWhatItCannotRead) {
  EXPECT_EQ(run({"sitemap", "no such file"}).status, 2);
  EXPECT_EQ(run({"sitemap"}).status, 2);
  EXPECT_EQ(run({"sitemap", "http://localhost/", "--base", "http://a.example/"}).status, 2);
  EXPECT_EQ(run_on("<urlset/>", {"--base", "::"}).status, 2);
  // Port 1 of this machine: nothing listens there.
  const ProgramResult unreachable = run({"sitemap", "http://127.0.0.1:1/sitemap.xml"});
  EXPECT_EQ(unreachable.status, 4);
  EXPECT_THAT(unreachable.err, HasSubstr("network_error"));
}

}  // namespace
}  // namespace skitter::cli
