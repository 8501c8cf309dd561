#include "storage/redirects.h"

#include <fmt/format.h>

#include <algorithm>

namespace skitter::storage {
namespace {

constexpr std::uint32_t kNone = 0xffff'ffff;

// The index of the redirect that goes on where each one leads; kNone where a chain ends.
std::vector<std::uint32_t> follow_all(std::span<const Redirect> redirects) {
  std::vector<std::uint32_t> next;
  next.reserve(redirects.size());
  for (const Redirect& redirect : redirects) {
    const auto found = std::lower_bound(redirects.begin(), redirects.end(), redirect.to,
                                        [](const Redirect& r, UrlId id) { return r.from < id; });
    const bool goes_on = found != redirects.end() && found->from == redirect.to;
    next.push_back(goes_on ? static_cast<std::uint32_t>(found - redirects.begin()) : kNone);
  }
  return next;
}

}  // namespace

// Each redirect has one target, so a walk ends, meets an earlier walk, or itself: linear in all.
std::vector<RedirectLoop> find_loops(std::span<const Redirect> redirects) {
  const std::vector<std::uint32_t> next = follow_all(redirects);
  std::vector<RedirectLoop> loops(redirects.size());
  std::vector<std::uint32_t> walk_of(redirects.size(), kNone);
  std::vector<std::uint32_t> walk;
  for (std::uint32_t start = 0; start < redirects.size(); ++start) {
    walk.clear();
    std::uint32_t at = start;
    for (; at != kNone && walk_of[at] == kNone; at = next[at]) {
      walk_of[at] = start;
      walk.push_back(at);
    }
    RedirectLoop loop;
    if (at != kNone && walk_of[at] == start) {
      const auto entry = std::find(walk.begin(), walk.end(), at);
      loop = {static_cast<std::uint32_t>(walk.end() - entry), true};
      for (auto member = entry; member != walk.end(); ++member) loops[*member] = loop;
      walk.erase(entry, walk.end());
    } else if (at != kNone) {
      loop = loops[at];
    }
    for (const std::uint32_t before : walk) loops[before] = {loop.length, false};
  }
  return loops;
}

std::string to_string(const RedirectLoop& loop) {
  if (loop.length == 0) return "";
  if (loop.is_member && loop.length == 1) return std::string(kToItself);
  return fmt::format("{}redirect loop of {} URL{}", loop.is_member ? "" : "leads into a ",
                     loop.length, loop.length == 1 ? "" : "s");
}

}  // namespace skitter::storage
