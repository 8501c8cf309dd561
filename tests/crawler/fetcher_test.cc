#include "crawler/fetcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crawler/body_room.h"
#include "crawler/connection_count.h"
#include "crawler/uv_handle.h"
#include "tests/site/coding.h"
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

// One after the other, of the hosts in turn, each at the address given with its request.
class InTurn {
 public:
  InTurn()
      : fetcher_(loop_.get(), options_, 1,
                 {[](std::uint64_t) {},
                  [this](Response&& response) {
                    answer_ = std::move(response);
                    loop_.stop();
                  }}) {}

  Response fetch(const site::Site& site, const std::string& host, const std::string& address) {
    FetchRequest request;
    request.url = site.url(host, "/page");
    request.hostname = host;
    request.port = site.port();
    request.addresses = {address};
    request.policy = AddressPolicy::AllowPrivate;
    request.max_body_bytes = 1'000;
    fetcher_.start(std::move(request));
    loop_.run();
    return answer_;
  }

 private:
  EventLoop loop_;
  const TransferOptions options_;
  Response answer_;
  Fetcher fetcher_;
};

// More hosts than connections are kept (18 for one transfer): were it always the oldest that goes,
// each would go before its host is asked again.
TEST(FetcherTest, KeepsSomeConnectionsOfMoreHostsThanItKeeps) {
  constexpr std::size_t kHosts = 40;
  constexpr std::size_t kRounds = 10;
  site::Site site;
  site.route("", "/page", site::Answer::html("ab"));
  InTurn in_turn;
  for (std::size_t i = 0; i < kHosts * kRounds; ++i) {
    const std::string host = "h" + std::to_string(i % kHosts) + ".example";
    const Response answer = in_turn.fetch(site, host, "127.0.0.1");
    ASSERT_EQ(answer.outcome, Outcome::Ok) << answer.error;
  }
  std::set<std::uint64_t> connections;
  for (const site::LogEntry& entry : site.log()) connections.insert(entry.connection);
  EXPECT_GE(connections.size(), kHosts);
  EXPECT_LT(connections.size(), kHosts * kRounds * 4 / 5);
}

// libcurl never forgets by itself what it was given.
TEST(FetcherTest, ConnectsToTheAddressThatCameWithTheRequest) {
  site::Site site;
  site::Answer closes = site::Answer::html("ab");
  closes.framing = site::Framing::Close;
  site.route("", "/page", closes);
  InTurn in_turn;
  EXPECT_EQ(in_turn.fetch(site, "moves.example", "127.0.0.1").outcome, Outcome::Ok);
  EXPECT_EQ(in_turn.fetch(site, "moves.example", "127.0.0.9").outcome, Outcome::NetworkError);
  EXPECT_EQ(in_turn.fetch(site, "other.example", "127.0.0.1").outcome, Outcome::Ok);
  EXPECT_EQ(in_turn.fetch(site, "moves.example", "127.0.0.1").outcome, Outcome::Ok);
}

TEST(ConnectionCountTest, OfThoseBeyondTheMostEachEighthIsKept) {
  ConnectionCount count;
  count.set_most(2);
  for (const int socket : {3, 4, 4}) {  // the last was closed without a word
    count.opened(socket);
    EXPECT_TRUE(count.is_to_be_kept());
  }
  count.opened(5);
  for (int i = 1; i <= 16; ++i) EXPECT_EQ(count.is_to_be_kept(), i % 8 == 0) << i;
  count.closed(5);
  EXPECT_TRUE(count.is_to_be_kept());
}

TEST(BodyRoomTest, HasRoomForOneThatIsTooLargeWhereNoOtherHasAny) {
  BodyRoom room(100);
  EXPECT_TRUE(room.try_take(0, 60));
  EXPECT_FALSE(room.try_take(0, 41));
  EXPECT_TRUE(room.try_take(0, 40));
  EXPECT_FALSE(room.try_take(60, 1));
  room.give_back(40);
  EXPECT_TRUE(room.try_take(60, 90));
  EXPECT_EQ(room.taken(), 150u);
  room.give_back(1'000);
  EXPECT_EQ(room.taken(), 0u);
}

// Ten answers at once, within the room of two large bodies.
TEST(FetcherTest, LargeBodiesWaitForRoomAndSmallOnesDoNot) {
  constexpr std::uint64_t kLarge = 1'000'000;
  enum Kind { StallsAtItsEnd, StallsEarly, Large, Small };
  constexpr Kind kKinds[] = {StallsAtItsEnd, StallsAtItsEnd, StallsEarly, StallsEarly, Large,
                             Large,          Small,          Small,       Small,       Small};
  site::Site site;
  const auto serve = [&](Kind kind, std::uint64_t bytes, std::uint64_t first) {
    site::Answer answer = site::Answer::html(std::string(bytes, 'x'));
    answer.piece_bytes = first;
    answer.pause = std::chrono::hours(1);
    site.route("", "/" + std::to_string(kind), answer);
  };
  serve(StallsAtItsEnd, kLarge, kLarge - 1);
  serve(StallsEarly, kLarge, 300'000);
  serve(Large, kLarge, kLarge);
  serve(Small, 200'000, 200'000);

  EventLoop loop;
  TransferOptions options;
  options.body_memory_bytes = 2 * kLarge;
  std::map<std::uint64_t, Response> answers;
  std::vector<Kind> order;
  std::uint64_t most_reserved = 0;
  std::size_t left = 8;  // but for those that stall early: nobody waits for their room in the end
  Fetcher fetcher(loop.get(), options, std::size(kKinds),
                  {[](std::uint64_t) {},
                   [&](Response&& response) {
                     most_reserved = std::max(most_reserved, fetcher.reserved());
                     order.push_back(kKinds[response.id]);
                     fetcher.let_go(response.reserved_bytes);
                     if (order.back() != StallsEarly && --left == 0) loop.stop();
                     answers[response.id] = std::move(response);
                   }});
  for (std::uint64_t id = 0; id < std::size(kKinds); ++id) {
    FetchRequest request;
    request.id = id;
    request.url = site.url("127.0.0.1", "/" + std::to_string(kKinds[id]));
    request.policy = AddressPolicy::AllowPrivate;
    request.max_body_bytes = 2 * kLarge;
    fetcher.start(std::move(request));
  }
  loop.run();
  for (const auto& [id, answer] : answers) {
    SCOPED_TRACE(id);
    const Kind kind = kKinds[id];
    const bool is_sound = kind == Large || kind == Small;
    EXPECT_EQ(answer.outcome, is_sound ? Outcome::Ok : Outcome::Timeout) << answer.error;
    if (is_sound) {
      EXPECT_EQ(answer.body.size(), kind == Large ? kLarge : 200'000u);
    }
  }
  EXPECT_TRUE(
      std::all_of(order.begin(), order.begin() + 4, [](Kind kind) { return kind == Small; }));
  EXPECT_TRUE(answers[0].error.ends_with("(--body-memory)")) << answers[0].error;
  EXPECT_GE(most_reserved, kLarge);
  EXPECT_LE(most_reserved, 2 * kLarge);
}

// What is small may come of something large, which is in memory on the way.
TEST(FetcherTest, BodiesThatArePackedTwiceTakeRoomHoweverSmall) {
  const std::string body(1'000, 'x');
  site::Site site;
  for (const bool is_twice : {false, true}) {
    site::Answer answer =
        site::Answer::html(is_twice ? site::gzipped(site::gzipped(body)) : site::gzipped(body));
    answer.headers.emplace_back("Content-Encoding", is_twice ? "gzip, gzip" : "gzip");
    site.route("", is_twice ? "/twice" : "/once", answer);
  }
  for (const bool is_twice : {false, true}) {
    FetchRequest request;
    request.url = site.url("127.0.0.1", is_twice ? "/twice" : "/once");
    request.policy = AddressPolicy::AllowPrivate;
    const Response answer = fetch(std::move(request));
    EXPECT_EQ(answer.body, body) << answer.error;
    EXPECT_EQ(answer.reserved_bytes, is_twice ? body.size() : 0u);
  }
}

// However slow, it keeps that room: what it unpacked on the way is not seen in its size.
TEST(FetcherTest, ABodyThatIsPackedTwiceKeepsItsRoomUntilItIsGivenUp) {
  constexpr std::uint64_t kMost = 1'000'000;
  site::Site site;
  site::Answer twice =
      site::Answer::html(site::gzipped(site::gzipped(std::string(100'000, 'x') + "end")));
  twice.headers.emplace_back("Content-Encoding", "gzip, gzip");
  twice.piece_bytes = twice.body.size() - 4;
  twice.pause = std::chrono::hours(1);
  site.route("", "/0", twice);
  site::Answer large = site::Answer::html(std::string(kMost, 'x'));
  large.delay = milliseconds(200);
  site.route("", "/1", large);

  EventLoop loop;
  TransferOptions options;
  options.body_memory_bytes = kMost / 5 * 6;  // enough beside one that gave back what it can
  std::vector<Response> answers;
  Fetcher fetcher(loop.get(), options, 2,
                  {[](std::uint64_t) {},
                   [&](Response&& response) {
                     answers.push_back(std::move(response));
                     if (answers.size() == 2) loop.stop();
                   }});
  for (std::uint64_t id = 0; id < 2; ++id) {
    FetchRequest request;
    request.id = id;
    request.url = site.url("127.0.0.1", "/" + std::to_string(id));
    request.policy = AddressPolicy::AllowPrivate;
    request.max_body_bytes = kMost;
    fetcher.start(std::move(request));
  }
  loop.run();
  EXPECT_EQ(answers[0].id, 0u);
  EXPECT_EQ(answers[0].outcome, Outcome::Timeout);
  EXPECT_TRUE(answers[0].error.ends_with("(--body-memory)")) << answers[0].error;
  EXPECT_EQ(answers[1].outcome, Outcome::Ok) << answers[1].error;
}

// Of a packed body it is not known what it unpacks to: it takes room for the largest.
TEST(FetcherTest, PackedBodiesTakeTheRoomOneAfterTheOther) {
  constexpr std::uint64_t kMost = 1'000'000;
  std::string lines;  // 250 bytes of them come of one
  while (lines.size() < 900'000) lines += "<p>words and words</p>\n";
  std::string body;
  for (std::uint64_t word = 1; body.size() < 900'000; word = word * 6'364'136'223'846'793'005 + 1) {
    body += std::to_string(word % 1'000) + ' ';
  }
  site::Site site;
  for (const std::string& text : {body, lines}) {
    site::Answer answer = site::Answer::html(site::gzipped(text));
    answer.headers.emplace_back("Content-Encoding", "gzip");
    site.route("", text == body ? "/0" : "/1", answer);
  }

  EventLoop loop;
  TransferOptions options;
  options.body_memory_bytes = kMost;
  std::vector<Response> answers;
  std::uint64_t most_reserved = 0;
  constexpr std::size_t kRequests = 8;
  Fetcher fetcher(loop.get(), options, kRequests,
                  {[](std::uint64_t) {},
                   [&](Response&& response) {
                     most_reserved = std::max(most_reserved, fetcher.reserved());
                     fetcher.let_go(response.reserved_bytes);
                     answers.push_back(std::move(response));
                     if (answers.size() == kRequests) loop.stop();
                   }});
  for (std::uint64_t id = 0; id < kRequests; ++id) {
    FetchRequest request;
    request.id = id;
    request.url = site.url("127.0.0.1", "/" + std::to_string(id % 2));
    request.policy = AddressPolicy::AllowPrivate;
    request.max_body_bytes = kMost;
    fetcher.start(std::move(request));
  }
  loop.run();
  for (const Response& response : answers) {
    EXPECT_EQ(response.outcome, Outcome::Ok) << response.error;
    EXPECT_TRUE(response.body == (response.id % 2 == 0 ? body : lines)) << response.id;
  }
  EXPECT_GE(most_reserved, body.size());
  EXPECT_LE(most_reserved, kMost);
}

}  // namespace
}  // namespace skitter::crawler
