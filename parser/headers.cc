#include "parser/headers.h"

#include <algorithm>
#include <limits>

#include "parser/ascii.h"

namespace skitter::parser {
namespace {

// RFC 9110 §5.6.2.
bool is_token_char(char c) noexcept {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return ascii::is_alnum(c) || kMarks.find(c) != kMarks.npos;
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_value_char(char c) noexcept {
  return c == '\t' || (c >= ' ' && c != '\x7F') || c < 0;
}

// Takes the value of a parameter off the front of `rest`, up to the ';' that ends it.
std::string take_parameter_value(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    const std::string_view plain = rest.substr(0, rest.find(';'));
    rest.remove_prefix(plain.size());
    return std::string(ascii::trim(plain));
  }
  std::size_t i = 1;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    value += rest[i];
  }
  rest.remove_prefix(std::min(rest.find(';', std::min(i, rest.size())), rest.size()));
  return value;
}

}  // namespace

void Headers::add_line(std::string_view line) {
  if (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
    return continue_line(ascii::trim(line));
  }
  is_last_kept_ = false;
  const auto colon = line.find(':');
  if (colon == line.npos) return;
  const std::string_view name = ascii::trim(line.substr(0, colon));
  const std::string_view value = ascii::trim(line.substr(colon + 1));
  if (!is_token(name) || text_.size() + name.size() + value.size() > kMaxBytes) return;
  fields_.push_back({static_cast<std::uint32_t>(text_.size()),
                     static_cast<std::uint32_t>(name.size()),
                     static_cast<std::uint32_t>(value.size())});
  text_.append(name).append(value);
  is_last_kept_ = true;
}

void Headers::continue_line(std::string_view value) {
  if (!is_last_kept_ || value.empty() || text_.size() + 1 + value.size() > kMaxBytes) return;
  Place& last = fields_.back();
  const std::size_t before = text_.size();
  if (last.value_size > 0) text_ += ' ';
  text_.append(value);
  last.value_size += static_cast<std::uint32_t>(text_.size() - before);
}

void Headers::clear() noexcept {
  text_.clear();
  fields_.clear();
  is_last_kept_ = false;
}

Headers::Field Headers::field_at(const Place& place) const noexcept {
  const std::string_view both = std::string_view(text_).substr(place.begin);
  return {both.substr(0, place.name_size), both.substr(place.name_size, place.value_size)};
}

std::string_view Headers::get(std::string_view name) const noexcept {
  for (const Place& place : fields_) {
    const auto [key, value] = field_at(place);
    if (ascii::equals_ignore_case(key, name)) return value;
  }
  return {};
}

std::vector<std::string_view> Headers::get_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Place& place : fields_) {
    const auto [key, value] = field_at(place);
    if (ascii::equals_ignore_case(key, name)) values.push_back(value);
  }
  return values;
}

std::vector<Headers::Field> Headers::fields() const {
  std::vector<Field> result;
  result.reserve(fields_.size());
  for (const Place& place : fields_) result.push_back(field_at(place));
  return result;
}

ContentType parse_content_type(std::string_view value) {
  value = ascii::trim(value);
  const std::string_view essence = ascii::trim(value.substr(0, value.find(';')));
  const auto slash = essence.find('/');
  if (slash == essence.npos || !is_token(essence.substr(0, slash)) ||
      !is_token(essence.substr(slash + 1))) {
    return {};
  }
  ContentType type{ascii::lower(essence), {}};
  std::string_view rest = value.substr(std::min(value.find(';'), value.size()));
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the ';'
    while (!rest.empty() && ascii::is_space(rest.front())) rest.remove_prefix(1);
    const std::string_view name = rest.substr(0, rest.find_first_of(";="));
    rest.remove_prefix(name.size());
    if (!rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    const bool is_quoted = rest.starts_with('"');
    std::string parameter = take_parameter_value(rest);
    if (!ascii::equals_ignore_case(name, "charset") || (parameter.empty() && !is_quoted) ||
        !std::all_of(parameter.begin(), parameter.end(), is_value_char)) {
      continue;
    }
    type.charset = std::move(parameter);
    return type;  // the first one counts
  }
  return type;
}

bool is_readable_type(std::string_view essence) noexcept {
  return essence.empty() || essence.starts_with("text/") || essence == "application/xml" ||
         essence.ends_with("+xml");
}

bool is_html_type(std::string_view essence) noexcept {
  return essence == "text/html" || essence == "application/xhtml+xml";
}

std::optional<long long> parse_retry_after(std::string_view value, long long now_unix) {
  constexpr long long kMost = std::numeric_limits<long long>::max();
  value = ascii::trim(value);
  if (!value.empty() && std::all_of(value.begin(), value.end(), ascii::is_digit)) {
    long long seconds = 0;
    for (const char c : value) {
      if (__builtin_mul_overflow(seconds, 10LL, &seconds) ||
          __builtin_add_overflow(seconds, static_cast<long long>(c - '0'), &seconds)) {
        return kMost;
      }
    }
    return seconds;
  }
  const auto date = parse_http_date(value, now_unix);
  if (!date) return std::nullopt;
  long long wait = 0;
  if (__builtin_sub_overflow(*date, now_unix, &wait)) return now_unix < 0 ? kMost : 0;
  return std::max(wait, 0LL);
}

}  // namespace skitter::parser
