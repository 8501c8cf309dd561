#include "storage/schema.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "parser/page.h"
#include "parser/simhash.h"
#include "storage/outcome.h"
#include "temp_database.h"

namespace skitter::storage {
namespace {

TEST(SchemaTest, ViewsHaveTheColumnsOfTheContract) {
  const TempDirectory directory;
  const Database database = open_database(directory.file());
  struct Case {
    std::string_view view, columns;
  };
  const Case cases[] = {
      {"urls", "id, url, host, depth, referrer, outcome, detail"},
      {"pages",
       "id, url, host, depth, referrer, outcome, status, redirect_url, content_type, charset, "
       "bytes, fetched_at, elapsed_ms, attempts, error, title, description, language, "
       "canonical_url, h1, text, content_hash, simhash, etag, last_modified, headers"},
      {"links", "source_url, target_url, anchor, rel, kind"},
      {"items", "url, rule, position, data"},
      {"hosts", "host, robots_state, crawl_delay_ms, pages, errors, mean_elapsed_ms"},
      {"runs",
       "id, started_at, ended_at, version, options, seeds, reason, pages, ok, errors, bytes, "
       "requests, discovered"},
  };
  for (const auto& [view, columns] : cases) {
    SCOPED_TRACE(view);
    Statement statement(database.connection(), "SELECT * FROM " + std::string(view));
    std::string names;
    for (int i = 0; i < statement.column_count(); ++i) {
      if (i > 0) names += ", ";
      names += statement.column_name(i);
    }
    EXPECT_EQ(names, columns);
    EXPECT_FALSE(statement.step());
  }
}

TEST(SchemaTest, MarksTheFileAsOursInTheNewestVersionWithALog) {
  const TempDirectory directory;
  const Database database = open_database(directory.file());
  EXPECT_EQ(rows(database.connection(), "PRAGMA application_id"),
            std::vector<std::string>{std::to_string(kApplicationId)});
  EXPECT_EQ(rows(database.connection(), "PRAGMA user_version"),
            std::vector<std::string>{std::to_string(schema_steps().size())});
  EXPECT_EQ(rows(database.connection(), "PRAGMA journal_mode"), std::vector<std::string>{"wal"});
}

TEST(SchemaTest, ViewsSayOutcomesAndKindsInWords) {
  const TempDirectory directory;
  Database database = open_database(directory.file());
  Record record;
  record.url = 1;
  record.page.emplace();
  for (int i = 0; i < kOutcomeCount; ++i) {
    record.discovered.push_back({.id = static_cast<UrlId>(i + 1),
                                 .url = "x:" + std::to_string(i),
                                 .outcome = static_cast<Outcome>(i),
                                 .detail = {}});
  }
  std::vector<std::string> kinds;
  for (int i = 0; i <= static_cast<int>(parser::LinkKind::Media); ++i) {
    const auto kind = static_cast<parser::LinkKind>(i);
    record.links.push_back({.target = 1, .kind = kind, .rel = {}, .anchor = {}});
    kinds.emplace_back(to_string(kind));
  }
  apply(database, record);
  const auto words = rows(database.connection(), "SELECT outcome FROM urls ORDER BY id");
  ASSERT_EQ(words.size(), static_cast<std::size_t>(kOutcomeCount));
  for (int i = 0; i < kOutcomeCount; ++i) {
    EXPECT_EQ(words[static_cast<std::size_t>(i)], to_string(static_cast<Outcome>(i)));
  }
  EXPECT_EQ(rows(database.connection(), "SELECT kind FROM links"), kinds);
}

TEST(SchemaTest, ReadsTheHostOffAUrlThatHasNone) {
  const TempDirectory directory;
  Database database = open_database(directory.file());
  struct Case {
    std::string_view url, host;
  };
  const Case cases[] = {
      {"http://b.example/", "b.example"},
      {"https://b.example:8443/a/b?c=//d/@", "b.example:8443"},
      {"https://user:p%40ss@b.example/@x", "b.example"},
      {"http://[::1]:80/", "[::1]:80"},
      {"mailto:someone@b.example", "NULL"},
      {"ftp://b.example/", "NULL"},
  };
  Record record;
  UrlId id = 0;
  for (const Case& c : cases) {
    record.discovered.push_back(
        {.id = ++id, .url = std::string(c.url), .outcome = Outcome::Scope, .detail = {}});
  }
  apply(database, record);
  const auto hosts = rows(database.connection(), "SELECT host FROM urls ORDER BY id");
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    SCOPED_TRACE(cases[i].url);
    EXPECT_EQ(hosts.at(i), cases[i].host);
  }
}

TEST(SchemaTest, MigrationTakesOnlyTheMissingSteps) {
  const TempDirectory directory;
  const Connection db = open_connection(
      directory.file(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, directory.file());
  const std::string_view steps[] = {"CREATE TABLE a(x)", "ALTER TABLE a ADD COLUMN y"};
  migrate(db.get(), std::span(steps).first(1), "CREATE VIEW urls AS SELECT x FROM a");
  execute(db.get(), "INSERT INTO a VALUES (1)");
  migrate(db.get(), steps, "CREATE VIEW urls AS SELECT x, y FROM a");
  EXPECT_EQ(rows(db.get(), "SELECT * FROM urls"), std::vector<std::string>{"1|NULL"});
  EXPECT_EQ(query_integer(db.get(), "PRAGMA user_version"), 2);
}

TEST(SchemaTest, AFileOfVersionOneKeepsItsPages) {
  const TempDirectory directory;
  {
    const Connection db = open_connection(
        directory.file(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, directory.file());
    migrate(db.get(), schema_steps().first(1), "");
    execute(db.get(),
            "INSERT INTO url VALUES (1, 0, 0, 0, 1, 0, NULL, 'x:1');"
            "INSERT INTO page(id, bytes, fetched_at_ms, elapsed_ms, attempts, nofollow, "
            "content_hash, link_count) VALUES (1, 9, 0, 0, 1, 0, 255, 0)");
  }
  const Database database = open_database(directory.file());
  EXPECT_EQ(rows(database.connection(), "SELECT url, bytes, content_hash, simhash FROM pages"),
            std::vector<std::string>{"x:1|9|00000000000000ff|NULL"});
}

TEST(SchemaTest, AFileOfVersionTwoKeepsItsPagesAndGetsRoomForHeaders) {
  const TempDirectory directory;
  {
    const Connection db = open_connection(
        directory.file(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, directory.file());
    migrate(db.get(), schema_steps().first(2), "");
    execute(db.get(),
            "INSERT INTO url VALUES (9, 0, 0, 0, 1, 0, NULL, 'x:1');"
            "INSERT INTO page(id, bytes, fetched_at_ms, elapsed_ms, attempts, nofollow, "
            "link_count, simhash) VALUES (9, 7, 0, 0, 1, 0, 0, 5)");
  }
  Database database = open_database(directory.file());
  EXPECT_EQ(rows(database.connection(), "SELECT bytes, simhash, header_id FROM page"),
            std::vector<std::string>{"7|5|NULL"});
  EXPECT_EQ(query_integer(database.connection(), "PRAGMA user_version"),
            static_cast<std::int64_t>(schema_steps().size()));
  apply(database, page_record());
  EXPECT_EQ(query_integer(database.connection(),
                          "SELECT length(h.data) FROM header AS h JOIN page AS p "
                          "ON p.header_id = h.id WHERE p.id = 1"),
            static_cast<std::int64_t>(page_record().page->header.size()));
}

TEST(SchemaTest, BodiesOfVersionFourStandBehindNoText) {
  const TempDirectory directory;
  {
    const Connection db = open_connection(
        directory.file(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, directory.file());
    migrate(db.get(), schema_steps().first(4), "");
    execute(db.get(), "INSERT INTO body VALUES (7, x'28B52FFD')");
  }
  Database database = open_database(directory.file());
  apply(database, page_record());
  EXPECT_EQ(rows(database.connection(), "SELECT id, text_id FROM body"),
            (std::vector<std::string>{"7|NULL", "8|1"}));
}

TEST(SchemaTest, TextsOfVersionFourHaveTheirSimhashMadeAnew) {
  const TempDirectory directory;
  constexpr std::string_view kText = "what a page says";
  {
    const Connection db = open_connection(
        directory.file(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, directory.file());
    migrate(db.get(), schema_steps().first(4), "");
    execute(db.get(), "INSERT INTO page_text VALUES (3, 'what a page says')");
    for (const char* const row : {"(9, 3, 5)", "(10, NULL, NULL)", "(11, 3, NULL)"}) {
      execute(db.get(), std::string("INSERT INTO page(id, bytes, fetched_at_ms, elapsed_ms, "
                                    "attempts, nofollow, link_count, text_id, simhash) SELECT "
                                    "column1, 7, 0, 0, 1, 0, 0, column2, column3 FROM (VALUES ") +
                            row + ")");
    }
  }
  const Database database = open_database(directory.file());
  const auto hash = static_cast<std::int64_t>(*parser::simhash(kText));
  EXPECT_EQ(rows(database.connection(), "SELECT id, simhash FROM page"),
            (std::vector<std::string>{"9|" + std::to_string(hash), "10|NULL", "11|NULL"}));
}

TEST(SchemaTest, AFailedMigrationChangesNothing) {
  const TempDirectory directory;
  const Connection db = open_connection(
      directory.file(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, directory.file());
  const std::string_view steps[] = {"CREATE TABLE a(x)", "CREATE TABLE b(x)", "no such thing"};
  migrate(db.get(), std::span(steps).first(1), "CREATE VIEW urls AS SELECT x FROM a");
  EXPECT_THROW(migrate(db.get(), steps, ""), StorageError);
  EXPECT_EQ(query_integer(db.get(), "PRAGMA user_version"), 1);
  EXPECT_EQ(rows(db.get(), "SELECT name FROM sqlite_schema ORDER BY name"),
            (std::vector<std::string>{"a", "urls"}));
}

}  // namespace
}  // namespace skitter::storage
