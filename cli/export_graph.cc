// The formats of `export` that are graphs: URLs are nodes, links are edges.
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "cli/export_format.h"
#include "cli/result.h"
#include "cli/xml.h"
#include "parser/page.h"
#include "storage/outcome.h"
#include "storage/statement.h"

namespace skitter::cli {
namespace {

using storage::ColumnType;
using storage::Statement;

// The attributes are declared before they are used; outcome and status are missing where a URL was
// never to be asked for, or gave no answer.
constexpr std::string_view kGraphmlHead = R"(<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="url" for="node" attr.name="url" attr.type="string"/>
<key id="depth" for="node" attr.name="depth" attr.type="int"/>
<key id="outcome" for="node" attr.name="outcome" attr.type="string"/>
<key id="status" for="node" attr.name="status" attr.type="int"/>
<key id="title" for="node" attr.name="title" attr.type="string"/>
<key id="kind" for="edge" attr.name="kind" attr.type="string"/>
<key id="rel" for="edge" attr.name="rel" attr.type="string"/>
<key id="anchor" for="edge" attr.name="anchor" attr.type="string"/>
<graph edgedefault="directed">
)";
constexpr std::string_view kGraphmlTail = "</graph>\n</graphml>\n";

void add_data(std::string& into, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  into += fmt::format("<data key=\"{}\">{}</data>", key, xml_escape(value));
}

std::string_view outcome_of(const Statement& row, int column) {
  if (row.type(column) == ColumnType::Null) return {};
  return storage::to_string(static_cast<storage::Outcome>(row.integer(column)));
}

// The tables, not the views: nodes are named by their ids, so that no edge looks a URL up.
void write_nodes(const ExportTask& task) {
  Statement row(task.reader.connection(),
                "SELECT u.id, u.url, u.depth, u.outcome, p.status, p.title "
                "FROM url AS u LEFT JOIN page AS p ON p.id = u.id ORDER BY u.id");
  while (row.step()) {
    std::string node = fmt::format("<node id=\"n{}\">", row.integer(0));
    add_data(node, "url", row.text(1));
    add_data(node, "depth", row.text(2));
    add_data(node, "outcome", outcome_of(row, 3));
    add_data(node, "status", row.text(4));
    add_data(node, "title", row.text(5));
    task.output.write(node + "</node>\n");
  }
}

void write_edges(const ExportTask& task) {
  Statement row(task.reader.connection(),
                "SELECT source, target, kind, rel, anchor FROM link ORDER BY id");
  while (row.step()) {
    std::string edge =
        fmt::format("<edge source=\"n{}\" target=\"n{}\">", row.integer(0), row.integer(1));
    add_data(edge, "kind", parser::to_string(static_cast<parser::LinkKind>(row.integer(2))));
    add_data(edge, "rel", row.text(3));
    add_data(edge, "anchor", row.text(4));
    task.output.write(edge + "</edge>\n");
  }
}

}  // namespace

void export_edges(const ExportTask& task) {
  Statement links(task.reader.connection(),
                  "SELECT source_url AS Source, target_url AS Target, kind AS Kind, rel AS Rel, "
                  "anchor AS Anchor FROM links");
  const auto writer = export_row_writer(task);
  (void)write_result(links, *writer, task.stop);
}

void export_graphml(const ExportTask& task) {
  task.output.write(kGraphmlHead);
  write_nodes(task);
  write_edges(task);
  task.output.write(kGraphmlTail);
}

}  // namespace skitter::cli
