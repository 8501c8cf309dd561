// The formats of `export` that have a row for each page.
#include <fmt/format.h>
#include <unistd.h>

#include "cli/export_format.h"
#include "cli/options.h"
#include "cli/page_lines.h"
#include "cli/result.h"
#include "storage/database.h"
#include "storage/statement.h"

namespace skitter::cli {

storage::Statement select_pages(const ExportTask& task, std::string_view columns) {
  // The line break ends a comment of the user's.
  const std::string condition = task.where.empty() ? "" : fmt::format("WHERE ({}\n) ", task.where);
  try {
    return {task.reader.connection(),
            fmt::format("SELECT {} FROM pages {}ORDER BY id", columns, condition)};
  } catch (const storage::StorageError& error) {
    if (task.where.empty()) throw;
    throw UsageError(fmt::format("export: --where: {}", error.what()));
  }
}

void export_jsonl(const ExportTask& task) {
  PageLines lines(task.reader, task.columns.empty()
                                   ? all_page_columns(task.reader)
                                   : choose_page_columns(task.reader, task.columns));
  storage::Statement pages = select_pages(task, lines.selection());
  while (pages.step()) task.output.write(lines.line(pages));
}

void export_csv(const ExportTask& task) {
  const std::vector<PageColumn> columns = task.columns.empty()
                                              ? columns_of_pages(task.reader)
                                              : choose_page_columns(task.reader, task.columns);
  std::string selection;
  for (const PageColumn& column : columns) {
    if (column.kind != PageColumn::Kind::Value) {
      throw UsageError(
          fmt::format("export: --columns: {} is a list, which CSV cannot hold: use --format jsonl, "
                      "or --format edges for links",
                      column.name));
    }
    selection += fmt::format("{}{} AS {}", selection.empty() ? "" : ", ", column.sql, column.name);
  }
  storage::Statement pages = select_pages(task, selection);
  const auto writer = export_row_writer(task);
  (void)write_result(pages, *writer, task.stop);
}

std::unique_ptr<RowWriter> export_row_writer(const ExportTask& task) {
  RowStyle style;
  style.terminal = task.path.empty() && is_terminal(STDOUT_FILENO);
  return make_row_writer(RowFormat::Csv, task.output, style);
}

}  // namespace skitter::cli
