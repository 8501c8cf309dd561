#include "parser/url_shape.h"

#include <algorithm>
#include <array>
#include <vector>

#include "parser/ascii.h"
#include "parser/byte_search.h"
#include "parser/fingerprint.h"

namespace skitter::parser {
namespace {

constexpr std::size_t kHashDigits = 16;
constexpr std::size_t kRandomWord = 20;
constexpr std::size_t kUuidBytes = 36;
constexpr char kFold = '#';  // in no canonical URL before its fragment

constexpr std::array<std::string_view, 14> kSessionNames = {
    "phpsessid", "jsessionid",   "sessionid", "session_id", "session", "sessid", "sess_id",
    "sid",       "aspsessionid", "cfid",      "cftoken",    "oscsid",  "zenid",  "s_id",
};
constexpr std::string_view kPathSession = ";jsessionid=";

using ascii::is_digit;

bool is_hex(char c) noexcept {
  return ascii::hex_value(c) >= 0;
}

std::string lower_text(std::string_view text) {
  std::string all(text);
  std::transform(all.begin(), all.end(), all.begin(), ascii::to_lower);
  return all;
}

bool is_uuid(std::string_view text) noexcept {
  if (text.size() < kUuidBytes) return false;
  for (std::size_t i = 0; i < kUuidBytes; ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return text.size() == kUuidBytes || !ascii::is_alnum(text[kUuidBytes]);
}

bool is_random(std::string_view word) noexcept {
  const bool has_digit = std::any_of(word.begin(), word.end(), is_digit);
  if (!has_digit) return false;
  if (word.size() >= kHashDigits && std::all_of(word.begin(), word.end(), is_hex)) return true;
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  return word.size() >= kRandomWord && std::any_of(word.begin(), word.end(), is_lower) &&
         std::any_of(word.begin(), word.end(), is_upper);
}

// A word with each run of digits folded.
void fold_digits(std::string& out, std::string_view word) {
  while (true) {
    const char* const end = word.data() + word.size();
    const char* const digit = find_digit(word.data(), end);
    out.append(word.data(), digit);
    if (digit == end) return;
    out += kFold;
    word = {std::find_if_not(digit, end, is_digit), end};
  }
}

void fold(std::string& out, std::string_view text) {
  while (!text.empty()) {
    if (is_uuid(text)) {
      out += kFold;
      text.remove_prefix(kUuidBytes);
      continue;
    }
    if (text.front() == '%') {  // an escaped byte is a letter, not a number
      out += text.substr(0, 3);
      text.remove_prefix(std::min<std::size_t>(3, text.size()));
      continue;
    }
    const std::size_t size = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), ascii::is_alnum) - text.begin());
    const std::string_view word = text.substr(0, size);
    if (size == 0) {
      out += text.front();
    } else if (is_random(word)) {
      out += kFold;
    } else {
      fold_digits(out, word);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
}

bool is_session(std::string_view parameter) {
  const std::string name = lower_text(parameter.substr(0, parameter.find('=')));
  return std::find(kSessionNames.begin(), kSessionNames.end(), name) != kSessionNames.end();
}

struct Parts {
  std::string_view origin;                   // up to the path
  std::string path;                          // without a session id
  std::vector<std::string_view> parameters;  // in order, without session ids
  bool has_session = false;
};

// Where the path begins: after "scheme://host".
std::size_t path_begin(std::string_view url) {
  const std::size_t slashes = url.find("//");
  const std::size_t begin = slashes == std::string_view::npos ? 0 : slashes + 2;
  return std::min(url.find_first_of("/?", begin), url.size());
}

Parts take_apart(std::string_view url) {
  Parts parts;
  url = url.substr(0, url.find('#'));
  const std::size_t begin = path_begin(url);
  parts.origin = url.substr(0, begin);
  url.remove_prefix(begin);
  const std::size_t mark = std::min(url.find('?'), url.size());
  parts.path = url.substr(0, mark);
  const std::size_t session = lower_text(parts.path).find(kPathSession);
  if (session != std::string::npos) {
    const std::size_t end = parts.path.find_first_of("/;", session + kPathSession.size());
    parts.path.erase(session, end == std::string::npos ? end : end - session);
    parts.has_session = true;
  }
  std::string_view query = url.substr(std::min(mark + 1, url.size()));
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (is_session(parameter)) {
      parts.has_session = true;
    } else if (!parameter.empty()) {
      parts.parameters.push_back(parameter);
    }
  }
  std::sort(parts.parameters.begin(), parts.parameters.end());
  return parts;
}

std::string put_together(const Parts& parts, const std::string& path,
                         const std::vector<std::string>& parameters) {
  std::string all(parts.origin);
  all += path;
  char mark = '?';
  for (const std::string& parameter : parameters) {
    all += mark;
    all += parameter;
    mark = '&';
  }
  return all;
}

}  // namespace

std::string url_pattern(std::string_view url) {
  const Parts parts = take_apart(url);
  std::string path;
  fold(path, parts.path);
  std::vector<std::string> parameters;
  for (const std::string_view parameter : parts.parameters) {
    parameters.emplace_back();
    fold(parameters.back(), parameter);
  }
  std::sort(parameters.begin(), parameters.end());
  if (parts.has_session) parameters.emplace_back("session=#");
  return put_together(parts, path, parameters);
}

std::string url_spelling(std::string_view url) {
  const bool may_have_more = url.find_first_of("?;") != std::string_view::npos;
  if (!may_have_more) return {};
  const Parts parts = take_apart(url);
  if (!parts.has_session && parts.parameters.size() < 2) return {};
  return put_together(parts, parts.path, {parts.parameters.begin(), parts.parameters.end()});
}

bool has_session(std::string_view url) {
  return take_apart(url).has_session;
}

std::uint64_t text_shape(std::string_view text) {
  std::string folded;
  folded.reserve(std::min(text.size(), kShapeBytes));
  fold_digits(folded, text.substr(0, kShapeBytes));
  return fingerprint(folded);
}

}  // namespace skitter::parser
