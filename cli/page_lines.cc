#include "cli/page_lines.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "cli/json.h"
#include "parser/page.h"

namespace skitter::cli {
namespace {

using nlohmann::ordered_json;
using storage::ColumnType;
using storage::Statement;

// A page's links have successive rowids, so that none but its own are read. CROSS JOIN keeps the
// order.
constexpr std::string_view kLinksOfPage =
    "SELECT t.url, l.anchor, l.rel, l.kind FROM page AS p "
    "CROSS JOIN link AS l ON l.id >= p.first_link AND l.id < p.first_link + p.link_count "
    "CROSS JOIN url AS t ON t.id = l.target WHERE p.id = ?1 ORDER BY l.id";
constexpr std::string_view kItemsOfPage =
    "SELECT rule, position, data FROM item WHERE url = ?1 ORDER BY rule, position";

std::string json_of(const Statement& row, int column) {
  switch (row.type(column)) {
    case ColumnType::Null:
      return "null";
    case ColumnType::Integer:
      return std::to_string(row.integer(column));
    case ColumnType::Real:
      return ordered_json(row.real(column)).dump();
    case ColumnType::Text:
    case ColumnType::Blob:
      return json_string(row.text(column));
  }
  return "null";
}

// What a rule took is JSON already; what is none, in a file that another program wrote, is a text.
std::string json_of_data(std::string_view data) {
  const auto parsed = ordered_json::parse(data, nullptr, /*allow_exceptions=*/false);
  return parsed.is_discarded() ? json_string(data) : to_json(parsed, JsonLayout::OneLine);
}

}  // namespace

PageLines::PageLines(const storage::Reader& reader, std::vector<PageColumn> columns)
    : columns_(std::move(columns)),
      links_(reader.connection(), kLinksOfPage),
      items_(reader.connection(), kItemsOfPage) {
  for (const PageColumn& column : columns_) keys_.push_back(json_string(column.name));
}

std::string PageLines::selection() const {
  std::string sql = "id";  // for the lists
  for (const PageColumn& column : columns_) {
    if (column.kind == PageColumn::Kind::Value) sql += ", " + column.sql;
  }
  return sql;
}

std::string PageLines::line(const Statement& page) {
  std::string line;
  int value = 1;  // behind the id
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    line.append(i == 0 ? "{" : ",").append(keys_[i]).append(":");
    switch (columns_[i].kind) {
      case PageColumn::Kind::Value:
        line += json_of(page, value++);
        break;
      case PageColumn::Kind::Links:
        add_links(line, page.integer(0));
        break;
      case PageColumn::Kind::Items:
        add_items(line, page.integer(0));
        break;
    }
  }
  return line + "}\n";
}

void PageLines::add_links(std::string& line, std::int64_t page) {
  line += '[';
  links_.bind(1, page);
  for (bool is_first = true; links_.step(); is_first = false) {
    const auto kind = parser::to_string(static_cast<parser::LinkKind>(links_.integer(3)));
    line += fmt::format(R"({}{{"url":{},"anchor":{},"rel":{},"kind":"{}"}})", is_first ? "" : ",",
                        json_string(links_.text(0)), json_string(links_.text(1)),
                        json_string(links_.text(2)), kind);
  }
  links_.reset();
  line += ']';
}

void PageLines::add_items(std::string& line, std::int64_t page) {
  line += '[';
  items_.bind(1, page);
  for (bool is_first = true; items_.step(); is_first = false) {
    line +=
        fmt::format(R"({}{{"rule":{},"position":{},"data":{}}})", is_first ? "" : ",",
                    json_string(items_.text(0)), items_.integer(1), json_of_data(items_.text(2)));
  }
  items_.reset();
  line += ']';
}

}  // namespace skitter::cli
