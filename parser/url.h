#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skitter::parser {

// The schemes that the standard calls special, and the rest.
enum class SchemeKind : std::uint8_t { NotSpecial, Http, Https, Ws, Wss, Ftp, File };

// Where the parts of a serialised URL begin and end, as offsets into it.
//
//   https://user:pass@example.com:1234/foo/bar?baz#quux
//         |  |   |    |          |    |       |   |
//         |  |   |    |          |    |       |   hash_begin    '#', or the end
//         |  |   |    |          |    |       search_begin      '?', or hash_begin
//         |  |   |    |          |    path_begin
//         |  |   |    |          host_end                       ':' before a port, or path_begin
//         |  |   |    host_begin
//         |  |   user_end                                       ':' before a password, or '@'
//         |  user_begin                                         equals host_begin without user
//         protocol_end                                          behind the scheme's ':'
//
// Without a host, user_begin, user_end, host_begin and host_end equal protocol_end. A path that
// begins with two slashes then has "/." before path_begin, which is no part of it.
struct UrlParts {
  std::uint32_t protocol_end = 0;
  std::uint32_t user_begin = 0;
  std::uint32_t user_end = 0;
  std::uint32_t host_begin = 0;
  std::uint32_t host_end = 0;
  std::uint32_t path_begin = 0;
  std::uint32_t search_begin = 0;
  std::uint32_t hash_begin = 0;
  SchemeKind kind = SchemeKind::NotSpecial;
  bool opaque_path = false;  // "mailto:a@b": the path is one string, nothing resolves against it
};

// A parsed, serialised URL: one owned string (the href) and the places where its parts begin.
//
// Identity of a page is without_fragment(): the canonical URL. Parsing it again gives itself.
// Any scheme parses, so that a link to mailto: ends as `unsupported_scheme` and not as a broken
// one; only is_http() URLs are ever asked for.
//
// Thread:  any; immutable until it is taken apart.
// Errors:  parse_url() gives nullopt where the standard says failure.
// Source:  WHATWG URL Standard, §4.4 (parsing), §4.5 (serialising), §6.1 (the names of the parts).
class Url {
 public:
  // The parts as the URL API names them; views into this URL.
  [[nodiscard]] std::string_view href() const noexcept { return href_; }
  [[nodiscard]] std::string_view protocol() const noexcept;  // "https:"
  [[nodiscard]] std::string_view username() const noexcept;
  [[nodiscard]] std::string_view password() const noexcept;
  [[nodiscard]] std::string_view host() const noexcept;      // "example.com:8080"
  [[nodiscard]] std::string_view hostname() const noexcept;  // "example.com", "[::1]"
  [[nodiscard]] std::string_view port() const noexcept;      // "" for the default port
  [[nodiscard]] std::string_view pathname() const noexcept;
  [[nodiscard]] std::string_view search() const noexcept;  // "?q=1"; "" for an empty query
  [[nodiscard]] std::string_view hash() const noexcept;    // "#top"; "" for an empty fragment

  // What a crawler asks of a URL.
  [[nodiscard]] std::string_view scheme() const noexcept;  // "https", without the colon
  [[nodiscard]] bool is_http() const noexcept;             // http or https
  [[nodiscard]] std::string_view without_fragment() const noexcept;
  [[nodiscard]] std::string take_without_fragment() && noexcept;  // this is empty after it
  // What robots.txt rules are matched on. Empty query: its '?' is kept.
  [[nodiscard]] std::string_view path_and_query() const noexcept;
  [[nodiscard]] std::uint16_t port_or_default() const noexcept;  // 0 where the scheme has none
  [[nodiscard]] std::string origin() const;                      // "https://example.com:8080"

 private:
  friend struct UrlAccess;  // parser/url_internal.h: for those who build a Url
  [[nodiscard]] std::string_view between(std::uint32_t begin, std::uint32_t end) const noexcept {
    return std::string_view(href_).substr(begin, end - begin);
  }

  std::string href_;
  UrlParts at_;
};

// Parses `input` (UTF-8, perhaps malformed), against `base` where one is given. Input and base
// together may have 256 MiB; what is longer is refused, as offsets are 32 bits wide.
//
// `encoding` is that of the document in which a link stands, as parser/charset.h names it: the
// bytes that the query of an http, https, ftp or file URL stands for are in it. A query of a
// windows-1252 page has "%E9" for "é".
[[nodiscard]] std::optional<Url> parse_url(std::string_view input, const Url* base = nullptr,
                                           std::string_view encoding = "utf-8");

}  // namespace skitter::parser
