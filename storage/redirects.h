#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/record.h"

namespace skitter::storage {

// One URL that redirects, and where to.
struct Redirect {
  UrlId from = 0;
  UrlId to = 0;
};

// The loop that a chain of redirects ends in.
struct RedirectLoop {
  std::uint32_t length = 0;  // in URLs; 0: the chain ends elsewhere
  bool is_member = false;    // false: the chain leads into it
};

// For each redirect, what its chain comes to. `redirects` are in order of `from`, one each.
[[nodiscard]] std::vector<RedirectLoop> find_loops(std::span<const Redirect> redirects);

// Details of the outcome `redirect`.
inline constexpr std::string_view kToItself = "redirect loop: to itself";
inline constexpr std::string_view kTooManyRedirects = "--max-redirects";
[[nodiscard]] std::string to_string(const RedirectLoop& loop);  // empty where there is none

}  // namespace skitter::storage
