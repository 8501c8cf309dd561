#pragma once

#include <string>
#include <string_view>

#include "cli/output.h"
#include "storage/reader.h"
#include "storage/statement.h"

namespace skitter::cli {

// One export: where from, what of it, and where to.
//
// Borrowed: all of it, for the time of the call.
struct ExportTask {
  const storage::Reader& reader;  // holds one snapshot; the SQL functions of `query` are declared
  Output& output;                 // stdout, or a file that takes its name once the export is whole
  const std::string& database;    // its path, for messages
};

// A format's function writes the whole export. A signal ends the statement under way with a
// StorageError, which it leaves to its caller; what it wrote is not committed then.
struct ExportFormat {
  void (*write)(const ExportTask& task);

  friend bool operator==(const ExportFormat&, const ExportFormat&) = default;
};

// The pages that the task is about, in order of id, with these columns (SQL over the view `pages`).
[[nodiscard]] storage::Statement select_pages(const ExportTask& task, std::string_view columns);

void export_jsonl(const ExportTask& task);

}  // namespace skitter::cli
