#pragma once

#include <uv.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace skitter::crawler {

// libuv frees later: the deleter asks, the close callback deletes, the loop must run once more.
template <typename Handle>
struct UvClose {
  void operator()(Handle* handle) const noexcept {
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* h) { delete reinterpret_cast<Handle*>(h); });
  }
};
template <typename Handle>
using UvHandle = std::unique_ptr<Handle, UvClose<Handle>>;

// The loop or one of its handles cannot be set up; the run cannot go on.
class LoopError : public std::runtime_error {
 public:
  LoopError(const char* what, int status)
      : std::runtime_error(std::string(what) + ": " + uv_strerror(status)) {}
};

// Makes a handle by `init(loop, handle, args...)`; one whose init failed is never closed.
template <typename Handle, typename Init, typename... Args>
[[nodiscard]] UvHandle<Handle> make_uv(uv_loop_t* loop, Init init, const char* what, void* data,
                                       Args... args) {
  auto raw = std::make_unique<Handle>();
  if (const int status = init(loop, raw.get(), args...); status != 0) throw LoopError(what, status);
  raw->data = data;
  return UvHandle<Handle>(raw.release());
}

// One event loop. Destroying it runs the close callbacks of handles that were let go before.
//
// Thread:  the one that calls run().
// Errors:  no exception may cross libuv's frames: a callback does its work under guard(), which
//          ends the loop and keeps the exception; run() throws it. From then on guard() does
//          nothing: what failed may have left half of its work undone, and what comes after it
//          would build on that.
class EventLoop {
 public:
  EventLoop() {
    if (const int status = uv_loop_init(&loop_); status != 0) throw LoopError("event loop", status);
    loop_.data = this;
  }
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop() {
    (void)uv_run(&loop_,
                 UV_RUN_DEFAULT);  // only closing handles are left: it returns once they are gone
    (void)uv_loop_close(&loop_);
  }

  [[nodiscard]] uv_loop_t* get() noexcept { return &loop_; }
  void run() {
    (void)uv_run(&loop_, UV_RUN_DEFAULT);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }
  void stop() noexcept { uv_stop(&loop_); }

  template <typename Work>
  static void guard(uv_loop_t* loop, Work&& work) noexcept {
    auto& self = *static_cast<EventLoop*>(loop->data);
    if (self.failure_) return;
    try {
      work();
    } catch (...) {
      self.failure_ = std::current_exception();
      self.stop();
    }
  }

 private:
  uv_loop_t loop_;
  std::exception_ptr failure_;
};

}  // namespace skitter::crawler
