#pragma once

#include <string>

namespace skitter::storage {

// Has the kernel begin to write SQLite's write-ahead log out while the crawl goes on, so that the
// checkpoint, which must wait until all of it is on the disk, finds most of it there.
//
// Owns:    a descriptor of the log of its own: SQLite's locks are on the other files.
// Thread:  the writer's.
// Errors:  none: it is a hint. A write that fails is told to SQLite's own descriptor, when it syncs.
class LogWriteback {
 public:
  explicit LogWriteback(const std::string& database) : log_(database + "-wal") {}
  LogWriteback(const LogWriteback&) = delete;
  LogWriteback& operator=(const LogWriteback&) = delete;
  ~LogWriteback();

  // After a commit: the log is there from the first one on.
  void begin() noexcept;

 private:
  std::string log_;
  int descriptor_ = -1;
};

}  // namespace skitter::storage
