#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "storage/clock.h"
#include "storage/record.h"

struct sqlite3;

namespace skitter::storage {

class BusyWait;

// The database cannot be used: what, where, and what to do. Exit status 3.
class StorageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The SQL that was given is wrong, or what it asks of a function is: its author can mend it. Never
// the file's fault, or the machine's.
class SqlError : public StorageError {
  using StorageError::StorageError;
};

enum class Start { Continue, Fresh };  // Fresh: an existing crawl in the file is removed first
enum class Durability { Process, PowerCut };  // synchronous=NORMAL, FULL

// While another program has the database locked.
struct LockWait {
  milliseconds limit{5'000};
  std::function<void()> on_wait = {};  // called once a wait, when that has lasted for a second
};

// One row of `url`. `outcome` nullopt: only a link's target.
using UrlSink =
    std::function<void(UrlId id, std::string_view url, HostId host, std::uint16_t depth,
                       std::uint8_t hops, std::optional<Outcome> outcome, std::string_view detail)>;

// What a database held when it was opened; each callback may be empty.
struct LoadSink {
  std::function<void(const HostState& state, std::string_view name)> host;
  std::function<void(const RobotsCopy& copy)> robots;
  UrlSink url;  // in order of id
  // Pages that were read, but for those that are to be asked for again; in order of id.
  std::function<void(std::string_view url, std::uint16_t depth, std::uint64_t text_shape)> page;
  std::function<void(UrlId id)> nearer;  // pages whose links are still to be offered again
};

enum class Requeue { Plain, Refresh };

// The newest run.
struct LastRun {
  std::string options;  // JSON
  std::string reason;   // as in `runs.reason`; empty: it never ended (killed)
};

// The crawl's one writing connection, locked against a second crawl of the same file.
//
// Owns:    the connection and the lock, till it is destroyed.
// Thread:  one at a time; handed to the Writer for the crawl and back.
// Errors:  StorageError.
class Database {
 public:
  // Opens or creates `path`, migrates an older schema, refuses a newer one, another program's file
  // and a file that another crawl has open. Start::Fresh removes a crawl's file, never another's.
  Database(const std::string& path, Start start, Durability durability, LockWait wait = {});
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  [[nodiscard]] const std::string& path() const noexcept;
  [[nodiscard]] sqlite3* connection() const noexcept;
  [[nodiscard]] BusyWait& lock_wait() const noexcept;

  // Throws where ids have gaps, or a row points at none: nobody could go on from that.
  void load(const LoadSink& sink);
  // The first `limit` URLs behind `after` that ended in one of `outcomes`, in order of id. Gives the
  // last one's id, 0 where there are none.
  [[nodiscard]] UrlId load_urls(std::span<const Outcome> outcomes, UrlId after, std::uint32_t limit,
                                const UrlSink& sink);
  // Every URL that ended so is queued again (its row of `pages` stays until the new one replaces
  // it). A URL without a host, which is never asked for, stays as it is. Requeue::Refresh: one that
  // a limit leaves unasked ends as it did before.
  void requeue(std::span<const Outcome> outcomes, Requeue how = Requeue::Plain);
  [[nodiscard]] std::uint64_t page_count();         // rows of `pages`, all runs
  [[nodiscard]] std::optional<LastRun> last_run();  // nullopt in a new database

  // A run that never ended (killed) is closed with reason `killed` by the next begin_run(), with
  // what its pages still tell of it.
  [[nodiscard]] std::int64_t begin_run(std::string_view version, std::string_view options_json,
                                       std::uint64_t seeds, std::int64_t now_ms);
  void end_run(const EndRun& end);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skitter::storage
