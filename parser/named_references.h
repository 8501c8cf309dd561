#pragma once

#include <cstddef>
#include <string_view>

namespace skitter::parser {

// Internal to parser/. Source: HTML §13.5 (named character references).

// Bytes of the longest name, and of the longest that counts without its semicolon.
inline constexpr std::size_t kLongestReference = 31;
inline constexpr std::size_t kLongestBareReference = 6;

// What "&name;" stands for, as UTF-8; empty for an unknown name.
[[nodiscard]] std::string_view named_reference(std::string_view name) noexcept;
// What "&name" stands for where no semicolon follows.
[[nodiscard]] std::string_view bare_reference(std::string_view name) noexcept;

}  // namespace skitter::parser
