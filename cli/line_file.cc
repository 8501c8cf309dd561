#include "cli/line_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "cli/options.h"
#include "cli/output.h"

namespace skitter::cli {
namespace {

// How long the file is without what follows its last line break.
off_t end_of_lines(int fd, off_t size) {
  std::array<char, 4096> block{};
  off_t end = size;
  while (end > 0) {
    const off_t begin = end > static_cast<off_t>(block.size()) ? end - block.size() : 0;
    const ssize_t got = ::pread(fd, block.data(), static_cast<std::size_t>(end - begin), begin);
    if (got <= 0) return size;  // left as it is
    const std::string_view text(block.data(), static_cast<std::size_t>(got));
    const auto at = text.rfind('\n');
    if (at != std::string_view::npos) return begin + static_cast<off_t>(at) + 1;
    end = begin;
  }
  return 0;
}

}  // namespace

LineFile::LineFile(std::string path) : name_(std::move(path)) {
  if (name_ == "-") {
    name_ = "standard output";
    fd_ = STDOUT_FILENO;
    return;
  }
  struct stat status {};
  is_regular_ = ::stat(name_.c_str(), &status) != 0 || S_ISREG(status.st_mode);
  const int how = is_regular_ ? O_RDWR | O_CREAT : O_WRONLY;
  fd_ = ::open(name_.c_str(), how | O_APPEND | O_CLOEXEC, 0666);
  if (fd_ < 0) fail(errno);
  if (!is_regular_) return;
  char first = 0;
  const bool is_other = ::pread(fd_, &first, 1, 0) == 1 && first != '{';
  const bool is_taken = !is_other && ::flock(fd_, LOCK_EX | LOCK_NB) != 0;
  if (!is_other && !is_taken) return;
  (void)::close(fd_);
  throw UsageError(is_other ? fmt::format("--jsonl: {} is there and holds no JSON lines: name "
                                          "another file, or - for stdout",
                                          name_)
                            : fmt::format("--jsonl: another crawl is writing {}", name_));
}

LineFile::~LineFile() {
  if (fd_ != STDOUT_FILENO) (void)::close(fd_);
}

void LineFile::begin(Begin begin) {
  if (!is_regular_) return;
  struct stat status {};
  if (::fstat(fd_, &status) != 0) fail(errno);
  const off_t size = begin == Begin::Anew ? 0 : end_of_lines(fd_, status.st_size);
  if (size != status.st_size && ::ftruncate(fd_, size) != 0) fail(errno);
}

void LineFile::fail(int error) const {
  throw OutputError(fmt::format("--jsonl: cannot write {}: {}", name_, std::strerror(error)));
}

}  // namespace skitter::cli
