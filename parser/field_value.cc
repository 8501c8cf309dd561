#include "parser/field_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <vector>

#include "parser/ascii.h"
#include "parser/html_space.h"
#include "parser/http_date.h"

namespace skitter::parser {
namespace {

// More digits than this are no number that anybody reads as one.
constexpr std::size_t kMostDigits = 40;

// Bytes of a space that may part thousands: plain, no-break, narrow no-break, thin.
std::size_t space_size(std::string_view text) noexcept {
  for (const std::string_view space : {" ", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89", "'"}) {
    if (text.starts_with(space)) return space.size();
  }
  return 0;
}

bool has_three_digits(std::string_view text) noexcept {
  return text.size() >= 3 && std::all_of(text.begin(), text.begin() + 3, ascii::is_digit) &&
         (text.size() == 3 || !ascii::is_digit(text[3]));
}

// The digits and their points and commas, spaces between thousands left out.
std::string take_digits(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size() && out.size() < kMostDigits * 2) {
    const char c = text[at];
    const std::string_view rest = text.substr(at);
    const bool is_sign =
        (c == '.' || c == ',') && rest.size() > 1 && ascii::is_digit(rest[1]) && !out.empty();
    if (ascii::is_digit(c) || is_sign) {
      out += c;
      ++at;
    } else if (const std::size_t space = space_size(rest);
               space > 0 && has_three_digits(rest.substr(space))) {
      at += space;
    } else {
      break;
    }
  }
  return out;
}

// Where the fraction begins, the sign included; npos: there is none.
std::size_t decimal_sign(std::string_view digits) noexcept {
  const std::size_t point = digits.rfind('.');
  const std::size_t comma = digits.rfind(',');
  if (point != std::string_view::npos && comma != std::string_view::npos) {
    return std::max(point, comma);
  }
  const std::size_t last = point != std::string_view::npos ? point : comma;
  if (last == std::string_view::npos || digits.find(digits[last]) != last) {
    return std::string_view::npos;  // none, or several of it: thousands
  }
  const bool is_thousand = digits[last] == ',' && has_three_digits(digits.substr(last + 1));
  return is_thousand && last <= 3 ? std::string_view::npos : last;
}

bool has_minus_before(std::string_view before) noexcept {
  return before.ends_with('-') || before.ends_with("\xe2\x88\x92");
}

using std::chrono::year_month_day;

std::optional<year_month_day> make_date(unsigned year, unsigned month, unsigned day) {
  const year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                            std::chrono::day(day)};
  if (!date.ok() || year < 1000) return std::nullopt;
  return date;
}

void append_padded(std::string& out, unsigned value, std::size_t width) {
  const std::string digits = std::to_string(value);
  out.append(width - std::min(width, digits.size()), '0').append(digits);
}

std::string format_date(const year_month_day& date) {
  std::string out;
  append_padded(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  append_padded(out += '-', static_cast<unsigned>(date.month()), 2);
  append_padded(out += '-', static_cast<unsigned>(date.day()), 2);
  return out;
}

std::string format_time(long long unix_seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string out = format_date(year_month_day(day));
  append_padded(out += 'T', static_cast<unsigned>(clock.hours().count()), 2);
  append_padded(out += ':', static_cast<unsigned>(clock.minutes().count()), 2);
  append_padded(out += ':', static_cast<unsigned>(clock.seconds().count()), 2);
  return out + 'Z';
}

// 1 to 12; 0 for what is no month's name nor its first letters.
unsigned month_of(std::string_view word) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  if (word.size() < 3) return 0;
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (ascii::starts_with_ignore_case(kMonths[i], word)) return i + 1;
  }
  return 0;
}

struct DateParts {
  std::vector<std::string_view> numbers;
  unsigned month = 0;
  bool has_points = false;  // between its numbers
};

// The words of a short text: "Fri, May 17th, 2024" -> 17, 2024 and the fifth month.
DateParts split_date(std::string_view text) {
  constexpr std::size_t kMostWords = 8;
  DateParts parts;
  for (std::size_t at = 0, words = 0; at < text.size() && words < kMostWords;) {
    const bool is_number = ascii::is_digit(text[at]);
    const std::size_t begin = at;
    while (at < text.size() &&
           (is_number ? ascii::is_digit(text[at]) : ascii::is_alpha(text[at]))) {
      ++at;
    }
    if (at == begin) {
      ++at;
      continue;
    }
    ++words;
    const std::string_view word = text.substr(begin, at - begin);
    if (is_number) {
      parts.numbers.push_back(word);
      parts.has_points |= at < text.size() && text[at] == '.';
    } else if (parts.month == 0) {
      parts.month = month_of(word);
    }
  }
  return parts;
}

unsigned to_unsigned(std::string_view digits) noexcept {
  unsigned value = 0;
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), value);  // 4 digits at most
  return value;
}

std::optional<year_month_day> date_of(const DateParts& parts) {
  std::vector<unsigned> small;
  unsigned year = 0;
  bool year_is_first = false;
  for (const std::string_view digits : parts.numbers) {
    if (digits.size() == 4 && year == 0) {
      year = to_unsigned(digits);
      year_is_first = small.empty();
    } else if (digits.size() <= 2) {
      small.push_back(to_unsigned(digits));
    }
  }
  if (year == 0 || small.empty()) return std::nullopt;
  if (parts.month != 0) return make_date(year, parts.month, small[0]);
  if (small.size() < 2) return std::nullopt;
  if (year_is_first) return make_date(year, small[0], small[1]);
  if (parts.has_points) return make_date(year, small[1], small[0]);
  const auto day_first = make_date(year, small[1], small[0]);
  const auto month_first = make_date(year, small[0], small[1]);
  if (day_first && month_first && *day_first != *month_first) return std::nullopt;
  return day_first ? day_first : month_first;
}

}  // namespace

std::optional<std::string> parse_number(std::string_view text) {
  const auto first = std::find_if(text.begin(), text.end(), ascii::is_digit);
  const auto begin = static_cast<std::size_t>(first - text.begin());
  std::string digits = take_digits(text.substr(begin));
  if (digits.empty() || digits.size() > kMostDigits) return std::nullopt;
  const std::size_t sign = decimal_sign(digits);
  std::string whole = digits.substr(0, sign);
  std::erase_if(whole, [](char c) { return !ascii::is_digit(c); });
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  std::string out = has_minus_before(text.substr(0, begin)) ? "-" : "";
  out += whole;
  if (sign != std::string::npos) out += '.' + digits.substr(sign + 1);
  return out;
}

std::optional<std::string> parse_integer(std::string_view text) {
  auto number = parse_number(text);
  if (!number) return std::nullopt;
  const std::size_t point = number->find('.');
  if (point == std::string::npos) return number;
  if (number->find_first_not_of('0', point + 1) != std::string::npos) return std::nullopt;
  return number->substr(0, point);
}

std::optional<std::string> parse_date(std::string_view text) {
  text = trim_html_space(text);
  constexpr std::size_t kMostBytes = 64;
  if (text.empty() || text.size() > kMostBytes) return std::nullopt;
  const bool has_time = text.find(':') != std::string_view::npos;
  if (const auto iso = parse_iso_date(text)) {
    std::string out = format_time(*iso);
    if (!has_time) out.resize(out.find('T'));
    return out;
  }
  if (has_time) {
    // A year of two digits, which only RFC 850 has, is taken to be one up to 2020.
    if (const auto http = parse_http_date(text, 0)) return format_time(*http);
  }
  const auto date = date_of(split_date(text.substr(0, text.find(':'))));
  if (!date) return std::nullopt;
  return format_date(*date);
}

}  // namespace skitter::parser
