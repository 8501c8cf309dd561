#pragma once

#include <absl/container/btree_set.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crawler/host_queue.h"
#include "crawler/pace.h"
#include "crawler/string_table.h"

namespace skitter::crawler {

struct FrontierLimits {
  PaceLimits pace;
  std::optional<double> rate;                      // requests a second, all hosts together
  std::optional<std::size_t> address_concurrency;  // transfers in flight to one address
  std::size_t host_window = 512;     // URLs of one host in memory; the rest is in the database
  std::size_t least_window = 4;      // of each host, also when all_windows is used up
  std::size_t all_windows = 65'536;  // of all hosts together, but for each one's least_window
  std::size_t look_ups = 256;        // names looked up at once
};

// What may be asked for next, of which host.
struct Candidate {
  enum class Kind : std::uint8_t { Page, Robots, Errand };
  Kind kind = Kind::Page;
  HostId host = 0;
  Scheme scheme = Scheme::Http;
  QueuedUrl page;        // Page
  unsigned attempt = 0;  // Page: how often it was asked for before
  Errand errand;         // Errand
};

enum class WasSent : bool { No, Yes };

// Which URL next: one queue a host, hosts ordered by when they may be asked again.
//
// Every request passes through here: pages, retries, robots.txt, and the redirects of robots.txt. A
// host that waits (for its delay, its robots.txt, its address) holds no transfer. Breadth first by
// depth inside a host; between hosts, the one that has been ready longest.
//
// A host is in one place at a time; settle() puts it there after every change:
//
//     Idle        nothing to ask for
//     Waiting     in the heap, by the instant it may be asked
//     LookUp      its address is being asked for, or waits for its turn
//     Full        as many requests as allowed are in flight, or one is not on the wire yet
//     AtAddress   its address has as many requests in flight as allowed
//     Taken       next() has handed out a candidate; start() or drop() must follow
//
// Owns:    the host queues.
// Thread:  loop. Time is passed in: the whole politeness can be run under a virtual clock.
class Frontier {
 public:
  explicit Frontier(const FrontierLimits& limits);
  Frontier(const Frontier&) = delete;  // the queues' paces point at the limits
  Frontier& operator=(const Frontier&) = delete;

  // `id` follows the one before without a gap, from 1. `robots`: Known where they are ignored.
  void add_host(HostId id, Robots robots);
  [[nodiscard]] std::size_t host_count() const noexcept { return hosts_.size(); }

  // A queued URL of that host. The result is the URL that found no place in the window (this one,
  // or one further from the seeds that made room) and is in the database only; 0 for none.
  [[nodiscard]] UrlId push(HostId host, Scheme scheme, QueuedUrl url, SteadyTime now);
  // The same for one that is counted as queued already: it comes from the database.
  [[nodiscard]] UrlId push_back(HostId host, Scheme scheme, QueuedUrl url, SteadyTime now);
  // `count` URLs of that host are queued in the database.
  void add_stored(HostId host, std::uint64_t count, SteadyTime now);
  void push_retry(Candidate page, SteadyTime due, SteadyTime now);
  void push_errand(HostId host, Errand errand, SteadyTime now);
  // A URL of that host that came through a candidate got its outcome.
  void decided(HostId host, SteadyTime now);

  // The host that is asked next, if one may be asked now. Nothing counts before start().
  [[nodiscard]] std::optional<Candidate> next(SteadyTime now);
  void start(const Candidate& taken, SteadyTime now);            // it goes out
  void drop(const Candidate& taken, SteadyTime now);             // it needs no request after all
  void sent(HostId host, SteadyTime now);                        // the request is on the wire
  void finished(HostId host, WasSent was_sent, SteadyTime now);  // its transfer is over
  [[nodiscard]] std::optional<SteadyTime> next_due() const;

  // Robots exclusion rules of one origin: asked for through a Robots candidate, which makes them
  // Asked.
  void set_robots(HostId host, Scheme scheme, Robots robots, SteadyTime until, SteadyTime now);

  // Names: hosts whose address is to be asked for, at most `look_ups` at once.
  [[nodiscard]] std::optional<HostId> next_look_up();
  // `address`: what address_concurrency counts by; empty: not counted.
  void look_up_done(HostId host, std::string_view address, SteadyTime expires, SteadyTime now);
  // No address was got; the name is looked up again at `until`.
  void look_up_failed(HostId host, SteadyTime until, SteadyTime now);

  [[nodiscard]] Pace& pace(HostId host) noexcept { return hosts_[host - 1]->pace; }
  void settle_again(HostId host, SteadyTime now) {
    settle(*hosts_[host - 1], now);
  }  // its pace was changed

  // Hosts whose window ran low while the database holds more of them; each once until refilled().
  [[nodiscard]] std::optional<HostId> next_refill();
  [[nodiscard]] std::uint32_t refill_limit(HostId host) const noexcept;
  void refilled(HostId host, SteadyTime now);

  [[nodiscard]] bool is_empty() const noexcept {
    return queued_ == 0 && errands_ == 0 && in_flight_ == 0;
  }
  // Nothing is left but URLs whose hosts' robots.txt is Unreachable.
  [[nodiscard]] bool is_over() const noexcept {
    return queued_ == held_ && errands_ == 0 && in_flight_ == 0;
  }
  // Of those, the host's. All its queued URLs count where those in its window do: one that has
  // others beside (of the other scheme, beyond the window) shows them in a later run.
  [[nodiscard]] std::uint64_t held(HostId host) const noexcept { return hosts_[host - 1]->held; }
  [[nodiscard]] std::uint64_t queued() const noexcept { return queued_; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }
  [[nodiscard]] std::size_t hosts_ready(SteadyTime now) const;
  [[nodiscard]] std::size_t hosts_waiting(SteadyTime now) const;

 private:
  // A shorter life would have a host look its name up again and again while it waits for its turn.
  static constexpr std::chrono::seconds kLeastAddressLife{30};

  using Turns = absl::btree_set<std::pair<SteadyTime, HostId>>;  // who has been ready longest first
  struct Address {
    std::size_t in_flight = 0;
    std::size_t called = 0;  // hosts in the heap that waited here
    Turns waiting;
  };

  HostQueue& at(HostId host) noexcept { return *hosts_[host - 1]; }
  void settle(HostQueue& host, SteadyTime now);
  void place(HostQueue& host, SteadyTime now);
  void leave_place(HostQueue& host);
  void call_waiting(Address& address, SteadyTime now);
  void want_refill(HostQueue& host);
  [[nodiscard]] std::size_t window_capacity() const noexcept {
    return in_windows_ < limits_.all_windows ? limits_.host_window : limits_.least_window;
  }
  [[nodiscard]] bool is_address_full(const HostQueue& host) const;
  Candidate take(HostQueue& host, SteadyTime now);

  FrontierLimits limits_;
  std::vector<std::unique_ptr<HostQueue>> hosts_;
  Turns waiting_;
  std::deque<HostId> look_ups_;
  std::deque<HostId> refills_;
  std::vector<Address> addresses_;
  StringMap<std::uint32_t> address_ids_;
  std::size_t looking_up_ = 0;
  std::size_t in_windows_ = 0;
  std::size_t in_flight_ = 0;
  std::size_t errands_ = 0;
  std::uint64_t queued_ = 0;
  std::uint64_t held_ = 0;
  SteadyTime rate_allows_{};
};

}  // namespace skitter::crawler
