#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace skitter::crawler {

// How long to wait before asking again after the n-th failure (from 1) that blocks nothing but this
// URL: one second, doubled each time, at most a minute, and up to a tenth more so that many retries
// do not come at one instant. The host's own pace counts on top.
[[nodiscard]] inline std::chrono::milliseconds retry_delay(unsigned failures,
                                                           std::uint32_t spread) noexcept {
  const std::chrono::milliseconds wait{std::min(1'000u << std::min(failures - 1, 6u), 60'000u)};
  const std::uint32_t mixed = (spread + failures) * 2'654'435'761u;
  return wait + wait * (mixed >> 16) / (10 * 65'536);
}

}  // namespace skitter::crawler
