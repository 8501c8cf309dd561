// What a database gives to other programs, end to end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/crawl_fixture.h"
#include "tests/site/site.h"

namespace skitter::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kExportHost = "a.localhost";
constexpr const char* kHeaders =
    "SELECT h.data FROM header AS h JOIN page AS p ON p.header_id = h.id ORDER BY p.id";

class ExportTest : public CrawlTest {
 protected:
  ExportTest() {
    Answer home = Answer::html("<!doctype html><title>Home</title><a href=/b>b</a><a href=/no>no");
    home.headers.emplace_back("X-Odd", "a=1");
    site_.route(kExportHost, "/", home);
    site_.route(kExportHost, "/b",
                Answer::html("<title>=cmd|'x', \"B\"</title><a href=/>home</a>"
                             "<a href=/moved>moved</a><img src=/i.png>"));
    site_.route(kExportHost, "/moved", Answer::redirect("/b"));
  }

  Site site_;
};

TEST_F(ExportTest, ACrawlKeepsHeadersAsTheyCame) {
  ASSERT_EQ(crawl({site_.url(kExportHost)}).status, 0);
  const Words headers = rows(kHeaders);
  ASSERT_EQ(headers.size(), 4u);
  EXPECT_THAT(headers[0], HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(headers[0], HasSubstr("\r\nX-Odd: a=1\r\n"));
  EXPECT_THAT(headers[0], Not(HasSubstr("\r\n\r\n")));
  EXPECT_THAT(rows("SELECT substr(h.data, 1, 12) FROM header AS h JOIN page AS p "
                   "ON p.header_id = h.id WHERE p.status > 299 ORDER BY p.status"),
              ElementsAre("HTTP/1.1 302", "HTTP/1.1 404"));
}

TEST_F(ExportTest, WithoutBodiesAndTextThereAreNoHeaders) {
  ASSERT_EQ(crawl({site_.url(kExportHost), "--store", "none"}).status, 0);
  EXPECT_THAT(rows(kHeaders), IsEmpty());
  EXPECT_EQ(number("SELECT count(*) FROM page WHERE header_id IS NOT NULL"), 0);
}

}  // namespace
}  // namespace skitter::e2e
