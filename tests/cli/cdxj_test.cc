#include "cli/cdxj.h"

#include <gtest/gtest.h>

#include <string_view>

#include "parser/url.h"

namespace skitter::cli {
namespace {

TEST(CdxjTest, KeysTurnHostsAboutAndOrderParameters) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"http://example.com/", "com,example)/"},
      {"https://www.Example.com/A/B?C=D", "com,example)/a/b?c=d"},
      {"http://www2.example.co.uk/", "uk,co,example)/"},
      {"http://www.com/", "com)/"},
      {"http://wwwx.com/", "com,wwwx)/"},
      {"http://example.com:8080/", "com,example:8080)/"},
      {"https://example.com:443/", "com,example)/"},
      {"http://example.com/a/", "com,example)/a"},
      {"http://example.com/?b=2&a=1&c", "com,example)/?a=1&b=2&c"},
      {"http://example.com/?", "com,example)/"},
      {"http://user:word@example.com/#top", "com,example)/"},
      {"http://127.0.0.1/", "1,0,0,127)/"},
      {"http://[::1]:81/", "[::1]:81)/"},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(surt(*parser::parse_url(given)), want);
  }
}

TEST(CdxjTest, ALineHasKeyTimeAndWhereTheRecordIs) {
  const auto url = *parser::parse_url("http://www.example.com/a");
  EXPECT_EQ(
      cdxj_line(url, {"2026-01-02T03:04:05.678Z", "text/html", 200, "sha1:X", 10, 20, "a.gz"}),
      R"(com,example)/a 20260102030405 {"url":"http://www.example.com/a","mime":"text/html",)"
      R"("status":"200","digest":"sha1:X","length":"20","offset":"10","filename":"a.gz"})");
  EXPECT_EQ(cdxj_line(url, {"2026-01-02T03:04:05Z", "", 302, "", 0, 1, "a \"b\".gz"}),
            R"(com,example)/a 20260102030405 {"url":"http://www.example.com/a","mime":"unk",)"
            R"("status":"302","length":"1","offset":"0","filename":"a \"b\".gz"})");
}

TEST(CdxjTest, StandsBesideTheArchive) {
  EXPECT_EQ(cdxj_path("out/site.warc.gz"), "out/site.cdxj");
  EXPECT_EQ(cdxj_path("site.warc"), "site.cdxj");
  EXPECT_EQ(cdxj_path("site"), "site.cdxj");
}

}  // namespace
}  // namespace skitter::cli
