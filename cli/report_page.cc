#include "cli/report_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/plot.h"
#include "cli/units.h"
#include "storage/outcome.h"
#include "storage/reports.h"
#include "storage/statement.h"

namespace skitter::cli {
namespace {

using storage::ColumnType;
using storage::Statement;

constexpr std::size_t kMostBars = 20;
constexpr int kMostRows = 20;  // of a table
constexpr std::int64_t kMostColumns = 60;
constexpr std::size_t kIsoSize = 24;

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark; --ground: #fff; --text: #1d2329; --faint: #6b7683; --edge: #d9dee4;
  --good: #1f7a5c; --bad: #c9472f; --other: #8d99a8; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181c; --text: #e4e8ec; --faint: #93a0ad;
  --edge: #303840; --good: #3fae88; --bad: #e8705a; --other: #75818e; } }
body { margin: 0 auto; max-width: 80rem; padding: 1.5rem; background: var(--ground); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; } h2 { font-size: 1.05rem; margin: 0 0 .2rem; }
p { margin: 0 0 .6rem; color: var(--faint); } code { font-size: .92em; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: .7rem; margin: 0 0 1.5rem; }
dl div, section { border: 1px solid var(--edge); border-radius: 6px; padding: .7rem .9rem; }
dt { color: var(--faint); font-size: .85rem; } dd { margin: 0; font-size: 1.15rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(34rem, 100%), 1fr)); gap: 1rem; }
.tables section { margin-top: 1rem; overflow-x: auto; }
svg { display: block; width: 100%; height: auto; font-size: 12.5px; }
svg text { fill: var(--text); } svg .number { fill: var(--faint); font-variant-numeric: tabular-nums; }
.good { fill: var(--good); } .bad { fill: var(--bad); } .other { fill: var(--other); } .line { stroke: var(--edge); }
table { border-collapse: collapse; font-size: .87rem; } th { text-align: left; color: var(--faint); font-weight: 600; }
th, td { padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--edge); vertical-align: top; max-width: 34rem;
  overflow-wrap: anywhere; } td.n { text-align: right; font-variant-numeric: tabular-nums; } a { color: inherit; }
)css";

// A named report whose first rows the page shows, under its own name.
constexpr std::array kTables = {"broken-links", "errors",           "redirects",      "titles",
                                "duplicates",   "orphans",          "slow",           "large",
                                "depth",        "external-domains", "robots-blocked", "items"};

const std::string kNone = "<p>None.</p>\n";

struct Page {
  sqlite3* db;
  const std::string& database;
  Output& output;
};

const storage::Report& named(std::string_view name) {
  return *storage::find_report(name);
}

std::string link_or_text(std::string_view text) {
  const bool is_link = text.starts_with("http://") || text.starts_with("https://");
  const std::string escaped = html_text(text);
  return is_link ? fmt::format("<a rel=\"noreferrer noopener\" href=\"{0}\">{0}</a>", escaped)
                 : escaped;
}

std::string number_text(const Statement& row, int column) {
  return row.type(column) == ColumnType::Integer && row.integer(column) >= 0
             ? human_count(static_cast<std::uint64_t>(row.integer(column)))
             : std::string(row.text(column));
}

std::string cell(const Statement& row, int column) {
  switch (row.type(column)) {
    case ColumnType::Null:
      return "<td></td>";
    case ColumnType::Integer:
    case ColumnType::Real:
      return fmt::format("<td class=\"n\">{}</td>", number_text(row, column));
    default:
      return fmt::format("<td>{}</td>", link_or_text(row.text(column)));
  }
}

std::string heading(std::string_view title, std::string_view about) {
  return fmt::format("<h2>{}</h2>\n<p>{}</p>\n", html_text(title), html_text(about));
}

void write_plot(const Page& page, std::string_view title, std::string_view about,
                std::string_view svg) {
  page.output.write("<section>\n" + heading(title, about));
  page.output.write(svg);
  page.output.write("</section>\n");
}

void write_bars(const Page& page, std::string_view title, std::string_view about,
                const std::vector<Bar>& bars) {
  write_plot(page, title, about, bars.empty() ? kNone : bar_plot(bars, title));
}

void write_columns(const Page& page, std::string_view title, std::string_view about, Tone rest,
                   const std::vector<Column>& columns) {
  write_plot(page, title, about, columns.empty() ? kNone : column_plot(columns, rest, title));
}

// --- the head: who, when, how much

std::string title_of(const Page& page) {
  Statement hosts(
      page.db, fmt::format("SELECT host, count(*) OVER () FROM ({}) LIMIT 1", named("hosts").sql));
  if (!hosts.step()) return "A crawl of nothing yet";
  const auto others = static_cast<std::uint64_t>(hosts.integer(1) - 1);
  std::string title = fmt::format("Crawl of {}", hosts.text(0));
  if (others > 0)
    title += fmt::format(" and {} other host{}", human_count(others), others > 1 ? "s" : "");
  return title;
}

// "2026-11-28T15:38:29.208Z" without what nobody looks for.
std::string instant(std::string_view iso) {
  return fmt::format("{} {} UTC", iso.substr(0, 10), iso.substr(11, 8));
}

void write_numbers(const Page& page) {
  Statement rows(page.db, named("summary").sql);
  page.output.write("<dl>\n");
  while (rows.step()) {
    if (rows.type(1) == ColumnType::Null) continue;
    const bool is_bytes = rows.text(0).starts_with("bytes");
    const bool is_instant = rows.type(1) == ColumnType::Text && rows.text(1).size() == kIsoSize;
    const std::string value = is_bytes     ? human_bytes(rows.real(1))
                              : is_instant ? instant(rows.text(1))
                                           : number_text(rows, 1);
    page.output.write(fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", html_text(rows.text(0)),
                                  html_text(value)));
  }
  page.output.write("</dl>\n");
}

// --- plots

void write_outcomes(const Page& page) {
  Statement rows(page.db, named("outcomes").sql);
  std::vector<Bar> bars;
  while (rows.step()) {
    const auto outcome = storage::outcome_from(rows.text(0));
    Tone tone = Tone::Other;
    if (outcome == storage::Outcome::Ok || outcome == storage::Outcome::NotModified)
      tone = Tone::Good;
    if (outcome && is_error(*outcome)) tone = Tone::Bad;
    bars.push_back({std::string(rows.text(0)), static_cast<std::uint64_t>(rows.integer(1)), tone});
  }
  write_bars(page, "Outcomes", "what became of each URL", bars);
}

void write_status(const Page& page) {
  Statement rows(page.db, fmt::format("SELECT status, pages FROM ({}) LIMIT {}",
                                      named("status").sql, kMostBars));
  std::vector<Bar> bars;
  while (rows.step()) {
    const bool has_answer = rows.type(0) != ColumnType::Null;
    const std::int64_t status = rows.integer(0);
    Tone tone = Tone::Other;
    if (status >= 200 && status < 300) tone = Tone::Good;
    if (!has_answer || status >= 400) tone = Tone::Bad;
    bars.push_back({has_answer ? std::string(rows.text(0)) : "no answer",
                    static_cast<std::uint64_t>(rows.integer(1)), tone});
  }
  write_bars(page, "HTTP status", "what the servers answered", bars);
}

// Of rows of a name and a count.
std::vector<Bar> bars_of(Statement& rows) {
  std::vector<Bar> bars;
  while (rows.step()) {
    bars.push_back(
        {std::string(rows.text(0)), static_cast<std::uint64_t>(rows.integer(1)), Tone::Other});
  }
  return bars;
}

void write_hosts(const Page& page) {
  Statement rows(page.db, fmt::format("SELECT host, pages FROM ({}) WHERE pages > 0 LIMIT {}",
                                      named("hosts").sql, kMostBars));
  const std::vector<Bar> bars = bars_of(rows);
  const std::string about = bars.size() < kMostBars
                                ? "pages asked for"
                                : fmt::format("pages asked for, of the {} with most", kMostBars);
  write_bars(page, "Hosts", about, bars);
}

void write_types(const Page& page) {
  Statement rows(page.db,
                 fmt::format("SELECT coalesce(lower(trim(substr(content_type, 1, "
                             "instr(content_type || ';', ';') - 1))), 'not said') AS type, "
                             "count(*) AS pages FROM pages WHERE status IS NOT NULL "
                             "GROUP BY type ORDER BY pages DESC, type LIMIT {}",
                             kMostBars));
  const std::vector<Bar> bars = bars_of(rows);
  write_bars(page, "Content types", "of pages, as the answers name them", bars);
}

void write_depth(const Page& page) {
  Statement rows(page.db, fmt::format("SELECT depth, ok, urls - ok FROM ({}) LIMIT {}",
                                      named("depth").sql, kMostColumns));
  std::vector<Column> columns;
  while (rows.step()) {
    columns.push_back({std::string(rows.text(0)), static_cast<std::uint64_t>(rows.integer(1)),
                       static_cast<std::uint64_t>(rows.integer(2))});
  }
  write_columns(page, "Depth", "URLs by how many links they are from a seed: ok, and others above",
                Tone::Other, columns);
}

// How long a column of the plot over time is, so that there are at most kMostColumns of them.
std::int64_t step_ms(std::int64_t span_ms) {
  constexpr std::array<std::int64_t, 19> kSteps = {
      100,       200,       500,       1'000,      2'000,     5'000,   10'000,
      15'000,    30'000,    60'000,    120'000,    300'000,   600'000, 900'000,
      1'800'000, 3'600'000, 7'200'000, 21'600'000, 86'400'000};
  for (const std::int64_t step : kSteps) {
    if (span_ms / step < kMostColumns) return step;
  }
  return (span_ms / kMostColumns / kSteps.back() + 1) * kSteps.back();
}

// Of the last run that asked for pages: between two runs may lie months.
void write_time(const Page& page) {
  Statement ends(
      page.db,
      "SELECT max(r.started_at_ms), max(p.last) FROM run AS r, "
      "(SELECT max(fetched_at_ms) AS last FROM page) AS p WHERE r.started_at_ms <= p.last");
  std::int64_t first = 0;
  std::int64_t last = 0;
  if (ends.step() && ends.type(0) != ColumnType::Null) {
    first = ends.integer(0);
    last = ends.integer(1);
  }
  const std::int64_t step = step_ms(last - first);
  std::vector<Column> columns;
  for (std::int64_t at = 0; last > 0 && at <= last - first; at += step) {
    columns.push_back({at == 0 ? "0 s" : human_duration(std::chrono::milliseconds(at)), 0, 0});
  }
  Statement rows(
      page.db, fmt::format("SELECT (p.fetched_at_ms - ?1) / ?2 AS at, sum(u.outcome NOT IN ({0})), "
                           "sum(u.outcome IN ({0})) FROM page AS p JOIN url AS u ON u.id = p.id "
                           "WHERE p.fetched_at_ms >= ?1 GROUP BY at",
                           storage::error_numbers()));
  rows.bind(1, first).bind(2, step);
  while (rows.step()) {
    const auto at = static_cast<std::size_t>(rows.integer(0));
    if (at >= columns.size()) continue;
    columns[at].good = static_cast<std::uint64_t>(rows.integer(1));
    columns[at].rest = static_cast<std::uint64_t>(rows.integer(2));
  }
  write_columns(page, "Over time",
                fmt::format("pages in each {} of the last run, errors above",
                            human_duration(std::chrono::milliseconds(step))),
                Tone::Bad, columns);
}

// Values by powers of two: what is between two of them is one column.
class Histogram {
 public:
  void add(std::int64_t value, bool is_ok) {
    const auto bits = static_cast<std::size_t>(
        std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0))));
    (is_ok ? counts_[bits].good : counts_[bits].rest) += 1;
    least_ = std::min(least_, bits);
    most_ = std::max(most_, bits);
  }
  template <typename Name>
  [[nodiscard]] std::vector<Column> columns(Name name) const {
    std::vector<Column> columns;
    for (std::size_t bits = least_; bits <= most_ && bits < counts_.size(); ++bits) {
      columns.push_back(counts_[bits]);
      columns.back().label = name(bits == 0 ? 0 : std::uint64_t{1} << (bits - 1));
    }
    return columns;
  }

 private:
  std::array<Column, 65> counts_{};
  std::size_t least_ = 65;
  std::size_t most_ = 0;
};

void write_histograms(const Page& page) {
  Histogram elapsed;
  Histogram bytes;
  Statement rows(page.db,
                 fmt::format("SELECT p.elapsed_ms, p.bytes, u.outcome NOT IN ({}) FROM page AS p "
                             "JOIN url AS u ON u.id = p.id WHERE p.status IS NOT NULL",
                             storage::error_numbers()));
  while (rows.step()) {
    elapsed.add(rows.integer(0), rows.integer(2) != 0);
    bytes.add(rows.integer(1), rows.integer(2) != 0);
  }
  const auto time_name = [](std::uint64_t ms) {
    return human_duration(std::chrono::milliseconds(ms));
  };
  const auto size_name = [](std::uint64_t size) { return human_bytes(static_cast<double>(size)); };
  write_columns(page, "Response times",
                "pages that took so long and up to twice as long, errors above", Tone::Bad,
                elapsed.columns(time_name));
  write_columns(page, "Sizes", "pages so large and up to twice as large, decoded, errors above",
                Tone::Bad, bytes.columns(size_name));
}

// --- tables

// At most kMostRows of them; true where there are more.
bool write_rows(const Page& page, Statement& rows) {
  if (!rows.step()) {
    page.output.write(kNone);
    return false;
  }
  std::string head = "<table>\n<tr>";
  for (int i = 0; i < rows.column_count(); ++i) {
    head += fmt::format("<th>{}</th>", html_text(rows.column_name(i)));
  }
  page.output.write(head + "</tr>\n");
  bool has_more = true;
  for (int written = 0; has_more && written < kMostRows; ++written) {
    std::string line = "<tr>";
    for (int i = 0; i < rows.column_count(); ++i) line += cell(rows, i);
    page.output.write(line + "</tr>\n");
    has_more = rows.step();
  }
  page.output.write("</table>\n");
  return has_more;
}

void write_table(const Page& page, const storage::Report& report) {
  Statement rows(page.db, fmt::format("SELECT * FROM ({}) LIMIT {}", report.sql, kMostRows + 1));
  page.output.write("<section>\n" + heading(report.name, report.about));
  if (write_rows(page, rows)) {
    const std::string command = fmt::format("skitter query {} {}", page.database, report.name);
    page.output.write(fmt::format("<p>These are the first {}; all of them: <code>{}</code></p>\n",
                                  kMostRows, html_text(command)));
  }
  page.output.write("</section>\n");
}

void write_runs(const Page& page) {
  Statement rows(
      page.db,
      fmt::format("SELECT id, started_at, ended_at, reason, pages, ok, errors, bytes, requests, "
                  "discovered, version FROM runs ORDER BY id DESC LIMIT {}",
                  kMostRows));
  page.output.write("<section>\n" + heading("runs", "each start of the crawl, the last one first"));
  (void)write_rows(page, rows);
  page.output.write("</section>\n");
}

}  // namespace

void write_report_page(const storage::Reader& reader, const std::string& database, Output& output) {
  const Page page{reader.connection(), database, output};
  const std::string title = html_text(title_of(page));
  output.write(
      fmt::format("<!DOCTYPE html>\n<html lang=\"en\" "
                  "xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'unsafe-inline'\"/>\n"
                  "<meta name=\"viewport\" content=\"width=device-width\"/>\n"
                  "<meta name=\"generator\" "
                  "content=\"skitter\"/>\n<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n"
                  "<h1>{0}</h1>\n",
                  title, kStyle));
  write_numbers(page);
  output.write("<div class=\"plots\">\n");
  write_outcomes(page);
  write_time(page);
  write_status(page);
  write_depth(page);
  write_histograms(page);
  write_hosts(page);
  write_types(page);
  output.write("</div>\n<div class=\"tables\">\n");
  for (const char* const name : kTables) write_table(page, named(name));
  write_runs(page);
  output.write("</div>\n</body>\n</html>\n");
}

}  // namespace skitter::cli
