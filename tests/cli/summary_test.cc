#include "cli/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace skitter::cli {
namespace {

using crawler::EndReason;
using ::testing::HasSubstr;
using ::testing::Not;

crawler::Summary sample(EndReason reason) {
  crawler::Summary summary;
  summary.reason = reason;
  summary.counts.pages = 1'000;
  summary.counts.ok = 990;
  summary.counts.errors = 10;
  summary.counts.bytes = 5'000'000;
  summary.last.elapsed = std::chrono::milliseconds(10'000);
  summary.a_seed_was_fetched = true;
  return summary;
}

// The contract's exit statuses.
TEST(SummaryTest, ExitStatus) {
  struct Case {
    EndReason reason;
    bool a_seed_was_fetched;
    int want;
  };
  const Case cases[] = {
      {EndReason::Finished, true, 0},      {EndReason::Limit, true, 0},
      {EndReason::Finished, false, 4},     {EndReason::Limit, false, 0},
      {EndReason::Interrupted, true, 11},  {EndReason::Interrupted, false, 11},
      {EndReason::Forced, true, 13},       {EndReason::Forced, false, 13},
      {EndReason::StorageFailed, true, 3}, {EndReason::StorageFailed, false, 3},
  };
  for (const auto& [reason, fetched, want] : cases) {
    SCOPED_TRACE(want);
    crawler::Summary summary = sample(reason);
    summary.a_seed_was_fetched = fetched;
    EXPECT_EQ(static_cast<int>(exit_status(summary)), want);
  }
}

TEST(SummaryTest, SaysWhatCameOfItAndWhatIsNext) {
  crawler::Summary summary = sample(EndReason::Interrupted);
  summary.still_queued = 1'500;
  const std::string text = summary_text(summary, {.database = "my crawl's.db", .color = false});
  EXPECT_THAT(text, HasSubstr("skitter: interrupted after 10.0 s: 1,000 pages (990 ok, 10 errors), "
                              "5.0 MB, 100 pages/s\n"));
  EXPECT_THAT(text, HasSubstr("1,500 still queued"));
  EXPECT_THAT(text, HasSubstr("the same command again"));
  EXPECT_THAT(text, HasSubstr("skitter query 'my crawl'\\''s.db' --list"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(summary_text(sample(EndReason::Finished), {.database = "crawl.db", .color = false}),
              Not(HasSubstr("again")));
}

TEST(SummaryTest, CountsWhatWaitsForRobotsTxt) {
  crawler::Summary summary = sample(EndReason::Finished);
  EXPECT_THAT(summary_text(summary, {.database = "crawl.db", .color = false}),
              Not(HasSubstr("waiting")));
  summary.still_queued = 1'234;
  summary.held_urls = 1'234;
  summary.held_hosts = 2;
  const std::string text = summary_text(summary, {.database = "crawl.db", .color = false});
  EXPECT_THAT(text, HasSubstr("  waiting   1,234 URLs of 2 hosts whose robots.txt cannot be got"));
  EXPECT_THAT(text, HasSubstr("the same command again"));
  const auto written = summary_json(summary, {.database = "crawl.db", .color = false});
  EXPECT_EQ(written["waiting_urls"], 1'234);
  EXPECT_EQ(written["waiting_hosts"], 2);
  EXPECT_EQ(written["exit_status"], 0);
}

TEST(SummaryTest, AFailureOfTheDatabaseIsQuotedSafely) {
  crawler::Summary summary = sample(EndReason::StorageFailed);
  summary.detail = "disk full\x1b[2J";
  EXPECT_THAT(summary_text(summary, {.database = "crawl.db", .color = false}),
              HasSubstr("stopped: the database failed (disk full\\x1b[2J)"));
}

TEST(SummaryTest, Json) {
  const auto written =
      summary_json(sample(EndReason::Limit), {.database = "crawl.db", .color = false});
  EXPECT_EQ(written["reason"], "limit");
  EXPECT_EQ(written["exit_status"], 0);
  EXPECT_EQ(written["pages"], 1'000);
  EXPECT_EQ(written["elapsed_ms"], 10'000);
  EXPECT_EQ(written["pages_per_second"], 100.0);
  EXPECT_EQ(written["database"], "crawl.db");
}

}  // namespace
}  // namespace skitter::cli
