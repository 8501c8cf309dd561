#include "crawler/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace skitter::crawler {
namespace {

struct Range4 {
  std::uint32_t network;
  int bits;
};

constexpr std::uint32_t ip4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr std::array kPrivate4 = {
    Range4{ip4(0, 0, 0, 0), 8},         // this network
    Range4{ip4(10, 0, 0, 0), 8},        // RFC 1918
    Range4{ip4(100, 64, 0, 0), 10},     // carrier-grade NAT, RFC 6598
    Range4{ip4(127, 0, 0, 0), 8},       // loopback
    Range4{ip4(168, 63, 129, 16), 32},  // metadata of a cloud, inside public space
    Range4{ip4(169, 254, 0, 0), 16},    // link-local; cloud metadata
    Range4{ip4(172, 16, 0, 0), 12},     // RFC 1918
    Range4{ip4(192, 0, 0, 0), 24},      // IETF protocol assignments
    Range4{ip4(192, 0, 2, 0), 24},      // documentation
    Range4{ip4(192, 168, 0, 0), 16},    // RFC 1918
    Range4{ip4(198, 18, 0, 0), 15},     // benchmarking
    Range4{ip4(198, 51, 100, 0), 24},  Range4{ip4(203, 0, 113, 0), 24},  // documentation
    Range4{ip4(224, 0, 0, 0), 4},                                        // multicast
    Range4{ip4(240, 0, 0, 0), 4},                                        // reserved, broadcast
};

bool is_private4(std::uint32_t address) noexcept {
  return std::any_of(kPrivate4.begin(), kPrivate4.end(), [&](const Range4& range) {
    const int shift = 32 - range.bits;
    return address >> shift == range.network >> shift;
  });
}

std::uint32_t read32(const std::uint8_t* bytes) noexcept {
  return ip4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

constexpr std::uint8_t kZero[16] = {};

// ::ffff:0:0/96
bool is_mapped(const std::uint8_t* a) noexcept {
  return std::memcmp(a, kZero, 10) == 0 && a[10] == 0xff && a[11] == 0xff;
}

bool is_private6(const std::uint8_t* a) noexcept {
  if (is_mapped(a)) return is_private4(read32(a + 12));
  if (std::memcmp(a, kZero, 12) == 0)
    return true;  // ::, ::1, and the long dead IPv4-compatible addresses
  if (a[0] == 0x00 && a[1] == 0x64 && a[2] == 0xff && a[3] == 0x9b) {  // NAT64, RFC 6052 and 8215
    return std::memcmp(a + 4, kZero, 8) != 0 || is_private4(read32(a + 12));
  }
  if (a[0] == 0x20 && a[1] == 0x02) return is_private4(read32(a + 2));  // 6to4
  if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02) return true;  // 2001::/23: Teredo and the like
  if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8) return true;  // documentation
  if (a[0] == 0x3f && a[1] == 0xff && a[2] < 0x10) return true;  // documentation, RFC 9637
  // 2000::/3 alone is global unicast: fc00::/7, fe80::/10, ff00::/8 are not.
  return (a[0] & 0xe0) != 0x20;
}

// An address of either family as an IPv6 one: IPv4 is mapped.
using Bytes6 = std::array<std::uint8_t, 16>;

std::optional<Bytes6> parse_address(std::string_view text) noexcept {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  char name[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof name) return std::nullopt;
  text.copy(name, text.size());
  Bytes6 bytes{};
  if (inet_pton(AF_INET6, name, bytes.data()) == 1) return bytes;
  if (inet_pton(AF_INET, name, bytes.data() + 12) != 1) return std::nullopt;
  bytes[10] = bytes[11] = 0xff;
  return bytes;
}

}  // namespace

bool is_private_address(const sockaddr* address) noexcept {
  if (address->sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, address, sizeof in);
    return is_private4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in;
    std::memcpy(&in, address, sizeof in);
    return is_private6(in.sin6_addr.s6_addr);
  }
  return true;
}

std::optional<bool> is_private_address(std::string_view text) noexcept {
  const std::optional<Bytes6> bytes = parse_address(text);
  return bytes ? std::optional(is_private6(bytes->data())) : std::nullopt;
}

bool is_loopback_address(std::string_view text) noexcept {
  const std::optional<Bytes6> bytes = parse_address(text);
  if (!bytes) return false;
  Bytes6 loopback{};
  loopback.back() = 1;
  return is_mapped(bytes->data()) ? (*bytes)[12] == 127 : *bytes == loopback;
}

std::string to_string(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, address, sizeof in);
    (void)inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 in;
    std::memcpy(&in, address, sizeof in);
    (void)inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
  }
  return text;
}

bool is_localhost_name(std::string_view name) noexcept {
  constexpr std::string_view kLocalhost = "localhost";
  if (name.ends_with('.')) name.remove_suffix(1);
  if (!name.ends_with(kLocalhost)) return false;
  name.remove_suffix(kLocalhost.size());
  return name.empty() || name.ends_with('.');
}

}  // namespace skitter::crawler
