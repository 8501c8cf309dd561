#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace skitter::crawler {

// What keeps the crawl from going faster at this moment.
enum class Bottleneck { Politeness, Network, Parser, Disk, Space, Lock, Output, Nothing };
[[nodiscard]] std::string_view to_string(
    Bottleneck bottleneck) noexcept;  // "politeness", ..., "nothing left"

// A snapshot of the crawl, made on the loop.
struct Progress {
  std::chrono::milliseconds elapsed{0};
  std::uint64_t done = 0;    // pages decided in this run
  std::uint64_t queued = 0;  // URLs not decided yet, in flight ones included
  std::size_t in_flight = 0;
  double pages_per_second = 0;  // since the snapshot before
  double bytes_per_second = 0;  // decoded, likewise
  std::uint64_t bytes = 0;
  std::uint64_t status_2xx = 0;
  std::uint64_t status_3xx = 0;
  std::uint64_t status_4xx = 0;
  std::uint64_t status_5xx = 0;
  std::uint64_t errors = 0;  // no usable response
  std::size_t hosts_ready = 0;
  std::size_t hosts_waiting = 0;
  Bottleneck bottleneck = Bottleneck::Nothing;
};

}  // namespace skitter::crawler
