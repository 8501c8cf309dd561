// The headers that a database keeps, end to end.
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

constexpr const char* kHeadersHost = "a.localhost";
constexpr const char* kHeaders = "SELECT headers FROM pages WHERE headers IS NOT NULL ORDER BY id";

class HeadersTest : public CrawlTest {
 protected:
  HeadersTest() {
    Answer home = Answer::html("<!doctype html><title>Home</title><a href=/b>b</a><a href=/no>no");
    home.headers.emplace_back("X-Odd", "a=1");
    site_.route(kHeadersHost, "/", home);
    site_.route(kHeadersHost, "/b",
                Answer::html("<title>=cmd|'x', \"B\"</title><a href=/>home</a>"
                             "<a href=/moved>moved</a><img src=/i.png>"));
    site_.route(kHeadersHost, "/moved", Answer::redirect("/b"));
  }

  Site site_;
};

TEST_F(HeadersTest, ACrawlKeepsHeadersAsTheyCame) {
  ASSERT_EQ(crawl({site_.url(kHeadersHost)}).status, 0);
  const Words headers = rows(kHeaders);
  ASSERT_EQ(headers.size(), 4u);
  EXPECT_THAT(headers[0], HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(headers[0], HasSubstr("\r\nX-Odd: a=1\r\n"));
  EXPECT_THAT(headers[0], Not(HasSubstr("\r\n\r\n")));
  EXPECT_THAT(rows("SELECT substr(headers, 1, 12) FROM pages WHERE status > 299 ORDER BY status"),
              ElementsAre("HTTP/1.1 302", "HTTP/1.1 404"));
}

TEST_F(HeadersTest, WithoutBodiesAndTextThereAreNoHeaders) {
  ASSERT_EQ(crawl({site_.url(kHeadersHost), "--store", "none"}).status, 0);
  EXPECT_THAT(rows(kHeaders), IsEmpty());
  EXPECT_EQ(number("SELECT count(*) FROM page WHERE header_id IS NOT NULL"), 0);
}

}  // namespace
}  // namespace skitter::e2e
