#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "crawler/uv_handle.h"

namespace skitter::crawler {

// The one door into the loop from other threads. What is pushed is handed to the loop in order, many at a time:
// wake-ups coalesce.
//
// Bounded by what the loop has given out: each value answers a job or an op that it counts.
//
// Thread:  push() any; the rest is the loop's. Destroyed after the threads that push have been joined.
template <typename T>
class Inbox {
 public:
  Inbox(uv_loop_t* loop, uv_async_cb on_wake, void* data)
      : async_(make_uv<uv_async_t>(
            loop,
            [&](uv_loop_t* l, uv_async_t* handle) { return uv_async_init(l, handle, on_wake); },
            "wake-up of the loop", data)) {}

  void push(T value) {
    bool was_empty = false;
    {
      const std::lock_guard lock(mutex_);
      was_empty = values_.empty();
      values_.push_back(std::move(value));
    }
    if (was_empty) (void)uv_async_send(async_.get());  // fails for a closing handle only
  }

  // Swaps out all that is there; `values` lends its memory.
  void take_all(std::vector<T>& values) {
    values.clear();
    const std::lock_guard lock(mutex_);
    values.swap(values_);
  }

 private:
  UvHandle<uv_async_t> async_;
  std::mutex mutex_;
  std::vector<T> values_;
};

}  // namespace skitter::crawler
