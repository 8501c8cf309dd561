#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sqlite.h"
#include "tests/cli/run_program.h"
#include "tests/site/site.h"

namespace skitter::e2e {

using cli::Program;
using cli::ProgramOptions;
using cli::ProgramResult;
using site::Answer;
using site::LogEntry;
using site::Request;
using site::Site;
using std::chrono::milliseconds;
using Words = std::vector<std::string>;

inline constexpr const char* kHost = "a.localhost";  // where one host is enough

// A file's bytes; none where it cannot be read.
[[nodiscard]] std::string read(const std::string& file);

// What a crawl found, apart from what may differ between two crawls of the same site: the order of
// discovery, times, and how often something had to be asked for.
struct Contents {
  Words urls;
  Words pages;
  Words links;

  friend bool operator==(const Contents&, const Contents&) = default;
};

// A directory of its own, in which the program runs.
class CrawlTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kDatabase = "crawl.db";

  [[nodiscard]] std::string path(std::string_view name = kDatabase) const {
    return (directory_ / name).string();
  }
  [[nodiscard]] ProgramOptions here() const;
  // `skitter`, to its end.
  [[nodiscard]] ProgramResult skitter(const Words& arguments, const std::string& input = "") const;
  // `skitter crawl --delay 0`, to its end: fast, where pace is not what is tested. Later words win.
  [[nodiscard]] ProgramResult crawl(const Words& arguments,
                                    std::string_view database = kDatabase) const;
  [[nodiscard]] Words crawl_words(const Words& arguments,
                                  std::string_view database = kDatabase) const;

  // All rows, columns parted by "|", NULL as "NULL".
  [[nodiscard]] Words rows(std::string_view sql, std::string_view database = kDatabase) const;
  [[nodiscard]] std::int64_t number(std::string_view sql,
                                    std::string_view database = kDatabase) const;
  [[nodiscard]] std::string outcome(const std::string& url,
                                    std::string_view database = kDatabase) const;
  [[nodiscard]] Contents contents(std::string_view database = kDatabase) const;

  // What `PRAGMA integrity_check` says: "ok".
  [[nodiscard]] Words integrity(std::string_view database = kDatabase) const;
  // What must hold in any database that a crawl leaves, however it ended.
  void expect_sound(std::string_view database = kDatabase) const;
  // The same, and that the last run left nothing to do.
  void expect_finished(std::string_view database = kDatabase) const;
  // Compared list by list, for short messages.
  void expect_equal(const Contents& given, const Contents& want) const;

 private:
  [[nodiscard]] storage::Connection open(std::string_view database) const;

  cli::TemporaryDirectory directory_;
};

// A page with a link to each of `targets`.
[[nodiscard]] Answer page_with_links(const Words& targets);

// Requests for a host (empty: for any), robots.txt left out.
[[nodiscard]] std::vector<LogEntry> page_requests(const Site& site, std::string_view host = "");
[[nodiscard]] std::size_t requests_for(const Site& site, std::string_view host,
                                       std::string_view path);

}  // namespace skitter::e2e
