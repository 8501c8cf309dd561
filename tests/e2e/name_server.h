#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <thread>

namespace skitter::e2e {

// A name server on loopback that knows a few names, and of all others says that there is no such
// name.
//
// Owns:    its socket and thread.
// Errors:  throws std::system_error when it cannot listen.
// Source:  RFC 1035 §4.1.
class NameServer {
 public:
  explicit NameServer(std::map<std::string, std::string> ipv4_by_name);
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;
  ~NameServer();

  [[nodiscard]] std::string address() const;  // as --dns-servers takes it

 private:
  void serve(const std::stop_token& stop) const;
  [[nodiscard]] std::string answer(std::string_view query) const;

  std::map<std::string, std::string> ipv4_by_name_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::jthread thread_;  // last: it uses all the others
};

// A port of 127.0.0.1 at which nobody answers, as long as this lives.
class ClosedPort {
 public:
  ClosedPort();  // throws std::system_error
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  ~ClosedPort();

  [[nodiscard]] std::uint16_t number() const noexcept { return number_; }

 private:
  int socket_ = -1;
  std::uint16_t number_ = 0;
};

}  // namespace skitter::e2e
