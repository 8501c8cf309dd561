#include "storage/database.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "temp_database.h"

namespace skitter::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(DatabaseTest, RefusesWhatCannotBeWritten) {
  const TempDirectory directory;
  std::ofstream(directory.file("text"))
      << "certainly no database, but more than a header's worth " << std::string(100, '.');
  struct Case {
    std::string path;
    std::string_view words;
  };
  const Case cases[] = {
      {directory.path(), "Is a directory"},
      {directory.file("no/such.db"), "make its directory first"},
      {directory.file("text") + "/x.db", "make its directory first"},
      {directory.file("text"), "is not a database"},
      {"/dev/null", "not a regular file"},
  };
  for (const auto& [path, words] : cases) {
    SCOPED_TRACE(path);
    for (const Start start : {Start::Continue, Start::Fresh}) {
      const std::string message = failure_of([&] { open_database(path, start); });
      EXPECT_THAT(message, HasSubstr(words));
      EXPECT_THAT(message, HasSubstr(path));
    }
  }
  EXPECT_TRUE(std::filesystem::exists(directory.file("text")));
}

TEST(DatabaseTest, RefusesAnotherProgramsDatabaseAndLeavesItAlone) {
  const TempDirectory directory;
  {
    const Connection other = open_connection(
        directory.file(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, directory.file());
    execute(other.get(), "CREATE TABLE theirs(x); INSERT INTO theirs VALUES (7)");
  }
  for (const Start start : {Start::Continue, Start::Fresh}) {
    EXPECT_THAT(failure_of([&] { open_database(directory.file(), start); }),
                HasSubstr("another program"));
  }
  const Connection other =
      open_connection(directory.file(), SQLITE_OPEN_READONLY, directory.file());
  EXPECT_THAT(rows(other.get(), "SELECT x FROM theirs"), ElementsAre("7"));
}

TEST(DatabaseTest, RefusesANewerSchema) {
  const TempDirectory directory;
  execute(open_database(directory.file()).connection(), "PRAGMA user_version = 99");
  EXPECT_THAT(failure_of([&] { open_database(directory.file()); }), HasSubstr("newer skitter"));
  EXPECT_NO_THROW(open_database(directory.file(), Start::Fresh));
}

TEST(DatabaseTest, RefusesASecondCrawlOfTheSameFile) {
  const TempDirectory directory;
  const Database first = open_database(directory.file());
  for (const Start start : {Start::Continue, Start::Fresh}) {
    EXPECT_THAT(failure_of([&] { open_database(directory.file(), start); }),
                HasSubstr("another crawl is writing"));
  }
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // The list of this process's own locks came along with the fork: another name gets past it.
    const std::string link = directory.file("hard-link.db");
    const bool linked = ::link(directory.file().c_str(), link.c_str()) == 0;
    const std::string message = failure_of([&] { open_database(link); });
    _exit(linked && message.find("another crawl is writing") != std::string::npos ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(DatabaseTest, CanBeOpenedAgainOnceClosed) {
  const TempDirectory directory;
  { const Database first = open_database(directory.file()); }
  EXPECT_NO_THROW(open_database(directory.file()));
  EXPECT_FALSE(std::filesystem::exists(directory.file() + "-wal"));
}

TEST(DatabaseTest, FreshRemovesTheCrawlBehindASymbolicLink) {
  const TempDirectory directory;
  {
    Database database = open_database(directory.file("real.db"));
    apply(database, seed_record());
  }
  std::filesystem::create_symlink(directory.file("real.db"), directory.file("link.db"));
  const Database database = open_database(directory.file("link.db"), Start::Fresh);
  EXPECT_TRUE(rows(database.connection(), "SELECT url FROM urls").empty());
  EXPECT_TRUE(std::filesystem::is_symlink(directory.file("link.db")));
  EXPECT_TRUE(std::filesystem::exists(directory.file("real.db")));
}

TEST(DatabaseTest, TakesNoPathForAUri) {
  const TempDirectory directory;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(directory.path());
  { const Database database = open_database("file:a?mode=memory"); }
  { const Database database = open_database(":memory:"); }
  std::filesystem::current_path(before);
  EXPECT_GT(std::filesystem::file_size(directory.file("file:a?mode=memory")), 0u);
  EXPECT_GT(std::filesystem::file_size(directory.file(":memory:")), 0u);
}

TEST(DatabaseTest, LoadsWhatWasWritten) {
  const TempDirectory directory;
  {
    Database database = open_database(directory.file());
    apply(database, seed_record());
    Record page = page_record();
    page.nearer = {2, 1};
    page.page->text_shape = 0xf000'0000'0000'0001;
    apply(database, page);
    Recorder recorder(database.connection());
    recorder.apply(HostState{.id = 1,
                             .robots_state = "rules",
                             .crawl_delay_ms = 1500,
                             .blocked_until_ms = 77,
                             .incidents = 2});
    recorder.apply(RobotsCopy{.host = 1,
                              .origin = "http://a.example",
                              .fetched_at_ms = 5,
                              .state = "rules",
                              .body = std::string("a\0\xff", 3)});
  }
  Database database = open_database(directory.file());
  std::vector<std::string> urls;
  std::vector<HostState> hosts;
  std::vector<std::string> names;
  std::vector<RobotsCopy> copies;
  std::vector<std::string> pages;
  std::vector<UrlId> nearer;
  database.load(
      {.host =
           [&](const HostState& state, std::string_view name) {
             hosts.push_back(state);
             names.emplace_back(name);
           },
       .robots = [&](const RobotsCopy& copy) { copies.push_back(copy); },
       .url =
           [&](UrlId id, std::string_view url, HostId host, std::uint16_t depth, std::uint8_t hops,
               std::optional<Outcome> outcome, std::string_view detail) {
             urls.push_back(
                 std::to_string(id) + " " + std::string(url) + " " + std::to_string(host) + " " +
                 std::to_string(depth) + " " + std::to_string(hops) + " " +
                 std::string(outcome ? to_string(*outcome) : "none") + " " + std::string(detail));
           },
       .page =
           [&](std::string_view url, std::uint16_t depth, std::uint64_t text_shape) {
             pages.push_back(fmt::format("{} {} {:x}", url, depth, text_shape));
           },
       .nearer = [&](UrlId id) { nearer.push_back(id); }});
  EXPECT_THAT(urls,
              ElementsAre("1 http://a.example/ 1 0 0 ok ", "2 http://a.example/two 1 0 0 queued ",
                          "3 http://a.example/three 1 1 0 queued ",
                          "4 http://u:p@other.example:81/four 0 1 0 scope host",
                          "5 http://a.example/i.png 0 1 0 none "));
  EXPECT_THAT(pages, ElementsAre("http://a.example/ 0 f000000000000001"));
  ASSERT_EQ(hosts.size(), 1u);
  EXPECT_THAT(names, ElementsAre("a.example"));
  EXPECT_EQ(hosts[0].robots_state, "rules");
  EXPECT_EQ(hosts[0].crawl_delay_ms, 1500);
  EXPECT_EQ(hosts[0].blocked_until_ms, 77);
  EXPECT_EQ(hosts[0].incidents, 2);
  ASSERT_EQ(copies.size(), 1u);
  EXPECT_EQ(copies[0].origin, "http://a.example");
  EXPECT_EQ(copies[0].fetched_at_ms, 5);
  EXPECT_EQ(copies[0].body, std::string("a\0\xff", 3));
  EXPECT_THAT(nearer, ElementsAre(1u, 2u));
  EXPECT_EQ(database.page_count(), 1u);
}

TEST(DatabaseTest, RequeuesByOutcomeAndKeepsTheirPages) {
  const TempDirectory directory;
  Database database = open_database(directory.file());
  apply(database, seed_record());
  apply(database, page_record());
  const Outcome outcomes[] = {Outcome::Ok, Outcome::Scope};
  database.requeue(outcomes);
  EXPECT_THAT(rows(database.connection(), "SELECT id, outcome, detail FROM urls"),
              ElementsAre("1|queued|NULL", "2|queued|NULL", "3|queued|NULL", "4|scope|host"));
  EXPECT_THAT(rows(database.connection(), "SELECT id, outcome, title FROM pages"),
              ElementsAre("1|queued|One"));
}

TEST(DatabaseTest, ClosesTheRowOfAKilledRun) {
  const TempDirectory directory;
  Database database = open_database(directory.file());
  EXPECT_FALSE(database.last_run());
  const std::int64_t killed = database.begin_run("0.1", "{\"a\":1}", 2, 1'700'000'000'000);
  apply(database, seed_record());
  apply(database, page_record());
  const std::int64_t idle = database.begin_run("0.1", "{\"a\":2}", 2, 1'700'000'010'000);
  const std::int64_t ended = database.begin_run("0.1", "{\"a\":3}", 2, 1'700'000'020'000);
  database.end_run({ended,
                    "finished",
                    {.pages = 1, .ok = 2, .errors = 3, .bytes = 4, .requests = 5, .discovered = 6},
                    1'700'000'030'999});
  EXPECT_NE(killed, idle);
  EXPECT_EQ(database.last_run()->options, "{\"a\":3}");
  EXPECT_EQ(database.last_run()->reason, "finished");
  EXPECT_THAT(
      rows(database.connection(),
           "SELECT started_at, ended_at, reason, pages, ok, errors, bytes, requests, discovered "
           "FROM runs ORDER BY id"),
      ElementsAre("2023-11-14T22:13:20.000Z|2023-11-14T22:13:20.123Z|killed|1|1|0|1234|NULL|NULL",
                  "2023-11-14T22:13:30.000Z|2023-11-14T22:13:30.000Z|killed|0|0|0|0|NULL|NULL",
                  "2023-11-14T22:13:40.000Z|2023-11-14T22:13:50.999Z|finished|1|2|3|4|5|6"));
}

}  // namespace
}  // namespace skitter::storage
