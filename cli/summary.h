#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/command.h"
#include "crawler/crawler.h"

namespace skitter::cli {

// How a crawl ended, as the exit status says it.
[[nodiscard]] Exit exit_status(const crawler::Summary& summary);

struct SummaryContext {
  std::string database;  // its path
  bool color = false;
};

// For people: a few lines, the last of which say what to do next.
[[nodiscard]] std::string summary_text(const crawler::Summary& summary,
                                       const SummaryContext& context);
// For programs: what --summary-json writes.
[[nodiscard]] nlohmann::ordered_json summary_json(const crawler::Summary& summary,
                                                  const SummaryContext& context);

}  // namespace skitter::cli
