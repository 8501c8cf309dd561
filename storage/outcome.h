#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skitter::storage {

// Why a URL ended: the one closed list. The words are those of `urls.outcome`; the numbers are
// stored, so they never change their meaning.
enum class Outcome : std::uint8_t {
  Queued = 0,  // not decided yet
  Ok = 1,
  HttpError = 2,
  Redirect = 3,
  NotModified = 4,
  NetworkError = 5,
  Timeout = 6,
  TlsError = 7,
  DnsError = 8,
  TooLarge = 9,
  Truncated = 10,
  Robots = 11,
  Scope = 12,
  Depth = 13,
  Budget = 14,
  Trap = 15,
  Excluded = 16,
  PrivateAddress = 17,
  UnsupportedType = 18,
  UnsupportedScheme = 19,
  ParseLimit = 20,
};
inline constexpr int kOutcomeCount = 21;

[[nodiscard]] std::string_view to_string(Outcome outcome) noexcept;
[[nodiscard]] std::optional<Outcome> outcome_from(std::string_view word) noexcept;

// True where the URL was asked for and its answer was an error or did not come whole: what
// `hosts.errors`, `runs.errors` and the report `errors` count.
[[nodiscard]] bool is_error(Outcome outcome) noexcept;
// Their numbers, as in SQL's IN: "2,5,...".
[[nodiscard]] std::string error_numbers();

// The detail of a URL that is queued to be asked for again, by --refresh: "refresh, was http_error",
// and behind a colon the detail that it had.
[[nodiscard]] std::string refresh_detail(Outcome earlier);
// SQL expressions over the column `detail`: the number of that outcome (NULL: it is no such detail),
// and that earlier detail.
[[nodiscard]] std::string refreshed_outcome_sql();
[[nodiscard]] std::string_view refreshed_detail_sql() noexcept;

}  // namespace skitter::storage
