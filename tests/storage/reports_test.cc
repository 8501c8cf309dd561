#include "storage/reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "storage/reader.h"
#include "temp_database.h"

namespace skitter::storage {
namespace {

using ::testing::ElementsAre;

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
    EXPECT_FALSE(run(report.name).empty());
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
  EXPECT_THAT(run("redirects"), ElementsAre("http://a.example/two|301|http://a.example/six|NULL"));
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

TEST_F(ReportsTest, TitlesThatStandTwice) {
  Database database = open_database(directory_.file());
  Record again = page_record();
  again.url = 6;
  again.discovered.clear();
  apply(database, again);
  EXPECT_THAT(run("titles"),
              ElementsAre("double|One|http://a.example/", "double|One|http://a.example/six"));
}

}  // namespace
}  // namespace skitter::storage
