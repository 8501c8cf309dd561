#include "crawler/traps.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "parser/fingerprint.h"
#include "parser/url_shape.h"

namespace skitter::crawler {
namespace {

constexpr std::size_t kShownSegment = 40;
constexpr std::string_view kPageLinksRule = "page_links";
constexpr std::string_view kSameTextRule = "same_text";

// The parts of a path or a query that are not empty, in order.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// The one that stands more than `most` times; sorts them.
std::optional<std::string_view> repeated(std::vector<std::string_view>& parts, std::size_t most) {
  if (parts.size() <= most) return std::nullopt;
  std::sort(parts.begin(), parts.end());
  for (std::size_t i = 0; i + most < parts.size(); ++i) {
    if (parts[i] == parts[i + most]) return parts[i];
  }
  return std::nullopt;
}

// "http://h:8080" of "http://h:8080/a?b"
std::string_view origin_of(std::string_view url) {
  const std::size_t host = url.find("://");
  return host == url.npos ? url : url.substr(0, url.find('/', host + 3));
}

std::string shown(std::string_view part) {
  if (part.size() <= kShownSegment) return std::string(part);
  return std::string(part.substr(0, kShownSegment)) + "...";
}

}  // namespace

std::optional<std::string> trap_of(const parser::Url& url, const TrapLimits& limits) {
  if (limits.policy == TrapPolicy::Ignore) return std::nullopt;
  if (url.without_fragment().size() > limits.max_url_bytes) {
    return fmt::format("url_length: longer than {} bytes", limits.max_url_bytes);
  }
  std::vector<std::string_view> segments = split(url.pathname(), '/');
  if (segments.size() > limits.max_path_depth) {
    return fmt::format("path_depth: more than {} segments", limits.max_path_depth);
  }
  if (const auto segment = repeated(segments, limits.max_repeats)) {
    return fmt::format("repeated_segment: {} more than {} times", shown(*segment),
                       limits.max_repeats);
  }
  std::string_view query = url.search();
  if (query.empty()) return std::nullopt;
  query.remove_prefix(1);
  std::vector<std::string_view> parameters = split(query, '&');
  if (const auto parameter = repeated(parameters, limits.max_repeats)) {
    return fmt::format("repeated_parameter: {} more than {} times", shown(*parameter),
                       limits.max_repeats);
  }
  return std::nullopt;
}

bool is_rule_of_page(std::string_view detail) noexcept {
  return detail.starts_with(kPageLinksRule) || detail.starts_with(kSameTextRule);
}

std::string same_text_detail(const TrapLimits& limits) {
  return fmt::format("{}: only on pages behind {} others of the host with one text", kSameTextRule,
                     limits.max_same_text);
}

std::string page_links_detail(const TrapLimits& limits) {
  return fmt::format("{}: behind the first {} links of every page", kPageLinksRule,
                     limits.max_page_links);
}

std::optional<std::string> TrapBudgets::take(std::string_view url, std::uint16_t depth) {
  if (limits_.policy == TrapPolicy::Ignore) return std::nullopt;
  if (auto detail = closed(url, depth)) return detail;
  if (!is_spelled_too_often(url)) return std::nullopt;
  return fmt::format("spellings: more than {} of {}", limits_.max_spellings,
                     parser::url_spelling(url));
}

bool TrapBudgets::is_spelled_too_often(std::string_view url) {
  const std::string spelling = parser::url_spelling(url);
  if (spelling.empty()) return false;
  const std::uint64_t key = parser::fingerprint(spelling);
  const auto found = spellings_.find(key);
  if (found != spellings_.end()) {
    if (found->second >= limits_.max_spellings) return true;
    ++found->second;
  } else if (spellings_.size() < kMostSpellings) {
    spellings_.emplace(key, std::uint8_t{1});
  }
  return false;
}

std::optional<std::string> TrapBudgets::closed(std::string_view url, std::uint16_t depth) const {
  if (closed_ == 0) return std::nullopt;  // as in nearly every crawl: nothing is folded
  const std::string pattern = parser::url_pattern(url);
  const auto found = alike_.find(parser::fingerprint(pattern));
  if (found == alike_.end()) return std::nullopt;
  const bool is_over = depth > kShallow ? found->second.deep >= limits_.max_alike
                                        : found->second.all >= kShallowWeight * limits_.max_alike;
  if (!is_over) return std::nullopt;
  return fmt::format("pattern: more than {} pages alike of {}", limits_.max_alike, pattern);
}

bool TrapBudgets::page_read(std::string_view url, std::uint16_t depth, std::uint64_t shape) {
  if (limits_.policy == TrapPolicy::Ignore) return true;
  const std::string pattern = parser::url_pattern(url);
  if (pattern != url) {  // else nothing is folded: there is one such URL
    const std::uint64_t key = parser::fingerprint(pattern);
    const Alike* const alike = count(key ^ shape, key, depth);
    if (alike != nullptr && depth > kShallow && alike->deep == limits_.max_alike) ++closed_;
    if (alike != nullptr && alike->all == kShallowWeight * limits_.max_alike) ++closed_;
  }
  const std::uint64_t text = parser::fingerprint(origin_of(url)) ^ shape;
  const Alike* const same = count(text, text, depth);
  if (same == nullptr) return true;
  return depth > kShallow ? same->deep < limits_.max_same_text
                          : same->all < kShallowWeight * limits_.max_same_text;
}

TrapBudgets::Alike* TrapBudgets::count(std::uint64_t text, std::uint64_t key, std::uint16_t depth) {
  if (!shapes_.contains(text)) {
    if (shapes_.size() < kMostShapes) shapes_.insert(text);
    return nullptr;
  }
  Alike& alike = alike_[key];  // never more than there are shapes
  ++alike.all;
  if (depth > kShallow) ++alike.deep;
  return &alike;
}

}  // namespace skitter::crawler
