#pragma once

#include <uv.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

#include "crawler/uv_handle.h"
#include "tests/site/answer.h"
#include "tests/site/connection.h"
#include "tests/site/log.h"

namespace skitter::site {

// Listens on 127.0.0.1 and, where the machine has it, on [::1] with the same port; owns the
// connections.
//
// Owns:    the loop and all that runs on it. Borrows the log.
// Thread:  the one that calls run(); made and destroyed while it does not run. stop() from any
//          thread.
// Errors:  throws crawler::LoopError when it cannot listen.
class Server {
 public:
  using Answerer = std::function<Answer(Request&)>;

  Server(std::uint16_t port, Answerer answer, Log& log);  // port 0: one that is free
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  void run() noexcept { loop_.run(); }
  void stop() noexcept { (void)uv_async_send(stop_.get()); }  // it cannot fail

  // For connections.
  [[nodiscard]] uv_loop_t* loop() noexcept { return loop_.get(); }
  [[nodiscard]] Log& log() noexcept { return log_; }
  [[nodiscard]] Answer answer(Request& request) { return answer_(request); }
  [[nodiscard]] uv_buf_t read_buffer() noexcept;  // one for all: what is read is taken at once
  void drop(const Connection& connection) noexcept { connections_.erase(connection.number()); }

 private:
  static void on_stop(uv_async_t* async) noexcept;
  static void on_client(uv_stream_t* listener, int status) noexcept;
  void listen(std::uint16_t port);
  void accept(uv_stream_t* listener);

  crawler::EventLoop loop_;
  Answerer answer_;
  Log& log_;
  std::uint16_t port_ = 0;
  crawler::UvHandle<uv_async_t> stop_;
  crawler::UvHandle<uv_tcp_t> listener_v4_;
  crawler::UvHandle<uv_tcp_t> listener_v6_;  // nullptr: no IPv6 here
  std::uint64_t accepted_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::array<char, 65536> buffer_;
};

}  // namespace skitter::site
