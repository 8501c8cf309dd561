#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skitter::parser {

// The header fields of one response, in the order they came; names compare without case.
//
// Thread:  any one at a time.
// Source:  RFC 9110 §5 (fields), §8.3 (Content-Type), §10.2.3 (Retry-After).
class Headers {
 public:
  // Takes one line as it came from the wire ("Name: value\r\n"); a line without a colon is ignored.
  void add_line(std::string_view line);
  void clear() noexcept { fields_.clear(); }

  // The first value of that name, trimmed; empty if absent.
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
  // All values of that name, in order.
  [[nodiscard]] std::vector<std::string_view> get_all(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const noexcept {
    return fields_;
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
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
// HTTP dates. nullopt for garbage; a date in the past is 0.
[[nodiscard]] std::optional<long long> parse_retry_after(std::string_view value,
                                                         long long now_unix);

}  // namespace skitter::parser
