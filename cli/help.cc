#include "cli/help.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

namespace skitter::cli {
namespace {

constexpr std::size_t kAboutColumn = 34;

std::string two_columns(const std::string& left, const std::string& right) {
  const bool too_long = left.size() + 2 > kAboutColumn;
  return too_long ? fmt::format("{}\n{:{}}{}\n", left, "", kAboutColumn, right)
                  : fmt::format("{:{}}{}\n", left, kAboutColumn, right);
}

std::string option_names(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : option.get_snames()) names += "-" + name + ", ";
  if (names.empty()) names = "    ";
  for (const std::string& name : option.get_lnames()) names += "--" + name + ", ";
  names.resize(names.find_last_not_of(", ") + 1);
  return names;
}

std::string option_line(const CLI::Option& option) {
  std::string left = "  " + option_names(option);
  std::string right = option.get_description();
  if (option.get_items_expected_max() > 0) {
    left += " " + option.get_type_name();
    if (!option.get_default_str().empty()) right += " [" + option.get_default_str() + "]";
  }
  return two_columns(left, right);
}

std::string usage(const CLI::App& app) {
  std::string line = "Usage: ";
  line += app.get_parent() != nullptr ? app.get_parent()->get_name() + " " : "";
  line += app.get_name();
  for (const CLI::Option* const option : app.get_options({})) {
    if (!option->get_positional()) continue;
    const bool many = option->get_items_expected_max() > 1;
    const std::string name = option->get_name(true, false);
    line += option->get_required() ? " " + name : " [" + name + "]";
    line += many ? "..." : "";
  }
  return line + (app.get_parent() == nullptr ? " SUBCOMMAND" : "") + " [OPTION]...\n";
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string /*name*/,
                                     CLI::AppFormatMode /*mode*/) const {
  std::string out = usage(*app) + app->get_description() + "\n";

  std::string positionals;
  std::vector<std::string> groups;
  for (const CLI::Option* const option : app->get_options({})) {
    if (option->get_positional()) {
      positionals += two_columns("  " + option->get_name(true, false), option->get_description());
    } else if (std::find(groups.begin(), groups.end(), option->get_group()) == groups.end()) {
      groups.push_back(option->get_group());
    }
  }
  if (!positionals.empty()) out += "\n" + positionals;

  // CLI11's own group holds --help: it comes last.
  std::stable_partition(groups.begin(), groups.end(),
                        [](const std::string& group) { return group != "Options"; });
  const auto subcommands = app->get_subcommands({});
  if (!subcommands.empty()) out += "\nSubcommands:\n";
  for (const CLI::App* const subcommand : subcommands) {
    out += two_columns("  " + subcommand->get_name(), subcommand->get_description());
  }
  for (const std::string& group : groups) {
    out += "\n" + group + ":\n";
    for (const CLI::Option* const option : app->get_options({})) {
      if (!option->get_positional() && option->get_group() == group) out += option_line(*option);
    }
  }
  if (!app->get_footer().empty()) out += "\n" + app->get_footer() + "\n";
  return out;
}

}  // namespace skitter::cli
