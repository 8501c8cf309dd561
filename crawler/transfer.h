#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

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

// One easy handle and the answer that it is getting. Reused from request to request.
//
// Owns:    the handle. libcurl points here: it never moves.
// Thread:  loop.
class Transfer {
 public:
  // Header bytes of one answer, all its lines together.
  static constexpr std::size_t kMaxHeaderBytes = 256 * 1024;
  // What is read of a body that nobody wants, so that its connection can be used again.
  static constexpr std::uint64_t kMaxUnwantedBody = 64 * 1024;

  Transfer(const TransferOptions& options, CURLSH* share);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  void prepare(FetchRequest request);
  // Of a transfer that is over.
  [[nodiscard]] Response take_response(CURLcode result);
  // True once, when the request has gone out since the last call.
  [[nodiscard]] bool take_sent() noexcept;

  [[nodiscard]] CURL* easy() const noexcept { return easy_.get(); }
  [[nodiscard]] std::uint64_t id() const noexcept { return response_.id; }

  std::vector<Transfer*>* just_sent =
      nullptr;  // the fetcher's list: where the callback notes this transfer

 private:
  // Why this side ended the transfer.
  enum class Cut : std::uint8_t { None, TooLarge, UnsupportedType, UnwantedBody, HeadersTooLarge };

  static std::size_t on_header(char* data, std::size_t size, std::size_t count,
                               void* self) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static int on_sent(void* self, char*, char*, int, int) noexcept;

  [[nodiscard]] bool take_header(std::string_view line);
  [[nodiscard]] bool take_body(std::string_view data);
  [[nodiscard]] bool end_headers();
  void set_fixed_options(const TransferOptions& options, CURLSH* share);
  void judge(CURLcode result);

  Easy easy_;
  Slist headers_;
  Slist resolve_;
  FetchRequest request_;
  Response response_;
  std::size_t header_bytes_ = 0;
  Cut cut_ = Cut::None;
  bool wants_body_ = false;
  bool was_sent_ = false;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace skitter::crawler
