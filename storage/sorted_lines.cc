#include "storage/sorted_lines.h"

#include <sqlite3.h>

namespace skitter::storage {
namespace {

// SQLite's own name for a database that is no file's, and moves to one when it is large.
Connection open_temporary() {
  Connection db =
      open_connection("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, "temporary file");
  execute(db.get(), "PRAGMA journal_mode = OFF; CREATE TABLE line(text BLOB NOT NULL); BEGIN");
  return db;
}

}  // namespace

SortedLines::SortedLines()
    : db_(open_temporary()), add_(db_.get(), "INSERT INTO line(text) VALUES (?1)") {}

void SortedLines::add(std::string_view line) {
  add_.bind_blob_view(1, line).run();
}

void SortedLines::for_each(const std::function<void(std::string_view line)>& take) {
  Statement lines(db_.get(), "SELECT text FROM line ORDER BY text");  // blobs compare by bytes
  while (lines.step()) take(lines.blob(0));
}

}  // namespace skitter::storage
