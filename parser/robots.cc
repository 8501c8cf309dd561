#include "parser/robots.h"

#include <string.h>  // memmem

#include <algorithm>
#include <unordered_set>

#include "parser/ascii.h"

namespace skitter::parser {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

enum class Key { UserAgent, Allow, Disallow, CrawlDelay, Sitemap, Other };

// The misspellings are those that Google's parser forgives: a site that wrote them meant them.
Key key_of(std::string_view word) noexcept {
  struct Spelling {
    std::string_view word;
    Key key;
  };
  static constexpr Spelling kSpellings[] = {
      {"user-agent", Key::UserAgent},
      {"disallow", Key::Disallow},
      {"allow", Key::Allow},
      {"sitemap", Key::Sitemap},
      {"crawl-delay", Key::CrawlDelay},
      {"useragent", Key::UserAgent},
      {"user agent", Key::UserAgent},
      {"dissallow", Key::Disallow},
      {"dissalow", Key::Disallow},
      {"disalow", Key::Disallow},
      {"diasllow", Key::Disallow},
      {"disallaw", Key::Disallow},
      {"site-map", Key::Sitemap},
      {"crawldelay", Key::CrawlDelay},
  };
  for (const auto& [spelling, key] : kSpellings) {
    if (ascii::equals_ignore_case(word, spelling)) return key;
  }
  return Key::Other;
}

struct Field {
  std::string_view key;
  std::string_view value;
};

// "key: value", without its comment. Without a colon the line counts where it is two words.
Field split_line(std::string_view line) noexcept {
  if (const auto colon = line.find(':'); colon != line.npos) {
    return {ascii::trim(line.substr(0, colon)), ascii::trim(line.substr(colon + 1))};
  }
  const auto space = std::find_if(line.begin(), line.end(), ascii::is_space);
  const auto key_size = static_cast<std::size_t>(space - line.begin());
  const std::string_view value = ascii::trim(line.substr(key_size));
  if (std::any_of(value.begin(), value.end(), ascii::is_space)) return {};
  return {line.substr(0, key_size), value};
}

// "5", "0.5", ".5": seconds. More than the cap is the cap plus a millisecond, so that it shows.
std::optional<std::chrono::milliseconds> parse_delay(std::string_view value) noexcept {
  constexpr auto kTooLong = RobotsRules::kMaxCrawlDelay + std::chrono::milliseconds(1);
  if (!std::any_of(value.begin(), value.end(), ascii::is_digit)) return std::nullopt;
  std::chrono::milliseconds::rep ms = 0;
  std::size_t i = 0;
  for (; i < value.size() && ascii::is_digit(value[i]); ++i) {
    ms = std::min(ms * 10 + (value[i] - '0') * 1000, kTooLong.count());
  }
  if (i < value.size() && value[i] == '.') {
    int unit_ms = 100;
    for (++i; i < value.size() && ascii::is_digit(value[i]); ++i, unit_ms /= 10) {
      ms += (value[i] - '0') * unit_ms;
    }
  }
  if (i != value.size()) return std::nullopt;
  return std::min(std::chrono::milliseconds(ms), kTooLong);
}

void append_encoded(std::string& out, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  out += '%';
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

bool is_unreserved(char c) noexcept {
  return ascii::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// Reserved characters stay as they came, so that %2F remains another thing than a slash.
bool is_kept(char c) noexcept {
  constexpr std::string_view kReserved = ":/?#[]@!&'()+,;=%";
  return is_unreserved(c) || kReserved.find(c) != kReserved.npos;
}

enum class Stars { Literal, Wild };

// The one spelling in which a path and a pattern are compared (RFC 9309 §2.2.2). A '*' or '$' that
// stands for itself is always encoded, which leaves the bare '*' to the patterns (§2.2.3).
void append_normalised(std::string& out, std::string_view text, Stars stars) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const int high = c == '%' && i + 2 < text.size() ? ascii::hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? ascii::hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      const auto decoded = static_cast<unsigned char>(high * 16 + low);
      if (is_unreserved(static_cast<char>(decoded))) {
        out += static_cast<char>(decoded);
      } else {
        append_encoded(out, decoded);
      }
      i += 2;
    } else if (is_kept(c) || (c == '*' && stars == Stars::Wild)) {
      out += c;
    } else {
      append_encoded(out, static_cast<unsigned char>(c));
    }
  }
}

// Each run between two stars is taken where it first occurs: no later place can help what follows.
// memmem is linear whatever the needle, so a rule costs at most the path and itself.
bool matches(std::string_view pattern, bool is_anchored, std::string_view path) noexcept {
  auto star = pattern.find('*');
  if (star == pattern.npos) {
    return is_anchored ? path == pattern : path.starts_with(pattern);
  }
  if (!path.starts_with(pattern.substr(0, star))) return false;
  path.remove_prefix(star);
  while (true) {
    pattern.remove_prefix(star + 1);
    star = pattern.find('*');
    const std::string_view run = pattern.substr(0, star);
    if (star == pattern.npos && is_anchored) return path.ends_with(run);
    const void* found = ::memmem(path.data(), path.size(), run.data(), run.size());
    if (found == nullptr) return false;
    if (star == pattern.npos) return true;
    path.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(found) - path.data()) +
                       run.size());
  }
}

std::uint32_t offset(std::size_t position) noexcept {
  return static_cast<std::uint32_t>(position);
}

}  // namespace

std::string_view product_token(std::string_view user_agent) noexcept {
  user_agent = ascii::trim(user_agent);
  std::size_t size = 0;
  while (size < user_agent.size() && (ascii::is_alnum(user_agent[size]) ||
                                      user_agent[size] == '-' || user_agent[size] == '_')) {
    ++size;
  }
  return user_agent.substr(0, size);
}

struct RobotsRules::Groups {
  bool is_named = false;  // an agent line named it, perhaps without one rule
  bool is_open = false;   // what is read now belongs to it
  std::string agent_lines;
  std::string rule_lines;
  std::string patterns;
  std::vector<Rule> rules;
  std::optional<std::chrono::milliseconds> delay;

  void add_agent(std::string_view line) {
    is_named = is_open = true;
    agent_lines.append(line) += '\n';
  }

  void add_rule(RuleKind kind, std::string_view line, std::string_view value) {
    const Range at{offset(rule_lines.size()), offset(line.size())};
    rule_lines.append(line) += '\n';
    if (value.empty()) return;  // "Disallow:" forbids nothing
    add_pattern(kind, at, value);
    // Who allows /a/index.html means the page that is served as /a/ too.
    if (const auto slash = value.rfind('/'); kind == RuleKind::Allow && slash != value.npos &&
                                             value.substr(slash).starts_with("/index.htm")) {
      add_pattern(kind, at, std::string(value.substr(0, slash + 1)) + '$');
    }
  }

  void add_pattern(RuleKind kind, Range line, std::string_view value) {
    Rule rule{.line = line, .pattern = {}, .is_anchored = value.ends_with('$'), .kind = kind};
    if (rule.is_anchored) value.remove_suffix(1);
    rule.pattern.begin = offset(patterns.size());
    append_normalised(patterns, value, Stars::Wild);
    rule.pattern.size = offset(patterns.size()) - rule.pattern.begin;
    rules.push_back(rule);
  }
};

// Reads the file line by line into the groups of the agent and those of "*", of which one is kept.
//
//   agent line* -> rule+ -> agent line ...   an agent line after a rule starts a new group;
//                                            other keys, blank lines and comments do not.
class RobotsRules::Reader {
 public:
  explicit Reader(std::string_view agent) : agent_(product_token(agent)) {}

  void read(std::string_view bytes) {
    const bool is_cut = bytes.size() > kMaxBytes;
    bytes = bytes.substr(0, kMaxBytes);
    // Half a mark is skipped too: the other half was lost by whoever wrote the file.
    std::size_t mark = 0;
    while (mark < kByteOrderMark.size() && mark < bytes.size() &&
           bytes[mark] == kByteOrderMark[mark]) {
      ++mark;
    }
    bytes.remove_prefix(mark);
    while (!bytes.empty()) {
      const auto end = bytes.find_first_of("\r\n");
      if (end == bytes.npos) {
        if (!is_cut) read_line(bytes);  // half of "Disallow: /x" would forbid more than was asked
        return;
      }
      read_line(bytes.substr(0, end));
      bytes.remove_prefix(end + 1);
    }
  }

  Groups& chosen() noexcept { return named_.is_named ? named_ : any_; }
  std::vector<std::string>& sitemaps() noexcept { return sitemaps_; }

 private:
  void read_line(std::string_view line) {
    line = ascii::trim(line.substr(0, line.find('#')));
    const auto [key, value] = split_line(line);
    switch (key_of(key)) {
      case Key::UserAgent:
        return begin_agent(line, value);
      case Key::Allow:
        return add_rule(RuleKind::Allow, line, value);
      case Key::Disallow:
        return add_rule(RuleKind::Disallow, line, value);
      case Key::CrawlDelay:
        return add_delay(value);
      case Key::Sitemap:
        if (!value.empty() && seen_sitemaps_.insert(value).second) sitemaps_.emplace_back(value);
        return;
      case Key::Other:
        return;
    }
  }

  void begin_agent(std::string_view line, std::string_view value) {
    if (is_after_rule_) named_.is_open = any_.is_open = false;
    is_after_rule_ = false;
    if (value.starts_with('*') && (value.size() == 1 || ascii::is_space(value[1]))) {
      any_.add_agent(line);
    } else if (!agent_.empty() && ascii::equals_ignore_case(product_token(value), agent_)) {
      named_.add_agent(line);
    }
  }

  void add_rule(RuleKind kind, std::string_view line, std::string_view value) {
    is_after_rule_ = true;
    for (Groups* groups : {&named_, &any_}) {
      if (groups->is_open) groups->add_rule(kind, line, value);
    }
  }

  void add_delay(std::string_view value) {
    const auto delay = parse_delay(value);
    for (Groups* groups : {&named_, &any_}) {
      if (groups->is_open && delay)
        groups->delay = std::max(groups->delay.value_or(*delay), *delay);
    }
  }

  std::string_view agent_;
  bool is_after_rule_ = false;
  Groups named_;
  Groups any_;
  std::vector<std::string> sitemaps_;
  std::unordered_set<std::string_view> seen_sitemaps_;  // into the bytes read
};

RobotsRules::RobotsRules(std::string_view bytes, std::string_view agent) {
  Reader reader(agent);
  reader.read(bytes);
  Groups& groups = reader.chosen();

  lines_.reserve(groups.agent_lines.size() + groups.rule_lines.size());
  rules_begin_ = groups.agent_lines.size();
  lines_.append(groups.agent_lines).append(groups.rule_lines);
  patterns_ = groups.patterns;  // copied: without the slack that grew with it
  rules_ = {groups.rules.begin(), groups.rules.end()};
  sitemaps_ = {reader.sitemaps().begin(), reader.sitemaps().end()};
  for (Rule& rule : rules_) rule.line.begin += offset(rules_begin_);
  std::stable_sort(rules_.begin(), rules_.end(), [](const Rule& a, const Rule& b) {
    if (a.octets() != b.octets()) return a.octets() > b.octets();
    return a.kind < b.kind;
  });
  if (groups.delay) {
    is_crawl_delay_capped_ = *groups.delay > kMaxCrawlDelay;
    crawl_delay_ = std::min(*groups.delay, kMaxCrawlDelay);
  }
}

RobotsRules::Verdict RobotsRules::verdict(std::string_view path_and_query) const {
  if (rules_.empty() || path_and_query == "/robots.txt") return {};
  std::string path;
  path.reserve(path_and_query.size());
  append_normalised(path, path_and_query, Stars::Literal);
  for (const Rule& rule : rules_) {
    const auto pattern = std::string_view(patterns_).substr(rule.pattern.begin, rule.pattern.size);
    if (matches(pattern, rule.is_anchored, path)) {
      return {rule.kind == RuleKind::Allow,
              std::string_view(lines_).substr(rule.line.begin, rule.line.size)};
    }
  }
  return {};
}

std::vector<std::string_view> RobotsRules::agent_lines() const {
  return lines_of(0, rules_begin_);
}

std::vector<std::string_view> RobotsRules::rule_lines() const {
  return lines_of(rules_begin_, lines_.size());
}

std::vector<std::string_view> RobotsRules::lines_of(std::size_t begin, std::size_t end) const {
  std::vector<std::string_view> result;
  for (std::string_view rest = std::string_view(lines_).substr(begin, end - begin);
       !rest.empty();) {
    const auto line_end = rest.find('\n');
    result.push_back(rest.substr(0, line_end));
    rest.remove_prefix(line_end + 1);
  }
  return result;
}

}  // namespace skitter::parser
