#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "crawler/fetcher.h"
#include "crawler/host_queue.h"
#include "parser/canonical.h"
#include "parser/html.h"
#include "parser/page.h"
#include "parser/robots.h"
#include "parser/url.h"
#include "storage/bounded_queue.h"

namespace skitter::crawler {

// A 2xx answer of a page, to be read.
struct PageJob {
  UrlId id = 0;
  parser::Url url;
  unsigned attempts = 1;
  Response response;
};
struct PageParsed {
  UrlId id = 0;
  std::string url;  // canonical
  unsigned attempts = 1;
  Response response;  // its body is gone
  parser::Page page;
  std::vector<std::uint64_t> link_fingerprints;  // one for each of page.links
  std::uint64_t content_hash = 0;
  std::uint64_t text_shape = 0;          // parser::text_shape; 0: a sitemap
  std::optional<std::uint64_t> simhash;  // of its text
  std::string stored_body;               // BodyCompressor; empty: not kept
  std::vector<storage::ItemRow> items;   // of rules, and what a sitemap says of its URLs
  std::string error;                     // why the page, or its items, could not be read
};

struct RobotsJob {
  HostId host = 0;
  Scheme scheme = Scheme::Http;
  std::string body;
};
struct RobotsParsed {
  HostId host = 0;
  Scheme scheme = Scheme::Http;
  std::string body;
  std::shared_ptr<const parser::RobotsRules> rules;
};

using ParseJob = std::variant<PageJob, RobotsJob>;
// A worker has ended, and its job with it.
struct WorkerFailed {
  std::exception_ptr why;
};
using ParseResult = std::variant<PageParsed, RobotsParsed, WorkerFailed>;

struct ParseOptions {
  std::size_t workers = 1;
  std::size_t queue_capacity = 64;
  StoreBody store = StoreBody::Html;
  parser::ParseMode mode = parser::ParseMode::Scan;
  milliseconds parse_timeout{1'000};  // of one page's tree, and again of its items
  parser::CanonicalRules canonical;
  std::shared_ptr<const parser::Extraction> extraction;  // null: none
};

// A sitemap that is a file compressed by itself: its content type does not tell.
[[nodiscard]] bool is_packed_sitemap(std::string_view url) noexcept;

// The parse workers: threads that turn answers into pages, hash and compress them.
//
// Owns:    the threads; each has its arena and its compressor.
// Thread:  try_push() and finish(): loop. The outbox is called on the workers and must only hand
//          over.
// Errors:  a job always gives a result, whatever is in it. Where memory runs out outside a page the
//          worker ends with WorkerFailed, and the run should. The constructor throws
//          where not one thread is to be had; with fewer than asked for it makes do.
class ParsePool {
 public:
  struct Outbox {
    std::function<void(ParseResult)> put;  // the result is there; nobody need look yet
    std::function<void()> send;  // somebody must look: before the worker waits, or works for long
  };

  ParsePool(const ParseOptions& options, Outbox outbox);
  ParsePool(const ParsePool&) = delete;
  ParsePool& operator=(const ParsePool&) = delete;
  ~ParsePool();  // does the jobs that are waiting, then joins

  // False when the queue is full: then `job` is untouched.
  [[nodiscard]] bool try_push(ParseJob&& job) { return jobs_.try_push(std::move(job)); }
  [[nodiscard]] std::size_t backlog() const { return jobs_.size(); }

 private:
  // Results of quick pages wait for one another: a wake-up is a system call, and a switch of
  // threads.
  static constexpr int kResultsASend = 16;
  static constexpr milliseconds kResultsWait{1};

  void work() noexcept;
  void do_jobs();

  ParseOptions options_;
  Outbox outbox_;
  storage::BoundedQueue<ParseJob> jobs_;
  std::vector<std::thread> threads_;
};

}  // namespace skitter::crawler
