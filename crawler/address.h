#pragma once

#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace skitter::crawler {

// True for an address that is not on the public internet: loopback, private, link-local (cloud
// metadata too), carrier-grade NAT, unspecified, multicast, reserved; IPv4 inside IPv6 (mapped,
// 6to4, NAT64) is looked into. Any other family than IPv4 and IPv6 is private.
//
// Source: IANA special-purpose address registries (RFC 6890); RFC 1918, 4193, 6598, 3927.
[[nodiscard]] bool is_private_address(const sockaddr* address) noexcept;

// The same for an address as text; `[::1]` may stand in brackets. nullopt: that is no address.
[[nodiscard]] std::optional<bool> is_private_address(std::string_view text) noexcept;

// 127.0.0.0/8, ::1, and 127.0.0.0/8 mapped into IPv6.
[[nodiscard]] bool is_loopback_address(std::string_view text) noexcept;

// "127.0.0.1", "::1"; empty for other families.
[[nodiscard]] std::string to_string(const sockaddr* address);

// True for `localhost` and any name below it, with or without a final dot (RFC 6761 §6.3).
[[nodiscard]] bool is_localhost_name(std::string_view name) noexcept;

}  // namespace skitter::crawler
