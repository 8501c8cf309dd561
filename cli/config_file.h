#pragma once

#include <string>

namespace CLI {
class App;
}

namespace skitter::cli {

// A configuration file: a subcommand's long flags as keys, on top or in a table of the subcommand's
// name. What the command line has set stays. Call it when the command line has been parsed.
//
// Errors: UsageError with file and line.
void apply_config(CLI::App& subcommand, const std::string& path);

// The options in force as such a file; those that are not set stand as comments.
[[nodiscard]] std::string print_config(const CLI::App& subcommand);

}  // namespace skitter::cli
