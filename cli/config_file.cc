#include "cli/config_file.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/read_file.h"
#include "cli/suggest.h"
#include "cli/toml.h"

namespace skitter::cli {
namespace {

bool is_flag(const CLI::Option& option) {
  return option.get_items_expected_max() == 0;
}
bool is_list(const CLI::Option& option) {
  return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}
bool is_setting(const CLI::Option& option) {
  return option.get_configurable() && !option.get_lnames().empty();
}

CLI::Option& find_option(CLI::App& subcommand, const std::string& key) {
  std::vector<std::string> known;
  for (CLI::Option* const option : subcommand.get_options()) {
    if (!is_setting(*option)) continue;
    for (const std::string& name : option->get_lnames()) {
      if (name == key) return *option;
      known.push_back(name);
    }
  }
  const std::string near = nearest(key, known);
  throw UsageError(fmt::format("skitter {} has no option '{}'{}", subcommand.get_name(), key,
                               near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
}

void apply(CLI::Option& option, const TomlEntry& entry) {
  if (is_flag(option)) {
    if (entry.kind != TomlKind::Boolean) throw UsageError(entry.key + " is true or false");
    if (entry.values.front() == "false") return;
  } else if (entry.kind == TomlKind::Boolean) {
    throw UsageError(entry.key + " takes a value, not true or false");
  } else if (entry.kind == TomlKind::Array && !is_list(option)) {
    throw UsageError(entry.key + " takes one value");
  }
  for (const std::string& value : entry.values) option.add_result(value);
  if (option.count() > 0) option.run_callback();
}

void check_table(const CLI::App& subcommand, const std::string& table) {
  if (table.empty()) return;
  for (const CLI::App* const other : subcommand.get_parent()->get_subcommands({})) {
    if (other->get_name() == table) return;
  }
  throw UsageError(fmt::format("[{}] is no subcommand of skitter", table));
}

std::string toml_value(const CLI::Option& option, const std::string& value) {
  return option.get_type_name() == "N" ? value : toml_string(value);
}

std::string setting_line(const CLI::Option& option) {
  const std::string& name = option.get_lnames().front();
  if (is_flag(option)) return fmt::format("{} = {}", name, option.count() > 0);
  if (is_list(option)) {
    std::string values;
    for (const std::string& value : option.results()) {
      values += (values.empty() ? "" : ", ") + toml_value(option, value);
    }
    return fmt::format("{} = [{}]", name, values);
  }
  const std::string value = option.count() > 0 ? option.results().back() : option.get_default_str();
  if (value.empty() && option.count() == 0) return fmt::format("# {} is not set", name);
  return fmt::format("{} = {}", name, toml_value(option, value));
}

}  // namespace

void apply_config(CLI::App& subcommand, const std::string& path) {
  const std::string text = read_file("--config", path);
  int line = 0;
  try {
    const std::vector<TomlEntry> entries = parse_toml(text);
    // First come, first served: the subcommand's own table is more to the point than the top.
    for (const std::string& table : {subcommand.get_name(), std::string()}) {
      for (const TomlEntry& entry : entries) {
        line = entry.line;
        check_table(subcommand, entry.table);
        if (entry.table != table) continue;
        CLI::Option& option = find_option(subcommand, entry.key);
        if (option.count() == 0) apply(option, entry);
      }
    }
  } catch (const TomlError& error) {
    throw UsageError(fmt::format("{}:{}: {}", path, error.line(), error.what()));
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("{}:{}: {}", path, line, error.what()));
  }
}

std::string print_config(const CLI::App& subcommand) {
  std::string out = fmt::format("[{}]\n", subcommand.get_name());
  for (const CLI::Option* const option : subcommand.get_options({})) {
    if (!is_setting(*option) || option == subcommand.get_help_ptr()) continue;
    out += setting_line(*option) + "\n";
  }
  return out;
}

}  // namespace skitter::cli
