#include "cli/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace skitter::cli {
namespace {

using std::chrono::milliseconds;

struct Quantity {
  double number = 0;
  std::string unit;  // lower case
};

// A number without sign or exponent, and the letters behind it.
std::optional<Quantity> split(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  Quantity quantity;
  const char* const end = text.data() + text.size();
  const auto [rest, error] =
      std::from_chars(text.data(), end, quantity.number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  for (const char* p = rest; p != end; ++p) {
    quantity.unit += *p >= 'A' && *p <= 'Z' ? static_cast<char>(*p - 'A' + 'a') : *p;
  }
  return quantity;
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 5> kDurations = {{
    {"d", 86'400'000},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1'000},
    {"ms", 1},
}};

constexpr std::array<Unit, 5> kSizes = {{
    {"T", 1ull << 40},
    {"G", 1ull << 30},
    {"M", 1ull << 20},
    {"k", 1ull << 10},
    {"", 1},
}};

// 100 years, so that no sum of a time and a duration overflows.
constexpr double kLongestMs = 100.0 * 365 * 86'400'000;
// 2^53: beyond it a double is not exact.
constexpr double kLargestBytes = 9'007'199'254'740'992.0;

template <std::size_t kCount>
std::string write_exactly(std::uint64_t value, const std::array<Unit, kCount>& units) {
  for (const auto& [name, factor] : units) {
    if (value >= factor && value % factor == 0) return fmt::format("{}{}", value / factor, name);
  }
  return "0";
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  const auto quantity = split(text);
  if (!quantity) return std::nullopt;
  if (quantity->unit.empty() && quantity->number == 0) return milliseconds(0);
  for (const auto& [name, factor] : kDurations) {
    if (quantity->unit != name) continue;
    const double ms = quantity->number * static_cast<double>(factor);
    if (ms > kLongestMs) return std::nullopt;
    return milliseconds(std::llround(ms));
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto quantity = split(text);
  if (!quantity) return std::nullopt;
  std::string_view unit = quantity->unit;
  if (!unit.empty() && unit.back() == 'b') unit.remove_suffix(1);
  if (unit.size() == 2 && unit.back() == 'i') unit.remove_suffix(1);
  for (const auto& [name, factor] : kSizes) {
    const bool same = unit.size() == name.size() &&
                      (unit.empty() || (unit.front() | 0x20) == (name.front() | 0x20));
    if (!same) continue;
    const double bytes = quantity->number * static_cast<double>(factor);
    if (bytes > kLargestBytes) return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
  }
  return std::nullopt;
}

std::string duration_option(milliseconds duration) {
  return write_exactly(static_cast<std::uint64_t>(duration.count()), kDurations);
}

std::string size_option(std::uint64_t bytes) {
  return write_exactly(bytes, kSizes);
}

std::string human_duration(milliseconds duration) {
  const auto ms = duration.count();
  if (ms < 1'000) return fmt::format("{} ms", ms);
  const auto seconds = ms / 1'000;
  if (seconds < 60) return fmt::format("{}.{} s", seconds, ms % 1'000 / 100);
  if (seconds < 3'600) return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
  return fmt::format("{}h {:02}m", seconds / 3'600, seconds % 3'600 / 60);
}

std::string human_bytes(double bytes) {
  static constexpr std::array<std::string_view, 5> kNames = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  // 999.95 would be written as 1000.0.
  while (unit + 1 < kNames.size() && bytes >= (unit == 0 ? 999.5 : 999.95)) {
    bytes /= 1'000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, kNames[unit]);
}

std::string human_count(std::uint64_t count) {
  std::string digits = fmt::format("{}", count);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string human_rate(double per_second) {
  if (per_second < 99.95) return fmt::format("{:.1f}", per_second);
  return human_count(static_cast<std::uint64_t>(std::llround(per_second)));
}

}  // namespace skitter::cli
