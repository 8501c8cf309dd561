#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/clock.h"

struct uv_loop_s;

namespace skitter::crawler {

struct ResolverOptions {
  std::string servers;  // "ADDR[:PORT],..."; empty: /etc/resolv.conf
  std::chrono::milliseconds query_timeout{2'000};
  int tries = 3;
};

// What a name stands for: its addresses, or the words why there are none.
struct Resolution {
  std::vector<std::string>
      addresses;      // as curl takes them: IPv6 without brackets, IPv4 first where both answer
  std::string error;  // empty where there are addresses
  bool no_such_name = false;  // the servers said so: asking again soon is no use
  storage::SteadyTime expires;
};

// Names to addresses, without ever blocking the loop and without threads: c-ares on the loop, and a
// cache that keeps each answer's TTL (at least 1 s, at most kMaxTtl; failures kFailureTtl).
// /etc/hosts is read once, when the resolver is made; `localhost` and `*.localhost` are loopback
// (RFC 6761 §6.3).
//
// Owns:    the c-ares channel, its polls and its timer. The cache is bounded by kCacheNames.
// Thread:  loop.
// Errors:  a look-up that failed is a Resolution with an error. Throws LoopError when it cannot be
//          set up, OptionsError for servers that are no addresses.
class Resolver {
 public:
  static constexpr std::chrono::seconds kMaxTtl{86'400};
  static constexpr std::chrono::seconds kFailureTtl{30};
  static constexpr std::size_t kCacheNames = 65'536;

  // `on_resolved` is called on the loop, once for each name that find() has started a look-up for.
  Resolver(uv_loop_s* loop, const ResolverOptions& options,
           std::function<void(const std::string& name)> on_resolved);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

  // The answer, if it is known and fresh; else nullptr, and a look-up of that name is under way.
  // Valid until the next call. IP literals are not names: do not ask for them.
  [[nodiscard]] const Resolution* find(const std::string& name);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skitter::crawler
