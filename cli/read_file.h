#pragma once

#include <string>

namespace skitter::cli {

// All of a file that the user named for `purpose` ("--robots-file"). Errors: UsageError.
[[nodiscard]] std::string read_file(const std::string& purpose, const std::string& path);

}  // namespace skitter::cli
