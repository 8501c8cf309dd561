// The format of `export` that is for reading, by people and by language models.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "cli/export_format.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output_directory.h"
#include "storage/statement.h"

namespace skitter::cli {
namespace {

using storage::ColumnType;

// The page's id and nothing that a server said. Six digits keep the order where names are sorted.
std::string file_name(std::int64_t page) {
  return fmt::format("{:06}.md", page);
}

bool is_file_name(std::string_view name) {
  constexpr std::string_view kEnding = ".md";
  if (name.size() < 6 + kEnding.size() || !name.ends_with(kEnding)) return false;
  name.remove_suffix(kEnding.size());
  return name.find_first_not_of("0123456789") == std::string_view::npos;
}

// A JSON string is one of YAML too.
void add_field(std::string& into, std::string_view name, std::string_view value) {
  if (!value.empty()) into += fmt::format("{}: {}\n", name, json_string(value));
}

}  // namespace

void export_markdown(const ExportTask& task) {
  if (task.path.empty()) {
    throw UsageError(
        "export: markdown makes a file a page: give --output DIR; for one stream there is "
        "--format jsonl --columns url,title,markdown");
  }
  // The body is unpacked and read for HTML only.
  storage::Statement pages = select_pages(task,
                                          "id, url, title, description, language, fetched_at, "
                                          "CASE WHEN content_type LIKE 'text/html%' "
                                          "OR content_type LIKE 'application/xhtml+xml%' "
                                          "THEN markdown(body(id), url) END");
  OutputDirectory directory(task.path, &is_file_name);
  std::uint64_t count = 0;
  while (pages.step()) {
    if (pages.type(6) == ColumnType::Null) continue;
    std::string text = "---\n";
    add_field(text, "url", pages.text(1));
    add_field(text, "title", pages.text(2));
    add_field(text, "description", pages.text(3));
    add_field(text, "language", pages.text(4));
    add_field(text, "fetched_at", pages.text(5));
    text.append("---\n\n").append(pages.text(6));
    directory.add(file_name(pages.integer(0)), text);
    ++count;
  }
  if (count == 0) {
    throw UsageError(
        fmt::format("export: no page of {} has a stored body that is HTML: crawl with --store html",
                    task.database));
  }
  directory.commit();
}

}  // namespace skitter::cli
