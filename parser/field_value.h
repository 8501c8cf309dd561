#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skitter::parser {

// Numbers and dates as people write them on pages.
//
// Internal to parser/. Errors: nullopt where the text is none, or can be read in two ways.

// The first number in the text, as JSON writes it: "£51.77" -> 51.77, "1.234,50 €" -> 1234.50,
// "1 234" -> 1234. Of two kinds of separator the last one is the decimal sign; a single comma or
// space before three digits parts thousands, a single point is the decimal sign.
[[nodiscard]] std::optional<std::string> parse_number(std::string_view text);

// The same where it is whole: "1,234 ratings" -> 1234, "3.0" -> 3.
[[nodiscard]] std::optional<std::string> parse_integer(std::string_view text);

// ISO 8601, to the day or, where the text has a time of day, to the second in UTC: of ISO 8601 and
// HTTP dates, "17 May 2024", "May 17th, 2024", "2024/05/17", "17.05.2024"; "05/17/2024" where only
// one reading is a date.
[[nodiscard]] std::optional<std::string> parse_date(std::string_view text);

}  // namespace skitter::parser
