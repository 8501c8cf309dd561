#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/options.h"
#include "storage/database.h"
#include "storage/warc_reader.h"

namespace skitter::crawler {

struct ImportOptions {
  TransferOptions transfer;  // of it the limits of bodies and headers
  std::size_t workers = 1;
  StoreBody store = StoreBody::Html;
};

struct WarcFile {
  std::string name;  // for messages
  storage::WarcReader::Source source;
};

struct ImportSummary {
  storage::RunCounts counts;
  std::uint64_t records = 0;     // whole ones, of any type
  std::uint64_t damaged = 0;     // records, or what stands between them
  std::uint64_t no_answers = 0;  // response records that hold no HTTP answer, or no date
  std::uint64_t older = 0;       // answers of a URL that a later one is there of
  std::map<std::string, std::uint64_t> passed_over;  // records by type: "revisit"
  std::vector<std::string> truncated;                // files that end within a record
  bool was_stopped = false;
};

struct ImportObserver {
  std::function<void(std::string_view)> on_message;  // one line for each record that is damaged
  // Asked between two records. A source that waits for bytes may then say that there are none.
  std::function<bool()> should_stop;
};

// Puts the pages of WARC files into a new database, as if they had been crawled: `response` records
// of http and https URLs, read by the same parser within the same limits. Of a URL the latest answer
// counts. Request, warcinfo and metadata records are used or known; what else there is (revisit,
// resource, conversion, continuation, answers of other schemes) is counted and passed over.
//
// What skitter exported is restored: outcomes, depths, referrers, heads (crawler/archived_head.h),
// and the pages that no answer came for.
//
// Commits while it goes: an end on the way leaves the pages up to there. Memory does not grow with
// the files but for the URLs (ImportBook).
//
// Thread:  any; it returns when all is committed.
// Errors:  StorageError; what a source throws, after a commit of what was read.
[[nodiscard]] ImportSummary import_warc(storage::Database& database, std::vector<WarcFile> files,
                                        const ImportOptions& options,
                                        const ImportObserver& observer);

}  // namespace skitter::crawler
