// Input: what a server sends in answer to one GET, to the end of the connection: libcurl and Transfer
// read it from a socket. What must hold whatever it is:
//   - an answer comes back, with an outcome of a transfer and within its limits;
//   - the same transfer can be used again;
//   - one that had to wait for room with each part of its body comes to the same.
#include <curl/curl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crawler/transfer.h"

namespace skitter::crawler {
namespace {

constexpr std::size_t kMostBody = 16 * 1024;
constexpr std::size_t kMostWithoutRoom = 64;
constexpr std::size_t kMostHeader = 8 * 1024;
constexpr std::size_t kMostInput = 64 * 1024;  // what a socket takes in without a reader

void require(bool holds) {
  if (!holds) std::abort();
}

// A server in this thread: it says the same to whoever connects, whatever is asked for.
class Server {
 public:
  Server() : name_("skitter-transfer-fuzzer-" + std::to_string(getpid())) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    require(name_.size() + 1 < sizeof(address.sun_path));
    std::copy(name_.begin(), name_.end(), address.sun_path + 1);  // an abstract name: no file
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name_.size());
    require(bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    require(listen(listener_, /*backlog=*/4) == 0);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() { (void)close(listener_); }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // Answers who has connected; false where nobody has.
  [[nodiscard]] bool answer(std::string_view sent) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return false;
    require(write(client, sent.data(), sent.size()) == static_cast<ssize_t>(sent.size()));
    (void)shutdown(client, SHUT_WR);
    sent_to_.push_back(client);
    return true;
  }
  void hang_up() {
    for (const int client : sent_to_) (void)close(client);
    sent_to_.clear();
  }

 private:
  std::string name_;
  int listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  std::vector<int> sent_to_;
};

// Room that others have.
class FullRoom {
 public:
  FullRoom() { room_.take(kTaken); }
  void give_to(Transfer& transfer) {
    transfer.room = &room_;
    transfer.waiting = &waiting_;
  }
  // What ended a transfer that went on, or CURLE_OK.
  [[nodiscard]] CURLcode let_waiting_go_on() {
    while (!waiting_.empty()) {
      Transfer& next = *waiting_.front();
      waiting_.pop_front();
      require(next.take_room(/*in_any_case=*/true));
      if (const CURLcode result = next.go_on()) return result;
    }
    return CURLE_OK;
  }
  void let_go(const Response& response) {
    require(response.reserved_bytes <= response.body.size());
    room_.give_back(response.reserved_bytes);
    require(room_.taken() == kTaken && waiting_.empty());
  }

 private:
  static constexpr std::uint64_t kTaken = 1u << 30;
  BodyRoom room_{1, kMostWithoutRoom};
  std::deque<Transfer*> waiting_;
};

Response answer_of(Transfer& transfer, CURLM* multi, std::string_view sent,
                   FullRoom* room = nullptr) {
  static Server server;
  FetchRequest request;
  request.id = 7;
  request.url = "http://127.0.0.1/a?b";
  request.max_body_bytes = kMostBody;
  request.policy = AddressPolicy::AllowPrivate;
  transfer.prepare(std::move(request));
  (void)curl_easy_setopt(transfer.easy(), CURLOPT_ABSTRACT_UNIX_SOCKET, server.name().c_str());
  (void)curl_easy_setopt(transfer.easy(), CURLOPT_FORBID_REUSE, 1L);
  require(curl_multi_add_handle(multi, transfer.easy()) == CURLM_OK);
  int running = 1;
  CURLcode result = CURLE_OK;
  while (running > 0 && result == CURLE_OK) {
    require(curl_multi_perform(multi, &running) == CURLM_OK);
    if (room != nullptr) result = room->let_waiting_go_on();
    if (running > 0 && !server.answer(sent)) {
      require(curl_multi_poll(multi, nullptr, 0, /*timeout_ms=*/1, nullptr) == CURLM_OK);
    }
  }
  if (result == CURLE_OK) {
    int left = 0;
    const CURLMsg* const done = curl_multi_info_read(multi, &left);
    require(done != nullptr && left == 0);
    result = done->data.result;
  }
  Response response = transfer.take_response(result);
  require(curl_multi_remove_handle(multi, transfer.easy()) == CURLM_OK);
  server.hang_up();
  if (room != nullptr) room->let_go(response);
  return response;
}

struct MultiDeleter {
  void operator()(CURLM* multi) const noexcept { (void)curl_multi_cleanup(multi); }
};
using Multi = std::unique_ptr<CURLM, MultiDeleter>;

TransferOptions limits() {
  TransferOptions options;
  options.max_header_bytes = kMostHeader;
  options.timeout = milliseconds(1'000);
  return options;
}

void check(const Response& response) {
  constexpr Outcome kOutcomes[] = {Outcome::Ok,        Outcome::NetworkError,
                                   Outcome::TooLarge,  Outcome::Timeout,
                                   Outcome::Truncated, Outcome::UnsupportedType};
  require(std::find(std::begin(kOutcomes), std::end(kOutcomes), response.outcome) !=
          std::end(kOutcomes));
  require(response.id == 7);
  require(response.outcome != Outcome::Ok || response.status >= 200);
  require(response.outcome == Outcome::Ok || response.outcome == Outcome::UnsupportedType ||
          !response.error.empty());
  require(response.body.size() <= kMostBody);
  require(response.header_text.size() <= kMostHeader);
}

}  // namespace
}  // namespace skitter::crawler

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skitter::crawler;
  static const Share share(curl_share_init());
  static const Multi multi(curl_multi_init());
  static const TransferOptions options = limits();
  static Transfer transfer(options, share.get());
  static Transfer waiting_transfer(options, share.get());
  static FullRoom room;
  if (size > kMostInput) return 0;
  const std::string_view sent{reinterpret_cast<const char*>(data), size};
  const Response response = answer_of(transfer, multi.get(), sent);
  check(response);
  if (response.body_bytes > 0) {
    room.give_to(waiting_transfer);
    const Response waited = answer_of(waiting_transfer, multi.get(), sent, &room);
    check(waited);
    const bool had_no_room = waited.error.find("--body-memory") != std::string::npos;
    require(had_no_room || (waited.outcome == response.outcome && waited.body == response.body));
  }
  if (size % 8 != 0) return 0;  // now and then, for speed
  const Response next =
      answer_of(transfer, multi.get(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab");
  require(next.outcome == Outcome::Ok && next.status == 200 && next.body == "ab");
  return 0;
}
