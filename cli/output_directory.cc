#include "cli/output_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/output.h"

namespace skitter::cli {
namespace {

namespace fs = std::filesystem;

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

OutputDirectory::OutputDirectory(std::string path, IsOwn is_own)
    : path_(without_slash(std::move(path))), part_(path_ + ".part"), is_own_(is_own) {
  std::error_code error;
  const fs::file_status status = fs::status(path_, error);
  if (fs::exists(status) && !fs::is_directory(status)) {
    throw OutputError(fmt::format("cannot write {}: it is no directory: name another", path_));
  }
  if (fs::exists(status) && !fs::is_empty(path_, error)) {
    throw OutputError(
        fmt::format("cannot write {}: it is not empty: remove it, or name another", path_));
  }
  lock();
  try {
    remove_own_files();
    if (!fs::is_empty(part_, error)) refuse(part_, "it holds files of somebody else: name another");
  } catch (const std::exception&) {
    (void)::close(fd_);
    throw;
  }
}

OutputDirectory::~OutputDirectory() {
  if (!part_.empty()) {
    try {
      remove_own_files();
    } catch (const std::exception&) {
      // What is left is removed by the next one, which can say why it cannot.
    }
    (void)::rmdir(part_.c_str());
  }
  (void)::close(fd_);
}

void OutputDirectory::refuse(const std::string& path, std::string_view why) {
  throw OutputError(fmt::format("cannot write {}: {}", path, why));
}

void OutputDirectory::lock() {
  if (::mkdir(part_.c_str(), 0777) != 0 && errno != EEXIST) refuse(part_, std::strerror(errno));
  fd_ = ::open(part_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd_ < 0) refuse(part_, std::strerror(errno));
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
  (void)::close(fd_);
  refuse(part_, "another program is writing it: wait for its end, or name another");
}

void OutputDirectory::remove_own_files() {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(part_, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (is_own_(name)) names.push_back(name);
  }
  if (error) refuse(part_, error.message());
  for (const std::string& name : names) {
    if (::unlinkat(fd_, name.c_str(), 0) != 0) refuse(part_ + "/" + name, std::strerror(errno));
  }
}

void OutputDirectory::add(const std::string& name, std::string_view text) {
  const std::string shown = part_ + "/" + name;
  const int file =
      ::openat(fd_, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file < 0) refuse(shown, std::strerror(errno));
  try {
    Output output(file, shown);
    output.write(text);
    output.flush();
  } catch (const OutputError&) {
    (void)::close(file);
    throw;
  }
  if (::close(file) != 0) refuse(shown, std::strerror(errno));
}

void OutputDirectory::commit() {
  // Not in this order, a power cut could leave the name with empty files behind it.
  if (::syncfs(fd_) != 0 || ::rename(part_.c_str(), path_.c_str()) != 0) {
    refuse(path_, std::strerror(errno));
  }
  part_.clear();
}

}  // namespace skitter::cli
