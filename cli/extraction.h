#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "parser/extract.h"

namespace CLI {
class App;
}

namespace skitter::cli {

// What a command line says of items: the same flags for `crawl`, `fetch` and `extract`.
struct ExtractionArguments {
  std::vector<std::string> fields;  // NAME=SELECTOR
  std::string each;
  std::string rules_file;
  bool structured = false;
};

// The rule of --extract and --each.
inline constexpr const char* kCommandLineRule = "extract";

// `arguments` must outlive the parsing.
void add_extraction_options(CLI::App& app, ExtractionArguments& arguments);

// Compiles all of it, the rules file included. Errors: UsageError.
[[nodiscard]] parser::Extraction make_extraction(const ExtractionArguments& arguments);

// For `runs.options`.
[[nodiscard]] nlohmann::ordered_json extraction_json(const ExtractionArguments& arguments);

}  // namespace skitter::cli
