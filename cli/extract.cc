// skitter extract: items out of the pages in a database, without the network.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <thread>

#include "cli/command.h"
#include "cli/extraction.h"
#include "cli/options.h"
#include "cli/output.h"
#include "crawler/extract_stored.h"
#include "storage/database.h"

namespace skitter::cli {
namespace {

constexpr std::uint64_t kMostExtractWorkers = 1'024;

struct ExtractArguments {
  std::string database;
  ExtractionArguments extraction;
  crawler::ExtractOptions options{std::max(1u, std::thread::hardware_concurrency())};
  bool quiet = false;
};

void report(const crawler::ExtractSummary& summary, const ExtractArguments& given) {
  if (summary.pages == 0) {
    complain(fmt::format("extract: {} holds no bodies: crawl with --store html", given.database));
    return;
  }
  std::string line = fmt::format("extract: {} items from {} pages", summary.items, summary.pages);
  if (summary.cut > 0) line += fmt::format("; {} pages cost too much to take all", summary.cut);
  if (summary.broken > 0) line += fmt::format("; {} could not be read", summary.broken);
  complain(line);
}

Exit run_extract(const ExtractArguments& given) {
  const parser::Extraction extraction = make_extraction(given.extraction);
  if (extraction.is_empty()) {
    throw UsageError("extract: say what to take: --extract, --rules or --structured");
  }
  if (!std::filesystem::exists(std::filesystem::path(given.database))) {
    throw storage::StorageError(fmt::format(
        "extract: there is no file {0}: `skitter crawl -o {0}` makes it", given.database));
  }
  storage::Database database(given.database, storage::Start::Continue,
                             storage::Durability::Process);
  const crawler::ExtractSummary summary =
      crawler::extract_stored(database, extraction, given.options);
  if (!given.quiet) report(summary, given);
  return Exit::Finished;
}

}  // namespace

void add_extract(CLI::App& app, Run& run) {
  constexpr const char* kGroup = "Extraction";
  const auto given = std::make_shared<ExtractArguments>();
  CLI::App& extract = *app.add_subcommand("extract", "Items out of the pages of a database");
  extract.add_option("DB", given->database, "A crawl's database, with bodies (--store html)")
      ->required();
  add_extraction_options(extract, given->extraction);
  add_count(extract, {"--workers", "Threads that read pages", kGroup}, {1, kMostExtractWorkers},
            given->options.workers);
  add_parse_timeout(extract, kGroup, given->options.parse_timeout);
  add_flag(extract, {"-q,--quiet", "Errors only", kGroup}, [given] { given->quiet = true; });
  add_config_options(extract);
  extract.callback([given, &run] { run = [given] { return run_extract(*given); }; });
}

}  // namespace skitter::cli
