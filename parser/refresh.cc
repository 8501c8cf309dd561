#include "parser/refresh.h"

#include "parser/ascii.h"
#include "parser/html_space.h"

namespace skitter::parser {
namespace {

constexpr std::int64_t kMaxSeconds = 1'000'000'000;  // where longer waits stop counting

// Step 11: behind "url =", or all of `text` where that is not what it begins with.
std::string_view skip_url_word(std::string_view text) noexcept {
  if (!ascii::starts_with_ignore_case(text, "url")) return text;
  const std::string_view rest = skip_html_space(text.substr(3));
  return rest.starts_with('=') ? skip_html_space(rest.substr(1)) : text;
}

std::string_view unquote(std::string_view text) noexcept {
  if (!text.starts_with('"') && !text.starts_with('\'')) return text;
  const char quote = text.front();
  text.remove_prefix(1);
  return text.substr(0, text.find(quote));
}

}  // namespace

std::optional<Refresh> parse_refresh(std::string_view value) noexcept {
  Refresh refresh;
  value = skip_html_space(value);
  if (value.empty() || (!ascii::is_digit(value.front()) && value.front() != '.'))
    return std::nullopt;
  for (; !value.empty() && ascii::is_digit(value.front()); value.remove_prefix(1)) {
    refresh.seconds = refresh.seconds * 10 + (value.front() - '0');
    if (refresh.seconds > kMaxSeconds) refresh.seconds = kMaxSeconds;
  }
  while (!value.empty() && (ascii::is_digit(value.front()) || value.front() == '.'))
    value.remove_prefix(1);
  if (value.empty()) return refresh;
  if (value.front() != ';' && value.front() != ',' && !is_html_space(value.front()))
    return std::nullopt;
  value = skip_html_space(value);
  if (value.starts_with(';') || value.starts_with(',')) value.remove_prefix(1);
  value = skip_html_space(value);
  if (!value.empty()) refresh.url = unquote(skip_url_word(value));
  return refresh;
}

}  // namespace skitter::parser
