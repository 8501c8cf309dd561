#include "parser/url.h"

#include <algorithm>
#include <utility>

#include "parser/url_ascii.h"
#include "parser/url_internal.h"

namespace skitter::parser {
namespace {

// A byte grows ninefold at most (malformed, it becomes U+FFFD, which is written as %EF%BF%BD), so
// that 2^28 of them stay below 2^32.
constexpr std::size_t kMaxInputBytes = std::size_t{1} << 28;

bool is_c0_or_space(char c) noexcept {
  return static_cast<unsigned char>(c) <= 0x20;
}

}  // namespace

std::string_view Url::protocol() const noexcept {
  return between(0, at_.protocol_end);
}

std::string_view Url::username() const noexcept {
  return between(at_.user_begin, at_.user_end);
}

std::string_view Url::password() const noexcept {
  const bool present = at_.user_end < at_.host_begin && href_[at_.user_end] == ':';
  return present ? between(at_.user_end + 1, at_.host_begin - 1) : std::string_view();
}

std::string_view Url::host() const noexcept {
  return port().empty() ? hostname() : between(at_.host_begin, at_.path_begin);
}

std::string_view Url::hostname() const noexcept {
  return between(at_.host_begin, at_.host_end);
}

std::string_view Url::port() const noexcept {
  const bool present = at_.host_end < at_.path_begin && href_[at_.host_end] == ':';
  return present ? between(at_.host_end + 1, at_.path_begin) : std::string_view();
}

std::string_view Url::pathname() const noexcept {
  return between(at_.path_begin, at_.search_begin);
}

std::string_view Url::search() const noexcept {
  const std::string_view all = between(at_.search_begin, at_.hash_begin);
  return all.size() > 1 ? all : std::string_view();
}

std::string_view Url::hash() const noexcept {
  const std::string_view all = std::string_view(href_).substr(at_.hash_begin);
  return all.size() > 1 ? all : std::string_view();
}

std::string_view Url::scheme() const noexcept {
  return protocol().substr(0, std::max<std::size_t>(at_.protocol_end, 1) - 1);
}

bool Url::is_http() const noexcept {
  return at_.kind == SchemeKind::Http || at_.kind == SchemeKind::Https;
}

std::string_view Url::without_fragment() const noexcept {
  return between(0, at_.hash_begin);
}

std::string Url::take_without_fragment() && noexcept {
  href_.resize(std::min<std::size_t>(at_.hash_begin, href_.size()));  // no longer: nothing throws
  at_ = {};
  return std::exchange(href_, {});
}

std::string_view Url::path_and_query() const noexcept {
  return between(at_.path_begin, at_.hash_begin);
}

std::uint16_t Url::port_or_default() const noexcept {
  if (const std::string_view digits = port(); !digits.empty()) {
    unsigned value = 0;
    for (const char digit : digits) value = value * 10 + static_cast<unsigned>(digit - '0');
    return static_cast<std::uint16_t>(value);
  }
  return default_port(at_.kind);
}

std::string Url::origin() const {
  switch (at_.kind) {
    case SchemeKind::Http:
    case SchemeKind::Https:
    case SchemeKind::Ws:
    case SchemeKind::Wss:
    case SchemeKind::Ftp:
      return std::string(protocol()).append("//").append(host());
    case SchemeKind::File:
    case SchemeKind::NotSpecial:
      break;
  }
  if (scheme() == "blob") {  // §4.7: that of the URL inside, where it is one of the web's
    const auto inner = parse_url(pathname());
    if (inner && inner->is_http()) return inner->origin();
  }
  return "null";  // an opaque origin, as the standard serialises it
}

std::optional<Url> parse_url(std::string_view input, const Url* base, std::string_view encoding) {
  const std::size_t base_bytes = base == nullptr ? 0 : base->href().size();
  if (input.size() > kMaxInputBytes || base_bytes > kMaxInputBytes - input.size()) {
    return std::nullopt;
  }
  while (!input.empty() && is_c0_or_space(input.front())) input.remove_prefix(1);
  while (!input.empty() && is_c0_or_space(input.back())) input.remove_suffix(1);
  if (auto url = parse_url_fast(input, base)) return url;
  return parse_url_by_standard(input, base, encoding);
}

}  // namespace skitter::parser
