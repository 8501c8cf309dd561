#include "cli/program.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/config_file.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/suggest.h"
#include "cli/version.h"

namespace skitter::cli {
namespace {

constexpr const char* kAbout =
    "A concurrent web crawler and scraper: from a list of URLs to one SQLite file.";
constexpr const char* kFooter =
    "skitter SUBCOMMAND --help shows the options of each.\n"
    "Exit status: 0 finished; 1 internal error; 2 usage; 3 disk or database; 4 no seed could be\n"
    "fetched; 11 interrupted, 13 forced: the same command again goes on.";

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* const option : app.get_options({})) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
    for (const std::string& name : option->get_snames()) flags.push_back("-" + name);
  }
  return flags;
}

std::string did_you_mean(const std::string& given, const std::vector<std::string>& known) {
  const std::string near = nearest(given, known);
  return near.empty() ? "" : fmt::format("; did you mean {}?", near);
}

bool is_flag(const std::string& word) {
  return word.size() > 1 && word.starts_with('-');
}

std::string flag_name(const std::string& word) {
  return word.substr(0, word.find('='));
}

std::string unknown_flag(const CLI::App& app, const std::string& flag) {
  return fmt::format("unknown option {}{}", flag, did_you_mean(flag, flags_of(app)));
}

// A flag before the subcommand: one of a subcommand's, or none at all.
std::string misplaced_flag(const CLI::App& program, const std::string& flag) {
  for (const CLI::App* const subcommand : program.get_subcommands({})) {
    for (const std::string& known : flags_of(*subcommand)) {
      if (known == flag) {
        return fmt::format("{} belongs after the subcommand: skitter {} {}", flag,
                           subcommand->get_name(), flag);
      }
    }
  }
  return unknown_flag(program, flag);
}

std::string unknown_subcommand(const CLI::App& program, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* const subcommand : program.get_subcommands({})) {
    names.push_back(subcommand->get_name());
  }
  const std::string near = did_you_mean(word, names);
  return fmt::format("unknown subcommand {}{}", word, near.empty() ? "; see skitter --help" : near);
}

// What the parser could not place, if anything: of all mistakes the one to name first.
std::optional<std::string> leftover(const CLI::App& program) {
  for (const std::string& word : program.remaining()) {
    return is_flag(word) ? misplaced_flag(program, flag_name(word))
                         : unknown_subcommand(program, word);
  }
  const auto chosen = program.get_subcommands();
  if (chosen.empty()) return std::nullopt;
  const CLI::App& subcommand = *chosen.front();
  const auto words = subcommand.remaining();
  for (const std::string& word : words) {
    if (is_flag(word) && word != "--") {
      return fmt::format("{}: {}", subcommand.get_name(),
                         unknown_flag(subcommand, flag_name(word)));
    }
  }
  if (words.empty()) return std::nullopt;
  return fmt::format("{}: too many arguments: {}", subcommand.get_name(), words.back());
}

[[noreturn]] void fail_parsing(const CLI::App& program, const std::string& error) {
  if (const auto words = leftover(program)) throw UsageError(*words);
  const auto chosen = program.get_subcommands();
  if (chosen.empty()) throw UsageError("say what to do; see skitter --help");
  const std::string& name = chosen.front()->get_name();
  throw UsageError(fmt::format("{}: {}; see skitter {} --help", name, error, name));
}

void print(std::string_view text) {
  Output output(STDOUT_FILENO);
  output.write(text);
  output.flush();
}

void set_up(CLI::App& program, Run& run) {
  program.formatter(std::make_shared<HelpFormatter>());
  program.set_help_flag("-h,--help", "Show this help");
  program.set_version_flag("-V,--version", &version_text, "Show the version, and the libraries'");
  program.require_subcommand(1);
  add_crawl(program, run);
  add_query(program, run);
  add_search(program, run);
  add_why(program, run);
  add_report(program, run);
  add_export(program, run);
  add_import(program, run);
  add_extract(program, run);
  add_fetch(program, run);
  add_sitemap(program, run);
  add_robots(program, run);
  add_url(program, run);
  program.footer(kFooter);  // after the subcommands are made: they would inherit it
}

}  // namespace

Exit run_program(int argc, const char* const* argv) {
  CLI::App program(kAbout, "skitter");
  Run run;
  set_up(program, run);
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    print(program.help());
    return Exit::Finished;
  } catch (const CLI::CallForVersion& version) {
    print(std::string(version.what()) + "\n");
    return Exit::Finished;
  } catch (const CLI::ParseError& error) {
    fail_parsing(program, error.what());
  } catch (const UsageError& error) {
    fail_parsing(program, error.what());
  }

  CLI::App& chosen = *program.get_subcommands().front();
  if (const auto* const config = chosen.get_option_no_throw("--config");
      config != nullptr && config->count() > 0) {
    apply_config(chosen, config->results().back());
  }
  if (const auto* const wish = chosen.get_option_no_throw("--print-config");
      wish != nullptr && wish->count() > 0) {
    print(print_config(chosen));
    return Exit::Finished;
  }
  return run();
}

}  // namespace skitter::cli
