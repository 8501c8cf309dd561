// skitter report: what a crawl came to, as one page of HTML with plots.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/output_file.h"
#include "cli/query_stop.h"
#include "cli/report_page.h"
#include "storage/database.h"
#include "storage/reader.h"

namespace skitter::cli {
namespace {

struct ReportArguments {
  std::string database;
  std::string output;  // empty: stdout
};

// False where a signal ended it.
bool write_report(const ReportArguments& given, Output& output) {
  storage::Reader reader(given.database);
  reader.hold_snapshot();  // its numbers belong together
  const QueryStop stop(reader, std::nullopt);
  try {
    write_report_page(reader, given.database, output);
  } catch (const storage::StorageError&) {
    if (stop.reason() == StopReason::None) throw;
  }
  return stop.reason() == StopReason::None;
}

Exit run_report(const ReportArguments& given) {
  std::optional<OutputFile> file;
  if (!given.output.empty()) {
    refuse_database("report", given.database, given.output);
    file.emplace(given.output);
  }
  Output standard(STDOUT_FILENO);
  if (!write_report(given, file ? file->output() : standard)) {
    complain(given.output.empty()
                 ? "report: interrupted; what was written is not all"
                 : fmt::format("report: interrupted; {} is as it was", given.output));
    return Exit::Interrupted;
  }
  file ? file->commit() : standard.flush();
  return Exit::Finished;
}

}  // namespace

void add_report(CLI::App& app, Run& run) {
  const auto given = std::make_shared<ReportArguments>();
  CLI::App& command = *app.add_subcommand("report", "A crawl as one page of HTML, with plots");
  command.add_option("DB", given->database, "The crawl's database; may be in use by a crawl")
      ->required();
  add_value(command,
            {"-o,--output", "Instead of stdout: takes its name once the page is whole", "Output"},
            "FILE", "",
            [given](const std::string& path) { given->output = path == "-" ? "" : path; });
  add_config_options(command);
  command.callback([given, &run] { run = [given] { return run_report(*given); }; });
}

}  // namespace skitter::cli
