// skitter search: full text over a crawl's pages, best first.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/query_stop.h"
#include "cli/result.h"
#include "storage/database.h"
#include "storage/reader.h"
#include "storage/search_index.h"

namespace skitter::cli {
namespace {

using storage::SearchState;
using storage::SearchTokens;

constexpr std::uint64_t kToldPages = 5'000;  // an index of fewer is made before anybody wonders

struct SearchArguments {
  std::string database;
  std::vector<std::string> words;
  RowFormat format = RowFormat::Table;
  std::uint64_t limit = 20;
  SearchTokens tokens = SearchTokens::Words;
  bool color = true;
};

// Brings the index up to date. Where the file cannot be written, a crawl being at it for one, what
// the index has is searched.
void bring_up_to_date(const SearchArguments& given, const SearchState& state) {
  const std::uint64_t behind = state.missing + state.changed;
  try {
    storage::Database database(given.database, storage::Start::Continue,
                               storage::Durability::Process);
    if (behind >= kToldPages) complain(fmt::format("search: indexing {} pages", behind));
    storage::update_search(database.connection(), given.tokens);
  } catch (const storage::StorageError& error) {
    if (!state.exists) {
      throw storage::StorageError(
          fmt::format("search: there is no index yet, and none can be made: {}", error.what()));
    }
    complain(fmt::format(
        "search: {}: {}",
        behind == 1 ? "1 page is not in the index, or not as it is now"
                    : fmt::format("{} pages are not in the index, or not as they are now", behind),
        error.what()));
  }
}

Exit run_search(const SearchArguments& given) {
  std::string expression;
  try {
    expression =
        storage::match_expression(fmt::format("{}", fmt::join(given.words, " ")), given.tokens);
  } catch (const storage::SearchError& error) {
    throw UsageError(fmt::format("search: {}", error.what()));
  }
  // Closed before the index is written: the last to close a database moves its log into the file.
  const SearchState state =
      storage::search_state(storage::Reader(given.database).connection(), given.tokens);
  if (!state.is_current()) bring_up_to_date(given, state);

  storage::Reader reader(given.database);
  storage::Statement hits = storage::search(reader.connection(), given.tokens, expression,
                                            static_cast<std::int64_t>(given.limit));
  Output output(STDOUT_FILENO);
  const auto writer = stdout_writer(given.format, output, given.color);
  const QueryStop stop(reader, std::nullopt);
  if (write_result(hits, *writer, stop) == 0 && given.format == RowFormat::Table) {
    complain("search: no page has these words");
  }
  output.flush();
  return stop.reason() == StopReason::None ? Exit::Finished : Exit::Interrupted;
}

}  // namespace

void add_search(CLI::App& app, Run& run) {
  constexpr const char* kGroup = "Output";
  const auto given = std::make_shared<SearchArguments>();
  CLI::App& search = *app.add_subcommand("search", "Find words in a crawl's pages, best first");
  search.add_option("DB", given->database, "The crawl's database")->required();
  search
      .add_option("WORDS", given->words,
                  "Words that must all occur; \"a phrase\", pre*, -without, this OR that")
      ->required();
  add_choice<RowFormat>(search, {"-f,--format", "How rows are written", kGroup}, kRowFormats,
                        given->format);
  add_count(search, {"--limit", "Pages at most", kGroup}, {1}, given->limit);
  add_flag(search,
           {"--trigram", "Find any three characters in a row, for text without spaces", kGroup},
           [given] { given->tokens = SearchTokens::Trigrams; });
  add_flag(search, {"--no-color", "No colours on a terminal", kGroup},
           [given] { given->color = false; });
  add_config_options(search);
  search.callback([given, &run] { run = [given] { return run_search(*given); }; });
}

}  // namespace skitter::cli
