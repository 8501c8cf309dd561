#pragma once

#include <memory>
#include <string>

#include "storage/statement.h"

namespace skitter::storage {

// A read-only connection to a crawl's database, also while a crawl writes it.
//
// Owns:    the connection. It never checkpoints (wal_autocheckpoint=0) and never writes: an
//          authorizer refuses ATTACH and whatever else would touch a file.
// Thread:  one at a time; interrupt() any.
// Errors:  StorageError: no such file, not a database, another program's database, a newer schema.
class Reader {
 public:
  explicit Reader(const std::string& path);
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  [[nodiscard]] sqlite3* connection() const noexcept;
  // From now on every statement sees the database as it is at this moment, whatever a crawl writes
  // meanwhile. Its log cannot be cut short until the Reader is gone.
  void hold_snapshot();
  void interrupt() noexcept;  // the statement under way ends with a StorageError

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skitter::storage
