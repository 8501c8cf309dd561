#include "crawler/pace.h"

#include <algorithm>

namespace skitter::crawler {
namespace {

// A well-mixed number from a host's seed and the incident's number (the finaliser of SplitMix64).
std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

Pace::Pace(const PaceLimits& limits, std::uint64_t seed) : limits_(&limits), seed_(seed) {}

milliseconds Pace::delay() const noexcept {
  const bool is_paced = limits_->delay.count() > 0;
  return is_paced ? std::max(paced(), crawl_delay_) : crawl_delay_;
}

SteadyTime Pace::ready_at() const noexcept {
  if (!has_asked_) return blocked_until_;
  const milliseconds wait = delay();
  const milliseconds spacing = wait.count() == 0 ? wait : wait + kWireSlack;
  return std::max(last_request_ + spacing, blocked_until_);
}

void Pace::started(SteadyTime now) noexcept {
  has_asked_ = true;
  last_request_ = now;
}

void Pace::sent(SteadyTime now) noexcept {
  last_request_ = std::max(last_request_, now);
}

void Pace::answered(milliseconds latency, bool is_ok) noexcept {
  const milliseconds target =
      std::min(latency / static_cast<int>(limits_->concurrency), kMaxAdaptedDelay);
  const milliseconds halfway = (paced() + target) / 2;
  const milliseconds next = std::max(halfway, target);
  if (is_ok || next > adapted_) adapted_ = std::min(next, kMaxAdaptedDelay);
}

void Pace::refused(SteadyTime now, SteadyTime asked_at,
                   std::optional<milliseconds> retry_after) noexcept {
  const bool is_same_incident = incidents_ > 0 && asked_at <= incident_at_;
  if (!is_same_incident) {
    if (incidents_ > 0 && now - std::max(blocked_until_, incident_at_) >= kForgivenAfter)
      incidents_ = 0;
    ++incidents_;
    incident_at_ = now;
  }
  if (retry_after) {
    const milliseconds wait = std::clamp(*retry_after, milliseconds{0}, kMaxBackOff);
    blocked_until_ = std::max(blocked_until_, now + wait);
    return;
  }
  if (is_same_incident && blocked_until_ > now) return;
  blocked_until_ =
      std::max(blocked_until_, now + back_off(static_cast<unsigned>(incidents_), seed_));
}

milliseconds Pace::back_off(unsigned incidents, std::uint64_t seed) noexcept {
  const unsigned doublings = std::min(incidents - 1, 11u);  // 60 s * 2^11 is beyond a day
  const milliseconds wait = std::min(kFirstBackOff * (1 << doublings), kMaxBackOff);
  const auto jitter = static_cast<long long>(mix(seed + incidents) % 1000);
  const milliseconds jittered{wait.count() + wait.count() * jitter / 10'000};
  return std::min(jittered, kMaxBackOff);
}

void Pace::restore_block(SteadyTime now, std::int64_t now_ms, std::int64_t until_ms,
                         int incidents) noexcept {
  const std::int64_t latest_ms = now_ms + kMaxBackOff.count();
  blocked_until_ = now + milliseconds(std::clamp(until_ms, now_ms, latest_ms) - now_ms);
  incidents_ = incidents;
}

}  // namespace skitter::crawler
