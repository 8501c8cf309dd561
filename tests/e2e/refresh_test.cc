// skitter crawl --refresh: pages are asked for again, and whether they have changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/e2e/crawl_fixture.h"
#include "tests/site/site.h"

namespace skitter::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Answer with_field(Answer answer, std::string name, std::string value) {
  answer.headers.emplace_back(std::move(name), std::move(value));
  return answer;
}

constexpr std::string_view kModified = "Wed, 21 Oct 2015 07:28:00 GMT";

// Answers 304 to who has it already.
site::Handler unless_known(std::string field, std::string validator, Answer answer) {
  const std::string asks = field == "ETag" ? "if-none-match" : "if-modified-since";
  answer.headers.emplace_back(std::move(field), validator);
  return [=](const Request& request) {
    return request.header(asks) == validator ? Answer::plain(304, "") : answer;
  };
}

class RefreshTest : public CrawlTest {
 protected:
  ProgramResult refresh(const Site& site, Words more = {}) const {
    more.insert(more.begin(), {site.url(kHost), "--refresh"});
    return crawl(more);
  }
};

TEST_F(RefreshTest, AsksWhatHasChanged) {
  Site site;
  const auto first = [](const Request& request, Answer before, Answer after) {
    return request.earlier == 0 ? before : after;
  };
  site.route(kHost, "/", [&](const Request& request) {
    return first(request, page_with_links({"/etag", "/dated", "/plain", "/gone", "/moves"}),
                 page_with_links({"/etag", "/new"}));
  });
  site.route(
      kHost, "/etag",
      unless_known("ETag", "W/\"a, b\"", Answer::html("<title>E</title><a href=/behind>on</a>")));
  site.route(kHost, "/behind", Answer::html("<title>B</title>"));
  site.route(
      kHost, "/dated",
      unless_known("Last-Modified", std::string(kModified), Answer::html("<title>D</title>")));
  site.route(kHost, "/plain", [&](const Request& request) {
    return first(request, Answer::html("<title>one</title>"), Answer::html("<title>two</title>"));
  });
  site.route(kHost, "/gone", [&](const Request& request) {
    return first(request, with_field(Answer::html("here"), "ETag", "\"g\""),
                 Answer::plain(404, ""));
  });
  site.route(kHost, "/moves", Answer::redirect("/plain"));
  site.route(kHost, "/new", Answer::html("<title>N</title>"));
  ASSERT_EQ(crawl({site.url(kHost)}).status, 0);
  const std::size_t before = page_requests(site).size();

  ASSERT_EQ(refresh(site).status, 0);
  expect_finished();
  const std::string root = site.url(kHost, "");  // no slash at its end
  EXPECT_THAT(rows("SELECT substr(url, " + std::to_string(root.size() + 1) +
                   "), outcome, status, title FROM pages ORDER BY url"),
              ElementsAre("/|ok|200|Links", "/behind|ok|200|B", "/dated|not_modified|304|D",
                          "/etag|not_modified|304|E", "/gone|http_error|404|NULL",
                          "/moves|redirect|302|NULL", "/new|ok|200|N", "/plain|ok|200|two"));
  EXPECT_EQ(page_requests(site).size(), before + 8) << "each of the seven, and the new one";
  EXPECT_EQ(number("SELECT count(*) FROM links WHERE source_url LIKE '%/etag'"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM pages WHERE text IS NULL AND url LIKE '%/etag'"), 0);

  ASSERT_EQ(refresh(site).status, 0);  // what was not modified is known still
  EXPECT_EQ(number("SELECT count(*) FROM urls WHERE outcome = 'not_modified'"), 2);
}

TEST_F(RefreshTest, WhatIsToBeKeptNowIsFetchedThoughItHasNotChanged) {
  Site site;
  site.route(kHost, "/", unless_known("ETag", "\"1\"", Answer::html("<title>T</title>words")));
  ASSERT_EQ(crawl({site.url(kHost), "--store", "none"}).status, 0);
  ASSERT_EQ(refresh(site).status, 0);
  EXPECT_THAT(rows("SELECT outcome, text FROM pages"), ElementsAre("ok|words"));
  EXPECT_EQ(number("SELECT count(*) FROM body"), 1);
  ASSERT_EQ(refresh(site, {"--store", "none"}).status, 0);
  EXPECT_THAT(rows("SELECT outcome, text FROM pages"), ElementsAre("not_modified|words"));
}

TEST_F(RefreshTest, WithoutItNothingIsAskedForAgain) {
  Site site;
  site.route(kHost, "/", Answer::html("x"));
  ASSERT_EQ(crawl({site.url(kHost)}).status, 0);
  ASSERT_EQ(crawl({site.url(kHost)}).status, 0);
  EXPECT_EQ(page_requests(site).size(), 1u);
}

TEST_F(RefreshTest, ALimitLeavesTheOthersAsTheyWere) {
  Site site;
  site.route(kHost, "/", page_with_links({"/1", "/2", "/none"}));
  site.route(kHost, "/1", Answer::html("1"));
  site.route(kHost, "/2", Answer::html("2"));
  ASSERT_EQ(crawl({site.url(kHost)}).status, 0);
  const Contents before = contents();
  ASSERT_EQ(refresh(site, {"--max-pages", "1", "-c", "1"}).status, 0);
  expect_equal(contents(), before);
  EXPECT_THAT(rows("SELECT url FROM urls WHERE outcome IN ('queued', 'budget')"), IsEmpty());
}

TEST_F(RefreshTest, AnInterruptedOneGoesOnWhereItWas) {
  site::PageOptions generated;
  generated.pages_per_host = 60;
  const Site site({.pages = generated});
  const Words seed = site.seeds();
  ASSERT_EQ(crawl(seed).status, 0);
  const std::int64_t pages = number("SELECT count(*) FROM pages");
  const Contents before = contents();
  const std::size_t asked = page_requests(site).size();

  Words words =
      crawl_words({seed.front(), "--refresh", "--delay", "20ms", "--host-concurrency", "1"});
  Program program(words, here());
  ASSERT_TRUE(program.wait_until([&] { return page_requests(site).size() > asked + 10; }));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 11);
  EXPECT_GT(number("SELECT count(*) FROM urls WHERE outcome = 'queued'"), 0);

  ASSERT_EQ(crawl({seed.front(), "--refresh"}).status, 0);
  EXPECT_EQ(page_requests(site).size(), asked + static_cast<std::size_t>(pages))
      << "each once more, in both runs together";
  expect_equal(contents(), before);
}

TEST_F(RefreshTest, SoDoesAKilledOne) {
  site::PageOptions generated;
  generated.pages_per_host = 60;
  const Site site({.pages = generated});
  const std::string seed = site.seeds().front();
  ASSERT_EQ(crawl({seed}).status, 0);
  const auto pages = static_cast<std::size_t>(number("SELECT count(*) FROM pages"));
  const Contents before = contents();
  const std::size_t asked = page_requests(site).size();

  constexpr std::size_t kLife = 40;  // pages
  Program program(crawl_words({seed, "--refresh", "--delay", "20ms", "--host-concurrency", "1"}),
                  here());
  ASSERT_TRUE(program.wait_until([&] { return page_requests(site).size() > asked + kLife; }));
  program.signal(SIGKILL);
  EXPECT_EQ(program.wait().signal, SIGKILL);
  ASSERT_EQ(crawl({seed, "--refresh"}).status, 0);
  expect_finished();
  expect_equal(contents(), before);
  EXPECT_LT(page_requests(site).size(), asked + pages + kLife) << "it did not begin anew";
}

TEST_F(RefreshTest, ThereIsNothingToRefreshInAFreshDatabase) {
  const ProgramResult result = crawl({"http://a.localhost:1/", "--fresh", "--refresh"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("--fresh forgets the pages that --refresh asks again for"));
}

}  // namespace
}  // namespace skitter::e2e
