#include "crawler/robots_desk.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crawler/version.h"
#include "tests/crawler/crawl_values.h"

namespace skitter::crawler {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kRetries = 2;
constexpr HostId kHost = 1;

Response answer(int status, std::string_view location = "") {
  Response response;
  response.outcome = Outcome::Ok;
  response.status = status;
  response.body = status < 300 ? "User-agent: *\nDisallow: /x\n" : "";
  if (!location.empty()) response.headers.add_line("Location: " + std::string(location));
  return response;
}
Response failure(Outcome outcome, bool may_retry, int status = 0) {
  Response response;
  response.outcome = outcome;
  response.error = "the words";
  response.may_retry = may_retry;
  response.status = status;
  return response;
}

// One host with one page waiting for its robots.txt; the answers come in at once.
struct DeskFixture {
  DeskFixture() : frontier(FrontierLimits{}) {
    (void)add_host("h.net");
    (void)frontier.push(kHost, Scheme::Http, {1, 0, "http://h.net/"}, kNow);
    while (const std::optional<HostId> host = frontier.next_look_up())
      frontier.look_up_done(*host, "", SteadyTime::max(), kNow);
  }

  HostId add_host(std::string_view name) {
    if (const HostId known = hosts.find(name)) return known;
    const HostId id = hosts.add(name);
    frontier.add_host(id, Robots::Unknown);
    return id;
  }
  RobotsDesk::Outbox outbox() {
    return {[this](RobotsJob job) { jobs.push_back(std::move(job)); },
            [this](storage::RobotsCopy copy) { copies.push_back(std::move(copy)); },
            [this](HostId) { ++changes; }, [this](std::string_view name) { return add_host(name); },
            [](const parser::Url& url) { return url.hostname() != "10.0.0.1"; }};
  }
  void parse(std::string_view text) {
    RobotsParsed parsed{kHost, Scheme::Http, std::string(text),
                        std::make_shared<const parser::RobotsRules>(text, kProductToken)};
    desk.parsed(std::move(parsed), now);
  }
  Host::Origin& origin() { return hosts[kHost].origin(Scheme::Http); }
  // The next request that the frontier lets out; nullopt: not before something happens.
  std::optional<Candidate> next() {
    while (const std::optional<HostId> host = frontier.next_look_up())
      frontier.look_up_done(*host, "", SteadyTime::max(), now);
    const std::optional<SteadyTime> due = frontier.next_due();
    if (!due) return std::nullopt;
    now = std::max(now, *due);
    std::optional<Candidate> candidate = frontier.next(now);
    if (!candidate) return std::nullopt;
    frontier.start(*candidate, now);
    frontier.sent(candidate->host, now);
    frontier.finished(candidate->host, WasSent::Yes, now);
    if (candidate->kind == Candidate::Kind::Robots)
      candidate->errand = RobotsDesk::first_errand(hosts, candidate->host, candidate->scheme);
    return candidate;
  }
  // Gives `response` to every request for rules, until something else comes; how often.
  unsigned answer_all(const Response& response) {
    unsigned count = 0;
    while (count < 20) {
      const std::optional<Candidate> candidate = next();
      if (!candidate || candidate->kind == Candidate::Kind::Page) break;
      ++count;
      desk.answered(candidate->errand, Response(response), now);
    }
    return count;
  }

  Frontier frontier;
  HostBook hosts;
  std::vector<RobotsJob> jobs;
  std::vector<storage::RobotsCopy> copies;
  int changes = 0;
  SteadyTime now = kNow;
  RobotsDesk desk{frontier, hosts, kRetries, outbox()};
};

// What every kind of answer means: RFC 9309 §2.3.1.
TEST(RobotsDeskTest, FollowsTheRulesOfAccess) {
  enum Want { Parsed, AllAllowed, Refused, Held };
  struct Case {
    std::string_view when;
    Response given;
    Want want;
    unsigned requests = 1;              // at least, where Held
    Outcome outcome = Outcome::Robots;  // of the pages, where Refused
    std::string_view detail = "";
  };
  constexpr unsigned kAll = kRetries + 1;
  const Case cases[] = {
      {"200", answer(200), Parsed},                                   // §2.3.1.1
      {"204", answer(204), Parsed},                                   //
      {"too large", failure(Outcome::TooLarge, false, 200), Parsed},  // §2.5
      {"301", answer(301, "/robots.txt"), AllAllowed, 6},  // §2.3.1.2: five are followed
      {"302", answer(302, "http://other.net/r"), AllAllowed, 6},
      {"307", answer(307, "https://h.net/robots.txt"), AllAllowed, 6},
      {"308", answer(308, "//h.net:81/"), AllAllowed, 6},
      {"to ftp", answer(301, "ftp://h.net/"), Held, kAll, Outcome::Queued,
       "robots.txt answers 301 and leads nowhere"},
      {"to a private address", answer(301, "http://10.0.0.1/"), Held, kAll, Outcome::Queued,
       "robots.txt answers 301 and leads nowhere"},
      {"to nowhere", answer(302), Held, kAll, Outcome::Queued,
       "robots.txt answers 302 and leads nowhere"},
      {"304 to a plain request", answer(304), Held, kAll, Outcome::Queued,
       "robots.txt answers 304 and leads nowhere"},
      {"400", answer(400), AllAllowed},  // §2.3.1.3
      {"401", answer(401), AllAllowed},
      {"403", answer(403), AllAllowed},
      {"404", answer(404), AllAllowed},
      {"499", answer(499), AllAllowed},
      {"429", answer(429), Held, kAll, Outcome::Queued, "robots.txt answers 429"},
      {"500", answer(500), Held, kAll, Outcome::Queued, "robots.txt answers 500"},  // §2.3.1.4
      {"503", answer(503), Held, kAll, Outcome::Queued, "robots.txt answers 503"},
      {"599", answer(599), Held, kAll, Outcome::Queued, "robots.txt answers 599"},
      {"cut short", failure(Outcome::Truncated, true, 200), Held, kAll, Outcome::Queued,
       "robots.txt is cut short"},
      {"time-out", failure(Outcome::Timeout, true), Refused, kAll, Outcome::Timeout,
       "robots.txt: the words"},
      {"reset", failure(Outcome::NetworkError, true), Refused, kAll, Outcome::NetworkError,
       "robots.txt: the words"},
      {"bad certificate", failure(Outcome::TlsError, false), Refused, 1, Outcome::TlsError,
       "robots.txt: the words"},
      {"no such name", failure(Outcome::DnsError, false), Refused, 1, Outcome::DnsError,
       "robots.txt: the words"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.when);
    DeskFixture f;
    const unsigned requests = f.answer_all(c.given);
    EXPECT_EQ(f.jobs.size(), c.want == Parsed ? 1u : 0u);
    ASSERT_EQ(f.origin().refusal.has_value(), c.want == Refused);
    EXPECT_EQ(f.copies.size(), c.want == AllAllowed ? 1u : 0u);
    EXPECT_EQ(f.origin().rules, nullptr);
    EXPECT_EQ(f.frontier.held(kHost), c.want == Held ? 1u : 0u);
    EXPECT_EQ(f.frontier.is_over(), c.want == Held);
    if (c.want == Held) {
      EXPECT_GT(requests, c.requests);  // on and on
      EXPECT_EQ(f.origin().robots_failure, c.detail);
    } else {
      EXPECT_EQ(requests, c.requests);
    }
    if (c.want == Refused) {
      EXPECT_EQ(f.origin().refusal->outcome, c.outcome);
      EXPECT_EQ(f.origin().refusal->detail, c.detail);
      EXPECT_EQ(f.origin().refusal->attempts, c.requests);
      EXPECT_EQ(f.hosts[kHost].robots_state, "unreachable");
    }
    if (c.want == AllAllowed) {
      EXPECT_EQ(f.hosts[kHost].robots_state, "allowed");
      EXPECT_EQ(f.copies[0].origin, "http://h.net");
    }
  }
}

// It is asked for twice more soon, then by the back-off of 429.
TEST(RobotsDeskTest, AsksAgainLaterAndLater) {
  DeskFixture f;
  std::vector<std::chrono::seconds> waits;
  SteadyTime before = f.now;
  for (int i = 0; i < 20; ++i) {
    const std::optional<Candidate> candidate = f.next();
    ASSERT_TRUE(candidate);
    ASSERT_EQ(candidate->kind, Candidate::Kind::Robots);
    if (i > 0) waits.push_back(std::chrono::duration_cast<std::chrono::seconds>(f.now - before));
    before = f.now;
    EXPECT_FALSE(f.frontier.is_over());  // an answer is to come
    f.desk.answered(candidate->errand, answer(500), f.now);
    EXPECT_EQ(f.frontier.is_over(), i >= static_cast<int>(kRetries));
  }
  for (std::size_t i = 0; i < waits.size(); ++i) {
    const bool is_soon = i < kRetries;
    const std::chrono::seconds least =
        is_soon ? std::chrono::seconds(1 << i)
                : std::min(std::chrono::seconds(60 << (i - kRetries)), 86'400s);
    EXPECT_GE(waits[i], least) << i;
    EXPECT_LE(waits[i], least + least / 10 + 1s) << i;
  }
  // Once it is there, all is well.
  const std::optional<Candidate> candidate = f.next();
  ASSERT_TRUE(candidate);
  f.desk.answered(candidate->errand, answer(404), f.now);
  EXPECT_EQ(f.frontier.held(kHost), 0u);
  EXPECT_EQ(f.origin().robots_failure, "");
  EXPECT_EQ(f.next()->kind, Candidate::Kind::Page);
}

TEST(RobotsDeskTest, PagesWaitForTheirRules) {
  DeskFixture f;
  std::optional<Candidate> candidate = f.next();
  ASSERT_TRUE(candidate);
  EXPECT_EQ(candidate->errand.url, "http://h.net/robots.txt");
  f.desk.answered(candidate->errand, answer(200), f.now);
  EXPECT_FALSE(f.next());
  f.parse("User-agent: *\nDisallow: /x\nCrawl-delay: 7\n");
  ASSERT_NE(f.origin().rules, nullptr);
  EXPECT_FALSE(f.origin().rules->is_allowed("/x"));
  EXPECT_EQ(f.frontier.pace(kHost).delay(), 7s);
  EXPECT_EQ(f.hosts[kHost].robots_state, "rules");
  candidate = f.next();
  ASSERT_TRUE(candidate);
  EXPECT_EQ(candidate->kind, Candidate::Kind::Page);
}

TEST(RobotsDeskTest, ARedirectIsARequestOfItsOwnHost) {
  DeskFixture f;
  std::optional<Candidate> candidate = f.next();
  ASSERT_TRUE(candidate);
  f.desk.answered(candidate->errand, answer(301, "http://other.net/r"), f.now);
  candidate = f.next();
  ASSERT_TRUE(candidate);
  EXPECT_EQ(candidate->kind, Candidate::Kind::Errand);
  EXPECT_EQ(candidate->host, f.hosts.find("other.net"));
  EXPECT_EQ(candidate->errand.url, "http://other.net/r");
  EXPECT_EQ(candidate->errand.for_host, kHost);
  f.desk.answered(candidate->errand, answer(200), f.now);
  ASSERT_EQ(f.jobs.size(), 1u);
  EXPECT_EQ(f.jobs[0].host, kHost);  // the rules hold for who asked
}

storage::RobotsCopy copy_of_age(std::chrono::milliseconds age, std::string_view state,
                                storage::SystemTime now) {
  storage::RobotsCopy copy;
  copy.host = kHost;
  copy.origin = "http://h.net";
  copy.fetched_at_ms =
      (std::chrono::duration_cast<milliseconds>(now.time_since_epoch()) - age).count();
  copy.state = state;
  copy.body = state == "rules" ? "User-agent: *\nCrawl-delay: 3\nDisallow: /x\n" : "";
  return copy;
}
constexpr storage::SystemTime kSystemNow{std::chrono::hours(24 * 365 * 50)};

TEST(RobotsDeskTest, RulesOfAnEarlierRunHoldForADay) {
  struct Case {
    std::chrono::milliseconds age;
    std::string_view state;
    bool holds;
  };
  const Case cases[] = {
      {0h, "rules", true},     {23h, "rules", true},
      {24h, "rules", false},   {1h, "allowed", true},
      {25h, "allowed", false}, {1h, "unreachable", false},  // asked again by every run
      {-1h, "rules", false},                                // the clock was set back
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << c.state << " " << c.age.count());
    DeskFixture f;
    f.desk.load(copy_of_age(c.age, c.state, kSystemNow), kSystemNow, kNow);
    const std::optional<Candidate> candidate = f.next();
    ASSERT_TRUE(candidate);
    EXPECT_EQ(candidate->kind == Candidate::Kind::Page, c.holds);
    if (c.state == "rules") {
      EXPECT_EQ(f.frontier.pace(kHost).delay(), 3s);
    }
  }
}

// RFC 9309 §2.4: an old copy holds where there is no new one to be got.
TEST(RobotsDeskTest, AnOldCopyIsBetterThanNone) {
  struct Case {
    Response given;
    unsigned requests;
  };
  const Case cases[] = {
      {answer(500), kRetries + 1},
      {failure(Outcome::Timeout, true), kRetries + 1},
      {failure(Outcome::TlsError, false), 1},
  };
  for (const std::string_view state : {"rules", "allowed"}) {
    for (const Case& c : cases) {
      SCOPED_TRACE(testing::Message() << state << " " << c.given.status);
      DeskFixture f;
      f.desk.load(copy_of_age(100h, state, kSystemNow), kSystemNow, kNow);
      EXPECT_EQ(f.answer_all(c.given), c.requests);  // then a page
      EXPECT_EQ(f.hosts[kHost].robots_state, "stale");
      EXPECT_FALSE(f.origin().refusal);
      EXPECT_EQ(f.origin().rules != nullptr, state == "rules");
      EXPECT_TRUE(f.copies.empty());
    }
  }
}

}  // namespace
}  // namespace skitter::crawler
