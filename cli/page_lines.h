#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/reader.h"
#include "storage/statement.h"

namespace skitter::cli {

// Pages as JSON lines: an object a page, with the columns of the view `pages` as they are called
// there, then `links` [{url, anchor, rel, kind}] and `items` [{rule, position, data}], as `fetch
// --json` has them.
//
// Borrows the connection. Errors: StorageError.
class PageLines {
 public:
  explicit PageLines(const storage::Reader& reader);

  // The line of the row that `page` stands on, with its end: columns by their names, the page's id
  // first.
  [[nodiscard]] std::string line(const storage::Statement& page);

 private:
  void add_links(std::string& line, std::int64_t page);
  void add_items(std::string& line, std::int64_t page);

  storage::Statement links_;
  storage::Statement items_;
};

}  // namespace skitter::cli
