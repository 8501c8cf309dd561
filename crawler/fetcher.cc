#include "crawler/fetcher.h"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <new>
#include <numeric>
#include <string_view>
#include <utility>

#include "crawler/body_room.h"
#include "crawler/crawler.h"
#include "crawler/descriptors.h"
#include "crawler/memory.h"
#include "crawler/transfer.h"
#include "crawler/uv_handle.h"

namespace skitter::crawler {
namespace {

int to_curl_events(int status, int events) noexcept {
  if (status < 0) return CURL_CSELECT_ERR;
  return ((events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0) |
         ((events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0);
}

struct MultiDeleter {
  void operator()(CURLM* multi) const noexcept { (void)curl_multi_cleanup(multi); }
};

void check(CURLMcode code) {
  if (code == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLM_OK)
    throw std::runtime_error(fmt::format("libcurl: {}", curl_multi_strerror(code)));
}

void check_easy(CURLcode code) {
  if (code != CURLE_OK)
    throw std::runtime_error(fmt::format("libcurl: {}", curl_easy_strerror(code)));
}

}  // namespace

class Fetcher::Impl {
 public:
  Impl(uv_loop_t* loop, const TransferOptions& options, std::size_t concurrency,
       Callbacks callbacks);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  void start(FetchRequest request);
  [[nodiscard]] std::size_t in_flight() const noexcept { return active_; }
  void let_go(std::uint64_t reserved) noexcept;
  [[nodiscard]] std::uint64_t reserved() const noexcept { return room_.taken(); }

 private:
  static constexpr std::uint64_t kLookMs = 1'000;  // between looks at who keeps others waiting

  // At each end of a transfer libcurl looks through the connections of its multi handle for the one
  // that it had: so there is one handle for about as many, and each host belongs to one of them.
  static constexpr std::size_t kConnectionsAMulti = 256;

  struct Multi {
    Impl* fetcher;
    UvHandle<uv_timer_t> timer;
    ConnectionCount connections;  // before the handle, which closes them
    std::unique_ptr<CURLM, MultiDeleter> handle;
    std::vector<std::string> unused_names;  // to be forgotten with the next request
  };
  struct Socket {
    Multi* multi;
    curl_socket_t fd;
    UvHandle<uv_poll_t> poll;
  };

  static int on_curl_socket(CURL*, curl_socket_t fd, int what, void* multi, void* socket) noexcept {
    auto& owner = *static_cast<Multi*>(multi);
    EventLoop::guard(owner.fetcher->loop_,
                     [&] { owner.fetcher->watch(owner, fd, what, static_cast<Socket*>(socket)); });
    return 0;
  }
  static int on_curl_timer(CURLM*, long timeout_ms, void* multi) noexcept {
    set_timer(*static_cast<Multi*>(multi), timeout_ms);
    return 0;
  }
  static void on_socket_ready(uv_poll_t* poll, int status, int events) noexcept {
    const auto& socket = *static_cast<Socket*>(poll->data);
    Multi& multi = *socket.multi;
    // Copied out: the socket may be gone when drive() returns.
    EventLoop::guard(multi.fetcher->loop_, [&, fd = socket.fd] {
      multi.fetcher->drive(multi, fd, to_curl_events(status, events));
    });
  }
  static void on_timer(uv_timer_t* timer) noexcept {
    auto& multi = *static_cast<Multi*>(timer->data);
    EventLoop::guard(timer->loop, [&] { multi.fetcher->drive(multi, CURL_SOCKET_TIMEOUT, 0); });
  }

  static void on_room(uv_timer_t* timer) noexcept {
    EventLoop::guard(timer->loop, [&] { static_cast<Impl*>(timer->data)->let_waiting_go_on(); });
  }
  static void on_look(uv_timer_t* timer) noexcept {
    EventLoop::guard(timer->loop, [&] { static_cast<Impl*>(timer->data)->make_room(); });
  }

  static void set_timer(Multi& multi, long timeout_ms);
  void add_multi();
  [[nodiscard]] std::size_t multi_of(const std::string& name, std::string_view url) const noexcept;
  void watch(Multi& multi, curl_socket_t fd, int what, Socket* socket);
  void keep_connections(std::size_t most);
  void leave_name(Multi& multi, std::string name);
  void drive(Multi& multi, curl_socket_t fd, int events);
  void tell_sent();
  void finish_done_transfers(Multi& multi);
  void finish(Transfer& transfer, CURLcode result);
  void let_waiting_go_on();
  void make_room();
  [[nodiscard]] bool do_all_wait() const noexcept;
  void wait_for_descriptor(FetchRequest request);

  uv_loop_t* loop_;
  TransferOptions options_;
  Callbacks callbacks_;
  UvHandle<uv_timer_t> room_timer_;  // there is room
  UvHandle<uv_timer_t> look_timer_;  // while there is none
  BodyRoom room_;
  Share share_;
  std::vector<std::unique_ptr<Multi>> multis_;
  std::vector<std::unique_ptr<Transfer>> transfers_;  // all that were ever needed at once
  absl::flat_hash_map<curl_socket_t, std::unique_ptr<Socket>> sockets_;
  std::vector<Transfer*> idle_;
  std::vector<Transfer*> just_sent_;
  absl::flat_hash_map<std::string, std::size_t> names_;  // whose addresses libcurl knows: transfers
  std::deque<Transfer*> waiting_;                        // for room, in the order they came
  std::vector<FetchRequest> starved_;  // wait for a descriptor; they count as active
  std::size_t active_ = 0;
};

Fetcher::Impl::Impl(uv_loop_t* loop, const TransferOptions& options, std::size_t concurrency,
                    Callbacks callbacks)
    : loop_(loop),
      options_(options),
      callbacks_(std::move(callbacks)),
      room_timer_(make_uv<uv_timer_t>(loop, uv_timer_init, "timer for bodies", this)),
      look_timer_(make_uv<uv_timer_t>(loop, uv_timer_init, "timer for slow bodies", this)),
      room_(options.body_memory_bytes) {
  set_up_libraries();
  share_.reset(curl_share_init());
  if (!share_) throw std::bad_alloc();
  // All handles are of one thread: the share needs no locks.
  (void)curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  if (options.cookies == CookiePolicy::Keep) {
    (void)curl_share_setopt(share_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
  }
  const std::size_t kept = std::min(concurrency * 2 + 16, socket_budget() / 4 * 3);
  for (std::size_t n = 0; n == 0 || n < kept / kConnectionsAMulti; ++n) add_multi();
  keep_connections(kept);
}

Fetcher::Impl::~Impl() {
  for (const auto& transfer : transfers_) {
    (void)curl_multi_remove_handle(multis_[transfer->multi]->handle.get(), transfer->easy());
  }
  transfers_.clear();
  multis_.clear();  // closes the idle connections, which calls back for their sockets
}

void Fetcher::Impl::add_multi() {
  Multi& multi = *multis_.emplace_back(std::make_unique<Multi>());
  multi.fetcher = this;
  multi.timer = make_uv<uv_timer_t>(loop_, uv_timer_init, "timer for transfers", &multi);
  multi.handle.reset(curl_multi_init());
  CURLM* const handle = multi.handle.get();
  if (handle == nullptr) throw std::bad_alloc();
  check(curl_multi_setopt(handle, CURLMOPT_SOCKETFUNCTION, &Impl::on_curl_socket));
  check(curl_multi_setopt(handle, CURLMOPT_SOCKETDATA, &multi));
  check(curl_multi_setopt(handle, CURLMOPT_TIMERFUNCTION, &Impl::on_curl_timer));
  check(curl_multi_setopt(handle, CURLMOPT_TIMERDATA, &multi));
  check(curl_multi_setopt(handle, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX)));
}

// By the name; what has none (an address, behind a proxy) by its origin.
std::size_t Fetcher::Impl::multi_of(const std::string& name, std::string_view url) const noexcept {
  std::string_view key = name;
  if (key.starts_with(':')) {
    const std::size_t begin = url.find("://");
    key = begin == url.npos ? url : url.substr(0, url.find('/', begin + 3));
  }
  return std::hash<std::string_view>{}(key) % multis_.size();
}

// Pinned: left alone, libcurl derives it from the handles in use, and a dip closes idle connections.
void Fetcher::Impl::keep_connections(std::size_t most) {
  const std::size_t each = std::max<std::size_t>(most / multis_.size(), 1);
  for (const auto& multi : multis_) {
    check(curl_multi_setopt(multi->handle.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(each)));
    multi->connections.set_most(each);
  }
}

void Fetcher::Impl::start(FetchRequest request) {
  if (idle_.empty()) {
    transfers_.push_back(std::make_unique<Transfer>(options_, share_.get()));
    transfers_.back()->just_sent = &just_sent_;
    transfers_.back()->waiting = &waiting_;
    transfers_.back()->room = &room_;
    idle_.push_back(transfers_.back().get());
  }
  Transfer& transfer = *idle_.back();
  idle_.pop_back();
  std::string name = Transfer::name_of(request);
  transfer.multi = multi_of(name, request.url);
  Multi& multi = *multis_[transfer.multi];
  std::erase_if(multi.unused_names, [&](const std::string& one) { return names_.contains(one); });
  transfer.connections = &multi.connections;
  transfer.prepare(std::move(request), multi.unused_names);
  multi.unused_names.clear();
  ++names_[std::move(name)];
  ++active_;
  check(curl_multi_add_handle(multi.handle.get(), transfer.easy()));
}

void Fetcher::Impl::watch(Multi& multi, curl_socket_t fd, int what, Socket* socket) {
  CURLM* const handle = multi.handle.get();
  if (what == CURL_POLL_REMOVE) {
    (void)curl_multi_assign(handle, fd, nullptr);  // fails for a socket that is forgotten already
    sockets_.erase(fd);
    return;
  }
  if (socket == nullptr) {
    auto made = std::make_unique<Socket>(Socket{&multi, fd, nullptr});
    made->poll =
        make_uv<uv_poll_t>(loop_, uv_poll_init_socket, "poll for a transfer", made.get(), fd);
    socket = (sockets_[fd] = std::move(made)).get();
    check(curl_multi_assign(handle, fd, socket));
  }
  const int events = ((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) |
                     ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0);
  (void)uv_poll_start(socket->poll.get(), events,
                      &Impl::on_socket_ready);  // fails for bad flags only
}

void Fetcher::Impl::set_timer(Multi& multi, long timeout_ms) {
  if (timeout_ms < 0) {
    (void)uv_timer_stop(multi.timer.get());
    return;
  }
  // 0 ms means now: rounded up to 1 ms, one connection a host would be nine times slower.
  (void)uv_timer_start(multi.timer.get(), &Impl::on_timer, static_cast<std::uint64_t>(timeout_ms),
                       0);
}

void Fetcher::Impl::drive(Multi& multi, curl_socket_t fd, int events) {
  int running = 0;
  check(curl_multi_socket_action(multi.handle.get(), fd, events, &running));
  tell_sent();
  finish_done_transfers(multi);
  let_waiting_go_on();
}

void Fetcher::Impl::tell_sent() {
  for (Transfer* transfer : just_sent_) {
    if (transfer->take_sent()) callbacks_.on_sent(transfer->id());
  }
  just_sent_.clear();
}

void Fetcher::Impl::finish_done_transfers(Multi& multi) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.handle.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;  // gone once the handle is removed
    Transfer* transfer = nullptr;
    check_easy(curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer));
    finish(*transfer, result);
  }
}

void Fetcher::Impl::finish(Transfer& transfer, CURLcode result) {
  Multi& multi = *multis_[transfer.multi];
  check(curl_multi_remove_handle(multi.handle.get(), transfer.easy()));
  --active_;
  std::erase(waiting_, &transfer);
  leave_name(multi, transfer.name());
  const bool others_go_on = active_ > starved_.size();
  if (transfer.is_starved(result) && others_go_on) {
    wait_for_descriptor(transfer.take_request());
    idle_.push_back(&transfer);
    return;
  }
  Response response = transfer.take_response(result);
  idle_.push_back(&transfer);
  callbacks_.on_done(std::move(response));
  if (starved_.empty()) return;
  FetchRequest next = std::move(starved_.back());
  starved_.pop_back();
  --active_;
  start(std::move(next));
}

void Fetcher::Impl::leave_name(Multi& multi, std::string name) {
  const auto found = names_.find(name);
  if (--found->second > 0) return;
  names_.erase(found);
  multi.unused_names.push_back(std::move(name));
}

// Not at once: the caller may be in a callback.
void Fetcher::Impl::let_go(std::uint64_t reserved) noexcept {
  room_.give_back(reserved);
  if (!waiting_.empty()) (void)uv_timer_start(room_timer_.get(), &Impl::on_room, 0, 0);
}

// Each is given the part of its body that libcurl holds back, within which it may end.
void Fetcher::Impl::let_waiting_go_on() {
  while (!waiting_.empty() && waiting_.front()->take_room(/*in_any_case=*/do_all_wait())) {
    Transfer& next = *waiting_.front();
    waiting_.pop_front();
    if (const CURLcode result = next.go_on()) finish(next, result);
  }
  if (waiting_.empty()) {
    (void)uv_timer_stop(look_timer_.get());
  } else if (uv_is_active(reinterpret_cast<uv_handle_t*>(look_timer_.get())) == 0) {
    (void)uv_timer_start(look_timer_.get(), &Impl::on_look, kLookMs, kLookMs);
  }
}

// Those that gave back some of their room, and want it again, may wait for one another.
bool Fetcher::Impl::do_all_wait() const noexcept {
  return std::accumulate(waiting_.begin(), waiting_.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Transfer* transfer) {
                           return sum + transfer->reserved();
                         }) >= room_.taken();
}

void Fetcher::Impl::make_room() {
  for (std::size_t i = 0; i < transfers_.size(); ++i) {  // finish() may add some
    Transfer& transfer = *transfers_[i];
    const bool keeps_others = transfer.reserved() > 0 && !transfer.is_waiting();
    if (keeps_others && transfer.is_stuck()) finish(transfer, CURLE_OPERATION_TIMEDOUT);
  }
  let_waiting_go_on();
}

// Until one of the others is over. Idle connections hold descriptors too: from now on fewer are
// kept.
void Fetcher::Impl::wait_for_descriptor(FetchRequest request) {
  const std::size_t others = active_ - starved_.size();
  keep_connections(others);
  starved_.push_back(std::move(request));
  ++active_;
  if (callbacks_.on_starved) callbacks_.on_starved(others);
}

Fetcher::Fetcher(uv_loop_s* loop, const TransferOptions& options, std::size_t concurrency,
                 Callbacks callbacks)
    : impl_(std::make_unique<Impl>(loop, options, concurrency, std::move(callbacks))) {}

Fetcher::~Fetcher() = default;

void Fetcher::start(FetchRequest request) {
  impl_->start(std::move(request));
}

std::size_t Fetcher::in_flight() const noexcept {
  return impl_->in_flight();
}

void Fetcher::let_go(std::uint64_t reserved) noexcept {
  impl_->let_go(reserved);
}

std::uint64_t Fetcher::reserved() const noexcept {
  return impl_->reserved();
}

}  // namespace skitter::crawler
