#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "crawler/body_room.h"
#include "crawler/connection_count.h"
#include "crawler/decoder.h"
#include "crawler/fetcher.h"

namespace skitter::crawler {

struct EasyDeleter {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct SlistDeleter {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
struct ShareDeleter {
  void operator()(CURLSH* share) const noexcept { (void)curl_share_cleanup(share); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using Slist = std::unique_ptr<curl_slist, SlistDeleter>;
using Share = std::unique_ptr<CURLSH, ShareDeleter>;

// An easy handle, new for each request, and the answer that it is getting.
//
// Owns:    the handle. libcurl points here: it never moves. `options` and `share` outlive it.
// Thread:  loop.
class Transfer {
 public:
  // What is read of a body that nobody wants, so that its connection can be used again.
  static constexpr std::uint64_t kMaxUnwantedBody = 64 * 1024;
  // By how much a packed body may be larger than the largest that it may unpack to.
  static constexpr std::uint64_t kMaxFrame = 64 * 1024;
  // What a large body must grow by in a second, while others wait, to keep the room that it has not
  // used yet; and after how many seconds without a byte it is given up for them.
  static constexpr std::uint64_t kSlow = 64 * 1024;
  static constexpr unsigned kMostSilent = 5;
  // What is unpacked at once of a body that has no room yet. gzip makes up to 1,032 bytes of one.
  static constexpr std::size_t kPackedPiece = 512;

  Transfer(const TransferOptions& options, CURLSH* share);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // `unused`: names, as name_of() gives them, that libcurl need not know the addresses of any longer.
  void prepare(FetchRequest request, std::span<const std::string> unused = {});
  // "example.com:443": by what libcurl knows the addresses.
  [[nodiscard]] static std::string name_of(const FetchRequest& request);
  [[nodiscard]] std::string name() const { return name_of(request_); }
  // Of a transfer that is over.
  [[nodiscard]] Response take_response(CURLcode result);
  // It is over because the system had no descriptor for its socket: take_request() gives back what
  // is to be asked for again.
  [[nodiscard]] bool is_starved(CURLcode result) const noexcept {
    return result == CURLE_COULDNT_CONNECT && is_starved_;
  }
  [[nodiscard]] FetchRequest take_request() { return std::move(request_); }
  // For all that the body may come to. `in_any_case`: whether there is so much or not.
  [[nodiscard]] bool take_room(bool in_any_case) noexcept;
  // Of one in `waiting`, which is paused. Anything but CURLE_OK ends the transfer.
  [[nodiscard]] CURLcode go_on() noexcept;
  // Once a second while others wait for room: a slow one gives back what it has not used yet. True
  // where it is to be given up.
  [[nodiscard]] bool is_stuck() noexcept;
  [[nodiscard]] std::uint64_t reserved() const noexcept { return reserved_; }
  [[nodiscard]] bool is_waiting() const noexcept { return is_waiting_; }
  // True once, when the request has gone out since the last call.
  [[nodiscard]] bool take_sent() noexcept;

  [[nodiscard]] CURL* easy() const noexcept { return easy_.get(); }
  [[nodiscard]] std::uint64_t id() const noexcept { return response_.id; }

  // The fetcher's, where the callbacks note this transfer.
  std::vector<Transfer*>* just_sent = nullptr;
  std::deque<Transfer*>* waiting = nullptr;  // for room
  BodyRoom* room = nullptr;                  // none: without bound
  // Of the multi handle that prepare() prepares for; and which of the fetcher's that is.
  ConnectionCount* connections = nullptr;
  std::size_t multi = 0;

 private:
  // Why this side ended the transfer.
  enum class Cut : std::uint8_t {
    None,
    TooLarge,
    UnsupportedType,
    UnwantedBody,
    HeadersTooLarge,
    TooManyHeaders,
    TooManyEncodings,
    PackedTransfer,  // a Transfer-Encoding that was not asked for
    Damaged,
    InnerTooLarge,
    PackedTooLarge,
    NoRoom,
    Silent,
    OutOfMemory,
  };
  enum class Part : std::uint8_t { StatusLine, Fields, Body };

  static std::size_t on_header(char* data, std::size_t size, std::size_t count,
                               void* self) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept;
  static int on_close_socket(void* connections, curl_socket_t fd) noexcept;
  static int on_sent(void* self, char*, char*, int, int) noexcept;

  // `work()`, under a frame of libcurl; false, and cut, where there is no memory for it.
  template <typename Work>
  [[nodiscard]] bool guard(Work work) noexcept;
  [[nodiscard]] bool take_header(std::string_view line);
  [[nodiscard]] bool take_body(std::string_view data);
  [[nodiscard]] bool unpack(std::string_view data);
  [[nodiscard]] bool must_wait(std::size_t more);
  [[nodiscard]] bool has_all_room() const noexcept {
    return room == nullptr || reserved_ >= largest_body();
  }
  [[nodiscard]] bool has_room_for(std::size_t decoded) noexcept;
  [[nodiscard]] std::uint64_t largest_body() const noexcept;
  void give_back_room(std::uint64_t kept) noexcept;
  [[nodiscard]] bool keep(std::string_view decoded);
  [[nodiscard]] bool end_headers();
  [[nodiscard]] bool start_decoding();
  [[nodiscard]] bool cut(Cut why) noexcept {
    cut_ = why;
    return false;
  }
  [[nodiscard]] curl_socket_t open_socket(const curl_sockaddr& address);
  void give_up_connection_if_too_many();
  void renew_easy();
  void set_fixed_options();
  void judge(CURLcode result);
  [[nodiscard]] bool judge_cut();
  [[nodiscard]] bool is_header_line_too_long(CURLcode result) const noexcept;

  const TransferOptions& options_;
  CURLSH* share_;
  Easy easy_;
  bool is_used_ = false;
  Slist headers_;
  Slist resolve_;
  FetchRequest request_;
  Response response_;
  std::optional<Decoder> decoder_;  // while a body with a Content-Encoding comes
  std::string refused_address_;     // the last that policy forbids to connect to
  std::uint64_t header_bytes_ = 0;
  std::size_t header_lines_ = 0;
  std::uint64_t packed_bytes_ = 0;  // of a body with a Content-Encoding
  std::size_t fed_ = 0;             // of the bytes that come again after a wait
  std::uint64_t told_bytes_ = 0;    // Content-Length of one without, --max-body at most; 0: none
  std::uint64_t reserved_ = 0;      // of the room for large bodies
  std::uint64_t seen_bytes_ = 0;    // of the body, when it was looked at last
  unsigned silent_ = 0;             // looks in a row without a byte more
  Part part_ = Part::StatusLine;
  Cut cut_ = Cut::None;
  bool wants_body_ = false;
  bool is_packed_twice_ = false;
  bool is_waiting_ = false;  // for room: in `waiting`, and paused
  bool was_sent_ = false;
  std::uint64_t refusals_before_ = 0;  // curl_refusals() when it started
  bool is_starved_ = false;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace skitter::crawler
