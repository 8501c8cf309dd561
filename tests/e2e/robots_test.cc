// What an answer to robots.txt means for the host's pages, as the server saw it.
// Rows of tests/data/robots/fetch_policy.json are named by their `when`.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "storage/sqlite.h"
#include "tests/e2e/crawl_fixture.h"
#include "tests/e2e/name_server.h"

namespace skitter::e2e {
namespace {

using site::Fault;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kRules = "User-agent: *\nDisallow: /x\n";

Answer rules(std::string_view before = "", std::string_view after = "") {
  return Answer::plain(200, std::string(before) + std::string(kRules) + std::string(after));
}

Answer status(int number) {
  Answer answer = Answer::plain(number, std::string(kRules));
  // Both block the host for a minute where they do not say otherwise.
  if (number == 429 || number == 503) answer.headers.emplace_back("Retry-After", "0");
  return answer;
}

Answer broken(Fault fault) {
  Answer answer = rules();
  answer.fault = fault;
  return answer;
}

class RobotsTest : public CrawlTest {
 protected:
  [[nodiscard]] Words details(std::string_view where) const {
    return rows("SELECT DISTINCT detail FROM urls WHERE " + std::string(where));
  }

  // A stored robots.txt becomes older.
  void age_copies(std::chrono::hours hours) const {
    const std::string file = path();
    const storage::Connection db = storage::open_connection(file, SQLITE_OPEN_READWRITE, file);
    const auto ms = std::chrono::duration_cast<milliseconds>(hours).count();
    storage::execute(db.get(),
                     "UPDATE robots SET fetched_at_ms = fetched_at_ms - " + std::to_string(ms));
  }
};

// Rows that have a test of their own, below.
const std::set<std::string> kOthers = {"cached", "scope"};

TEST_F(RobotsTest, EachAnswerOfTheFetchPolicy) {
  enum Want {
    Obeyed,    // /x is forbidden
    Allowed,   // all is
    Held,      // nothing is asked for, everything stays queued
    NoAnswer,  // the pages end with what the network said
  };
  struct Case {
    std::string when;  // the row of the table
    std::string host;
    Answer given;
    Want want;
    std::string detail = "";  // where Held; else the outcome of the pages
  };
  const std::string row_4xx = "status 400-499 (not 429)";
  const std::string row_5xx = "status 500-599";
  const std::string row_hops = "status 301/302/307/308 up to 5 hops";
  const std::string row_dead =
      "DNS failure, connect failure, timeout, TLS failure, reset, empty reply";
  const std::string row_scheme = "redirect to a non-http scheme";
  Answer late = rules();
  late.delay = milliseconds(120'000);
  Answer all = Answer::plain(200, "User-agent: *\nDisallow: /\n");
  Site site;
  const Case cases[] = {
      {"status 200", "rules", rules(), Obeyed},
      {"status 2xx other (204)", "empty", Answer::plain(204, ""), Allowed},
      {"status 2xx other (204)", "created", Answer::plain(201, std::string(kRules)), Obeyed},
      {row_hops, "h301", Answer::redirect("/hop1?301", 301), Obeyed},
      {row_hops, "h302", Answer::redirect("/hop1?302", 302), Obeyed},
      {row_hops, "h307", Answer::redirect("/hop1?307", 307), Obeyed},
      {row_hops, "h308", Answer::redirect("/hop1?308", 308), Obeyed},
      {row_hops, "far", Answer::redirect(site.url("rules.localhost", "/rules.txt")), Obeyed},
      {"more than 5 hops (at least 5 must be followed)", "hops", Answer::redirect("/hop0?302"),
       Allowed},
      {"more than 5 hops (at least 5 must be followed)", "loop", Answer::redirect("/robots.txt"),
       Allowed},
      {row_scheme, "ftp", Answer::redirect("ftp://a.localhost/robots.txt"), Held,
       "robots.txt answers 302 and leads nowhere"},
      {row_scheme, "data", Answer::redirect("data:text/plain,", 301), Held,
       "robots.txt answers 301 and leads nowhere"},
      {row_scheme, "nowhere", Answer::plain(302, ""), Held,
       "robots.txt answers 302 and leads nowhere"},
      {row_scheme, "inside", Answer::redirect("http://10.0.0.1/robots.txt"), Held,
       "robots.txt answers 302 and leads nowhere"},
      {row_4xx, "s400", status(400), Allowed},
      {row_4xx, "s401", status(401), Allowed},
      {row_4xx, "s403", status(403), Allowed},
      {row_4xx, "s404", status(404), Allowed},
      {row_4xx, "s410", status(410), Allowed},
      {row_4xx, "s451", status(451), Allowed},
      {row_4xx, "s499", status(499), Allowed},
      {"status 429", "s429", status(429), Held, "robots.txt answers 429"},
      {row_5xx, "s500", status(500), Held, "robots.txt answers 500"},
      {row_5xx, "s502", status(502), Held, "robots.txt answers 502"},
      {row_5xx, "s503", status(503), Held, "robots.txt answers 503"},
      {row_5xx, "s599", status(599), Held, "robots.txt answers 599"},
      {row_5xx, "further", Answer::redirect(site.url("s500.localhost", "/broken.txt")), Held,
       "robots.txt answers 500"},
      {row_dead, "late", late, NoAnswer, "timeout"},
      {row_dead, "reset", broken(Fault::Reset), NoAnswer, "network_error"},
      {row_dead, "silent", broken(Fault::EmptyReply), NoAnswer, "network_error"},
      {"body shorter than Content-Length", "short", broken(Fault::Truncate), Held,
       "robots.txt is cut short"},
      {"size", "large", rules("#" + std::string(500 * 1024 - 100, '-') + "\n", "#more\n"), Obeyed},
      {"size", "huge", rules("", "#" + std::string(2'000'000, '-') + "\nDisallow: /\n"), Obeyed},
      {"HTML with status 200", "html", Answer::html("<p>User-agent: *<p>Disallow: /x"), Allowed},
      {"BOM", "bom", rules("\xEF\xBB\xBF"), Obeyed},
  };
  site.route("", "/rules.txt", rules());
  site.route("", "/broken.txt", status(500));
  for (int i = 0; i < 5; ++i) {
    const std::string next = i < 4 ? "/hop" + std::to_string(i + 1) : "/rules.txt";
    site.route("", "/hop" + std::to_string(i), [next](const Request& request) {
      const std::string number = request.path.substr(request.path.find('?') + 1);
      return Answer::redirect(next + "?" + number, std::stoi(number));
    });
  }
  site.route("", "/", page_with_links({"/x", "/y"}));
  site.route("", "/x", Answer::html("x"));
  site.route("", "/y", Answer::html("y"));
  const auto front = [&](const Case& c) { return site.url(c.host + ".localhost"); };

  const NameServer names({});
  const ClosedPort closed;
  const std::string port = std::to_string(site.port());
  Words arguments = {"--retries",
                     "0",
                     "--timeout",
                     "3s",
                     "--dns-servers",
                     names.address(),
                     "http://nosuch.invalid/",
                     "http://closed.localhost:" + std::to_string(closed.number()) + "/",
                     "https://tls.localhost:" + port + "/"};
  std::set<std::string> seen = kOthers;
  for (const Case& c : cases) {
    seen.insert(c.when);
    arguments.push_back(front(c));
    site.route(c.host + ".localhost", "/robots.txt", c.given);
  }
  // `/robots.txt itself`: a page like any other, which no rule forbids.
  seen.insert("/robots.txt itself");
  arguments.push_back(site.url("itself.localhost", "/robots.txt"));
  site.route("itself.localhost", "/robots.txt", all);

  const ProgramResult result = crawl(arguments);
  ASSERT_EQ(result.status, 0) << result.err;
  expect_sound();
  int passed = 0;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.when + ": " + c.host);
    const std::string host = c.host + ".localhost";
    const bool reads = c.want == Obeyed || c.want == Allowed;
    const std::string end = outcome(front(c));
    const std::string x = reads ? outcome(site.url(host, "/x")) : "";
    if (reads) {
      EXPECT_EQ(end, "ok");
      EXPECT_EQ(x, c.want == Obeyed ? "robots" : "ok");
      EXPECT_EQ(outcome(site.url(host, "/y")), "ok");
    } else {
      EXPECT_EQ(end, c.want == Held ? "queued" : c.detail);
      EXPECT_EQ(requests_for(site, host, "/"), 0u);
    }
    if (c.want == Held) {
      EXPECT_EQ(details("url = '" + front(c) + "'"), Words{c.detail});
    }
    if (c.want == Obeyed) {
      EXPECT_EQ(requests_for(site, host, "/x"), 0u);
    }
    passed += !HasFailure();
  }
  EXPECT_EQ(outcome("http://nosuch.invalid/"), "dns_error");
  EXPECT_EQ(outcome("http://closed.localhost:" + std::to_string(closed.number()) + "/"),
            "network_error");
  EXPECT_EQ(outcome("https://tls.localhost:" + port + "/"), "tls_error");
  EXPECT_EQ(outcome(site.url("itself.localhost", "/robots.txt")), "ok");

  // No row of the table is left out.
  std::ifstream in(SKITTER_TEST_DATA "/robots/fetch_policy.json");
  std::set<std::string> want;
  for (const auto& row : nlohmann::json::parse(in)) want.insert(row["when"]);
  EXPECT_EQ(seen, want);
  std::printf("fetch_policy.json: %zu of %zu rows, %d of %zu cases\n", seen.size(), want.size(),
              passed, std::size(cases));

  // What was held is said to be, and the same command goes on with it.
  EXPECT_THAT(result.err, HasSubstr("  waiting   11 URLs of 11 hosts"));
  EXPECT_THAT(result.err, HasSubstr("to go on  the same command again"));
  EXPECT_THAT(skitter({"why", "crawl.db", site.url("s500.localhost")}).out,
              HasSubstr("robots.txt answers 500"));
  for (const Case& c : cases) {
    if (c.want == Held) site.route(c.host + ".localhost", "/robots.txt", rules());
  }
  const ProgramResult again = crawl(arguments);
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.err, Not(HasSubstr("waiting")));
  expect_finished();
  for (const Case& c : cases) {
    if (c.want != Held) continue;
    SCOPED_TRACE(c.host);
    EXPECT_EQ(outcome(front(c)), "ok");
    EXPECT_EQ(outcome(site.url(c.host + ".localhost", "/x")), "robots");
  }
}

TEST_F(RobotsTest, AnErrorMakesTheHostWaitAndAskAgain) {
  Site site;
  const std::string host = "a.localhost";
  site.route(host, "/robots.txt",
             [](const Request& request) { return request.earlier < 2 ? status(500) : rules(); });
  site.route(host, "/", page_with_links({"/x", "/y"}));
  site.route(host, "/y", Answer::html("y"));
  const ProgramResult result = crawl({site.url(host)});
  EXPECT_EQ(result.status, 0) << result.err;
  expect_finished();
  EXPECT_EQ(rows("SELECT outcome FROM urls ORDER BY id"), (Words{"ok", "robots", "ok"}));
  const std::vector<LogEntry> log = site.log();
  ASSERT_EQ(log.size(), 5u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(log[i].path, "/robots.txt");
  EXPECT_GE(log[1].start - log[0].start, milliseconds(1'000));
  EXPECT_GE(log[2].start - log[1].start, milliseconds(2'000));
}

// The crawl has other work for a while, and is not kept from its end by the host afterwards.
TEST_F(RobotsTest, AHostThatCannotBeAskedHoldsUpNobody) {
  Site site;
  site.route("broken.localhost", "/robots.txt", status(500));
  Words targets;
  for (int i = 0; i < 20; ++i) {
    targets.push_back("/" + std::to_string(i));
    site.route("a.localhost", targets.back(),
               page_with_links({site.url("broken.localhost", targets.back())}));
  }
  site.route("a.localhost", "/", page_with_links(targets));
  const Words arguments = {site.url("a.localhost"), "--scope", "any", "--retries", "0",
                           "--allow-private"};
  EXPECT_EQ(crawl(arguments).status, 0);
  EXPECT_EQ(number("SELECT count(*) FROM urls WHERE outcome = 'ok'"), 21);
  EXPECT_EQ(number("SELECT count(*) FROM urls WHERE outcome = 'queued' AND detail = 'robots.txt "
                   "answers 500'"),
            20);
  EXPECT_EQ(requests_for(site, "broken.localhost", "/robots.txt"), 1u);
  EXPECT_EQ(rows("SELECT reason FROM runs"), Words{"finished"});
  EXPECT_EQ(rows("SELECT robots_state FROM hosts ORDER BY host"),
            (Words{"allowed", "unreachable"}));

  // A crawl that could ask for none of its seeds says so.
  EXPECT_EQ(crawl({site.url("broken.localhost"), "--retries", "0"}, "none.db").status, 4);
  EXPECT_EQ(outcome(site.url("broken.localhost"), "none.db"), "queued");
}

// fetch_policy.json, `cached`: at most 24 h, unless it cannot be fetched.
TEST_F(RobotsTest, IsReusedForADayAlsoByALaterRun) {
  Site site;
  const std::string host = "a.localhost";
  site.route(host, "/robots.txt", rules());
  site.route(host, "/*", page_with_links({"/x"}));
  const auto run = [&](const std::string& page) {
    const ProgramResult result = crawl({site.url(host, page), "--retries", "0"});
    EXPECT_EQ(result.status, 0) << result.err;
    expect_finished();
    EXPECT_EQ(outcome(site.url(host, page)), "ok");
    EXPECT_EQ(outcome(site.url(host, "/x")), "robots");
    return requests_for(site, host, "/robots.txt");
  };
  EXPECT_EQ(run("/1"), 1u);
  EXPECT_EQ(run("/2"), 1u);
  age_copies(std::chrono::hours(23));
  EXPECT_EQ(run("/3"), 1u);
  age_copies(std::chrono::hours(2));
  EXPECT_EQ(run("/4"), 2u);
  for (const auto& given : {status(503), broken(Fault::Reset), broken(Fault::Truncate)}) {
    age_copies(std::chrono::hours(25));
    site.route(host, "/robots.txt", given);
    const std::string page =
        "/5" + std::to_string(given.status) + std::to_string(static_cast<int>(given.fault));
    const std::size_t before = requests_for(site, host, "/robots.txt");
    EXPECT_GT(run(page), before);
    EXPECT_EQ(rows("SELECT robots_state FROM hosts"), Words{"stale"});
  }
  EXPECT_EQ(requests_for(site, host, "/x"), 0u);
}

// fetch_policy.json, `scope`: scheme, host and port.
TEST_F(RobotsTest, HoldsForOneOrigin) {
  Site one;
  Site other;
  one.route("a.localhost", "/robots.txt", rules());
  for (Site* const site : {&one, &other}) site->route("", "/", page_with_links({"/x"}));
  for (Site* const site : {&one, &other}) site->route("", "/x", Answer::html("x"));
  EXPECT_EQ(crawl({one.url("a.localhost"), one.url("www.a.localhost"), other.url("a.localhost"),
                   "https://a.localhost:" + std::to_string(one.port()) + "/", "--retries", "0"})
                .status,
            0);
  expect_finished();
  EXPECT_EQ(outcome(one.url("a.localhost", "/x")), "robots");
  EXPECT_EQ(outcome(one.url("www.a.localhost", "/x")), "ok");
  EXPECT_EQ(outcome(other.url("a.localhost", "/x")), "ok");
  EXPECT_EQ(outcome("https://a.localhost:" + std::to_string(one.port()) + "/"), "tls_error");
}

TEST_F(RobotsTest, IsFetchedOnceAnOriginAtAnyConcurrency) {
  constexpr std::uint32_t kHosts = 40;
  const Site site({.pages = site::PageOptions{.hosts = kHosts,
                                              .pages_per_host = 25,
                                              .size_bytes = 500,
                                              .links = 12,
                                              .delay = milliseconds(2),
                                              .jitter = milliseconds(20),
                                              .robots_txt = std::string(kRules)}});
  Words arguments = site.seeds();
  for (std::uint32_t i = 0; i < kHosts; ++i) {  // many are wanted of each from the first
    for (int page = 0; page < 20; ++page) {
      arguments.push_back(
          site.url("h" + std::to_string(i) + ".localhost", "/none/" + std::to_string(page)));
    }
  }
  arguments.insert(arguments.end(),
                   {"-c", "1000", "--host-concurrency", "25", "--scope", "any", "--allow-private"});
  const ProgramResult result = crawl(arguments);
  EXPECT_EQ(result.status, 0) << result.err;
  expect_finished();
  std::set<std::string> hosts;
  for (const LogEntry& entry : site.log()) {
    const bool is_first = hosts.insert(entry.host).second;
    EXPECT_EQ(entry.path == "/robots.txt", is_first) << entry.host << entry.path;
  }
  EXPECT_EQ(hosts.size(), kHosts);
}

}  // namespace
}  // namespace skitter::e2e
