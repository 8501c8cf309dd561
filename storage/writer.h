#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "storage/clock.h"
#include "storage/database.h"
#include "storage/record.h"

namespace skitter::storage {

struct WriterLimits {
  std::size_t queue_capacity = 4096;  // ops; the crawler starts no transfers before it is full
  std::size_t records_a_transaction = 256;
  std::size_t bytes_a_transaction = 4u << 20;  // texts and bodies of its records
  milliseconds time_a_transaction{250};        // a quiet crawl commits within this
  std::uint64_t min_free_bytes = 0;            // on the file system; 0: nobody looks
  milliseconds look_again{1'000};              // where there is less than that
};

// The writer thread: applies ops in order, many a transaction, and answers reads between them.
//
// Owns:    the Database from construction to finish().
// Thread:  try_push() and finish(): the loop thread. `on_event` is called on the writer thread and
//          must only hand the event over.
// Errors:  a storage failure arrives as one Failed event; later ops are dropped, reads unanswered.
//          Another program's lock is waited for, as long as the Database was opened to.
class Writer {
 public:
  Writer(Database database, WriterLimits limits, std::function<void(WriterEvent)> on_event);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  // False when the queue is full: then `op` is untouched.
  [[nodiscard]] bool try_push(WriteOp&& op);
  [[nodiscard]] std::size_t backlog() const;  // ops in the queue
  // What the texts and bodies of records take that were pushed and not yet applied.
  [[nodiscard]] std::size_t backlog_bytes() const noexcept;

  // Nothing more will be pushed: what was is applied and committed, then comes Ended, or Failed.
  void close();
  // Ends a wait for another program's lock, and any later one at once.
  void give_up() noexcept;
  // Closes, waits for the end of the thread, and gives the database back.
  [[nodiscard]] Database finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skitter::storage
