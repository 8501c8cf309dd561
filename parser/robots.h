#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/robots_directives.h"

namespace skitter::parser {

// The product token at the front of a user agent: "skitter/1.0 (+http://...)" -> "skitter".
[[nodiscard]] std::string_view product_token(std::string_view user_agent) noexcept;

// A parsed robots.txt: which paths of one origin an agent may ask for.
//
// Total: any bytes give rules. The first kMaxBytes are read, and a line cut by that limit is
// dropped. Matching one path is linear in the length of the path times the number of rules,
// whatever the patterns.
//
// Owns:    the lines of the groups that hold for the agent, and nothing of the others: an empty
//          file costs sizeof(RobotsRules).
// Thread:  any; immutable.
// Source:  RFC 9309 §2.2 (format, groups, matching), §2.5 (limits). Crawl-delay and Sitemap are
//          conventions outside it; misspelt keys, a missing colon and index.html as in Google's
//          parser.
class RobotsRules {
 public:
  // RFC 9309 §2.5: at least this much is parsed.
  static constexpr std::size_t kMaxBytes = 500 * 1024;
  static constexpr std::chrono::milliseconds kMaxCrawlDelay{300'000};

  struct Verdict {
    bool allowed = true;
    // The line that decided ("Disallow: /x"); empty where no rule matched. Into these rules.
    std::string_view rule;
  };

  // Keeps the groups that name `agent`, a product token ("skitter"); where none does, those of "*".
  RobotsRules(std::string_view bytes, std::string_view agent);

  // `path_and_query` as in a serialised URL: "/a?b". "/robots.txt" itself is always allowed.
  [[nodiscard]] Verdict verdict(std::string_view path_and_query) const;
  [[nodiscard]] bool is_allowed(std::string_view path_and_query) const {
    return verdict(path_and_query).allowed;
  }

  // The longest delay that the groups ask for, at most kMaxCrawlDelay.
  [[nodiscard]] std::optional<std::chrono::milliseconds> crawl_delay() const noexcept {
    return crawl_delay_;
  }
  // True where the file asked for more than kMaxCrawlDelay.
  [[nodiscard]] bool is_crawl_delay_capped() const noexcept { return is_crawl_delay_capped_; }

  // As written, not resolved, in order, each once.
  [[nodiscard]] const std::vector<std::string>& sitemaps() const noexcept { return sitemaps_; }

  // The lines of the groups that hold, as written and in order: those that name the agent
  // ("User-agent: *") and the rules ("Disallow: /x", also without effect). Into these rules.
  [[nodiscard]] std::vector<std::string_view> agent_lines() const;
  [[nodiscard]] std::vector<std::string_view> rule_lines() const;

 private:
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };
  enum class RuleKind : std::uint8_t { Allow, Disallow };
  struct Rule {
    Range line;     // in lines_
    Range pattern;  // in patterns_: normalised, '*' for any run, without the '$'
    bool is_anchored = false;
    RuleKind kind = RuleKind::Disallow;

    [[nodiscard]] std::size_t octets() const noexcept { return pattern.size + is_anchored; }
  };
  // What the groups of one agent say, while the file is read.
  struct Groups;
  class Reader;

  [[nodiscard]] std::vector<std::string_view> lines_of(std::size_t begin, std::size_t end) const;

  std::string lines_;            // the agent lines, then the rule lines, each ended by '\n'
  std::size_t rules_begin_ = 0;  // where the rule lines start
  std::string patterns_;
  std::vector<Rule> rules_;  // the first that matches decides: longest first, Allow before Disallow
  std::vector<std::string> sitemaps_;
  std::optional<std::chrono::milliseconds> crawl_delay_;
  bool is_crawl_delay_capped_ = false;
};

}  // namespace skitter::parser
