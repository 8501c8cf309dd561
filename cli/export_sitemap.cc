// The format of `export` that tells search engines which pages there are.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/export_format.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "cli/xml.h"
#include "crawler/stored_body.h"
#include "crawler/version.h"
#include "parser/arena.h"
#include "parser/headers.h"
#include "parser/html.h"
#include "parser/http_date.h"
#include "parser/robots_directives.h"
#include "parser/url.h"
#include "storage/statement.h"

namespace skitter::cli {
namespace {

using storage::Statement;

// What one file may hold (sitemaps.org, "Sitemap file location" and "Using Sitemap index files").
constexpr std::size_t kMostUrls = 50'000;
constexpr std::size_t kMostBytes = 52'428'800;

constexpr std::string_view kHead =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
constexpr std::string_view kTail = "</urlset>\n";
constexpr std::string_view kIndexHead =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
constexpr std::string_view kIndexTail = "</sitemapindex>\n";

// The pages that may be listed: HTML, got without an error, not forbidden to index, and the
// canonical ones where they name another.
class ListedPages {
 public:
  explicit ListedPages(const ExportTask& task)
      : now_(std::time(nullptr)),
        pages_(select_pages(task,
                            "id, url, outcome, content_type, canonical_url, headers, "
                            "last_modified")),
        body_(task.reader.connection(),
              "SELECT b.data, (SELECT t.text FROM page_text AS t WHERE t.id = b.text_id) "
              "FROM page AS p JOIN body AS b ON b.id = p.body_id WHERE p.id = ?1") {}

  // The next one's entry; the view is valid until the next call.
  std::optional<std::string> next() {
    while (pages_.step()) {
      if (!is_listed()) continue;
      url_ = pages_.text(1);
      std::string entry = fmt::format("<url><loc>{}</loc>", xml_escape(url_));
      if (const auto time = parser::parse_http_date(pages_.text(6), now_)) {
        entry += fmt::format("<lastmod>{:%Y-%m-%dT%H:%M:%SZ}</lastmod>",
                             fmt::gmtime(static_cast<std::time_t>(*time)));
      }
      return entry + "</url>\n";
    }
    return std::nullopt;
  }
  [[nodiscard]] const std::string& url() const noexcept { return url_; }  // of the last entry

 private:
  bool is_listed() {
    const std::string_view outcome = pages_.text(2);
    if (outcome != "ok" && outcome != "not_modified") return false;
    if (!parser::is_html_type(parser::parse_content_type(pages_.text(3)).essence)) return false;
    const auto url = parser::parse_url(pages_.text(1));
    if (!url) return false;
    const auto canonical = parser::parse_url(pages_.text(4));
    if (canonical && canonical->without_fragment() != url->without_fragment()) return false;
    return may_be_indexed(*url);
  }

  // What the page itself says is in its body, where that is stored.
  bool may_be_indexed(const parser::Url& url) {
    parser::Headers headers;
    std::istringstream lines{std::string(pages_.text(5))};
    for (std::string line; std::getline(lines, line);) headers.add_line(line);
    parser::Document document;
    document.url = &url;
    document.content_type = pages_.text(3);
    document.robots_tags = headers.get_all("x-robots-tag");
    document.agent = crawler::kProductToken;
    document.now_unix = now_;
    document.text = parser::PageText::Skip;
    const std::string body = stored_body(pages_.integer(0));
    document.bytes = body;
    const parser::Page page = parser::scan_page(document, arena_);
    arena_.reset();
    parser::RobotsDirectives directives;
    directives.add_header(page.robots, document.agent, now_);
    return directives.index;
  }

  std::string stored_body(std::int64_t page) {
    std::string bytes;
    if (body_.bind(1, page).step()) {
      bytes = crawler::decompress_body(body_.blob(0), body_.text(1)).value_or("");
    }
    body_.reset();
    return bytes;
  }

  long long now_;
  Statement pages_;
  Statement body_;
  parser::Arena arena_;
  std::string url_;
};

// Counts what goes into one file.
class Room {
 public:
  [[nodiscard]] bool has_for(const std::string& entry) const noexcept {
    return urls_ < kMostUrls && bytes_ + entry.size() <= kMostBytes;
  }
  void take(const std::string& entry) noexcept {
    ++urls_;
    bytes_ += entry.size();
  }

 private:
  std::size_t urls_ = 0;
  std::size_t bytes_ = kHead.size() + kTail.size();
};

// Nothing is written before it is known that one file holds it all.
void write_to_stdout(ListedPages& pages, Output& output) {
  Room room;
  std::string text(kHead);
  while (const auto entry = pages.next()) {
    if (!room.has_for(*entry)) {
      throw UsageError(fmt::format(
          "export: more than the {} URLs or {} MiB that a sitemap may hold: give --output FILE, "
          "which becomes an index with files beside it, or a part with --where",
          kMostUrls, kMostBytes >> 20));
    }
    room.take(*entry);
    text += *entry;
  }
  output.write(text);
  output.write(kTail);
}

// sitemap.xml -> sitemap-2.xml
std::filesystem::path numbered(const std::filesystem::path& path, std::size_t number) {
  std::filesystem::path result = path;
  return result.replace_filename(
      fmt::format("{}-{}{}", path.stem().string(), number, path.extension().string()));
}

// Where the file stands once it is in the root of the site.
std::string url_in_root(const parser::Url& site, const std::filesystem::path& file) {
  std::string name = "/";
  for (const char c : file.filename().string()) {
    const bool is_special = c == '%' || c == '?' || c == '#' || c == '\\';
    name += is_special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  const auto url = parser::parse_url(name, &site);
  return url ? std::string(url->href()) : name;
}

void write_index(const ExportTask& task, const std::string& first_url, std::size_t files) {
  const auto site = parser::parse_url(first_url);
  OutputFile index(task.path);
  index.output().write(kIndexHead);
  for (std::size_t i = 1; i <= files; ++i) {
    index.output().write(fmt::format("<sitemap><loc>{}</loc></sitemap>\n",
                                     xml_escape(url_in_root(*site, numbered(task.path, i)))));
  }
  index.output().write(kIndexTail);
  index.commit();
}

// All files are written before the first takes its name, and the index is the last: what it names
// is there.
void write_to_files(ListedPages& pages, const ExportTask& task) {
  std::vector<std::unique_ptr<OutputFile>> files;
  Room room;
  std::string first_url;
  const auto begin_file = [&] {
    files.push_back(std::make_unique<OutputFile>(numbered(task.path, files.size() + 1).string()));
    files.back()->output().write(kHead);
    room = Room();
  };
  const auto end_file = [&] {
    files.back()->output().write(kTail);
    files.back()->output().flush();
  };
  begin_file();
  while (const auto entry = pages.next()) {
    if (first_url.empty()) first_url = pages.url();
    if (!room.has_for(*entry)) {
      end_file();
      begin_file();
    }
    room.take(*entry);
    files.back()->output().write(*entry);
  }
  end_file();
  if (files.size() == 1) return files.front()->commit_as(task.path);
  for (const auto& file : files) file->commit();
  write_index(task, first_url, files.size());
}

}  // namespace

void export_sitemap(const ExportTask& task) {
  ListedPages pages(task);
  if (task.path.empty()) {
    write_to_stdout(pages, task.output);
  } else {
    write_to_files(pages, task);
  }
}

}  // namespace skitter::cli
