#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace skitter::parser {

// What URLs of one kind have in common, for telling a space without end from a site.
//
// Thread:  any. Pure.

// The URL with what is counted or drawn by lot folded into '#': numbers and dates, UUIDs, hashes
// (16 hexadecimal digits or more), random words (20 letters and digits or more, in both cases), and
// the value of a session id. Parameters stand in order.
//
//     http://a/cal/2026-11-27?b=x&a=7f03...   ->   http://a/cal/#-#-#?a=#&b=x
//
[[nodiscard]] std::string url_pattern(std::string_view url);

// The URL without its session id, parameters in order: the same for all spellings of one page.
// Empty where there is but one spelling: no session id, and less than two parameters.
[[nodiscard]] std::string url_spelling(std::string_view url);

// Does the URL name a session, as ";jsessionid=" or in a parameter of a known name?
[[nodiscard]] bool has_session(std::string_view url);

// The same for all texts that differ in digits only. Of the first kShapeBytes.
inline constexpr std::size_t kShapeBytes = 4 * 1024;
[[nodiscard]] std::uint64_t text_shape(std::string_view text);

}  // namespace skitter::parser
