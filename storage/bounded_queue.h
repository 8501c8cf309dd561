#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "storage/clock.h"

namespace skitter::storage {

// The one hand-over between threads: values move through it, in order, and it holds at most
// `capacity`. A wake-up is a system call, so one is sent only where a thread waits for it.
//
// Thread:  any; the loop thread calls try_push() only, the others may block.
// Errors:  push() and pop() end with false/nullopt once the queue is closed (pop: and empty).
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  // Moves from `value` only where it returns true.
  [[nodiscard]] bool try_push(T&& value) {
    std::unique_lock lock(mutex_);
    if (closed_ || items_.size() >= capacity_) return false;
    put(lock, std::move(value));
    return true;
  }

  [[nodiscard]] bool push(T&& value) {
    std::unique_lock lock(mutex_);
    ++waiting_to_push_;
    not_full_.wait(lock, [&] { return closed_ || items_.size() < capacity_; });
    --waiting_to_push_;
    if (closed_) return false;
    put(lock, std::move(value));
    return true;
  }

  // Blocks until there is a value or the queue is closed and empty.
  [[nodiscard]] std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    wait_for_items(lock, std::nullopt);
    return take(lock);
  }

  // Does not wait: nullopt where there is none now.
  [[nodiscard]] std::optional<T> try_pop() {
    std::unique_lock lock(mutex_);
    return take(lock);
  }

  // Waits as pop() does, but not beyond `deadline`, then appends up to `limit` values to `out`
  // under one lock. False once the queue is closed and empty.
  [[nodiscard]] bool pop_some(std::vector<T>& out, std::size_t limit,
                              std::optional<SteadyTime> deadline) {
    std::unique_lock lock(mutex_);
    wait_for_items(lock, deadline);
    const std::size_t count = std::min(limit, items_.size());
    const auto end = items_.begin() + static_cast<std::ptrdiff_t>(count);
    out.insert(out.end(), std::make_move_iterator(items_.begin()), std::make_move_iterator(end));
    items_.erase(items_.begin(), end);
    const bool is_open = count > 0 || !closed_;
    const bool wake = count > 0 && waiting_to_push_ > 0;
    lock.unlock();
    if (wake) not_full_.notify_all();
    return is_open;
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    not_empty_.notify_all();
    not_full_.notify_all();
  }

  [[nodiscard]] bool is_drained() const {
    const std::lock_guard lock(mutex_);
    return closed_ && items_.empty();
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  void put(std::unique_lock<std::mutex>& lock, T&& value) {
    items_.push_back(std::move(value));
    const bool wake = waiting_to_pop_ > 0;
    lock.unlock();
    if (wake) not_empty_.notify_one();
  }

  void wait_for_items(std::unique_lock<std::mutex>& lock, std::optional<SteadyTime> deadline) {
    const auto is_over = [&] { return closed_ || !items_.empty(); };
    ++waiting_to_pop_;
    if (deadline) {
      (void)not_empty_.wait_until(lock, *deadline, is_over);  // the caller sees what there is
    } else {
      not_empty_.wait(lock, is_over);
    }
    --waiting_to_pop_;
  }

  std::optional<T> take(std::unique_lock<std::mutex>& lock) {
    if (items_.empty()) return std::nullopt;
    std::optional<T> value(std::move(items_.front()));
    items_.pop_front();
    const bool wake = waiting_to_push_ > 0;
    lock.unlock();
    if (wake) not_full_.notify_one();
    return value;
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable not_full_;
  std::deque<T> items_;
  std::size_t waiting_to_pop_ = 0;
  std::size_t waiting_to_push_ = 0;
  bool closed_ = false;
};

}  // namespace skitter::storage
