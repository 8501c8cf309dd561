#include "tests/site/request_head.h"

#include <gtest/gtest.h>

namespace skitter::site {
namespace {

TEST(RequestHeadTest, ReadsARequest) {
  const std::string_view bytes =
      "POST /a?b=c HTTP/1.1\r\nHost: H1.LocalHost:8080\r\nCookie:  x=1 \r\ncontent-length: "
      "12\r\n\r\nbody";
  const RequestHead head = parse_head(bytes);
  ASSERT_EQ(head.state, HeadState::Complete);
  EXPECT_EQ(bytes.substr(head.bytes), "body");
  EXPECT_EQ(head.body_bytes, 12u);
  EXPECT_EQ(head.request.method, "POST");
  EXPECT_EQ(head.request.path, "/a?b=c");
  EXPECT_EQ(head.request.host, "h1.localhost");
  EXPECT_EQ(head.request.header("cookie"), "x=1");
  EXPECT_EQ(head.request.header("accept"), "");
  EXPECT_TRUE(head.request.keep_alive);
}

TEST(RequestHeadTest, FindsHostAndPath) {
  struct Case {
    std::string_view target, host_header, host, path;
  };
  const Case cases[] = {
      {"/", "a.test", "a.test", "/"},
      {"/", "[::1]:80", "[::1]", "/"},
      {"/", "127.0.0.1:80", "127.0.0.1", "/"},
      {"http://b.test:81/x?y", "a.test", "b.test", "/x?y"},  // absolute form: RFC 9112 §3.2.2
      {"http://b.test", "a.test", "b.test", "/"},
      {"*", "a.test", "a.test", "*"},
  };
  for (const Case& given : cases) {
    SCOPED_TRACE(given.target);
    const std::string bytes = "GET " + std::string(given.target) +
                              " HTTP/1.1\r\nHost: " + std::string(given.host_header) + "\r\n\r\n";
    const RequestHead head = parse_head(bytes);
    ASSERT_EQ(head.state, HeadState::Complete);
    EXPECT_EQ(head.request.host, given.host);
    EXPECT_EQ(head.request.path, given.path);
    EXPECT_EQ(head.request.target, given.target);
  }
}

TEST(RequestHeadTest, SaysWhetherTheConnectionStays) {
  struct Case {
    std::string_view bytes;
    bool keep_alive;
  };
  const Case cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", false},
      {"GET / HTTP/1.0\r\n\r\n", false},
  };
  for (const Case& given : cases) {
    SCOPED_TRACE(given.bytes);
    EXPECT_EQ(parse_head(given.bytes).request.keep_alive, given.keep_alive);
  }
}

TEST(RequestHeadTest, TellsIncompleteFromBad) {
  struct Case {
    std::string bytes;
    HeadState state;
  };
  const Case cases[] = {
      {"", HeadState::Incomplete},
      {"GET / HTTP/1.1\r\nHost: a\r\n", HeadState::Incomplete},
      {std::string(kMaxHeadBytes - 1, 'a'), HeadState::Incomplete},
      {std::string(kMaxHeadBytes, 'a'), HeadState::Bad},
      {"\r\n\r\n", HeadState::Bad},
      {"\x16\x03\x01", HeadState::Bad},  // TLS
      {"GET /\r\n\r\n", HeadState::Bad},
      {"GET / HTTP/2\r\n\r\n", HeadState::Bad},
      {"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", HeadState::Bad},
      {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", HeadState::Bad},
  };
  for (const Case& given : cases) {
    SCOPED_TRACE(given.bytes.substr(0, 60));
    EXPECT_EQ(parse_head(given.bytes).state, given.state);
  }
}

}  // namespace
}  // namespace skitter::site
