#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/site/answer.h"

namespace skitter::site {

enum class HeadState { Complete, Incomplete, Bad };

// The head of an HTTP/1.x request at the start of some bytes.
struct RequestHead {
  HeadState state = HeadState::Incomplete;
  std::size_t bytes = 0;         // how long the head is, its blank line included
  std::uint64_t body_bytes = 0;  // what follows it, by its Content-Length
  Request request;
};

// A longer head is bad.
inline constexpr std::size_t kMaxHeadBytes = 64 * 1024;

// Lenient towards clients: it calls bad only what cannot be answered (no request line, a body
// without a length).
//
// Source:  RFC 9112 §2-3.
[[nodiscard]] RequestHead parse_head(std::string_view bytes);

}  // namespace skitter::site
