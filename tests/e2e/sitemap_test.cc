// Sitemaps, end to end: found through robots.txt or at /sitemap.xml, read, and followed like links.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/crawl_fixture.h"
#include "tests/site/site.h"

namespace skitter::e2e {
namespace {

using site::Answer;
using site::Site;
using ::testing::ElementsAre;

class SitemapTest : public CrawlTest {
 protected:
  // The fixture's crawl() leaves sitemaps alone.
  int crawl_with_sitemaps(const std::string& seed) {
    return skitter({"crawl", "-o", "crawl.db", "--no-progress", "--delay", "0", seed}).status;
  }
  static Answer xml(const std::string& body) {
    Answer answer;
    answer.headers = {{"Content-Type", "application/xml"}};
    answer.body = body;
    return answer;
  }
};

TEST_F(SitemapTest, RobotsTxtNamesAnIndexWhoseEntriesAreFollowed) {
  Site site;
  const std::string host = "a.localhost";
  Answer robots = Answer::html("User-agent: *\nDisallow: /secret\nSitemap: /index.xml\n");
  robots.headers = {{"Content-Type", "text/plain"}};
  site.route(host, "/robots.txt", robots);
  site.route(host, "/", Answer::html("home"));
  site.route(host, "/index.xml",
             xml("<sitemapindex><sitemap><loc>" + site.url(host, "/map.xml") +
                 "</loc></sitemap></sitemapindex>"));
  site.route(host, "/map.xml",
             xml("<urlset><url><loc>" + site.url(host, "/orphan") +
                 "</loc><lastmod>2026-01-02</lastmod></url><url><loc>" + site.url(host, "/secret") +
                 "</loc></url></urlset>"));
  site.route(host, "/orphan", Answer::html("only the sitemap knows me"));
  EXPECT_EQ(crawl_with_sitemaps(site.url(host)), 0);
  EXPECT_EQ(outcome(site.url(host, "/orphan")), "ok");
  EXPECT_EQ(outcome(site.url(host, "/secret")), "robots");
  EXPECT_EQ(requests_for(site, host, "/secret"), 0u);
  EXPECT_THAT(
      rows("SELECT kind FROM links WHERE target_url = '" + site.url(host, "/map.xml") + "'"),
      ElementsAre("child_sitemap"));
  EXPECT_THAT(rows("SELECT json_extract(data, '$.lastmod') FROM items WHERE rule = 'sitemap' AND "
                   "data LIKE '%orphan%'"),
              ElementsAre("2026-01-02"));
}

TEST_F(SitemapTest, WithoutOneNamedTheUsualPlaceIsTried) {
  Site site;
  const std::string host = "a.localhost";
  site.route(host, "/", Answer::html("home"));
  site.route(host, "/sitemap.xml",
             xml("<urlset><url><loc>" + site.url(host, "/orphan") + "</loc></url></urlset>"));
  site.route(host, "/orphan", Answer::html("here"));
  EXPECT_EQ(crawl_with_sitemaps(site.url(host)), 0);
  EXPECT_EQ(outcome(site.url(host, "/orphan")), "ok");
}

TEST_F(SitemapTest, APageAtTheUsualPlaceIsNone) {
  Site site;
  const std::string host = "a.localhost";
  site.route(host, "/", Answer::html("home"));
  site.route(host, "/sitemap.xml", Answer::html("<h1>Not found, but with status 200</h1>"));
  EXPECT_EQ(crawl_with_sitemaps(site.url(host)), 0);
  EXPECT_EQ(number("SELECT count(*) FROM urls"), 1);
}

}  // namespace
}  // namespace skitter::e2e
