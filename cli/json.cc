#include "cli/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/text.h"

namespace skitter::cli {

using nlohmann::ordered_json;

std::string to_json(const ordered_json& value, JsonLayout layout) {
  const int indent = layout == JsonLayout::Indented ? 2 : -1;
  return terminal_safe_json(
      value.dump(indent, ' ', /*ensure_ascii=*/false, ordered_json::error_handler_t::replace));
}

std::string json_string(std::string_view text) {
  // Most texts are URLs and the like, which need no second look.
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c < '\x7f' && c != '"' && c != '\\';
  });
  if (is_plain) return std::string("\"").append(text).append("\"");
  return to_json(ordered_json(text), JsonLayout::OneLine);
}

ordered_json text_or_null(std::string_view text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

}  // namespace skitter::cli
