#pragma once

#include <cstddef>

namespace skitter::crawler {

// How many connections are open, busy and idle, and whether one more is to be kept once its
// transfer is over.
//
// libcurl keeps so many, and closes the one that was idle for longest for one more. Of more hosts
// than that, asked in turn, it would close each just before it is wanted again, and look through
// all of them for each request. So one that is opened while there are enough is closed
// after its request; only each eighth is kept, that those of hosts which are done with go in time.
//
// Thread:  loop.
class ConnectionCount {
 public:
  void set_most(std::size_t most) noexcept { most_ = most; }
  void opened() noexcept { ++open_; }
  void closed() noexcept { --open_; }
  // Of one that was opened just now.
  [[nodiscard]] bool is_to_be_kept() noexcept { return open_ <= most_ || ++beyond_ % 8 == 0; }

 private:
  std::size_t most_ = 0;
  std::size_t open_ = 0;
  std::size_t beyond_ = 0;  // opened while there were enough
};

}  // namespace skitter::crawler
