#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <utility>

#include "storage/clock.h"

struct sqlite3;

namespace skitter::storage {

// What a connection does while another program has the database locked: it asks again and again,
// up to a limit, and tells when that takes longer.
//
// Thread:  the connection's; give_up() any.
// Errors:  none; once the limit is reached the statement ends with SQLITE_BUSY.
class BusyWait {
 public:
  static constexpr milliseconds kTold{1'000};

  explicit BusyWait(milliseconds limit) : limit_(limit) {}
  BusyWait(const BusyWait&) = delete;
  BusyWait& operator=(const BusyWait&) = delete;

  // Of `db`, which calls back to this for as long as it is open.
  void attach(sqlite3* db);

  // Called once for each wait that lasts for kTold.
  void tell(std::function<void()> on_wait) { on_wait_ = std::move(on_wait); }
  // True once, after a wait that was told of is over.
  [[nodiscard]] bool take_end() noexcept { return std::exchange(was_told_, false); }

  // Ends the wait under way, and any later one at once.
  void give_up() noexcept { gives_up_ = true; }
  [[nodiscard]] bool has_given_up() const noexcept { return has_given_up_; }

 private:
  static int on_busy(void* self, int calls) noexcept;
  [[nodiscard]] bool waits(bool is_first);

  const milliseconds limit_;
  std::function<void()> on_wait_;
  std::atomic<bool> gives_up_ = false;
  SteadyTime began_;
  bool is_told_ = false;   // of the wait under way
  bool was_told_ = false;  // of one that take_end() has not been asked for
  bool has_given_up_ = false;
};

}  // namespace skitter::storage
