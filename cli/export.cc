// skitter export: what a crawl's database holds, in the formats of other programs.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <optional>
#include <sstream>
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

constexpr std::array<std::pair<std::string_view, ExportFormat>, 7> kFormats = {{
    {"jsonl", {&export_jsonl, ExportRows::Columns}},
    {"csv", {&export_csv, ExportRows::Columns}},
    {"edges", {&export_edges, ExportRows::Graph}},
    {"graphml", {&export_graphml, ExportRows::Graph}},
    {"sitemap", {&export_sitemap, ExportRows::Pages, ExportTo::Files}},
    {"markdown", {&export_markdown, ExportRows::Pages, ExportTo::Files}},
    {"warc", {&export_warc, ExportRows::Pages, ExportTo::Files}},
}};

struct ExportArguments {
  std::string database;
  ExportFormat format = kFormats.front().second;
  std::string output;  // empty: stdout
  std::vector<std::string> columns;
  std::string where;
};

void check_flags(const ExportArguments& given) {
  if (!given.columns.empty() && given.format.rows != ExportRows::Columns) {
    throw UsageError("export: --columns is for --format jsonl and csv");
  }
  if (!given.where.empty() && given.format.rows == ExportRows::Graph) {
    throw UsageError("export: --where chooses pages: it is not for --format edges and graphml");
  }
}

// False where a signal ended it.
bool write_export(const ExportArguments& given, Output& output) {
  storage::Reader reader(given.database);
  reader.hold_snapshot();
  add_sql_functions(reader.connection());
  const QueryStop stop(reader, std::nullopt);
  try {
    given.format.write(
        {reader, stop, output, given.output, given.database, given.columns, given.where});
  } catch (const storage::SqlError& error) {
    if (stop.reason() == StopReason::None) {
      if (given.where.empty()) throw;
      throw UsageError(fmt::format("export: --where: {}", error.what()));
    }
  } catch (const storage::StorageError&) {
    if (stop.reason() == StopReason::None) throw;
  }
  return stop.reason() == StopReason::None;
}

Exit run_export(const ExportArguments& given) {
  check_flags(given);
  std::optional<OutputFile> file;
  if (!given.output.empty()) {
    refuse_database("export", given.database, given.output);
    if (given.format.to == ExportTo::Stream) file.emplace(given.output);
  }
  Output standard(STDOUT_FILENO);
  if (!write_export(given, file ? file->output() : standard)) {
    complain(given.output.empty()
                 ? "export: interrupted; what was written is not all"
                 : fmt::format("export: interrupted; {} is as it was", given.output));
    return Exit::Interrupted;
  }
  file ? file->commit() : standard.flush();
  return Exit::Finished;
}

void take_columns(const std::string& given, std::vector<std::string>& into) {
  into.clear();
  std::istringstream names(given);
  for (std::string name; std::getline(names, name, ',');) into.push_back(name);
  if (into.empty()) throw UsageError("give names, as in url,title,status");
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
  add_value(command,
            {"-o,--output", "Instead of stdout: takes its name once the export is whole", kGroup},
            "FILE", "",
            [given](const std::string& path) { given->output = path == "-" ? "" : path; });
  add_value(
      command,
      {"--columns", "Of pages, and body, markdown, main_text, links, items (jsonl, csv)", kGroup},
      "NAME,...", "", [given](const std::string& names) { take_columns(names, given->columns); });
  add_text(command, {"--where", "Only pages for which this SQL holds: \"outcome = 'ok'\"", kGroup},
           "SQL", given->where);
  add_config_options(command);
  command.callback([given, &run] { run = [given] { return run_export(*given); }; });
}

}  // namespace skitter::cli
