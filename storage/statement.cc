#include "storage/statement.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <limits>

#include "storage/sqlite.h"

namespace skitter::storage {
namespace {

// Of the file or the machine, whatever the statement.
bool is_of_the_file(int code) noexcept {
  switch (code & 0xff) {
    case SQLITE_NOMEM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
      return true;
    default:
      return false;
  }
}

// A null pointer would be bound as NULL, and an empty view may hold one.
const char* data_of(std::string_view view) noexcept {
  return view.empty() ? "" : view.data();
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  (void)sqlite3_finalize(statement);  // repeats the failure of the last step
}

Statement::Statement(sqlite3* db, std::string_view sql, std::string_view* rest) : db_(db) {
  if (sql.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw SqlError("the SQL statement is longer than 2 GiB");
  }
  // SQLite would stop there, and whoever runs `rest` next would never get past it.
  if (sql.find('\0') != std::string_view::npos) {
    throw SqlError("the SQL statement holds a NUL byte");
  }
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(db, data_of(sql), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, &tail);
  statement_.reset(statement);
  if (code != SQLITE_OK) {
    const std::string words = describe_failure(db, code, sql);
    if (is_of_the_file(code)) throw StorageError(words);
    throw SqlError(words);
  }
  const std::string_view after = tail == nullptr || sql.empty()
                                     ? std::string_view()
                                     : sql.substr(static_cast<std::size_t>(tail - sql.data()));
  if (rest != nullptr) {
    *rest = after;
  } else if (!after.empty()) {
    std::string_view more;
    if (!Statement(db, after, &more).is_empty() || !more.empty()) {
      throw SqlError(fmt::format("one SQL statement was expected, more follow: {}", after));
    }
  }
}

void Statement::fail(int code) const {
  const char* sql = sqlite3_sql(statement_.get());
  const std::string words = describe_failure(db_, code, sql == nullptr ? "" : sql);
  if ((code & 0xff) == SQLITE_ERROR) throw SqlError(words);  // of the statement, not of the file
  throw StorageError(words);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) fail(code);
}

Statement& Statement::bind(int index, std::string_view text) {
  check(sqlite3_bind_text64(statement_.get(), index, data_of(text), text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), index, value));
  return *this;
}

Statement& Statement::bind(int index, double value) {
  check(sqlite3_bind_double(statement_.get(), index, value));
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
  check(
      sqlite3_bind_blob64(statement_.get(), index, data_of(bytes), bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind_null(int index) {
  check(sqlite3_bind_null(statement_.get(), index));
  return *this;
}

Statement& Statement::bind_view(int index, std::string_view text) {
  check(sqlite3_bind_text64(statement_.get(), index, data_of(text), text.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_view_or_null(int index, std::string_view text) {
  return text.empty() ? bind_null(index) : bind_view(index, text);
}

Statement& Statement::bind_blob_view(int index, std::string_view bytes) {
  check(sqlite3_bind_blob64(statement_.get(), index, data_of(bytes), bytes.size(), SQLITE_STATIC));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  fail(code);
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() noexcept {
  (void)sqlite3_reset(statement_.get());  // repeats the failure of the last step
}

bool Statement::is_empty() const noexcept {
  return statement_ == nullptr;
}

int Statement::column_count() const noexcept {
  return sqlite3_column_count(statement_.get());
}

std::string_view Statement::column_name(int column) const noexcept {
  const char* name = sqlite3_column_name(statement_.get(), column);
  return name == nullptr ? std::string_view() : std::string_view(name);
}

ColumnType Statement::type(int column) const noexcept {
  switch (sqlite3_column_type(statement_.get(), column)) {
    case SQLITE_INTEGER:
      return ColumnType::Integer;
    case SQLITE_FLOAT:
      return ColumnType::Real;
    case SQLITE_TEXT:
      return ColumnType::Text;
    case SQLITE_BLOB:
      return ColumnType::Blob;
    default:
      return ColumnType::Null;
  }
}

std::int64_t Statement::integer(int column) const noexcept {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const noexcept {
  return sqlite3_column_double(statement_.get(), column);
}

// A value is null also where there was no memory to give it in.
void Statement::require_memory() const {
  if (sqlite3_errcode(db_) == SQLITE_NOMEM) fail(SQLITE_NOMEM);
}

std::string_view Statement::text(int column) const {
  // The pointer first: asking for it may convert the value, and with it the length.
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) {
    require_memory();
    return {};
  }
  const int length = sqlite3_column_bytes(statement_.get(), column);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)};
}

std::string_view Statement::blob(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  if (bytes == nullptr) {
    require_memory();
    return {};
  }
  const int length = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(length)};
}

}  // namespace skitter::storage
