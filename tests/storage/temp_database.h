#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/database.h"
#include "storage/recorder.h"
#include "storage/sqlite.h"
#include "storage/statement.h"

namespace skitter::storage {

// A directory of its own for one test, gone after it.
class TempDirectory {
 public:
  TempDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "skitter-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw StorageError("no temporary directory");
    path_ = name;
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }

  [[nodiscard]] std::string file(std::string_view name = "crawl.db") const {
    return (path_ / name).string();
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline Database open_database(const std::string& path, Start start = Start::Continue) {
  return Database(path, start, Durability::Process);
}

// All rows, columns separated by "|", NULL as "NULL".
inline std::vector<std::string> rows(sqlite3* db, std::string_view sql) {
  Statement statement(db, sql);
  std::vector<std::string> all;
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

inline void apply(Database& database, const Record& record) {
  Recorder recorder(database.connection());
  Transaction transaction(database.connection());
  recorder.apply(record);
  transaction.commit();
}

// The words of the StorageError that `call` throws; empty where it throws none.
template <typename Call>
std::string failure_of(Call&& call) {
  try {
    call();
  } catch (const StorageError& error) {
    return error.what();
  }
  return "";
}

// One host with two seeds (1, 2).
inline Record seed_record() {
  Record record;
  record.hosts.push_back({1, "a.example"});
  record.discovered.push_back({.id = 1, .url = "http://a.example/", .host = 1, .detail = {}});
  record.discovered.push_back({.id = 2, .url = "http://a.example/two", .host = 1, .detail = {}});
  return record;
}

// Seed 1 fetched: links to 2, to the newly found 3 and 4, and to an image (5).
inline Record page_record() {
  Record record;
  record.url = 1;
  record.outcome = Outcome::Ok;
  PageRow& page = record.page.emplace();
  page.status = 200;
  page.content_type = "text/html";
  page.bytes = 1234;
  page.fetched_at_ms = 1'700'000'000'123;
  page.elapsed_ms = 42;
  page.page.title = "One";
  page.page.text = "visible text";
  page.page.charset = "utf-8";
  page.content_hash = 0xfedcba9876543210u;
  page.simhash = 0xffff'ffff'ffff'fffeu;
  page.header = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
  page.body = std::string("\x28\xb5\x2f\xfd\0body", 9);
  record.links = {{2, parser::LinkKind::A, "", "two"},
                  {3, parser::LinkKind::A, "nofollow", "three"},
                  {4, parser::LinkKind::A, "", ""},
                  {5, parser::LinkKind::Image, "", ""}};
  record.discovered = {{.id = 3,
                        .url = "http://a.example/three",
                        .host = 1,
                        .referrer = 1,
                        .depth = 1,
                        .detail = {}},
                       {.id = 4,
                        .url = "http://u:p@other.example:81/four",
                        .referrer = 1,
                        .depth = 1,
                        .outcome = Outcome::Scope,
                        .detail = "host"},
                       {.id = 5,
                        .url = "http://a.example/i.png",
                        .referrer = 1,
                        .depth = 1,
                        .outcome = std::nullopt,
                        .detail = {}}};
  return record;
}

}  // namespace skitter::storage
