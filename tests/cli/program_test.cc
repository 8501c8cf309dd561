// The real program, without a network: arguments, messages, exit statuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/run_program.h"

namespace skitter::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

ProgramOptions shell() {
  ProgramOptions options;
  options.program = "/bin/sh";
  return options;
}

std::ptrdiff_t lines_of(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

TEST(ProgramTest, AMistakeIsOneLineAndStatus2) {
  struct Case {
    std::vector<std::string> given;
    std::string words;
  };
  const Case cases[] = {
      {{}, "skitter: say what to do"},
      {{"crwal"}, "skitter: unknown subcommand crwal; did you mean crawl?"},
      {{"dance"}, "skitter: unknown subcommand dance; see skitter --help"},
      {{"--vresion"}, "skitter: unknown option --vresion; did you mean --version?"},
      {{"--depth", "3", "crawl"}, "--depth belongs after the subcommand: skitter crawl --depth"},
      {{"crawl", "--concurency", "5", "https://a.example/"},
       "skitter: crawl: unknown option --concurency; did you mean --concurrency?"},
      {{"crawl", "--dealy=5s", "https://a.example/"}, "did you mean --delay?"},
      {{"crawl", "--delay", "5", "https://a.example/"}, "--delay: '5' is no duration"},
      // The wrong word is named, not what it makes missing.
      {{"query", "--formt", "csv"}, "query: unknown option --formt; did you mean --format?"},
      {{"query"}, "query: DB is required"},
      {{"url", "a", "b", "c"}, "url: too many arguments: c"},
      {{"crawl", "-o", "/no/such/x.db"}, "crawl: no seeds, and no /no/such/x.db to go on with"},
      {{"crawl", "nodots"}, "nodots: no such file, and no URL"},
      {{"crawl", "--config", "/no/such.toml"}, "--config: cannot read /no/such.toml"},
      {{"crawl", "a.example", "--summary-json", "/no/such/dir/x"}, "--summary-json: cannot write"},
      {{"fetch", "/no/such/file"}, "no such file"},
      {{"robots", "nodots"}, "robots: nodots: no URL"},
      {{"robots", "https://a.example/", "--robots-file", "/no/such"}, "cannot read /no/such"},
  };
  for (const auto& [given, words] : cases) {
    SCOPED_TRACE(words);
    const ProgramResult result = run(given);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr(words));
    EXPECT_THAT(result.err, StartsWith("skitter: "));
    EXPECT_LE(lines_of(result.err), 2);
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST(ProgramTest, SubcommandsOfLaterVersionsAreAbsent) {
  for (const char* const word : {"export", "report"}) {
    SCOPED_TRACE(word);
    EXPECT_EQ(run({word}).status, 2);
  }
}

TEST(ProgramTest, HelpAndVersionGoToStdout) {
  const ProgramResult help = run({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, StartsWith("Usage: skitter SUBCOMMAND"));
  for (const char* const word : {"crawl", "query", "why", "extract", "fetch", "robots", "url"}) {
    SCOPED_TRACE(word);
    EXPECT_THAT(help.out, HasSubstr("\n  " + std::string(word)));
    const ProgramResult own = run({word, "--help"});
    EXPECT_EQ(own.status, 0);
    EXPECT_THAT(own.out, StartsWith("Usage: skitter " + std::string(word)));
    EXPECT_THAT(own.err, IsEmpty());
  }
  EXPECT_THAT(run({"crawl", "--help"}).out, HasSubstr("-c, --concurrency N"));
  EXPECT_THAT(run({"crawl", "--help"}).out, HasSubstr("[256]"));

  const ProgramResult version = run({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, StartsWith("skitter 0.1.0\n"));
  EXPECT_THAT(version.out, HasSubstr("libcurl/"));
}

TEST(ProgramTest, ConfigFileAndPrintedConfig) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "c.toml") << "[crawl]\nconcurrency = 7\ndelay = '1s'\n";
  const ProgramResult result =
      run({"crawl", "--config", directory / "c.toml", "--delay", "2s", "--print-config"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("concurrency = 7\n"));
  EXPECT_THAT(result.out, HasSubstr("delay = \"2s\"\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("print-config")));
}

// The names of WHATWG's URL API, §6.1.
TEST(ProgramTest, UrlShowsTheParts) {
  const ProgramResult result = run({"url", "../c?q=1#top", "https://me:pw@Example.com:8443/a/b/"});
  ASSERT_EQ(result.status, 0) << result.err;
  const json parts = json::parse(result.out);
  EXPECT_EQ(parts["href"], "https://me:pw@example.com:8443/a/c?q=1#top");
  EXPECT_EQ(parts["origin"], "https://example.com:8443");
  EXPECT_EQ(parts["protocol"], "https:");
  EXPECT_EQ(parts["username"], "me");
  EXPECT_EQ(parts["password"], "pw");
  EXPECT_EQ(parts["host"], "example.com:8443");
  EXPECT_EQ(parts["hostname"], "example.com");
  EXPECT_EQ(parts["port"], "8443");
  EXPECT_EQ(parts["pathname"], "/a/c");
  EXPECT_EQ(parts["search"], "?q=1");
  EXPECT_EQ(parts["hash"], "#top");
}

TEST(ProgramTest, UrlThatDoesNotParseIsStatus1) {
  for (const auto& given : std::vector<std::vector<std::string>>{
           {"url", "http://"}, {"url", "/relative"}, {"url", "x", "no base"}, {"url", ""}}) {
    SCOPED_TRACE(given.back());
    const ProgramResult result = run(given);
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err, HasSubstr("no valid URL"));
  }
}

TEST(ProgramTest, RobotsFromAFile) {
  const TemporaryDirectory directory;
  const std::string file = directory / "robots.txt";
  std::ofstream(file) << "User-agent: *\nDisallow: /private\nCrawl-delay: 2\n\n"
                         "User-agent: other\nDisallow: /\n"
                         "Sitemap: https://a.example/map.xml\n";
  ProgramResult result =
      run({"robots", "https://a.example/private/x", "--robots-file", file, "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  json answer = json::parse(result.out);
  EXPECT_EQ(answer["allowed"], false);
  EXPECT_EQ(answer["rule"], "Disallow: /private");
  EXPECT_EQ(answer["agent"], "skitter");
  EXPECT_EQ(answer["crawl_delay_ms"], 2'000);
  EXPECT_EQ(answer["sitemaps"], json::array({"https://a.example/map.xml"}));
  EXPECT_EQ(answer["group"]["agents"], json::array({"User-agent: *"}));
  EXPECT_EQ(answer["group"]["rules"], json::array({"Disallow: /private"}));

  result = run({"robots", "https://a.example/open", "--robots-file", file, "--json"});
  answer = json::parse(result.out);
  EXPECT_EQ(answer["allowed"], true);
  EXPECT_EQ(answer["rule"], nullptr);

  result = run({"robots", "https://a.example/open", "--robots-file", file, "--agent", "other"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, StartsWith("forbidden  https://a.example/open\n"));
  EXPECT_THAT(result.out, HasSubstr("Disallow: /\n"));
  EXPECT_THAT(result.out, HasSubstr("  group     User-agent: other\n"
                                    "            Disallow: /  <- decides\n"
                                    "  sitemap   https://a.example/map.xml\n"));
}

TEST(ProgramTest, FetchReadsAFileAsAPage) {
  const TemporaryDirectory directory;
  const std::string file = directory / "page.html";
  std::ofstream(file) << "<!doctype html><html lang=en><title>A \x1b[31mtitle</title>"
                         "<h1>Head</h1><p>Text<p>more <a rel=nofollow href=b#c>to b</a>";
  ProgramResult result = run({"fetch", file, "--base", "https://a.example/dir/", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const json page = json::parse(result.out);
  EXPECT_EQ(page["url"], "https://a.example/dir/");
  EXPECT_EQ(page["final_url"], "https://a.example/dir/");
  EXPECT_EQ(page["outcome"], "ok");
  EXPECT_EQ(page["status"], nullptr);
  EXPECT_EQ(page["content_type"], "text/html");
  EXPECT_EQ(page["charset"], "utf-8");
  EXPECT_EQ(page["language"], "en");
  EXPECT_EQ(page["h1"], "Head");
  EXPECT_EQ(page["canonical_url"], nullptr);
  EXPECT_THAT(page["text"].get<std::string>(), HasSubstr("Text"));
  ASSERT_EQ(page["links"].size(), 1u);
  EXPECT_EQ(page["links"][0], (json{{"url", "https://a.example/dir/b"},
                                    {"anchor", "to b"},
                                    {"rel", "nofollow"},
                                    {"kind", "a"}}));
  EXPECT_THAT(page["items"], IsEmpty());  // no rule was given

  result = run({"fetch", file});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("url          file:///"));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
}

TEST(ProgramTest, AFullDiskIsStatus3) {
  const ProgramResult result =
      run({"-c", "\"$0\" url https://a.example/ > /dev/full", SKITTER_PROGRAM}, shell());
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("standard output: No space left on device"));
}

TEST(ProgramTest, AReaderThatLeavesIsNoError) {
  const ProgramResult result =
      run({"-c", "(\"$0\" crawl --help; echo $? >&2) | true", SKITTER_PROGRAM}, shell());
  EXPECT_EQ(result.err, "0\n");
}

}  // namespace
}  // namespace skitter::cli
