#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skitter::site {

using std::chrono::milliseconds;
using Headers = std::vector<std::pair<std::string, std::string>>;

// The value of the first header of that name (ASCII case aside); empty where there is none.
[[nodiscard]] std::string_view find_header(const Headers& headers, std::string_view name) noexcept;

// One request, as a handler sees it.
struct Request {
  std::string method;
  std::string target;  // as sent; absolute where the client takes the site for its proxy
  std::string host;    // lower case, without the port; IPv6 in its brackets
  std::string path;    // with the query
  Headers headers;
  std::uint32_t earlier = 0;  // requests for this host and path that came before
  bool keep_alive = true;

  [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
    return find_header(headers, name);
  }
};

// How the client learns where the body ends.
enum class Framing {
  Length,   // Content-Length
  Chunked,  // one chunk a piece
  Close,    // neither: the connection is closed
  Raw,      // `body` is all that is sent, head included; then the connection is closed
};

enum class Fault {
  None,
  EmptyReply,  // the connection is closed before a byte was sent
  Reset,       // the same by RST
  Truncate,    // Content-Length says more than is sent, or the last chunk is missing; then closed
  ResetAfter,  // all is sent, then the connection is closed by RST
};

// What is sent for a request, misbehaviour included. `headers` go out as they are: only Connection
// and what the framing needs are added, so an answer without a Content-Type has none.
struct Answer {
  int status = 200;
  Headers headers;
  std::string lead;  // Raw: sent once before the body, which may be endless
  std::string body;
  milliseconds delay{0};  // before the first byte
  Framing framing = Framing::Length;
  Fault fault = Fault::None;
  std::size_t piece_bytes = 0;      // 0: all at once; else the body goes in such pieces ...
  milliseconds pause{0};            // ... with this pause between two
  std::uint64_t endless_bytes = 0;  // the body is repeated up to so many bytes; 0: it is sent once

  [[nodiscard]] static Answer html(std::string body);
  [[nodiscard]] static Answer plain(int status, std::string body);
  [[nodiscard]] static Answer redirect(std::string location, int status = 302);
};

using Handler = std::function<Answer(const Request&)>;

}  // namespace skitter::site
