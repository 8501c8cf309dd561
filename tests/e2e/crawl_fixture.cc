#include "tests/e2e/crawl_fixture.h"

#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "storage/reader.h"
#include "storage/sqlite.h"
#include "storage/statement.h"

namespace skitter::e2e {
namespace {

using storage::ColumnType;
using storage::Statement;

Words all_rows(sqlite3* db, std::string_view sql) {
  Statement statement(db, sql);
  Words all;
  while (statement.step()) {
    std::string row;
    for (int i = 0; i < statement.column_count(); ++i) {
      if (i > 0) row += '|';
      row += statement.type(i) == ColumnType::Null ? "NULL" : std::string(statement.text(i));
    }
    all.push_back(std::move(row));
  }
  return all;
}

// What one list has and the other has not, the first few.
Words difference(const Words& from, const Words& without) {
  constexpr std::size_t kShown = 5;
  Words rest;
  std::set_difference(from.begin(), from.end(), without.begin(), without.end(),
                      std::back_inserter(rest));
  rest.resize(std::min(rest.size(), kShown));
  return rest;
}

void expect_same(std::string_view what, const Words& given, const Words& want) {
  SCOPED_TRACE(what);
  EXPECT_EQ(given.size(), want.size());
  EXPECT_EQ(difference(given, want), Words());
  EXPECT_EQ(difference(want, given), Words());
}

}  // namespace

std::string read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

ProgramOptions CrawlTest::here() const {
  ProgramOptions options;
  options.cwd = directory_.path();
  return options;
}

ProgramResult CrawlTest::skitter(const Words& arguments, const std::string& input) const {
  ProgramOptions options = here();
  options.input = input;
  return cli::run(arguments, options);
}

Words CrawlTest::crawl_words(const Words& arguments, std::string_view database) const {
  Words all = {"crawl",   "-o", std::string(database), "--no-progress",
               "--delay", "0",  "--no-sitemaps"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

ProgramResult CrawlTest::crawl(const Words& arguments, std::string_view database) const {
  return skitter(crawl_words(arguments, database));
}

Words CrawlTest::rows(std::string_view sql, std::string_view database) const {
  const storage::Reader reader(path(database));
  return all_rows(reader.connection(), sql);
}

std::int64_t CrawlTest::number(std::string_view sql, std::string_view database) const {
  const storage::Reader reader(path(database));
  return storage::query_integer(reader.connection(), sql);
}

std::string CrawlTest::outcome(const std::string& url, std::string_view database) const {
  const Words found = rows("SELECT outcome FROM urls WHERE url = '" + url + "'", database);
  return found.size() == 1 ? found[0] : std::to_string(found.size()) + " rows";
}

Contents CrawlTest::contents(std::string_view database) const {
  return {
      rows("SELECT url, host, depth, outcome, detail FROM urls", database),
      rows("SELECT url, host, depth, outcome, status, redirect_url, content_type, charset, bytes, "
           "error, title, description, language, canonical_url, h1, text, content_hash, simhash, "
           "etag, "
           "last_modified FROM pages",
           database),
      rows("SELECT source_url, target_url, anchor, rel, kind FROM links", database),
  };
}

// Not the Reader: it allows no check of the whole file. Read-only, it never checkpoints.
storage::Connection CrawlTest::open(std::string_view database) const {
  const std::string file = path(database);
  return storage::open_connection(file, SQLITE_OPEN_READONLY, file);
}

Words CrawlTest::integrity(std::string_view database) const {
  return all_rows(open(database).get(), "PRAGMA integrity_check");
}

void CrawlTest::expect_sound(std::string_view database) const {
  SCOPED_TRACE(database);
  EXPECT_EQ(integrity(database), Words{"ok"});
  const storage::Connection db = open(database);
  const auto count = [&](std::string_view sql) { return storage::query_integer(db.get(), sql); };
  EXPECT_EQ(count("SELECT count(*) - count(DISTINCT url) FROM urls"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM links WHERE source_url IS NULL OR target_url IS NULL"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM links WHERE source_url NOT IN (SELECT url FROM pages)"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM link"),
            count("SELECT coalesce(sum(link_count), 0) FROM page"));
  EXPECT_EQ(count("SELECT count(*) FROM urls WHERE depth > 0 AND referrer IS NULL"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM pages WHERE status IS NULL AND coalesce(error, '') = ''"),
            0);
}

void CrawlTest::expect_finished(std::string_view database) const {
  SCOPED_TRACE(database);
  expect_sound(database);
  EXPECT_EQ(number("SELECT count(*) FROM urls WHERE outcome = 'queued'", database), 0);
  EXPECT_EQ(number("SELECT count(*) FROM nearer", database), 0);
  EXPECT_EQ(rows("SELECT reason FROM runs ORDER BY id DESC LIMIT 1", database), Words{"finished"});
}

void CrawlTest::expect_equal(const Contents& given, const Contents& want) const {
  const auto sorted = [](Words list) {
    std::sort(list.begin(), list.end());
    return list;
  };
  expect_same("urls", sorted(given.urls), sorted(want.urls));
  expect_same("pages", sorted(given.pages), sorted(want.pages));
  expect_same("links", sorted(given.links), sorted(want.links));
}

Answer page_with_links(const Words& targets) {
  std::string body = "<!DOCTYPE html><title>Links</title>";
  for (const std::string& target : targets) body += "<a href=\"" + target + "\">to</a>\n";
  return Answer::html(body);
}

std::vector<LogEntry> page_requests(const Site& site, std::string_view host) {
  std::vector<LogEntry> entries = site.log();
  std::erase_if(entries, [&](const LogEntry& entry) {
    return entry.path == "/robots.txt" || (!host.empty() && entry.host != host);
  });
  return entries;
}

std::size_t requests_for(const Site& site, std::string_view host, std::string_view path) {
  const std::vector<LogEntry> entries = site.log();
  return static_cast<std::size_t>(std::count_if(
      entries.begin(), entries.end(),
      [&](const LogEntry& entry) { return entry.host == host && entry.path == path; }));
}

}  // namespace skitter::e2e
