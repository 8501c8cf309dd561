// skitter crawl: from seeds to a database.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "cli/command.h"
#include "cli/crawl_options.h"
#include "cli/json.h"
#include "cli/line_file.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/page_stream.h"
#include "cli/progress_line.h"
#include "cli/seeds.h"
#include "cli/summary.h"
#include "crawler/crawler.h"
#include "storage/database.h"

namespace skitter::cli {
namespace {

using nlohmann::ordered_json;

// A copy or a long query of another program is over by then; what holds on longer is left to the user.
constexpr std::chrono::minutes kLockWait{5};
constexpr std::size_t kShownProblems = 20;  // a wrong file must not scroll everything away

std::vector<parser::Url> seeds_or_throw(const CrawlArguments& arguments) {
  const bool is_refresh = arguments.options.pages == crawler::PagesPolicy::Refresh;
  if (is_refresh && arguments.start == storage::Start::Fresh) {
    throw UsageError(
        "crawl: --fresh forgets the pages that --refresh asks again for: leave one of them out");
  }
  Seeds seeds = read_seeds(arguments.seeds, std::cin);
  const std::size_t shown = std::min(seeds.problems.size(), kShownProblems);
  for (std::size_t i = 0; i < shown; ++i) complain(seeds.problems[i]);
  if (seeds.problems.size() > shown) {
    complain(fmt::format("... and {} more seeds that are no URLs", seeds.problems.size() - shown));
  }
  if (!seeds.urls.empty()) return std::move(seeds.urls);
  if (!arguments.seeds.empty()) {
    throw UsageError("crawl: no seed to start from: give URLs, files of URLs, or - for stdin");
  }
  const bool goes_on = arguments.start == storage::Start::Continue &&
                       std::filesystem::exists(std::filesystem::path(arguments.output));
  if (goes_on) return {};
  throw UsageError(fmt::format(
      "crawl: no seeds, and no {} to go on with: give URLs, files of URLs, or - for stdin",
      arguments.output));
}

// Opened before the crawl: a typing error in its name must not show after hours.
std::ofstream open_summary(const std::string& path) {
  if (path.empty()) return {};
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) {
    throw UsageError(
        fmt::format("--summary-json: cannot write {}: {}", path, std::strerror(errno)));
  }
  return file;
}

void warn(const CrawlArguments& arguments, storage::Database& database,
          const ordered_json& options) {
  if (arguments.verbosity == Verbosity::Quiet) return;
  if (arguments.options.transfer.tls == crawler::TlsPolicy::Insecure) {
    complain(
        "warning: --insecure: certificates are not verified, anyone on the way can read and "
        "change what is fetched");
  }
  const auto before = database.last_run();
  if (!before) return;
  const auto parsed = ordered_json::parse(before->options, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return;
  for (const std::string& change : changed_options(parsed, options)) {
    complain(fmt::format("warning: {}: {}", arguments.output, change));
  }
}

ProgressStyle progress_style(const CrawlArguments& arguments) {
  if (!arguments.progress || arguments.verbosity == Verbosity::Quiet) return ProgressStyle::None;
  // A line that is redrawn would be torn by those of --jsonl.
  const bool shows_lines = arguments.jsonl == "-" && is_terminal(STDOUT_FILENO);
  const bool may_redraw = is_terminal(STDERR_FILENO) && !shows_lines;
  return may_redraw ? ProgressStyle::Redrawn : ProgressStyle::Lines;
}

crawler::Observer observe(ProgressPrinter& printer, PageStream* stream,
                          const CrawlArguments& arguments) {
  crawler::Observer observer;
  if (stream != nullptr) {
    observer.on_committed = [stream](std::span<const storage::UrlId> pages) {
      stream->push(pages);
    };
    observer.listener = [stream] { return stream->state(); };
    observer.on_ended = [stream](crawler::EndReason reason) {
      reason == crawler::EndReason::Forced ? stream->abandon() : stream->finish();
    };
  }
  if (arguments.verbosity == Verbosity::Quiet) return observer;
  observer.on_message = [&printer](std::string_view text) { printer.message(text); };
  if (progress_style(arguments) != ProgressStyle::None) {
    observer.on_progress = [&printer](const crawler::Progress& now) { printer.show(now); };
  }
  return observer;
}

// Opened before the crawl too.
std::optional<LineFile> open_lines(const CrawlArguments& arguments) {
  if (arguments.jsonl.empty()) return std::nullopt;
  for (const char* const suffix : {"", "-wal", "-shm"}) {
    std::error_code ignored;
    const auto database = std::filesystem::weakly_canonical(arguments.output + suffix, ignored);
    if (std::filesystem::weakly_canonical(arguments.jsonl, ignored) == database) {
      throw UsageError(fmt::format("--jsonl: {} is the database itself", arguments.jsonl));
    }
  }
  return std::optional<LineFile>(std::in_place, arguments.jsonl);
}

// What --verbose adds: from where to where, and by which options.
void describe(const CrawlArguments& arguments, std::size_t seeds, storage::Database& database,
              const std::string& options) {
  if (arguments.verbosity != Verbosity::Verbose) return;
  complain(
      fmt::format("{} seeds; {} holds {} pages", seeds, arguments.output, database.page_count()));
  complain(fmt::format("options: {}", options));
}

// With the rules for items compiled: a bad one must not show after the crawl.
crawler::Options ready_options(const CrawlArguments& arguments) {
  crawler::Options options = arguments.options;
  auto extraction = make_extraction(arguments.extraction);
  if (!extraction.is_empty()) {
    options.extraction = std::make_shared<const parser::Extraction>(std::move(extraction));
  }
  crawler::check_options(options);
  return options;
}

// Until the crawl runs, which waits in its own words.
storage::LockWait wait_for_lock(const CrawlArguments& arguments) {
  storage::LockWait wait;
  wait.limit = kLockWait;
  wait.on_wait = [&arguments] {
    complain(
        fmt::format("waiting: another program has {} locked; Ctrl-C ends it", arguments.output));
  };
  return wait;
}

void tell(const crawler::Summary& summary, const SummaryContext& context, Verbosity verbosity) {
  if (verbosity != Verbosity::Quiet) {
    const std::string text = summary_text(summary, context);
    (void)std::fwrite(text.data(), 1, text.size(), stderr);
  } else if (summary.reason == crawler::EndReason::StorageFailed) {
    complain(summary.detail);
  } else if (exit_status(summary) == Exit::NoSeed) {
    complain(fmt::format("crawl: not one seed could be fetched; skitter query {} errors says why",
                         context.database));
  }
}

void write_summary(std::ofstream file, const crawler::Summary& summary,
                   const SummaryContext& context, const std::string& path) {
  if (!file.is_open()) return;
  file << to_json(summary_json(summary, context), JsonLayout::Indented) << "\n";
  file.close();
  if (!file) throw OutputError("--summary-json: cannot write " + path);
}

// What became of the lines counts where the crawl itself went well.
Exit status_with_lines(Exit status, const PageStream& stream, const std::string& database) {
  if (!stream.error().empty()) {
    complain(stream.error());
    return Exit::Storage;
  }
  if (!stream.was_abandoned() || status != Exit::Finished) return status;
  complain(fmt::format("crawl: interrupted; the lines are not all: skitter export {} has them",
                       database));
  return Exit::Interrupted;
}

Exit run_crawl(const CrawlArguments& arguments) {
  const std::vector<parser::Url> seeds = seeds_or_throw(arguments);
  const crawler::Options crawl_options = ready_options(arguments);
  std::ofstream summary_file = open_summary(arguments.summary_json);
  std::optional<LineFile> lines = open_lines(arguments);
  ordered_json options = options_json(arguments.options);
  options["items"] = extraction_json(arguments.extraction);
  const std::string options_text = to_json(options, JsonLayout::OneLine);
  storage::Database database(arguments.output, arguments.start, arguments.durability,
                             wait_for_lock(arguments));
  warn(arguments, database, options);
  describe(arguments, seeds.size(), database, options_text);
  std::optional<PageStream> stream;
  if (lines) {
    lines->begin(arguments.start == storage::Start::Fresh ? LineFile::Begin::Anew
                                                          : LineFile::Begin::BehindTheLast);
    stream.emplace(arguments.output, lines->fd(), lines->name());
  }

  const SummaryContext context{arguments.output, arguments.color && wants_color(STDERR_FILENO)};
  ProgressPrinter printer(progress_style(arguments), context.color);
  const crawler::Summary summary =
      crawler::crawl(crawl_options, seeds, std::move(database), options_text,
                     observe(printer, stream ? &*stream : nullptr, arguments));
  printer.clear();
  tell(summary, context, arguments.verbosity);
  write_summary(std::move(summary_file), summary, context, arguments.summary_json);
  const Exit status = exit_status(summary);
  return stream ? status_with_lines(status, *stream, arguments.output) : status;
}

}  // namespace

void add_crawl(CLI::App& app, Run& run) {
  const auto arguments = std::make_shared<CrawlArguments>();
  CLI::App& crawl = *app.add_subcommand("crawl", "Crawl from seeds into a database");
  add_crawl_options(crawl, *arguments);
  crawl.callback([arguments, &run] { run = [arguments] { return run_crawl(*arguments); }; });
}

}  // namespace skitter::cli
