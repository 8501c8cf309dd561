#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace skitter::parser {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

// Appends the UTF-8 of a code point that is no surrogate.
void append_utf8(std::string& out, char32_t code_point);

// Appends the text of `bytes` in one of the encodings that iconv knows: all but utf-8, utf-16,
// replacement and x-user-defined. False for the name of any other. What iconv cannot read, because
// it is wrong or this machine lacks the tables, becomes U+FFFD.
[[nodiscard]] bool append_legacy(std::string& out, std::string_view bytes,
                                 std::string_view encoding);

// Those encodings, numbered: names and numbers from 0 without gaps. kLegacyEncodings for any other
// name.
inline constexpr std::size_t kLegacyEncodings = 35;
[[nodiscard]] std::size_t legacy_index(std::string_view encoding) noexcept;

}  // namespace skitter::parser
