#include "parser/http_date.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "parser/ascii.h"

namespace skitter::parser {
namespace {

constexpr long long kSecondsOfDay = 86'400;

struct Moment {
  long long year = 0;
  int month = 0;  // 1..12
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

// Days since 1970-01-01 in the Gregorian calendar. Years begin in March here, which puts the leap
// day at the end; 153 days make up five months from there, and 146,097 days 400 years.
long long days_since_1970(long long year, int month, int day) noexcept {
  if (month <= 2) --year;
  const long long era = (year >= 0 ? year : year - 399) / 400;
  const long long year_of_era = year - era * 400;
  const long long day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const long long day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

int days_of_month(long long year, int month) noexcept {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && is_leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

std::optional<long long> to_unix(const Moment& at) noexcept {
  if (at.month < 1 || at.month > 12 || at.day < 1 || at.day > days_of_month(at.year, at.month) ||
      at.hour > 23 || at.minute > 59 || at.second > 60) {
    return std::nullopt;
  }
  return days_since_1970(at.year, at.month, at.day) * kSecondsOfDay + at.hour * 3600 +
         at.minute * 60 + at.second;
}

// Digits only, `least` to `most` of them; -1 for anything else.
int parse_number(std::string_view text, std::size_t least, std::size_t most) noexcept {
  if (text.size() < least || text.size() > most) return -1;
  int number = 0;
  for (const char c : text) {
    if (!ascii::is_digit(c)) return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

int parse_month(std::string_view word) noexcept {
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (word.size() < 3) return 0;
  const char letters[] = {ascii::to_lower(word[0]), ascii::to_lower(word[1]),
                          ascii::to_lower(word[2])};
  for (std::size_t i = 0; i < kMonths.size(); i += 3) {
    if (kMonths.substr(i, 3) == std::string_view(letters, 3)) return static_cast<int>(i / 3) + 1;
  }
  return 0;
}

// "15:04:05", or "15:04".
bool parse_time(std::string_view text, Moment& at) noexcept {
  const auto first = text.find(':');
  if (first == text.npos) return false;
  const auto second = text.find(':', first + 1);
  at.hour = parse_number(text.substr(0, first), 1, 2);
  at.minute = parse_number(text.substr(first + 1, second - first - 1), 2, 2);
  at.second = second == text.npos ? 0 : parse_number(text.substr(second + 1), 2, 2);
  return at.hour >= 0 && at.minute >= 0 && at.second >= 0;
}

bool is_weekday(std::string_view word) noexcept {
  for (const std::string_view day :
       {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}) {
    if (ascii::equals_ignore_case(word, day) || ascii::equals_ignore_case(word, day.substr(0, 3))) {
      return true;
    }
  }
  return false;
}

// The words of a date, at most six: more is none. Separated by spaces, commas and hyphens.
struct Words {
  std::array<std::string_view, 6> at;
  std::size_t count = 0;
};

std::optional<Words> split(std::string_view value) noexcept {
  constexpr std::string_view kSeparators = " ,-\t";
  Words words;
  while (true) {
    const auto begin = value.find_first_not_of(kSeparators);
    if (begin == value.npos) return words;
    if (words.count == words.at.size()) return std::nullopt;
    value.remove_prefix(begin);
    const auto end = value.find_first_of(kSeparators);
    words.at[words.count++] = value.substr(0, end);
    value.remove_prefix(end == value.npos ? value.size() : end);
  }
}

// The year with these last two digits that is at most 50 years ahead (RFC 9110 §5.6.7).
long long full_year(int two_digits, long long now_unix) noexcept {
  const long long year_now =
      std::clamp(1970 + now_unix / (kSecondsOfDay * 146'097 / 400), 1970LL, 9999LL);
  long long year = year_now - year_now % 100 + two_digits;
  if (year > year_now + 50) year -= 100;
  return year;
}

// "Z", "+02:00", "-0500", "": seconds east of UTC.
std::optional<int> parse_offset(std::string_view zone) noexcept {
  if (zone.empty() || ascii::equals_ignore_case(zone, "z")) return 0;
  const char sign = zone.front();
  zone.remove_prefix(1);
  if ((sign != '+' && sign != '-') || zone.size() < 4) return std::nullopt;
  const int hours = parse_number(zone.substr(0, 2), 2, 2);
  const int minutes = parse_number(zone.substr(zone[2] == ':' ? 3 : 2), 2, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
}

}  // namespace

std::optional<long long> parse_http_date(std::string_view value, long long now_unix) {
  const auto words = split(ascii::trim(value));
  if (!words) return std::nullopt;
  std::size_t next = words->count > 0 && is_weekday(words->at[0]) ? 1 : 0;
  const auto take = [&] { return next < words->count ? words->at[next++] : std::string_view(); };

  Moment at;
  std::string_view year;
  const std::string_view first = take();
  if (const int month = parse_month(first); month != 0) {  // asctime: Nov  6 08:49:37 1994
    at.month = month;
    at.day = parse_number(take(), 1, 2);
    if (!parse_time(take(), at)) return std::nullopt;
    year = take();
  } else {  // 06 Nov 1994 08:49:37 GMT, 06-Nov-94 08:49:37 GMT
    at.day = parse_number(first, 1, 2);
    at.month = parse_month(take());
    year = take();
    if (!parse_time(take(), at)) return std::nullopt;
  }
  const std::string_view zone = take();
  if (next != words->count || (!zone.empty() && !ascii::equals_ignore_case(zone, "GMT") &&
                               !ascii::equals_ignore_case(zone, "UTC"))) {
    return std::nullopt;
  }
  const int digits = parse_number(year, 2, 4);
  if (digits < 0 || year.size() == 3) return std::nullopt;
  at.year = year.size() == 2 ? full_year(digits, now_unix) : digits;
  return to_unix(at);
}

std::optional<long long> parse_iso_date(std::string_view value) {
  value = ascii::trim(value);
  if (value.size() < 10 || value[4] != '-' || value[7] != '-') return std::nullopt;
  Moment at;
  at.year = parse_number(value.substr(0, 4), 4, 4);
  at.month = parse_number(value.substr(5, 2), 2, 2);
  at.day = parse_number(value.substr(8, 2), 2, 2);
  if (at.year < 0) return std::nullopt;
  value.remove_prefix(10);
  if (value.empty()) return to_unix(at);

  if (value.front() != 'T' && value.front() != 't' && value.front() != ' ') return std::nullopt;
  value.remove_prefix(1);
  auto time_end = value.find_first_not_of("0123456789:");
  const std::string_view time = value.substr(0, time_end);
  if (time_end != value.npos && value[time_end] == '.') {  // fractions of a second are dropped
    time_end = value.find_first_not_of("0123456789", time_end + 1);
  }
  const auto offset =
      parse_offset(time_end == value.npos ? std::string_view() : value.substr(time_end));
  if (!parse_time(time, at) || !offset) return std::nullopt;
  const auto local = to_unix(at);
  return local ? std::optional(*local - *offset) : std::nullopt;
}

}  // namespace skitter::parser
