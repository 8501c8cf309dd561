#include "storage/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage/bounded_queue.h"
#include "storage/reader.h"
#include "temp_database.h"

namespace skitter::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr milliseconds kNever{std::chrono::hours(1)};

// A writer whose events wait in a queue.
struct Crawl {
  Crawl(Database database, WriterLimits limits)
      : writer(std::move(database), limits,
               [this](WriterEvent event) { (void)events.push(std::move(event)); }) {}

  template <typename Event>
  Event next() {
    return std::get<Event>(*events.pop());
  }

  BoundedQueue<WriterEvent> events{1000};
  Writer writer;
};

Record queued_url(UrlId id) {
  Record record;
  record.discovered.push_back(
      {.id = id, .url = "http://a.example/" + std::to_string(id), .host = 1, .detail = {}});
  return record;
}

TEST(WriterTest, CommitsByCount) {
  const TempDirectory directory;
  Crawl crawl(open_database(directory.file()),
              {.records_a_transaction = 3, .time_a_transaction = kNever});
  EXPECT_TRUE(crawl.writer.try_push(seed_record()));
  EXPECT_TRUE(
      crawl.writer.try_push(HostState{.id = 1, .robots_state = "rules", .crawl_delay_ms = 9}));
  EXPECT_TRUE(crawl.writer.try_push(page_record()));
  const auto committed = crawl.next<Committed>();
  EXPECT_EQ(committed.records, 2u);
  EXPECT_THAT(committed.pages, ElementsAre(1));  // that of page_record(); a seed brings none
  const Reader reader(directory.file());
  EXPECT_THAT(rows(reader.connection(), "SELECT title FROM pages"), ElementsAre("One"));
}

TEST(WriterTest, CommitsByBytes) {
  const TempDirectory directory;
  Crawl crawl(open_database(directory.file()),
              {.bytes_a_transaction = 1'000, .time_a_transaction = kNever});
  EXPECT_TRUE(crawl.writer.try_push(seed_record()));
  Record record = page_record();
  record.page->page.text = std::string(1'000, 'x');
  EXPECT_TRUE(crawl.writer.try_push(std::move(record)));
  EXPECT_EQ(crawl.next<Committed>().records, 2u);
  EXPECT_EQ(crawl.writer.backlog_bytes(), 0u);
}

TEST(WriterTest, CommitsByTimeWhereNothingFollows) {
  const TempDirectory directory;
  Crawl crawl(open_database(directory.file()), {.time_a_transaction = milliseconds{1}});
  EXPECT_TRUE(crawl.writer.try_push(seed_record()));
  EXPECT_EQ(crawl.next<Committed>().records, 1u);
}

TEST(WriterTest, FinishCommitsAllAndGivesTheDatabaseBack) {
  const TempDirectory directory;
  Crawl crawl(open_database(directory.file()), {.time_a_transaction = kNever});
  EXPECT_TRUE(crawl.writer.try_push(seed_record()));
  for (UrlId id = 3; id <= 100; ++id) EXPECT_TRUE(crawl.writer.try_push(queued_url(id)));
  Database database = crawl.writer.finish();
  EXPECT_EQ(crawl.next<Committed>().records, 99u);
  EXPECT_EQ(crawl.writer.backlog(), 0u);
  EXPECT_THAT(rows(database.connection(), "SELECT count(*) FROM urls"), ElementsAre("100"));
}

TEST(WriterTest, ReadsSeeWhatWasPushedBeforeThem) {
  const TempDirectory directory;
  Crawl crawl(open_database(directory.file()), {.time_a_transaction = kNever});
  EXPECT_TRUE(crawl.writer.try_push(seed_record()));
  EXPECT_TRUE(crawl.writer.try_push(RefillRequest{.host = 1, .limit = 10}));
  EXPECT_TRUE(crawl.writer.try_push(page_record()));
  EXPECT_TRUE(crawl.writer.try_push(ReofferRequest{.url = 1}));
  EXPECT_TRUE(crawl.writer.try_push(RefillRequest{.host = 1, .limit = 10}));
  const auto ids = [](const Refill& refill) {
    std::vector<UrlId> all;
    for (const Refill::Row& row : refill.rows) all.push_back(row.id);
    return all;
  };
  EXPECT_THAT(ids(crawl.next<Refill>()), ElementsAre(1u, 2u));
  EXPECT_EQ(crawl.next<Reoffer>().links.size(), 3u);
  EXPECT_THAT(ids(crawl.next<Refill>()), ElementsAre(2u, 3u));
  EXPECT_EQ(crawl.events.size(), 0u);  // none of it is committed yet
}

TEST(WriterTest, AFullQueueLeavesTheOpUntouched) {
  const TempDirectory directory;
  Crawl crawl(open_database(directory.file()), {.queue_capacity = 0});
  WriteOp op = seed_record();
  EXPECT_FALSE(crawl.writer.try_push(std::move(op)));
  EXPECT_EQ(std::get<Record>(op).discovered.size(), 2u);
  EXPECT_FALSE(crawl.writer.try_push(page_record()));
  EXPECT_EQ(crawl.writer.backlog_bytes(), 0u);  // what was refused is not held
}

TEST(WriterTest, AFullDiskEndsItWithOneEventAndRollsBack) {
  const TempDirectory directory;
  Database database = open_database(directory.file());
  apply(database, seed_record());
  execute(database.connection(), "PRAGMA max_page_count = 1");  // raised to what is there now
  Crawl crawl(std::move(database), {.time_a_transaction = kNever});
  EXPECT_TRUE(crawl.writer.try_push(queued_url(3)));
  Record page = page_record();
  page.discovered.clear();
  page.links.clear();
  page.page->page.text = std::string(1 << 20, 'x');
  EXPECT_TRUE(crawl.writer.try_push(std::move(page)));
  EXPECT_TRUE(crawl.writer.try_push(queued_url(4)));
  EXPECT_TRUE(crawl.writer.try_push(RefillRequest{.host = 1, .limit = 1}));
  const Failed failed = crawl.next<Failed>();
  EXPECT_THAT(failed.message, HasSubstr("no space is left"));
  EXPECT_THAT(failed.message, HasSubstr(directory.file()));
  EXPECT_THAT(failed.message, HasSubstr("run the same command again"));
  Database back = crawl.writer.finish();
  EXPECT_EQ(crawl.events.size(), 0u);
  EXPECT_THAT(rows(back.connection(), "SELECT id, outcome FROM urls"),
              ElementsAre("1|queued", "2|queued"));
}

TEST(WriterTest, EndsAfterTheLastCommit) {
  const TempDirectory directory;
  Crawl crawl(open_database(directory.file()), {.time_a_transaction = kNever});
  EXPECT_TRUE(crawl.writer.try_push(seed_record()));
  crawl.writer.close();
  EXPECT_EQ(crawl.next<Committed>().records, 1u);
  (void)crawl.next<Ended>();
  EXPECT_FALSE(crawl.writer.try_push(page_record()));
}

TEST(WriterTest, TellsOfSpaceFirstAndWhereItChanges) {
  const TempDirectory directory;
  struct Case {
    std::uint64_t min_free_bytes;
    bool is_short;
  };
  for (const auto& [min_free_bytes, is_short] : {Case{1, false}, Case{1ull << 60, true}}) {
    SCOPED_TRACE(min_free_bytes);
    Crawl crawl(open_database(directory.file(std::to_string(min_free_bytes))),
                {.time_a_transaction = milliseconds{1}, .min_free_bytes = min_free_bytes});
    const DiskSpace space = crawl.next<DiskSpace>();
    EXPECT_EQ(space.is_short, is_short);
    EXPECT_GT(space.free_bytes, 0u);
    EXPECT_TRUE(crawl.writer.try_push(seed_record()));
    EXPECT_EQ(crawl.next<Committed>().records, 1u);  // what is pushed is written all the same
    crawl.writer.close();
    (void)crawl.next<Ended>();  // and nothing was told twice
  }
}

// Another program that has the database, until it is destroyed.
struct Holder {
  explicit Holder(const std::string& path)
      : db(open_connection(path, SQLITE_OPEN_READWRITE, path)) {
    execute(db.get(), "BEGIN IMMEDIATE");
  }
  Connection db;
};

TEST(WriterTest, WaitsForALockAndTells) {
  const TempDirectory directory;
  Crawl crawl(Database(directory.file(), Start::Continue, Durability::Process, {.limit = kNever}),
              {.time_a_transaction = milliseconds{1}});
  {
    const Holder holder(directory.file());
    EXPECT_TRUE(crawl.writer.try_push(seed_record()));
    EXPECT_TRUE(crawl.next<Locked>().is_waiting);
  }
  EXPECT_FALSE(crawl.next<Locked>().is_waiting);
  EXPECT_EQ(crawl.next<Committed>().records, 1u);
}

TEST(WriterTest, ALockThatHoldsOnEndsIt) {
  const TempDirectory directory;
  Crawl crawl(
      Database(directory.file(), Start::Continue, Durability::Process, {.limit = milliseconds{50}}),
      {.time_a_transaction = milliseconds{1}});
  const Holder holder(directory.file());
  EXPECT_TRUE(crawl.writer.try_push(seed_record()));
  const Failed failed = crawl.next<Failed>();
  EXPECT_THAT(failed.message, HasSubstr("locked by another program"));
  EXPECT_FALSE(failed.was_told_to);
}

TEST(WriterTest, GivesUpWaitingWhenToldTo) {
  const TempDirectory directory;
  Crawl crawl(Database(directory.file(), Start::Continue, Durability::Process, {.limit = kNever}),
              {.time_a_transaction = milliseconds{1}});
  const Holder holder(directory.file());
  EXPECT_TRUE(crawl.writer.try_push(seed_record()));
  EXPECT_TRUE(crawl.next<Locked>().is_waiting);
  crawl.writer.give_up();
  EXPECT_TRUE(crawl.next<Failed>().was_told_to);
}

TEST(WriterTest, ARecordThatBreaksTheRulesEndsItToo) {
  const TempDirectory directory;
  Crawl crawl(open_database(directory.file()), {.time_a_transaction = kNever});
  EXPECT_TRUE(crawl.writer.try_push(seed_record()));
  EXPECT_TRUE(crawl.writer.try_push(queued_url(2)));
  EXPECT_THAT(crawl.next<Failed>().message, HasSubstr("UNIQUE constraint failed: url.id"));
}

}  // namespace
}  // namespace skitter::storage
