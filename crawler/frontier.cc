#include "crawler/frontier.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace skitter::crawler {
namespace {

using Place = HostQueue::Place;

// Takes the retry that is due, or the nearest page of an origin whose rules are known.
Candidate take_page(HostQueue& host, Candidate candidate, SteadyTime now) {
  candidate.kind = Candidate::Kind::Page;
  if (!host.retries.empty() && host.retries.front().due <= now) {
    HostQueue::Retry& retry = host.retries.front();
    candidate.scheme = retry.scheme;
    candidate.attempt = retry.attempt;
    candidate.page = std::move(retry.url);
    host.retries.erase(host.retries.begin());
    return candidate;
  }
  HostQueue::Origin* from = nullptr;
  for (const Scheme scheme : {Scheme::Http, Scheme::Https}) {
    HostQueue::Origin& origin = host.origin(scheme);
    if (origin.robots != Robots::Known || origin.window.empty()) continue;
    const auto rank = [](const HostQueue::Origin& o) {
      return std::pair(o.window.front().depth, o.window.front().id);
    };
    if (from != nullptr && rank(*from) < rank(origin)) continue;
    from = &origin;
    candidate.scheme = scheme;
  }
  assert(from != nullptr);
  candidate.page = std::move(from->window.front());
  from->window.pop_front();
  return candidate;
}

// The origin whose robots.txt must be asked for (again) before its pages, if any.
std::optional<Scheme> scheme_to_ask(HostQueue& host, SteadyTime now) {
  for (const Scheme scheme : {Scheme::Http, Scheme::Https}) {
    HostQueue::Origin& origin = host.origin(scheme);
    if (origin.window.empty()) continue;
    const bool is_stale = origin.robots == Robots::Known && origin.until <= now;
    const bool waits = origin.robots == Robots::Later || origin.robots == Robots::Unreachable;
    const bool is_due = waits && origin.until <= now;
    if (origin.robots == Robots::Unknown || is_stale || is_due) return scheme;
  }
  return std::nullopt;
}

}  // namespace

Frontier::Frontier(const FrontierLimits& limits) : limits_(limits) {}

void Frontier::add_host(HostId id, Robots robots) {
  assert(id == hosts_.size() + 1);
  hosts_.push_back(std::make_unique<HostQueue>(id, limits_.pace, robots));
}

UrlId Frontier::push(HostId id, Scheme scheme, QueuedUrl url, SteadyTime now) {
  ++at(id).queued;
  ++queued_;
  return push_back(id, scheme, std::move(url), now);
}

UrlId Frontier::push_back(HostId id, Scheme scheme, QueuedUrl url, SteadyTime now) {
  HostQueue& host = at(id);
  UrlId displaced = 0;
  if (host.window_size() >= window_capacity()) {
    const QueuedUrl* furthest = host.furthest();
    if (furthest->depth <= url.depth) {
      settle(host, now);
      return url.id;
    }
    displaced = host.pop_furthest().id;
    --host.in_memory;
    --in_windows_;
  }
  host.insert(scheme, std::move(url));
  ++host.in_memory;
  ++in_windows_;
  settle(host, now);
  return displaced;
}

void Frontier::add_stored(HostId id, std::uint64_t count, SteadyTime now) {
  HostQueue& host = at(id);
  host.queued += count;
  queued_ += count;
  settle(host, now);
}

void Frontier::push_retry(Candidate page, SteadyTime due, SteadyTime now) {
  HostQueue& host = at(page.host);
  host.insert_retry({due, page.scheme, page.attempt + 1, std::move(page.page)});
  settle(host, now);
}

void Frontier::push_errand(HostId id, Errand errand, SteadyTime now) {
  HostQueue& host = at(id);
  host.errands.push_back(std::move(errand));
  ++errands_;
  settle(host, now);
}

void Frontier::decided(HostId id, SteadyTime now) {
  HostQueue& host = at(id);
  assert(host.queued > 0 && host.in_memory > 0);
  --host.queued;
  --host.in_memory;
  --queued_;
  settle(host, now);
}

std::optional<Candidate> Frontier::next(SteadyTime now) {
  if (now < rate_allows_) return std::nullopt;
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    HostQueue& host = at(waiting_.begin()->second);
    leave_place(host);
    if (!host.has_address(now)) {
      settle(host, now);
      continue;
    }
    if (is_address_full(host)) {
      host.place = Place::AtAddress;
      addresses_[host.address - 1].waiting.emplace(host.key, host.id);
      continue;
    }
    host.place = Place::Taken;
    return take(host, now);
  }
  return std::nullopt;
}

Candidate Frontier::take(HostQueue& host, SteadyTime now) {
  Candidate candidate;
  candidate.host = host.id;
  if (!host.errands.empty()) {
    candidate.kind = Candidate::Kind::Errand;
    candidate.errand = std::move(host.errands.front());
    host.errands.pop_front();
    return candidate;
  }
  const bool has_due_retry = !host.retries.empty() && host.retries.front().due <= now;
  if (!has_due_retry) {
    if (const std::optional<Scheme> scheme = scheme_to_ask(host, now)) {
      host.origin(*scheme).robots = Robots::Asked;
      candidate.kind = Candidate::Kind::Robots;
      candidate.scheme = *scheme;
      return candidate;
    }
  }
  if (!has_due_retry) --in_windows_;
  return take_page(host, std::move(candidate), now);
}

void Frontier::start(const Candidate& taken, SteadyTime now) {
  HostQueue& host = at(taken.host);
  assert(host.place == Place::Taken);
  host.place = Place::Idle;
  host.pace.started(now);
  ++host.in_flight;
  ++host.unsent;
  ++in_flight_;
  if (taken.kind == Candidate::Kind::Errand) --errands_;
  if (host.address != 0) ++addresses_[host.address - 1].in_flight;
  if (limits_.rate) {
    const std::chrono::duration<double> step(1.0 / *limits_.rate);
    rate_allows_ =
        std::max(now, rate_allows_) + std::chrono::duration_cast<SteadyTime::duration>(step);
  }
  settle(host, now);
}

void Frontier::drop(const Candidate& taken, SteadyTime now) {
  HostQueue& host = at(taken.host);
  assert(host.place == Place::Taken);
  host.place = Place::Idle;
  if (taken.kind == Candidate::Kind::Errand) --errands_;
  settle(host, now);
}

void Frontier::sent(HostId id, SteadyTime now) {
  HostQueue& host = at(id);
  host.pace.sent(now);
  if (host.unsent > 0) --host.unsent;
  settle(host, now);
}

void Frontier::finished(HostId id, WasSent was_sent, SteadyTime now) {
  HostQueue& host = at(id);
  assert(host.in_flight > 0);
  --host.in_flight;
  --in_flight_;
  if (was_sent == WasSent::No && host.unsent > 0) --host.unsent;
  if (host.address != 0) --addresses_[host.address - 1].in_flight;
  settle(host, now);
}

std::optional<SteadyTime> Frontier::next_due() const {
  if (waiting_.empty()) return std::nullopt;
  return std::max(waiting_.begin()->first, rate_allows_);
}

void Frontier::set_robots(HostId id, Scheme scheme, Robots robots, SteadyTime until,
                          SteadyTime now) {
  HostQueue& host = at(id);
  host.origin(scheme).robots = robots;
  host.origin(scheme).until = until;
  settle(host, now);
}

std::optional<HostId> Frontier::next_look_up() {
  if (look_ups_.empty() || looking_up_ >= limits_.look_ups) return std::nullopt;
  const HostId host = look_ups_.front();
  look_ups_.pop_front();
  ++looking_up_;
  return host;
}

void Frontier::look_up_done(HostId id, std::string_view address, SteadyTime expires,
                            SteadyTime now) {
  HostQueue& host = at(id);
  if (host.place == Place::LookUp) {
    --looking_up_;
    host.place = Place::Idle;
  }
  host.address_expires = std::max(expires, now + kLeastAddressLife);
  // Counted by the address it had when its requests started: it changes only between them.
  if (host.in_flight == 0) {
    host.address = 0;
    if (limits_.address_concurrency && !address.empty()) {
      const auto next_id = static_cast<std::uint32_t>(address_ids_.size() + 1);
      host.address = address_ids_.try_emplace(std::string(address), next_id).first->second;
      if (host.address > addresses_.size()) addresses_.resize(host.address);
    }
  }
  settle(host, now);
}

void Frontier::look_up_failed(HostId id, SteadyTime until, SteadyTime now) {
  HostQueue& host = at(id);
  assert(host.place == Place::LookUp);
  --looking_up_;
  host.place = Place::Idle;
  host.not_before = until;
  settle(host, now);
}

std::optional<HostId> Frontier::next_refill() {
  if (refills_.empty()) return std::nullopt;
  const HostId host = refills_.front();
  refills_.pop_front();
  return host;
}

std::uint32_t Frontier::refill_limit(HostId id) const noexcept {
  // The database cannot tell which of its queued URLs are in memory: ask for so many that some must
  // be new.
  return static_cast<std::uint32_t>(hosts_[id - 1]->in_memory + window_capacity());
}

void Frontier::refilled(HostId id, SteadyTime now) {
  at(id).is_refilling = false;
  settle(at(id), now);
}

void Frontier::want_refill(HostQueue& host) {
  if (host.is_refilling || host.stored() == 0) return;
  if (host.window_size() >= (window_capacity() + 1) / 2) return;
  host.is_refilling = true;
  refills_.push_back(host.id);
}

bool Frontier::is_address_full(const HostQueue& host) const {
  return host.address != 0 &&
         addresses_[host.address - 1].in_flight >= *limits_.address_concurrency;
}

void Frontier::leave_place(HostQueue& host) {
  if (host.place == Place::Waiting) waiting_.erase({host.key, host.id});
  if (host.is_called) --addresses_[host.address - 1].called;
  host.is_called = false;
  host.place = Place::Idle;
}

void Frontier::settle(HostQueue& host, SteadyTime now) {
  want_refill(host);
  // These three are left by the event they wait for only.
  const bool stays =
      host.place == Place::Taken || host.place == Place::LookUp || host.place == Place::AtAddress;
  if (!stays) place(host, now);
  held_ -= std::exchange(host.held, host.is_held() ? host.queued : 0);
  held_ += host.held;
  if (host.address != 0) call_waiting(addresses_[host.address - 1], now);
}

void Frontier::place(HostQueue& host, SteadyTime now) {
  const bool was_ready = host.place == Place::Waiting && host.key <= now;
  leave_place(host);
  const std::optional<SteadyTime> due = host.work_due();
  if (!due) return;
  // While a request is on its way to the wire, nobody knows yet from when the delay counts.
  const bool must_wait_for_wire = host.unsent > 0 && host.pace.delay().count() > 0;
  if (host.in_flight >= limits_.pace.concurrency || must_wait_for_wire) {
    host.place = Place::Full;
    return;
  }
  if (!host.has_address(now) && host.not_before <= now) {
    host.place = Place::LookUp;
    look_ups_.push_back(host.id);
    return;
  }
  const SteadyTime earliest = std::max(host.pace.ready_at(), *due);
  // Who has been ready for long keeps its turn whatever happens to it meanwhile.
  if (!was_ready || host.key < earliest) host.key = std::max(earliest, now);
  host.place = Place::Waiting;
  waiting_.emplace(host.key, host.id);
}

// Calls as many of the hosts that wait for an address as it has room for, the longest waiting
// first. A host that is called may find the room taken by one that was ready before it: then it
// waits again, with the key it had.
void Frontier::call_waiting(Address& address, SteadyTime now) {
  while (!address.waiting.empty() &&
         address.in_flight + address.called < *limits_.address_concurrency) {
    HostQueue& host = at(address.waiting.begin()->second);
    address.waiting.erase(address.waiting.begin());
    host.place = Place::Waiting;
    waiting_.emplace(host.key, host.id);
    place(host, now);
    host.is_called = host.place == Place::Waiting && host.key <= now;
    if (host.is_called) ++address.called;
  }
}

std::size_t Frontier::hosts_ready(SteadyTime now) const {
  const auto end = waiting_.upper_bound({now, std::numeric_limits<HostId>::max()});
  return static_cast<std::size_t>(std::distance(waiting_.begin(), end));
}

std::size_t Frontier::hosts_waiting(SteadyTime now) const {
  return waiting_.size() - hosts_ready(now);
}

}  // namespace skitter::crawler
