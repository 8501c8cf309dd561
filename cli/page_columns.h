#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/reader.h"

namespace skitter::cli {

// What can be told of a page, one value or list each, under the name that a user gives.
struct PageColumn {
  enum class Kind : std::uint8_t { Value, Links, Items };

  std::string name;
  std::string sql;  // over the view `pages`; of lists empty
  Kind kind = Kind::Value;
};

// The columns of the view `pages`, in its order.
[[nodiscard]] std::vector<PageColumn> columns_of_pages(const storage::Reader& reader);
// Those, and the page's lists: `links` and `items`.
[[nodiscard]] std::vector<PageColumn> all_page_columns(const storage::Reader& reader);

// Those of all_page_columns() that are named, in the order of the names, and of what is made of the
// stored body: `body`, `markdown`, `main_text` (SQL functions, which must be declared before they
// are used). Throws UsageError for another name.
[[nodiscard]] std::vector<PageColumn> choose_page_columns(const storage::Reader& reader,
                                                          std::span<const std::string> names);

}  // namespace skitter::cli
