// What passes by itself is waited for: a disk that is nearly full, another program's lock. What does not ends the run.
#include <gmock/gmock.h>
#include <signal.h>
#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "storage/sqlite.h"
#include "tests/e2e/crawl_fixture.h"

namespace skitter::e2e {
namespace {

using ::testing::HasSubstr;

class WaitingTest : public CrawlTest {
 protected:
  // Each page leads to the next, a few hundred a second.
  WaitingTest() {
    site_.route("", "/robots.txt", Answer::plain(404, ""));
    site_.route("", "/*", [](const Request& request) {
      const std::string number = request.path.substr(1);
      Answer page =
          page_with_links({"/" + std::to_string(number.empty() ? 1 : std::stoi(number) + 1)});
      page.delay = std::chrono::milliseconds(3);
      return page;
    });
  }

  [[nodiscard]] Words endless() const {
    return crawl_words({site_.url("a.localhost"), "--no-trap-rules"});
  }
  [[nodiscard]] Words short_crawl() const {
    return crawl_words({site_.url("a.localhost"), "-d", "20"});
  }

  static bool says(const Program& program, std::string_view words) {
    return program.err().find(words) != std::string::npos;
  }

  // Another program, which takes the lock for as long as this is held.
  [[nodiscard]] storage::Connection lock_database() const {
    const std::string file = path();
    storage::Connection db = storage::open_connection(file, SQLITE_OPEN_READWRITE, file);
    // SQLite's own waits grow longer than what a busy writer leaves free: it could be a minute.
    const auto ask_again = [](void*, int calls) noexcept {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      return calls < 300'000 ? 1 : 0;
    };
    (void)sqlite3_busy_handler(db.get(), ask_again, nullptr);
    storage::execute(db.get(), "BEGIN EXCLUSIVE");
    return db;
  }

  Site site_;
};

TEST_F(WaitingTest, ALockIsWaitedFor) {
  Program program(endless(), here());
  ASSERT_TRUE(program.wait_until([&] { return page_requests(site_).size() > 20; }));
  {
    const storage::Connection other = lock_database();
    ASSERT_TRUE(program.wait_until([&] { return says(program, "waiting: another program"); }))
        << program.err();
  }
  ASSERT_TRUE(program.wait_until([&] { return says(program, "going on: the database"); }))
      << program.err();
  const std::size_t asked = page_requests(site_).size();
  ASSERT_TRUE(program.wait_until([&] { return page_requests(site_).size() > asked + 20; }));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 11);
  expect_sound();
  EXPECT_EQ(number("SELECT count(*) FROM pages"),
            static_cast<std::int64_t>(page_requests(site_).size()));
}

TEST_F(WaitingTest, ALockAtTheStartIsWaitedFor) {
  ASSERT_EQ(skitter(short_crawl()).status, 0);
  Words more = short_crawl();
  more.back() = "30";
  {
    const storage::Connection other = lock_database();
    Program program(more, here());
    ASSERT_TRUE(program.wait_until([&] { return says(program, "waiting: another program"); }));
    storage::execute(other.get(), "COMMIT");
    EXPECT_EQ(program.wait().status, 0) << program.err();
  }
  expect_finished();
  EXPECT_EQ(number("SELECT count(*) FROM pages"), 31);
}

// Ctrl-C is heard all the while; what is committed stays.
TEST_F(WaitingTest, WaitingForALockCanBeInterrupted) {
  for (const int interrupts : {1, 2}) {
    SCOPED_TRACE(interrupts);
    Words words = endless();
    words.insert(words.end(), {"--grace", interrupts == 1 ? "100ms" : "10m"});
    const std::size_t before = page_requests(site_).size();
    Program program(words, here());
    ASSERT_TRUE(program.wait_until([&] { return page_requests(site_).size() > before + 20; }));
    const storage::Connection other = lock_database();
    ASSERT_TRUE(program.wait_until([&] { return says(program, "waiting: another program"); }));
    program.signal(SIGINT);
    ASSERT_TRUE(program.wait_until([&] { return says(program, "stopping"); }));
    if (interrupts == 2) program.signal(SIGINT);
    const ProgramResult result = program.wait();
    EXPECT_EQ(result.status, interrupts == 1 ? 11 : 13) << result.err;
    expect_sound();
  }
  EXPECT_EQ(skitter(short_crawl()).status, 0);
}

// /x is read at depth 3, then found at depth 2: the writer is asked for its links. It answers when the last op of the
// run is with it already.
TEST_F(WaitingTest, ALimitReachedWhileTheWriterOwesAnAnswerIsTheEnd) {
  const auto page = [&](std::string_view path, std::vector<std::string> links, int delay_ms = 0) {
    Answer answer = page_with_links(links);
    answer.delay = std::chrono::milliseconds(delay_ms);
    site_.route("a.localhost", path, answer);
  };
  page("/", {"/1", "/slow"});
  page("/1", {"/2"});
  page("/2", {"/x"});
  page("/x", {"/y"});
  page("/slow", {"/x"}, 1'000);
  page("/y", {"/z"}, 1'500);
  page("/z", {});
  Program program(crawl_words({site_.url("a.localhost"), "--max-pages", "7", "--delay", "0"}),
                  here());
  ASSERT_TRUE(program.wait_until([&] { return page_requests(site_).size() == 6; }));
  {
    const storage::Connection other = lock_database();
    ASSERT_TRUE(program.wait_until([&] { return page_requests(site_).size() == 7; }));
    std::this_thread::sleep_for(
        std::chrono::milliseconds(200));  // its answer comes, and the run ends
  }
  EXPECT_EQ(program.wait().status, 0) << program.err();
  expect_sound();
  EXPECT_EQ(number("SELECT depth FROM urls WHERE url LIKE '%/y'"), 3);
}

#ifdef SKITTER_FAULTS
class SpaceTest : public WaitingTest {
 protected:
  // What the system says is free, of which the crawl wants 256 MiB.
  void set_free_mib(std::uint64_t mib) const {
    const std::string file = path("free");
    std::ofstream(file + ".new") << (mib << 20);
    std::filesystem::rename(file + ".new", file);
  }

  [[nodiscard]] ProgramOptions watched() const {
    ProgramOptions options = here();
    options.env = {{"LD_PRELOAD", SKITTER_FAULTS}, {"FAULT_FREE", path("free")}};
    return options;
  }
};

TEST_F(SpaceTest, PausesUntilThereIsSpace) {
  set_free_mib(255);
  Program program(short_crawl(), watched());
  ASSERT_TRUE(program.wait_until([&] { return says(program, "paused: "); })) << program.err();
  EXPECT_THAT(program.err(), HasSubstr("paused: 255 MiB are free for the database, less than "
                                       "--min-free 256M"));
  EXPECT_EQ(site_.log().size(), 0u);
  set_free_mib(300);
  const ProgramResult result = program.wait();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("going on: 300 MiB are free again"));
  expect_finished();
  EXPECT_EQ(number("SELECT count(*) FROM pages"), 21);
}

TEST_F(SpaceTest, PausesInTheMiddleAndCanBeInterrupted) {
  set_free_mib(1'000);
  Program program(endless(), watched());
  ASSERT_TRUE(program.wait_until([&] { return page_requests(site_).size() > 20; }));
  set_free_mib(100);
  ASSERT_TRUE(program.wait_until([&] { return says(program, "paused: 100 MiB"); }));
  program.signal(SIGINT);
  const ProgramResult result = program.wait();
  EXPECT_EQ(result.status, 11) << result.err;
  expect_sound();
  EXPECT_EQ(number("SELECT count(*) FROM pages"),
            static_cast<std::int64_t>(page_requests(site_).size()));
}

TEST_F(SpaceTest, NobodyLooksWithoutALimit) {
  set_free_mib(0);
  Words words = short_crawl();
  words.insert(words.end(), {"--min-free", "0"});
  EXPECT_EQ(cli::run(words, watched()).status, 0);
  expect_finished();
}

// The wall clock is for stamps alone.
TEST_F(SpaceTest, AClockThatJumpsChangesNothing) {
  ASSERT_EQ(skitter(short_crawl()).status, 0);
  const Contents want = contents();
  for (const char* const jump : {"15 86400", "15 -86400"}) {
    SCOPED_TRACE(jump);
    Words words = short_crawl();
    words.insert(words.end(), {"--fresh", "--delay", "5ms"});
    ProgramOptions options = here();
    options.env = {{"LD_PRELOAD", SKITTER_FAULTS}, {"FAULT_CLOCK", jump}};
    const ProgramResult result = cli::run(words, options);
    EXPECT_EQ(result.status, 0) << result.err;
    expect_finished();
    expect_equal(contents(), want);
    // It did jump.
    EXPECT_EQ(number("SELECT count(*) FROM (SELECT max(fetched_at) - min(fetched_at), "
                     "julianday(max(fetched_at)) - julianday(min(fetched_at)) AS days FROM pages) "
                     "WHERE days > 0.9"),
              1);
  }
}
#endif

}  // namespace
}  // namespace skitter::e2e
