#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include "crawler/crawler.h"
#include "storage/record.h"

namespace skitter::cli {

// Writes the pages of a running crawl as JSON lines, in the order in which they are committed, on a
// thread of its own that reads them back from the database.
//
//     loop: push(ids) --> waiting_ --> thread: SELECT, line, write()
//           state() <---- Behind while more than kMostWaiting wait
//
// Owns:    the thread. The descriptor is borrowed.
// Thread:  push() and state(): the loop's, and never blocked by a slow reader; the rest: the one
//          that made it.
// Bounded: ids wait, not pages; the crawl starts no transfers while it is behind.
// Errors:  kept for error(). A reader that has gone is none.
class PageStream {
 public:
  static constexpr std::size_t kMostWaiting = 1'024;

  PageStream(std::string database, int fd, std::string name);
  PageStream(const PageStream&) = delete;
  PageStream& operator=(const PageStream&) = delete;
  ~PageStream() { abandon(); }

  void push(std::span<const storage::UrlId> pages);
  [[nodiscard]] crawler::Listener state() const;

  // Waits until all that was pushed is written, or cannot be. A SIGINT or SIGTERM meanwhile
  // abandons it.
  void finish();
  // Ends the thread at once: what waits is not written.
  void abandon() noexcept;

  // Once it is finished or abandoned:
  [[nodiscard]] bool was_abandoned() const noexcept { return was_abandoned_; }  // by a signal too
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  // A descriptor that poll() waits for, beside the one that is written.
  struct Wake {
    Wake();
    Wake(const Wake&) = delete;
    Wake& operator=(const Wake&) = delete;
    ~Wake();
    int fd;
  };

  void run() noexcept;
  void write_pages();
  [[nodiscard]] bool next(storage::UrlId& page);  // false at the end
  [[nodiscard]] bool has_next() const;
  void write(std::string_view text);
  void wait_for_reader();

  const std::string database_;
  const int fd_;
  const std::string name_;
  Wake abandoned_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<storage::UrlId> waiting_;
  bool is_ending_ = false;
  std::atomic<bool> is_gone_ = false;  // nothing is written any more
  bool was_abandoned_ = false;         // of the thread, till it is joined; so is error_
  std::string error_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace skitter::cli
