#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "crawler/pace.h"
#include "storage/record.h"

namespace skitter::crawler {

using storage::HostId;
using storage::UrlId;

enum class Scheme : std::uint8_t { Http, Https };

struct QueuedUrl {
  UrlId id = 0;
  std::uint16_t depth = 0;
  std::string url;  // canonical
  // "If-None-Match: ...", "If-Modified-Since: ..." where what is stored may still hold.
  std::vector<std::string> conditions = {};
};

// A request that is no page: one hop towards an origin's robots.txt, or a look whether there is a
// sitemap where sitemaps usually are.
struct Errand {
  enum class Kind : std::uint8_t { Robots, SitemapGuess };
  Kind kind = Kind::Robots;
  std::string url;
  HostId for_host = 0;
  Scheme for_scheme = Scheme::Http;
  unsigned hops = 0;  // redirects before this one
};

// What is known of an origin's robots.txt.
enum class Robots : std::uint8_t {
  Unknown,      // to be asked for before the first page
  Asked,        // under way: the origin's pages wait
  Later,        // could not be had: asked again at `until`, the pages wait
  Unreachable,  // the same, and so often that a crawl which has nothing else left does not wait for it
  Known,        // rules, or their absence; holds until `until`
};

// One host's share of the frontier: its URLs, nearest first, and when the next may be sent.
//
// Owns:    its URLs. The Frontier owns it; its address is stable for the whole crawl.
// Thread:  loop.
struct HostQueue {
  enum class Place : std::uint8_t { Idle, Waiting, LookUp, Full, AtAddress, Taken };

  // http and https of one host share its pace, but have rules and a window each: a closed port must
  // not hold up the other.
  struct Origin {
    Robots robots = Robots::Unknown;
    SteadyTime until = SteadyTime::max();
    std::deque<QueuedUrl> window;  // by depth, then in order of discovery
  };
  static constexpr std::size_t kMostRetries = 64;
  struct Retry {
    SteadyTime due;
    Scheme scheme;
    unsigned attempt;
    QueuedUrl url;
  };

  HostQueue(HostId host, const PaceLimits& limits, Robots robots) : id(host), pace(limits, host) {
    for (Origin& origin : origins) origin.robots = robots;
  }

  [[nodiscard]] Origin& origin(Scheme scheme) noexcept {
    return origins[static_cast<std::size_t>(scheme)];
  }
  [[nodiscard]] std::size_t window_size() const noexcept {
    return origins[0].window.size() + origins[1].window.size();
  }
  // Queued URLs that are in the database only.
  [[nodiscard]] std::uint64_t stored() const noexcept { return queued - in_memory; }
  [[nodiscard]] bool has_address(SteadyTime now) const noexcept { return address_expires > now; }

  // Then only retries go out: what fails over and over must not pile up in memory.
  [[nodiscard]] bool has_many_retries() const noexcept { return retries.size() >= kMostRetries; }

  // All that it could be asked for waits for a robots.txt that is Unreachable.
  [[nodiscard]] bool is_held() const noexcept;

  // When there is something to ask for, pace aside; nullopt: not before something happens.
  [[nodiscard]] std::optional<SteadyTime> work_due() const;

  void insert(Scheme scheme, QueuedUrl url);
  // The URL furthest from the seeds leaves the window.
  [[nodiscard]] QueuedUrl pop_furthest();
  [[nodiscard]] const QueuedUrl* furthest() const noexcept;
  void insert_retry(Retry retry);

  HostId id;
  Pace pace;
  Place place = Place::Idle;
  bool is_refilling = false;
  bool is_called = false;     // Waiting, and its address counts on it to fill its room
  std::uint32_t address = 0;  // 1-based; 0: not counted by address
  unsigned in_flight = 0;
  unsigned unsent = 0;          // started, not on the wire yet
  std::uint64_t queued = 0;     // URLs of this host without an outcome
  std::uint64_t in_memory = 0;  // of them: in a window, a retry, or in flight
  std::uint64_t held = 0;       // of them, by is_held(): all or none
  SteadyTime key{};             // its place in the heap, while Waiting
  SteadyTime address_expires{};
  SteadyTime not_before{};
  std::array<Origin, 2> origins;
  std::vector<Retry> retries;  // by due
  std::deque<Errand> errands;
};

}  // namespace skitter::crawler
