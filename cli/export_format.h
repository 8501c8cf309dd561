#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cli/output.h"
#include "cli/query_stop.h"
#include "cli/rows.h"
#include "storage/reader.h"
#include "storage/statement.h"

namespace skitter::cli {

// One export: where from, what of it, and where to.
//
// Borrowed: all of it, for the time of the call.
struct ExportTask {
  const storage::Reader& reader;  // holds one snapshot; the SQL functions of `query` are declared
  const QueryStop& stop;
  Output& output;               // stdout, or a file that takes its name once the export is whole
  const std::string& path;      // of --output; empty: stdout
  const std::string& database;  // its path, for messages
  std::span<const std::string> columns;  // of --columns; empty: those that the format has
  const std::string& where;              // of --where; empty: all pages
};

// What an export is made of, and with it which flags it takes.
enum class ExportRows : std::uint8_t {
  Columns,  // of pages: --columns, --where
  Pages,    // whole: --where
  Graph,    // pages and links together: neither
};

// Files: the function makes its own, named by the task's path, and `output` is always stdout.
enum class ExportTo : std::uint8_t { Stream, Files };

// A format's function writes the whole export. A signal ends the statement under way with a
// StorageError, which it leaves to its caller; what it wrote is not committed then.
struct ExportFormat {
  void (*write)(const ExportTask& task);
  ExportRows rows = ExportRows::Pages;
  ExportTo to = ExportTo::Stream;

  friend bool operator==(const ExportFormat&, const ExportFormat&) = default;
};

// The pages that the task is about, in order of id, with these columns (SQL over the view `pages`).
// Throws UsageError where --where is no SQL.
[[nodiscard]] storage::Statement select_pages(const ExportTask& task, std::string_view columns);

// CSV for the task's output.
[[nodiscard]] std::unique_ptr<RowWriter> export_row_writer(const ExportTask& task);

void export_jsonl(const ExportTask& task);
void export_csv(const ExportTask& task);
void export_edges(const ExportTask& task);
void export_graphml(const ExportTask& task);
void export_sitemap(const ExportTask& task);
void export_markdown(const ExportTask& task);
void export_warc(const ExportTask& task);

}  // namespace skitter::cli
