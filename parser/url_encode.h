#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace skitter::parser {

// The percent-encode sets of the URL Standard (§1.3), one bit each.
enum class EncodeSet : std::uint8_t {
  C0Control = 1,
  Fragment = 2,
  Query = 4,
  SpecialQuery = 8,
  Path = 16,
  Userinfo = 32,
};

// Would `byte` be written as %XX in this part of a URL?
[[nodiscard]] bool is_in_set(char byte, EncodeSet set) noexcept;

// The first byte at or after `from` that is in the set; text.size() where there is none.
[[nodiscard]] std::size_t find_in_set(std::string_view text, std::size_t from,
                                      EncodeSet set) noexcept;

// Appends `text` with the bytes of the set as %XX. `text` is valid UTF-8.
void append_encoded(std::string& out, std::string_view text, EncodeSet set);

[[nodiscard]] std::string percent_decode(std::string_view text);

[[nodiscard]] bool is_ascii(std::string_view text) noexcept;

// The text with each maximal malformed piece replaced by U+FFFD.
// Source: Encoding Standard §8.1.1 (UTF-8 decode).
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

}  // namespace skitter::parser
