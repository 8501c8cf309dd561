#include "storage/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temp_database.h"

namespace skitter::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RecorderTest : public ::testing::Test {
 protected:
  RecorderTest() {
    apply(database_, seed_record());
    apply(database_, page_record());
  }

  std::vector<std::string> query(std::string_view sql) { return rows(database_.connection(), sql); }
  Recorder recorder() { return Recorder(database_.connection()); }

  const TempDirectory directory_;
  Database database_ = open_database(directory_.file());
};

TEST_F(RecorderTest, PutsOneRecordIntoEveryView) {
  EXPECT_THAT(query("SELECT * FROM urls"),
              ElementsAre("1|http://a.example/|a.example|0|NULL|ok|NULL",
                          "2|http://a.example/two|a.example|0|NULL|queued|NULL",
                          "3|http://a.example/three|a.example|1|http://a.example/|queued|NULL",
                          "4|http://u:p@other.example:81/four|other.example:81|1|"
                          "http://a.example/|scope|host"));
  EXPECT_THAT(query("SELECT * FROM pages"),
              ElementsAre("1|http://a.example/|a.example|0|NULL|ok|200|NULL|text/html|utf-8|1234|"
                          "2023-11-14T22:13:20.123Z|42|1|NULL|One|NULL|NULL|NULL|NULL|"
                          "visible text|fedcba9876543210|-2|NULL|NULL|"
                          "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"));
  EXPECT_THAT(query("SELECT * FROM links"),
              ElementsAre("http://a.example/|http://a.example/two|two||a",
                          "http://a.example/|http://a.example/three|three|nofollow|a",
                          "http://a.example/|http://u:p@other.example:81/four|||a",
                          "http://a.example/|http://a.example/i.png|||image"));
  EXPECT_THAT(query("SELECT * FROM hosts"), ElementsAre("a.example|NULL|NULL|1|0|42.0"));
  EXPECT_THAT(query("SELECT hex(data), text FROM body JOIN page_text AS t ON t.id = text_id"),
              ElementsAre("28B52FFD00626F6479|visible text"));
}

TEST_F(RecorderTest, ANewPageReplacesTheEarlierOneWithAllItHad) {
  Record other;
  other.url = 2;
  other.outcome = Outcome::Ok;
  other.page.emplace();
  other.links = {{1, parser::LinkKind::A, "", "back"}};
  apply(database_, other);

  Record again;
  again.url = 1;
  again.outcome = Outcome::HttpError;
  again.page.emplace().status = 404;
  again.page->page.text = "gone";
  again.links = {{3, parser::LinkKind::A, "", "new"}};
  apply(database_, again);

  EXPECT_THAT(query("SELECT id, outcome, status, title, text FROM pages"),
              ElementsAre("1|http_error|404|NULL|gone", "2|ok|NULL|NULL|NULL"));
  EXPECT_THAT(query("SELECT source_url, anchor FROM links"),
              ElementsAre("http://a.example/two|back", "http://a.example/|new"));
  EXPECT_THAT(query("SELECT text FROM page_text"), ElementsAre("gone"));
  EXPECT_THAT(query("SELECT * FROM body"), IsEmpty());
  EXPECT_THAT(query("SELECT * FROM header"), IsEmpty());
  EXPECT_THAT(recorder().answer(ReofferRequest{1}).links,
              ElementsAre(parser::Link{"http://a.example/three", "new", "", parser::LinkKind::A}));
}

TEST_F(RecorderTest, NotModifiedKeepsTheContent) {
  Record again;
  again.url = 1;
  again.outcome = Outcome::NotModified;
  again.page.emplace().status = 304;
  again.page->fetched_at_ms = 1'800'000'000'000;
  again.page->etag = "\"new\"";
  apply(database_, again);
  EXPECT_THAT(query("SELECT outcome, status, fetched_at, title, text, bytes, etag FROM pages"),
              ElementsAre("not_modified|304|2027-01-15T08:00:00.000Z|One|visible text|1234|"
                          "\"new\""));
  EXPECT_THAT(query("SELECT count(*) FROM links"), ElementsAre("4"));
  EXPECT_THAT(query("SELECT count(*) FROM body"), ElementsAre("1"));
  EXPECT_THAT(query("SELECT count(*) FROM header"), ElementsAre("1"));
}

TEST_F(RecorderTest, NothingOfARecordRemainsWhereItIsNotCommitted) {
  const auto before = query("SELECT * FROM urls");
  {
    Recorder recorder(database_.connection());
    const Transaction transaction(database_.connection());
    Record record = page_record();
    record.url = 2;
    for (NewUrl& url : record.discovered) url.id += 10;
    recorder.apply(record);
    EXPECT_THAT(query("SELECT count(*) FROM pages"), ElementsAre("2"));
  }
  EXPECT_EQ(query("SELECT * FROM urls"), before);
  EXPECT_THAT(query("SELECT count(*) FROM pages"), ElementsAre("1"));
  EXPECT_THAT(query("SELECT count(*) FROM links"), ElementsAre("4"));
}

TEST_F(RecorderTest, ChangesDepthAloneOrLetsIn) {
  Record record;
  record.hosts.push_back({2, "other.example:81"});
  record.changes.push_back({.id = 3, .depth = 0, .hops = 2, .decision = std::nullopt});
  // 4 was ruled out and keeps the page it was found on; 5 was only an image.
  record.changes.push_back(
      {.id = 4,
       .depth = 1,
       .decision = UrlChange::Decision{Outcome::Queued, "", 2, /*referrer=*/2}});
  record.changes.push_back(
      {.id = 5, .depth = 1, .decision = UrlChange::Decision{Outcome::Excluded, "i", 0, 2}});
  // A seed has no referrer and gets none.
  record.changes.push_back(
      {.id = 2, .depth = 0, .decision = UrlChange::Decision{Outcome::Queued, "", 1, 1}});
  record.discovered.push_back(
      {.id = 6, .url = "http://a.example/j.png", .outcome = std::nullopt, .detail = {}});
  record.changes.push_back(
      {.id = 6, .depth = 1, .decision = UrlChange::Decision{Outcome::Queued, "", 1, 2}});
  apply(database_, record);
  EXPECT_THAT(query("SELECT id, host, depth, hops, outcome, referrer, detail FROM url"),
              ElementsAre("1|1|0|0|1|0|NULL", "2|1|0|0|0|0|NULL", "3|1|0|2|0|1|NULL",
                          "4|2|1|0|0|1|NULL", "5|0|1|0|16|1|i", "6|1|1|0|0|2|NULL"));
}

TEST_F(RecorderTest, KeepsTheListOfPagesToOfferAgain) {
  Record record;
  record.nearer = {1, 2};
  apply(database_, record);
  apply(database_, record);
  Record done;
  done.reoffered = 1;
  apply(database_, done);
  EXPECT_THAT(query("SELECT id FROM nearer"), ElementsAre("2"));
}

TEST_F(RecorderTest, RefillsNearestFirst) {
  Record record;
  record.hosts.push_back({2, "b.example"});
  const std::uint16_t depths[] = {3, 1, 2, 1};
  UrlId id = 5;
  for (const std::uint16_t depth : depths) {
    record.discovered.push_back({.id = ++id,
                                 .url = "http://b.example/" + std::to_string(id),
                                 .host = 2,
                                 .depth = depth,
                                 .detail = {}});
  }
  apply(database_, record);
  Recorder recorder(database_.connection());
  const Refill some = recorder.answer(RefillRequest{.host = 2, .limit = 3});
  std::vector<std::string> urls;
  for (const Refill::Row& row : some.rows) urls.push_back(row.url);
  EXPECT_THAT(urls, ElementsAre("http://b.example/7", "http://b.example/9", "http://b.example/8"));
  EXPECT_TRUE(some.more);
  EXPECT_EQ(some.host, 2u);
  EXPECT_FALSE(recorder.answer(RefillRequest{.host = 2, .limit = 4}).more);
  EXPECT_THAT(recorder.answer(RefillRequest{.host = 3, .limit = 4}).rows, IsEmpty());
  EXPECT_THAT(query("EXPLAIN QUERY PLAN SELECT id, url FROM url WHERE outcome = 0 AND host = 2 "
                    "ORDER BY depth, id LIMIT 9"),
              ElementsAre(::testing::EndsWith("USING INDEX url_queue (host=?)")));
}

TEST_F(RecorderTest, OffersTheFollowedLinksOfOnePageAgain) {
  Record other;
  other.url = 2;
  other.outcome = Outcome::Ok;
  other.page.emplace().page.nofollow = true;
  other.links = {{1, parser::LinkKind::Canonical, "canonical", ""},
                 {5, parser::LinkKind::Script, "", ""}};
  apply(database_, other);
  Recorder recorder(database_.connection());
  const Reoffer first = recorder.answer(ReofferRequest{1});
  EXPECT_FALSE(first.nofollow);
  EXPECT_THAT(
      first.links,
      ElementsAre(parser::Link{"http://a.example/two", "two", "", parser::LinkKind::A},
                  parser::Link{"http://a.example/three", "three", "nofollow", parser::LinkKind::A},
                  parser::Link{"http://u:p@other.example:81/four", "", "", parser::LinkKind::A}));
  const Reoffer second = recorder.answer(ReofferRequest{2});
  EXPECT_TRUE(second.nofollow);
  EXPECT_THAT(second.links, ElementsAre(parser::Link{"http://a.example/", "", "canonical",
                                                     parser::LinkKind::Canonical}));
  EXPECT_THAT(recorder.answer(ReofferRequest{3}).links, IsEmpty());
}

TEST_F(RecorderTest, EndsWhatIsQueuedOfOneHostOrOfAll) {
  Record record;
  record.hosts.push_back({2, "b.example"});
  record.discovered.push_back({.id = 6, .url = "http://b.example/", .host = 2, .detail = {}});
  apply(database_, record);
  recorder().apply(DecideQueued{.host = 2, .outcome = Outcome::Robots, .detail = "unreachable"});
  EXPECT_THAT(query("SELECT id, outcome, detail FROM urls WHERE id <> 4"),
              ElementsAre("1|ok|NULL", "2|queued|NULL", "3|queued|NULL", "6|robots|unreachable"));
  recorder().apply(DecideQueued{.host = 0, .outcome = Outcome::Budget, .detail = "--max-pages"});
  EXPECT_THAT(query("SELECT id, outcome FROM urls WHERE detail = '--max-pages'"),
              ElementsAre("2|budget", "3|budget"));
}

TEST_F(RecorderTest, WhatALimitLeavesUnrefreshedEndsAsBefore) {
  const Outcome outcomes[] = {Outcome::Ok};
  database_.requeue(outcomes, Requeue::Refresh);
  EXPECT_THAT(query("SELECT id, outcome, detail FROM urls WHERE id < 3"),
              ElementsAre("1|queued|refresh, was ok", "2|queued|NULL"));
  for (const UrlId id : {1, 2}) {
    Record record;
    record.url = id;
    record.outcome = Outcome::Budget;
    record.detail = "--max-host-pages";
    apply(database_, record);
  }
  EXPECT_THAT(query("SELECT id, outcome, detail FROM urls WHERE id < 3"),
              ElementsAre("1|ok|NULL", "2|budget|--max-host-pages"));
  database_.requeue(outcomes, Requeue::Refresh);
  recorder().apply(DecideQueued{.host = 0, .outcome = Outcome::Budget, .detail = "--max-pages"});
  EXPECT_THAT(query("SELECT id, outcome, detail FROM urls WHERE id IN (1, 3)"),
              ElementsAre("1|ok|NULL", "3|budget|--max-pages"));
}

// Only what was got whole may be said to be known.
TEST_F(RecorderTest, ARefillTellsWhatThePageWasStoredWith) {
  struct Case {
    std::optional<int> status;
    std::string error;
    bool is_told;
  };
  const Case cases[] = {{200, "", true},
                        {304, "", true},
                        {404, "", false},
                        {std::nullopt, "timed out", false},
                        {200, "the body is larger than 8388608 bytes", false}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.error);
    Record record = page_record();
    record.hosts.clear();
    record.discovered.clear();
    record.links.clear();
    record.page->status = c.status;
    record.page->error = c.error;
    record.page->etag = "\"a\"";
    record.page->last_modified = "Wed, 21 Oct 2015 07:28:00 GMT";
    apply(database_, record);
    const Outcome outcomes[] = {Outcome::Ok};
    database_.requeue(outcomes, Requeue::Refresh);
    const Refill refill = recorder().answer(RefillRequest{.host = 1, .limit = 1});
    ASSERT_EQ(refill.rows.size(), 1u);
    EXPECT_EQ(refill.rows[0].etag, c.is_told ? "\"a\"" : "");
    EXPECT_EQ(refill.rows[0].last_modified, c.is_told ? "Wed, 21 Oct 2015 07:28:00 GMT" : "");
  }
}

TEST_F(RecorderTest, ExplainsRedirectsByWhatIsKnownInTheEnd) {
  const auto redirect = [this](UrlId from, UrlId to, std::string detail) {
    Record record;
    record.url = from;
    record.outcome = Outcome::Redirect;
    record.detail = std::move(detail);
    record.page.emplace().status = 302;
    record.links.push_back(
        {.target = to, .kind = parser::LinkKind::Redirect, .rel = {}, .anchor = {}});
    apply(database_, record);
  };
  Record record;
  record.discovered.push_back(
      {.id = 6, .url = "http://a.example/6", .host = 1, .outcome = {}, .detail = {}});
  record.discovered.push_back({.id = 7, .url = "http://a.example/7", .host = 1, .detail = {}});
  apply(database_, record);
  redirect(2, 3, "");
  redirect(3, 2, "--max-redirects");  // since then a link led to its target
  recorder().apply(ExplainRedirects{});
  const std::string sql = "SELECT id, detail FROM urls WHERE outcome = 'redirect'";
  EXPECT_THAT(query(sql), ElementsAre("2|redirect loop of 2 URLs", "3|redirect loop of 2 URLs"));
  redirect(3, 6, "");  // asked for again: the loop is broken
  recorder().apply(ExplainRedirects{});
  EXPECT_THAT(query(sql), ElementsAre("2|NULL", "3|--max-redirects"));
  redirect(3, 7, "--max-redirects");
  recorder().apply(ExplainRedirects{});
  EXPECT_THAT(query(sql), ElementsAre("2|NULL", "3|NULL"));
}

TEST_F(RecorderTest, KeepsNulBytesOfText) {
  Record record;
  record.url = 2;
  record.page.emplace().page.title = std::string("a\0b", 3);
  apply(database_, record);
  Statement statement(database_.connection(), "SELECT title FROM pages WHERE id = 2");
  ASSERT_TRUE(statement.step());
  EXPECT_EQ(statement.text(0), std::string_view("a\0b", 3));
}

TEST_F(RecorderTest, AnErrorCountsForItsHost) {
  Record record;
  record.url = 2;
  record.outcome = Outcome::Timeout;
  record.page.emplace().elapsed_ms = 1;
  record.page->error = "no byte for 15 s";
  apply(database_, record);
  EXPECT_THAT(query("SELECT pages, errors, mean_elapsed_ms FROM hosts"), ElementsAre("2|1|21.5"));
}

}  // namespace
}  // namespace skitter::storage
