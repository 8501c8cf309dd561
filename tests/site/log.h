#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/site/answer.h"

namespace skitter::site {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

// One request that the site has seen.
struct LogEntry {
  std::string host;
  std::string method;
  std::string path;  // with the query
  int status = 0;
  std::uint64_t connection = 0;  // counts from 1, in the order of accepting
  Clock::time_point start;       // its head was there
  std::optional<Clock::time_point>
      end;                       // its last byte was handed to the kernel, or its connection closed
  Headers headers;               // where the site keeps them
  std::uint64_t body_bytes = 0;  // of the answer, handed to the kernel by its end
};

// What a host had to bear.
struct HostLoad {
  std::size_t requests = 0;
  std::size_t most_at_once = 0;
  std::optional<microseconds>
      least_gap;  // between the starts of two; empty where there was one request
};

// An entry without an end counts as lasting for ever.
[[nodiscard]] std::map<std::string, HostLoad> load_by_host(std::span<const LogEntry> entries);
[[nodiscard]] HostLoad load_of(std::span<const LogEntry> entries);

// A line of names, then host, method, path, status, connection, start_us and end_us of each
// request, parted by tabs. Times are of the steady clock; end_us is empty for a request under way.
void write_tsv(std::ostream& out, std::span<const LogEntry> entries);

enum class LogKind { None, Requests, RequestsAndHeaders };

// All requests in order of their starts.
//
// Thread:  any.
class Log {
 public:
  explicit Log(LogKind kind) : kind_(kind) {}

  [[nodiscard]] std::size_t begin(const Request& request, int status, std::uint64_t connection);
  void end(std::size_t index, std::uint64_t body_bytes);  // `index`: what begin() gave
  [[nodiscard]] std::vector<LogEntry> snapshot() const;

 private:
  const LogKind kind_;
  mutable std::mutex mutex_;
  std::vector<LogEntry> entries_;
};

}  // namespace skitter::site
