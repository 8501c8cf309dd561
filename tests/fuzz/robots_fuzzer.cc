// The first line of the input is a path, the rest a robots.txt.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parser/robots.h"

namespace {

using skitter::parser::RobotsRules;

void require(bool holds) {
  if (!holds) std::abort();
}

// RFC 9309 §2.2.3 by the book and in exponential time.
bool matches_naively(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return true;
  if (pattern == "$") return path.empty();
  if (pattern.front() == '*') {
    return matches_naively(pattern.substr(1), path) ||
           (!path.empty() && matches_naively(pattern, path.substr(1)));
  }
  return !path.empty() && pattern.front() == path.front() &&
         matches_naively(pattern.substr(1), path.substr(1));
}

// Both made out of letters that have one spelling only.
std::string plain(std::string_view bytes, std::size_t most, std::string_view letters) {
  std::string text;
  for (const char c : bytes.substr(0, most)) {
    text += letters[static_cast<unsigned char>(c) % letters.size()];
  }
  return text;
}

void check_against_naive(std::string_view pattern_bytes, std::string_view path_bytes) {
  const std::string pattern = plain(pattern_bytes, 10, "/ab*a");
  const std::string path = "/" + plain(path_bytes, 12, "/aba");
  for (const std::string_view end : {"", "$"}) {
    const std::string whole = "/" + pattern + std::string(end);
    const RobotsRules rules("User-agent: *\nDisallow: " + whole, "skitter");
    require(rules.is_allowed(path) != matches_naively(whole, path));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view path = input.substr(0, input.find('\n'));
  const std::string_view file = input.substr(path.size());
  const RobotsRules rules(file, "skitter");
  const auto [allowed, rule] = rules.verdict(path);
  require(allowed || !rule.empty());
  require(rules.is_allowed("/robots.txt"));
  bool is_listed = rule.empty();
  for (const std::string_view line : rules.rule_lines()) {
    require(file.find(line) != file.npos);
    is_listed = is_listed || line == rule;
  }
  require(is_listed);
  require(rules.rule_lines().empty() || !rules.agent_lines().empty());
  require(!rules.crawl_delay() || *rules.crawl_delay() <= RobotsRules::kMaxCrawlDelay);
  check_against_naive(path, file);
  return 0;
}
