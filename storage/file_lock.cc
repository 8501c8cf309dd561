#include "storage/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/database.h"
#include "storage/schema.h"

namespace skitter::storage {
namespace {

using FileId = std::pair<dev_t, ino_t>;

struct LockedFiles {
  std::mutex mutex;
  std::set<FileId> ids;
};

LockedFiles& locked_files() {
  static LockedFiles files;
  return files;
}

FileId id_of(const struct stat& status) {
  return {status.st_dev, status.st_ino};
}

[[noreturn]] void refuse_open(const std::string& path, int error) {
  const std::string_view advice = [&]() -> std::string_view {
    switch (error) {
      case EISDIR:
        return "name a file in it, as in crawl.db";
      case ENOENT:
      case ENOTDIR:
        return "make its directory first";
      case EACCES:
      case EPERM:
      case EROFS:
        return "make it and its directory writable, or name another file with --output";
      default:
        return "name another file with --output";
    }
  }();
  throw StorageError(fmt::format("cannot write {}: {}: {}", path, std::strerror(error), advice));
}

[[noreturn]] void refuse_locked(const std::string& path) {
  throw StorageError(fmt::format(
      "another crawl is writing {}: wait for its end, or name another file with --output", path));
}

}  // namespace

FileLock::FileLock(const std::string& path) {
  const std::lock_guard lock(locked_files().mutex);
  std::set<FileId>& ids = locked_files().ids;
  while (true) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) {
      if (ids.contains(id_of(status))) refuse_locked(path);
      if (S_ISDIR(status.st_mode)) refuse_open(path, EISDIR);
      if (!S_ISREG(status.st_mode)) {
        throw StorageError(fmt::format(
            "cannot write {}: it is not a regular file: name another with --output", path));
      }
    }
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd_ < 0) refuse_open(path, errno);
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      release();
      if (error == EWOULDBLOCK) refuse_locked(path);
      throw StorageError(
          fmt::format("cannot lock {}: {}: use a local disk", path, std::strerror(error)));
    }
    // A crawl with --fresh may have replaced the file between open() and flock().
    struct stat opened {};
    if (::fstat(fd_, &opened) == 0 && ::stat(path.c_str(), &status) == 0 &&
        id_of(opened) == id_of(status)) {
      ids.insert(id_of(opened));
      return;
    }
    release();
  }
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ < 0) return;
  const std::lock_guard lock(locked_files().mutex);
  struct stat status {};
  if (::fstat(fd_, &status) == 0) locked_files().ids.erase(id_of(status));
  release();
}

void FileLock::release() noexcept {
  (void)::close(fd_);  // nothing was written through it
  fd_ = -1;
}

FileKind FileLock::kind() const {
  // The header's layout: "SQLite format 3\0" first, the application id at byte 68, big-endian. It
  // is always in the main file: the schema is made before the file is switched to a write-ahead
  // log.
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::array<char, 100> header{};
  const ssize_t size = ::pread(fd_, header.data(), header.size(), 0);
  if (size == 0) return FileKind::Empty;
  if (size < static_cast<ssize_t>(header.size()) ||
      std::string_view(header.data(), kMagic.size()) != kMagic) {
    return FileKind::NotADatabase;
  }
  std::uint32_t id = 0;
  for (std::size_t i = 68; i < 72; ++i) id = id << 8 | static_cast<unsigned char>(header[i]);
  return id == kApplicationId ? FileKind::Ours : FileKind::OtherDatabase;
}

void FileLock::remove(const std::string& path) const {
  // Behind a symbolic link it is the file that goes, and SQLite's side files stand beside that.
  const std::string file = std::filesystem::canonical(path).string();
  // The database last: a log left behind without it would be replayed into its successor.
  for (const char* suffix : {"-wal", "-shm", "-journal", ""}) {
    const std::string name = file + suffix;
    if (::unlink(name.c_str()) != 0 && errno != ENOENT) {
      throw StorageError(fmt::format("cannot remove {}: {}: make its directory writable", name,
                                     std::strerror(errno)));
    }
  }
}

}  // namespace skitter::storage
