#include "cli/read_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/options.h"

namespace skitter::cli {

std::string read_file(const std::string& purpose, const std::string& path) {
  std::error_code ignored;  // opening it tells more
  if (std::filesystem::is_directory(path, ignored)) {
    throw UsageError(fmt::format("{}: {} is a directory", purpose, path));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw UsageError(fmt::format("{}: cannot read {}: {}", purpose, path, std::strerror(errno)));
  }
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (file.bad()) throw UsageError(fmt::format("{}: cannot read {} to its end", purpose, path));
  return bytes;
}

}  // namespace skitter::cli
