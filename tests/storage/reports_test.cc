#include "storage/reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "storage/reader.h"
#include "temp_database.h"

namespace skitter::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Seed 1 links to 2 (a redirect) and 3 (not found); 4 is out of scope, 5 an image.
class ReportsTest : public ::testing::Test {
 protected:
  ReportsTest() {
    Database database = open_database(directory_.file());
    apply(database, seed_record());
    apply(database, page_record());
    Record redirect;
    redirect.url = 2;
    redirect.outcome = Outcome::Redirect;
    redirect.page.emplace().status = 301;
    redirect.page->redirect_url = "http://a.example/six";
    redirect.page->elapsed_ms = 7;
    redirect.links = {{6, parser::LinkKind::Redirect, "", ""}};
    redirect.discovered.push_back({.id = 6,
                                   .url = "http://a.example/six",
                                   .host = 1,
                                   .referrer = 2,
                                   .hops = 1,
                                   .detail = {}});
    apply(database, redirect);
    Record missing;
    missing.url = 3;
    missing.outcome = Outcome::HttpError;
    missing.page.emplace().status = 404;
    apply(database, missing);
    Record untitled = page_record();
    untitled.url = 6;
    untitled.page->page.title.clear();
    untitled.discovered.clear();
    apply(database, untitled);
  }

  std::vector<std::string> run(std::string_view name) {
    const Report* report = find_report(name);
    if (report == nullptr) return {"no such report"};
    const Reader reader(directory_.file());
    return rows(reader.connection(), report->sql);
  }

  const TempDirectory directory_;
};

TEST_F(ReportsTest, EveryReportIsOneStatementWithANameOfItsOwn) {
  for (const Report& report : reports()) {
    SCOPED_TRACE(report.name);
    EXPECT_EQ(find_report(report.name), &report);
    EXPECT_FALSE(report.about.empty());
    EXPECT_NO_THROW((void)run(report.name));
  }
  EXPECT_EQ(find_report("no-such"), nullptr);
}

TEST_F(ReportsTest, SayWhatTheCrawlHolds) {
  EXPECT_THAT(run("summary"),
              ElementsAre("URLs discovered|5", "still queued|0", "pages asked for|4", "pages ok|2",
                          "pages with errors|1", "hosts|1", "links|9", "greatest depth|1",
                          "bytes, decoded|2468", "mean elapsed ms|22.8",
                          "first page at|1970-01-01T00:00:00.000Z",
                          "last page at|2023-11-14T22:13:20.123Z"));
  EXPECT_THAT(run("outcomes"), ElementsAre("ok|2", "http_error|1", "redirect|1", "scope|1"));
  EXPECT_THAT(run("status"), ElementsAre("200|2|http://a.example/", "301|1|http://a.example/two",
                                         "404|1|http://a.example/three"));
  EXPECT_THAT(run("hosts"), ElementsAre("a.example|4|1|22.8|NULL|NULL"));
  EXPECT_THAT(run("errors"),
              ElementsAre("http://a.example/three|http_error|404|1|NULL|http://a.example/"));
  EXPECT_THAT(run("redirects"),
              ElementsAre("http://a.example/two|301|1|http://a.example/six|ok|200|NULL|NULL"));
  EXPECT_THAT(run("depth"), ElementsAre("0|3|2|0", "1|2|0|0"));
  EXPECT_THAT(run("titles"), ElementsAre("missing|NULL|http://a.example/six"));
  EXPECT_EQ(run("slow").at(2), "http://a.example/two|7|0|1|redirect");
  EXPECT_EQ(run("large").at(0), "http://a.example/|1234|text/html|42");
}

TEST_F(ReportsTest, BrokenLinksNameThePagesThatHoldThem) {
  EXPECT_THAT(run("broken-links"),
              ElementsAre("http://a.example/|http://a.example/three|three|http_error|404|NULL",
                          "http://a.example/six|http://a.example/three|three|http_error|404|NULL"));
}

TEST_F(ReportsTest, TitlesThatStandTwiceOrAreLong) {
  Database database = open_database(directory_.file());
  Record again = page_record();
  again.url = 6;
  again.discovered.clear();
  apply(database, again);
  EXPECT_THAT(run("titles"),
              ElementsAre("double|One|http://a.example/", "double|One|http://a.example/six"));
  std::string title;
  for (int i = 0; i < 60; ++i) title += "\xc3\xa4";  // characters count, not bytes
  again.page->page.title = title;
  apply(database, again);
  EXPECT_THAT(run("titles"), IsEmpty());
  again.page->page.title += "!";
  apply(database, again);
  EXPECT_THAT(run("titles"), ElementsAre("long|" + title + "!|http://a.example/six"));
}

TEST_F(ReportsTest, DuplicatesShareTheirBytes) {
  EXPECT_THAT(run("duplicates"), ElementsAre("2|fedcba9876543210|http://a.example/|1234|NULL",
                                             "2|fedcba9876543210|http://a.example/six|1234|NULL"));
  Database database = open_database(directory_.file());
  Record other = page_record();
  other.url = 6;
  other.discovered.clear();
  other.page->content_hash = 7;
  apply(database, other);
  EXPECT_THAT(run("duplicates"), IsEmpty());
}

// Pages 7 to 12 of the SimHashes that the test gives them; each has other bytes.
TEST_F(ReportsTest, NearDuplicatesAreAtMostThreeBitsApart) {
  EXPECT_THAT(run("near-duplicates"), IsEmpty());
  Database database = open_database(directory_.file());
  constexpr std::uint64_t kHash = 0x8f3a'5c01'77de'9b42;
  const std::uint64_t hashes[] = {
      kHash,
      kHash ^ 0x8000'0001'0000'0001,  // three bits, the sign among them
      kHash ^ 0x0000'0000'0003'0000,  // two bits; five from the one before
      kHash ^ 0x0001'0001'0001'0001,  // four: one in each band
      ~kHash,
      kHash,
  };
  for (std::size_t i = 0; i < std::size(hashes); ++i) {
    Record page;
    page.url = static_cast<UrlId>(7 + i);
    page.discovered.push_back({.id = page.url,
                               .url = "http://a.example/" + std::to_string(page.url),
                               .host = 1,
                               .detail = {}});
    page.outcome = Outcome::Ok;
    page.page.emplace().simhash = hashes[i];
    page.page->content_hash = i;
    apply(database, page);
  }
  EXPECT_THAT(run("near-duplicates"),
              ElementsAre("0|http://a.example/7|http://a.example/12|NULL|NULL",
                          "2|http://a.example/7|http://a.example/9|NULL|NULL",
                          "3|http://a.example/7|http://a.example/8|NULL|NULL",
                          "3|http://a.example/8|http://a.example/10|NULL|NULL"));
}

Record redirect_record(UrlId from, UrlId to, std::string detail = {}) {
  Record record;
  record.url = from;
  record.outcome = Outcome::Redirect;
  record.detail = std::move(detail);
  record.page.emplace().status = 302;
  record.links = {{to, parser::LinkKind::Redirect, "", ""}};
  return record;
}

// 7 -> 2 -> 6; 8 and 9 go round, and 10 leads to them.
TEST_F(ReportsTest, RedirectsAreFollowedToTheirEnd) {
  Database database = open_database(directory_.file());
  Record more;
  for (UrlId id = 7; id <= 10; ++id) {
    more.discovered.push_back({.id = id,
                               .url = "http://a.example/r" + std::to_string(id),
                               .host = 1,
                               .referrer = 1,
                               .detail = {}});
  }
  apply(database, more);
  apply(database, redirect_record(7, 2));
  apply(database, redirect_record(8, 9, "redirect loop of 2 URLs"));
  apply(database, redirect_record(9, 8, "redirect loop of 2 URLs"));
  apply(database, redirect_record(10, 8, "leads into a redirect loop of 2 URLs"));
  EXPECT_THAT(
      run("redirects"),
      ElementsAre("http://a.example/r7|302|2|http://a.example/six|ok|200|NULL|http://a.example/",
                  "http://a.example/r10|302|1|http://a.example/r8|redirect|302|leads into a "
                  "redirect loop of 2 URLs|http://a.example/",
                  "http://a.example/r8|302|1|http://a.example/r9|redirect|302|redirect loop of 2 "
                  "URLs|http://a.example/",
                  "http://a.example/r9|302|1|http://a.example/r8|redirect|302|redirect loop of 2 "
                  "URLs|http://a.example/",
                  "http://a.example/two|301|1|http://a.example/six|ok|200|NULL|NULL"));
  // While the crawl runs no loop is known yet: the chain ends all the same.
  apply(database, redirect_record(8, 9));
  apply(database, redirect_record(9, 8));
  EXPECT_THAT(run("redirects").at(0), HasSubstr("|100|"));
}

// 7 is a sitemap that lists 3 (linked), 8 (linked by itself alone) and 9 (not linked).
TEST_F(ReportsTest, OrphansAreListedAndNotLinked) {
  EXPECT_THAT(run("orphans"), IsEmpty());
  Database database = open_database(directory_.file());
  Record sitemap;
  sitemap.url = 7;
  sitemap.outcome = Outcome::Ok;
  sitemap.page.emplace().status = 200;
  for (UrlId id = 7; id <= 9; ++id) {
    sitemap.discovered.push_back({.id = id,
                                  .url = "http://a.example/s" + std::to_string(id),
                                  .host = 1,
                                  .referrer = id == 7 ? 0u : 7u,
                                  .detail = {}});
  }
  for (const UrlId id : {3u, 8u, 9u}) {
    sitemap.links.push_back({id, parser::LinkKind::Sitemap, "", ""});
  }
  apply(database, sitemap);
  Record page;
  page.url = 8;
  page.outcome = Outcome::Ok;
  page.page.emplace().status = 200;
  page.links = {{8, parser::LinkKind::A, "", "me"}, {9, parser::LinkKind::Canonical, "", ""}};
  apply(database, page);
  EXPECT_THAT(run("orphans"), ElementsAre("http://a.example/s8|ok|http://a.example/s7",
                                          "http://a.example/s9|queued|http://a.example/s7"));
}

TEST_F(ReportsTest, TellWhatLiesOutsideAndWhatLinksSay) {
  EXPECT_THAT(run("external-domains"),
              ElementsAre("other.example:81|2|2|1|http://u:p@other.example:81/four"));
  EXPECT_THAT(run("anchors"),
              ElementsAre("|2|one|http://u:p@other.example:81/four",
                          "three|2|one|http://a.example/three", "two|2|one|http://a.example/two"));
  EXPECT_THAT(run("robots-blocked"), IsEmpty());
  EXPECT_THAT(run("items"), IsEmpty());
  Database database = open_database(directory_.file());
  Record more = page_record();
  more.discovered = {{.id = 7,
                      .url = "http://a.example/private",
                      .host = 1,
                      .referrer = 1,
                      .depth = 1,
                      .outcome = Outcome::Robots,
                      .detail = "Disallow: /private"}};
  more.links.push_back({3, parser::LinkKind::A, "", "two"});
  more.items = {{"book", 0, R"({"t":"A"})"}, {"book", 1, R"({"t":"B"})"}};
  apply(database, more);
  EXPECT_THAT(run("anchors").at(0), "two|3|several|http://a.example/two");
  EXPECT_THAT(run("robots-blocked"),
              ElementsAre("http://a.example/private|Disallow: /private|1|http://a.example/"));
  EXPECT_THAT(run("items"), ElementsAre(R"(book|2|1|http://a.example/|{"t":"A"})"));
}

// A table that is read whole for each row of another would take hours at 100,000 pages.
TEST_F(ReportsTest, NoReportReadsATableForEachRowOfAnother) {
  const Reader reader(directory_.file());
  for (const Report& report : reports()) {
    SCOPED_TRACE(report.name);
    Statement plan(reader.connection(), "EXPLAIN QUERY PLAN " + std::string(report.sql));
    std::map<std::int64_t, int> scans;  // of real tables, by the loop they stand in
    while (plan.step()) {
      const std::string_view step = plan.text(3);
      for (const std::string_view table : {"p", "u", "l", "link", "page", "url", "item"}) {
        if (step == "SCAN " + std::string(table)) ++scans[plan.integer(1)];
      }
    }
    for (const auto& [loop, count] : scans) EXPECT_LE(count, 1) << loop;
  }
}

}  // namespace
}  // namespace skitter::storage
