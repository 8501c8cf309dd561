#pragma once

#include "cli/command.h"

namespace skitter::cli {

// The whole program but for what main() does with exceptions: parses the arguments and runs the
// subcommand.
//
// Errors: UsageError, OptionsError, StorageError, OutputError, OutputClosed, std::exception.
[[nodiscard]] Exit run_program(int argc, const char* const* argv);

}  // namespace skitter::cli
