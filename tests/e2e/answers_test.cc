// Whatever a server or a name does ends in one recorded outcome.
#include <gmock/gmock.h>
#define ZLIB_CONST
#include <zlib.h>

#include "tests/e2e/crawl_fixture.h"
#include "tests/e2e/name_server.h"

namespace skitter::e2e {
namespace {

using site::Fault;
using site::Framing;
using ::testing::Not;
using ::testing::StartsWith;

constexpr milliseconds kNever{120'000};

std::string gzip(const std::string& text) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  (void)deflateInit2(&stream, 9, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  (void)deflateEnd(&stream);
  return out;
}

Answer raw(std::string text) {
  Answer answer;
  answer.body = std::move(text);
  answer.framing = Framing::Raw;
  return answer;
}

Answer with_fault(Fault fault, Framing framing = Framing::Length) {
  Answer answer = Answer::html("<p>some text");
  answer.fault = fault;
  answer.framing = framing;
  return answer;
}

Answer endless(Framing framing, const std::string& type = "text/html") {
  Answer answer = Answer::html("<p>again and again</p>\n");
  answer.headers = {{"Content-Type", type}};
  answer.framing = framing;
  answer.endless_bytes = 256u << 20;
  return answer;
}

Answer packed(std::string body, const std::string& encoding) {
  Answer answer = Answer::html(std::move(body));
  answer.headers.emplace_back("Content-Encoding", encoding);
  return answer;
}

Answer late() {
  Answer answer = Answer::html("late");
  answer.delay = kNever;
  return answer;
}

Answer stalled() {
  Answer answer = Answer::html(std::string(4'000, 'x'));
  answer.piece_bytes = 1'000;
  answer.pause = kNever;
  return answer;
}

Answer without_type(int status, std::string body) {
  Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

Answer many_headers() {
  Answer answer = Answer::html("x");
  for (int i = 0; i < 500; ++i) answer.headers.emplace_back("X-Some", std::string(2'000, 'y'));
  return answer;
}

class AnswersTest : public CrawlTest {
 protected:
  // "outcome|status" of a page that was asked for; its error must be said where there is no status.
  [[nodiscard]] std::string end_of(const std::string& url) const {
    const Words found = rows("SELECT outcome, status FROM pages WHERE url = '" + url + "'");
    return found.size() == 1 ? found[0] : "not asked for";
  }
  [[nodiscard]] std::string detail_of(const std::string& url) const {
    const Words found = rows("SELECT detail FROM urls WHERE url = '" + url + "'");
    return found.size() == 1 ? found[0] : "";
  }
};

TEST_F(AnswersTest, EachEndsInItsOutcome) {
  const std::string bomb = gzip(std::string(32u << 20, 'x'));
  struct Case {
    std::string path;
    Answer given;
    std::string want;
  };
  const Case cases[] = {
      {"/404", Answer::plain(404, "no"), "http_error|404"},
      {"/410", Answer::plain(410, ""), "http_error|410"},
      {"/500", Answer::plain(500, "no"), "http_error|500"},
      {"/out", Answer::redirect("http://elsewhere.example/"), "redirect|302"},
      {"/nowhere", without_type(302, ""), "http_error|302"},
      {"/bad-location", Answer::redirect("http://["), "http_error|302"},
      {"/304", without_type(304, ""), "not_modified|304"},
      {"/no-type", without_type(200, "<title>t</title>"), "ok|200"},
      {"/truncated", with_fault(Fault::Truncate), "truncated|200"},
      {"/truncated-chunks", with_fault(Fault::Truncate, Framing::Chunked), "truncated|200"},
      {"/until-close", with_fault(Fault::None, Framing::Close), "ok|200"},
      {"/reset", with_fault(Fault::Reset), "network_error|NULL"},
      {"/empty-reply", with_fault(Fault::EmptyReply), "network_error|NULL"},
      {"/no-http", raw("this is no HTTP at all\r\n\r\n"), "network_error|NULL"},
      {"/early-hints",
       raw("HTTP/1.1 103 Early\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: "
           "text/html\r\n\r\n<p>x"),
       "ok|200"},
      {"/late", late(), "timeout|NULL"},
      {"/stalled", stalled(), "timeout|200"},
      {"/large", endless(Framing::Length), "too_large|200"},
      {"/large-chunks", endless(Framing::Chunked), "too_large|200"},
      {"/bomb", packed(bomb, "gzip"), "too_large|200"},
      {"/gzip", packed(gzip("<title>small</title>"), "gzip"), "ok|200"},
      {"/no-gzip", packed("<p>not packed at all", "gzip"), "truncated|200"},
      {"/image", endless(Framing::Length, "application/x-iso9660-image"), "unsupported_type|200"},
      {"/headers", many_headers(), "too_large|NULL"},
      {"/header", raw("HTTP/1.1 200 OK\r\n" + std::string(1'000'000, 'a') + ": b\r\n\r\n"),
       "too_large|NULL"},
      {"/short-gzip", packed(gzip("<title>small</title>").substr(0, 20), "gzip"), "truncated|200"},
      {"/codings", packed("x", "gzip, gzip, gzip, gzip"), "too_large|200"},
  };
  Site site;
  Words targets;
  for (const auto& [path, given, want] : cases) {
    targets.push_back(path);
    site.route("", path, given);
  }
  site.route("", "/", page_with_links(targets));
  const ProgramResult result = crawl({site.url("a.localhost"), "--retries", "0", "--timeout", "3s",
                                      "--max-body", "64k", "--host-concurrency", "8"});
  ASSERT_EQ(result.status, 0) << result.err;
  expect_finished();
  for (const auto& [path, given, want] : cases) {
    SCOPED_TRACE(path);
    EXPECT_EQ(end_of(site.url("a.localhost", path)), want);
  }
  EXPECT_EQ(rows("SELECT url FROM pages WHERE outcome IN ('network_error', 'timeout', 'truncated', "
                 "'too_large') AND coalesce(error, '') = ''"),
            Words());
  EXPECT_EQ(outcome("http://elsewhere.example/"), "scope");
  EXPECT_LE(number("SELECT max(bytes) FROM pages"), 64 * 1024 + 128 * 1024);

  // What is not wanted is not downloaded: far less than the 256 MiB on offer left the server.
  for (const LogEntry& entry : site.log()) {
    SCOPED_TRACE(entry.path);
    EXPECT_LT(entry.body_bytes, 32u << 20);
  }
}

TEST_F(AnswersTest, AnAcceptEncodingOfTheUsersStandsAlone) {
  Site site;
  site.route("a.localhost", "/", [](const Request& request) {
    std::string told;
    for (const auto& [name, value] : request.headers) {
      if (name == "Accept-Encoding" || name == "accept-encoding") told += "<p>" + value;
    }
    return Answer::html(told);
  });
  const std::string seed = site.url("a.localhost");
  ASSERT_EQ(crawl({seed}).status, 0);
  EXPECT_EQ(rows("SELECT text FROM pages"), Words{"gzip, deflate, br, zstd"});
  ASSERT_EQ(crawl({seed, "--fresh", "-H", "accept-encoding: identity"}).status, 0);
  EXPECT_EQ(rows("SELECT text FROM pages"), Words{"identity"});
}

TEST_F(AnswersTest, NamesAndAddresses) {
  const NameServer names({{"inside.test", "10.0.0.1"}, {"loop.test", "127.0.0.1"}});
  Site site;
  const std::string port = ":" + std::to_string(site.port());
  struct Case {
    std::string url;
    std::string want;
  };
  const Case cases[] = {
      {"http://nosuch.invalid/", "dns_error"},
      {"http://inside.test/", "private_address"},
      {"http://loop.test" + port + "/", "private_address"},
      {"http://10.1.2.3/", "private_address"},
      {"http://127.0.0.1" + port + "/", "private_address"},
      {"http://[::1]" + port + "/", "private_address"},
      {"http://[::ffff:7f00:1]" + port + "/", "private_address"},
      {"http://169.254.169.254/latest/meta-data/", "private_address"},
      {"http://b.localhost" + port + "/", "private_address"},
      {"mailto:me@a.example", "unsupported_scheme"},
      {"ftp://a.example/", "unsupported_scheme"},
      {"tel:1", "unsupported_scheme"},
      {"http://a.localhost" + port + "/to-inside", "redirect"},
      {"http://inside.test/hidden", "private_address"},
      {"http://a.localhost" + port + "/to-file", "redirect"},
      {"file:///etc/passwd", "unsupported_scheme"},
  };
  Words targets;
  for (const auto& [url, want] : cases)
    if (!url.ends_with("/hidden") && !url.starts_with("file:")) targets.push_back(url);
  site.route("a.localhost", "/", page_with_links(targets));
  site.route("a.localhost", "/to-inside", Answer::redirect("http://inside.test/hidden"));
  site.route("a.localhost", "/to-file", Answer::redirect("file:///etc/passwd"));
  const ProgramResult result = crawl({site.url("a.localhost"), "--scope", "any", "--retries", "0",
                                      "--dns-servers", names.address()});
  ASSERT_EQ(result.status, 0) << result.err;
  expect_finished();
  for (const auto& [url, want] : cases) {
    SCOPED_TRACE(url);
    EXPECT_EQ(outcome(url), want);
  }
  EXPECT_EQ(end_of("http://nosuch.invalid/"), "dns_error|NULL");
  EXPECT_EQ(detail_of("http://inside.test/"), "inside.test is 10.0.0.1");
  EXPECT_EQ(number("SELECT count(*) FROM pages WHERE outcome = 'private_address'"), 0);
  for (const LogEntry& entry : site.log()) EXPECT_EQ(entry.host, "a.localhost");

  // Allowed where a seed names them, or the user says so.
  EXPECT_EQ(
      crawl({"http://loop.test" + port + "/", "--dns-servers", names.address()}, "seed.db").status,
      4);  // that host has no page: it was asked
  EXPECT_EQ(requests_for(site, "loop.test", "/"), 1u);
  EXPECT_EQ(crawl({site.url("a.localhost"), "--scope", "any", "--retries", "0", "--dns-servers",
                   names.address(), "--allow-private", "--exclude", "//(10|169|inside)"},
                  "all.db")
                .status,
            0);
  EXPECT_EQ(outcome("http://127.0.0.1" + port + "/", "all.db"), "http_error");
  EXPECT_EQ(outcome("http://10.1.2.3/", "all.db"), "excluded");
}

TEST_F(AnswersTest, StatusSaysWhetherASeedWasFetched) {
  const ClosedPort closed;
  const NameServer names({});
  Site site;
  site.route("a.localhost", "/", Answer::html("x"));
  site.route("a.localhost", "/to", Answer::redirect("/gone"));
  site.route("forbidden.localhost", "/robots.txt",
             Answer::plain(200, "User-agent: *\nDisallow: /"));
  site.route("late.localhost", "/robots.txt", Answer::plain(404, ""));
  site.route("late.localhost", "/", late());
  const std::string refused = "http://localhost:" + std::to_string(closed.number()) + "/";
  const std::string tls = "https://localhost:" + std::to_string(site.port()) + "/";
  struct Case {
    Words seeds;
    int status;
    std::string words;  // of the first row
  };
  const Case cases[] = {
      {{site.url("a.localhost")}, 0, "ok|200|NULL"},
      {{site.url("a.localhost", "/to")}, 0, "redirect|302|NULL"},
      {{site.url("a.localhost", "/gone")}, 4, "http_error|404|NULL"},
      {{refused}, 4, "network_error|NULL|"},
      {{refused, site.url("a.localhost")}, 0, "network_error|NULL|"},
      {{tls}, 4, "tls_error|NULL|"},
      {{"http://nosuch.invalid/"}, 4, "dns_error|NULL|"},
      {{site.url("late.localhost")}, 4, "timeout|NULL|"},
      {{site.url("forbidden.localhost")}, 4, ""},
  };
  int number = 0;
  for (const auto& [seeds, status, words] : cases) {
    SCOPED_TRACE(seeds[0]);
    Words arguments = {"--retries", "0", "--timeout", "3s", "--dns-servers", names.address()};
    arguments.insert(arguments.end(), seeds.begin(), seeds.end());
    const std::string database = std::to_string(++number) + ".db";
    const ProgramResult result = crawl(arguments, database);
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_EQ(result.err.find("not one seed could be fetched") != std::string::npos, status == 4);
    expect_finished(database);
    const Words found = rows("SELECT outcome, status, error FROM pages ORDER BY id", database);
    if (words.empty()) {
      EXPECT_EQ(found, Words());
    } else {
      ASSERT_FALSE(found.empty());
      EXPECT_THAT(found[0], StartsWith(words));
      if (words.ends_with("NULL|")) {
        EXPECT_THAT(found[0].substr(words.size()), Not(::testing::AnyOf("", "NULL")));
      }
    }
  }
}

}  // namespace
}  // namespace skitter::e2e
