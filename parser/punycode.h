#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skitter::parser {

// Punycode of one label, without the "xn--". The text is a domain label and short: the work grows
// with its square. Errors: nullopt for what is not Punycode, or out of Unicode's range.
// Source: RFC 3492 §6.
[[nodiscard]] std::optional<std::string> punycode_encode(std::u32string_view text);
[[nodiscard]] std::optional<std::u32string> punycode_decode(std::string_view text);

// `text` is valid UTF-8.
[[nodiscard]] std::u32string to_code_points(std::string_view text);
[[nodiscard]] std::string to_utf8(std::u32string_view text);

}  // namespace skitter::parser
