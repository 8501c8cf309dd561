#include <cstring>

#include "parser/url_ascii.h"
#include "parser/url_encode.h"
#include "parser/url_internal.h"

// Most links are written as the standard would write them: http or https, a lower-case host, no dot
// segment and nothing to escape. For those, parsing is one look at every byte and one copy.

namespace skitter::parser {
namespace {

bool is_plain_host_byte(char c) noexcept {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.' || c == '_';
}

// A last label that begins with a digit may be an IPv4 address in one of its spellings.
bool may_be_ipv4(std::string_view host) noexcept {
  if (host.back() == '.') host.remove_suffix(1);
  const std::size_t last = host.rfind('.') + 1;  // npos + 1 is 0
  return last < host.size() && is_digit(host[last]);
}

// A segment that begins with a dot, as itself or as %2e, may be a dot segment.
bool may_be_dots(std::string_view text, std::size_t segment) noexcept {
  return segment < text.size() && (text[segment] == '.' || text[segment] == '%');
}

// Reads path, query and fragment from `from` and notes where they begin, shifted by `shift`;
// false where something in them would have to be changed.
bool read_plain_tail(std::string_view text, std::size_t from, std::size_t shift, UrlParts& at) {
  std::size_t i = from;
  for (; i < text.size() && !is_in_set(text[i], EncodeSet::Path); ++i) {
    if (text[i] == '\\' || (text[i] == '/' && may_be_dots(text, i + 1))) return false;
  }
  at.search_begin = offset(i + shift);
  if (i < text.size() && text[i] == '?') i = find_in_set(text, i + 1, EncodeSet::SpecialQuery);
  at.hash_begin = offset(i + shift);
  if (i < text.size() && text[i] == '#') i = find_in_set(text, i + 1, EncodeSet::Fragment);
  return i == text.size();
}

// "80" of ":80/": the end of a port that stays as it is; 0 where there is none such.
std::size_t plain_port_end(std::string_view text, std::size_t from, SchemeKind kind) noexcept {
  std::size_t end = from;
  unsigned value = 0;
  while (end < text.size() && end - from < 5 && is_digit(text[end])) {
    value = value * 10 + static_cast<unsigned>(text[end++] - '0');
  }
  const bool kept =
      end > from && text[from] != '0' && value <= 0xffff && value != default_port(kind);
  return kept ? end : 0;
}

std::optional<Url> parse_absolute(std::string_view text, SchemeKind kind) {
  Url url;
  UrlParts& at = UrlAccess::at(url);
  at.kind = kind;
  at.protocol_end = kind == SchemeKind::Http ? 5 : 6;
  at.user_begin = at.user_end = at.host_begin = at.protocol_end + 2;
  std::size_t i = at.host_begin;
  while (i < text.size() && is_plain_host_byte(text[i])) ++i;
  const std::string_view host = text.substr(at.host_begin, i - at.host_begin);
  if (host.empty() || may_be_ipv4(host)) return std::nullopt;
  at.host_end = offset(i);
  if (i < text.size() && text[i] == ':') {
    i = plain_port_end(text, i + 1, kind);
    if (i == 0) return std::nullopt;
  }
  at.path_begin = offset(i);
  const bool has_path = i < text.size() && text[i] == '/';
  if (!has_path && i < text.size() && text[i] != '?' && text[i] != '#') return std::nullopt;
  const std::size_t added = has_path ? 0 : 1;  // the slash of an empty path
  if (!read_plain_tail(text, i, added, at)) return std::nullopt;

  std::string& href = UrlAccess::href(url);
  href.reserve(text.size() + added);
  href.append(text, 0, i);
  if (!has_path) href += '/';
  href.append(text, i);
  return url;
}

bool begins_with_scheme(std::string_view text) noexcept {
  const std::size_t end = text.find_first_of(":/?#");
  return end != std::string_view::npos && text[end] == ':';
}

std::optional<Url> parse_relative(std::string_view text, const Url& base) {
  const UrlParts& of_base = UrlAccess::at(base);
  const std::string_view base_href = base.href();
  std::size_t kept = 0;  // of the base's href
  if (text.empty() || text[0] == '#') {
    kept = of_base.hash_begin;
  } else if (text[0] == '?') {
    kept = of_base.search_begin;
  } else if (text[0] == '/') {
    if (text.size() > 1 && (text[1] == '/' || text[1] == '\\')) return std::nullopt;
    kept = of_base.path_begin;
  } else {
    if (may_be_dots(text, 0) || begins_with_scheme(text)) return std::nullopt;
    kept = base_href.rfind('/', of_base.search_begin - 1) + 1;
  }

  Url url;
  UrlParts& at = UrlAccess::at(url);
  at = of_base;
  if (text.empty() || text[0] == '#') {
    if (find_in_set(text, text.empty() ? 0 : 1, EncodeSet::Fragment) != text.size()) {
      return std::nullopt;
    }
  } else if (!read_plain_tail(text, 0, kept, at)) {
    return std::nullopt;
  }
  std::string& href = UrlAccess::href(url);
  href.reserve(kept + text.size());
  href.append(base_href, 0, kept);
  href.append(text);
  return url;
}

}  // namespace

std::optional<Url> parse_url_fast(std::string_view input, const Url* base) {
  if (input.starts_with("https://")) return parse_absolute(input, SchemeKind::Https);
  if (input.starts_with("http://")) return parse_absolute(input, SchemeKind::Http);
  if (base != nullptr && base->is_http()) return parse_relative(input, *base);
  return std::nullopt;
}

}  // namespace skitter::parser
