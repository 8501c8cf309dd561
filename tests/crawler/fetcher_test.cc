#include "crawler/fetcher.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "crawler/uv_handle.h"
#include "tests/site/site.h"

namespace skitter::crawler {
namespace {

Response fetch(FetchRequest request) {
  EventLoop loop;
  Response answer;
  const TransferOptions options;
  Fetcher fetcher(loop.get(), options, 4,
                  {[](std::uint64_t) {},
                   [&](Response&& response) {
                     answer = std::move(response);
                     loop.stop();
                   }});
  request.max_body_bytes = 1'000;
  fetcher.start(std::move(request));
  loop.run();
  return answer;
}

// What a name stood for when it was judged, and what it stands for now, may differ: the address
// that is about to be connected to decides.
TEST(FetcherTest, ConnectsToNoPrivateAddressWhateverLedThere) {
  struct Case {
    std::string url;
    std::vector<std::string> addresses;
  };
  const Case cases[] = {
      {"http://rebound.example:9/", {"127.0.0.1"}},
      {"http://rebound.example:9/", {"10.0.0.1", "169.254.169.254"}},
      {"http://rebound.example:9/", {"::1"}},
      {"http://rebound.example:9/", {"::ffff:127.0.0.1"}},
      {"http://127.0.0.1:9/", {}},
      {"http://2130706433:9/", {}},
      {"http://[::1]:9/", {}},
      {"https://127.1:9/", {}},
  };
  for (const auto& [url, addresses] : cases) {
    SCOPED_TRACE(url);
    FetchRequest request;
    request.url = url;
    request.hostname = "rebound.example";
    request.port = 9;
    request.addresses = addresses;
    const Response answer = fetch(std::move(request));
    EXPECT_EQ(answer.outcome, Outcome::PrivateAddress) << answer.error;
    EXPECT_TRUE(answer.error.ends_with(" is private")) << answer.error;
    EXPECT_FALSE(answer.may_retry);
  }
}

TEST(FetcherTest, ConnectsWhereItIsAllowed) {
  FetchRequest request;
  request.url = "http://127.0.0.1:9/";  // discard: nobody listens
  request.policy = AddressPolicy::AllowPrivate;
  EXPECT_EQ(fetch(std::move(request)).outcome, Outcome::NetworkError);
}

// libcurl before 8.1 would append the folded line to the field before it: to one of the answer that
// the handle had before, which is freed by then.
TEST(FetcherTest, AnAnswerThatBeginsFoldedTouchesNoEarlierOne) {
  site::Site site;
  site::Answer folded;
  folded.framing = site::Framing::Raw;
  folded.body = "HTTP/1.1 200 OK\r\n and more\r\nContent-Length: 2\r\n\r\nab";
  site.route("", "/folded", folded);
  site.route("", "/sound", site::Answer::html("ab"));

  EventLoop loop;
  const TransferOptions options;
  std::vector<Response> answers;
  Fetcher fetcher(loop.get(), options, 1,
                  {[](std::uint64_t) {},
                   [&](Response&& response) {
                     answers.push_back(std::move(response));
                     loop.stop();
                   }});
  for (const char* const path : {"/sound", "/folded", "/sound"}) {
    FetchRequest request;
    request.url = site.url("127.0.0.1", path);
    request.policy = AddressPolicy::AllowPrivate;
    request.max_body_bytes = 1'000;
    fetcher.start(std::move(request));
    loop.run();
  }
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].body, "ab") << answers[0].error;
  EXPECT_EQ(answers[1].outcome, Outcome::NetworkError);
  EXPECT_EQ(answers[2].body, "ab") << answers[2].error;
}

}  // namespace
}  // namespace skitter::crawler
