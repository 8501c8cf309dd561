#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parser/url.h"

namespace skitter::parser {

// For the few that build or change a Url: the parsers and the canonical rules.
struct UrlAccess {
  static std::string& href(Url& url) noexcept { return url.href_; }
  static UrlParts& at(Url& url) noexcept { return url.at_; }
  static const UrlParts& at(const Url& url) noexcept { return url.at_; }
};

// A place in an href.
[[nodiscard]] inline std::uint32_t offset(std::size_t value) noexcept {
  return static_cast<std::uint32_t>(value);
}

[[nodiscard]] std::uint16_t default_port(SchemeKind kind) noexcept;  // 0 where there is none

// The two halves of parse_url(), for input without control bytes or spaces around it. The fast one
// knows only the shape of most links and gives nullopt for all others, failures included; where it
// answers, its answer is the standard's (the fuzz target compares the two). It takes plain ASCII
// only, which is the same in every encoding that queries are written in.
[[nodiscard]] std::optional<Url> parse_url_fast(std::string_view input, const Url* base);
[[nodiscard]] std::optional<Url> parse_url_by_standard(std::string_view input, const Url* base,
                                                       std::string_view encoding = "utf-8");

// Appends the host that `input` (valid UTF-8) names, serialised; false where the standard says
// failure. Source: URL Standard §3.5.
enum class HostRules { Domain, Opaque };
[[nodiscard]] bool append_host(std::string& out, std::string_view input, HostRules rules);

// The domain in ASCII and lower case, by UTS 46 without transitional processing, hyphen or length
// checks; nullopt where it is no domain. `domain` is valid UTF-8. Source: URL Standard §3.3.
[[nodiscard]] std::optional<std::string> domain_to_ascii(std::string_view domain);

}  // namespace skitter::parser
