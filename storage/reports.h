#pragma once

#include <span>
#include <string_view>

namespace skitter::storage {

// A question users ask often: a name and the one documented SQL statement that answers it.
struct Report {
  std::string_view name;   // "broken-links"
  std::string_view about;  // one line for --list
  std::string_view sql;
};

[[nodiscard]] std::span<const Report> reports() noexcept;
[[nodiscard]] const Report* find_report(std::string_view name) noexcept;  // nullptr: no such report

}  // namespace skitter::storage
