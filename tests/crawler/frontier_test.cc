#include "crawler/frontier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/crawler/crawl_values.h"

namespace skitter::crawler {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr auto kHttp = Scheme::Http;
constexpr auto kHttps = Scheme::Https;

FrontierLimits unpaced() {
  FrontierLimits limits;
  limits.pace = {0ms, 2};
  return limits;
}
FrontierLimits paced() {
  FrontierLimits limits;
  limits.pace = {250ms, 2};
  return limits;
}

// A frontier with a few hosts whose robots rules and addresses are known.
struct FrontierFixture {
  explicit FrontierFixture(const FrontierLimits& limits, HostId hosts = 1,
                           Robots robots = Robots::Known)
      : frontier(limits) {
    for (HostId id = 1; id <= hosts; ++id) frontier.add_host(id, robots);
  }

  UrlId push(HostId host, UrlId id, std::uint16_t depth = 0, Scheme scheme = kHttp) {
    const UrlId displaced = frontier.push(host, scheme, {id, depth, "http://h/"}, kNow);
    resolve("");
    return displaced;
  }
  void resolve(const std::string& address) {
    while (const std::optional<HostId> host = frontier.next_look_up())
      frontier.look_up_done(*host, address, SteadyTime::max(), kNow);
  }
  // The id of the page that may be asked for now, which is started; 0: none.
  UrlId start(SteadyTime now = kNow) {
    std::optional<Candidate> candidate = frontier.next(now);
    if (!candidate) return 0;
    frontier.start(*candidate, now);
    last = std::move(*candidate);
    return last.page.id;
  }
  UrlId start_and_send(SteadyTime now = kNow) {
    const std::size_t before = frontier.in_flight();
    const UrlId id = start(now);
    if (frontier.in_flight() > before) frontier.sent(last.host, now);
    return id;
  }
  void finish(HostId host, SteadyTime now = kNow) {
    frontier.finished(host, WasSent::Yes, now);
    frontier.decided(host, now);
  }

  Frontier frontier;
  Candidate last;
};

TEST(FrontierTest, AsksBreadthFirstInsideAHost) {
  FrontierLimits limits = unpaced();
  limits.pace.concurrency = 9;
  FrontierFixture f(limits);
  EXPECT_TRUE(f.frontier.is_empty());
  (void)f.push(1, 1, 2);
  (void)f.push(1, 2, 1, kHttps);
  (void)f.push(1, 3, 0);
  (void)f.push(1, 4, 1);
  std::vector<UrlId> order;
  while (const UrlId id = f.start_and_send()) order.push_back(id);
  EXPECT_THAT(order, ElementsAre(3, 2, 4, 1));
  for (int i = 0; i < 4; ++i) f.finish(1);
  EXPECT_TRUE(f.frontier.is_empty());
}

TEST(FrontierTest, AHostHasNoMoreInFlightThanAllowed) {
  FrontierFixture f(unpaced());
  for (UrlId id = 1; id <= 3; ++id) (void)f.push(1, id);
  EXPECT_EQ(f.start_and_send(), 1u);
  EXPECT_EQ(f.start_and_send(), 2u);
  EXPECT_EQ(f.start_and_send(), 0u);
  EXPECT_EQ(f.frontier.next_due(), std::nullopt);  // not before something ends
  f.finish(1);
  EXPECT_EQ(f.start_and_send(), 3u);
}

TEST(FrontierTest, WhatRobotsTxtHoldsDoesNotKeepItGoing) {
  FrontierFixture f(unpaced(), 2);
  const SteadyTime later = kNow + 1h;
  (void)f.push(1, 1);
  (void)f.push(1, 2);
  f.frontier.set_robots(1, Scheme::Http, Robots::Later, later, kNow);
  EXPECT_FALSE(f.frontier.is_over());
  f.frontier.set_robots(1, Scheme::Http, Robots::Unreachable, later, kNow);
  EXPECT_TRUE(f.frontier.is_over());
  EXPECT_FALSE(f.frontier.is_empty());
  (void)f.push(1, 3);
  EXPECT_EQ(f.frontier.held(1), 3u);
  EXPECT_TRUE(f.frontier.is_over());
  (void)f.push(1, 4, 0, kHttps);  // the other origin may be asked
  EXPECT_EQ(f.frontier.held(1), 0u);
  EXPECT_FALSE(f.frontier.is_over());
  EXPECT_EQ(f.start_and_send(), 4u);
  EXPECT_FALSE(f.frontier.is_over());
  f.finish(1);
  EXPECT_TRUE(f.frontier.is_over());
  (void)f.push(2, 5);
  EXPECT_FALSE(f.frontier.is_over());
  EXPECT_EQ(f.start_and_send(), 5u);
  f.finish(2);
  EXPECT_TRUE(f.frontier.is_over());
  f.frontier.set_robots(1, Scheme::Http, Robots::Known, SteadyTime::max(), kNow);
  EXPECT_FALSE(f.frontier.is_over());
  EXPECT_EQ(f.start_and_send(), 1u);
}

// What counts as held must follow also where a URL finds no place in memory.
TEST(FrontierTest, WhatIsHeldInTheDatabaseCounts) {
  FrontierLimits limits = unpaced();
  limits.host_window = 2;
  FrontierFixture f(limits);
  for (UrlId id = 1; id <= 2; ++id) (void)f.push(1, id);
  f.frontier.set_robots(1, Scheme::Http, Robots::Unreachable, kNow + 1h, kNow);
  for (UrlId id = 3; id <= 9; ++id) {
    (void)f.push(1, id);
    EXPECT_EQ(f.frontier.held(1), id);
    EXPECT_TRUE(f.frontier.is_over());
  }
}

// What the fixtures' delay of 250 ms comes to.
constexpr auto kSpacing = 250ms + Pace::kWireSlack;

TEST(FrontierTest, TheDelayCountsFromTheSend) {
  FrontierFixture f(paced());
  for (UrlId id = 1; id <= 3; ++id) (void)f.push(1, id);
  EXPECT_EQ(f.start(), 1u);
  EXPECT_EQ(f.start(kNow + 5s), 0u);  // it still connects: nobody knows when it will be sent
  f.frontier.sent(1, kNow + 6s);
  EXPECT_EQ(f.frontier.next_due(), kNow + 6s + kSpacing);
  EXPECT_EQ(f.start(kNow + 6s + 249ms), 0u);
  EXPECT_EQ(f.start(kNow + 6s + kSpacing), 2u);
}

TEST(FrontierTest, AFailureBeforeTheWireFreesTheHost) {
  FrontierFixture f(paced());
  (void)f.push(1, 1);
  (void)f.push(1, 2);
  EXPECT_EQ(f.start(), 1u);
  f.frontier.finished(1, WasSent::No, kNow + 10s);
  f.frontier.decided(1, kNow + 10s);
  EXPECT_EQ(f.start(kNow + 10s), 2u);
}

TEST(FrontierTest, AWaitingHostLetsOthersGo) {
  FrontierFixture f(paced(), 2);
  (void)f.push(1, 1);
  (void)f.push(1, 2);
  (void)f.push(2, 3);
  EXPECT_EQ(f.start_and_send(), 1u);
  EXPECT_EQ(f.start_and_send(), 3u);
  EXPECT_EQ(f.start_and_send(), 0u);
  EXPECT_EQ(f.frontier.hosts_waiting(kNow), 1u);
  EXPECT_EQ(f.frontier.hosts_ready(kNow + kSpacing), 1u);
}

TEST(FrontierTest, HostsTakeTurns) {
  FrontierFixture f(unpaced(), 3);
  for (UrlId id = 1; id <= 9; ++id) (void)f.push((id - 1) / 3 + 1, id);
  std::vector<HostId> turns;
  for (int i = 0; i < 9; ++i) {
    const SteadyTime now = kNow + std::chrono::seconds(i + 1);
    ASSERT_NE(f.start_and_send(now), 0u);
    turns.push_back(f.last.host);
    f.finish(f.last.host, now);
  }
  EXPECT_THAT(turns, ElementsAre(1, 2, 3, 1, 2, 3, 1, 2, 3));
}

TEST(FrontierTest, RobotsComeBeforeTheFirstPageOfEachOrigin) {
  FrontierFixture f(unpaced(), 1, Robots::Unknown);
  (void)f.push(1, 1, 0, kHttp);
  (void)f.push(1, 2, 0, kHttps);
  for (const Scheme scheme : {kHttp, kHttps}) {
    EXPECT_EQ(f.start_and_send(), 0u);
    EXPECT_EQ(f.last.kind, Candidate::Kind::Robots);
    EXPECT_EQ(f.last.scheme, scheme);
  }
  f.frontier.finished(1, WasSent::Yes, kNow);
  f.frontier.finished(1, WasSent::Yes, kNow);
  EXPECT_FALSE(f.frontier.next(kNow));
  f.frontier.set_robots(1, kHttps, Robots::Known, SteadyTime::max(), kNow);
  EXPECT_EQ(f.start_and_send(), 2u);  // http is not known yet
  EXPECT_FALSE(f.frontier.next(kNow));
  f.frontier.set_robots(1, kHttp, Robots::Later, kNow + 5s, kNow);
  EXPECT_EQ(f.frontier.next_due(), kNow + 5s);
  EXPECT_EQ(f.start_and_send(kNow + 5s), 0u);
  EXPECT_EQ(f.last.kind, Candidate::Kind::Robots);
  EXPECT_FALSE(f.frontier.is_empty());
}

TEST(FrontierTest, StaleRobotsAreAskedForAgain) {
  FrontierFixture f(unpaced());
  f.frontier.set_robots(1, kHttp, Robots::Known, kNow + 24h, kNow);
  (void)f.push(1, 1);
  (void)f.push(1, 2);
  EXPECT_EQ(f.start_and_send(kNow + 23h), 1u);
  f.finish(1);
  EXPECT_EQ(f.start_and_send(kNow + 24h), 0u);
  EXPECT_EQ(f.last.kind, Candidate::Kind::Robots);
}

TEST(FrontierTest, ARetryWaitsAndThenGoesFirst) {
  FrontierFixture f(unpaced());
  (void)f.push(1, 1);
  EXPECT_EQ(f.start_and_send(), 1u);
  f.frontier.finished(1, WasSent::Yes, kNow);
  f.frontier.push_retry(std::move(f.last), kNow + 3s, kNow);
  EXPECT_EQ(f.frontier.next_due(), kNow + 3s);
  EXPECT_EQ(f.start_and_send(kNow + 2s), 0u);
  (void)f.push(1, 2);
  EXPECT_EQ(f.start_and_send(kNow + 2s), 2u);
  (void)f.push(1, 3);
  EXPECT_EQ(f.start_and_send(kNow + 3s), 1u);
  EXPECT_EQ(f.last.attempt, 1u);
}

TEST(FrontierTest, ManyRetriesHoldBackThePages) {
  FrontierFixture f(unpaced());
  for (UrlId id = 1; id <= HostQueue::kMostRetries + 1; ++id) (void)f.push(1, id);
  for (UrlId id = 1; id <= HostQueue::kMostRetries; ++id) {
    ASSERT_EQ(f.start_and_send(), id);
    f.frontier.finished(1, WasSent::Yes, kNow);
    f.frontier.push_retry(std::move(f.last), kNow + 60s, kNow);
  }
  EXPECT_EQ(f.frontier.next_due(), kNow + 60s);
  EXPECT_EQ(f.start_and_send(kNow + 60s), 1u);
}

TEST(FrontierTest, ABlockedHostWaitsAsAWhole) {
  FrontierFixture f(unpaced());
  (void)f.push(1, 1);
  (void)f.push(1, 2);
  EXPECT_EQ(f.start_and_send(), 1u);
  f.frontier.pace(1).refused(kNow, kNow, 30s);
  f.finish(1);
  EXPECT_EQ(f.frontier.next_due(), kNow + 30s);
  EXPECT_EQ(f.start_and_send(kNow + 30s), 2u);
}

TEST(FrontierTest, ErrandsAreRequestsOfTheirHost) {
  FrontierFixture f(paced(), 1, Robots::Unknown);
  f.frontier.push_errand(1, {Errand::Kind::Robots, "http://h/robots.txt", 7, kHttps, 1}, kNow);
  f.resolve("");
  EXPECT_FALSE(f.frontier.is_empty());
  (void)f.push(1, 1);
  EXPECT_EQ(f.start_and_send(), 0u);
  EXPECT_EQ(f.last.kind, Candidate::Kind::Errand);
  EXPECT_EQ(f.last.errand.for_host, 7u);
  EXPECT_EQ(f.frontier.next_due(), kNow + kSpacing);
}

TEST(FrontierTest, ADroppedCandidateCostsNoTurn) {
  FrontierFixture f(paced());
  (void)f.push(1, 1);
  (void)f.push(1, 2);
  const std::optional<Candidate> candidate = f.frontier.next(kNow);
  ASSERT_TRUE(candidate);
  f.frontier.drop(*candidate, kNow);
  f.frontier.decided(1, kNow);
  EXPECT_EQ(f.start_and_send(), 2u);
}

TEST(FrontierWindowTest, WhatFindsNoPlaceIsInTheDatabaseOnly) {
  FrontierLimits limits = unpaced();
  limits.host_window = 3;
  FrontierFixture f(limits);
  for (UrlId id = 1; id <= 3; ++id) EXPECT_EQ(f.push(1, id, 2), 0u);
  EXPECT_EQ(f.push(1, 4, 2), 4u);  // no nearer than any there
  EXPECT_EQ(f.push(1, 5, 1), 3u);  // makes room
  EXPECT_EQ(f.frontier.queued(), 5u);
  EXPECT_EQ(f.frontier.next_refill(), std::nullopt);
  EXPECT_EQ(f.start_and_send(), 5u);
  EXPECT_EQ(f.start_and_send(), 1u);
  f.finish(1);
  EXPECT_EQ(f.start_and_send(), 2u);
  ASSERT_EQ(f.frontier.next_refill(), 1u);
  EXPECT_EQ(f.frontier.next_refill(), std::nullopt);  // once until refilled()
  EXPECT_EQ(f.frontier.refill_limit(1), 2u + 3u);     // two are in flight
  EXPECT_EQ(f.frontier.push_back(1, kHttp, {3, 2, "http://h/"}, kNow), 0u);
  EXPECT_EQ(f.frontier.push_back(1, kHttp, {4, 2, "http://h/"}, kNow), 0u);
  f.frontier.refilled(1, kNow);
  EXPECT_EQ(f.frontier.next_refill(), std::nullopt);
  for (const UrlId id : {3u, 4u}) {
    f.finish(1);
    EXPECT_EQ(f.start_and_send(), id);
  }
  f.finish(1);
  f.finish(1);
  EXPECT_TRUE(f.frontier.is_empty());
}

TEST(FrontierWindowTest, AllWindowsTogetherAreBounded) {
  FrontierLimits limits = unpaced();
  limits.host_window = 10;
  limits.least_window = 2;
  limits.all_windows = 12;
  FrontierFixture f(limits, 3);
  UrlId id = 0;
  std::vector<int> kept;
  for (HostId host = 1; host <= 3; ++host) {
    kept.push_back(0);
    for (int i = 0; i < 20; ++i) kept.back() += f.push(host, ++id) == 0 ? 1 : 0;
  }
  EXPECT_THAT(kept, ElementsAre(10, 2, 2));
}

TEST(FrontierWindowTest, StoredUrlsAreAskedBack) {
  FrontierFixture f(unpaced());
  f.frontier.add_stored(1, 40, kNow);
  EXPECT_EQ(f.frontier.queued(), 40u);
  EXPECT_FALSE(f.frontier.is_empty());
  EXPECT_EQ(f.frontier.next_refill(), 1u);
}

TEST(FrontierLookUpTest, AHostIsAskedOnceItsAddressIsKnown) {
  Frontier frontier(unpaced());
  frontier.add_host(1, Robots::Known);
  (void)frontier.push(1, kHttp, {1, 0, "http://h/"}, kNow);
  EXPECT_FALSE(frontier.next(kNow));
  EXPECT_EQ(frontier.next_look_up(), 1u);
  EXPECT_EQ(frontier.next_look_up(), std::nullopt);
  frontier.look_up_failed(1, kNow + 5s, kNow);
  EXPECT_EQ(frontier.next_look_up(), std::nullopt);
  EXPECT_EQ(frontier.next_due(), kNow + 5s);
  EXPECT_FALSE(frontier.next(kNow + 5s));
  EXPECT_EQ(frontier.next_look_up(), 1u);
  frontier.look_up_done(1, "a", kNow + 1h, kNow + 6s);
  EXPECT_TRUE(frontier.next(kNow + 6s));
}

TEST(FrontierLookUpTest, AnAddressExpires) {
  FrontierFixture f(unpaced());
  (void)f.frontier.push(1, kHttp, {1, 0, "http://h/"}, kNow);
  ASSERT_EQ(f.frontier.next_look_up(), 1u);
  f.frontier.look_up_done(1, "a", kNow + 1h, kNow);
  EXPECT_FALSE(f.frontier.next(kNow + 1h));
  EXPECT_EQ(f.frontier.next_look_up(), 1u);
}

TEST(FrontierLookUpTest, LookUpsAreBounded) {
  FrontierLimits limits = unpaced();
  limits.look_ups = 2;
  Frontier frontier(limits);
  for (HostId id = 1; id <= 3; ++id) {
    frontier.add_host(id, Robots::Known);
    (void)frontier.push(id, kHttp, {id, 0, "http://h/"}, kNow);
  }
  EXPECT_EQ(frontier.next_look_up(), 1u);
  EXPECT_EQ(frontier.next_look_up(), 2u);
  EXPECT_EQ(frontier.next_look_up(), std::nullopt);
  frontier.look_up_done(1, "", SteadyTime::max(), kNow);
  EXPECT_EQ(frontier.next_look_up(), 3u);
}

// Hosts at one address, with pages 10 * host + 0, 1, ...
struct SharedAddress : FrontierFixture {
  SharedAddress(std::size_t concurrency, HostId hosts, UrlId pages)
      : FrontierFixture(limits(concurrency), hosts) {
    for (HostId host = 1; host <= hosts; ++host) {
      for (UrlId i = 0; i < pages; ++i)
        (void)frontier.push(host, kHttp, {10 * host + i, 0, "http://h/"}, kNow);
      resolve("192.0.2.1");
    }
  }
  static FrontierLimits limits(std::size_t concurrency) {
    FrontierLimits limits = unpaced();
    limits.address_concurrency = concurrency;
    return limits;
  }
};

TEST(FrontierAddressTest, HostsOfOneAddressTakeTurns) {
  SharedAddress f(1, 3, 2);
  std::vector<UrlId> order;
  for (int i = 0; i < 6; ++i) {
    const SteadyTime now = kNow + std::chrono::seconds(i + 1);
    order.push_back(f.start_and_send(now));
    EXPECT_EQ(f.start_and_send(now), 0u);
    f.finish(f.last.host, now + 500ms);
  }
  EXPECT_THAT(order, ElementsAre(10, 20, 30, 11, 21, 31));
}

TEST(FrontierAddressTest, AHostThatWaitsForItsOwnRequestIsWoken) {
  SharedAddress f(1, 1, 2);
  EXPECT_EQ(f.start_and_send(), 10u);
  EXPECT_EQ(f.start_and_send(), 0u);  // the host has room, its address has not
  f.finish(1);
  EXPECT_EQ(f.start_and_send(), 11u);
}

TEST(FrontierAddressTest, ABlockedHostDoesNotHoldUpItsNeighbours) {
  SharedAddress f(1, 3, 2);
  const SteadyTime later = kNow + 1s;
  EXPECT_EQ(f.start_and_send(later), 10u);
  EXPECT_EQ(f.start_and_send(later), 0u);
  f.frontier.pace(2).refused(later, later, 1h);
  f.finish(1, later);
  EXPECT_EQ(f.start_and_send(later + 1s), 30u);
}

TEST(FrontierRateTest, TheRateHoldsOverAllHosts) {
  FrontierLimits limits = unpaced();
  limits.rate = 10;
  FrontierFixture f(limits, 30);
  for (HostId host = 1; host <= 30; ++host) (void)f.push(host, host);
  int started = 0;
  for (SteadyTime now = kNow; now < kNow + 1s; now += 1ms) {
    while (f.start_and_send(now) != 0) ++started;
  }
  EXPECT_EQ(started, 10);
  EXPECT_EQ(f.frontier.next_due(), kNow + 1s);
}

// Any order of events: every URL comes out once, and the counts agree with a count kept beside.
TEST(FrontierPropertyTest, EveryUrlComesOutOnceWhateverHappens) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    FrontierLimits limits = below(2) != 0 ? paced() : unpaced();
    limits.host_window = 1 + below(6);
    limits.least_window = 1;
    limits.all_windows = 1 + below(20);
    limits.look_ups = 1 + below(3);
    if (below(2) != 0) limits.address_concurrency = 1 + below(3);
    constexpr HostId kHosts = 6;
    constexpr UrlId kUrls = 300;
    Frontier frontier(limits);
    for (HostId id = 1; id <= kHosts; ++id) frontier.add_host(id, Robots::Unknown);

    struct Url {
      HostId host;
      Scheme scheme;
      std::uint16_t depth;
      bool is_in_memory;
      bool is_decided;
    };
    std::vector<Url> urls(1);
    std::vector<Candidate> in_flight;
    std::vector<std::pair<HostId, std::string>> looking_up;
    SteadyTime now = kNow;
    std::uint64_t decided = 0;
    const auto displace = [&](UrlId id) {
      if (id != 0) urls[id].is_in_memory = false;
    };
    const auto decide = [&](UrlId id) {
      ASSERT_FALSE(urls[id].is_decided);
      urls[id].is_decided = true;
      urls[id].is_in_memory = false;
      ++decided;
      frontier.decided(urls[id].host, now);
    };
    const auto finish = [&] {
      const std::size_t i = below(static_cast<unsigned>(in_flight.size()));
      Candidate done = std::move(in_flight[i]);
      in_flight.erase(in_flight.begin() + static_cast<std::ptrdiff_t>(i));
      const bool was_sent = below(8) != 0;
      if (was_sent) frontier.sent(done.host, now);
      if (below(30) == 0) frontier.pace(done.host).refused(now, now - 1ms, 2s);
      frontier.finished(done.host, was_sent ? WasSent::Yes : WasSent::No, now);
      if (done.kind == Candidate::Kind::Robots) {
        const bool is_known = below(3) != 0;
        frontier.set_robots(done.host, done.scheme, is_known ? Robots::Known : Robots::Later,
                            now + (is_known ? 1min : 1s), now);
      } else if (below(5) == 0) {
        frontier.push_retry(std::move(done), now + 1s, now);
      } else {
        decide(done.page.id);
      }
    };
    for (int step = 0; step < 200'000; ++step) {
      ASSERT_EQ(frontier.queued(), urls.size() - 1 - decided);
      ASSERT_EQ(frontier.in_flight(), in_flight.size());
      ASSERT_EQ(frontier.is_empty(), decided == urls.size() - 1);
      if (urls.size() > kUrls && frontier.is_empty()) break;
      switch (below(6)) {
        case 0:
          if (urls.size() <= kUrls) {
            const Url url{1 + below(kHosts), below(2) != 0 ? kHttp : kHttps,
                          static_cast<std::uint16_t>(below(5)), true, false};
            const auto id = static_cast<UrlId>(urls.size());
            urls.push_back(url);
            displace(frontier.push(url.host, url.scheme, {id, url.depth, "http://h/"}, now));
          }
          break;
        case 1:
          if (const std::optional<HostId> host = frontier.next_look_up())
            looking_up.emplace_back(*host, "a" + std::to_string(*host % 2));
          break;
        case 2:
          if (!looking_up.empty()) {
            const auto [host, address] = looking_up.back();
            looking_up.pop_back();
            if (below(4) == 0) {
              frontier.look_up_failed(host, now + 1s, now);
            } else {
              frontier.look_up_done(host, address, now + 40s, now);
            }
          }
          break;
        case 3:
          if (const std::optional<Candidate> candidate = frontier.next(now)) {
            if (candidate->kind == Candidate::Kind::Page && below(10) == 0) {
              frontier.drop(*candidate, now);
              decide(candidate->page.id);
            } else {
              frontier.start(*candidate, now);
              in_flight.push_back(*candidate);
            }
          }
          break;
        case 4:
          if (!in_flight.empty()) finish();
          break;
        case 5:
          if (const std::optional<HostId> host = frontier.next_refill()) {
            std::uint32_t left = frontier.refill_limit(*host);
            for (UrlId id = 1; id < urls.size() && left > 0; ++id) {
              Url& url = urls[id];
              if (url.host != *host || url.is_decided) continue;
              --left;
              if (url.is_in_memory) continue;
              url.is_in_memory = true;
              displace(frontier.push_back(*host, url.scheme, {id, url.depth, "http://h/"}, now));
            }
            frontier.refilled(*host, now);
          }
          now += milliseconds(below(200));
          break;
      }
    }
    EXPECT_EQ(decided, kUrls);
    EXPECT_TRUE(frontier.is_empty());
  }
}

}  // namespace
}  // namespace skitter::crawler
