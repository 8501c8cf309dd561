#include "storage/busy_wait.h"

#include <sqlite3.h>

#include <new>
#include <thread>

namespace skitter::storage {
namespace {

constexpr milliseconds kAskAgain{20};

}  // namespace

void BusyWait::attach(sqlite3* db) {
  (void)sqlite3_busy_handler(db, &BusyWait::on_busy, this);  // only a wrong handle can make it fail
}

int BusyWait::on_busy(void* self, int calls) noexcept {
  return static_cast<BusyWait*>(self)->waits(calls == 0) ? 1 : 0;
}

bool BusyWait::waits(bool is_first) {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (is_first) {
    began_ = now;
    is_told_ = false;
  }
  if (gives_up_) {
    has_given_up_ = true;
    return false;
  }
  if (now - began_ >= limit_) return false;
  if (!is_told_ && now - began_ >= kTold) {
    is_told_ = was_told_ = true;
    try {
      if (on_wait_) on_wait_();
    } catch (const std::bad_alloc&) {  // then it waits untold
    }
  }
  std::this_thread::sleep_for(kAskAgain);
  return true;
}

}  // namespace skitter::storage
