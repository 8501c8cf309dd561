#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/http_date.h"

namespace skitter::parser {

// The header fields of one response, in the order they came; names compare without case.
//
//   text_    Content-Typetext/htmlServernginx...     one string, so that clear() keeps its memory
//   fields_  {0, 12, 9} {21, 6, 5} ...               and a transfer that is reused allocates nothing
//
// Total: what is no field is ignored. Lines beyond kMaxBytes are dropped.
//
// Thread:  any one at a time.
// Source:  RFC 9110 §5 (fields), §8.3 (Content-Type), §10.2.3 (Retry-After); RFC 9112 §5.2
//          (folding).
class Headers {
 public:
  // Names and values of one response together.
  static constexpr std::size_t kMaxBytes = 256 * 1024;

  using Field = std::pair<std::string_view, std::string_view>;  // name as it came, value trimmed

  // Takes one line as it came from the wire ("Name: value\r\n"). A status line, or any other line
  // without a name and a colon, is ignored; one that begins with a space continues the one before.
  void add_line(std::string_view line);
  void clear() noexcept;

  // Views hold until the next add_line(), clear(), move or assignment.
  // The first value of that name; empty if absent.
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
  // All values of that name, in order.
  [[nodiscard]] std::vector<std::string_view> get_all(std::string_view name) const;
  [[nodiscard]] std::vector<Field> fields() const;

 private:
  struct Place {
    std::uint32_t begin;
    std::uint32_t name_size;
    std::uint32_t value_size;  // the value follows the name
  };

  void continue_line(std::string_view value);
  [[nodiscard]] Field field_at(const Place& place) const noexcept;

  std::string text_;
  std::vector<Place> fields_;
  bool is_last_kept_ = false;  // the field before was taken, and may be continued
};

// A Content-Type value taken apart: "Text/HTML; Charset=UTF-8" -> essence "text/html", charset
// "UTF-8". Source: WHATWG MIME Sniffing §4.4.
struct ContentType {
  std::string essence;  // lower case; empty where there is none or it is malformed
  std::string charset;  // as given, unquoted
};
[[nodiscard]] ContentType parse_content_type(std::string_view value);

// True for what is read as a page: HTML, XHTML, plain and other text, XML, or no type given at all.
[[nodiscard]] bool is_readable_type(std::string_view essence) noexcept;
// True for what is parsed as HTML (text/html, application/xhtml+xml; no type given is decided by
// the body).
[[nodiscard]] bool is_html_type(std::string_view essence) noexcept;

// Retry-After as seconds from `now_unix` (seconds since 1970): delta-seconds or any of the three
// HTTP dates. nullopt for garbage; a date in the past is 0, and a number too large for the type its
// greatest value.
[[nodiscard]] std::optional<long long> parse_retry_after(std::string_view value,
                                                         long long now_unix);

}  // namespace skitter::parser
