#include "tests/site/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <set>

namespace skitter::site {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

PageOptions many_pages() {
  PageOptions options;
  options.hosts = 3;
  options.pages_per_host = 500;
  options.redirect_share = 0.1;
  options.missing_share = 0.1;
  return options;
}

// The path that a link of these pages leads to; empty where that is another host.
std::string path_of(std::string href, const std::string& own_origin) {
  if (href.starts_with(own_origin)) href.erase(0, own_origin.size());
  if (href.starts_with("http:")) return {};
  if (href.starts_with("../")) href.erase(0, 2);
  return href.substr(0, href.find('#'));
}

std::uint32_t number_of(const std::string& path) {
  return path == "/" ? 0 : static_cast<std::uint32_t>(std::stoul(path.substr(path.rfind('/') + 1)));
}

// All paths that a crawl of a host's first page comes to.
std::set<std::string> reachable(const Pages& pages, std::uint32_t host, const std::string& origin) {
  std::set<std::string> seen{"/"};
  std::deque<std::string> next{"/"};
  while (!next.empty()) {
    const std::string path = next.front();
    next.pop_front();
    if (path != "/" && !path.starts_with("/p/")) continue;
    for (const std::string& href : pages.links(host, number_of(path))) {
      const std::string target = path_of(href, origin);
      if (!target.empty() && seen.insert(target).second) next.push_back(target);
    }
  }
  return seen;
}

TEST(PagesTest, EveryPathIsReachedFromTheFirstPage) {
  const Pages pages(many_pages(), 8080);
  const auto paths = pages.paths(1);
  EXPECT_EQ(reachable(pages, 1, "http://h1.localhost:8080"),
            std::set<std::string>(paths.begin(), paths.end()));
  EXPECT_GT(paths.size(), 500u + 50u);  // with redirects and missing pages
}

TEST(PagesTest, AnswersAsThePathsSay) {
  const Pages pages(many_pages(), 8080);
  std::set<int> statuses;
  for (const std::string& path : pages.paths(2)) {
    SCOPED_TRACE(path);
    const Answer answer = pages.answer("h2.localhost", path);
    const int want = path.starts_with("/r/") ? 301 : path.starts_with("/missing/") ? 404 : 200;
    EXPECT_EQ(answer.status, want);
    statuses.insert(answer.status);
    if (want == 301) {
      EXPECT_EQ(pages.answer("h2.localhost", find_header(answer.headers, "location")).status, 200);
    }
  }
  EXPECT_EQ(statuses, (std::set<int>{200, 301, 404}));
}

TEST(PagesTest, PathsThatAreNotThereAre404) {
  const Pages pages(many_pages(), 8080);
  for (const std::string_view path :
       {"/p/0.html", "/p/500.html", "/p/-1.html", "/p/.html", "/p/1.htm",
        "/p/99999999999999999999.html", "/robots.txt", "", "*"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(pages.answer("h0.localhost", path).status, 404);
  }
}

TEST(PagesTest, SameOptionsGiveTheSameBytesAndAnotherSeedOthers) {
  const Pages first(many_pages(), 8080);
  const Pages second(many_pages(), 8080);
  PageOptions reseeded = many_pages();
  reseeded.seed = 2;
  const Pages third(reseeded, 8080);
  const std::string body = first.answer("h1.localhost", "/p/7.html").body;
  EXPECT_EQ(body, second.answer("h1.localhost", "/p/7.html").body);
  EXPECT_NE(body, third.answer("h1.localhost", "/p/7.html").body);
  EXPECT_NE(body, first.answer("h2.localhost", "/p/7.html").body);
}

TEST(PagesTest, SizeAndLinksAreAsAsked) {
  struct Case {
    std::size_t size;
    std::uint32_t links;
  };
  for (const Case& given : {Case{16'384, 30}, Case{65'536, 10}, Case{8'000, 100}}) {
    SCOPED_TRACE(given.size);
    PageOptions options = many_pages();
    options.size_bytes = given.size;
    options.links = given.links;
    const Pages pages(options, 8080);
    EXPECT_EQ(pages.links(0, 3).size(), given.links);
    const auto size = pages.answer("h0.localhost", "/p/3.html").body.size();
    EXPECT_LE(size, given.size);
    EXPECT_GE(size + 16, given.size);  // less than an empty paragraph may be left
  }
}

TEST(PagesTest, LinksInTheDocumentAreThoseListed) {
  const Pages pages(many_pages(), 8080);
  const std::string body = pages.answer("h1.localhost", "/p/4.html").body;
  std::size_t at = 0;
  for (const std::string& href : pages.links(1, 4)) {
    SCOPED_TRACE(href);
    at = body.find("<a href=\"" + href + "\">", at);
    ASSERT_NE(at, std::string::npos);
    ++at;
  }
  EXPECT_EQ(body.find("<a href", at), std::string::npos);
}

TEST(PagesTest, SomeLinksLeadToOtherHosts) {
  const Pages pages(many_pages(), 8080);
  const std::string body = pages.answer("h0.localhost", "/").body;
  EXPECT_THAT(body, HasSubstr("<a href=\"http://h"));
  PageOptions alone = many_pages();
  alone.hosts = 1;
  const std::string lonely = Pages(alone, 8080).answer("h0.localhost", "/").body;
  EXPECT_THAT(lonely, Not(HasSubstr("http://h1.")));
}

TEST(PagesTest, DelayIsWithinItsJitterAndFixedByTheUrl) {
  PageOptions options = many_pages();
  options.delay = milliseconds(50);
  options.jitter = milliseconds(20);
  const Pages pages(options, 8080);
  std::set<milliseconds> delays;
  for (const std::string& path : pages.paths(0)) {
    const milliseconds delay = pages.answer("h0.localhost", path).delay;
    EXPECT_GE(delay, milliseconds(50));
    EXPECT_LT(delay, milliseconds(70));
    EXPECT_EQ(delay, pages.answer("h0.localhost", path).delay);
    delays.insert(delay);
  }
  EXPECT_GT(delays.size(), 10u);
}

TEST(PagesTest, RobotsRulesAreServedWhereGiven) {
  PageOptions options = many_pages();
  options.robots_txt = "User-agent: *\nDisallow: /p/1";
  const Answer answer = Pages(options, 8080).answer("h0.localhost", "/robots.txt");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, options.robots_txt);
}

}  // namespace
}  // namespace skitter::site
