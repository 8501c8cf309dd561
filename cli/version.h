#pragma once

#include <string>

namespace skitter::cli {

// "skitter 0.1.0" and, on a second line, the libraries that a bug report should name.
[[nodiscard]] std::string version_text();

}  // namespace skitter::cli
