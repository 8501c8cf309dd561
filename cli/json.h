#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace skitter::cli {

enum class JsonLayout { OneLine, Indented };

// JSON text that a terminal can show: invalid UTF-8 is replaced by U+FFFD, hidden characters are
// escaped.
[[nodiscard]] std::string to_json(const nlohmann::ordered_json& value, JsonLayout layout);
// One JSON string, quotes included.
[[nodiscard]] std::string json_string(std::string_view text);
// The text, or null where it is empty.
[[nodiscard]] nlohmann::ordered_json text_or_null(std::string_view text);

}  // namespace skitter::cli
