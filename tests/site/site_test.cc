#include "tests/site/site.h"

#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace skitter::site {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Reply {
  CURLcode code = CURLE_OK;
  long status = 0;
  std::string body;
  std::string head;
  milliseconds first_byte{0};
  milliseconds elapsed{0};
};

std::size_t append(char* bytes, std::size_t, std::size_t count, void* to) noexcept {
  static_cast<std::string*>(to)->append(bytes, count);
  return count;
}

milliseconds time_of(CURL* easy, CURLINFO what) {
  curl_off_t us = 0;
  curl_easy_getinfo(easy, what, &us);
  return std::chrono::duration_cast<milliseconds>(microseconds(us));
}

struct EasyDeleter {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};

// One client; its requests share connections.
class Client {
 public:
  Client() : easy_(curl_easy_init()) {
    curl_easy_setopt(easy_.get(), CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy_.get(), CURLOPT_TIMEOUT_MS, 20'000L);
    curl_easy_setopt(easy_.get(), CURLOPT_WRITEFUNCTION, &append);
    curl_easy_setopt(easy_.get(), CURLOPT_HEADERFUNCTION, &append);
  }
  [[nodiscard]] CURL* easy() { return easy_.get(); }

  Reply get(const std::string& url) {
    Reply reply;
    curl_easy_setopt(easy_.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_.get(), CURLOPT_WRITEDATA, &reply.body);
    curl_easy_setopt(easy_.get(), CURLOPT_HEADERDATA, &reply.head);
    reply.code = curl_easy_perform(easy_.get());
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &reply.status);
    reply.first_byte = time_of(easy_.get(), CURLINFO_STARTTRANSFER_TIME_T);
    reply.elapsed = time_of(easy_.get(), CURLINFO_TOTAL_TIME_T);
    return reply;
  }

 private:
  std::unique_ptr<CURL, EasyDeleter> easy_;
};

Reply get(const std::string& url) {
  return Client().get(url);
}

TEST(SiteTest, ServesItsRoutesOnBothAddresses) {
  Site site;
  site.route("", "/a", Answer::html("<p>hello"));
  for (const std::string_view host : {"127.0.0.1", "[::1]", "some.localhost"}) {
    SCOPED_TRACE(host);
    const Reply reply = get(site.url(host, "/a"));
    EXPECT_EQ(reply.code, CURLE_OK);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "<p>hello");
    EXPECT_THAT(reply.head, HasSubstr("Content-Type: text/html; charset=utf-8\r\n"));
  }
  EXPECT_EQ(get(site.url("127.0.0.1", "/b")).status, 404);
}

TEST(SiteTest, TheMostSpecialRouteCounts) {
  Site site;
  site.route("", "/*", Answer::plain(200, "any below /"));
  site.route("", "/x*", Answer::plain(200, "any below /x"));
  site.route("", "/x", Answer::plain(200, "x"));
  site.route("", "/x?q=1", Answer::plain(200, "x q"));
  site.route("a.localhost", "/x", Answer::plain(200, "x of a"));
  struct Case {
    std::string_view host, path, want;
  };
  const Case cases[] = {
      {"b.localhost", "/y", "any below /"}, {"b.localhost", "/x/y", "any below /x"},
      {"b.localhost", "/x", "x"},           {"b.localhost", "/x?q=1", "x q"},
      {"b.localhost", "/x?q=2", "x"},       {"a.localhost", "/x", "x of a"},
  };
  for (const Case& given : cases) {
    SCOPED_TRACE(std::string(given.host) + std::string(given.path));
    EXPECT_EQ(get(site.url(given.host, given.path)).body, given.want);
  }
}

TEST(SiteTest, HandlersSeeTheRequestAndHowManyCameBefore) {
  Site site;
  site.route("", "/flaky", [](const Request& request) {
    if (request.earlier < 2) return Answer::plain(503, "");
    return Answer::plain(200, std::string(request.header("X-Word")));
  });
  Client client;
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, "X-Word: spider"), &curl_slist_free_all);
  curl_easy_setopt(client.easy(), CURLOPT_HTTPHEADER, headers.get());
  EXPECT_EQ(client.get(site.url("a.localhost", "/flaky")).status, 503);
  EXPECT_EQ(client.get(site.url("a.localhost", "/flaky")).status, 503);
  EXPECT_EQ(client.get(site.url("b.localhost", "/flaky")).status, 503);  // counted by host and path
  EXPECT_EQ(client.get(site.url("a.localhost", "/flaky")).body, "spider");
}

TEST(SiteTest, KeepsConnectionsAndTellsThemApartInTheLog) {
  Site site({.port = 0, .pages = {}, .log = LogKind::RequestsAndHeaders});
  site.route("", "/*", Answer::plain(200, "ok"));
  Client client;
  curl_easy_setopt(client.easy(), CURLOPT_USERAGENT, "tester/1");
  (void)client.get(site.url("127.0.0.1", "/1"));
  (void)client.get(site.url("127.0.0.1", "/2?q"));
  (void)get(site.url("127.0.0.1", "/3"));
  const auto log = site.log();
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[0].path, "/1");
  EXPECT_EQ(log[1].path, "/2?q");
  EXPECT_EQ(log[0].connection, log[1].connection);
  EXPECT_NE(log[1].connection, log[2].connection);
  EXPECT_EQ(find_header(log[0].headers, "User-Agent"), "tester/1");
  ASSERT_TRUE(log[0].end.has_value());
  EXPECT_LE(log[0].start, *log[0].end);
  EXPECT_LE(*log[0].end, log[1].start);
}

TEST(SiteTest, SkipsTheBodyOfARequest) {
  Site site;
  Answer answer = Answer::plain(200, "ok");
  answer.delay = milliseconds(20);  // the body comes while it waits
  site.route("", "/", answer);
  Client client;
  const std::string body(300'000, 'x');
  curl_easy_setopt(client.easy(), CURLOPT_POSTFIELDS, body.c_str());
  EXPECT_EQ(client.get(site.url("127.0.0.1")).body, "ok");
  EXPECT_EQ(client.get(site.url("127.0.0.1")).body, "ok");
  ASSERT_EQ(site.log().size(), 2u);
  EXPECT_EQ(site.log()[1].method, "POST");
}

TEST(SiteTest, HeadHasNoBody) {
  Site site;
  site.route("", "/", Answer::plain(200, "text"));
  Client client;
  curl_easy_setopt(client.easy(), CURLOPT_NOBODY, 1L);
  EXPECT_EQ(client.get(site.url("127.0.0.1")).code, CURLE_OK);
  EXPECT_EQ(client.get(site.url("127.0.0.1")).body, "");
}

TEST(SiteTest, DelaysTheFirstByte) {
  Site site;
  Answer slow = Answer::plain(200, "late");
  slow.delay = milliseconds(80);
  site.route("", "/", slow);
  const Reply reply = get(site.url("127.0.0.1"));
  EXPECT_EQ(reply.body, "late");
  EXPECT_GE(reply.first_byte, milliseconds(80));
}

TEST(SiteTest, MisbehavesAsTold) {
  struct Case {
    const char* what;
    Framing framing;
    Fault fault;
    CURLcode want;
    std::string_view body;
  };
  const Case cases[] = {
      {"chunked", Framing::Chunked, Fault::None, CURLE_OK, "0123456789"},
      {"closed", Framing::Close, Fault::None, CURLE_OK, "0123456789"},
      {"empty reply", Framing::Length, Fault::EmptyReply, CURLE_GOT_NOTHING, ""},
      {"reset", Framing::Length, Fault::Reset, CURLE_RECV_ERROR, ""},
      {"truncated", Framing::Length, Fault::Truncate, CURLE_PARTIAL_FILE, "0123456789"},
      {"truncated chunks", Framing::Chunked, Fault::Truncate, CURLE_PARTIAL_FILE, "0123456789"},
  };
  Site site;
  for (const Case& given : cases) {
    SCOPED_TRACE(given.what);
    Answer answer = Answer::plain(200, "0123456789");
    answer.framing = given.framing;
    answer.fault = given.fault;
    site.route("", "/", answer);
    const Reply reply = get(site.url("127.0.0.1"));
    EXPECT_EQ(reply.code, given.want) << curl_easy_strerror(reply.code);
    EXPECT_EQ(reply.body, given.body);
  }
}

TEST(SiteTest, TricklesInPieces) {
  Site site;
  for (const Framing framing : {Framing::Length, Framing::Chunked, Framing::Close}) {
    Answer answer = Answer::plain(200, "0123456789");
    answer.framing = framing;
    answer.piece_bytes = 3;  // four pieces, three pauses
    answer.pause = milliseconds(30);
    site.route("", "/", answer);
    const Reply reply = get(site.url("127.0.0.1"));
    EXPECT_EQ(reply.code, CURLE_OK);
    EXPECT_EQ(reply.body, "0123456789");
    EXPECT_GE(reply.elapsed, milliseconds(90));
    EXPECT_LT(reply.first_byte, milliseconds(90));
  }
}

TEST(SiteTest, RepeatsAnEndlessBodyUpToItsCap) {
  Site site;
  Answer answer = Answer::plain(200, "abc");
  answer.endless_bytes = 5'000'000;
  for (const Framing framing : {Framing::Length, Framing::Chunked, Framing::Close}) {
    answer.framing = framing;
    site.route("", "/", answer);
    const Reply reply = get(site.url("127.0.0.1"));
    EXPECT_EQ(reply.code, CURLE_OK);
    EXPECT_EQ(reply.body.size(), 5'000'000u);
    EXPECT_EQ(reply.body.substr(3 * 1'500'000, 6), "abcabc");
  }
}

TEST(SiteTest, AClientThatBreaksOffEndsItsRequest) {
  Site site;
  Answer answer = Answer::plain(200, "abc");
  answer.endless_bytes = std::uint64_t{1} << 40;
  site.route("", "/", answer);
  site.route("", "/ok", Answer::plain(200, "ok"));
  Client client;
  curl_easy_setopt(client.easy(), CURLOPT_MAXFILESIZE_LARGE, curl_off_t{1'000'000});
  EXPECT_EQ(client.get(site.url("127.0.0.1")).code, CURLE_FILESIZE_EXCEEDED);
  while (!site.log()[0].end)
    (void)get(site.url("127.0.0.1", "/ok"));  // the test's limit of time ends it
}

TEST(SiteTest, SendsRawBytesAsTheyAre) {
  Site site;
  Answer answer;
  answer.framing = Framing::Raw;
  answer.body = "HTTP/1.1 299 Odd\r\nA: 1\r\nA: 2\r\n\r\nrest";
  site.route("", "/", answer);
  const Reply reply = get(site.url("127.0.0.1"));
  EXPECT_EQ(reply.status, 299);
  EXPECT_EQ(reply.head + reply.body, answer.body);
}

TEST(SiteTest, RefusesWhatItCannotRead) {
  Site site;
  Client client;
  curl_easy_setopt(client.easy(), CURLOPT_CUSTOMREQUEST, "A B");
  EXPECT_EQ(client.get(site.url("127.0.0.1")).status, 400);
}

TEST(SiteTest, StopsWhileAnswersAreUnderWay) {
  CURLM* multi = curl_multi_init();
  Client client;
  {
    Site site;
    Answer never = Answer::plain(200, "");
    never.delay = std::chrono::hours(1);
    site.route("", "/", never);
    const std::string url = site.url("127.0.0.1");
    curl_easy_setopt(client.easy(), CURLOPT_URL, url.c_str());
    curl_multi_add_handle(multi, client.easy());
    for (int running = 1; running > 0 && site.log().empty();) {
      curl_multi_perform(multi, &running);
      curl_multi_poll(multi, nullptr, 0, 10, nullptr);
    }
    ASSERT_EQ(site.log().size(), 1u);
    EXPECT_FALSE(site.log()[0].end.has_value());
  }
  for (int running = 1; running > 0;) {  // its destruction has broken the connection off
    curl_multi_perform(multi, &running);
    curl_multi_poll(multi, nullptr, 0, 10, nullptr);
  }
  curl_multi_remove_handle(multi, client.easy());
  curl_multi_cleanup(multi);
}

TEST(SiteTest, ServesGeneratedPagesAndTheirSeeds) {
  PageOptions pages;
  pages.hosts = 3;
  Site site({.port = 0, .pages = pages, .log = LogKind::Requests});
  const std::string port = std::to_string(site.port());
  EXPECT_THAT(site.seeds(),
              ElementsAre("http://h0.localhost:" + port + "/", "http://h1.localhost:" + port + "/",
                          "http://h2.localhost:" + port + "/"));
  const Reply reply = get(site.seeds()[1]);
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(reply.body, HasSubstr("Article 0 of host 1"));
  site.route("h1.localhost", "/", Answer::plain(200, "routes come first"));
  EXPECT_EQ(get(site.seeds()[1]).body, "routes come first");
}

LogEntry entry(std::string host, int start_ms, int end_ms) {
  LogEntry entry;
  entry.host = std::move(host);
  entry.start = Clock::time_point(milliseconds(start_ms));
  entry.end = Clock::time_point(milliseconds(end_ms));
  return entry;
}

TEST(LogTest, TellsWhatEachHostHadToBear) {
  std::vector<LogEntry> entries{entry("a", 0, 10),  entry("b", 5, 50),  entry("a", 10, 20),
                                entry("b", 15, 30), entry("b", 22, 25), entry("c", 1, 2)};
  auto loads = load_by_host(entries);
  EXPECT_EQ(loads["a"].most_at_once, 1u);  // the second begins as the first ends
  EXPECT_EQ(loads["a"].least_gap, milliseconds(10));
  EXPECT_EQ(loads["b"].requests, 3u);
  EXPECT_EQ(loads["b"].most_at_once, 3u);
  EXPECT_EQ(loads["b"].least_gap, milliseconds(7));
  EXPECT_EQ(loads["c"].least_gap, std::nullopt);
  EXPECT_EQ(load_of(entries).most_at_once, 3u);
  entries[0].end.reset();  // under way
  EXPECT_EQ(load_by_host(entries)["a"].most_at_once, 2u);
}

TEST(LogTest, WritesALineARequest) {
  LogEntry one = entry("a", 1, 2);
  one.method = "GET";
  one.path = "/x";
  one.status = 200;
  one.connection = 7;
  LogEntry two = one;
  two.end.reset();
  std::ostringstream out;
  write_tsv(out, std::vector{one, two});
  EXPECT_EQ(out.str(),
            "host\tmethod\tpath\tstatus\tconnection\tstart_us\tend_us\n"
            "a\tGET\t/x\t200\t7\t1000\t2000\n"
            "a\tGET\t/x\t200\t7\t1000\t\n");
}

}  // namespace
}  // namespace skitter::site
