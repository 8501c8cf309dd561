#include "cli/page_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/options.h"
#include "cli/suggest.h"
#include "storage/statement.h"

namespace skitter::cli {
namespace {

std::vector<PageColumn> known_columns(const storage::Reader& reader) {
  std::vector<PageColumn> columns = all_page_columns(reader);
  columns.push_back({"body", "body(id)"});
  columns.push_back({"markdown", "markdown(body(id), url)"});
  columns.push_back({"main_text", "main_text(body(id))"});
  return columns;
}

}  // namespace

std::vector<PageColumn> columns_of_pages(const storage::Reader& reader) {
  const storage::Statement all(reader.connection(), "SELECT * FROM pages");
  std::vector<PageColumn> columns;
  for (int i = 0; i < all.column_count(); ++i) {
    const std::string name(all.column_name(i));
    columns.push_back({name, name});
  }
  return columns;
}

std::vector<PageColumn> all_page_columns(const storage::Reader& reader) {
  std::vector<PageColumn> columns = columns_of_pages(reader);
  columns.push_back({"links", "", PageColumn::Kind::Links});
  columns.push_back({"items", "", PageColumn::Kind::Items});
  return columns;
}

std::vector<PageColumn> choose_page_columns(const storage::Reader& reader,
                                            std::span<const std::string> names) {
  const std::vector<PageColumn> known = known_columns(reader);
  std::vector<PageColumn> chosen;
  for (const std::string& name : names) {
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const PageColumn& column) { return column.name == name; });
    if (found != known.end()) {
      chosen.push_back(*found);
      continue;
    }
    std::vector<std::string> words;
    for (const PageColumn& column : known) words.push_back(column.name);
    const std::string near = nearest(name, words);
    throw UsageError(fmt::format("export: --columns: there is no column '{}'; {}", name,
                                 near.empty() ? fmt::format("there are {}", fmt::join(words, ", "))
                                              : fmt::format("did you mean {}?", near)));
  }
  return chosen;
}

}  // namespace skitter::cli
