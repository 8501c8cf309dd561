// What the tests of this folder start from.
#pragma once

#include <chrono>
#include <string_view>

#include "parser/url.h"
#include "storage/clock.h"

namespace skitter::crawler {

inline const storage::SteadyTime kNow{std::chrono::hours(1)};

inline parser::Url url(std::string_view text) {
  return *parser::parse_url(text);
}

}  // namespace skitter::crawler
