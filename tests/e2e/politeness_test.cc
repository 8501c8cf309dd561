// Polite by construction, as the server saw it. Only lower bounds are asserted: a slow machine
// makes gaps longer.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <map>

#include "tests/e2e/crawl_fixture.h"

namespace skitter::e2e {
namespace {

using std::chrono::duration_cast;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class PolitenessTest : public CrawlTest {
 protected:
  static std::string host(int number) { return "h" + std::to_string(number) + ".localhost"; }

  static std::map<std::string, std::vector<LogEntry>> log_by_host(const Site& site) {
    std::map<std::string, std::vector<LogEntry>> by_host;
    for (const LogEntry& entry : site.log()) by_host[entry.host].push_back(entry);
    return by_host;
  }

  // The site sees a request when its thread gets to read it. On a busy machine that may be late for
  // one and in time for the next, so a single gap may look shorter than it was; but not all gaps
  // together.
  static constexpr milliseconds kReadLate{50};
  static void expect_spaced(const std::vector<LogEntry>& entries, milliseconds delay) {
    ASSERT_GE(entries.size(), 2u);
    EXPECT_GE(site::load_of(entries).least_gap, delay - kReadLate);
    const auto gaps = static_cast<int>(entries.size()) - 1;
    EXPECT_GE(between_starts(entries.front(), entries.back()), delay * gaps - kReadLate);
  }

  static milliseconds between_starts(const LogEntry& earlier, const LogEntry& later) {
    return duration_cast<milliseconds>(later.start - earlier.start);
  }
};

TEST_F(PolitenessTest, TheDefaultsHoldForEachOfManyHosts) {
  constexpr std::uint32_t kHosts = 30;
  const Site site({.pages = site::PageOptions{.hosts = kHosts,
                                              .pages_per_host = 6,
                                              .size_bytes = 1'000,
                                              .links = 8,
                                              .delay = milliseconds(5),
                                              .jitter = milliseconds(20),
                                              .robots_txt = "User-agent: *\nDisallow: /x"}});
  Words arguments = {"crawl", "--no-sitemaps", "-c", "512", "-n"};
  for (const std::string& seed : site.seeds()) arguments.push_back(seed);
  const ProgramResult result = skitter(arguments);
  ASSERT_EQ(result.status, 0) << result.err;
  expect_finished();
  const std::vector<LogEntry> log = site.log();
  const auto loads = site::load_by_host(log);
  EXPECT_EQ(loads.size(), kHosts);
  for (const auto& [name, load] : loads) {
    SCOPED_TRACE(name);
    EXPECT_GE(load.requests, 7u);
    EXPECT_LE(load.most_at_once, 2u);
  }
  for (const auto& [name, entries] : log_by_host(site)) {
    SCOPED_TRACE(name);
    expect_spaced(entries, milliseconds(250));
    EXPECT_EQ(entries[0].path, "/robots.txt");
    EXPECT_EQ(requests_for(site, name, "/robots.txt"), 1u);
  }
}

// An answer that takes longer than the delay must not let a third request in.
TEST_F(PolitenessTest, SlowAnswersAreNeverMoreThanTwoAtOnce) {
  Site site;
  Words targets;
  for (int i = 0; i < 8; ++i) targets.push_back("/" + std::to_string(i));
  site.route("", "/", page_with_links(targets));
  for (const std::string& target : targets) {
    Answer slow = Answer::html("slow");
    slow.delay = milliseconds(300);
    site.route("", target, slow);
  }
  EXPECT_EQ(crawl({site.url(host(0)), "--delay", "20ms"}).status, 0);
  EXPECT_EQ(crawl({site.url(host(1)), "--delay", "0", "--host-concurrency", "3"}, "3.db").status,
            0);
  const auto loads = site::load_by_host(site.log());
  EXPECT_EQ(loads.at(host(0)).requests, 10u);
  EXPECT_LE(loads.at(host(0)).most_at_once, 2u);
  EXPECT_EQ(loads.at(host(1)).most_at_once, 3u);
}

TEST_F(PolitenessTest, CrawlDelayOfRobotsTxtIsKept) {
  Site site;
  site.route("", "/robots.txt", Answer::plain(200, "User-agent: *\nCrawl-delay: 1\n"));
  site.route("", "/", page_with_links({"/a", "/r"}));
  site.route("", "/a", Answer::html("a"));
  site.route("", "/r", Answer::redirect("/a"));
  const ProgramResult result = crawl({site.url(host(0)), "-c", "64", "--host-concurrency", "8"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(page_requests(site).size(), 3u);
  expect_spaced(page_requests(site), milliseconds(1'000));
  EXPECT_EQ(rows("SELECT robots_state, crawl_delay_ms FROM hosts"), Words{"rules|1000"});
}

TEST_F(PolitenessTest, WhatRobotsTxtForbidsIsNeverAskedFor) {
  Site site;
  site.route("", "/robots.txt",
             Answer::plain(200, "User-agent: *\nDisallow: /private/\nAllow: /private/open\n"));
  site.route("", "/",
             page_with_links({"/private/a", "/to-private", "/private/open", "/to-other", "/slow",
                              "/%70rivate/b"}));
  site.route("", "/private/*", Answer::html("<a href=/private/behind>x</a>"));
  site.route("", "/to-private", Answer::redirect("/private/c"));
  site.route("", "/to-other", Answer::redirect(site.url(host(1), "/private/d")));
  Answer late = page_with_links({"/private/a"});
  late.delay = milliseconds(100);
  site.route("", "/slow", late);
  const ProgramResult result =
      crawl({site.url(host(0)), site.url(host(0), "/private/seed"), "--scope", "any",
             "--allow-private", "-c", "64", "--host-concurrency", "8"});
  ASSERT_EQ(result.status, 0) << result.err;
  expect_finished();
  for (const LogEntry& entry : site.log()) {
    if (entry.path == "/private/open") continue;
    EXPECT_THAT(entry.path, ::testing::Not(HasSubstr("private/"))) << entry.host;
  }
  EXPECT_THAT(rows("SELECT url, detail FROM urls WHERE outcome = 'robots'"),
              UnorderedElementsAre(site.url(host(0), "/private/a") + "|Disallow: /private/",
                                   site.url(host(0), "/%70rivate/b") + "|Disallow: /private/",
                                   site.url(host(0), "/private/c") + "|Disallow: /private/",
                                   site.url(host(0), "/private/seed") + "|Disallow: /private/",
                                   site.url(host(0), "/private/behind") + "|Disallow: /private/",
                                   site.url(host(1), "/private/d") + "|Disallow: /private/"));
  for (const auto& [name, entries] : log_by_host(site)) EXPECT_EQ(entries[0].path, "/robots.txt");
}

TEST_F(PolitenessTest, RetryAfterBlocksTheWholeHost) {
  Site site;
  Words targets;
  for (int i = 0; i < 6; ++i) targets.push_back("/" + std::to_string(i));
  site.route("", "/", page_with_links(targets));
  for (const std::string& target : targets) site.route("", target, Answer::html("x"));
  site.route(host(0), "/2", [](const Request& request) {
    if (request.earlier > 0) return Answer::html("now");
    Answer answer = Answer::plain(429, "slow down");
    answer.headers.emplace_back("Retry-After", "2");
    return answer;
  });
  const ProgramResult result =
      crawl({site.url(host(0)), site.url(host(1)), "-c", "64", "--host-concurrency", "1"});
  ASSERT_EQ(result.status, 0) << result.err;
  const std::vector<LogEntry> entries = page_requests(site, host(0));
  const auto refused = std::find_if(entries.begin(), entries.end(),
                                    [](const LogEntry& entry) { return entry.status == 429; });
  ASSERT_NE(refused, entries.end());
  ASSERT_NE(refused + 1, entries.end());
  EXPECT_GE(duration_cast<milliseconds>((refused + 1)->start - *refused->end), milliseconds(2'000));
  EXPECT_EQ(
      rows("SELECT outcome, attempts FROM pages WHERE url = '" + site.url(host(0), "/2") + "'"),
      Words{"ok|2"});
  EXPECT_EQ(number("SELECT count(*) FROM pages WHERE outcome = 'ok'"), 14);
}

TEST_F(PolitenessTest, RefusalsAtOnceAreOneIncident) {
  constexpr int kAtOnce = 64;
  Site site;
  Words targets;
  for (int i = 0; i < kAtOnce; ++i) targets.push_back("/" + std::to_string(i));
  site.route("", "/", page_with_links(targets));
  Answer refusal = Answer::plain(429, "");
  refusal.delay = milliseconds(1'500);  // so all are asked for before the first is answered
  for (const std::string& target : targets) site.route("", target, refusal);
  const ProgramResult result =
      crawl({site.url(host(0)), "-c", "64", "--host-concurrency", "64", "--retries", "0"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(site::load_of(site.log()).most_at_once, std::size_t{kAtOnce});
  EXPECT_EQ(number("SELECT count(*) FROM pages WHERE status = 429 AND outcome = 'http_error'"),
            kAtOnce);
  // One incident: blocked for the first step, and not for 60 s doubled 63 times.
  EXPECT_EQ(number("SELECT incidents FROM host"), 1);
  EXPECT_LE(number("SELECT h.blocked_until_ms - r.ended_at_ms FROM host AS h, run AS r"), 66'000);

  // The next run keeps to it.
  const std::size_t before = site.log().size();
  Program next(crawl_words({site.url(host(0), "/new")}), here());
  EXPECT_FALSE(next.wait_until([&] { return site.log().size() > before; }, milliseconds(1'000)));
  next.signal(SIGINT);
  EXPECT_EQ(next.wait().status, 11);
  EXPECT_EQ(site.log().size(), before);
}

TEST_F(PolitenessTest, PassingFailuresAreAskedForAgain) {
  Site site;
  const auto twice = [](int status) {
    return [status](const Request& request) {
      if (request.earlier >= 2) return Answer::html("at last");
      Answer answer = Answer::plain(status, "");
      answer.headers.emplace_back("Retry-After", "0");
      return answer;
    };
  };
  site.route("", "/", page_with_links({"/500", "/503", "/502"}));
  site.route("", "/500", twice(500));
  site.route("", "/503", twice(503));
  site.route("", "/502", [](const Request&) { return Answer::plain(502, ""); });
  EXPECT_EQ(crawl({site.url(host(0))}).status, 0);
  expect_finished();
  EXPECT_THAT(rows("SELECT outcome, status, attempts FROM pages WHERE depth = 1 ORDER BY url"),
              UnorderedElementsAre("ok|200|3", "ok|200|3", "http_error|502|3"));
  EXPECT_EQ(requests_for(site, host(0), "/502"), 3u);
}

TEST_F(PolitenessTest, RateLimitHoldsOverAllHosts) {
  Site site;
  Words arguments = {"--rate-limit", "20", "-c", "64"};
  site.route("", "/", page_with_links({"/a"}));
  site.route("", "/a", Answer::html("a"));
  for (int i = 0; i < 8; ++i) arguments.push_back(site.url(host(i)));
  EXPECT_EQ(crawl(arguments).status, 0);
  const std::vector<LogEntry> log = site.log();
  ASSERT_EQ(log.size(), 24u);
  // The first may reach the server late, for it has to connect.
  EXPECT_GE(between_starts(log[0], log[23]), milliseconds(23 * 50 - 100));
}

TEST_F(PolitenessTest, LimitsOfPagesAreExact) {
  const Site site({.pages = site::PageOptions{
                       .hosts = 4, .pages_per_host = 40, .size_bytes = 1'000, .robots_txt = {}}});
  Words arguments = site.seeds();
  arguments.insert(arguments.end(), {"-c", "64", "--host-concurrency", "16"});
  Words limited = arguments;
  limited.insert(limited.end(), {"--max-host-pages", "7"});
  EXPECT_EQ(crawl(limited, "host.db").status, 0);
  expect_finished("host.db");
  EXPECT_THAT(rows("SELECT pages FROM hosts", "host.db"), Each("7"));
  EXPECT_EQ(page_requests(site).size(), 28u);
  EXPECT_THAT(rows("SELECT DISTINCT detail FROM urls WHERE outcome = 'budget'", "host.db"),
              Each("--max-host-pages"));

  limited = arguments;
  limited.insert(limited.end(), {"--max-pages", "33"});
  const ProgramResult result = crawl(limited, "all.db");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, HasSubstr("stopped at a limit (--max-pages)"));
  expect_sound("all.db");
  EXPECT_EQ(number("SELECT count(*) FROM pages", "all.db"), 33);
  EXPECT_EQ(page_requests(site).size(), 28u + 33u);
  EXPECT_EQ(rows("SELECT reason FROM runs", "all.db"), Words{"limit"});
  EXPECT_EQ(number("SELECT count(*) FROM urls WHERE outcome = 'queued'", "all.db"), 0);
  EXPECT_GT(number("SELECT count(*) FROM urls WHERE outcome = 'budget'", "all.db"), 0);

  // Without the limit it goes on.
  EXPECT_EQ(crawl(arguments, "all.db").status, 0);
  expect_finished("all.db");
  EXPECT_EQ(number("SELECT count(*) FROM urls WHERE outcome = 'budget'", "all.db"), 0);
}

TEST_F(PolitenessTest, AddressesShareALimitWhereOneIsGiven) {
  constexpr int kNames = 50;
  Site site;
  Answer slow = page_with_links({"/a", "/b"});
  slow.delay = milliseconds(30);
  for (const char* const page : {"/robots.txt", "/", "/a", "/b"}) site.route("", page, slow);
  Words arguments = {"--ip-concurrency", "8", "-c", "256", "--host-concurrency", "4"};
  for (int i = 0; i < kNames; ++i) arguments.push_back(site.url(host(i)));
  EXPECT_EQ(crawl(arguments).status, 0);
  EXPECT_EQ(site.log().size(), std::size_t{4 * kNames});
  EXPECT_EQ(site::load_of(site.log()).most_at_once, 8u);  // never more, and the limit is used
  expect_finished();
}

}  // namespace
}  // namespace skitter::e2e
