#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skitter::parser {

// A parsed, serialised URL: one owned string (the href) and the places where its parts begin.
//
// Identity of a page is without_fragment(): the canonical URL. Parsing it again gives itself.
// Any scheme parses, so that a link to mailto: ends as `unsupported_scheme` and not as a broken
// one; only is_http() URLs are ever asked for.
//
// Thread:  any; immutable.
// Errors:  parse_url() gives nullopt where the standard says failure.
// Source:  WHATWG URL Standard, §4.4 (parsing), §4.5 (serialising), §6.1 (the names of the parts).
class Url {
 public:
  // The parts as the URL API names them; views into this URL.
  [[nodiscard]] std::string_view href() const noexcept { return href_; }
  [[nodiscard]] std::string_view protocol() const noexcept;  // "https:"
  [[nodiscard]] std::string_view username() const noexcept;
  [[nodiscard]] std::string_view password() const noexcept;
  [[nodiscard]] std::string_view host()
      const noexcept;  // "example.com:8080"; default port left out
  [[nodiscard]] std::string_view hostname() const noexcept;  // "example.com", "[::1]"
  [[nodiscard]] std::string_view port() const noexcept;      // "" for the default port
  [[nodiscard]] std::string_view pathname() const noexcept;
  [[nodiscard]] std::string_view search() const noexcept;  // "?q=1"; "" for an empty query
  [[nodiscard]] std::string_view hash() const noexcept;    // "#top"; "" for an empty fragment

  // What a crawler asks of a URL.
  [[nodiscard]] std::string_view scheme() const noexcept;  // "https", without the colon
  [[nodiscard]] bool is_http() const noexcept;             // http or https
  [[nodiscard]] std::string_view without_fragment() const noexcept;
  [[nodiscard]] std::string_view path_and_query()
      const noexcept;  // what robots.txt rules are matched on
  [[nodiscard]] std::uint16_t port_or_default() const noexcept;  // 0 where the scheme has none
  [[nodiscard]] std::string origin() const;                      // "https://example.com:8080"
};

// Parses `input` (UTF-8, perhaps malformed), against `base` where one is given.
[[nodiscard]] std::optional<Url> parse_url(std::string_view input, const Url* base = nullptr);

}  // namespace skitter::parser
