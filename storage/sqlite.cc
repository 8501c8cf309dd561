#include "storage/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>
#include <string>
#include <utility>

#include "storage/statement.h"

namespace skitter::storage {
namespace {

constexpr std::size_t kMaxQuotedSql = 200;  // bytes of a statement that a message repeats

std::string quote_sql(std::string_view sql) {
  if (sql.size() <= kMaxQuotedSql) return std::string(sql);
  return fmt::format("{}...", sql.substr(0, kMaxQuotedSql));
}

std::string system_words(sqlite3* db) {
  const int error = sqlite3_system_errno(db);
  return error == 0 ? std::string(sqlite3_errmsg(db)) : std::string(std::strerror(error));
}

// SQLite counts the bytes it has taken, under one lock for the process, at every malloc and free.
// Nobody asks.
void set_up_library() {
  static const int code = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)code;  // too late where somebody used SQLite before: then it counts
}

}  // namespace

void CloseConnection::operator()(sqlite3* db) const noexcept {
  // _v2 waits for statements that are still open; there are none, so it closes now.
  (void)sqlite3_close_v2(db);
}

Connection open_connection(const std::string& name, int flags, const std::string& path) {
  set_up_library();
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &db, flags | SQLITE_OPEN_EXRESCODE, nullptr);
  Connection connection(db);  // a failed open leaves a handle that holds the words
  if (code != SQLITE_OK) {
    throw StorageError(fmt::format("cannot open {}: {}", path,
                                   db == nullptr ? "out of memory" : system_words(db)));
  }
  return connection;
}

std::string describe_failure(sqlite3* db, int code, std::string_view sql) {
  const char* name = sqlite3_db_filename(db, "main");
  const std::string_view path = name == nullptr || *name == '\0' ? "the database" : name;
  if (code == SQLITE_IOERR_NOMEM) code = SQLITE_NOMEM;
  switch (code & 0xff) {  // the low byte is the class, the rest says which call failed
    case SQLITE_FULL:
      return fmt::format(
          "cannot write {}: no space is left: free space and run the same command again to go on",
          path);
    case SQLITE_IOERR:
      return fmt::format(
          "cannot read or write {}: {}: check the disk and run the same command again to go on",
          path, system_words(db));
    case SQLITE_NOMEM:
      return fmt::format(
          "{}: out of memory: what was committed stays; with more memory the same command again "
          "goes on",
          path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fmt::format("{} is locked by another program: close it and try again", path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return fmt::format("{} cannot be written ({}): check its permissions and its directory's",
                         path, sqlite3_errmsg(db));
    case SQLITE_CANTOPEN:
      return fmt::format("cannot open {}: {}: check that it and its directory are accessible", path,
                         system_words(db));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fmt::format("{} is damaged ({}): use a copy of it, or start anew with --fresh", path,
                         sqlite3_errmsg(db));
    case SQLITE_INTERRUPT:
      return fmt::format("interrupted, in: {}", quote_sql(sql));
    case SQLITE_AUTH:
      return fmt::format("{} is open for reading only: {}, in: {}", path, sqlite3_errmsg(db),
                         quote_sql(sql));
    default:
      return fmt::format("{}: {}, in: {}", path, sqlite3_errmsg(db), quote_sql(sql));
  }
}

void execute(sqlite3* db, const std::string& sql) {
  const int code = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw StorageError(describe_failure(db, code, sql));
}

std::int64_t query_integer(sqlite3* db, std::string_view sql) {
  Statement statement(db, sql);
  return statement.step() ? statement.integer(0) : 0;
}

Transaction::Transaction(sqlite3* db) : db_(db) {
  execute(db, "BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // SQLite has already rolled back after some failures; a second time then fails, harmlessly.
  if (db_ != nullptr) (void)sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  execute(db_, "COMMIT");
  db_ = nullptr;
}

}  // namespace skitter::storage
