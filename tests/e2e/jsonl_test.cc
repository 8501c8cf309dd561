// crawl --jsonl: pages as JSON lines while the crawl runs, each once it is committed.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "tests/e2e/crawl_fixture.h"
#include "tests/site/site.h"

namespace skitter::e2e {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

std::string contents_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

Words lines_of(const std::string& text) {
  Words lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class JsonlTest : public CrawlTest {
 protected:
  static site::PageOptions pages(std::uint32_t count) {
    return {.hosts = 1,
            .pages_per_host = count,
            .size_bytes = 4'000,
            .links = 10,
            .redirect_share = 0.1,
            .missing_share = 0.1,
            .delay = milliseconds(0),
            .jitter = milliseconds(0),
            .robots_txt = ""};
  }
  // All links lead to pages of the same depth, so that no depth changes once a line is written.
  [[nodiscard]] Words flags(const Site& site, const Words& more) const {
    Words words = site.seeds();
    words.insert(words.end(), {"--host-concurrency", "8"});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  // The URLs of the lines, each of which must be whole and say what `export` says.
  Words expect_exported(const Words& lines) const {
    const Words exported = lines_of(skitter({"export", "crawl.db"}).out);
    std::map<std::string, json> by_url;
    for (const std::string& line : exported) {
      json page = json::parse(line);
      by_url.emplace(page["url"].get<std::string>(), std::move(page));
    }
    Words urls;
    for (const std::string& line : lines) {
      json page = json::parse(line, nullptr, false);
      EXPECT_FALSE(page.is_discarded()) << line;
      if (page.is_discarded()) continue;
      urls.push_back(page["url"]);
      json want = by_url[urls.back()];
      for (const char* const later : {"depth", "referrer"}) {  // may be found nearer afterwards
        page.erase(later);
        want.erase(later);
      }
      EXPECT_EQ(page, want);
    }
    return urls;
  }
};

TEST_F(JsonlTest, EachPageIsALineOfStdout) {
  site::PageOptions two_hosts = pages(100);
  two_hosts.hosts = 2;
  const Site site({.pages = two_hosts});
  // -j takes a file; what is a URL is none.
  const ProgramResult result =
      crawl({"--host-concurrency", "8", "-j", site.seeds()[0], site.seeds()[1]});
  ASSERT_EQ(result.status, 0) << result.err;
  expect_finished();
  EXPECT_EQ(number("SELECT count(*) FROM urls WHERE referrer IS NULL"), 2);
  EXPECT_THAT(expect_exported(lines_of(result.out)),
              UnorderedElementsAreArray(rows("SELECT url FROM pages")));
}

TEST_F(JsonlTest, AFileIsGoneOnWith) {
  const Site site({.pages = pages(150)});
  ASSERT_EQ(crawl(flags(site, {"-j", "out.jsonl", "--max-pages", "40"})).status, 0);
  EXPECT_EQ(lines_of(contents_of(path("out.jsonl"))).size(), 40u);
  std::ofstream(path("out.jsonl"), std::ios::app) << "{\"url\": \"cut sho";  // by a kill
  ASSERT_EQ(crawl(flags(site, {"--jsonl", "out.jsonl"})).status, 0);
  EXPECT_THAT(expect_exported(lines_of(contents_of(path("out.jsonl")))),
              UnorderedElementsAreArray(rows("SELECT url FROM pages")));
  ASSERT_EQ(crawl(flags(site, {"-j", "out.jsonl", "--fresh", "--max-pages", "1"})).status, 0);
  EXPECT_EQ(lines_of(contents_of(path("out.jsonl"))).size(), 1u);
}

TEST_F(JsonlTest, AKillMayCostTheLastLinesAndNothingElse) {
  site::PageOptions slow = pages(150);
  slow.jitter = milliseconds(40);
  const Site site({.pages = slow});
  for (const std::size_t wanted : {1, 30}) {
    Program program(crawl_words(flags(site, {"-j", "out.jsonl"})), here());
    ASSERT_TRUE(program.wait_until([&] {
      return std::filesystem::exists(path("out.jsonl")) &&
             lines_of(contents_of(path("out.jsonl"))).size() > wanted;
    })) << program.err();
    program.signal(SIGKILL);
    (void)program.wait();
    expect_sound();
  }
  ASSERT_EQ(crawl(flags(site, {"-j", "out.jsonl"})).status, 0);
  const Words urls = expect_exported(lines_of(contents_of(path("out.jsonl"))));
  EXPECT_EQ(std::set<std::string>(urls.begin(), urls.end()).size(), urls.size());
  EXPECT_GT(urls.size(), 31u);
  EXPECT_LE(static_cast<std::int64_t>(urls.size()), number("SELECT count(*) FROM pages"));
  expect_finished();
}

TEST_F(JsonlTest, AFileOfSomethingElseIsLeftAlone) {
  const Site site({.pages = pages(2)});
  std::ofstream(path("seeds.txt")) << site.seeds()[0] << "\n";
  const ProgramResult seeds = crawl({"-j", "seeds.txt", site.seeds()[0]});
  EXPECT_EQ(seeds.status, 2);
  EXPECT_THAT(seeds.err, HasSubstr("seeds.txt is there and holds no JSON lines"));
  EXPECT_EQ(contents_of(path("seeds.txt")), site.seeds()[0] + "\n");
  EXPECT_EQ(crawl({"-j", "crawl.db", site.seeds()[0]}).status, 2);
  EXPECT_EQ(crawl({"-j", "none/out.jsonl", site.seeds()[0]}).status, 3);
  EXPECT_THAT(page_requests(site), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(JsonlTest, AFullDiskEndsTheCrawlResumably) {
  const Site site({.pages = pages(300)});
  const ProgramResult full = crawl(flags(site, {"-j", "/dev/full"}));
  EXPECT_EQ(full.status, 3);
  EXPECT_THAT(full.err, HasSubstr("/dev/full: No space left on device"));
  expect_sound();
  EXPECT_EQ(crawl(flags(site, {})).status, 0);
  expect_finished();
}

// `| head`: what is in flight is finished, and the rest is for the next run.
TEST_F(JsonlTest, AReaderThatGoesEndsTheCrawlResumably) {
  const Site site({.pages = pages(6'000)});
  std::string command = "{ '" SKITTER_PROGRAM "'";
  for (const std::string& word : crawl_words(flags(site, {"-j", "-q"}))) command += " " + word;
  ProgramOptions shell = here();
  shell.program = "/bin/sh";
  const ProgramResult result =
      cli::run({"-c", command + "; echo $? > status; } | head -n 3"}, shell);
  EXPECT_EQ(lines_of(result.out).size(), 3u);
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_EQ(contents_of(path("status")), "11\n");
  expect_sound();
  EXPECT_EQ(rows("SELECT reason FROM runs"), Words{"interrupted"});
  EXPECT_LT(number("SELECT count(*) FROM pages"), 6'000);
  EXPECT_EQ(crawl(flags(site, {"--max-pages", "6000"})).status, 0);
  expect_sound();
}

// A pipe that nobody empties: the crawl waits, with bounds, and still ends when it is told to.
TEST_F(JsonlTest, AReaderThatIsStuckHoldsTheCrawlAndNotItsEnd) {
  const Site site({.pages = pages(8'000)});
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const int reader = ::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  Program program(crawl_words(flags(site, {"-j", "pipe"})), here());
  std::size_t seen = 0;
  std::size_t same = 0;
  ASSERT_TRUE(program.wait_until([&] {  // asked every few milliseconds
    const std::size_t now = site.log().size();
    same = now == seen && now > 1'000 ? same + 1 : 0;
    seen = now;
    return same == 50;
  })) << program.err();
  EXPECT_LT(seen, 6'000u);
  program.signal(SIGINT);
  ASSERT_TRUE(program.wait_until([&] {
    return program.err().find("stopping") != std::string::npos;
  })) << program.err();
  // The run is written; the lines still wait for their reader, till they are given up.
  ASSERT_TRUE(program.wait_until([&] {
    return number("SELECT count(*) FROM runs WHERE reason IS NOT NULL") == 1;
  })) << program.err();
  // Between the crawl and the wait for its lines there is an instant in which nobody hears a signal.
  for (int i = 0; i < 10 && program.is_running(); ++i) {
    program.signal(SIGINT);
    (void)program.wait_until([] { return false; }, milliseconds(3'000));
  }
  EXPECT_EQ(program.wait().status, 11);
  (void)::close(reader);
  expect_sound();
}

}  // namespace
}  // namespace skitter::e2e
