// The rows of a crawl written again: tables without indexes, one statement a table, in the order in
// which they were written, 256 pages a transaction. What SQLite takes for the same bytes.
#include <sqlite3.h>

#include <filesystem>
#include <memory>

#include "limits/limits.h"
#include "storage/sqlite.h"
#include "storage/statement.h"

namespace skitter::bench {
namespace {

using storage::ColumnType;
using storage::Statement;

constexpr std::size_t kPagesATransaction = 256;

struct Value {
  ColumnType type = ColumnType::Null;
  std::int64_t number = 0;
  std::string bytes;
};
using Row = std::vector<Value>;

struct Table {
  std::string name;
  std::string columns;
  std::vector<Row> rows;
};

Row read_row(const Statement& statement) {
  Row row(static_cast<std::size_t>(statement.column_count()));
  for (int i = 0; i < statement.column_count(); ++i) {
    Value& value = row[static_cast<std::size_t>(i)];
    value.type = statement.type(i);
    if (value.type == ColumnType::Integer) value.number = statement.integer(i);
    if (value.type == ColumnType::Text) value.bytes = statement.text(i);
    if (value.type == ColumnType::Blob) value.bytes = statement.blob(i);
  }
  return row;
}

Table read_table(sqlite3* db, const std::string& name) {
  Table table{name, {}, {}};
  Statement all(db, "SELECT * FROM " + name);
  for (int i = 0; i < all.column_count(); ++i) table.columns += (i > 0 ? ", ?" : "?");
  while (all.step()) table.rows.push_back(read_row(all));
  return table;
}

void insert(Statement& statement, const Row& row) {
  int index = 0;
  for (const Value& value : row) {
    ++index;
    switch (value.type) {
      case ColumnType::Integer:
        statement.bind(index, value.number);
        break;
      case ColumnType::Text:
        statement.bind_view(index, value.bytes);
        break;
      case ColumnType::Blob:
        statement.bind_blob_view(index, value.bytes);
        break;
      default:
        statement.bind_null(index);
    }
  }
  statement.run();
}

std::string create_sql(sqlite3* db, const std::string& name) {
  Statement sql(db, "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1");
  if (!sql.bind(1, name).step()) throw storage::StorageError("the crawl has no table " + name);
  return std::string(sql.text(0));
}

}  // namespace

void write_limit(const std::string& crawl, const std::string& scratch) {
  std::vector<Table> tables;
  std::string schema;
  {
    const storage::Connection from = storage::open_connection(crawl, SQLITE_OPEN_READONLY, crawl);
    for (const char* name : {"url", "page", "page_text", "body", "link"}) {
      tables.push_back(read_table(from.get(), name));
      schema += create_sql(from.get(), name) + ";";
    }
  }
  const std::size_t pages = tables[1].rows.size();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(scratch + suffix);
  const storage::Connection to = storage::open_connection(
      scratch, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, scratch);
  storage::execute(
      to.get(),
      "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
      "PRAGMA wal_autocheckpoint = 2048; PRAGMA cache_size = -32768;" +
          schema);
  std::vector<Statement> statements;
  for (const Table& table : tables) {
    statements.emplace_back(to.get(),
                            "INSERT INTO " + table.name + " VALUES (" + table.columns + ")");
  }
  const double start = cpu_seconds();
  for (std::size_t done = 0; done < pages; done += kPagesATransaction) {
    const std::size_t next = std::min(done + kPagesATransaction, pages);
    storage::Transaction transaction(to.get());
    for (std::size_t t = 0; t < tables.size(); ++t) {
      const std::size_t rows = tables[t].rows.size();
      for (std::size_t i = rows * done / pages; i < rows * next / pages; ++i)
        insert(statements[t], tables[t].rows[i]);
    }
    transaction.commit();
  }
  report("write", cpu_seconds() - start, pages);
}

}  // namespace skitter::bench
