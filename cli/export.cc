// skitter export: what a crawl's database holds, in the formats of other programs.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/export_format.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/output_file.h"
#include "cli/query_stop.h"
#include "cli/sql_functions.h"
#include "storage/database.h"
#include "storage/reader.h"

namespace skitter::cli {
namespace {

constexpr std::array<std::pair<std::string_view, ExportFormat>, 1> kFormats = {{
    {"jsonl", {&export_jsonl}},
}};

struct ExportArguments {
  std::string database;
  ExportFormat format = kFormats.front().second;
  std::string output;  // empty or "-": stdout
};

// The last step of a name that is given by mistake: the crawl would be gone.
void refuse_database(const std::string& database, const std::string& output) {
  for (const char* const suffix : {"", "-wal", "-shm"}) {
    std::error_code ignored;  // a file that is not there is no other's equal
    if (std::filesystem::equivalent(database + suffix, output, ignored)) {
      throw UsageError(fmt::format("export: --output: {} is the database itself", output));
    }
  }
}

// False where a signal ended it.
bool write_export(const ExportArguments& given, Output& output) {
  storage::Reader reader(given.database);
  reader.hold_snapshot();
  add_sql_functions(reader.connection());
  const QueryStop stop(reader, std::nullopt);
  try {
    given.format.write({reader, output, given.database});
  } catch (const storage::StorageError&) {
    if (stop.reason() == StopReason::None) throw;
  }
  return stop.reason() == StopReason::None;
}

Exit run_export(const ExportArguments& given) {
  const bool to_stdout = given.output.empty() || given.output == "-";
  std::optional<OutputFile> file;
  if (!to_stdout) {
    refuse_database(given.database, given.output);
    file.emplace(given.output);
  }
  Output standard(STDOUT_FILENO);
  if (!write_export(given, file ? file->output() : standard)) {
    complain(file ? fmt::format("export: interrupted; {} is as it was", given.output)
                  : "export: interrupted; what was written is not all");
    return Exit::Interrupted;
  }
  file ? file->commit() : standard.flush();
  return Exit::Finished;
}

}  // namespace

void add_export(CLI::App& app, Run& run) {
  constexpr const char* kGroup = "Output";
  const auto given = std::make_shared<ExportArguments>();
  CLI::App& command = *app.add_subcommand("export", "A crawl's database in other formats");
  command.add_option("DB", given->database, "The crawl's database; may be in use by a crawl")
      ->required();
  add_choice<ExportFormat>(command, {"-f,--format", "What is written", kGroup}, kFormats,
                           given->format);
  add_text(command, {"-o,--output", "A file, replaced once the export is whole", kGroup}, "FILE",
           given->output);
  add_config_options(command);
  command.callback([given, &run] { run = [given] { return run_export(*given); }; });
}

}  // namespace skitter::cli
