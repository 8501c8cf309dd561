// Heads, framing and timing: what a server can do before and around a body.
#include <string>
#include <utility>

#include "tests/site/hostile.h"

namespace skitter::site {
namespace {

using std::string_literals::operator""s;

constexpr milliseconds kForEver{600'000};
constexpr milliseconds kTrickle{50};
constexpr std::uint64_t kFlood = 256u << 20;

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

Answer late(Answer answer) {
  answer.delay = kForEver;
  return answer;
}

Answer in_pieces(Answer answer, std::size_t bytes, milliseconds pause) {
  answer.piece_bytes = bytes;
  answer.pause = pause;
  return answer;
}

Answer framed(Framing framing, std::string body) {
  Answer answer = Answer::html(std::move(body));
  answer.framing = framing;
  return answer;
}

Answer endless(std::string lead, std::string body) {
  Answer answer = raw_answer(std::move(body));
  answer.lead = std::move(lead);
  answer.endless_bytes = kFlood;
  return answer;
}

Answer broken_off(std::string bytes) {
  Answer answer = raw_answer(std::move(bytes));
  answer.fault = Fault::ResetAfter;
  return answer;
}

Answer failing(Fault fault, Framing framing = Framing::Length) {
  Answer answer = framed(framing, "<p>some text");
  answer.fault = fault;
  return answer;
}

constexpr const char* kHead = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

std::string head_with(std::string_view fields) {
  return kHead + std::string(fields) + "\r\n<p>text";
}

void add_slow(HostileSite& hostile) {
  hostile.add({"tarpit", "never answers", "timeout", ""}, late(Answer::html("late")));
  hostile.add({"tarpit-redirect", "a redirect that never comes", "timeout", ""},
              late(Answer::redirect("/next")));
  hostile.add({"stalled-head", "stops within a header line", "timeout", ""},
              in_pieces(raw_answer(kHead + repeat("X: y\r\n", 40)), 40, kForEver));
  hostile.add({"stalled-body", "stops within the body", "timeout", ""},
              in_pieces(framed(Framing::Length, repeat("x", 4'000)), 1'000, kForEver));
  hostile.add({"stalled-chunk", "stops between two chunks", "timeout", ""},
              in_pieces(framed(Framing::Chunked, repeat("x", 4'000)), 1'000, kForEver));
  hostile.add({"trickled-head", "a byte of the head every 50 ms", "timeout", ""},
              in_pieces(raw_answer(kHead + repeat("X: y\r\n", 4'000)), 1, kTrickle));
  hostile.add({"trickled-body", "16 bytes every 50 ms", "timeout", ""},
              in_pieces(framed(Framing::Length, repeat("0123456789abcdef", 4'000)), 16, kTrickle));
  hostile.add({"trickled-chunks", "chunks of 16 bytes every 50 ms", "timeout", ""},
              in_pieces(framed(Framing::Chunked, repeat("0123456789abcdef", 4'000)), 16, kTrickle));
  hostile.add({"trickled-1xx", "103 after 103, one every 50 ms", "timeout", ""},
              in_pieces(endless("", "HTTP/1.1 103 Hints\r\n\r\n"), 22, kTrickle));
}

void add_heads(HostileSite& hostile) {
  hostile.add({"endless-headers", "header fields without end", "too_large", ""},
              endless(kHead, "X-Some: value\r\n"));
  hostile.add({"endless-header-line", "one header field without end", "too_large", ""},
              endless(kHead + "X-Long: "s, "abcdefgh"));
  hostile.add({"endless-status-line", "a status line without end", "too_large", ""},
              endless("HTTP/1.1 200 ", "O"));
  hostile.add({"endless-1xx", "100 after 100 without end", "too_large", ""},
              endless("", "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n"));
  hostile.add({"header-flood", "500 fields of 2,000 bytes", "too_large", ""},
              raw_answer(kHead + repeat("X-Some: " + std::string(2'000, 'y') + "\r\n", 500)));
  hostile.add({"header-lines", "5,000 short fields", "too_large", ""},
              raw_answer(kHead + repeat("X: y\r\n", 5'000) + "\r\n<p>text"));
  hostile.add({"cookie-flood", "900 Set-Cookie fields", "ok", ""},
              raw_answer(head_with(repeat("Set-Cookie: a=b\r\n", 900))));
  hostile.add({"early-hints", "103 before the answer", "ok", ""},
              raw_answer("HTTP/1.1 103 Hints\r\nX: y\r\n\r\n" + head_with("")));
  hostile.add({"late-status", "a field named HTTP/1.1", "ok", ""},
              raw_answer(head_with("HTTP/1.1 500 no: field\r\n")));
  hostile.add({"no-colon", "header lines without a colon", "ok|network_error", ""},
              raw_answer(head_with("no colon here\r\n:no name\r\n")));
  hostile.add({"folded", "fields folded over lines", "ok", ""},
              raw_answer(head_with("X-A: b\r\n  c\r\n\td\r\n")));
  hostile.add({"nul-in-header", "a NUL in a field", "network_error", ""},
              raw_answer(head_with("X: a\0b\r\n"s)));
  hostile.add({"escapes-in-header", "terminal escapes in fields", "ok", ""},
              raw_answer(head_with("ETag: \"\x1b]0;owned\x07\"\r\nLast-Modified: \x1b[31m\r\n")));
  hostile.add({"bare-lf", "lines that end in LF alone", "ok", ""},
              raw_answer("HTTP/1.1 200 OK\nContent-Type: text/html\n\n<p>text"));
  hostile.add({"http-0.9", "a body without a head", "network_error", ""},
              raw_answer("<html><title>old</title>"));
  hostile.add({"no-http", "bytes of another protocol", "network_error", ""},
              raw_answer("SSH-2.0-OpenSSH_9.2\r\n"));
  hostile.add({"binary", "random bytes", "network_error", ""},
              raw_answer("\x16\x03\x01\x02\x00\xff\xfe\x00\x01"s));
  hostile.add({"status-999", "status 999", "http_error", ""},
              raw_answer("HTTP/1.1 999 Odd\r\n\r\n"));
  hostile.add({"status-600", "status 600 with a page", "http_error", ""},
              raw_answer("HTTP/1.1 600 Odd\r\nContent-Type: text/html\r\n\r\n<p>text"));
  hostile.add({"status-20", "a status of two digits", "network_error", ""},
              raw_answer("HTTP/1.1 20 OK\r\n\r\n"));
  hostile.add({"http-7", "a version that does not exist", "network_error", ""},
              raw_answer("HTTP/7.3 200 OK\r\n\r\n"));
  hostile.add({"switching", "101 that nobody asked for", "network_error", ""},
              raw_answer("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nwhatever"));
  hostile.add({"no-content", "204 with a body", "ok", ""},
              raw_answer("HTTP/1.1 204 No Content\r\n\r\n<p>text"));
  hostile.add({"not-modified", "304 that nobody asked for", "not_modified", ""},
              raw_answer("HTTP/1.1 304 Not Modified\r\n\r\n"));
  hostile.add({"retry-after", "429 with Retry-After: 10^18", "http_error", ""},
              raw_answer("HTTP/1.1 429 Slow\r\nRetry-After: 1000000000000000000\r\n\r\n"));
  hostile.add({"retry-garbage", "503 with a hostile Retry-After", "http_error", ""},
              raw_answer("HTTP/1.1 503 No\r\nRetry-After: -\x1b[2J99999999999999999999\r\n\r\n"));
  hostile.add(
      {"auth", "401 with a long challenge", "http_error", ""},
      raw_answer("HTTP/1.1 401 No\r\nWWW-Authenticate: " + std::string(50'000, 'a') + "\r\n\r\n"));
}

void add_framing(HostileSite& hostile) {
  hostile.add({"empty-reply", "closes without a byte", "network_error", ""},
              failing(Fault::EmptyReply));
  hostile.add({"reset", "resets after the request", "network_error", ""}, failing(Fault::Reset));
  hostile.add({"reset-in-head", "resets within the head", "network_error", ""},
              broken_off("HTTP/1.1 200 OK\r\nContent-"));
  hostile.add({"reset-in-body", "resets within the body", "network_error|truncated", ""},
              broken_off(head_with("Content-Length: 1000\r\n")));
  hostile.add({"closed-in-head", "closes within the head", "network_error", ""},
              raw_answer("HTTP/1.1 200 OK\r\nContent-"));
  hostile.add({"short-body", "less than Content-Length says", "truncated", ""},
              failing(Fault::Truncate));
  hostile.add({"no-last-chunk", "the last chunk is missing", "truncated", ""},
              failing(Fault::Truncate, Framing::Chunked));
  hostile.add({"bad-chunk", "a chunk size that is no number", "network_error", ""},
              raw_answer(kHead + "Transfer-Encoding: chunked\r\n\r\nzz\r\ntext\r\n0\r\n\r\n"s));
  hostile.add({"huge-chunk", "a chunk size beyond 64 bits", "network_error", ""},
              raw_answer(kHead + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\n"s));
  hostile.add(
      {"chunk-extension", "a chunk extension without end", "timeout|truncated|network_error", ""},
      endless(kHead + "Transfer-Encoding: chunked\r\n\r\n4;x="s, "abcdefgh"));
  hostile.add({"trailer-flood", "trailers without end", "too_large", ""},
              endless(kHead + "Transfer-Encoding: chunked\r\n\r\n4\r\ntext\r\n0\r\n"s,
                      "X-Some: value\r\n"));
  hostile.add({"two-lengths", "two Content-Lengths that differ", "ok|truncated|network_error", ""},
              raw_answer(head_with("Content-Length: 7\r\nContent-Length: 70\r\n")));
  hostile.add({"same-lengths", "the same Content-Length twice", "ok", ""},
              raw_answer(head_with("Content-Length: 7\r\nContent-Length: 7\r\n")));
  hostile.add({"length-and-chunks", "Content-Length beside chunks", "ok", ""},
              raw_answer(kHead + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 "7\r\n<p>text\r\n0\r\n\r\n"s));
  hostile.add({"negative-length", "Content-Length: -1", "network_error", ""},
              raw_answer(head_with("Content-Length: -1\r\n")));
  hostile.add({"length-no-number", "Content-Length: many", "network_error|ok", ""},
              raw_answer(head_with("Content-Length: many\r\n")));
  hostile.add({"huge-length", "Content-Length beyond 64 bits", "ok|truncated|too_large", ""},
              raw_answer(head_with("Content-Length: 99999999999999999999999\r\n")));
  hostile.add({"big-length", "Content-Length of 9 exabytes", "truncated|too_large", ""},
              raw_answer(head_with("Content-Length: 9000000000000000000\r\n")));
  hostile.add({"garbage-after", "bytes after the body", "ok", ""},
              raw_answer(head_with("Content-Length: 7\r\n") + repeat("garbage", 1'000)));
  hostile.add({"smuggled", "a second answer after the body", "ok", ""},
              raw_answer(head_with("Content-Length: 7\r\n") + head_with("")));
}

}  // namespace

void add_hostile_transfers(HostileSite& hostile) {
  add_slow(hostile);
  add_heads(hostile);
  add_framing(hostile);
}

}  // namespace skitter::site
