#include "storage/outcome.h"

#include <array>

namespace skitter::storage {
namespace {

constexpr std::array<std::string_view, kOutcomeCount> kWords = {
    "queued",
    "ok",
    "http_error",
    "redirect",
    "not_modified",
    "network_error",
    "timeout",
    "tls_error",
    "dns_error",
    "too_large",
    "truncated",
    "robots",
    "scope",
    "depth",
    "budget",
    "trap",
    "excluded",
    "private_address",
    "unsupported_type",
    "unsupported_scheme",
    "parse_limit",
};

}  // namespace

std::string_view to_string(Outcome outcome) noexcept {
  return kWords[static_cast<std::size_t>(outcome)];
}

std::optional<Outcome> outcome_from(std::string_view word) noexcept {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (kWords[i] == word) return static_cast<Outcome>(i);
  }
  return std::nullopt;
}

bool is_error(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::HttpError:
    case Outcome::NetworkError:
    case Outcome::Timeout:
    case Outcome::TlsError:
    case Outcome::DnsError:
    case Outcome::TooLarge:
    case Outcome::Truncated:
      return true;
    case Outcome::Queued:
    case Outcome::Ok:
    case Outcome::Redirect:
    case Outcome::NotModified:
    case Outcome::Robots:
    case Outcome::Scope:
    case Outcome::Depth:
    case Outcome::Budget:
    case Outcome::Trap:
    case Outcome::Excluded:
    case Outcome::PrivateAddress:
    case Outcome::UnsupportedType:
    case Outcome::UnsupportedScheme:
    case Outcome::ParseLimit:
      return false;
  }
  return false;
}

std::string error_numbers() {
  std::string numbers;
  for (int i = 0; i < kOutcomeCount; ++i) {
    if (!is_error(static_cast<Outcome>(i))) continue;
    if (!numbers.empty()) numbers += ',';
    numbers += std::to_string(i);
  }
  return numbers;
}

}  // namespace skitter::storage
