#pragma once

#include <string>

namespace skitter::storage {

// Whose file it is, by its first 100 bytes.
enum class FileKind { Empty, Ours, OtherDatabase, NotADatabase };

// Keeps a second crawl off a database file: a flock() on a descriptor of its own, which SQLite's
// POSIX locks neither see nor disturb, and which ends with the process however that dies.
//
// Closing any descriptor of a file drops all POSIX locks that the process holds on it, SQLite's
// too. So it must outlive the connection, and the files locked by this process are kept in a list:
// a second opener is refused before it has opened anything.
//
// Owns:    the descriptor. Creates the file where there is none.
// Thread:  any one at a time; making them may be concurrent.
// Errors:  StorageError: cannot be opened for writing, not a regular file, locked.
class FileLock {
 public:
  explicit FileLock(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  [[nodiscard]] FileKind kind() const;
  // Takes the name `path` off this file, which stays locked until the object is gone.
  void remove(const std::string& path) const;

 private:
  void release() noexcept;

  int fd_ = -1;
};

}  // namespace skitter::storage
