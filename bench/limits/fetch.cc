// libuv and libcurl alone: every URL once, over reused handles and connections, bodies kept in a
// string.
#include <curl/curl.h>
#include <uv.h>

#include <memory>
#include <stdexcept>

#include "crawler/uv_handle.h"
#include "limits/limits.h"

namespace skitter::bench {
namespace {

using crawler::EventLoop;
using crawler::make_uv;
using crawler::UvHandle;

class Fetch {
 public:
  Fetch(const std::vector<std::string>& urls, std::size_t concurrency)
      : urls_(urls), timer_(make_uv<uv_timer_t>(loop_.get(), uv_timer_init, "timer", this)) {
    multi_ = curl_multi_init();
    (void)curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Fetch::on_socket);
    (void)curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    (void)curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Fetch::on_timer_wanted);
    (void)curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    (void)curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(concurrency + 8));
    transfers_.resize(concurrency);
    for (Transfer& transfer : transfers_) {
      transfer.easy = curl_easy_init();
      (void)curl_easy_setopt(transfer.easy, CURLOPT_PRIVATE, &transfer);
      (void)curl_easy_setopt(transfer.easy, CURLOPT_NOSIGNAL, 1L);
      (void)curl_easy_setopt(transfer.easy, CURLOPT_BUFFERSIZE, 64L * 1024);
      (void)curl_easy_setopt(transfer.easy, CURLOPT_WRITEFUNCTION, &Fetch::on_body);
      (void)curl_easy_setopt(transfer.easy, CURLOPT_WRITEDATA, &transfer);
    }
  }
  ~Fetch() {
    for (Transfer& transfer : transfers_) curl_easy_cleanup(transfer.easy);
    (void)curl_multi_cleanup(multi_);
  }
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  void run() {
    for (Transfer& transfer : transfers_) start(transfer);
    loop_.run();
    if (failed_ > 0) throw std::runtime_error(std::to_string(failed_) + " fetches failed");
  }

 private:
  struct Transfer {
    CURL* easy = nullptr;
    std::string body;
  };
  struct Socket {
    Fetch* fetch;
    curl_socket_t fd;
    UvHandle<uv_poll_t> poll;
  };

  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* transfer) {
    static_cast<Transfer*>(transfer)->body.append(data, size * count);
    return size * count;
  }
  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void* known) {
    auto& fetch = *static_cast<Fetch*>(self);
    std::unique_ptr<Socket> socket(static_cast<Socket*>(known));
    if (what == CURL_POLL_REMOVE) {
      (void)curl_multi_assign(fetch.multi_, fd, nullptr);
      return 0;
    }
    if (!socket) {
      socket = std::make_unique<Socket>(Socket{&fetch, fd, nullptr});
      socket->poll =
          make_uv<uv_poll_t>(fetch.loop_.get(), uv_poll_init_socket, "poll", socket.get(), fd);
      (void)curl_multi_assign(fetch.multi_, fd, socket.get());
    }
    const int events = ((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) |
                       ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0);
    (void)uv_poll_start(socket.release()->poll.get(), events, &Fetch::on_ready);
    return 0;
  }
  static int on_timer_wanted(CURLM*, long timeout_ms, void* self) {
    auto& fetch = *static_cast<Fetch*>(self);
    if (timeout_ms < 0) return uv_timer_stop(fetch.timer_.get());
    return uv_timer_start(fetch.timer_.get(), &Fetch::on_timer,
                          static_cast<std::uint64_t>(timeout_ms), 0);
  }
  static void on_timer(uv_timer_t* timer) {
    static_cast<Fetch*>(timer->data)->drive(CURL_SOCKET_TIMEOUT, 0);
  }
  static void on_ready(uv_poll_t* poll, int status, int events) {
    const auto& socket = *static_cast<Socket*>(poll->data);
    const int ready = ((events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0) |
                      ((events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0);
    socket.fetch->drive(socket.fd, status < 0 ? CURL_CSELECT_ERR : ready);
  }

  void start(Transfer& transfer) {
    if (next_ == urls_.size()) return;
    transfer.body = {};
    (void)curl_easy_setopt(transfer.easy, CURLOPT_URL, urls_[next_++].c_str());
    (void)curl_multi_add_handle(multi_, transfer.easy);
  }

  void drive(curl_socket_t fd, int events) {
    int running = 0;
    (void)curl_multi_socket_action(multi_, fd, events, &running);
    while (const CURLMsg* message = curl_multi_info_read(multi_, &running)) {
      Transfer* transfer = nullptr;
      long status = 0;
      (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      (void)curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
      if (message->data.result != CURLE_OK || status != 200) ++failed_;
      (void)curl_multi_remove_handle(multi_, transfer->easy);
      start(*transfer);
    }
  }

  const std::vector<std::string>& urls_;
  EventLoop loop_;
  UvHandle<uv_timer_t> timer_;
  CURLM* multi_ = nullptr;
  std::vector<Transfer> transfers_;
  std::size_t next_ = 0;
  std::size_t failed_ = 0;
};

}  // namespace

void fetch_limit(const std::vector<std::string>& urls, std::size_t concurrency) {
  const double start = cpu_seconds();
  Fetch(urls, concurrency).run();
  report("fetch", cpu_seconds() - start, urls.size());
}

}  // namespace skitter::bench
