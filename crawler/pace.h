#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "storage/clock.h"

namespace skitter::crawler {

using std::chrono::milliseconds;
using storage::SteadyTime;

struct PaceLimits {
  milliseconds delay{250};      // least time between request starts; 0 switches pacing off
  std::size_t concurrency = 2;  // requests in flight to one host
};

// One host's clocks: when the next request may start.
//
// Two clocks that know nothing of each other: the crawl-delay clock spaces requests, the back-off
// clock blocks the host after 429 and 503. The delay adapts upwards to latency / concurrency, and a
// host's own crawl delay counts.
//
// Thread:  loop. Time is passed in.
// Source:  RFC 9110 §10.2.3 (Retry-After), RFC 6585 §4 (429); crawl delay is a convention outside
//          RFC 9309.
class Pace {
 public:
  static constexpr milliseconds kMaxAdaptedDelay{60'000};
  static constexpr milliseconds kFirstBackOff{60'000};    // without Retry-After; doubled each time
  static constexpr milliseconds kMaxBackOff{86'400'000};  // caps Retry-After too
  static constexpr milliseconds kForgivenAfter{1'800'000};  // of quiet

  // A server sees a request when it gets round to reading it. Spaced by this much more than the
  // delay, requests do not look closer than the delay to a server that is a little late for the
  // first of two.
  static constexpr milliseconds kWireSlack{5};

  // How long to wait after the n-th incident (from 1) without Retry-After, jitter included.
  [[nodiscard]] static milliseconds back_off(unsigned incidents, std::uint64_t seed) noexcept;

  // `seed` makes this host's jitter differ from the others'.
  Pace(const PaceLimits& limits, std::uint64_t seed);

  void set_crawl_delay(milliseconds delay) noexcept { crawl_delay_ = delay; }

  void started(SteadyTime now) noexcept;  // handed to a transfer: it may still have to connect
  void sent(SteadyTime now) noexcept;     // on the wire: what the host sees
  // A whole response came. A failure may raise the delay, never lower it.
  void answered(milliseconds latency, bool is_ok) noexcept;
  // 429 or 503. `asked_at` is when that request started: those that were under way when the host
  // was blocked are one incident.
  void refused(SteadyTime now, SteadyTime asked_at,
               std::optional<milliseconds> retry_after) noexcept;
  // As an earlier run left it: blocked until the wall clock reads `until_ms`. A clock that was set
  // back since makes it no longer than a block can be.
  void restore_block(SteadyTime now, std::int64_t now_ms, std::int64_t until_ms,
                     int incidents) noexcept;

  [[nodiscard]] SteadyTime ready_at() const noexcept;
  [[nodiscard]] SteadyTime blocked_until() const noexcept { return blocked_until_; }
  [[nodiscard]] int incidents() const noexcept { return incidents_; }
  [[nodiscard]] milliseconds delay() const noexcept;

 private:
  // The delay without the host's own wish.
  [[nodiscard]] milliseconds paced() const noexcept { return std::max(limits_->delay, adapted_); }

  const PaceLimits* limits_;
  std::uint64_t seed_;
  milliseconds crawl_delay_{0};
  milliseconds adapted_{0};
  SteadyTime last_request_{};  // the latest start or send
  SteadyTime blocked_until_{};
  SteadyTime incident_at_{};
  int incidents_ = 0;
  bool has_asked_ = false;
};

}  // namespace skitter::crawler
