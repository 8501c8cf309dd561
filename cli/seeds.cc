#include "cli/seeds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "cli/text.h"

namespace skitter::cli {
namespace {

constexpr std::size_t kShownText = 80;  // of a bad line, in its message

bool is_alpha(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// "mailto:x" and "ftp://x" have a scheme; in "localhost:8080/x" the colon stands before a port.
bool has_scheme(std::string_view text) noexcept {
  if (text.empty() || !is_alpha(text.front())) return false;
  const std::size_t colon = text.find_first_of(":/?#");
  if (colon == std::string_view::npos || text[colon] != ':') return false;
  if (text.substr(colon).starts_with("://")) return true;
  return colon + 1 == text.size() || !is_digit(text[colon + 1]);
}

enum class HostForm { None, Local, Name };

HostForm host_form(std::string_view text) noexcept {
  if (text.starts_with('[')) return HostForm::Local;  // an IPv6 address
  const std::string_view host = text.substr(0, text.find_first_of(":/?#"));
  if (host == "localhost" || host.ends_with(".localhost")) return HostForm::Local;
  if (host.find_first_of(" \t") != std::string_view::npos || host.starts_with('.')) {
    return HostForm::None;
  }
  const std::size_t dot = host.find('.');
  if (dot == std::string_view::npos || dot + 1 == host.size()) return HostForm::None;
  return host.find_first_not_of("0123456789.") == std::string_view::npos ? HostForm::Local
                                                                         : HostForm::Name;
}

// "seeds.txt" has the form of a host, but no host ends so: a file was meant.
bool names_a_list(std::string_view text) noexcept {
  if (text.find('/') != std::string_view::npos) return false;
  for (const std::string_view ending : {".txt", ".csv", ".tsv", ".lst", ".list"}) {
    if (text.ends_with(ending)) return true;
  }
  return false;
}

void add_seed(std::string_view text, const std::string& place, Seeds& into) {
  std::string why_not;
  if (auto url = parse_typed_url(text, why_not)) {
    into.urls.push_back(std::move(*url));
  } else {
    into.problems.push_back(
        fmt::format("{}{}: {}", place, fit(printable(text), kShownText), why_not));
  }
}

void read_seed_file(const std::string& path, Seeds& into) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    into.problems.push_back(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
    return;
  }
  read_seed_lines(file, path, into);
  if (file.bad()) into.problems.push_back(path + ": cannot be read to its end");
}

}  // namespace

std::optional<parser::Url> parse_typed_url(std::string_view text, std::string& why_not) {
  std::string full(text);
  if (!has_scheme(text)) {
    const HostForm form = host_form(text);
    if (form == HostForm::None) {
      why_not = "no URL; write https://HOST/PATH";
      return std::nullopt;
    }
    full.insert(0, form == HostForm::Local ? "http://" : "https://");
  }
  auto url = parser::parse_url(full);
  if (!url) {
    why_not = "no valid URL";
  } else if (!url->is_http()) {
    why_not = "only http and https URLs can be fetched";
    url.reset();
  }
  return url;
}

void read_seed_lines(std::istream& lines, const std::string& name, Seeds& into) {
  std::string raw;
  for (std::size_t number = 1; std::getline(lines, raw); ++number) {
    std::string_view line = raw;
    if (number == 1 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
    line = trim(line);
    if (line.starts_with('#')) continue;
    line = trim(line.substr(0, std::min(line.find(" #"), line.find("\t#"))));
    if (!line.empty()) add_seed(line, fmt::format("{}:{}: ", name, number), into);
  }
}

Seeds read_seeds(std::span<const std::string> arguments, std::istream& standard_input) {
  Seeds seeds;
  for (const std::string& argument : arguments) {
    std::error_code ignored;  // what cannot be looked at is taken for a URL
    const auto status = std::filesystem::status(argument, ignored);
    const bool is_file = std::filesystem::exists(status) && !std::filesystem::is_directory(status);
    if (argument == "-") {
      read_seed_lines(standard_input, "stdin", seeds);
    } else if (is_file) {
      read_seed_file(argument, seeds);
    } else if (!has_scheme(argument) &&
               (host_form(argument) == HostForm::None || names_a_list(argument))) {
      const bool is_directory = std::filesystem::is_directory(status);
      seeds.problems.push_back(argument + (is_directory ? ": a directory, not a file of URLs"
                                                        : ": no such file, and no URL"));
    } else {
      add_seed(argument, "", seeds);
    }
  }
  return seeds;
}

}  // namespace skitter::cli
