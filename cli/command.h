#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace skitter::cli {

// The contract's exit statuses.
enum class Exit : int {
  Finished = 0,  // or a limit that the user set was reached; for `url`: it parsed
  Internal = 1,  // an error of ours; for `url`: it does not parse
  Usage = 2,
  Storage = 3,
  NoSeed = 4,
  Interrupted = 11,
  Forced = 13,
};

// What the chosen subcommand does once all options are parsed; main() runs it and turns what it
// throws into one line on stderr and an exit status.
using Run = std::function<Exit()>;

// Each subcommand adds its options to `app` and sets `run` when it is the one chosen.
void add_crawl(CLI::App& app, Run& run);
void add_query(CLI::App& app, Run& run);
void add_export(CLI::App& app, Run& run);
void add_extract(CLI::App& app, Run& run);
void add_fetch(CLI::App& app, Run& run);
void add_import(CLI::App& app, Run& run);
void add_url(CLI::App& app, Run& run);
void add_report(CLI::App& app, Run& run);
void add_robots(CLI::App& app, Run& run);
void add_sitemap(CLI::App& app, Run& run);
void add_search(CLI::App& app, Run& run);
void add_why(CLI::App& app, Run& run);

}  // namespace skitter::cli
