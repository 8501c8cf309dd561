#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skitter::cli {

// How people write times and sizes, and how we write them back.
//
// Total; nullopt for what is not of the form.

// "250ms" "2s" "1.5m" "1h" "7d". A bare number has no unit and is refused, except 0.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// Bytes: "512" "64k" "8M" "1G", powers of 1,024, any case; "8MB" and "8MiB" are the same.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

// So that parse_*() gives the value back: "250ms", "30s", "8M".
[[nodiscard]] std::string duration_option(std::chrono::milliseconds duration);
[[nodiscard]] std::string size_option(std::uint64_t bytes);

// For people: "850 ms", "12.3 s", "4m 05s", "2h 07m".
[[nodiscard]] std::string human_duration(std::chrono::milliseconds duration);
// "512 B", "1.5 kB", "45.6 MB": powers of 1,000.
[[nodiscard]] std::string human_bytes(double bytes);
// "1,234,567"
[[nodiscard]] std::string human_count(std::uint64_t count);
// Two or three digits that count: "0.4", "12.3", "1,240".
[[nodiscard]] std::string human_rate(double per_second);

}  // namespace skitter::cli
