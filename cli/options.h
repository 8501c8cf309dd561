#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/output.h"
#include "crawler/options.h"
#include "parser/html.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace skitter::cli {

// The user asked for what cannot be done: what, where, what to do. Exit status 2.
class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Options are declared with the variable they set, which holds the default until then and must
// outlive the parsing. The last one given wins, except for lists, which keep all. Errors:
// UsageError while parsing.

struct OptionText {
  const char* names;  // "-c,--concurrency"
  const char* about;
  const char* group;
};

CLI::Option* add_flag(CLI::App& app, const OptionText& text, std::function<void()> set);
// `set` throws UsageError with words that make a sentence with the option's name before them.
CLI::Option* add_value(CLI::App& app, const OptionText& text, const char* type,
                       const std::string& shown_default,
                       std::function<void(const std::string&)> set);
CLI::Option* add_text(CLI::App& app, const OptionText& text, const char* type, std::string& into);
CLI::Option* add_list(CLI::App& app, const OptionText& text, const char* type,
                      std::vector<std::string>& into);
CLI::Option* add_duration(CLI::App& app, const OptionText& text, std::chrono::milliseconds& into);
CLI::Option* add_duration(CLI::App& app, const OptionText& text,
                          std::optional<std::chrono::milliseconds>& into);
CLI::Option* add_size(CLI::App& app, const OptionText& text, std::uint64_t& into);  // above 0
CLI::Option* add_size_or_none(CLI::App& app, const OptionText& text, std::uint64_t& into);

struct CountRange {
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::int64_t>::max();
};
// A whole number in the range; throws UsageError.
[[nodiscard]] std::uint64_t parse_count(const std::string& text, const CountRange& range);

template <std::unsigned_integral Count>
CLI::Option* add_count(CLI::App& app, const OptionText& text, const CountRange& range,
                       Count& into) {
  return add_value(app, text, "N", std::to_string(into), [&into, range](const std::string& given) {
    into = static_cast<Count>(parse_count(given, range));
  });
}
template <std::unsigned_integral Count>
CLI::Option* add_count(CLI::App& app, const OptionText& text, const CountRange& range,
                       std::optional<Count>& into) {
  return add_value(app, text, "N", "", [&into, range](const std::string& given) {
    into = static_cast<Count>(parse_count(given, range));
  });
}

template <typename Word>
using Words = std::span<const std::pair<std::string_view, Word>>;

// "host|domain|any"
[[nodiscard]] std::string join_words(std::span<const std::string_view> words);

// One word out of a closed list.
template <typename Word>
CLI::Option* add_choice(CLI::App& app, const OptionText& text, Words<Word> words, Word& into) {
  std::vector<std::string_view> names;
  std::string shown_default;
  for (const auto& [name, value] : words) {
    names.push_back(name);
    if (value == into) shown_default = name;
  }
  const std::string type = join_words(names);
  const auto set = [&into, words, type](const std::string& given) {
    for (const auto& [name, value] : words) {
      if (given != name) continue;
      into = value;
      return;
    }
    throw UsageError("'" + given + "' is none of " + type);
  };
  return add_value(app, text, type.c_str(), shown_default, set);
}

// How a page is read: for `crawl` and `fetch`.
inline constexpr std::array<std::pair<std::string_view, parser::ParseMode>, 2> kParseModes = {{
    {"scan", parser::ParseMode::Scan},
    {"tree", parser::ParseMode::Tree},
}};
void add_parse_timeout(CLI::App& app, const char* group, std::chrono::milliseconds& into);
void add_parse_mode(CLI::App& app, const char* group, parser::ParseMode& into);

// What one transfer may cost and carry: the same flags for `crawl`, `fetch` and `robots`.
void add_transfer_options(CLI::App& app, crawler::TransferOptions& options);

// --config and --print-config, for every subcommand that has options.
void add_config_options(CLI::App& app);

}  // namespace skitter::cli
