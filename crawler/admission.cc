#include "crawler/admission.h"

#include <fmt/format.h>
#include <libpsl.h>
#include <re2/re2.h>

#include <algorithm>

#include "crawler/address.h"
#include "crawler/crawler.h"
#include "crawler/string_table.h"
#include "crawler/traps.h"

namespace skitter::crawler {
namespace {

using Pattern = std::pair<std::string, std::unique_ptr<re2::RE2>>;

std::vector<Pattern> compile(const std::vector<std::string>& expressions, std::string_view flag) {
  std::vector<Pattern> patterns;
  for (const std::string& expression : expressions) {
    auto compiled = std::make_unique<re2::RE2>(expression, re2::RE2::Quiet);
    if (!compiled->ok()) {
      throw OptionsError(fmt::format("{} '{}': {}", flag, expression, compiled->error()));
    }
    patterns.emplace_back(expression, std::move(compiled));
  }
  return patterns;
}

const Pattern* first_match(const std::vector<Pattern>& patterns, std::string_view url) {
  const re2::StringPiece text(url.data(), url.size());
  const auto found = std::find_if(patterns.begin(), patterns.end(), [&](const Pattern& pattern) {
    return re2::RE2::PartialMatch(text, *pattern.second);
  });
  return found == patterns.end() ? nullptr : &*found;
}

// "www.example.com" and "example.com" are one site to whoever names either as a seed.
std::string_view without_www(std::string_view host) {
  constexpr std::string_view kWww = "www.";
  const bool has_rest = host.find('.', kWww.size()) != std::string_view::npos;
  return host.starts_with(kWww) && has_rest ? host.substr(kWww.size()) : host;
}

// The part that a registrar gives out: "a.b.example.co.uk" -> "example.co.uk". An address or a
// single label is its own domain.
std::string registrable_domain(std::string_view hostname) {
  const std::string name(hostname);
  if (is_private_address(hostname).has_value()) return name;
  const char* domain = psl_registrable_domain(psl_builtin(), name.c_str());
  return domain == nullptr ? name : std::string(domain);
}

// A seed's directory: all up to its last slash.
std::string directory(const parser::Url& url) {
  const std::string_view path = url.pathname();
  return fmt::format("{}{}", url.origin(), path.substr(0, path.rfind('/') + 1));
}

}  // namespace

struct Admission::Rules {
  Scope scope = Scope::Host;
  bool refuse_private = true;
  TrapLimits traps;
  std::vector<Header> headers;
  std::vector<Pattern> include;
  std::vector<Pattern> exclude;
  StringSet hosts;  // of the seeds, without www.
  StringSet domains;
  std::vector<std::string> prefixes;
  StringSet seed_hosts;
  StringSet seed_origins;

  [[nodiscard]] bool is_in_scope(const parser::Url& url) const {
    switch (scope) {
      case Scope::Host:
        return hosts.contains(without_www(host_name(url)));
      case Scope::Domain:
        return domains.contains(registrable_domain(url.hostname()));
      case Scope::Prefix:
        return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
          return url.href().starts_with(prefix);
        });
      case Scope::Any:
        return true;
    }
    return true;
  }
};

Admission::Admission(const Options& options) : rules_(std::make_unique<Rules>()) {
  rules_->scope = options.scope;
  rules_->refuse_private = options.transfer.addresses == AddressPolicy::RefusePrivate;
  rules_->traps = options.traps;
  rules_->headers = options.transfer.headers;
  rules_->include = compile(options.include, "--include");
  rules_->exclude = compile(options.exclude, "--exclude");
}

Admission::Admission(Admission&&) noexcept = default;
Admission& Admission::operator=(Admission&&) noexcept = default;
Admission::~Admission() = default;

void Admission::add_seed(const parser::Url& url) {
  rules_->hosts.emplace(without_www(host_name(url)));
  rules_->domains.insert(registrable_domain(url.hostname()));
  if (rules_->scope == Scope::Prefix) {
    std::string prefix = directory(url);
    const bool is_known = std::find(rules_->prefixes.begin(), rules_->prefixes.end(), prefix) !=
                          rules_->prefixes.end();
    if (!is_known) rules_->prefixes.push_back(std::move(prefix));
  }
  rules_->seed_hosts.emplace(host_name(url));
  rules_->seed_origins.insert(url.origin());
}

Decision Admission::decide(const parser::Url& url) const {
  if (!url.is_http()) return {Outcome::UnsupportedScheme, std::string(url.scheme())};
  if (url.hostname().empty()) return {Outcome::UnsupportedScheme, "no host"};
  if (!rules_->is_in_scope(url)) return {Outcome::Scope, std::string(host_name(url))};
  const std::string_view canonical = url.without_fragment();
  if (const Pattern* pattern = first_match(rules_->exclude, canonical)) {
    return {Outcome::Excluded, "--exclude " + pattern->first};
  }
  if (!rules_->include.empty() && first_match(rules_->include, canonical) == nullptr) {
    return {Outcome::Excluded, "no --include matches"};
  }
  if (std::optional<std::string> detail = trap_of(url, rules_->traps)) {
    return {Outcome::Trap, *std::move(detail)};
  }
  if (is_private_address(url.hostname()).value_or(false) && !allows_private(host_name(url))) {
    return {Outcome::PrivateAddress, std::string(url.hostname())};
  }
  return {};
}

bool Admission::allows_private(std::string_view host) const {
  return !rules_->refuse_private || rules_->seed_hosts.contains(host);
}

std::vector<std::string> Admission::headers_for(const parser::Url& url) const {
  std::vector<std::string> lines;
  if (rules_->headers.empty()) return lines;
  const bool is_seed_origin = rules_->seed_origins.contains(url.origin());
  for (const Header& header : rules_->headers) {
    if (header.host.empty() ? is_seed_origin : header.host == host_name(url))
      lines.push_back(header.line);
  }
  return lines;
}

}  // namespace skitter::crawler
