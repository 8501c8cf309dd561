#pragma once

#include <cstddef>
#include <cstdint>

#include "crawler/options.h"
#include "parser/extract.h"
#include "storage/database.h"

namespace skitter::crawler {

struct ExtractOptions {
  std::size_t workers = 1;
  milliseconds parse_timeout = kParseTimeout;
};

struct ExtractSummary {
  std::uint64_t pages = 0;  // whose bodies were read
  std::uint64_t items = 0;
  std::uint64_t cut = 0;     // pages of which not all items were taken
  std::uint64_t broken = 0;  // whose stored body cannot be read
};

// Runs the rules over the stored pages with `options.workers` threads, without the network, and puts their
// items in the place of those the same rules made before. All or nothing: an end on the way leaves
// the earlier items. The same pages give the same items in the same order.
//
// Thread:  any; it writes the database itself and returns when all is committed.
// Errors:  StorageError.
[[nodiscard]] ExtractSummary extract_stored(storage::Database& database,
                                            const parser::Extraction& extraction,
                                            const ExtractOptions& options);

}  // namespace skitter::crawler
