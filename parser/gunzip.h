#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace skitter::parser {

// What gzip made smaller, made whole again, up to a limit: ten kilobytes can hold ten megabytes.
//
// Thread:  any.
// Errors:  none; what came before the damage is given.
// Source:  RFC 1952, several members in a row included (§2.2). Inflated by zlib.
struct Gunzipped {
  enum class End : std::uint8_t {
    Whole,
    Damaged,  // cut short, or not gzip from there on
    Limit,
  };
  std::string bytes;
  End end = End::Whole;
};

// By the magic number alone: names and content types say gzip of what is none, and the reverse.
[[nodiscard]] bool is_gzip(std::string_view bytes) noexcept;

[[nodiscard]] Gunzipped gunzip(std::string_view bytes, std::size_t max_bytes);

}  // namespace skitter::parser
