#include "tests/site/request_head.h"

#include <strings.h>

#include <charconv>

namespace skitter::site {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// Cuts the text up to `separator` off the front of `rest`; all of it where there is none.
std::string_view take_until(std::string_view& rest, std::string_view separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + separator.size());
  return taken;
}

std::string host_of(std::string_view authority) {
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string host(authority.substr(0, colon));
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return host;
}

// Origin form "/path", or the absolute form "http://host/path" sent to a proxy (RFC 9112 §3.2).
void set_target(Request& request, std::string_view target) {
  request.target = target;
  constexpr std::string_view kScheme = "http://";
  if (!target.starts_with(kScheme)) {
    request.path = target;
    return;
  }
  target.remove_prefix(kScheme.size());
  const std::size_t slash = target.find_first_of("/?");
  request.host = host_of(target.substr(0, slash));
  request.path = slash == std::string_view::npos ? "/" : target.substr(slash);
}

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool parse_request_line(std::string_view line, RequestHead& head) {
  const std::string_view method = take_until(line, " ");
  const std::string_view target = take_until(line, " ");
  if (method.empty() || target.empty() || !line.starts_with("HTTP/1.")) return false;
  head.request.method = method;
  set_target(head.request, target);
  head.request.keep_alive = line != "HTTP/1.0";
  return true;
}

bool parse_header(std::string_view line, RequestHead& head) {
  const std::string_view name = take_until(line, ":");
  const std::string_view value = trim(line);
  Request& request = head.request;
  if (equals_ignoring_case(name, "host")) {
    if (request.host.empty()) request.host = host_of(value);
  } else if (equals_ignoring_case(name, "connection")) {
    if (equals_ignoring_case(value, "close")) request.keep_alive = false;
  } else if (equals_ignoring_case(name, "content-length")) {
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), head.body_bytes);
    if (error != std::errc() || end != value.data() + value.size()) return false;
  } else if (equals_ignoring_case(name, "transfer-encoding")) {
    return false;
  }
  request.headers.emplace_back(name, value);
  return true;
}

}  // namespace

RequestHead parse_head(std::string_view bytes) {
  RequestHead head;
  // A method is of letters. What is none (TLS, say) may never come to the end of a line, so it is
  // not waited for.
  if (!bytes.empty() && !is_letter(bytes[0])) {
    head.bytes = bytes.size();
    head.state = HeadState::Bad;
    return head;
  }
  constexpr std::string_view kBlankLine = "\r\n\r\n";
  const std::size_t end = bytes.substr(0, kMaxHeadBytes).find(kBlankLine);
  if (end == std::string_view::npos) {
    if (bytes.size() >= kMaxHeadBytes) head.state = HeadState::Bad;
    return head;
  }
  head.bytes = end + kBlankLine.size();
  std::string_view lines = bytes.substr(0, end);
  bool is_good = parse_request_line(take_until(lines, "\r\n"), head);
  while (is_good && !lines.empty()) is_good = parse_header(take_until(lines, "\r\n"), head);
  head.state = is_good ? HeadState::Complete : HeadState::Bad;
  return head;
}

}  // namespace skitter::site
