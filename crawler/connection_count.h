#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstddef>
#include <new>

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
  // By their numbers: were the end of one not told, it would count until its number is given out
  // again, and not for ever.
  void opened(int socket) noexcept try {
    open_.insert(socket);
  } catch (const std::bad_alloc&) {  // one too few: it is a hint
  }
  void closed(int socket) noexcept { open_.erase(socket); }
  // Of one that was opened just now.
  [[nodiscard]] bool is_to_be_kept() noexcept {
    return open_.size() <= most_ || ++beyond_ % 8 == 0;
  }

 private:
  std::size_t most_ = 0;
  absl::flat_hash_set<int> open_;
  std::size_t beyond_ = 0;  // opened while there were enough
};

}  // namespace skitter::crawler
