#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "crawler/parse_pool.h"
#include "parser/url.h"
#include "storage/outcome.h"

namespace skitter::crawler {

// What an archive says of a page beside its answer.
struct PageNote {
  storage::Outcome outcome = storage::Outcome::Ok;
  std::string detail;
  std::string error;
  std::string referrer;
  std::uint16_t depth = 0;
  std::uint64_t bytes = 0;
  unsigned attempts = 1;
  milliseconds elapsed{0};
};

// One page out of an archive, on its way to the database.
struct ImportedPage {
  parser::Url url;
  Response response;     // status 0: there was none
  bool has_body = true;  // false: one came, and is not in the archive
  bool is_ours = false;  // of an archive that has a note for each page
  std::optional<PageNote> note;
  std::optional<PageParsed> parsed;  // where its body was read; it has the response then
};

// Has the bodies of pages read by the workers, while the pages stay in order.
//
// Holds at most kMostPages, and kMostBytes of bodies beside the one that passes it.
//
// Thread:  one at a time; the workers are its own.
class ImportPages {
 public:
  static constexpr std::size_t kMostPages = 64;
  static constexpr std::size_t kMostBytes = 8u << 20;

  explicit ImportPages(const ParseOptions& options);
  ImportPages(const ImportPages&) = delete;
  ImportPages& operator=(const ImportPages&) = delete;

  [[nodiscard]] bool is_full() const noexcept;
  [[nodiscard]] bool is_empty() const noexcept { return pages_.empty(); }
  void push(ImportedPage&& page);
  // The oldest, once it is read. Throws what ended a worker, where that was to read it.
  [[nodiscard]] ImportedPage pop();

 private:
  struct Waiting {
    ImportedPage page;
    std::size_t bytes = 0;
    bool is_read = false;  // by a worker
  };

  void take(ParseResult&& result);

  std::deque<Waiting> pages_;
  UrlId first_ = 1;  // the number of pages_.front()
  std::size_t bytes_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<UrlId, PageParsed> results_;  // by the page's number
  std::exception_ptr failure_;           // of a worker
  ParsePool pool_;                       // last: its workers use all of the above
};

}  // namespace skitter::crawler
