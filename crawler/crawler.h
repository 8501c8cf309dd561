#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/options.h"
#include "crawler/progress.h"
#include "parser/page.h"
#include "parser/url.h"
#include "storage/database.h"
#include "storage/outcome.h"
#include "storage/record.h"

namespace skitter::crawler {

// A usage mistake that only shows when the crawl is set up (a bad regular expression, a bad proxy).
// Exit status 2.
class OptionsError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class EndReason { Finished, Limit, Interrupted, Forced, StorageFailed };
[[nodiscard]] std::string_view to_string(
    EndReason reason) noexcept;  // "finished", "limit", ... as in `runs.reason`

struct Summary {
  EndReason reason = EndReason::Finished;
  std::string detail;  // which limit; the words of the storage failure
  storage::RunCounts counts;
  Progress last;
  std::uint64_t still_queued = 0;  // what a later run would go on with
  std::uint64_t held_urls = 0;     // of them: their hosts' robots.txt could not be got
  std::uint64_t held_hosts = 0;
  bool a_seed_was_fetched = false;  // in this run or an earlier one
};

// A page that was read, on its way into the database.
struct CrawledPage {
  std::string_view url;                             // canonical
  storage::Outcome outcome = storage::Outcome::Ok;  // or ParseLimit
  int status = 0;
  std::uint16_t depth = 0;
  const parser::Page& page;  // title, text, links, ...
  std::span<const storage::ItemRow> items;
};

// How whoever takes the pages keeps up. Behind: no transfer is started until that is over; Gone:
// the crawl ends as Interrupted.
enum class Listener { Ready, Behind, Gone };

// Called on the loop thread; must not block, but for on_ended. What they are given holds during the
// call.
struct Observer {
  // Once for each page that is read, in no order. It is not committed yet: killed now, the page is
  // asked for and told of again by the next run.
  std::function<void(const CrawledPage&)> on_page;
  std::function<void(const Progress&)> on_progress;
  std::chrono::milliseconds progress_interval{500};
  std::function<void(std::string_view)>
      on_message;  // news for the user, one line, safe for a terminal
  // Pages that a reader of the database can see from now on: each decided URL once a run.
  std::function<void(std::span<const storage::UrlId>)> on_committed;
  std::function<Listener()> listener;  // asked each turn of the loop; empty: always Ready
  // The run is committed, on_committed has had its pages, and the database is about to be closed.
  // Forced: also where a second Ctrl-C came too late for the run's reason.
  std::function<void(EndReason)> on_ended;
};

// Throws OptionsError for options that crawl() would refuse: known before a database is made or
// changed.
void check_options(const Options& options);

// One crawl, from the seeds to the committed database.
//
// Owns:    the loop, the transfers, the workers, the writer and, till run() ends, the database.
// Thread:  run() is the loop; it returns when the crawl is over. The options are stored with the
// run as
//          `options_json`.
// Errors:  OptionsError (from run(), before anything is asked for), StorageError where the database
// cannot even be
//          loaded; a storage failure on the way is an EndReason.
// Signals: with SignalPolicy::StopOnInterrupt the first SIGINT or SIGTERM ends it as Interrupted
// once what is in
//          flight is done (at most `grace`), the second aborts the transfers and ends it as Forced.
[[nodiscard]] Summary crawl(const Options& options, const std::vector<parser::Url>& seeds,
                            storage::Database database, std::string_view options_json,
                            const Observer& observer);

}  // namespace skitter::crawler
