#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace skitter::parser {

// A declarative refresh: the content of <meta http-equiv=refresh>, or a Refresh header's value.
struct Refresh {
  std::int64_t seconds = 0;
  std::optional<std::string_view> url;  // as written, a part of the value; none: the page itself
};

// Errors:  nullopt where the value asks for no refresh.
// Source:  HTML §4.2.5.3, the shared declarative refresh steps.
[[nodiscard]] std::optional<Refresh> parse_refresh(std::string_view value) noexcept;

}  // namespace skitter::parser
