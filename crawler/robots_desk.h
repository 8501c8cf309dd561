#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "crawler/fetcher.h"
#include "crawler/frontier.h"
#include "crawler/host_book.h"
#include "crawler/parse_pool.h"
#include "storage/record.h"

namespace skitter::crawler {

// Gets each origin's robots.txt before its first page, and decides what its answer means:
//
//     2xx                       the rules in it (also an empty file, also HTML: no rule is found)
//     3xx                       followed, at most kMaxRedirects, also to other hosts; beyond: as 4xx
//     4xx but 429               all is allowed
//     429, 5xx, no whole answer, a redirect that leads nowhere
//                               asked again while the origin's pages wait, and on and on by the
//                               back-off of 429 while the crawl has other work: then they stay
//                               queued for a later run
//     no answer at all          asked again; after `retries` the pages end with the network's word
//
// Rules hold for kLifetime, also in a later run. Where they cannot be got anew, the old ones do,
// and are asked for again after kStaleLifetime.
//
// Owns:    nothing: rules stand in the hosts' book, what to do next in the frontier.
// Thread:  loop.
// Source:  RFC 9309 §2.3 (access), §2.4 (caching: "unless the robots.txt file is unreachable").
class RobotsDesk {
 public:
  static constexpr unsigned kMaxRedirects = 5;
  static constexpr std::chrono::hours kLifetime{24};
  static constexpr std::chrono::hours kStaleLifetime{1};

  struct Outbox {
    std::function<void(RobotsJob)> parse;
    std::function<void(storage::RobotsCopy)> store;
    std::function<void(HostId)> host_changed;
    // The id of a host that a robots.txt redirects to.
    std::function<HostId(std::string_view name)> host_id;
    // May that URL be asked for (addresses)?
    std::function<bool(const parser::Url&)> may_follow;
  };

  RobotsDesk(Frontier& frontier, HostBook& hosts, unsigned retries, Outbox outbox);

  // The first hop towards an origin's rules.
  [[nodiscard]] static Errand first_errand(HostBook& hosts, HostId host, Scheme scheme);
  void answered(const Errand& errand, Response&& response, SteadyTime now);
  void parsed(RobotsParsed&& result, SteadyTime now);
  // Rules of an earlier run, where they still hold.
  void load(const storage::RobotsCopy& copy, storage::SystemTime now, SteadyTime steady_now);

  // Nothing can be asked of that origin: its pages end so.
  void refuse(HostId host, Scheme scheme, Refusal refusal, SteadyTime now);

 private:
  void follow(const Errand& errand, const Response& response, SteadyTime now);
  void allow_all(const Errand& errand, const Response& response, SteadyTime now);
  void set_crawl_delay(HostId host);
  void failed(const Errand& errand, const Response& response, SteadyTime now);
  void use_copy(HostId host, Scheme scheme, SteadyTime now);

  Frontier& frontier_;
  HostBook& hosts_;
  unsigned retries_;
  Outbox outbox_;
};

}  // namespace skitter::crawler
