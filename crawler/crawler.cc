#include "crawler/crawler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "crawler/crawl.h"
#include "crawler/descriptors.h"
#include "crawler/transfer.h"
#include "crawler/version.h"
#include "storage/busy_wait.h"

namespace skitter::crawler {
namespace {

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

// As many transfers as there are descriptors for: said once, rather than met in the middle.
Options fit_to_descriptors(Options options, const Observer& observer) {
  raise_descriptor_limit();
  const std::size_t most = socket_budget() / 2;  // a host of two families may be tried at both
  if (options.concurrency <= most) return options;
  if (observer.on_message) {
    observer.on_message(
        fmt::format("warning: the limit of open files (ulimit -n) leaves room for {} transfers at "
                    "once, not {}",
                    most, options.concurrency));
  }
  options.concurrency = most;
  return options;
}

// Whether URLs are judged by both options (JSON) in the same way.
bool judges_alike(const std::string& before, std::string_view now) {
  if (before == now) return true;
  const auto earlier = nlohmann::json::parse(before, nullptr, false);
  const auto given = nlohmann::json::parse(now, nullptr, false);
  if (!earlier.is_object() || !given.is_object()) return false;
  const auto value = [](const nlohmann::json& options, const char* name) {
    const auto found = options.find(name);
    return found == options.end() ? nlohmann::json() : *found;
  };
  constexpr std::array kJudging = {
      "depth",          "scope",      "include",       "exclude",        "robots",
      "allow_private",  "trap_rules", "max_url_bytes", "max_path_depth", "max_repeats",
      "max_page_links", "max_alike",  "max_same_text", "max_spellings"};
  return std::all_of(kJudging.begin(), kJudging.end(),
                     [&](const char* name) { return value(earlier, name) == value(given, name); });
}

bool is_unfinished_refresh(const storage::LastRun& run) {
  const auto options = nlohmann::json::parse(run.options, nullptr, false);
  if (!options.is_object() || options.value("refresh", nlohmann::json()) != true) return false;
  return run.reason != to_string(EndReason::Finished) && run.reason != to_string(EndReason::Limit);
}

// The run's reason is worth a try, and no more: without it, the next run calls this one killed.
void try_to_end(storage::Database& database, std::int64_t run, const Summary& summary) {
  try {
    database.lock_wait().give_up();
    database.end_run({run, std::string(to_string(summary.reason)), summary.counts, now_ms()});
  } catch (const storage::StorageError&) {
  }
}

}  // namespace

std::string_view to_string(EndReason reason) noexcept {
  switch (reason) {
    case EndReason::Finished:
      return "finished";
    case EndReason::Limit:
      return "limit";
    case EndReason::Interrupted:
      return "interrupted";
    case EndReason::Forced:
      return "forced";
    case EndReason::StorageFailed:
      return "storage_failed";
  }
  return "";
}

void check_options(const Options& options) {
  (void)Admission(options);
  (void)Transfer(options.transfer, nullptr);
  EventLoop loop;
  const Resolver resolver(loop.get(), {options.transfer.dns_servers}, nullptr);
  // libcurl reads it for the first https URL only: then each of them would fail.
  const std::string& ca_file = options.transfer.ca_file;
  if (!ca_file.empty() && !std::ifstream(ca_file)) {
    throw OptionsError(fmt::format("--cacert: cannot read {}: {}", ca_file, std::strerror(errno)));
  }
}

Summary crawl(const Options& given, const std::vector<parser::Url>& seeds,
              storage::Database database, std::string_view options_json, const Observer& observer) {
  const Options options = fit_to_descriptors(given, observer);
  Crawl crawl(options, Admission(options), observer);
  const std::optional<storage::LastRun> last = database.last_run();
  crawl.load(database, seeds, !last || judges_alike(last->options, options_json),
             last && is_unfinished_refresh(*last));
  const std::int64_t run = database.begin_run(kVersion, options_json, seeds.size(), now_ms());
  storage::Database written = crawl.run(std::move(database), seeds, run);
  Summary summary = crawl.summary();
  if (crawl.has_storage_failed()) try_to_end(written, run, summary);
  // A second Ctrl-C may have come once the run was written: whoever is told need not wait either.
  if (observer.on_ended)
    observer.on_ended(crawl.was_told_twice() ? EndReason::Forced : summary.reason);
  return summary;
}

}  // namespace skitter::crawler
