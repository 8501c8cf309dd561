// Nothing is lost: a crawl that is killed or interrupted goes on, and ends as one that was not.
#include <gmock/gmock.h>
#include <signal.h>
#include <string.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>

#include "storage/database.h"
#include "storage/recorder.h"
#include "storage/sqlite.h"
#include "tests/e2e/crawl_fixture.h"

namespace skitter::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CrashTest : public CrawlTest {
 protected:
  static site::PageOptions pages() {
    return {.hosts = 3,
            .pages_per_host = 60,
            .size_bytes = 4'000,
            .links = 10,
            .redirect_share = 0.1,
            .missing_share = 0.1,
            .delay = milliseconds(5),
            .jitter = milliseconds(30),
            .robots_txt = "User-agent: *\nDisallow: /p/7"};
  }

  [[nodiscard]] Words arguments(const Site& site) const {
    Words words = site.seeds();
    words.insert(words.end(), {"-d", "4", "-c", "16", "--host-concurrency", "4"});
    return words;
  }

  // What an uninterrupted crawl finds.
  [[nodiscard]] Contents reference(const Site& site) const {
    const ProgramResult result = crawl(arguments(site), "reference.db");
    EXPECT_EQ(result.status, 0) << result.err;
    expect_finished("reference.db");
    return contents("reference.db");
  }

  // URLs with an outcome.
  [[nodiscard]] std::set<std::string> committed() const {
    const Words urls = rows("SELECT url FROM pages WHERE outcome <> 'queued'");
    return {urls.begin(), urls.end()};
  }

  // Of the requests from the `first` on, none was for one of `done`.
  static void expect_none_again(const Site& site, std::size_t first,
                                const std::set<std::string>& done) {
    const std::vector<LogEntry> log = site.log();
    for (std::size_t i = first; i < log.size(); ++i) {
      const std::string url = site.url(log[i].host, log[i].path);
      EXPECT_FALSE(done.contains(url)) << url << " was committed, and asked for again";
    }
  }
};

TEST_F(CrashTest, KilledTwentyTimesEndsAsIfNothingHadBeen) {
  site::PageOptions slow = pages();
  slow.pages_per_host = 300;
  slow.jitter = milliseconds(90);
  const Site site({.pages = slow});
  const Contents want = reference(site);

  std::mt19937 random(20'240'601);
  std::set<std::string> done;
  for (int kill = 0; kill < 20; ++kill) {
    SCOPED_TRACE(kill);
    const std::size_t first = site.log().size();
    const std::size_t requests = std::uniform_int_distribution<std::size_t>(1, 40)(random);
    Program program(crawl_words(arguments(site)), here());
    // Any instant will do; but a commit comes every 250 ms only, and without one there is nothing
    // to go on with.
    const bool must_commit = kill % 2 == 0;
    ASSERT_TRUE(program.wait_until([&] {
      return site.log().size() >= first + requests &&
             (!must_commit || committed().size() > done.size());
    })) << program.err();
    program.signal(SIGKILL);
    EXPECT_EQ(program.wait().signal, SIGKILL);
    expect_none_again(site, first, done);
    expect_sound();
    done = committed();
  }
  EXPECT_GT(done.size(), 0u);

  const std::size_t first = site.log().size();
  const ProgramResult last = crawl(arguments(site));
  ASSERT_EQ(last.status, 0) << last.err;
  expect_none_again(site, first, done);
  expect_finished();
  expect_equal(contents(), want);
  EXPECT_THAT(rows("SELECT DISTINCT reason FROM runs WHERE id < (SELECT max(id) FROM runs)"),
              ElementsAre("killed"));
}

// A loop is known when its last hop is, which may be in another run than the first.
TEST_F(CrashTest, RedirectLoopsAreToldAcrossRuns) {
  constexpr int kHops = 4;
  Site site;
  for (int i = 0; i < kHops; ++i) {
    const std::string next = "/" + std::to_string((i + 1) % kHops);
    site.route("", "/" + std::to_string(i), [next, i](const Request& request) {
      Answer answer = Answer::redirect(next);
      if (i == kHops - 1 && request.earlier == 0) answer.delay = milliseconds(60'000);
      return answer;
    });
  }
  const Words seeds = {site.url("a.localhost", "/0")};
  Program program(crawl_words(seeds), here());
  ASSERT_TRUE(program.wait_until([&] {
    return site.log().size() > kHops && committed().size() == kHops - 1;
  })) << program.err();
  program.signal(SIGKILL);
  EXPECT_EQ(program.wait().signal, SIGKILL);
  const ProgramResult result = crawl(seeds);
  EXPECT_EQ(result.status, 0) << result.err;
  expect_finished();
  EXPECT_EQ(rows("SELECT outcome, detail FROM urls"),
            Words(kHops, "redirect|redirect loop of 4 URLs"));
}

TEST_F(CrashTest, KilledBeforeAnythingWasCommitted) {
  const Site site({.pages = pages()});
  const Contents want = reference(site);
  const std::size_t first = site.log().size();
  Program program(crawl_words(arguments(site)), here());
  ASSERT_TRUE(program.wait_until(
      [&] { return site.log().size() > first || std::filesystem::exists(path()); }));
  program.signal(SIGKILL);
  EXPECT_EQ(program.wait().signal, SIGKILL);
  const ProgramResult result = crawl(arguments(site));
  EXPECT_EQ(result.status, 0) << result.err;
  expect_finished();
  expect_equal(contents(), want);
}

TEST_F(CrashTest, InterruptedOnceIsResumable) {
  const Site site({.pages = pages()});
  const Contents want = reference(site);
  const std::size_t before = site.log().size();
  for (const int signal_number : {SIGINT, SIGTERM}) {
    SCOPED_TRACE(strsignal(signal_number));
    const std::size_t first = site.log().size();
    Program program(crawl_words(arguments(site)), here());
    ASSERT_TRUE(program.wait_until([&] { return site.log().size() >= first + 30; }));
    program.signal(signal_number);
    const ProgramResult result = program.wait();
    EXPECT_EQ(result.status, 11) << result.err;
    EXPECT_THAT(result.err, HasSubstr("to go on  the same command again"));
    expect_sound();
    EXPECT_GT(number("SELECT count(*) FROM urls WHERE outcome = 'queued'"), 0);
    EXPECT_EQ(rows("SELECT reason FROM runs ORDER BY id DESC LIMIT 1"), Words{"interrupted"});
    // What was in flight was finished: all that was asked for is committed.
    EXPECT_EQ(static_cast<std::size_t>(number("SELECT sum(requests) FROM runs")),
              site.log().size() - before);
  }
  const std::set<std::string> done = committed();
  const std::size_t first = site.log().size();
  EXPECT_EQ(crawl(arguments(site)).status, 0);
  expect_none_again(site, first, done);
  expect_finished();
  expect_equal(contents(), want);
}

TEST_F(CrashTest, InterruptedTwiceIsForced) {
  Site site;
  site.route("", "/", page_with_links({"/quick", "/never"}));
  site.route("", "/quick", Answer::html("quick"));
  Answer never = Answer::html("late");
  never.delay = milliseconds(60'000);
  site.route("", "/never", never);
  const std::string host = "a.localhost";
  Program program(crawl_words({site.url(host)}), here());
  ASSERT_TRUE(program.wait_until([&] {
    return requests_for(site, host, "/never") == 1 && requests_for(site, host, "/quick") == 1;
  }));
  program.signal(SIGINT);
  ASSERT_TRUE(program.wait_until([&] {
    return program.err().find("stopping") != std::string::npos;
  })) << program.err();
  EXPECT_TRUE(program.is_running());
  program.signal(SIGINT);
  const ProgramResult result = program.wait();
  EXPECT_EQ(result.status, 13) << result.err;
  expect_sound();
  EXPECT_EQ(outcome(site.url(host, "/never")), "queued");
  EXPECT_EQ(outcome(site.url(host, "/quick")), "ok");
  EXPECT_EQ(rows("SELECT reason FROM runs"), Words{"forced"});

  site.route("", "/never", Answer::html("at last"));
  EXPECT_EQ(crawl({site.url(host)}).status, 0);
  expect_finished();
  EXPECT_EQ(outcome(site.url(host, "/never")), "ok");
  EXPECT_EQ(requests_for(site, host, "/quick"), 1u);
}

TEST_F(CrashTest, GraceBoundsWhatIsInFlight) {
  Site site;
  Answer never = Answer::html("late");
  never.delay = milliseconds(60'000);
  site.route("", "/", never);
  Program program(crawl_words({site.url("a.localhost"), "--grace", "100ms", "--timeout", "10m"}),
                  here());
  ASSERT_TRUE(program.wait_until([&] { return requests_for(site, "a.localhost", "/") == 1; }));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait(milliseconds(30'000)).status, 11);
  EXPECT_EQ(outcome(site.url("a.localhost")), "queued");
}

// A crawl with no seeds goes on with what the database holds.
TEST_F(CrashTest, GoesOnWithoutSeeds) {
  const Site site({.pages = pages()});
  const Contents want = reference(site);
  Words limited = arguments(site);
  limited.insert(limited.end(), {"--max-pages", "50"});
  EXPECT_EQ(crawl(limited).status, 0);
  EXPECT_EQ(number("SELECT count(*) FROM pages"), 50);
  EXPECT_EQ(crawl({"-d", "4", "-c", "16"}).status, 0);
  expect_finished();
  expect_equal(contents(), want);
}

TEST_F(CrashTest, FreshForgets) {
  Site site;
  site.route("", "/", Answer::html("x"));
  EXPECT_EQ(crawl({site.url("a.localhost")}).status, 0);
  EXPECT_EQ(crawl({site.url("b.localhost"), "--fresh"}).status, 0);
  expect_finished();
  EXPECT_EQ(rows("SELECT url FROM urls"), Words{site.url("b.localhost")});
  EXPECT_EQ(number("SELECT count(*) FROM runs"), 1);
  // And without it nothing is asked for again.
  const std::size_t before = site.log().size();
  EXPECT_EQ(crawl({site.url("b.localhost")}).status, 0);
  EXPECT_EQ(site.log().size(), before);
  EXPECT_EQ(number("SELECT count(*) FROM runs"), 2);
}

// Killed while it indexes, `search` leaves whole steps behind, and the next one goes on from there.
TEST_F(CrashTest, SearchKilledWhileItIndexesGoesOn) {
  constexpr std::int64_t kPages = 1'200;
  {
    storage::Database database(path(), storage::Start::Continue, storage::Durability::Process);
    storage::Transaction transaction(database.connection());
    storage::Recorder recorder(database.connection());
    storage::Record seeds;
    seeds.hosts = {{1, "a.example"}};
    recorder.apply(seeds);
    for (storage::UrlId id = 1; id <= kPages; ++id) {
      storage::Record page;
      page.url = id;
      page.outcome = storage::Outcome::Ok;
      page.discovered.push_back(
          {.id = id, .url = "http://a.example/" + std::to_string(id), .host = 1, .detail = {}});
      page.page.emplace().status = 200;
      for (int i = 0; i < 300; ++i) page.page->page.text += "w" + std::to_string(id * 7 + i) + " ";
      page.page->page.text += "everywhere";
      recorder.apply(page);
    }
    transaction.commit();
  }
  const auto indexed = [&] {
    const bool exists = number("SELECT count(*) FROM sqlite_schema WHERE name = 'search_page'") > 0;
    return exists ? number("SELECT count(*) FROM search_page") : -1;
  };
  std::mt19937 random(7);
  std::int64_t before = -1;
  for (int i = 0; i < 4; ++i) {
    Program search({"search", "crawl.db", "everywhere"}, here());
    // Somewhere in the step behind those that are done.
    (void)search.wait_until([&] { return indexed() > before; });
    (void)search.wait_until([&] { return random() % 3 == 0; });
    if (!search.is_running()) break;
    search.signal(SIGKILL);
    (void)search.wait();
    EXPECT_GE(indexed(), before);
    before = std::max(before, indexed());
    expect_sound();
  }
  const ProgramResult done =
      skitter({"search", "crawl.db", "everywhere", "--limit", "5000", "--format", "jsonl"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(std::count(done.out.begin(), done.out.end(), '\n'), kPages);
  EXPECT_EQ(indexed(), kPages);
  storage::Database database(path(), storage::Start::Continue, storage::Durability::Process);
  EXPECT_NO_THROW(storage::execute(database.connection(),
                                   "INSERT INTO search(search) VALUES ('integrity-check')"));
  expect_sound();
}

TEST_F(CrashTest, ASecondCrawlOfOneFileIsRefused) {
  Site site;
  Answer late = Answer::html("late");
  late.delay = milliseconds(60'000);
  site.route("a.localhost", "/", late);
  site.route("b.localhost", "/", Answer::html("b"));
  Program first(crawl_words({site.url("a.localhost")}), here());
  ASSERT_TRUE(first.wait_until([&] {
    return requests_for(site, "a.localhost", "/") == 1 && number("SELECT count(*) FROM urls") == 1;
  }));
  for (const char* const flag : {"--no-color", "--fresh"}) {
    SCOPED_TRACE(flag);
    const ProgramResult second = crawl({site.url("b.localhost"), flag});
    EXPECT_EQ(second.status, 3);
    EXPECT_THAT(second.err, HasSubstr("crawl.db"));
  }
  EXPECT_EQ(requests_for(site, "b.localhost", "/"), 0u);
  // Reading is no crawl.
  EXPECT_EQ(rows("SELECT url FROM urls"), Words{site.url("a.localhost")});
  first.signal(SIGINT);
  EXPECT_EQ(outcome(site.url("a.localhost")), "queued");
}

}  // namespace
}  // namespace skitter::e2e
