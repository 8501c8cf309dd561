// The formats of `export` that have a row for each page.
#include <fmt/format.h>

#include "cli/export_format.h"
#include "cli/page_lines.h"
#include "storage/statement.h"

namespace skitter::cli {

storage::Statement select_pages(const ExportTask& task, std::string_view columns) {
  return {task.reader.connection(), fmt::format("SELECT {} FROM pages ORDER BY id", columns)};
}

void export_jsonl(const ExportTask& task) {
  storage::Statement pages = select_pages(task, "*");
  PageLines lines(task.reader);
  while (pages.step()) task.output.write(lines.line(pages));
}

}  // namespace skitter::cli
