#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace skitter::parser {

// In an attribute "&copy=1" is no reference: it is how old pages write a query.
enum class ReferenceContext : std::uint8_t { Text, Attribute };

// Reads the character reference that `text` (beginning with '&') may begin with, and appends what
// it stands for. Valid UTF-8 gives valid UTF-8.
//
// Internal to parser/.
// Errors:  0 where there is none; otherwise its size in bytes.
// Source:  HTML §13.2.5.72-80 (character references).
[[nodiscard]] std::size_t decode_reference(std::string_view text, ReferenceContext context,
                                           std::string& out);

// `text` with all its references decoded.
[[nodiscard]] std::string decode_references(std::string_view text, ReferenceContext context);

}  // namespace skitter::parser
