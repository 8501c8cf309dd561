#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "crawler/uv_handle.h"

namespace skitter::crawler {

// The one door into the loop from other threads. What is put there is handed to the loop in order,
// many at a time: wake-ups coalesce.
//
// An eventfd of its own and no uv_async_t: libuv 1.44 has the loop spin until the thread that woke
// it is back from its system call, and where threads share cores the loop spins for as long as that
// thread waits for its turn.
//
// Bounded by what the loop has given out: each value answers a job or an op that it counts.
//
// Thread:  put(), wake() and push() any; the rest is the loop's. Destroyed after the threads that
//          push have been joined.
template <typename T>
class Inbox {
 public:
  Inbox(uv_loop_t* loop, uv_poll_cb on_wake, void* data)
      : poll_(make_uv<uv_poll_t>(
            loop,
            [&](uv_loop_t* l, uv_poll_t* handle) { return uv_poll_init(l, handle, event_.fd); },
            "wake-up of the loop", data)) {
    if (const int status = uv_poll_start(poll_.get(), UV_READABLE, on_wake); status != 0) {
      throw LoopError("wake-up of the loop", status);
    }
  }

  // The loop will not look before it is woken.
  void put(T value) {
    const std::lock_guard lock(mutex_);
    values_.push_back(std::move(value));
  }

  // Has the loop look at all that was put.
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      if (is_woken_ || values_.empty()) return;
      is_woken_ = true;
    }
    (void)eventfd_write(event_.fd, 1);  // fails where 2^64 wake-ups wait
  }

  void push(T value) {
    put(std::move(value));
    wake();
  }

  // Swaps out all that is there; `values` lends its memory.
  void take_all(std::vector<T>& values) {
    values.clear();
    eventfd_t count = 0;
    (void)eventfd_read(event_.fd, &count);  // fails where nobody woke the loop
    const std::lock_guard lock(mutex_);
    is_woken_ = false;
    values.swap(values_);
  }

 private:
  struct Event {
    Event() : fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
      if (fd < 0) throw LoopError("wake-up of the loop", uv_translate_sys_error(errno));
    }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { (void)close(fd); }
    const int fd;
  };

  Event event_;
  UvHandle<uv_poll_t> poll_;
  std::mutex mutex_;
  std::vector<T> values_;
  bool is_woken_ = false;
};

}  // namespace skitter::crawler
