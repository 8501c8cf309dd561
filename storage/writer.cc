#include "storage/writer.h"

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "storage/bounded_queue.h"
#include "storage/busy_wait.h"
#include "storage/free_space.h"
#include "storage/log_writeback.h"
#include "storage/recorder.h"
#include "storage/sqlite.h"

namespace skitter::storage {
namespace {

// Ops taken off the queue under one lock; they wait in the writer's hand beyond the queue's bound.
constexpr std::size_t kOpsInHand = 64;

// After a handful of ops the writer rests: what is pushed meanwhile needs no wake-up, which costs
// the loop a system call and the writer a switch of threads, for each page where the writer is
// faster than the rest.
constexpr std::size_t kHandful = kOpsInHand / 4;
constexpr milliseconds kRest{2};

// About what an op holds of memory beyond its own size: only pages hold much.
std::size_t bytes_of(const WriteOp& op) noexcept {
  const Record* record = std::get_if<Record>(&op);
  if (record == nullptr) return 0;
  std::size_t bytes = record->links.size() * sizeof(LinkRow) + record->link_texts.held_bytes();
  for (const ItemRow& item : record->items) bytes += item.data.size();
  if (record->page) {
    const PageRow& page = *record->page;
    bytes += page.page.text.size() + page.body.size() + page.header.size();
  }
  return bytes;
}

// The transaction under way, and when it is to be committed.
struct Batch {
  Batch(sqlite3* db, SteadyTime end) : transaction(db), deadline(end) {}

  Transaction transaction;
  SteadyTime deadline;
  std::size_t ops = 0;
  std::size_t records = 0;
  std::size_t bytes = 0;
  std::vector<UrlId> pages;
};

}  // namespace

struct Writer::Impl {
  Impl(Database&& base, WriterLimits bounds, std::function<void(WriterEvent)>&& sink)
      : database(std::move(base)),
        limits(bounds),
        on_event(std::move(sink)),
        lock_wait(database.lock_wait()),
        log(database.path()),
        queue(limits.queue_capacity),
        thread([this] { run(); }) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { join(); }

  void join() {
    queue.close();
    if (thread.joinable()) thread.join();
  }

  // The top of the thread: nothing thrown leaves it.
  void run() noexcept {
    try {
      lock_wait.tell([this] { on_event(Locked{true}); });
      if (limits.min_free_bytes > 0) look_for_space(/*is_first=*/true);
      write_all();
      on_event(Ended{});
    } catch (const std::bad_alloc&) {
      batch.reset();
      on_event(Failed{describe_failure(database.connection(), SQLITE_NOMEM, {}), false});
      drop_all();
    } catch (const std::exception& failure) {
      batch.reset();  // rolls back
      on_event(Failed{failure.what(), lock_wait.has_given_up()});
      drop_all();
    }
    lock_wait.tell({});
  }

  void write_all() {
    Recorder recorder(database.connection());
    std::vector<WriteOp> ops;
    while (queue.pop_some(ops, kOpsInHand, deadline())) {
      for (WriteOp& op : ops) {
        const std::size_t bytes = bytes_of(op);
        std::visit([&](auto& value) { take(recorder, value); }, op);
        op = HostState();  // gives the memory back before the others are applied
        held_bytes.fetch_sub(bytes, std::memory_order_relaxed);
        if (batch) batch->bytes += bytes;
        if (is_commit_due()) commit();
      }
      const bool was_handful = !ops.empty() && ops.size() < kHandful;
      ops.clear();
      if (is_commit_due()) commit();  // a quiet crawl: there was nothing to take
      if (is_short && std::chrono::steady_clock::now() >= look_at)
        look_for_space(/*is_first=*/false);
      if (was_handful) std::this_thread::sleep_for(kRest);
    }
    if (batch) commit();
  }

  template <typename Op>
  void take(Recorder& recorder, const Op& op) {
    if constexpr (requires { recorder.answer(op); }) {
      on_event(recorder.answer(op));
    } else {
      if (!batch) begin();
      recorder.apply(op);
      ++batch->ops;
      if constexpr (std::is_same_v<Op, Record>) {
        ++batch->records;
        if (op.page) batch->pages.push_back(op.url);
      }
    }
  }

  void begin() {
    batch.emplace(database.connection(),
                  std::chrono::steady_clock::now() + limits.time_a_transaction);
    if (lock_wait.take_end()) on_event(Locked{false});
  }

  void commit() {
    batch->transaction.commit();
    log.begin();
    Committed committed{batch->records, std::move(batch->pages)};
    batch.reset();
    on_event(std::move(committed));
    if (limits.min_free_bytes > 0) look_for_space(/*is_first=*/false);
  }

  // What is written takes space, and so do others. Once it was short an eighth more is wanted, so
  // that the crawl does not stop again at the next page.
  void look_for_space(bool is_first) {
    const std::optional<std::uint64_t> free = free_bytes(database.path());
    const std::uint64_t wanted = limits.min_free_bytes + (is_short ? limits.min_free_bytes / 8 : 0);
    const bool was_short = std::exchange(is_short, free && *free < wanted);
    if (is_first || is_short != was_short) on_event(DiskSpace{is_short, free.value_or(0)});
    look_at = std::chrono::steady_clock::now() + limits.look_again;
  }

  [[nodiscard]] std::optional<SteadyTime> deadline() const {
    if (batch) return batch->deadline;
    if (is_short) return look_at;
    return std::nullopt;
  }

  [[nodiscard]] bool is_commit_due() const {
    return batch && (batch->ops >= limits.records_a_transaction ||
                     batch->bytes >= limits.bytes_a_transaction ||
                     std::chrono::steady_clock::now() >= batch->deadline);
  }

  void drop_all() {
    std::vector<WriteOp> dropped;
    while (queue.pop_some(dropped, kOpsInHand, std::nullopt)) dropped.clear();
  }

  Database database;
  const WriterLimits limits;
  const std::function<void(WriterEvent)> on_event;
  BusyWait& lock_wait;  // the database's, wherever that is moved to
  LogWriteback log;
  BoundedQueue<WriteOp> queue;
  std::atomic<std::size_t> held_bytes = 0;
  std::optional<Batch> batch;  // of the thread alone, as is what follows
  bool is_short = false;       // of space
  SteadyTime look_at;          // for more of it
  std::thread thread;          // last: it uses all of the above
};

Writer::Writer(Database database, WriterLimits limits, std::function<void(WriterEvent)> on_event)
    : impl_(std::make_unique<Impl>(std::move(database), limits, std::move(on_event))) {}

Writer::~Writer() = default;

bool Writer::try_push(WriteOp&& op) {
  const std::size_t bytes = bytes_of(op);
  impl_->held_bytes.fetch_add(bytes, std::memory_order_relaxed);
  const bool is_taken = impl_->queue.try_push(std::move(op));
  if (!is_taken) impl_->held_bytes.fetch_sub(bytes, std::memory_order_relaxed);
  return is_taken;
}

std::size_t Writer::backlog() const {
  return impl_->queue.size();
}

std::size_t Writer::backlog_bytes() const noexcept {
  return impl_->held_bytes.load(std::memory_order_relaxed);
}

void Writer::close() {
  impl_->queue.close();
}

void Writer::give_up() noexcept {
  impl_->lock_wait.give_up();
}

Database Writer::finish() {
  impl_->join();
  return std::move(impl_->database);
}

}  // namespace skitter::storage
