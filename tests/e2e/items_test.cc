// Items, end to end: taken by a crawl, by `fetch`, and by `extract` out of stored pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/e2e/crawl_fixture.h"
#include "tests/site/site.h"

namespace skitter::e2e {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kShopHost = "a.localhost";
constexpr const char* kItems =
    "SELECT replace(url, (SELECT min(url) FROM urls), '/'), rule, position, data "
    "FROM items ORDER BY url, rule, position";

class ItemsTest : public CrawlTest {
 protected:
  ItemsTest() {
    site_.route(kShopHost, "/",
                Answer::html("<!doctype html><h1>Books</h1><meta property=og:title content=B>"
                             "<article><h3>One</h3><a href=/one>more</a><p class=price>&pound;1.50"
                             "</p></article><article><h3>Two</h3><p class=price>2</p></article>"));
    site_.route(kShopHost, "/one", Answer::html("<!doctype html><h1>One</h1>"));
  }

  Site site_;
};

TEST_F(ItemsTest, ACrawlTakesOneItemAPage) {
  ASSERT_EQ(crawl({site_.url(kShopHost), "-e", "title=h1", "-e", "prices[]=.price::text"}).status,
            0);
  EXPECT_THAT(rows(kItems), ElementsAre(R"(/|extract|0|{"title":"Books","prices":["£1.50","2"]})",
                                        R"(/one|extract|0|{"title":"One","prices":[]})"));
}

TEST_F(ItemsTest, ACrawlTakesOneItemForEachMatch) {
  ASSERT_EQ(crawl({site_.url(kShopHost), "--each", "article", "-e", "t=h3", "-e",
                   "url=a::attr(href)", "--structured"})
                .status,
            0);
  EXPECT_THAT(rows(kItems), ElementsAre(R"(/|extract|0|{"t":"One","url":"/one"})",
                                        R"(/|extract|1|{"t":"Two","url":null})",
                                        R"(/|opengraph|0|{"og:title":"B"})"));
}

TEST_F(ItemsTest, FetchShowsItemsAtOnce) {
  const auto shown = skitter({"fetch", site_.url(kShopHost), "--each", "article", "-e", "t=h3"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_EQ(shown.out, "extract      {\"t\":\"One\"}\nextract      {\"t\":\"Two\"}\n");
  const auto as_json = skitter({"fetch", site_.url(kShopHost), "-e", "t=h1", "--json"});
  EXPECT_EQ(json::parse(as_json.out)["items"],
            json::parse(R"([{"rule": "extract", "data": {"t": "Books"}}])"));
  const auto none = skitter({"fetch", site_.url(kShopHost), "-e", "t=h6"});
  EXPECT_THAT(none.out, IsEmpty());
  EXPECT_THAT(none.err, HasSubstr("no items"));
}

TEST_F(ItemsTest, FetchShowsThePageAsMarkdownOrItsMainText) {
  site_.route(
      kShopHost, "/text",
      Answer::html(
          "<!doctype html><nav><a href=/>Home</a></nav><meta charset=utf-8><h1>\u202eOne</h1>"
          "<p>Some <b>words</b> and <a href=x>a link</a>, so that there is enough "
          "of them to be taken for what the page is about.</p>"));
  const std::string url = site_.url(kShopHost, "/text");
  const auto markdown = skitter({"fetch", url, "--markdown"});
  EXPECT_EQ(markdown.status, 0) << markdown.err;
  EXPECT_EQ(markdown.out,
            "[Home](" + site_.url(kShopHost) + ")\n\n# \\u202eOne\n\nSome **words** and [a link](" +
                site_.url(kShopHost, "/x") +
                "), so that there is enough of them to be taken for what the page is about.\n");
  const auto main_text = skitter({"fetch", url, "--main-text"});
  EXPECT_EQ(main_text.out,
            "\\u202eOne\nSome words and a link, so that there is enough of them to be taken for "
            "what the page is about.\n");
  EXPECT_EQ(skitter({"fetch", url, "--main-text", "--json"}).status, 2);
  EXPECT_EQ(skitter({"fetch", url, "--main-text", "--markdown"}).status, 2);
}

TEST_F(ItemsTest, ABadSelectorOrRuleEndsBeforeTheCrawl) {
  const auto bad = crawl({site_.url(kShopHost), "-e", "t=h1 >> b"});
  EXPECT_EQ(bad.status, 2);
  EXPECT_THAT(bad.err, HasSubstr("--extract: 'h1 >> b' at character 5: '>' is not expected"));
  EXPECT_EQ(crawl({site_.url(kShopHost), "-e", "h1"}).status, 2);
  EXPECT_EQ(crawl({site_.url(kShopHost), "--each", "h1"}).status, 2);
  std::ofstream(path("r.toml")) << "[book.fields]\ntitle = 'h1['\n";
  const auto rules = crawl({site_.url(kShopHost), "--rules", "r.toml"});
  EXPECT_EQ(rules.status, 2);
  EXPECT_THAT(rules.err, HasSubstr("r.toml:2: title: 'h1[' at character 4"));
  EXPECT_THAT(page_requests(site_), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(ItemsTest, ExtractReplacesTheItemsOfItsRulesAndNoOthers) {
  ASSERT_EQ(crawl({site_.url(kShopHost), "-e", "title=h1"}).status, 0);
  const auto requests = page_requests(site_).size();
  std::ofstream(path("r.toml")) << "[book]\nurl = '/$'\neach = 'article'\n[book.fields]\n"
                                   "title = 'h3'\nprice = {select = '.price', type = 'number'}\n";
  const auto first = skitter({"extract", "crawl.db", "--rules", "r.toml"});
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("2 items from 2 pages"));
  const Words want = {R"(/|book|0|{"title":"One","price":1.5})",
                      R"(/|book|1|{"title":"Two","price":2})", R"(/|extract|0|{"title":"Books"})",
                      R"(/one|extract|0|{"title":"One"})"};
  EXPECT_EQ(rows(kItems), want);
  EXPECT_EQ(skitter({"extract", "crawl.db", "--rules", "r.toml", "--workers", "1"}).status, 0);
  EXPECT_EQ(rows(kItems), want);  // once more changes nothing
  EXPECT_EQ(skitter({"extract", "crawl.db", "-e", "t=h1::html", "-q"}).status, 0);
  EXPECT_THAT(rows("SELECT data FROM items WHERE rule = 'extract' ORDER BY url"),
              ElementsAre(R"({"t":"<h1>Books</h1>"})", R"({"t":"<h1>One</h1>"})"));
  EXPECT_EQ(page_requests(site_).size(), requests);
  expect_sound();
}

TEST_F(ItemsTest, ExtractSaysWhyItCannot) {
  const auto missing = skitter({"extract", "none.db", "-e", "t=h1"});
  EXPECT_EQ(missing.status, 3);  // as every subcommand that reads a database
  EXPECT_THAT(missing.err, HasSubstr("there is no file none.db: `skitter crawl -o none.db`"));
  EXPECT_FALSE(std::filesystem::exists(path("none.db")));
  ASSERT_EQ(crawl({site_.url(kShopHost), "--store", "text"}).status, 0);
  EXPECT_EQ(skitter({"extract", "crawl.db"}).status, 2);
  EXPECT_THAT(skitter({"extract", "crawl.db", "-e", "t=h1"}).err, HasSubstr("holds no bodies"));
}

TEST_F(ItemsTest, ExtractKilledLeavesTheEarlierItems) {
  Words targets;
  for (int i = 0; i < 60; ++i) {
    targets.push_back("/p" + std::to_string(i));
    std::string html = "<!doctype html><h1>" + std::to_string(i) + "</h1>";
    for (int k = 0; k < 2'000; ++k) html += "<p><b>text</b> and more of it</p>";
    site_.route(kShopHost, targets.back(), Answer::html(html));
  }
  site_.route(kShopHost, "/all", page_with_links(targets));
  ASSERT_EQ(crawl({site_.url(kShopHost, "/all"), "-e", "n=h1::text"}).status, 0);
  const Words before = rows(kItems);
  for (const int wait_ms : {5, 20, 60, 150}) {
    Program extract({"extract", "crawl.db", "-e", "n=p::text", "-e", "b[]=b"}, here());
    (void)extract.wait_until([] { return false; }, milliseconds(wait_ms));
    if (!extract.is_running()) break;
    extract.signal(SIGKILL);
    (void)extract.wait();
    EXPECT_EQ(rows(kItems), before);
    expect_sound();
  }
  EXPECT_EQ(skitter({"extract", "crawl.db", "-e", "n=p::text"}).status, 0);
  EXPECT_EQ(number("SELECT count(*) FROM items WHERE data = '{\"n\":\"and more of it\"}'"), 60);
}

}  // namespace
}  // namespace skitter::e2e
