#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/page_columns.h"
#include "storage/reader.h"
#include "storage/statement.h"

namespace skitter::cli {

// Pages as JSON lines: an object a page, whose keys are the columns' names. `links` is a list of
// {url, anchor, rel, kind}, `items` of {rule, position, data}, as `fetch --json` has them.
//
// Borrows the connection. Errors: StorageError.
class PageLines {
 public:
  PageLines(const storage::Reader& reader, std::vector<PageColumn> columns);

  // What a statement over the view `pages` must select.
  [[nodiscard]] std::string selection() const;
  // The row that `page` stands on, with its line break. No other statement is left open.
  [[nodiscard]] std::string line(const storage::Statement& page);

 private:
  void add_links(std::string& line, std::int64_t page);
  void add_items(std::string& line, std::int64_t page);

  std::vector<PageColumn> columns_;
  std::vector<std::string> keys_;  // of columns_, as JSON
  storage::Statement links_;
  storage::Statement items_;
};

}  // namespace skitter::cli
