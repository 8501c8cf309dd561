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

}  // namespace skitter::storage
