#include "cli/summary.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/text.h"
#include "cli/units.h"
#include "crawler/version.h"

namespace skitter::cli {
namespace {

using crawler::EndReason;

std::string_view headline(EndReason reason) {
  switch (reason) {
    case EndReason::Finished:
      return "finished";
    case EndReason::Limit:
      return "stopped at a limit";
    case EndReason::Interrupted:
      return "interrupted";
    case EndReason::Forced:
      return "interrupted by force";
    case EndReason::StorageFailed:
      return "stopped: the database failed";
  }
  return "";
}

double seconds(std::chrono::milliseconds elapsed) {
  return std::chrono::duration<double>(elapsed).count();
}

double rate(double amount, std::chrono::milliseconds elapsed) {
  return elapsed.count() > 0 ? amount / seconds(elapsed) : 0;
}

// Safe to paste: a path in single quotes where it is not plain.
std::string shell_word(const std::string& path) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-+,:@%";
  const bool plain = !path.empty() && path.find_first_not_of(kPlain) == std::string::npos;
  if (plain && !path.starts_with('-')) return path;
  std::string out = path.starts_with('-') ? "'./" : "'";
  for (const char c : path) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return printable(out + "'");
}

std::string next_step(const crawler::Summary& summary, const std::string& database) {
  if (!summary.a_seed_was_fetched) {
    return fmt::format("skitter query {} \"SELECT url, outcome, error FROM pages\"", database);
  }
  return fmt::format("skitter query {} --list", database);
}

}  // namespace

Exit exit_status(const crawler::Summary& summary) {
  switch (summary.reason) {
    case EndReason::StorageFailed:
      return Exit::Storage;
    case EndReason::Interrupted:
      return Exit::Interrupted;
    case EndReason::Forced:
      return Exit::Forced;
    case EndReason::Limit:
      return Exit::Finished;  // as the user asked for
    case EndReason::Finished:
      return summary.a_seed_was_fetched ? Exit::Finished : Exit::NoSeed;
  }
  return Exit::Internal;
}

std::string summary_text(const crawler::Summary& summary, const SummaryContext& context) {
  const auto& [pages, ok, errors, bytes, requests, discovered] = summary.counts;
  const auto elapsed = summary.last.elapsed;
  const std::string database = shell_word(context.database);

  std::string head(headline(summary.reason));
  if (!summary.detail.empty()) head += " (" + printable(summary.detail) + ")";
  if (context.color) head = "\x1b[1m" + head + "\x1b[0m";

  std::string out =
      fmt::format("skitter: {} after {}: {} pages ({} ok, {} errors), {}, {} pages/s\n", head,
                  human_duration(elapsed), human_count(pages), human_count(ok), human_count(errors),
                  human_bytes(static_cast<double>(bytes)),
                  human_rate(rate(static_cast<double>(pages), elapsed)));
  out += fmt::format("  answers   2xx {}, 3xx {}, 4xx {}, 5xx {}, none {}\n",
                     human_count(summary.last.status_2xx), human_count(summary.last.status_3xx),
                     human_count(summary.last.status_4xx), human_count(summary.last.status_5xx),
                     human_count(summary.last.errors));
  out += fmt::format("  URLs      {} discovered, {} requests, {} still queued\n",
                     human_count(discovered), human_count(requests),
                     human_count(summary.still_queued));
  out += fmt::format("  database  {}\n", database);
  if (!summary.a_seed_was_fetched && exit_status(summary) == Exit::NoSeed) {
    out += "  not one seed could be fetched\n";
  }
  if (summary.held_urls > 0) {
    out += fmt::format("  waiting   {} URLs of {} hosts whose robots.txt cannot be got now\n",
                       human_count(summary.held_urls), human_count(summary.held_hosts));
  }
  if (summary.still_queued > 0 && summary.reason != EndReason::Limit) {
    out += "  to go on  the same command again\n";
  }
  return out + fmt::format("  next      {}\n", next_step(summary, database));
}

nlohmann::ordered_json summary_json(const crawler::Summary& summary,
                                    const SummaryContext& context) {
  const auto elapsed = summary.last.elapsed;
  const auto& counts = summary.counts;
  return {
      {"version", crawler::kVersion},
      {"database", context.database},
      {"reason", to_string(summary.reason)},
      {"detail", summary.detail},
      {"exit_status", static_cast<int>(exit_status(summary))},
      {"elapsed_ms", elapsed.count()},
      {"pages", counts.pages},
      {"ok", counts.ok},
      {"errors", counts.errors},
      {"bytes", counts.bytes},
      {"requests", counts.requests},
      {"discovered", counts.discovered},
      {"still_queued", summary.still_queued},
      {"waiting_urls", summary.held_urls},
      {"waiting_hosts", summary.held_hosts},
      {"a_seed_was_fetched", summary.a_seed_was_fetched},
      {"status_2xx", summary.last.status_2xx},
      {"status_3xx", summary.last.status_3xx},
      {"status_4xx", summary.last.status_4xx},
      {"status_5xx", summary.last.status_5xx},
      {"no_response", summary.last.errors},
      {"pages_per_second", rate(static_cast<double>(counts.pages), elapsed)},
      {"bytes_per_second", rate(static_cast<double>(counts.bytes), elapsed)},
  };
}

}  // namespace skitter::cli
