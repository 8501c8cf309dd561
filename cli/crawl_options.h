#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/extraction.h"
#include "crawler/options.h"
#include "storage/database.h"

namespace CLI {
class App;
}

namespace skitter::cli {

enum class Verbosity { Quiet, Normal, Verbose };

// All that the command line of `crawl` says.
struct CrawlArguments {
  CrawlArguments();  // the defaults

  std::vector<std::string> seeds;
  std::string output = "crawl.db";
  storage::Start start = storage::Start::Continue;
  storage::Durability durability = storage::Durability::Process;
  crawler::Options options;
  ExtractionArguments extraction;
  Verbosity verbosity = Verbosity::Normal;
  bool progress = true;
  bool color = true;
  std::string summary_json;  // a file; empty: none
  std::string jsonl;         // a file, "-" for stdout; empty: none
};

// Declares the flags of `crawl`; `arguments` must outlive the parsing.
void add_crawl_options(CLI::App& app, CrawlArguments& arguments);

// For `runs.options`. What may be secret (values of headers, a proxy's password) is left out.
[[nodiscard]] nlohmann::ordered_json options_json(const crawler::Options& options);

// The options that decide what a crawl finds and in which `before` and `now` differ, as a sentence
// for each.
[[nodiscard]] std::vector<std::string> changed_options(const nlohmann::ordered_json& before,
                                                       const nlohmann::ordered_json& now);

}  // namespace skitter::cli
