#pragma once

#include <cstdint>
#include <string_view>

namespace skitter::parser {

// The 64-bit identity of a canonical URL or of a page's bytes (XXH3). Equal bytes, equal
// fingerprint; two different URLs among 5 M share one with a probability below one in a million.
[[nodiscard]] std::uint64_t fingerprint(std::string_view bytes) noexcept;

}  // namespace skitter::parser
