#include "storage/free_space.h"

#include <sys/statvfs.h>

namespace skitter::storage {

std::optional<std::uint64_t> free_bytes(const std::string& path) noexcept {
  struct statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0) return std::nullopt;
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

}  // namespace skitter::storage
