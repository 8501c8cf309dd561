#include "parser/headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace skitter::parser {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(HeadersTest, KeepsFieldsInOrder) {
  Headers headers;
  for (const std::string_view line :
       {"HTTP/1.1 200 OK\r\n", "Content-Type: text/html\r\n", "X-A:1\r\n", "x-a:\t 2 \r\n",
        "Empty:\r\n", "no colon\r\n", "two words: x\r\n", ": nameless\r\n", "\r\n", ""}) {
    headers.add_line(line);
  }
  EXPECT_THAT(headers.fields(), ElementsAre(Pair("Content-Type", "text/html"), Pair("X-A", "1"),
                                            Pair("x-a", "2"), Pair("Empty", "")));
  EXPECT_EQ(headers.get("CONTENT-TYPE"), "text/html");
  EXPECT_EQ(headers.get("X-a"), "1");
  EXPECT_EQ(headers.get("absent"), "");
  EXPECT_THAT(headers.get_all("X-A"), ElementsAre("1", "2"));
  headers.clear();
  EXPECT_THAT(headers.fields(), IsEmpty());
}

TEST(HeadersTest, UnfoldsLines) {
  Headers headers;
  headers.add_line("  nothing before\r\n");
  headers.add_line("A: one\r\n");
  headers.add_line("\t two\r\n");
  headers.add_line(" \r\n");
  headers.add_line("B:\r\n");
  headers.add_line(" late\r\n");
  headers.add_line("broken\r\n");
  headers.add_line(" belongs to it\r\n");
  EXPECT_THAT(headers.fields(), ElementsAre(Pair("A", "one two"), Pair("B", "late")));
}

TEST(HeadersTest, BoundsWhatItKeeps) {
  Headers headers;
  const std::string line = "Name: " + std::string(1000, 'x');
  for (int i = 0; i < 1000; ++i) headers.add_line(line);
  for (int i = 0; i < 1000; ++i) headers.add_line(" " + line);
  std::size_t bytes = 0;
  for (const auto& [name, value] : headers.fields()) bytes += name.size() + value.size();
  EXPECT_LE(bytes, Headers::kMaxBytes);
  EXPECT_GT(bytes, Headers::kMaxBytes - 2 * line.size());
  headers.clear();
  headers.add_line("A: b");
  EXPECT_EQ(headers.get("a"), "b");
}

TEST(HeadersTest, SurvivesMoves) {
  Headers headers;
  headers.add_line("A: b");
  Headers moved = std::move(headers);
  EXPECT_EQ(moved.get("a"), "b");
}

TEST(HeadersTest, ParsesContentTypes) {
  struct Case {
    std::string_view given, essence, charset;
  };
  const Case cases[] = {
      // WHATWG MIME Sniffing §4.4
      {"text/html", "text/html", ""},
      {"Text/HTML; Charset=UTF-8", "text/html", "UTF-8"},
      {" text/html ;charset=utf-8", "text/html", "utf-8"},
      {"text/html;charset=\"utf-8\"", "text/html", "utf-8"},
      {"text/html;charset=\"a\\\"b\";x=y", "text/html", "a\"b"},
      {"text/html;charset=\"unclosed", "text/html", "unclosed"},
      {"text/html;charset=\"gbk\" junk;charset=b", "text/html", "gbk"},
      {"text/html;charset=\"semi;colon\"", "text/html", "semi;colon"},
      {"text/html; boundary=x; charset=gbk", "text/html", "gbk"},
      {"text/html;charset=one;charset=two", "text/html", "one"},
      {"text/html;charset;charset=two", "text/html", "two"},
      {"text/html;charset=;charset=two", "text/html", "two"},
      {"text/html;charset =x", "text/html", ""},
      {"text/html;;;charset=utf-8", "text/html", "utf-8"},
      {"text/html;x=\"charset=no\"", "text/html", ""},
      {"text/html;charset=\x01", "text/html", ""},
      {"application/xhtml+xml", "application/xhtml+xml", ""},
      {"text", "", ""},
      {"text/", "", ""},
      {"/html", "", ""},
      {"te xt/html", "", ""},
      {"text/html,text/plain", "", ""},
      {"", "", ""},
      {";charset=utf-8", "", ""},
  };
  for (const auto& [given, essence, charset] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(parse_content_type(given).essence, essence);
    EXPECT_EQ(parse_content_type(given).charset, charset);
  }
}

TEST(HeadersTest, KnowsWhatIsRead) {
  struct Case {
    std::string_view given;
    bool readable, html;
  };
  const Case cases[] = {
      {"text/html", true, true},
      {"application/xhtml+xml", true, true},
      {"text/plain", true, false},
      {"text/xml", true, false},
      {"application/xml", true, false},
      {"application/rss+xml", true, false},
      {"", true, false},
      {"application/json", false, false},
      {"application/octet-stream", false, false},
      {"image/png", false, false},
      {"application/pdf", false, false},
  };
  for (const auto& [given, readable, html] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(is_readable_type(given), readable);
    EXPECT_EQ(is_html_type(given), html);
  }
}

TEST(HeadersTest, ParsesRetryAfter) {
  constexpr long long kNow = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT
  constexpr long long kMost = std::numeric_limits<long long>::max();
  struct Case {
    std::string_view given;
    std::optional<long long> want;
  };
  const Case cases[] = {
      {"120", 120},  // RFC 9110 §10.2.3
      {" 0 ", 0},
      {"9223372036854775807", kMost},
      {"9223372036854775808", kMost},
      {"99999999999999999999999", kMost},
      {"Sun, 06 Nov 1994 08:50:37 GMT", 60},
      {"Sunday, 06-Nov-94 08:49:38 GMT", 1},
      {"Sun Nov  6 08:49:40 1994", 3},
      {"Sun, 06 Nov 1994 08:49:36 GMT", 0},  // past
      {"-5", std::nullopt},
      {"1.5", std::nullopt},
      {"12 s", std::nullopt},
      {"soon", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(parse_retry_after(given, kNow), want);
  }
}

TEST(HttpDateTest, ReadsTheThreeForms) {
  constexpr long long kNow = 1'700'000'000;  // 2023-11-14
  struct Case {
    std::string_view given;
    std::optional<long long> want;
  };
  const Case cases[] = {
      // RFC 9110 §5.6.7
      {"Sun, 06 Nov 1994 08:49:37 GMT", 784'111'777},
      {"Sunday, 06-Nov-94 08:49:37 GMT", 784'111'777},
      {"Sun Nov  6 08:49:37 1994", 784'111'777},
      {"06 Nov 1994 08:49:37 GMT", 784'111'777},       // no weekday
      {"Mon, 06 Nov 1994 08:49:37 GMT", 784'111'777},  // the wrong one
      {"sun, 06 nov 1994 08:49:37 gmt", 784'111'777},
      {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
      {"Wed, 31 Dec 1969 23:59:59 GMT", -1},
      {"Thu, 29 Feb 2024 00:00:00 GMT", 1'709'164'800},
      {"Tue, 29 Feb 2000 12:00:00 GMT", 951'825'600},
      {"Fri, 31 Dec 9999 23:59:59 GMT", 253'402'300'799},
      {"Sat, 31 Dec 2016 23:59:60 GMT", 1'483'228'800},   // a leap second
      {"Friday, 01-Jan-73 00:00:00 GMT", 3'250'454'400},  // 2073: not more than 50 years ahead
      {"Friday, 01-Jan-74 00:00:00 GMT", 126'230'400},    // 1974
      {"Wed, 29 Feb 2023 00:00:00 GMT", std::nullopt},
      {"Thu, 29 Feb 1900 00:00:00 GMT", std::nullopt},
      {"Sun, 31 Apr 2023 00:00:00 GMT", std::nullopt},
      {"Sun, 00 Nov 1994 08:49:37 GMT", std::nullopt},
      {"Sun, 06 Foo 1994 08:49:37 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 24:00:00 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 08:60:37 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:61 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:37 PST", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:37 GMT GMT", std::nullopt},
      {"Sun, 06 Nov 199 08:49:37 GMT", std::nullopt},
      {"Sun, 06 Nov 19945 08:49:37 GMT", std::nullopt},
      {"Sun, 06 Nov 1994", std::nullopt},
      {"Sun", std::nullopt},
      {"", std::nullopt},
      {"1994", std::nullopt},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(parse_http_date(given, kNow), want);
  }
}

TEST(HttpDateTest, ReadsIsoDates) {
  struct Case {
    std::string_view given;
    std::optional<long long> want;
  };
  const Case cases[] = {
      {"1994-11-06", 784'080'000},
      {"1994-11-06T08:49:37Z", 784'111'777},
      {"1994-11-06 08:49:37", 784'111'777},
      {"1994-11-06T08:49:37.250Z", 784'111'777},
      {"1994-11-06T10:49:37+02:00", 784'111'777},
      {"1994-11-06T03:19:37-0530", 784'111'777},
      {"1994-11-06T08:49", 784'111'740},
      {"1994-13-06", std::nullopt},
      {"1994-11-31", std::nullopt},
      {"1994-11-06T", std::nullopt},
      {"1994-11-06T08:49:37+2", std::nullopt},
      {"1994-11-06T08:49:37+25:00", std::nullopt},
      {"1994-11-06x", std::nullopt},
      {"1994/11/06", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(parse_iso_date(given), want);
  }
}

TEST(HttpDateTest, TakesAnyPresent) {
  for (const long long now :
       {std::numeric_limits<long long>::min(), -1LL, std::numeric_limits<long long>::max()}) {
    EXPECT_TRUE(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now));
    EXPECT_TRUE(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now));
  }
}

}  // namespace
}  // namespace skitter::parser
