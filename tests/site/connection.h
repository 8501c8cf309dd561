#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "crawler/uv_handle.h"
#include "tests/site/log.h"
#include "tests/site/request_head.h"
#include "tests/site/wire.h"

namespace skitter::site {

class Server;

// One client's connection: takes a request, sends its answer, takes the next.
//
//    Reading --request--> Delaying --> Sending <--> Pausing
//       ^                                 |
//       +-------- all is sent ------------+----> over: the server drops it
//
// Owns:    its socket and its timer. Borrows the server, which owns it.
// Thread:  the server's loop.
// Errors:  none; a client that breaks off or talks nonsense makes it over.
class Connection {
 public:
  Connection(Server& server, std::uint64_t number);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Takes the waiting client from the listening socket; false when it is gone again.
  [[nodiscard]] bool accept(uv_stream_t* listener);

  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

 private:
  struct Write;

  static void on_room(uv_handle_t* handle, std::size_t suggested, uv_buf_t* room) noexcept;
  static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* bytes) noexcept;
  static void on_timer(uv_timer_t* timer) noexcept;
  static void on_written(uv_write_t* request, int status) noexcept;
  void drop_if_over();

  void take(std::string_view bytes);
  void skip_body();
  void serve();
  [[nodiscard]] bool take_request();
  void start_answer(RequestHead head);
  void send();
  void send_now(std::string bytes);
  void send_queued(std::string bytes);
  void written();
  void end_answer();
  void wait(milliseconds time);
  void reset();

  [[nodiscard]] uv_stream_t* stream() noexcept {
    return reinterpret_cast<uv_stream_t*>(socket_.get());
  }

  Server& server_;
  const std::uint64_t number_;
  crawler::UvHandle<uv_tcp_t> socket_;
  crawler::UvHandle<uv_timer_t> timer_;
  std::string input_;               // received, and not yet taken as a request
  std::uint64_t body_to_skip_ = 0;  // bytes of a request's body that are still to come
  std::optional<Wire> answer_;      // what is being sent
  std::size_t log_index_ = 0;
  bool is_over_ = false;
};

}  // namespace skitter::site
