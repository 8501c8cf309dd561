#pragma once

#include <optional>
#include <string_view>

namespace skitter::parser {

// Dates of HTTP as seconds since 1970 (UTC), read without locale or time zone data.
//
// Thread:  any.
// Errors:  nullopt for what is no date, or one that the calendar has not.
// Source:  RFC 9110 §5.6.7 (IMF-fixdate, RFC 850, asctime); ISO 8601 for directives that use it.

// Any of the three HTTP forms; the weekday may be missing, or wrong. `now_unix` settles a year of
// two digits: it is never more than 50 years ahead.
[[nodiscard]] std::optional<long long> parse_http_date(std::string_view value, long long now_unix);

// "2025-06-25", "2025-06-25T15:00:00Z", "2025-06-25 15:00+02:00"; without a zone it is UTC.
[[nodiscard]] std::optional<long long> parse_iso_date(std::string_view value);

}  // namespace skitter::parser
