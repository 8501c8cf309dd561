// What SQL in `skitter query` may call, over pages that a crawl has stored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "storage/database.h"
#include "storage/statement.h"
#include "tests/e2e/crawl_fixture.h"
#include "tests/site/site.h"

namespace skitter::e2e {
namespace {

using ::testing::HasSubstr;

class QueryFunctionsTest : public CrawlTest {
 protected:
  QueryFunctionsTest() {
    Answer page = Answer::html("<!doctype html><h1>Caf\xe9</h1><p>one<p>two<a href=/x>x</a>");
    page.headers = {{"Content-Type", "text/html; charset=windows-1252"}};
    site_.route(kHost, "/", page);
    site_.route(kHost, "/x", Answer::html("<h1></h1>"));
    EXPECT_EQ(crawl({site_.url(kHost)}).status, 0);
  }

  // The rows as CSV, without the line of names.
  [[nodiscard]] std::string ask(const std::string& sql) const {
    const auto result = skitter({"query", "crawl.db", sql, "--format", "csv"});
    if (result.status != 0) return result.err;
    std::string rows;
    for (std::size_t at = result.out.find('\n') + 1; at < result.out.size(); ++at) {
      if (result.out[at] != '\r') rows += result.out[at];
    }
    return rows;
  }

  Site site_;
};

TEST_F(QueryFunctionsTest, Answer) {
  const struct {
    std::string sql, want;
  } cases[] = {
      {"SELECT css(body(id), 'h1') FROM pages ORDER BY id", "Caf\xc3\xa9\n\"\"\n"},
      {"SELECT css(body(1), 'h1::text'), css(body(1), 'a::attr(href)'), css(body(1), 'h9') IS NULL",
       "Caf\xc3\xa9,/x,1\n"},
      {"SELECT body(99) IS NULL, body('x') IS NULL, css(NULL, 'h1') IS NULL", "1,1,1\n"},
      {"SELECT position, value FROM css_all(body(1), 'p')", "0,one\n1,twox\n"},
      {"SELECT count(*) FROM pages AS p, css_all(body(p.id), 'p::text') AS c", "2\n"},
      {"SELECT c.value FROM css_all('<i>1<i>2', 'i::text') AS c WHERE c.position > 0", "2\n"},
      {"SELECT count(*) FROM css_all(NULL, 'p')", "0\n"},
      {"SELECT host('http://A.example:8080/x'), host('https://b.example:443/'), host('no') IS NULL",
       "a.example:8080,b.example,1\n"},
      {"SELECT url_part('https://u@a.example/b/../c?q#f', 'pathname'), "
       "url_part('https://a.example/?q#f', 'search'), url_part('no', 'hash') IS NULL",
       "/c,?q,1\n"},
      {"SELECT resolve('https://a.example/b/c', '../d'), resolve('no', 'd') IS NULL",
       "https://a.example/d,1\n"},
      {"SELECT markdown(body(1)), markdown(body(1), 'https://a.example/y/'), markdown(NULL) IS "
       "NULL",
       "\"# Caf\xc3\xa9\n\none\n\ntwo[x](/x)\n\",\"# Caf\xc3\xa9\n\none\n\n"
       "two[x](https://a.example/x)\n\",1\n"},
      {"SELECT main_text('<nav>a</nav><p>b'), main_text(NULL) IS NULL", "b,1\n"},
      {"SELECT hamming(-1, 0), hamming(5, 6), hamming(NULL, 1) IS NULL", "64,2,1\n"},
      {"SELECT count(*) FROM pages WHERE simhash IS NOT NULL", "1\n"},
      {"SELECT 'abc' REGEXP 'b.$', 'abc' REGEXP '^b', NULL REGEXP 'b' IS NULL, regexp('(?i)B', "
       "'b')",
       "1,0,1,1\n"},
  };
  for (const auto& [sql, want] : cases) {
    SCOPED_TRACE(sql);
    EXPECT_EQ(ask(sql), want);
  }
}

TEST_F(QueryFunctionsTest, SayWhatIsWrong) {
  const struct {
    std::string sql, want;
  } cases[] = {
      {"SELECT css(body(1), 'h1 >> b')", "css: the selector at character 5: '>' is not expected"},
      {"SELECT * FROM css_all(body(1), '[')", "css_all: the selector at character 2"},
      {"SELECT * FROM css_all(body(1))", "css_all(html, selector) takes both"},
      {"SELECT url_part('https://a.example/', 'path')", "'path' is none of href, protocol"},
      {"SELECT markdown(body(1), 'no')", "markdown: the base is no valid URL"},
      {"SELECT 'a' REGEXP '('", "regexp: missing )"},
  };
  for (const auto& [sql, want] : cases) {
    SCOPED_TRACE(sql);
    EXPECT_THAT(ask(sql), HasSubstr(want));
    EXPECT_EQ(skitter({"query", "crawl.db", sql}).status, 2);
    // Found wrong before a row is written or after.
    EXPECT_EQ(skitter({"query", "crawl.db", "SELECT 1 UNION ALL " + sql}).status, 2);
  }
}

TEST_F(QueryFunctionsTest, ADamagedBodyIsTheFilesFault) {
  {
    storage::Database database(path(), storage::Start::Continue, storage::Durability::Process);
    storage::Statement(database.connection(), "UPDATE body SET data = x'28b52ffd00'").run();
  }
  const auto result = skitter({"query", "crawl.db", "SELECT body(1)"});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("cannot be unpacked"));
}

TEST_F(QueryFunctionsTest, StopInTime) {
  const auto result = skitter({"query", "crawl.db", "--timeout", "200ms",
                               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                               "SELECT count(css(body(1) || i, 'p ~ a')) FROM n"});
  EXPECT_EQ(result.status, 11);
  EXPECT_THAT(result.err, HasSubstr("--timeout"));
}

}  // namespace
}  // namespace skitter::e2e
