// skitter export, end to end: what it writes, read back by other programs' parsers.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>

#include "tests/e2e/crawl_fixture.h"
#include "tests/e2e/stored_crawl.h"
#include "tests/site/site.h"

namespace skitter::e2e {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<json> json_lines(const std::string& text) {
  std::vector<json> values;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) values.push_back(json::parse(line));
  return values;
}

class ExportTest : public CrawlTest {
 protected:
  ExportTest() {
    site_.route(kHost, "/",
                Answer::html("<!doctype html><title>One &amp; \"two\"</title><h1>=1+1</h1>"
                             "<a href=/two rel=nofollow>to \u202e two</a><img src=/i.png alt=I>"));
    site_.route(kHost, "/two", Answer::html("<!doctype html><title>Two</title>"));
  }

  [[nodiscard]] ProgramResult crawl_site() const {
    return crawl({site_.url(kHost), "--no-robots", "-e", "title=title"});
  }

  Site site_;
};

TEST_F(ExportTest, JsonLinesAreThePagesWithTheirLinksAndItems) {
  ASSERT_EQ(crawl_site().status, 0);
  const ProgramResult result = skitter({"export", "crawl.db"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, IsEmpty());
  const std::vector<json> pages = json_lines(result.out);
  ASSERT_EQ(pages.size(), 2u);
  EXPECT_EQ(pages[0]["title"], "One & \"two\"");
  EXPECT_EQ(pages[0]["status"], 200);
  EXPECT_TRUE(pages[0]["error"].is_null());
  EXPECT_EQ(pages[0]["links"], json::parse(R"([{"url": ")" + site_.url(kHost, "/two") +
                                           R"(", "anchor": "to \u202e two", "rel": "nofollow",
                                                 "kind": "a"},
                                               {"url": ")" +
                                           site_.url(kHost, "/i.png") +
                                           R"(", "anchor": "", "rel": "", "kind": "image"}])"));
  EXPECT_EQ(pages[0]["items"], json::parse(R"([{"rule": "extract", "position": 0,
                             "data": {"title": "One & \"two\""}}])"));
  // Every column of the view, by its name and with its value.
  for (const std::string& column : rows("SELECT name FROM pragma_table_info('pages')")) {
    SCOPED_TRACE(column);
    ASSERT_TRUE(pages[1].contains(column));
    const json& value = pages[1][column];
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    EXPECT_EQ(rows("SELECT coalesce(" + column + ", 'null') FROM pages WHERE url LIKE '%two'"),
              Words{text});
  }
}

// A program that was stopped half-way must not be taken for one that was done.
TEST_F(ExportTest, AFileTakesItsNameOnceItIsWhole) {
  ASSERT_EQ(crawl_site().status, 0);
  std::ofstream(path("out")) << "earlier";
  std::ofstream(path("out.part")) << std::string(100'000, 'x');  // of one that was killed
  std::filesystem::permissions(path("out"), std::filesystem::perms(0640));
  ASSERT_EQ(skitter({"export", "crawl.db", "-o", "out"}).status, 0);
  EXPECT_EQ(read(path("out")), skitter({"export", "crawl.db"}).out);
  EXPECT_FALSE(std::filesystem::exists(path("out.part")));
  EXPECT_EQ(std::filesystem::status(path("out")).permissions(), std::filesystem::perms(0640));
}

TEST_F(ExportTest, AFailureLeavesTheEarlierFile) {
  store_pages(path(), 200,
              [](storage::Record& record) { record.page->page.text = std::string(2'000, 'x'); });
  std::ofstream(path("out")) << "earlier";
  EXPECT_EQ(skitter({"export", "none.db", "-o", "out"}).status, 3);
  EXPECT_EQ(read(path("out")), "earlier");
  EXPECT_FALSE(std::filesystem::exists(path("out.part")));
  ProgramOptions shell = here();
  shell.program = "/bin/sh";
  // 64 KiB or 128: room for the index of the log, and not for the export.
  const ProgramResult full =
      cli::run({"-c", "ulimit -f 128; exec '" SKITTER_PROGRAM "' export crawl.db -o out"}, shell);
  EXPECT_EQ(full.status, 3);
  EXPECT_THAT(full.err, HasSubstr("skitter: out: File too large"));
  EXPECT_EQ(read(path("out")), "earlier");
  EXPECT_FALSE(std::filesystem::exists(path("out.part")));
}

TEST_F(ExportTest, AFileThatCannotBeWrittenIsRefused) {
  ASSERT_EQ(crawl_site().status, 0);
  const std::string before = read(path());
  std::filesystem::create_symlink("crawl.db", path("link"));
  std::filesystem::create_directory(path("directory"));
  std::ofstream(path("busy.part"));
  const int busy = ::open(path("busy.part").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(busy, LOCK_EX), 0);
  struct Case {
    const char* output;
    int status;
    const char* words;
  };
  constexpr Case kCases[] = {
      {"crawl.db", 2, "is the database itself"},    {"./link", 2, "is the database itself"},
      {"directory", 3, "it is a directory"},        {"none/out", 3, "No such file or directory"},
      {"busy", 3, "another program is writing it"},
  };
  for (const Case& given : kCases) {
    SCOPED_TRACE(given.output);
    const ProgramResult result = skitter({"export", "crawl.db", "-o", given.output});
    EXPECT_EQ(result.status, given.status);
    EXPECT_THAT(result.err, HasSubstr(given.words));
  }
  (void)::close(busy);
  EXPECT_EQ(read(path()), before);
}

// Killed at any instant, or stopped by Ctrl-C, an export leaves the earlier file; the next run is
// not hindered by what the killed one left.
TEST_F(ExportTest, KilledOrInterruptedItLeavesTheEarlierFile) {
  constexpr std::uint32_t kPages = 400;
  store_pages(path(), kPages,
              [](storage::Record& record) { record.page->page.text = std::string(100'000, 'x'); });
  std::ofstream(path("out")) << "earlier";
  const auto written = [&] {
    std::error_code error;
    const auto size = std::filesystem::file_size(path("out.part"), error);
    return error ? 0 : size;
  };
  std::mt19937 random(11);
  for (const int signal_number : {SIGKILL, SIGINT, SIGKILL, SIGTERM, SIGKILL}) {
    SCOPED_TRACE(signal_number);
    std::filesystem::remove(path("out.part"));
    Program program({"export", "crawl.db", "-o", "out"}, here());
    const std::size_t wanted = std::uniform_int_distribution<std::size_t>(1, 4'000'000)(random);
    ASSERT_TRUE(program.wait_until([&] { return written() >= wanted; })) << program.err();
    program.signal(signal_number);
    const ProgramResult result = program.wait();
    if (signal_number == SIGKILL) {
      EXPECT_EQ(result.signal, SIGKILL);
    } else {
      EXPECT_EQ(result.status, 11) << result.err;
      EXPECT_THAT(result.err, HasSubstr("interrupted; out is as it was"));
      EXPECT_FALSE(std::filesystem::exists(path("out.part")));
    }
    EXPECT_EQ(read(path("out")), "earlier");
    expect_sound();
  }
  EXPECT_EQ(skitter({"export", "crawl.db", "-o", "out"}).status, 0);
  const std::string whole = read(path("out"));
  EXPECT_EQ(std::count(whole.begin(), whole.end(), '\n'), kPages);
  EXPECT_FALSE(std::filesystem::exists(path("out.part")));
  expect_sound();
}

TEST_F(ExportTest, AReaderThatGoesIsNoError) {
  store_pages(path(), 2'000,
              [](storage::Record& record) { record.page->page.text = std::string(2'000, 'x'); });
  ProgramOptions shell = here();
  shell.program = "/bin/sh";
  const ProgramResult result = cli::run(
      {"-c", "{ '" SKITTER_PROGRAM "' export crawl.db; echo $? > status; } | head -n 1"}, shell);
  EXPECT_EQ(json_lines(result.out).size(), 1u);
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_EQ(read(path("status")), "0\n");
}

TEST_F(ExportTest, WhatIsNoRegularFileIsWrittenAsItIs) {
  ASSERT_EQ(crawl_site().status, 0);
  EXPECT_EQ(skitter({"export", "crawl.db", "-o", "/dev/stdout"}).out,
            skitter({"export", "crawl.db", "-o", "-"}).out);
  EXPECT_EQ(skitter({"export", "crawl.db", "-o", "/dev/full"}).status, 3);
  std::filesystem::create_symlink("target", path("link"));
  EXPECT_EQ(skitter({"export", "crawl.db", "-o", "link"}).status, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(read(path("target")), skitter({"export", "crawl.db"}).out);
}

}  // namespace
}  // namespace skitter::e2e
