#include "cli/result.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "storage/database.h"

namespace skitter::cli {
namespace {

void read_row(const storage::Statement& statement, std::vector<Value>& into) {
  for (std::size_t i = 0; i < into.size(); ++i) {
    const int column = static_cast<int>(i);
    Value& value = into[i];
    value.type = statement.type(column);
    switch (value.type) {
      case storage::ColumnType::Null:
        break;
      case storage::ColumnType::Integer:
        value.integer = statement.integer(column);
        break;
      case storage::ColumnType::Real:
        value.real = statement.real(column);
        break;
      case storage::ColumnType::Text:
        value.text = statement.text(column);
        break;
      case storage::ColumnType::Blob:
        value.text = statement.blob(column);
        break;
    }
  }
}

}  // namespace

std::unique_ptr<RowWriter> stdout_writer(RowFormat format, Output& output, bool may_color) {
  RowStyle style;
  style.terminal = is_terminal(STDOUT_FILENO);
  style.width = style.terminal ? terminal_width(STDOUT_FILENO) : 0;
  style.color = may_color && wants_color(STDOUT_FILENO);
  return make_row_writer(format, output, style);
}

std::uint64_t write_result(storage::Statement& statement, RowWriter& writer,
                           const QueryStop& stop) {
  std::vector<std::string> columns;
  for (int i = 0; i < statement.column_count(); ++i) {
    columns.emplace_back(statement.column_name(i));
  }
  writer.begin(columns);
  std::vector<Value> row(columns.size());
  std::uint64_t count = 0;
  try {
    for (; stop.reason() == StopReason::None && statement.step(); ++count) {
      read_row(statement, row);
      writer.row(row);
    }
  } catch (const storage::StorageError&) {
    if (stop.reason() == StopReason::None) throw;
  }
  writer.end();
  return count;
}

}  // namespace skitter::cli
