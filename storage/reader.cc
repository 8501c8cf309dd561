#include "storage/reader.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "storage/schema.h"
#include "storage/sqlite.h"

namespace skitter::storage {
namespace {

namespace fs = std::filesystem;

constexpr int kReadTimeoutMs = 5000;
constexpr int kReaderCacheKib = 64 * 1024;  // the words of links are looked up all over `url`

// Pragmas that tell of the database. A value names a table or an index; where it would set
// something, the file being open for reading only refuses it. Of the others some act by themselves
// (wal_checkpoint) or undo what is set here (query_only).
constexpr std::array kTellingPragmas = {
    "application_id", "collation_list", "compile_options", "data_version", "database_list",
    "encoding",       "freelist_count", "function_list",   "index_info",   "index_list",
    "index_xinfo",    "module_list",    "page_count",      "page_size",    "table_info",
    "table_list",     "table_xinfo",    "user_version",
};

bool tells_only(const char* pragma) {
  for (const char* name : kTellingPragmas) {
    if (sqlite3_stricmp(name, pragma) == 0) return true;
  }
  return false;
}

int authorize(void*, int action, const char* first, const char* second, const char*,
              const char*) noexcept {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return std::string_view(second) == "load_extension" ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA:
      return tells_only(first) ? SQLITE_OK : SQLITE_DENY;
    // Table-valued functions (json_each, pragma_table_info) declare their columns by these. To make
    // a table for good is refused by the file being read-only.
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_VTABLE:
      return SQLITE_OK;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
      return std::string_view(first) == "sqlite_master" ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

std::string uri_of(const fs::path& path, std::string_view query) {
  std::string uri = "file:";
  for (const char c : fs::absolute(path).string()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri.append("?").append(query);
}

bool has_log(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(fs::weakly_canonical(path, error).string() + "-wal", error);
  return !error && size > 0;
}

Connection open_reading(const std::string& path, std::string_view query) {
  Connection db = open_connection(
      uri_of(path, query), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, path);
  (void)sqlite3_busy_timeout(db.get(), kReadTimeoutMs);  // only a wrong handle can make it fail
  return db;
}

// The first read, which is where SQLite finds out whether it can.
int first_read(sqlite3* db) {
  return sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr);
}

// Reading a log needs its index (-shm), which must be made where there is none. Where that is not
// possible, and there is no log, the file may be read as one that nobody changes.
Connection open_checked(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    throw StorageError(
        fmt::format("there is no file {}: `skitter crawl -o {}` makes it", path, path));
  }
  if (fs::is_directory(status)) {
    throw StorageError(fmt::format("{} is a directory: name a database in it", path));
  }
  Connection db = open_reading(path, "mode=ro");
  const int code = first_read(db.get());
  if (code == SQLITE_OK) return db;
  const int kind = code & 0xff;
  if (kind == SQLITE_NOTADB) throw StorageError(fmt::format("{} is not a database", path));
  if (kind != SQLITE_CANTOPEN && kind != SQLITE_READONLY) {
    throw StorageError(describe_failure(db.get(), code, "SELECT"));
  }
  if (has_log(path)) {
    throw StorageError(fmt::format(
        "cannot read {}: its log ({}-wal) must be read too, and its directory is not writable: "
        "make that writable, or copy both files elsewhere",
        path, path));
  }
  db = open_reading(path, "mode=ro&immutable=1");
  const int again = first_read(db.get());
  if (again != SQLITE_OK) throw StorageError(describe_failure(db.get(), again, "SELECT"));
  return db;
}

}  // namespace

struct Reader::Impl {
  Connection db;
};

Reader::Reader(const std::string& path) : impl_(std::make_unique<Impl>()) {
  impl_->db = open_checked(path);
  sqlite3* db = impl_->db.get();
  if (query_integer(db, "SELECT count(*) FROM sqlite_schema") == 0) {
    throw StorageError(fmt::format("{} is empty: `skitter crawl -o {}` fills it", path, path));
  }
  check_identity(db, path);
  if (query_integer(db, "PRAGMA user_version") < static_cast<std::int64_t>(schema_steps().size())) {
    throw StorageError(fmt::format(
        "{} was written by an older skitter: `skitter crawl -o {}` brings it up to date", path,
        path));
  }
  execute(db, fmt::format("PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = ON; "
                          "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -{}",
                          kReaderCacheKib));
  (void)sqlite3_set_authorizer(db, authorize, nullptr);  // always SQLITE_OK
}

Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

sqlite3* Reader::connection() const noexcept {
  return impl_->db.get();
}

void Reader::hold_snapshot() {
  sqlite3* db = impl_->db.get();
  (void)sqlite3_set_authorizer(db, nullptr, nullptr);  // always SQLITE_OK; it refuses BEGIN
  execute(db, "BEGIN");
  (void)query_integer(db, "SELECT count(*) FROM sqlite_schema");  // what is read first is held
  (void)sqlite3_set_authorizer(db, authorize, nullptr);
}

void Reader::interrupt() noexcept {
  sqlite3_interrupt(impl_->db.get());
}

}  // namespace skitter::storage
