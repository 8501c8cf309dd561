#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace skitter::storage {

enum class ColumnType { Null, Integer, Real, Text, Blob };

// A prepared statement. Borrows the connection, which must outlive it.
//
// Thread:  the connection's.
// Errors:  StorageError with SQLite's words and the statement.
class Statement {
 public:
  // `rest`, where given, gets what follows the first statement of `sql`; without it more than one
  // is an error.
  Statement(sqlite3* db, std::string_view sql, std::string_view* rest = nullptr);

  // Indexes are 1-based.
  Statement& bind(int index, std::string_view text);  // copied
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  Statement& bind_blob(int index, std::string_view bytes);  // copied
  Statement& bind_null(int index);
  // Not copied: what is viewed must live until it is bound anew or the statement is gone.
  Statement& bind_view(int index, std::string_view text);
  Statement& bind_view_or_null(int index, std::string_view text);  // NULL where empty
  Statement& bind_blob_view(int index, std::string_view bytes);

  [[nodiscard]] bool step();  // true while there is a row
  void run();                 // steps to the end and resets
  void reset() noexcept;      // bindings stay

  [[nodiscard]] bool is_empty() const noexcept;  // a comment or white space: nothing to step
  [[nodiscard]] int column_count() const noexcept;
  [[nodiscard]] std::string_view column_name(int column) const noexcept;
  [[nodiscard]] ColumnType type(int column) const noexcept;
  [[nodiscard]] std::int64_t integer(int column) const noexcept;
  [[nodiscard]] double real(int column) const noexcept;
  [[nodiscard]] std::string_view text(int column) const;  // valid until the next step()
  [[nodiscard]] std::string_view blob(int column) const;  // likewise

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  void check(int code) const;
  [[noreturn]] void fail(int code) const;
  void require_memory() const;

  sqlite3* db_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace skitter::storage
