#include "tests/e2e/name_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <tuple>
#include <utility>

namespace skitter::e2e {
namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr int kLookForStopMs = 20;
constexpr char kNoSuchName = 3;

// Bound to a free port of 127.0.0.1.
std::pair<int, std::uint16_t> bound_socket(int type) {
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || bind(fd, any, size) != 0 || getsockname(fd, any, &size) != 0)
    throw std::system_error(errno, std::generic_category(), "no socket for a test");
  return {fd, ntohs(address.sin_port)};
}

// The name of the question, lower case; `end` gets the place behind its type and class. Empty for
// what is no query.
std::string question(std::string_view query, std::size_t& end) {
  std::string name;
  std::size_t at = kHeaderBytes;
  while (at < query.size() && query[at] != 0) {
    const auto length = static_cast<unsigned char>(query[at]);
    if (at + 1 + length > query.size()) return {};
    if (!name.empty()) name += '.';
    for (const char c : query.substr(at + 1, length))
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    at += 1u + length;
  }
  end = at + 5;
  return end <= query.size() ? name : std::string();
}

}  // namespace

NameServer::NameServer(std::map<std::string, std::string> ipv4_by_name)
    : ipv4_by_name_(std::move(ipv4_by_name)) {
  std::tie(socket_, port_) = bound_socket(SOCK_DGRAM);
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

NameServer::~NameServer() {
  thread_.request_stop();
  thread_.join();
  close(socket_);
}

std::string NameServer::address() const {
  return "127.0.0.1:" + std::to_string(port_);
}

void NameServer::serve(const std::stop_token& stop) const {
  std::array<char, 1'500> buffer;
  while (!stop.stop_requested()) {
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, kLookForStopMs) <= 0) continue;
    sockaddr_in client{};
    socklen_t size = sizeof client;
    auto* const from = reinterpret_cast<sockaddr*>(&client);
    const ssize_t bytes = recvfrom(socket_, buffer.data(), buffer.size(), 0, from, &size);
    if (bytes < static_cast<ssize_t>(kHeaderBytes)) continue;
    const std::string reply = answer({buffer.data(), static_cast<std::size_t>(bytes)});
    (void)sendto(socket_, reply.data(), reply.size(), 0, from, size);  // lost: it is asked again
  }
}

std::string NameServer::answer(std::string_view query) const {
  std::size_t end = 0;
  const auto known = ipv4_by_name_.find(question(query, end));
  if (end > query.size()) return {};
  const bool wants_ipv4 = query[end - 3] == 1;
  const bool is_answered = known != ipv4_by_name_.end() && wants_ipv4;
  std::string reply(query.substr(0, 2));
  reply += '\x81';  // an answer, recursion desired
  reply += static_cast<char>(0x80 | (known == ipv4_by_name_.end() ? kNoSuchName : 0));
  reply.append({0, 1, 0, static_cast<char>(is_answered), 0, 0, 0, 0});
  reply += query.substr(kHeaderBytes, end - kHeaderBytes);
  if (!is_answered) return reply;
  in_addr address{};
  (void)inet_pton(AF_INET, known->second.c_str(), &address);  // the test's own
  reply.append({'\xc0', kHeaderBytes, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4});
  reply.append(reinterpret_cast<const char*>(&address), 4);
  return reply;
}

ClosedPort::ClosedPort() {
  std::tie(socket_, number_) = bound_socket(SOCK_STREAM);
}

ClosedPort::~ClosedPort() {
  close(socket_);
}

}  // namespace skitter::e2e
