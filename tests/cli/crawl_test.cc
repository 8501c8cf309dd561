// `skitter crawl`, `fetch` and `robots` against the loopback site: what the command line adds to
// the crawler.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/cli/run_program.h"
#include "tests/site/site.h"

namespace skitter::cli {
namespace {

using nlohmann::json;
using site::Answer;
using site::Site;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// "localhost:PORT", as one types it.
std::string typed(const Site& site) {
  return "localhost:" + std::to_string(site.port());
}

class CrawlTest : public ::testing::Test {
 protected:
  CrawlTest() {
    site_.route("", "/", Answer::html("<title>Front</title><a href=/a>a</a>"));
    site_.route("", "/a", Answer::html("<title>A</title><a href=/gone>gone</a>"));
  }

  [[nodiscard]] ProgramResult skitter(const std::vector<std::string>& arguments,
                                      std::string input = "") const {
    ProgramOptions options;
    options.cwd = directory_.path();
    options.input = std::move(input);
    return run(arguments, options);
  }

  Site site_;
  TemporaryDirectory directory_;
};

TEST_F(CrawlTest, LeavesADatabaseAndASummary) {
  const ProgramResult result =
      skitter({"crawl", typed(site_), "--delay", "0", "--summary-json", "summary.json"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, AllOf(HasSubstr("skitter: finished after "), HasSubstr("3 pages"),
                                HasSubstr("skitter query crawl.db --list")));
  const json summary = json::parse(read(directory_ / "summary.json"));
  EXPECT_EQ(summary["reason"], "finished");
  EXPECT_EQ(summary["exit_status"], 0);
  EXPECT_EQ(summary["pages"], 3);
  EXPECT_EQ(summary["ok"], 2);
  EXPECT_EQ(summary["still_queued"], 0);

  const ProgramResult rows =
      skitter({"query", "crawl.db", "-f", "csv", "SELECT title, status FROM pages ORDER BY depth"});
  EXPECT_EQ(rows.out, "title,status\r\nFront,200\r\nA,200\r\n,404\r\n");
  EXPECT_THAT(skitter({"why", "crawl.db", typed(site_) + "/gone"}).out, HasSubstr("http_error"));
  EXPECT_EQ(json::parse(skitter({"query", "crawl.db", "-f", "jsonl",
                                 "SELECT json_extract(options, '$.delay_ms') AS delay FROM runs"})
                            .out)["delay"],
            0);
}

TEST_F(CrawlTest, QuietSaysNothing) {
  const ProgramResult result = skitter({"crawl", typed(site_), "--delay", "0", "-q"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(result.out, IsEmpty());
}

TEST_F(CrawlTest, SeedsFromStdinWithABadLine) {
  const ProgramResult result =
      skitter({"crawl", "-", "--delay", "0"}, "nonsense\r\n" + typed(site_) + "/a # one\r\n");
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("skitter: stdin:1: nonsense: no URL"));
}

TEST_F(CrawlTest, NoSeedFetchedIsStatus4) {
  const ProgramResult result =
      skitter({"crawl", "http://localhost:1/", "--delay", "0", "--retries", "0"});
  EXPECT_EQ(result.status, 4) << result.err;
  EXPECT_THAT(result.err, HasSubstr("not one seed could be fetched"));
}

TEST_F(CrawlTest, WarnsOfWhatIsRisky) {
  EXPECT_THAT(skitter({"crawl", typed(site_), "--delay", "0", "-k"}).err,
              HasSubstr("warning: --insecure"));
  EXPECT_EQ(skitter({"query", "crawl.db", "-f", "csv",
                     "SELECT json_extract(options, '$.insecure') AS insecure FROM runs"})
                .out,
            "insecure\r\n1\r\n");
  const ProgramResult again = skitter({"crawl", typed(site_), "--delay", "0", "-d", "1"});
  EXPECT_THAT(again.err,
              HasSubstr("warning: crawl.db: depth was null in the last run and is 1 now"));
}

TEST_F(CrawlTest, ABadRegularExpressionIsStatus2) {
  const ProgramResult result = skitter({"crawl", typed(site_), "--include", "("});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("skitter: "));
}

TEST_F(CrawlTest, AnotherProgramsFileIsStatus3AndUntouched) {
  std::ofstream(directory_ / "notes.txt") << "not a database, but somebody's text";
  const ProgramResult result = skitter({"crawl", typed(site_), "-o", "notes.txt"});
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(read(directory_ / "notes.txt"), "not a database, but somebody's text");
}

TEST_F(CrawlTest, FetchFollowsRedirects) {
  site_.route("", "/old", Answer::redirect("/a"));
  const ProgramResult result = skitter({"fetch", typed(site_) + "/old", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const json page = json::parse(result.out);
  EXPECT_EQ(page["url"], site_.url("localhost", "/old"));
  EXPECT_EQ(page["final_url"], site_.url("localhost", "/a"));
  EXPECT_EQ(page["status"], 200);
  EXPECT_EQ(page["title"], "A");
}

TEST_F(CrawlTest, FetchOfNothingIsStatus4) {
  const ProgramResult result = skitter({"fetch", "http://localhost:1/", "--json"});
  EXPECT_EQ(result.status, 4);
  const json page = json::parse(result.out);
  EXPECT_EQ(page["outcome"], "network_error");
  EXPECT_EQ(page["status"], nullptr);
  EXPECT_THAT(result.err, HasSubstr("network_error"));
}

// RFC 9309 §2.3.1.
TEST_F(CrawlTest, RobotsByWhatTheServerAnswers) {
  struct Case {
    Answer given;
    bool allowed;
    std::string words;
  };
  const Case cases[] = {
      {Answer::plain(200, "User-agent: *\nDisallow: /x"), false, "Disallow: /x"},
      {Answer::plain(404, "User-agent: *\nDisallow: /"), true, "no robots.txt"},
      {Answer::plain(503, ""), false, "could not be got"},
  };
  for (const auto& [given, allowed, words] : cases) {
    SCOPED_TRACE(words);
    site_.route("", "/robots.txt", given);
    const ProgramResult result = skitter({"robots", typed(site_) + "/x"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out.starts_with("allowed"), allowed) << result.out;
    EXPECT_THAT(result.out, HasSubstr(words));
  }
}

}  // namespace
}  // namespace skitter::cli
