#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "storage/database.h"

// What the files of this folder share of SQLite's C interface; no caller outside needs it.
namespace skitter::storage {

struct CloseConnection {
  void operator()(sqlite3* db) const noexcept;
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;

// `name` is a path or, with SQLITE_OPEN_URI in `flags`, a URI; `path` is what messages name.
[[nodiscard]] Connection open_connection(const std::string& name, int flags,
                                         const std::string& path);

// What happened, where, and what to do, for the result `code` of a call on `db`.
[[nodiscard]] std::string describe_failure(sqlite3* db, int code, std::string_view sql);

// Runs all statements of `sql`, without bindings. Throws StorageError.
void execute(sqlite3* db, const std::string& sql);
// The first column of the first row.
[[nodiscard]] std::int64_t query_integer(sqlite3* db, std::string_view sql);

// BEGIN IMMEDIATE; rolled back unless it is committed. Borrows the connection.
class Transaction {
 public:
  explicit Transaction(sqlite3* db);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  void commit();

 private:
  sqlite3* db_;  // null once committed
};

}  // namespace skitter::storage
