#include <algorithm>
#include <array>
#include <charconv>

#include "parser/url_ascii.h"
#include "parser/url_encode.h"
#include "parser/url_internal.h"

namespace skitter::parser {
namespace {

// Bytes that no host may have, and those that no domain may have.
enum : std::uint8_t { kNotInHost = 1, kNotInDomain = 2 };

constexpr std::array<std::uint8_t, 256> make_forbidden() {
  std::array<std::uint8_t, 256> bytes{};
  for (std::size_t i = 0; i < 0x20; ++i) bytes[i] = kNotInDomain;
  bytes['%'] = bytes[0x7f] = kNotInDomain;
  for (const char c : std::string_view("\0\t\n\r #/:<>?@[\\]^|", 17)) {
    bytes[static_cast<unsigned char>(c)] = kNotInHost | kNotInDomain;
  }
  return bytes;
}

constexpr std::array<std::uint8_t, 256> kForbidden = make_forbidden();

bool is_forbidden_in_host(char c) noexcept {
  return (kForbidden[static_cast<unsigned char>(c)] & kNotInHost) != 0;
}

bool is_forbidden_in_domain(char c) noexcept {
  return (kForbidden[static_cast<unsigned char>(c)] & kNotInDomain) != 0;
}

// One part of an IPv4 address, in decimal, octal (0...) or hexadecimal (0x...); nullopt where it is
// none. What exceeds 32 bits is cut to 2^32, which every caller refuses.
std::optional<std::uint64_t> parse_ipv4_number(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  unsigned radix = 10;
  if (text.size() >= 2 && text[0] == '0') {
    const bool is_hexadecimal = to_lower(text[1]) == 'x';
    text.remove_prefix(is_hexadecimal ? 2 : 1);
    radix = is_hexadecimal ? 16 : 8;
  }
  constexpr std::uint64_t kTooMuch = std::uint64_t{1} << 32;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_hex(c) || hex_value(c) >= radix) return std::nullopt;
    value = std::min(value * radix + hex_value(c), kTooMuch);
  }
  return value;
}

// The "ends in a number checker": such a domain is an IPv4 address or nothing.
bool ends_in_number(std::string_view domain) noexcept {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  const std::string_view last = domain.substr(domain.rfind('.') + 1);  // npos + 1 is 0
  if (last.empty()) return false;
  return std::all_of(last.begin(), last.end(), is_digit) || parse_ipv4_number(last).has_value();
}

bool append_ipv4(std::string& out, std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  std::array<std::uint64_t, 4> parts{};
  std::size_t count = 0;
  for (bool more = true; more;) {
    const std::size_t dot = text.find('.');
    const auto part = parse_ipv4_number(text.substr(0, dot));
    if (!part || count == parts.size()) return false;
    parts[count++] = *part;
    more = dot != std::string_view::npos;
    if (more) text.remove_prefix(dot + 1);
  }
  const std::uint64_t last = parts[count - 1];  // stands for all bytes that are not spelled out
  if (last >= std::uint64_t{1} << (8 * (5 - count))) return false;
  std::uint64_t address = last;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    if (parts[i] > 255) return false;
    address += parts[i] << (8 * (3 - i));
  }
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += std::to_string(address >> shift & 0xff);
    if (shift != 0) out += '.';
  }
  return true;
}

using Ipv6 = std::array<std::uint16_t, 8>;

// The dotted end of an IPv6 address, put into two pieces; false unless it is just four decimal
// numbers.
bool parse_ipv4_in_ipv6(std::string_view text, Ipv6& address, std::size_t piece) noexcept {
  for (int seen = 0; seen < 4; ++seen) {
    if (seen > 0) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
    unsigned value = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && is_digit(text[digits]); ++digits) {
      if (digits > 0 && value == 0) return false;  // no leading zero
      value = value * 10 + hex_value(text[digits]);
      if (value > 255) return false;
    }
    if (digits == 0) return false;
    text.remove_prefix(digits);
    std::uint16_t& target = address[piece + (seen >= 2 ? 1U : 0U)];
    target = static_cast<std::uint16_t>(target * 256 + value);
  }
  return text.empty();
}

std::optional<Ipv6> parse_ipv6(std::string_view text) noexcept {
  Ipv6 address{};
  std::size_t piece = 0;
  std::optional<std::size_t> compress;
  if (text.starts_with(':')) {
    if (!text.starts_with("::")) return std::nullopt;
    text.remove_prefix(2);
    compress = ++piece;  // "::" stands for one zero piece at least
  }
  while (!text.empty()) {
    if (piece == address.size()) return std::nullopt;
    if (text[0] == ':') {
      if (compress) return std::nullopt;
      text.remove_prefix(1);
      compress = ++piece;
      continue;
    }
    unsigned value = 0;
    std::size_t digits = 0;
    while (digits < 4 && digits < text.size() && is_hex(text[digits])) {
      value = value * 16 + hex_value(text[digits++]);
    }
    if (digits < text.size() && text[digits] == '.') {
      if (digits == 0 || piece > 6 || !parse_ipv4_in_ipv6(text, address, piece)) {
        return std::nullopt;
      }
      piece += 2;
      break;
    }
    text.remove_prefix(digits);
    if (text.starts_with(':')) {
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
    } else if (!text.empty()) {
      return std::nullopt;
    }
    address[piece++] = static_cast<std::uint16_t>(value);
  }
  if (!compress) return piece == address.size() ? std::optional(address) : std::nullopt;
  // What was read behind "::" belongs to the end.
  std::rotate(address.begin() + *compress, address.begin() + piece, address.end());
  return address;
}

struct Run {
  std::size_t begin = 0;
  std::size_t length = 0;
};

// The first longest run of zero pieces, if longer than one: written as "::".
Run find_compressed(const Ipv6& address) noexcept {
  Run best;
  for (std::size_t i = 0; i < address.size();) {
    std::size_t end = i;
    while (end < address.size() && address[end] == 0) ++end;
    if (end - i > best.length) best = {i, end - i};
    i = std::max(end, i + 1);
  }
  return best.length > 1 ? best : Run{address.size(), 0};
}

void append_ipv6(std::string& out, const Ipv6& address) {
  const Run zeros = find_compressed(address);
  out += '[';
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (i == zeros.begin) {
      out += i == 0 ? "::" : ":";
      i += zeros.length - 1;
      continue;
    }
    std::array<char, 4> hex{};
    const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), address[i], 16).ptr;
    out.append(hex.data(), end);
    if (i != address.size() - 1) out += ':';
  }
  out += ']';
}

bool append_domain(std::string& out, std::string_view input) {
  const std::size_t begin = out.size();
  const bool is_plain = is_ascii(input) && input.find('%') == std::string_view::npos;
  if (is_plain) {
    for (const char c : input) out += to_lower(c);
  } else {
    const auto domain = domain_to_ascii(to_valid_utf8(percent_decode(input)));
    if (!domain) return false;
    out += *domain;
  }
  const std::string_view domain = std::string_view(out).substr(begin);
  if (domain.empty() || std::any_of(domain.begin(), domain.end(), is_forbidden_in_domain)) {
    return false;
  }
  if (!ends_in_number(domain)) return true;
  const std::string numbers(domain);
  out.resize(begin);
  return append_ipv4(out, numbers);
}

}  // namespace

bool append_host(std::string& out, std::string_view input, HostRules rules) {
  if (input.starts_with('[')) {
    if (!input.ends_with(']')) return false;
    const auto address = parse_ipv6(input.substr(1, input.size() - 2));
    if (address) append_ipv6(out, *address);
    return address.has_value();
  }
  if (rules == HostRules::Domain) return append_domain(out, input);
  if (std::any_of(input.begin(), input.end(), is_forbidden_in_host)) return false;
  append_encoded(out, input, EncodeSet::C0Control);
  return true;
}

}  // namespace skitter::parser
