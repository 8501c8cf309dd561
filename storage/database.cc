#include "storage/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>
#include <utility>

#include "storage/busy_wait.h"
#include "storage/file_lock.h"
#include "storage/recorder.h"
#include "storage/schema.h"
#include "storage/sqlite.h"
#include "storage/statement.h"

namespace skitter::storage {
namespace {

// 16 KiB pages halve the cost of writing 18 KB a page against SQLite's 4 KiB: a text or a body
// then needs no chain of overflow pages.
constexpr int kPageBytes = 16384;
constexpr int kWriterCacheKib = 16 * 1024;
// A checkpoint after that many pages of log, and what a log that once grew larger (a reader kept it
// from being checkpointed) is cut back to: both 32 MiB.
constexpr int kCheckpointPages = 2048;
constexpr int kLogBytes = kCheckpointPages * kPageBytes;

FileLock lock_file(const std::string& path, Start start) {
  FileLock lock(path);
  switch (lock.kind()) {
    case FileKind::Empty:
      return lock;
    case FileKind::Ours:
      break;
    case FileKind::OtherDatabase:
      throw StorageError(fmt::format(
          "{} is a database of another program: name another file with --output", path));
    case FileKind::NotADatabase:
      throw StorageError(
          fmt::format("{} is not a database: name another file with --output", path));
  }
  if (start == Start::Continue) return lock;
  lock.remove(path);
  return FileLock(path);  // of the new file; the old one's is given up after it
}

// Absolute, so that no path is taken for a URI ("file:...") or for SQLite's own ":memory:".
std::string sqlite_name(const std::string& path) {
  return std::filesystem::absolute(path).string();
}

void require_wal(sqlite3* db, const std::string& path) {
  Statement statement(db, "PRAGMA journal_mode = WAL");
  if (!statement.step() || statement.text(0) != "wal") {
    throw StorageError(fmt::format(
        "{} cannot have a write-ahead log on this file system: use a local disk", path));
  }
}

void configure(sqlite3* db, Durability durability) {
  execute(db, fmt::format("PRAGMA synchronous = {};"
                          "PRAGMA cache_size = -{};"
                          "PRAGMA wal_autocheckpoint = {};"
                          "PRAGMA journal_size_limit = {};"
                          "PRAGMA secure_delete = OFF;"  // Debian builds SQLite with it on
                          "PRAGMA temp_store = MEMORY;"
                          "PRAGMA trusted_schema = OFF",
                          durability == Durability::PowerCut ? "FULL" : "NORMAL", kWriterCacheKib,
                          kCheckpointPages, kLogBytes));
}

constexpr std::string_view kUrlColumns =
    "SELECT id, url, host, depth, hops, outcome, detail FROM url";

// What the crawl builds its tables on: ids are given out without gaps.
void require_sound(bool holds, const std::string& path, std::string_view what) {
  if (holds) return;
  throw StorageError(
      fmt::format("{} is damaged ({}): use a copy of it, or start anew with --fresh", path, what));
}

bool is_in(std::int64_t value, std::int64_t least, std::int64_t most) noexcept {
  return value >= least && value <= most;
}

void check_url(const Statement& row, std::int64_t hosts, const std::string& path) {
  const bool is_sound = is_in(row.integer(2), 0, hosts) && is_in(row.integer(3), 0, 0xffff) &&
                        is_in(row.integer(4), 0, 0xff) &&
                        (row.type(5) == ColumnType::Null ||
                         is_in(row.integer(5), 0, std::int64_t{kOutcomeCount} - 1));
  require_sound(is_sound, path, "a URL's row makes no sense");
}

UrlId hand_on_url(Statement& row, const UrlSink& sink) {
  std::optional<Outcome> outcome;
  if (row.type(5) != ColumnType::Null) outcome = static_cast<Outcome>(row.integer(5));
  const auto id = static_cast<UrlId>(row.integer(0));
  sink(id, row.text(1), static_cast<HostId>(row.integer(2)),
       static_cast<std::uint16_t>(row.integer(3)), static_cast<std::uint8_t>(row.integer(4)),
       outcome, row.text(6));
  return id;
}

}  // namespace

struct Database::Impl {
  Impl(const std::string& file, Start start, Durability durability, LockWait&& wait)
      : path(file), lock(lock_file(file, start)), busy(wait.limit) {
    busy.tell(std::move(wait.on_wait));
    db = open_connection(sqlite_name(file), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, file);
    busy.attach(db.get());
    // A file whose creation was cut short is rolled back to nothing by the first read.
    if (query_integer(db.get(), "PRAGMA user_version") == 0) {
      execute(db.get(), fmt::format("PRAGMA page_size = {}", kPageBytes));
    } else {
      check_identity(db.get(), file);
    }
    // The schema before the switch to a log, so that the main file alone says whose it is.
    migrate(db.get(), schema_steps(), schema_views());
    require_wal(db.get(), file);
    configure(db.get(), durability);
  }

  std::string path;
  FileLock lock;  // before the connection, which is therefore closed first
  BusyWait busy;  // likewise: the connection calls it
  Connection db;
};

Database::Database(const std::string& path, Start start, Durability durability, LockWait wait)
    : impl_(std::make_unique<Impl>(path, start, durability, std::move(wait))) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

const std::string& Database::path() const noexcept {
  return impl_->path;
}
sqlite3* Database::connection() const noexcept {
  return impl_->db.get();
}
BusyWait& Database::lock_wait() const noexcept {
  return impl_->busy;
}

void Database::load(const LoadSink& sink) {
  sqlite3* db = connection();
  const std::int64_t hosts = query_integer(db, "SELECT count(*) FROM host");
  const std::int64_t urls = query_integer(db, "SELECT count(*) FROM url");
  if (sink.host) {
    std::int64_t id = 0;
    Statement row(db,
                  "SELECT id, name, robots_state, crawl_delay_ms, blocked_until_ms, incidents "
                  "FROM host ORDER BY id");
    while (row.step()) {
      require_sound(row.integer(0) == ++id, path(), "a host is missing");
      HostState state;
      state.id = static_cast<HostId>(row.integer(0));
      state.robots_state = row.text(2);
      if (row.type(3) != ColumnType::Null) state.crawl_delay_ms = row.integer(3);
      state.blocked_until_ms = row.integer(4);
      state.incidents = static_cast<int>(row.integer(5));
      sink.host(state, row.text(1));
    }
  }
  if (sink.robots) {
    Statement row(db, "SELECT host, origin, fetched_at_ms, state, body FROM robots ORDER BY rowid");
    while (row.step()) {
      require_sound(is_in(row.integer(0), 1, hosts), path(), "a robots.txt is of no host");
      RobotsCopy copy;
      copy.host = static_cast<HostId>(row.integer(0));
      copy.origin = row.text(1);
      copy.fetched_at_ms = row.integer(2);
      copy.state = row.text(3);
      copy.body = row.blob(4);
      sink.robots(copy);
    }
  }
  if (sink.url) {
    std::int64_t id = 0;
    Statement row(db, fmt::format("{} ORDER BY id", kUrlColumns));
    while (row.step()) {
      require_sound(row.integer(0) == ++id, path(), "a URL is missing");
      check_url(row, hosts, path());
      (void)hand_on_url(row, sink.url);
    }
  }
  if (sink.page) {
    Statement row(db,
                  "SELECT u.url, u.depth, p.text_shape FROM page AS p JOIN url AS u ON u.id = p.id "
                  "WHERE p.text_shape IS NOT NULL AND u.outcome <> 0 ORDER BY p.id");
    while (row.step()) {
      sink.page(row.text(0), static_cast<std::uint16_t>(row.integer(1)),
                static_cast<std::uint64_t>(row.integer(2)));
    }
  }
  if (sink.nearer) {
    Statement row(db, "SELECT id FROM nearer ORDER BY id");
    while (row.step()) {
      require_sound(is_in(row.integer(0), 1, urls), path(), "a page to offer again is none");
      sink.nearer(static_cast<UrlId>(row.integer(0)));
    }
  }
}

UrlId Database::load_urls(std::span<const Outcome> outcomes, UrlId after, std::uint32_t limit,
                          const UrlSink& sink) {
  std::string numbers;
  for (const Outcome outcome : outcomes) {
    numbers += fmt::format("{}{}", numbers.empty() ? "" : ", ", static_cast<int>(outcome));
  }
  Statement row(connection(),
                fmt::format("{} WHERE id > ?1 AND outcome IN ({}) ORDER BY id LIMIT ?2",
                            kUrlColumns, numbers));
  row.bind(1, static_cast<std::int64_t>(after)).bind(2, std::int64_t{limit});
  UrlId last = 0;
  while (row.step()) last = hand_on_url(row, sink);
  return last;
}

void Database::requeue(std::span<const Outcome> outcomes, Requeue how) {
  Transaction transaction(connection());
  // What has no host is never asked for, and would stay queued for ever.
  Statement update(connection(),
                   "UPDATE url SET outcome = 0, detail = ?2 || coalesce(': ' || detail, '') "
                   "WHERE outcome = ?1 AND host <> 0");
  for (const Outcome outcome : outcomes) {
    update.bind(1, static_cast<std::int64_t>(outcome));
    const std::string detail = how == Requeue::Refresh ? refresh_detail(outcome) : std::string();
    update.bind_view_or_null(2, detail).run();
  }
  transaction.commit();
}

std::uint64_t Database::page_count() {
  return static_cast<std::uint64_t>(query_integer(connection(), "SELECT count(*) FROM page"));
}

std::optional<LastRun> Database::last_run() {
  Statement row(connection(), "SELECT options, reason FROM run ORDER BY id DESC LIMIT 1");
  if (!row.step()) return std::nullopt;
  return LastRun{std::string(row.text(0)), std::string(row.text(1))};
}

std::int64_t Database::begin_run(std::string_view version, std::string_view options_json,
                                 std::uint64_t seeds, std::int64_t now_ms) {
  sqlite3* db = connection();
  Transaction transaction(db);
  // What a killed run got is still known from its pages; its requests and discoveries are not.
  execute(db, fmt::format("UPDATE run SET reason = 'killed', "
                          "(ended_at_ms, pages, ok, errors, bytes) = ("
                          "  SELECT coalesce(max(p.fetched_at_ms), run.started_at_ms), count(*), "
                          "         coalesce(sum(u.outcome = {}), 0), "
                          "         coalesce(sum(u.outcome IN ({})), 0), coalesce(sum(p.bytes), 0) "
                          "  FROM page AS p JOIN url AS u ON u.id = p.id "
                          "  WHERE p.fetched_at_ms >= run.started_at_ms) "
                          "WHERE ended_at_ms IS NULL",
                          static_cast<int>(Outcome::Ok), error_numbers()));
  Statement insert(db,
                   "INSERT INTO run(started_at_ms, version, options, seeds) VALUES (?1,?2,?3,?4)");
  insert.bind(1, now_ms).bind(2, version).bind(3, options_json);
  insert.bind(4, static_cast<std::int64_t>(seeds)).run();
  const std::int64_t run = sqlite3_last_insert_rowid(db);
  transaction.commit();
  return run;
}

void Database::end_run(const EndRun& end) {
  Recorder(connection()).apply(end);
}

}  // namespace skitter::storage
