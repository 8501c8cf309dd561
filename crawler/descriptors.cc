#include "crawler/descriptors.h"

#include <sys/resource.h>

#include <limits>

namespace skitter::crawler {
namespace {

// Standard streams, database with WAL and lock, epoll, wake-ups, signals, name servers' sockets, CA
// files, and the second address that a connection is tried at.
constexpr std::size_t kReservedDescriptors = 64;
constexpr std::size_t kFewestSockets = 8;

}  // namespace

void raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);  // then it stays as it was
}

std::size_t socket_budget() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return std::numeric_limits<int>::max();
  }
  const auto most = static_cast<std::size_t>(limit.rlim_cur);
  return most < kReservedDescriptors + kFewestSockets ? kFewestSockets
                                                      : most - kReservedDescriptors;
}

}  // namespace skitter::crawler
