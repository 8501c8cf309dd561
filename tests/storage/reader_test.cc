#include "storage/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>

#include "temp_database.h"

namespace skitter::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ReaderTest, RefusesWhatIsNoCrawl) {
  const TempDirectory directory;
  std::ofstream(directory.file("text")) << std::string(4096, 'x');
  std::ofstream(directory.file("empty"));
  {
    const Connection other =
        open_connection(directory.file("other"), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "");
    execute(other.get(), "CREATE TABLE theirs(x)");
  }
  execute(open_database(directory.file("newer")).connection(), "PRAGMA user_version = 99");
  struct Case {
    std::string path;
    std::string_view words;
  };
  const Case cases[] = {
      {directory.file("none"), "there is no file"},  {directory.path(), "is a directory"},
      {directory.file("text"), "is not a database"}, {directory.file("empty"), "is empty"},
      {directory.file("other"), "another program"},  {directory.file("newer"), "newer skitter"},
  };
  for (const auto& [path, words] : cases) {
    SCOPED_TRACE(path);
    const std::string message = failure_of([&] { const Reader reader(path); });
    EXPECT_THAT(message, HasSubstr(words));
    EXPECT_THAT(message, HasSubstr(path));
  }
  EXPECT_FALSE(std::filesystem::exists(directory.file("none")));
}

TEST(ReaderTest, WritesNothing) {
  const TempDirectory directory;
  Database database = open_database(directory.file());
  apply(database, seed_record());
  const Reader reader(directory.file());
  const std::string elsewhere = directory.file("elsewhere");
  const std::string refused[] = {
      "DELETE FROM url",
      "INSERT INTO url VALUES (9,1,0,0,0,0,NULL,'x')",
      "CREATE TABLE x(y)",
      "CREATE TEMP TABLE x(y)",
      "DROP VIEW urls",
      "ATTACH '" + elsewhere + "' AS x",
      "VACUUM INTO '" + elsewhere + "'",
      "VACUUM",
      "PRAGMA wal_checkpoint(TRUNCATE)",
      "PRAGMA query_only = OFF",
      "PRAGMA user_version = 5",
      "PRAGMA writable_schema = ON",
      "BEGIN IMMEDIATE",
      "UPDATE sqlite_master SET sql = NULL",
      "CREATE VIRTUAL TABLE x USING fts5(y)",
      "SELECT load_extension('x')",
  };
  for (const std::string& sql : refused) {
    SCOPED_TRACE(sql);
    EXPECT_NE(failure_of([&] { Statement(reader.connection(), sql).run(); }), "");
  }
  EXPECT_FALSE(std::filesystem::exists(elsewhere));
  EXPECT_THAT(rows(database.connection(), "SELECT count(*) FROM url"), ElementsAre("2"));
}

TEST(ReaderTest, ReadsWhatAUserMayAsk) {
  const TempDirectory directory;
  Database database = open_database(directory.file());
  apply(database, seed_record());
  const Reader reader(directory.file());
  const std::string_view allowed[] = {
      "SELECT * FROM urls",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
      "EXPLAIN QUERY PLAN SELECT * FROM pages",
      "PRAGMA table_info(urls)",
      "PRAGMA USER_VERSION",
      "SELECT name FROM pragma_table_info('pages')",
      "SELECT sql FROM sqlite_schema",
      "SELECT value FROM json_each('[1,2]')",
  };
  for (const std::string_view sql : allowed) {
    SCOPED_TRACE(sql);
    std::vector<std::string> got;
    EXPECT_EQ(failure_of([&] { got = rows(reader.connection(), sql); }), "");
    EXPECT_FALSE(got.empty());
  }
}

TEST(ReaderTest, SeesOneStateWhileAWriterGoesOn) {
  const TempDirectory directory;
  Database database = open_database(directory.file());
  apply(database, seed_record());
  const Reader reader(directory.file());
  Statement open(reader.connection(), "SELECT id FROM urls ORDER BY id");
  ASSERT_TRUE(open.step());
  apply(database, page_record());  // is not kept waiting
  int more = 0;
  while (open.step()) ++more;
  EXPECT_EQ(more, 1);
  EXPECT_THAT(rows(reader.connection(), "SELECT count(*) FROM urls"), ElementsAre("4"));
}

TEST(ReaderTest, HoldsASnapshotAcrossStatements) {
  const TempDirectory directory;
  Database database = open_database(directory.file());
  apply(database, seed_record());
  Reader reader(directory.file());
  reader.hold_snapshot();
  apply(database, page_record());
  const Reader other(directory.file());
  EXPECT_THAT(rows(other.connection(), "SELECT count(*) FROM urls"), ElementsAre("4"));
  EXPECT_THAT(rows(reader.connection(), "SELECT count(*) FROM urls"), ElementsAre("2"));
  EXPECT_THAT(rows(reader.connection(), "SELECT count(*) FROM pages"), ElementsAre("0"));
  // It is as read-only as before.
  EXPECT_NE(failure_of([&] { Statement(reader.connection(), "COMMIT").run(); }), "");
}

TEST(ReaderTest, ReadsWhatAKilledCrawlLeft) {
  const TempDirectory directory;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Database database = open_database(directory.file());
    apply(database, seed_record());
    Recorder recorder(database.connection());
    const Transaction transaction(database.connection());
    recorder.apply(page_record());  // not committed
    _exit(0);                       // as a kill: nothing is closed
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(std::filesystem::exists(directory.file() + "-wal"));
  {
    const Reader reader(directory.file());
    EXPECT_THAT(rows(reader.connection(), "SELECT id, outcome FROM urls"),
                ElementsAre("1|queued", "2|queued"));
    EXPECT_THAT(rows(reader.connection(), "SELECT id FROM pages"), IsEmpty());
  }
  Database again = open_database(directory.file());
  apply(again, page_record());
  EXPECT_THAT(rows(again.connection(), "SELECT count(*) FROM urls"), ElementsAre("4"));
}

TEST(ReaderTest, OpensPathsThatLookLikeUris) {
  const TempDirectory directory;
  const std::string path = directory.file("a b%20?c#d.db");
  {
    Database database = open_database(path);
    apply(database, seed_record());
  }
  const Reader reader(path);
  EXPECT_THAT(rows(reader.connection(), "SELECT count(*) FROM urls"), ElementsAre("2"));
}

TEST(ReaderTest, AnInterruptEndsTheStatement) {
  const TempDirectory directory;
  { const Database database = open_database(directory.file()); }
  Reader reader(directory.file());
  Statement endless(reader.connection(),
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                    "SELECT i FROM n");
  ASSERT_TRUE(endless.step());
  reader.interrupt();
  EXPECT_THAT(failure_of([&] { endless.run(); }), HasSubstr("interrupted"));
}

}  // namespace
}  // namespace skitter::storage
