#include "cli/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/options.h"

namespace skitter::cli {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kNewFile = 0666;  // less the umask

[[noreturn]] void refuse(const std::string& path, std::string_view why) {
  throw OutputError(fmt::format("cannot write {}: {}", path, why));
}

// Behind symbolic links, also where the last one leads to a file that is not there yet.
std::string resolve_links(const std::string& path) {
  constexpr int kMostLinks = 40;  // as the kernel follows
  fs::path resolved = path;
  std::error_code error;
  for (int i = 0; i < kMostLinks && fs::is_symlink(resolved, error); ++i) {
    const fs::path target = fs::read_symlink(resolved, error);
    if (error) break;
    resolved = resolved.parent_path() / target;  // an absolute target stands alone
  }
  return resolved.string();
}

bool is_same_file(int fd, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

// Empty, and locked against a second program with the same wish.
int open_part(const std::string& part) {
  while (true) {
    const int fd = ::open(part.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kNewFile);
    if (fd < 0) refuse(part, std::strerror(errno));
    const bool is_locked = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (!is_locked && errno == EWOULDBLOCK) {
      (void)::close(fd);
      refuse(part, "another program is writing it: wait for its end, or name another file");
    }
    // Between open() and flock() whoever had it may have given it its name.
    if (is_same_file(fd, part)) {
      if (::ftruncate(fd, 0) == 0) return fd;
      const int error = errno;
      (void)::close(fd);
      refuse(part, std::strerror(error));
    }
    (void)::close(fd);
  }
}

}  // namespace

OutputFile::Opened OutputFile::open(const std::string& path) {
  Opened opened;
  opened.path = resolve_links(path);
  struct stat status {};
  const bool exists = ::stat(opened.path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) refuse(path, "it is a directory: name a file in it");
  // /dev/stdout may lead to a regular file, which the shell has opened.
  if (exists && (!S_ISREG(status.st_mode) || path.starts_with("/dev/"))) {
    opened.fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (opened.fd < 0) refuse(path, std::strerror(errno));
    return opened;
  }
  opened.part = opened.path + ".part";
  opened.fd = open_part(opened.part);
  if (exists) (void)::fchmod(opened.fd, status.st_mode & 07777);  // else it has the usual mode
  return opened;
}

OutputFile::OutputFile(Opened opened, const std::string& name)
    : opened_(std::move(opened)), output_(opened_.fd, name) {}

OutputFile::OutputFile(const std::string& path) : OutputFile(open(path), path) {}

OutputFile::~OutputFile() {
  if (!opened_.part.empty()) (void)::unlink(opened_.part.c_str());
  (void)::close(opened_.fd);  // what matters of it was said by commit()
}

void OutputFile::commit_as(const std::string& path) {
  opened_.path = resolve_links(path);
  commit();
}

void OutputFile::commit() {
  output_.flush();
  if (opened_.part.empty()) return;
  // Not in this order, a power cut could leave the name with nothing behind it.
  if (::fsync(opened_.fd) != 0 || ::rename(opened_.part.c_str(), opened_.path.c_str()) != 0) {
    refuse(opened_.path, std::strerror(errno));
  }
  opened_.part.clear();
}

void refuse_database(std::string_view command, const std::string& database,
                     const std::string& output) {
  for (const char* const suffix : {"", "-wal", "-shm"}) {
    std::error_code ignored;  // a file that is not there is no other's equal
    if (fs::equivalent(database + suffix, output, ignored)) {
      throw UsageError(fmt::format("{}: --output: {} is the database itself", command, output));
    }
  }
}

}  // namespace skitter::cli
