#pragma once

#include <sqlite3.h>

#include <string_view>

namespace skitter::cli {

// An argument of an SQL function as text; empty for NULL. Valid until the function returns.
[[nodiscard]] inline std::string_view argument_text(sqlite3_value* value) {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

}  // namespace skitter::cli
