#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skitter::parser {

// A parsed robots.txt: which paths of one origin an agent may ask for.
//
// Total: any bytes give rules. The first kMaxBytes are read. Matching one path is linear in the
// length of the path times the number of rules, whatever the patterns.
//
// Thread:  any; immutable.
// Source:  RFC 9309 §2.2 (format, groups, matching), §2.5 (limits). Crawl-delay and Sitemap are
// conventions
//          outside it.
class RobotsRules {
 public:
  static constexpr std::size_t kMaxBytes =
      500 * 1024;  // RFC 9309 §2.5: at least this much is parsed

  struct Verdict {
    bool allowed = true;
    std::string_view rule;  // the line that decided ("Disallow: /x"); empty where no rule matched
  };

  // Keeps the groups that hold for `agent`, a product token ("skitter"), and those of "*".
  RobotsRules(std::string_view bytes, std::string_view agent);

  // `path_and_query` as in a serialised URL: "/a?b". "/robots.txt" itself is always allowed.
  [[nodiscard]] Verdict verdict(std::string_view path_and_query) const;
  [[nodiscard]] bool is_allowed(std::string_view path_and_query) const {
    return verdict(path_and_query).allowed;
  }
  [[nodiscard]] std::optional<std::chrono::milliseconds> crawl_delay() const noexcept;
  // As written, not resolved, in order, each once.
  [[nodiscard]] const std::vector<std::string>& sitemaps() const noexcept;
};

// What meta robots and X-Robots-Tag say to one agent.
struct RobotsDirectives {
  bool index = true;
  bool follow = true;
};

}  // namespace skitter::parser
