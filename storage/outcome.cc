#include "storage/outcome.h"

#include <fmt/format.h>

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

constexpr std::string_view kRefresh = "refresh, was ";

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

std::string refresh_detail(Outcome earlier) {
  return fmt::format("{}{}", kRefresh, to_string(earlier));
}

std::string refreshed_outcome_sql() {
  std::string sql = "CASE substr(detail, 1, instr(detail || ':', ':') - 1)";
  for (int i = 0; i < kOutcomeCount; ++i) {
    sql += fmt::format(" WHEN '{}' THEN {}", refresh_detail(static_cast<Outcome>(i)), i);
  }
  return sql + " END";
}

std::string_view refreshed_detail_sql() noexcept {
  return "nullif(substr(detail, instr(detail || ':', ':') + 2), '')";
}

}  // namespace skitter::storage
