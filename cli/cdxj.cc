#include "cli/cdxj.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "cli/json.h"
#include "parser/ascii.h"

namespace skitter::cli {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

// "www.", "www2."
std::string_view without_www(std::string_view host) {
  constexpr std::string_view kWww = "www";
  if (!host.starts_with(kWww)) return host;
  std::size_t at = kWww.size();
  while (at < host.size() && parser::ascii::is_digit(host[at])) ++at;
  return at + 1 < host.size() && host[at] == '.' ? host.substr(at + 1) : host;
}

std::string host_key(std::string_view hostname) {
  if (hostname.starts_with('[')) return std::string(hostname);
  std::vector<std::string_view> labels = split(without_www(hostname), '.');
  std::reverse(labels.begin(), labels.end());
  return fmt::format("{}", fmt::join(labels, ","));
}

std::string digits_of(std::string_view date) {
  constexpr std::size_t kSeconds = 14;
  std::string digits;
  for (const char c : date) {
    if (parser::ascii::is_digit(c) && digits.size() < kSeconds) digits += c;
  }
  return digits;
}

}  // namespace

std::string surt(const parser::Url& url) {
  std::string key = host_key(url.hostname());
  if (!url.port().empty()) key += fmt::format(":{}", url.port());
  std::string_view path = url.pathname();
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  key += ")" + parser::ascii::lower(path);
  if (url.search().size() > 1) {
    const std::string query = parser::ascii::lower(url.search().substr(1));
    std::vector<std::string_view> parameters = split(query, '&');
    std::sort(parameters.begin(), parameters.end());
    key += fmt::format("?{}", fmt::join(parameters, "&"));
  }
  return key;
}

std::string cdxj_line(const parser::Url& url, const CdxjEntry& entry) {
  std::string line = fmt::format(
      R"({} {} {{"url":{},"mime":{},"status":"{}")", surt(url), digits_of(entry.date),
      json_string(url.href()), json_string(entry.mime.empty() ? "unk" : entry.mime), entry.status);
  if (!entry.digest.empty()) line += fmt::format(R"(,"digest":"{}")", entry.digest);
  return line + fmt::format(R"(,"length":"{}","offset":"{}","filename":{}}})", entry.length,
                            entry.offset, json_string(entry.filename));
}

std::string cdxj_path(std::string_view warc_path) {
  for (const std::string_view ending : {".warc.gz", ".warc", ".gz"}) {
    if (!warc_path.ends_with(ending)) continue;
    warc_path.remove_suffix(ending.size());
    break;
  }
  return std::string(warc_path) + ".cdxj";
}

}  // namespace skitter::cli
