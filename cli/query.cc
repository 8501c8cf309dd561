// skitter query: read-only SQL, or a named report, over a crawl's database.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/query_stop.h"
#include "cli/result.h"
#include "cli/sql_functions.h"
#include "cli/suggest.h"
#include "storage/database.h"
#include "storage/reader.h"
#include "storage/reports.h"
#include "storage/statement.h"

namespace skitter::cli {
namespace {

struct QueryArguments {
  std::string database;
  std::string question;  // SQL, or the name of a report
  RowFormat format = RowFormat::Table;
  std::optional<std::chrono::milliseconds> timeout;
  bool list = false;
  bool show = false;
  bool color = true;
};

Value text_value(std::string_view text) {
  return {storage::ColumnType::Text, 0, 0, text};
}

Exit list_reports(const QueryArguments& given) {
  Output output(STDOUT_FILENO);
  const auto writer = stdout_writer(given.format, output, given.color);
  const std::array<std::string, 2> columns = {"report", "about"};
  writer->begin(columns);
  for (const storage::Report& report : storage::reports()) {
    const std::array<Value, 2> row = {text_value(report.name), text_value(report.about)};
    writer->row(row);
  }
  writer->end();
  output.flush();
  return Exit::Finished;
}

// The SQL behind the question. One word is the name of a report: SQL takes more.
std::string_view sql_of(const std::string& question) {
  if (question.empty()) {
    throw UsageError("query: give SQL or the name of a report; --list shows them");
  }
  if (const auto* const report = storage::find_report(question)) return report->sql;
  if (question.find_first_of(" \t\r\n;(") != std::string::npos) return question;
  std::vector<std::string> names;
  for (const storage::Report& report : storage::reports()) names.emplace_back(report.name);
  const std::string near = nearest(question, names);
  throw UsageError(fmt::format(
      "query: no report '{}'; {}", question,
      near.empty() ? "--list shows them, or give SQL" : fmt::format("did you mean {}?", near)));
}

Exit show_report(const QueryArguments& given) {
  Output output(STDOUT_FILENO);
  output.write(fmt::format("{}\n", sql_of(given.question)));
  output.flush();
  return Exit::Finished;
}

// What SQLite says of the words it was given is the user's to mend: a usage error.
storage::Statement prepare(const storage::Reader& reader, std::string_view sql) {
  try {
    std::string_view rest = sql;
    // Comments before the first statement are statements of nothing.
    for (;;) {
      storage::Statement statement(reader.connection(), rest, &rest);
      if (!statement.is_empty()) {
        while (!rest.empty()) {
          if (!storage::Statement(reader.connection(), rest, &rest).is_empty()) {
            throw UsageError("query: more than one statement; give one at a time");
          }
        }
        return statement;
      }
      if (rest.empty()) throw UsageError("query: the SQL is empty");
    }
  } catch (const storage::SqlError& error) {
    throw UsageError(fmt::format("query: {}", error.what()));
  }
}

Exit stopped(StopReason reason, const QueryArguments& given) {
  complain(
      reason == StopReason::Timeout
          ? fmt::format("query: stopped by --timeout; the rows are not all ({})", given.database)
          : "query: interrupted; the rows are not all");
  return Exit::Interrupted;
}

Exit run_query(const QueryArguments& given) {
  if (given.show) return show_report(given);
  storage::Reader reader(given.database);
  if (given.list) return list_reports(given);

  add_sql_functions(reader.connection());
  storage::Statement statement = prepare(reader, sql_of(given.question));
  Output output(STDOUT_FILENO);
  const auto writer = stdout_writer(given.format, output, given.color);
  const QueryStop stop(reader, given.timeout);
  try {
    (void)write_result(statement, *writer, stop);
  } catch (const storage::SqlError& error) {  // a selector, say, that is only read with a row
    throw UsageError(fmt::format("query: {}", error.what()));
  }
  output.flush();
  return stop.reason() == StopReason::None ? Exit::Finished : stopped(stop.reason(), given);
}

}  // namespace

void add_query(CLI::App& app, Run& run) {
  constexpr const char* kGroup = "Output";
  const auto given = std::make_shared<QueryArguments>();
  CLI::App& query = *app.add_subcommand("query", "Ask a crawl's database, with SQL or by report");
  query.add_option("DB", given->database, "The crawl's database; may be in use by a crawl")
      ->required();
  query.add_option("SQL|REPORT", given->question, "One SELECT, or the name of a report");
  add_choice<RowFormat>(query, {"-f,--format", "How rows are written", kGroup}, kRowFormats,
                        given->format);
  add_flag(query, {"--list", "The reports there are", kGroup}, [given] { given->list = true; });
  add_flag(query, {"--show", "The SQL of the report, instead of its rows", kGroup},
           [given] { given->show = true; });
  add_duration(query, {"--timeout", "Stop the query after this time", kGroup}, given->timeout);
  add_flag(query, {"--no-color", "No colours on a terminal", kGroup},
           [given] { given->color = false; });
  add_config_options(query);
  query.callback([given, &run] { run = [given] { return run_query(*given); }; });
}

}  // namespace skitter::cli
