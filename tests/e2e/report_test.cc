// skitter report: one page of HTML that stands for itself.
#include <expat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "tests/e2e/crawl_fixture.h"
#include "tests/e2e/stored_crawl.h"
#include "tests/site/site.h"

namespace skitter::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ReportTest : public CrawlTest {
 protected:
  // The page, which is well-formed XML as well.
  [[nodiscard]] std::string report(std::string_view database = kDatabase) const {
    const ProgramResult result = skitter({"report", std::string(database), "-o", "report.html"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "");
    const std::string page = read(path("report.html"));
    const std::unique_ptr<std::remove_pointer_t<XML_Parser>, void (*)(XML_Parser)> parser(
        XML_ParserCreate(nullptr), &XML_ParserFree);
    EXPECT_EQ(XML_Parse(parser.get(), page.data(), static_cast<int>(page.size()), XML_TRUE),
              XML_STATUS_OK)
        << XML_ErrorString(XML_GetErrorCode(parser.get())) << " at line "
        << XML_GetCurrentLineNumber(parser.get());
    return page;
  }
};

TEST_F(ReportTest, TellsWhatTheDatabaseSays) {
  Site site;
  site.route(kHost, "/", page_with_links({"/two", "/gone", "/moved", "http://elsewhere.example/"}));
  site.route(kHost, "/two", Answer::html("<title>Two</title>"));
  site.route(kHost, "/moved", Answer::redirect("/two"));
  ASSERT_EQ(crawl({site.url(kHost, "/")}).status, 0);
  const std::string page = report();
  for (const std::string& row : rows("SELECT outcome, count(*) FROM urls GROUP BY outcome")) {
    const auto bar = row.find('|');
    EXPECT_THAT(
        page, HasSubstr("<title>" + row.substr(0, bar) + ": " + row.substr(bar + 1) + "</title>"));
  }
  EXPECT_THAT(page, HasSubstr("<title>200: 2</title>"));
  EXPECT_THAT(page, HasSubstr("<title>404: 1</title>"));
  EXPECT_THAT(page, HasSubstr("<dt>URLs discovered</dt><dd>5</dd>"));
  EXPECT_THAT(page, HasSubstr("href=\"" + site.url(kHost, "/gone") + "\""));
  EXPECT_EQ(report(), page) << "the same database, the same page";
  EXPECT_EQ(skitter({"report", "crawl.db"}).out, page);
}

TEST_F(ReportTest, LoadsNothingAndRunsNothing) {
  store_pages(path(), 3, [](storage::Record& record) {
    storage::PageRow& page = *record.page;
    page.status = 404;
    page.page.title = "</td><script>alert(1)</script><img src=http://x.example/>\x1b[2J\xff";
    page.content_type = "text/<b>html\"";
    page.error = "javascript:alert(1)";
    record.outcome = storage::Outcome::HttpError;
    record.discovered.front().url += "\"><script>alert(2)</script>";
  });
  const std::string page = report();
  for (const char* const word :
       {"<script", "<img", "<link", "<iframe", "\x1b", "href=\"javascript", "url(", "@import"}) {
    EXPECT_THAT(page, Not(HasSubstr(word)));
  }
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, HasSubstr("alert(2)"));
}

TEST_F(ReportTest, AnEmptyCrawlHasAPageToo) {
  store_pages(path(), 0, [](storage::Record&) {});
  const std::string page = report();
  EXPECT_THAT(page, HasSubstr("<dt>pages asked for</dt><dd>0</dd>"));
  EXPECT_THAT(page, HasSubstr("None."));
}

TEST_F(ReportTest, RefusesWhatWouldCostTheCrawl) {
  store_pages(path(), 1, [](storage::Record&) {});
  const std::string before = read(path());
  const ProgramResult over = skitter({"report", "crawl.db", "-o", "crawl.db"});
  EXPECT_EQ(over.status, 2);
  EXPECT_THAT(over.err, HasSubstr("report: --output: crawl.db is the database itself"));
  EXPECT_EQ(read(path()), before);
  const ProgramResult missing = skitter({"report", "none.db", "-o", "report.html"});
  EXPECT_EQ(missing.status, 3);
  EXPECT_FALSE(std::filesystem::exists(path("report.html")));
  EXPECT_EQ(skitter({"report"}).status, 2);
}

}  // namespace
}  // namespace skitter::e2e
