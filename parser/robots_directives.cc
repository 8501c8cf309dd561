#include "parser/robots_directives.h"

#include <algorithm>
#include <optional>

#include "parser/ascii.h"
#include "parser/http_date.h"
#include "parser/robots.h"

namespace skitter::parser {
namespace {

constexpr std::string_view kUnavailableAfter = "unavailable_after";

struct Scoped {
  std::string_view word;  // before the colon; empty where there is none
  std::string_view rest;
};

Scoped split_at_colon(std::string_view element) noexcept {
  const auto colon = element.find(':');
  if (colon == element.npos) return {{}, element};
  return {ascii::trim(element.substr(0, colon)), ascii::trim(element.substr(colon + 1))};
}

// Directives with a value: what stands before their colon is not an agent.
bool takes_value(std::string_view word) noexcept {
  return ascii::equals_ignore_case(word, kUnavailableAfter) ||
         ascii::starts_with_ignore_case(word, "max-");
}

bool is_agent_name(std::string_view word) noexcept {
  return !word.empty() && (word == "*" || product_token(word) == word) && !takes_value(word);
}

// Takes the next element of a comma-separated list. A date may hold a comma after its weekday
// ("unavailable_after: Friday, 25-Jun-10 ..."): that one does not end the element.
std::string_view take_element(std::string_view& list) noexcept {
  auto end = list.find(',');
  const std::string_view word = split_at_colon(ascii::trim(list.substr(0, end))).word;
  const auto value = split_at_colon(list.substr(0, end)).rest;
  if (end != list.npos && ascii::equals_ignore_case(word, kUnavailableAfter) && !value.empty() &&
      std::all_of(value.begin(), value.end(), ascii::is_alpha)) {
    end = list.find(',', end + 1);
  }
  const std::string_view element = ascii::trim(list.substr(0, end));
  list.remove_prefix(end == list.npos ? list.size() : end + 1);
  return element;
}

bool is_printable(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool has_passed(std::string_view date, long long now_unix) {
  auto at = parse_http_date(date, now_unix);
  if (!at) at = parse_iso_date(date);
  return at && *at < now_unix;
}

}  // namespace

void RobotsDirectives::add_meta(std::string_view name, std::string_view content,
                                std::string_view agent, long long now_unix) {
  name = ascii::trim(name);
  if (!ascii::equals_ignore_case(name, "robots") &&
      !ascii::equals_ignore_case(name, product_token(agent))) {
    return;
  }
  while (!content.empty()) add(take_element(content), now_unix);
}

void RobotsDirectives::add_header(std::string_view value, std::string_view agent,
                                  long long now_unix) {
  bool is_for_us = true;
  while (!value.empty()) {
    std::string_view element = take_element(value);
    if (const auto [word, rest] = split_at_colon(element); is_agent_name(word)) {
      is_for_us = word == "*" || ascii::equals_ignore_case(word, product_token(agent));
      // The scope may be followed by a dated directive whose comma take_element() did not see.
      element = rest;
      if (ascii::equals_ignore_case(split_at_colon(rest).word, kUnavailableAfter)) {
        value = {rest.data(), static_cast<std::size_t>(value.data() + value.size() - rest.data())};
        element = take_element(value);
      }
    }
    if (is_for_us) add(element, now_unix);
  }
}

void RobotsDirectives::add(std::string_view directive, long long now_unix) {
  if (directive.empty()) return;
  const auto [word, value] = split_at_colon(directive);
  if (ascii::equals_ignore_case(word, kUnavailableAfter)) {
    if (has_passed(value, now_unix)) index = false;
  } else if (word.empty()) {
    // Some write "noindex nofollow", without the comma: each word counts.
    for (std::string_view rest = directive; !rest.empty();) {
      const auto end = static_cast<std::size_t>(
          std::find_if(rest.begin(), rest.end(), ascii::is_space) - rest.begin());
      const std::string_view one = rest.substr(0, end);
      const bool is_none = ascii::equals_ignore_case(one, "none");
      if (is_none || ascii::equals_ignore_case(one, "noindex")) index = false;
      if (is_none || ascii::equals_ignore_case(one, "nofollow")) follow = false;
      rest = ascii::trim(rest.substr(end));
    }
  }
  if (text.size() + 2 + directive.size() > kMaxTextBytes || !is_printable(directive)) return;
  if (!text.empty()) text += ", ";
  text += ascii::lower(directive);
}

bool rel_forbids_following(std::string_view rel) noexcept {
  while (!rel.empty()) {
    const auto end = static_cast<std::size_t>(
        std::find_if(rel.begin(), rel.end(), ascii::is_space) - rel.begin());
    if (ascii::equals_ignore_case(rel.substr(0, end), "nofollow")) return true;
    rel.remove_prefix(std::min(end + 1, rel.size()));
  }
  return false;
}

}  // namespace skitter::parser
