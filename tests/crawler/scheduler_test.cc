// The scheduler under a virtual clock: frontier and politeness run a simulated day against a
// simulated network, and an observer that stands on the network's side checks every request.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "crawler/frontier.h"
#include "crawler/retry.h"

namespace skitter::crawler {
namespace {

using namespace std::chrono_literals;
using std::chrono::hours;

// The whole day takes a release build; the others run a smaller one of the same shape.
#ifdef NDEBUG
constexpr std::size_t kHosts = 10'000;
constexpr std::size_t kSlots = 256;
constexpr hours kDay{24};
constexpr std::uint64_t kLeastRequests = 10'000'000;
#else
constexpr std::size_t kHosts = 400;
constexpr std::size_t kSlots = 10;
constexpr hours kDay{2};
constexpr std::uint64_t kLeastRequests = 30'000;
#endif
constexpr std::size_t kHostConcurrency = 2;
constexpr std::size_t kAddressConcurrency = 8;
constexpr std::size_t kLookUps = 64;
constexpr milliseconds kDelay{250};
constexpr unsigned kRetriesEach = 2;
constexpr unsigned kPagesInWindow = 4;
constexpr milliseconds kTimeout{30'000};
constexpr milliseconds kConnectTimeout{10'000};

FrontierLimits limits() {
  FrontierLimits limits;
  limits.pace = {kDelay, kHostConcurrency};
  limits.address_concurrency = kAddressConcurrency;
  limits.look_ups = kLookUps;
  return limits;
}

// How one server behaves, and what the observer has seen of it.
struct Site {
  // Behaviour.
  milliseconds crawl_delay{0};
  std::size_t address = 0;
  milliseconds latency{100};
  double refuses = 0;  // 429, of all requests
  bool says_how_long = false;
  double times_out = 0;
  double unreachable = 0;
  unsigned pages_an_hour = 0;

  // What is queued: `backlog` stands for what is found later.
  std::uint64_t backlog = 0;
  unsigned in_window = 0;
  std::vector<SteadyTime> retries;  // when due; a heap, the earliest in front
  Robots robots = Robots::Unknown;
  SteadyTime robots_until = SteadyTime::max();

  // On the wire.
  unsigned in_flight = 0;
  unsigned unsent = 0;
  std::optional<SteadyTime> sent_at;
  SteadyTime told_at{};  // when it last asked to wait, and how long
  SteadyTime told_until{};
  milliseconds crawl_delay_known{0};
  bool is_looking_up = false;
  SteadyTime address_expires{};
  SteadyTime look_up_again_at{};

  // In the observer's own list of who may go next.
  std::optional<SteadyTime> listed_at;
  std::optional<SteadyTime> possible_since;
  std::uint64_t asked = 0;
};

enum class Answer : std::uint8_t { Page, Refused, RefusedFor, TimedOut, Unreachable };

struct Flight {
  Candidate candidate;
  SteadyTime started;
  SteadyTime sent;
  Answer answer = Answer::Page;
  WasSent was_sent = WasSent::No;
};

class Simulation {
 public:
  Simulation()
      : frontier_(limits()), sites_(kHosts), at_address_(2 * kHosts), starved_(2 * kHosts) {
    for (std::size_t i = 0; i < kHosts; ++i) make_site(i);
  }

  void run() {
    for (std::size_t hour = 0; hour < static_cast<std::size_t>(kDay.count()); ++hour)
      at(begin_ + hours(hour), Event::Kind::Hour, 0);
    while (!events_.empty() || next_due()) {
      const std::optional<SteadyTime> due = next_due();
      now_ = events_.empty() ? *due : due ? std::min(*due, events_.top().time) : events_.top().time;
      if (now_ >= begin_ + kDay) break;
      while (!events_.empty() && events_.top().time <= now_) {
        const Event event = events_.top();
        events_.pop();
        happen(event);
      }
      turn();
    }
  }

  void report() const {
    std::uint64_t least = sites_[0].asked;
    for (const Site& site : sites_) least = std::min(least, site.asked);
    const double slot_seconds = busy_seconds_ / static_cast<double>(requests_);
    // First come, first served: before a host's turn, each other host has had at most one.
    const double fair = slot_seconds * static_cast<double>(kHosts) / static_cast<double>(kSlots);
    const double longest = std::chrono::duration<double>(longest_wait_).count();
    std::printf(
        "requests %llu, full %llu turns, idle %llu turns, least of a host %llu, longest wait %.1f s"
        " (fair turn %.1f s), refusals %llu\n",
        static_cast<unsigned long long>(requests_), static_cast<unsigned long long>(full_turns_),
        static_cast<unsigned long long>(idle_turns_), static_cast<unsigned long long>(least),
        longest, fair, static_cast<unsigned long long>(refusals_));
    EXPECT_GE(requests_, kLeastRequests);
    EXPECT_GT(full_turns_, 1'000u);  // both happened: too few slots, and too little to do
    EXPECT_GT(idle_turns_, 1'000u);
    EXPECT_GT(refusals_, requests_ / 10'000);
    EXPECT_GE(least, 5u);  // the slowest ask for minutes between requests, or refuse for hours
    EXPECT_LT(longest, 2 * fair + 60) << "a host starved";
  }

 private:
  struct Event {
    enum class Kind : std::uint8_t { Hour, Sent, Done, LookedUp };
    SteadyTime time;
    std::uint64_t number;  // events of one instant happen in order
    Kind kind;
    std::size_t subject;  // a flight, or a host
    bool operator>(const Event& other) const {
      return std::pair(time, number) > std::pair(other.time, other.number);
    }
  };

  void at(SteadyTime time, Event::Kind kind, std::size_t subject) {
    events_.push({time, ++event_number_, kind, subject});
  }
  Site& site(HostId host) { return sites_[host - 1]; }
  double chance() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  template <typename Number>
  Number between(Number low, Number high) {
    return std::uniform_int_distribution<Number>(low, high)(random_);
  }

  void make_site(std::size_t i) {
    Site& site = sites_[i];
    const bool is_shared = i % 10 == 0;  // a tenth of the hosts lie 25 to an address
    site.address = is_shared ? kHosts + i / 250 : i;
    site.latency = milliseconds(between(20, i % 20 == 1 ? 4'000 : 600));
    if (i % 7 == 2) site.crawl_delay = milliseconds(between(100, 5'000));
    if (i % 97 == 3) site.crawl_delay = milliseconds(between(60'000, 300'000));
    if (i % 11 == 4) site.refuses = 0.02;
    site.says_how_long = i % 22 == 4;
    if (i % 13 == 5) site.times_out = 0.02;
    if (i % 17 == 6) site.unreachable = 0.02;
    // Few hosts have most of the pages.
    site.pages_an_hour = i % 50 == 7 ? between(500u, 1'500u) : between(10u, 60u);
    frontier_.add_host(static_cast<HostId>(i + 1), Robots::Unknown);
  }

  [[nodiscard]] std::optional<SteadyTime> next_due() const {
    return in_flight_ < kSlots ? frontier_.next_due() : std::nullopt;
  }

  void happen(const Event& event) {
    switch (event.kind) {
      case Event::Kind::Hour:
        for (HostId host = 1; host <= kHosts; ++host) {
          site(host).backlog += site(host).pages_an_hour;
          fill_window(host);
        }
        break;
      case Event::Kind::Sent:
        sent(flights_[event.subject]);
        break;
      case Event::Kind::Done:
        done(event.subject);
        break;
      case Event::Kind::LookedUp:
        looked_up(static_cast<HostId>(event.subject));
        break;
    }
  }

  void fill_window(HostId host) {
    Site& s = site(host);
    for (; s.backlog > 0 && s.in_window < kPagesInWindow; --s.backlog, ++s.in_window) {
      ASSERT_EQ(frontier_.push(host, Scheme::Http, {++last_url_, 1, "http://x/"}, now_), 0u);
    }
    note_change(host);
  }

  // What the crawl's loop does once a turn. The look-ups come last: next() finds addresses that
  // have expired.
  void turn() {
    while (in_flight_ < kSlots) {
      std::optional<Candidate> candidate = frontier_.next(now_);
      if (!candidate) break;
      start(std::move(*candidate));
    }
    while (const std::optional<HostId> host = frontier_.next_look_up()) {
      site(*host).is_looking_up = true;
      ++looking_up_;
      ASSERT_LE(looking_up_, kLookUps);
      at(now_ + milliseconds(between(1, 80)), Event::Kind::LookedUp, *host);
    }
    if (in_flight_ == kSlots) {
      ++full_turns_;
    } else {
      ++idle_turns_;
      expect_nobody_ready();
    }
  }

  void looked_up(HostId host) {
    Site& s = site(host);
    s.is_looking_up = false;
    --looking_up_;
    if (chance() < 0.01) {
      s.look_up_again_at = now_ + 5s;
      frontier_.look_up_failed(host, s.look_up_again_at, now_);
    } else {
      s.address_expires = now_ + 1h;
      frontier_.look_up_done(host, "a" + std::to_string(s.address), s.address_expires, now_);
    }
    note_change(host);
  }

  void start(Candidate candidate) {
    const HostId host = candidate.host;
    Site& s = site(host);
    expect_may_start(s, host);
    const std::optional<SteadyTime> ready_at = may_go_at(host);
    if (ready_at && s.possible_since)
      longest_wait_ = std::max(longest_wait_, now_ - std::max(*ready_at, *s.possible_since));
    if (candidate.kind == Candidate::Kind::Robots) {
      s.robots = Robots::Asked;
    } else if (candidate.attempt > 0) {
      std::pop_heap(s.retries.begin(), s.retries.end(), std::greater<>());
      EXPECT_LE(s.retries.back(), now_);
      s.retries.pop_back();
    } else {
      EXPECT_EQ(s.robots, Robots::Known) << "a page before the host's robots.txt";
      --s.in_window;
    }
    ++s.asked;
    ++s.in_flight;
    ++s.unsent;
    ++at_address_[s.address];
    ++in_flight_;
    ++requests_;
    frontier_.start(candidate, now_);
    if (free_flights_.empty()) {
      free_flights_.push_back(flights_.size());
      flights_.emplace_back();
    }
    const std::size_t id = free_flights_.back();
    free_flights_.pop_back();
    flights_[id] = {std::move(candidate), now_, now_, Answer::Page, WasSent::No};
    go_over_the_network(id, s);
    fill_window(host);
  }

  void go_over_the_network(std::size_t id, const Site& s) {
    Flight& flight = flights_[id];
    if (chance() < s.unreachable) {
      flight.answer = Answer::Unreachable;
      return at(now_ + kConnectTimeout, Event::Kind::Done, id);
    }
    const milliseconds connect{chance() < 0.5 ? 0 : between(1, 150)};
    at(now_ + connect, Event::Kind::Sent, id);
    milliseconds latency = s.latency / 2 + milliseconds(between<long>(0, s.latency.count()));
    if (chance() < s.times_out) {
      flight.answer = Answer::TimedOut;
      latency = kTimeout;
    } else if (chance() < s.refuses) {
      flight.answer = s.says_how_long ? Answer::RefusedFor : Answer::Refused;
    }
    at(now_ + connect + latency, Event::Kind::Done, id);
  }

  void sent(Flight& flight) {
    Site& s = site(flight.candidate.host);
    const milliseconds apart = std::max(kDelay, s.crawl_delay_known);
    if (s.sent_at) {
      EXPECT_GE(now_ - *s.sent_at, apart) << "host " << flight.candidate.host;
    }
    s.sent_at = now_;
    --s.unsent;
    flight.was_sent = WasSent::Yes;
    flight.sent = now_;
    frontier_.sent(flight.candidate.host, now_);
    note_change(flight.candidate.host);
  }

  void done(std::size_t id) {
    Flight flight = std::move(flights_[id]);
    free_flights_.push_back(id);
    const HostId host = flight.candidate.host;
    Site& s = site(host);
    busy_seconds_ += std::chrono::duration<double>(now_ - flight.started).count();
    --s.in_flight;
    if (flight.was_sent == WasSent::No) --s.unsent;
    --at_address_[s.address];
    --in_flight_;
    const auto latency = std::chrono::duration_cast<milliseconds>(now_ - flight.sent);
    if (flight.answer == Answer::Page) frontier_.pace(host).answered(latency, true);
    const bool is_refusal = flight.answer == Answer::Refused || flight.answer == Answer::RefusedFor;
    if (is_refusal) refused(s, flight);
    frontier_.finished(host, flight.was_sent, now_);
    finish(s, std::move(flight));
    fill_window(host);
    for (const HostId starved : std::exchange(starved_[s.address], {})) note_change(starved);
  }

  void refused(Site& s, const Flight& flight) {
    ++refusals_;
    std::optional<milliseconds> wait;
    if (flight.answer == Answer::RefusedFor) wait = std::chrono::seconds(between(1, 120));
    const bool is_new = flight.started > s.told_at;
    const milliseconds least = wait ? *wait : is_new ? milliseconds(60s) : milliseconds(0);
    s.told_until = std::max(s.told_until, now_ + least);
    if (is_new) s.told_at = now_;
    frontier_.pace(flight.candidate.host).refused(now_, flight.started, wait);
  }

  void finish(Site& s, Flight flight) {
    const HostId host = flight.candidate.host;
    const bool is_ok = flight.answer == Answer::Page;
    if (flight.candidate.kind == Candidate::Kind::Robots) {
      s.robots = is_ok ? Robots::Known : Robots::Later;
      s.robots_until = now_ + (is_ok ? milliseconds(24h) : retry_delay(1, host));
      if (is_ok) {
        s.crawl_delay_known = s.crawl_delay;
        frontier_.pace(host).set_crawl_delay(s.crawl_delay);
      }
      frontier_.set_robots(host, Scheme::Http, s.robots, s.robots_until, now_);
    } else if (!is_ok && flight.candidate.attempt < kRetriesEach) {
      const SteadyTime due = now_ + retry_delay(flight.candidate.attempt + 1, host);
      s.retries.push_back(due);
      std::push_heap(s.retries.begin(), s.retries.end(), std::greater<>());
      frontier_.push_retry(std::move(flight.candidate), due, now_);
    } else {
      frontier_.decided(host, now_);
    }
  }

  // The rules of politeness, from what the server saw alone.
  void expect_may_start(const Site& s, HostId host) {
    EXPECT_LT(s.in_flight, kHostConcurrency) << "host " << host;
    EXPECT_LT(at_address_[s.address], kAddressConcurrency) << "address " << s.address;
    EXPECT_GE(now_, s.told_until) << "host " << host << " asked while it is blocked";
    EXPECT_GT(s.address_expires, now_) << "host " << host << " asked without an address";
  }

  // From when this host may be asked; nullopt: not before something happens.
  std::optional<SteadyTime> may_go_at(HostId host) {
    const Site& s = site(host);
    const bool is_free = s.in_flight < kHostConcurrency && s.unsent == 0 &&
                         at_address_[s.address] < kAddressConcurrency;
    if (!is_free) return std::nullopt;
    std::optional<SteadyTime> work;
    if (s.in_window > 0 && s.robots == Robots::Later) work = s.robots_until;
    if (s.in_window > 0 && (s.robots == Robots::Known || s.robots == Robots::Unknown))
      work = SteadyTime{};
    if (!s.retries.empty()) work = work ? std::min(*work, s.retries[0]) : s.retries[0];
    if (!work) return std::nullopt;
    return std::max({*work, frontier_.pace(host).ready_at(), s.look_up_again_at});
  }

  // Lists a host by when it may be asked.
  void note_change(HostId host) {
    Site& s = site(host);
    const std::optional<SteadyTime> time = may_go_at(host);
    if (!time) {
      s.possible_since.reset();
      if (at_address_[s.address] >= kAddressConcurrency) starved_[s.address].push_back(host);
      return;
    }
    if (!s.possible_since) s.possible_since = now_;
    if (s.listed_at && *s.listed_at <= *time) return;
    s.listed_at = time;
    list_.emplace(*time, host);
  }

  // There is a free slot and the frontier gives nobody.
  void expect_nobody_ready() {
    while (!list_.empty() && list_.top().first <= now_) {
      const HostId host = list_.top().second;
      Site& s = site(host);
      if (s.listed_at == list_.top().first) s.listed_at.reset();
      list_.pop();
      const std::optional<SteadyTime> time = may_go_at(host);
      const bool waits_for_name =
          s.address_expires <= now_ && (s.is_looking_up || looking_up_ == kLookUps);
      if (time && *time <= now_ && !waits_for_name) {
        ADD_FAILURE() << "host " << host << " is ready while a slot is idle";
        return;
      }
      if (!waits_for_name) note_change(host);
    }
  }

  const SteadyTime begin_{1h};
  SteadyTime now_ = begin_;
  std::mt19937_64 random_{2024};
  Frontier frontier_;
  std::vector<Site> sites_;
  std::vector<std::size_t> at_address_;       // requests in flight
  std::vector<std::vector<HostId>> starved_;  // hosts that could go but for their address
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  using Turn = std::pair<SteadyTime, HostId>;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> list_;
  std::vector<Flight> flights_;
  std::vector<std::size_t> free_flights_;
  std::uint64_t event_number_ = 0;
  UrlId last_url_ = 0;
  std::size_t in_flight_ = 0;
  std::size_t looking_up_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t refusals_ = 0;
  std::uint64_t full_turns_ = 0;
  std::uint64_t idle_turns_ = 0;
  double busy_seconds_ = 0;
  SteadyTime::duration longest_wait_{0};
};

TEST(SchedulerTest, KeepsEveryLimitForADayAndLetsNoSlotIdle) {
  Simulation simulation;
  simulation.run();
  simulation.report();
}

}  // namespace
}  // namespace skitter::crawler
