#include "crawler/resolver.h"

#include <absl/container/flat_hash_map.h>
#include <ares.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "crawler/address.h"
#include "crawler/crawler.h"
#include "crawler/uv_handle.h"

namespace skitter::crawler {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using storage::SteadyTime;
using Clock = std::chrono::steady_clock;

// The library's own process-wide state; c-ares counts the calls.
struct Library {
  Library() {
    if (const int status = ares_library_init(ARES_LIB_INIT_ALL); status != ARES_SUCCESS) {
      throw std::runtime_error(fmt::format("name look-ups: {}", ares_strerror(status)));
    }
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { ares_library_cleanup(); }
};

struct AddrInfoDeleter {
  void operator()(ares_addrinfo* info) const noexcept { ares_freeaddrinfo(info); }
};
using AddrInfo = std::unique_ptr<ares_addrinfo, AddrInfoDeleter>;

void sort_ipv4_first(std::vector<std::string>& addresses) {
  std::stable_partition(addresses.begin(), addresses.end(),
                        [](const std::string& a) { return a.find(':') == std::string::npos; });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_address(const std::string& text) {
  unsigned char buffer[sizeof(in6_addr)];
  return inet_pton(AF_INET, text.c_str(), buffer) == 1 ||
         inet_pton(AF_INET6, text.c_str(), buffer) == 1;
}

using HostsFile = absl::flat_hash_map<std::string, std::vector<std::string>>;

HostsFile read_hosts_file(const char* path) {
  HostsFile hosts;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string address;
    if (!(words >> address) || !is_address(address)) continue;
    for (std::string name; words >> name;) hosts[lower(name)].push_back(address);
  }
  for (auto& [name, addresses] : hosts) sort_ipv4_first(addresses);
  return hosts;
}

}  // namespace

struct Resolver::Impl {
  Impl(uv_loop_t* uv_loop, const ResolverOptions& options,
       std::function<void(const std::string&)> resolved)
      : loop(uv_loop),
        on_resolved(std::move(resolved)),
        timer(make_uv<uv_timer_t>(uv_loop, uv_timer_init, "timer for name look-ups", this)),
        hosts(read_hosts_file("/etc/hosts")) {
    open_channel(options);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    is_closing = true;
    ares_destroy(channel);  // each query under way is called back with ARES_EDESTRUCTION
  }

  void open_channel(const ResolverOptions& options);
  const Resolution* find(const std::string& name);
  const Resolution* known(const std::string& name);
  void start(const std::string& name);
  void store(const std::string& name, Resolution answer);
  void schedule();

  struct Query {
    Impl* impl;
    std::string name;
  };
  static void on_answer(void* arg, int status, int, ares_addrinfo* info) noexcept {
    const std::unique_ptr<Query> query(static_cast<Query*>(arg));
    EventLoop::guard(query->impl->loop,
                     [&] { query->impl->answered(query->name, status, AddrInfo(info)); });
  }
  static void on_socket_state(void* arg, ares_socket_t fd, int readable, int writable) noexcept {
    auto& impl = *static_cast<Impl*>(arg);
    EventLoop::guard(impl.loop, [&] { impl.watch(fd, readable, writable); });
  }
  static void on_socket_ready(uv_poll_t* poll, int status, int events) noexcept {
    const auto& socket = *static_cast<Socket*>(poll->data);
    EventLoop::guard(socket.impl->loop, [impl = socket.impl, fd = socket.fd, status, events] {
      impl->drive(fd, status, events);
    });
  }
  static void on_timer(uv_timer_t* handle) noexcept {
    EventLoop::guard(handle->loop,
                     [&] { static_cast<Impl*>(handle->data)->drive(ARES_SOCKET_BAD, 0, 0); });
  }

  void answered(const std::string& name, int status, AddrInfo info);
  void watch(ares_socket_t fd, int readable, int writable);
  void drive(ares_socket_t fd, int status, int events);

  struct Socket {
    Impl* impl;
    ares_socket_t fd;
    UvHandle<uv_poll_t> poll;
  };

  Library library;
  uv_loop_t* loop;
  std::function<void(const std::string&)> on_resolved;
  UvHandle<uv_timer_t> timer;
  HostsFile hosts;
  ares_channel channel = nullptr;
  absl::flat_hash_map<ares_socket_t, std::unique_ptr<Socket>> sockets;
  absl::flat_hash_map<std::string, Resolution> cache;
  absl::flat_hash_map<std::string, bool> pending;
  Resolution local;         // the answer find() gave last that is not in the cache
  bool is_finding = false;  // an answer that comes while find() runs is find()'s own result
  bool is_closing = false;
};

void Resolver::Impl::open_channel(const ResolverOptions& options) {
  ares_options settings{};
  char lookups[] = "b";  // DNS only: the hosts file is ours, read before the loop runs
  settings.lookups = lookups;
  settings.timeout = static_cast<int>(options.query_timeout.count());
  settings.tries = options.tries;
  settings.sock_state_cb = &Impl::on_socket_state;
  settings.sock_state_cb_data = this;
  const int mask = ARES_OPT_LOOKUPS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
  if (const int status = ares_init_options(&channel, &settings, mask); status != ARES_SUCCESS) {
    throw std::runtime_error(fmt::format("name look-ups: {}", ares_strerror(status)));
  }
  if (options.servers.empty()) return;
  if (const int status = ares_set_servers_ports_csv(channel, options.servers.c_str());
      status != ARES_SUCCESS) {
    ares_destroy(channel);
    throw OptionsError(
        fmt::format("--dns-servers '{}': {}", options.servers, ares_strerror(status)));
  }
}

const Resolution* Resolver::Impl::known(const std::string& name) {
  if (is_localhost_name(name)) {
    local = {{"127.0.0.1", "::1"}, {}, false, SteadyTime::max()};
    return &local;
  }
  if (const auto host = hosts.find(name); host != hosts.end()) {
    local = {host->second, {}, false, SteadyTime::max()};
    return &local;
  }
  const auto cached = cache.find(name);
  if (cached == cache.end()) return nullptr;
  return cached->second.expires > Clock::now() ? &cached->second : nullptr;
}

const Resolution* Resolver::Impl::find(const std::string& name) {
  if (const Resolution* answer = known(name)) return answer;
  if (pending.contains(name)) return nullptr;
  start(name);
  return pending.contains(name) ? nullptr : known(name);
}

void Resolver::Impl::start(const std::string& name) {
  pending.emplace(name, true);
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = ARES_AI_NOSORT;
  // A dot inside means a full name: the final dot keeps the resolver's search list away from it.
  const bool is_full = name.find('.') != std::string::npos && !name.ends_with('.');
  is_finding = true;
  ares_getaddrinfo(channel, (is_full ? name + '.' : name).c_str(), nullptr, &hints,
                   &Impl::on_answer,
                   new Query{this, name});  // on_answer owns it; c-ares calls it exactly once
  is_finding = false;
  schedule();
}

void Resolver::Impl::answered(const std::string& name, int status, AddrInfo info) {
  if (is_closing) return;
  Resolution answer;
  int ttl = static_cast<int>(kMaxTtl.count());
  for (const ares_addrinfo_node* node = info ? info->nodes : nullptr; node != nullptr;
       node = node->ai_next) {
    answer.addresses.push_back(to_string(node->ai_addr));
    ttl = std::min(ttl, node->ai_ttl);
  }
  if (status != ARES_SUCCESS || answer.addresses.empty()) {
    answer.addresses.clear();
    answer.error = status == ARES_SUCCESS ? "the name has no address" : ares_strerror(status);
    answer.no_such_name = status == ARES_ENOTFOUND || status == ARES_ENODATA;
    ttl = static_cast<int>(kFailureTtl.count());
  }
  sort_ipv4_first(answer.addresses);
  answer.expires = Clock::now() + seconds(std::max(ttl, 1));
  store(name, std::move(answer));
  pending.erase(name);
  if (!is_finding) on_resolved(name);
}

void Resolver::Impl::store(const std::string& name, Resolution answer) {
  if (cache.size() >= kCacheNames) {
    const SteadyTime now = Clock::now();
    absl::erase_if(cache, [&](const auto& entry) { return entry.second.expires <= now; });
    if (cache.size() >= kCacheNames) cache.clear();
  }
  cache.insert_or_assign(name, std::move(answer));
}

void Resolver::Impl::watch(ares_socket_t fd, int readable, int writable) {
  if (readable == 0 && writable == 0) {
    sockets.erase(fd);
    return;
  }
  auto& socket = sockets[fd];
  if (!socket) {
    socket = std::make_unique<Socket>(Socket{this, fd, nullptr});
    socket->poll =
        make_uv<uv_poll_t>(loop, uv_poll_init, "poll for name look-ups", socket.get(), fd);
  }
  const int events = (readable != 0 ? UV_READABLE : 0) | (writable != 0 ? UV_WRITABLE : 0);
  (void)uv_poll_start(socket->poll.get(), events,
                      &Impl::on_socket_ready);  // fails for bad flags only
}

void Resolver::Impl::drive(ares_socket_t fd, int status, int events) {
  const bool failed = status < 0;  // then let c-ares find out by itself
  const ares_socket_t readable = failed || (events & UV_READABLE) != 0 ? fd : ARES_SOCKET_BAD;
  const ares_socket_t writable = failed || (events & UV_WRITABLE) != 0 ? fd : ARES_SOCKET_BAD;
  ares_process_fd(channel, readable, writable);
  schedule();
}

void Resolver::Impl::schedule() {
  timeval longest{.tv_sec = 1, .tv_usec = 0};
  timeval wait{};
  if (pending.empty() || ares_timeout(channel, &longest, &wait) == nullptr) {
    (void)uv_timer_stop(timer.get());
    return;
  }
  const auto ms = static_cast<std::uint64_t>(wait.tv_sec * 1000 + wait.tv_usec / 1000 + 1);
  (void)uv_timer_start(timer.get(), &Impl::on_timer, ms, 0);
}

Resolver::Resolver(uv_loop_t* loop, const ResolverOptions& options,
                   std::function<void(const std::string& name)> on_resolved)
    : impl_(std::make_unique<Impl>(loop, options, std::move(on_resolved))) {}

Resolver::~Resolver() = default;

const Resolution* Resolver::find(const std::string& name) {
  return impl_->find(name);
}

}  // namespace skitter::crawler
