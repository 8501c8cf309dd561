#include "tests/site/server.h"

#include <netinet/in.h>

#include <utility>

namespace skitter::site {
namespace {

constexpr int kBacklog = 4096;
constexpr int kPortTries = 20;  // a port that is free for IPv4 may be taken for IPv6

const sockaddr* as_address(const auto& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

int bind_v4(uv_tcp_t* socket, std::uint16_t port) {
  sockaddr_in address{};
  if (const int status = uv_ip4_addr("127.0.0.1", port, &address); status != 0) return status;
  return uv_tcp_bind(socket, as_address(address), 0);
}

int bind_v6(uv_tcp_t* socket, std::uint16_t port) {
  sockaddr_in6 address{};
  if (const int status = uv_ip6_addr("::1", port, &address); status != 0) return status;
  return uv_tcp_bind(socket, as_address(address), UV_TCP_IPV6ONLY);
}

std::uint16_t port_of(const uv_tcp_t* socket) {
  sockaddr_in address{};
  int length = sizeof address;
  const int status = uv_tcp_getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
  if (status != 0) throw crawler::LoopError("port of the test site", status);
  return ntohs(address.sin_port);
}

// libuv reports a port in use by listen(), not by bind().
int start_listening(uv_tcp_t* socket, uv_connection_cb on_client) {
  return uv_listen(reinterpret_cast<uv_stream_t*>(socket), kBacklog, on_client);
}

}  // namespace

Server::Server(std::uint16_t port, Answerer answer, Log& log)
    : answer_(std::move(answer)),
      log_(log),
      stop_(crawler::make_uv<uv_async_t>(loop_.get(), uv_async_init, "stop of the test site", this,
                                         &Server::on_stop)) {
  listen(port);
}

Server::~Server() = default;

void Server::listen(std::uint16_t port) {
  for (int tries = 0;; ++tries) {
    listener_v4_ = crawler::make_uv<uv_tcp_t>(loop_.get(), uv_tcp_init, "IPv4 socket", this);
    listener_v6_ = crawler::make_uv<uv_tcp_t>(loop_.get(), uv_tcp_init, "IPv6 socket", this);
    int status = bind_v4(listener_v4_.get(), port);
    if (status == 0) status = start_listening(listener_v4_.get(), &Server::on_client);
    if (status != 0) throw crawler::LoopError("cannot listen on 127.0.0.1", status);
    port_ = port_of(listener_v4_.get());

    status = bind_v6(listener_v6_.get(), port_);
    if (status == 0) status = start_listening(listener_v6_.get(), &Server::on_client);
    if (status == 0) return;
    if (status == UV_EADDRINUSE && port == 0 && tries < kPortTries) continue;
    if (status == UV_EADDRINUSE) throw crawler::LoopError("cannot listen on [::1]", status);
    listener_v6_.reset();
    return;
  }
}

uv_buf_t Server::read_buffer() noexcept {
  return uv_buf_init(buffer_.data(), static_cast<unsigned>(buffer_.size()));
}

void Server::on_stop(uv_async_t* async) noexcept {
  static_cast<Server*>(async->data)->loop_.stop();
}

void Server::on_client(uv_stream_t* listener, int status) noexcept {
  if (status == 0) static_cast<Server*>(listener->data)->accept(listener);
}

void Server::accept(uv_stream_t* listener) {
  auto connection = std::make_unique<Connection>(*this, ++accepted_);
  if (connection->accept(listener)) connections_.emplace(accepted_, std::move(connection));
}

}  // namespace skitter::site
