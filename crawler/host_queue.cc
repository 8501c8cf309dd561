#include "crawler/host_queue.h"

#include <algorithm>
#include <utility>

namespace skitter::crawler {
namespace {

bool is_nearer(const QueuedUrl& a, const QueuedUrl& b) noexcept {
  return a.depth != b.depth ? a.depth < b.depth : a.id < b.id;
}

}  // namespace

std::optional<SteadyTime> HostQueue::work_due() const {
  if (!errands.empty()) return not_before;
  std::optional<SteadyTime> due;
  const auto offer = [&](SteadyTime time) { due = due ? std::min(*due, time) : time; };
  for (const Origin& origin : origins) {
    if (origin.window.empty() || has_many_retries()) continue;
    switch (origin.robots) {
      case Robots::Unknown:
      case Robots::Known:
        offer(SteadyTime{});
        break;
      case Robots::Later:
      case Robots::Unreachable:
        offer(origin.until);
        break;
      case Robots::Asked:
        break;
    }
  }
  if (!retries.empty()) offer(retries.front().due);
  return due ? std::optional(std::max(*due, not_before)) : std::nullopt;
}

bool HostQueue::is_held() const noexcept {
  if (window_size() == 0 || !retries.empty() || !errands.empty() || in_flight > 0) return false;
  return std::all_of(origins.begin(), origins.end(), [](const Origin& origin) {
    return origin.window.empty() || origin.robots == Robots::Unreachable;
  });
}

void HostQueue::insert(Scheme scheme, QueuedUrl url) {
  std::deque<QueuedUrl>& window = origin(scheme).window;
  // Found in order of depth most of the time: the place is at the end.
  auto spot = window.end();
  if (!window.empty() && is_nearer(url, window.back())) {
    spot = std::upper_bound(window.begin(), window.end(), url, is_nearer);
  }
  window.insert(spot, std::move(url));
}

const QueuedUrl* HostQueue::furthest() const noexcept {
  const QueuedUrl* last = nullptr;
  for (const Origin& o : origins) {
    if (!o.window.empty() && (last == nullptr || is_nearer(*last, o.window.back())))
      last = &o.window.back();
  }
  return last;
}

QueuedUrl HostQueue::pop_furthest() {
  const QueuedUrl* last = furthest();
  Origin& owner =
      !origins[0].window.empty() && last == &origins[0].window.back() ? origins[0] : origins[1];
  QueuedUrl url = std::move(owner.window.back());
  owner.window.pop_back();
  return url;
}

void HostQueue::insert_retry(Retry retry) {
  const auto spot = std::upper_bound(retries.begin(), retries.end(), retry,
                                     [](const Retry& a, const Retry& b) { return a.due < b.due; });
  retries.insert(spot, std::move(retry));
}

}  // namespace skitter::crawler
