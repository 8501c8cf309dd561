#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crawler/fetch_one.h"
#include "crawler/options.h"
#include "parser/headers.h"
#include "storage/clock.h"
#include "storage/outcome.h"

struct uv_loop_s;

namespace skitter::crawler {

using storage::Outcome;

// One GET. Redirects are not followed: they come back as answers.
struct FetchRequest {
  std::uint64_t id = 0;  // the caller's; comes back with the answer
  std::string url;       // serialised by our parser
  std::string hostname;  // of the URL; where `addresses` is given
  std::uint16_t port = 0;
  std::vector<std::string>
      addresses;  // to connect to, in this order; empty: the URL's own (IP) or the proxy's
  std::vector<std::string> headers;       // "Name: value", beyond the usual ones
  std::uint64_t max_body_bytes = 0;       // decoded
  BodyTypes types = BodyTypes::Readable;  // Readable: cut at the headers where it is no page
  // Decided on the very address that is connected to, whatever name or spelling led there.
  AddressPolicy policy = AddressPolicy::RefusePrivate;
};

// What came of it.
struct Response {
  std::uint64_t id = 0;
  Outcome outcome = Outcome::NetworkError;  // Ok: a whole answer came, of whatever status
  std::string error;                        // the words; empty for Ok
  bool may_retry = false;                   // the failure may pass: reset, refused, timed out
  int status = 0;                           // 0: no answer came
  parser::Headers headers;
  std::string header_text;           // the same as they came, behind the status line
  std::string body;                  // of a 2xx answer only
  std::uint64_t body_bytes = 0;      // decoded bytes that came
  std::uint64_t reserved_bytes = 0;  // of the room for large bodies: let_go() gives them back
  milliseconds elapsed{0};
  storage::SystemTime asked_at;
};

// Hundreds of transfers on one loop: curl's multi interface driven by the loop's polls and timer,
// with an easy handle of its own for each transfer. Large bodies share a room (crawler/body_room.h):
// the transfer of one that finds none is paused, within --timeout.
//
// Owns:    the curl handles, the idle connections, a poll for each socket.
// Thread:  loop. The callbacks are called from the loop, never from within start().
// Errors:  whatever a server does is a Response. Throws OptionsError for a setting that curl
//          refuses, LoopError where the loop does.
// Source:  RFC 9110, 9112 and 9113, by libcurl.
class Fetcher {
 public:
  struct Callbacks {
    std::function<void(std::uint64_t id)> on_sent;  // connected; the request goes out now
    std::function<void(Response&&)> on_done;
    // The system has no descriptor for one more transfer beside `in_flight` others. It waits until
    // one of them is over; fewer should be started. May be empty.
    std::function<void(std::size_t in_flight)> on_starved = {};
  };

  Fetcher(uv_loop_s* loop, const TransferOptions& options, std::size_t concurrency,
          Callbacks callbacks);
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;
  ~Fetcher();  // transfers under way end without an answer

  void start(FetchRequest request);
  [[nodiscard]] std::size_t in_flight() const noexcept;
  // Response::reserved_bytes, once the body is gone.
  void let_go(std::uint64_t reserved) noexcept;
  [[nodiscard]] std::uint64_t reserved() const noexcept;  // by all together

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skitter::crawler
