#pragma once

#include <optional>
#include <string_view>

namespace skitter::parser {

// The encoding's name for a label that is already trimmed and in lower case.
// Source: WHATWG Encoding Standard §4.2, the table of names and labels.
[[nodiscard]] std::optional<std::string_view> find_label(std::string_view lower_case) noexcept;

}  // namespace skitter::parser
