#include "tests/site/log.h"

#include <algorithm>
#include <ostream>
#include <utility>

namespace skitter::site {
namespace {

using std::chrono::duration_cast;

std::int64_t since_epoch_us(Clock::time_point time) {
  return duration_cast<microseconds>(time.time_since_epoch()).count();
}

std::size_t most_at_once(std::span<const LogEntry> entries) {
  std::vector<std::pair<Clock::time_point, int>>
      changes;  // an end sorts before a start of the same time
  for (const LogEntry& entry : entries) {
    changes.emplace_back(entry.start, +1);
    if (entry.end) changes.emplace_back(*entry.end, -1);
  }
  std::sort(changes.begin(), changes.end());
  int now = 0;
  int most = 0;
  for (const auto& [time, change] : changes) most = std::max(most, now += change);
  return static_cast<std::size_t>(most);
}

std::optional<microseconds> least_gap(std::span<const LogEntry> entries) {
  std::vector<Clock::time_point> starts;
  for (const LogEntry& entry : entries) starts.push_back(entry.start);
  std::sort(starts.begin(), starts.end());
  std::optional<microseconds> least;
  for (std::size_t i = 1; i < starts.size(); ++i) {
    const auto gap = duration_cast<microseconds>(starts[i] - starts[i - 1]);
    least = std::min(least.value_or(gap), gap);
  }
  return least;
}

}  // namespace

HostLoad load_of(std::span<const LogEntry> entries) {
  return {entries.size(), most_at_once(entries), least_gap(entries)};
}

std::map<std::string, HostLoad> load_by_host(std::span<const LogEntry> entries) {
  std::map<std::string, std::vector<LogEntry>> by_host;
  for (const LogEntry& entry : entries) by_host[entry.host].push_back(entry);
  std::map<std::string, HostLoad> loads;
  for (const auto& [host, own] : by_host) loads.emplace(host, load_of(own));
  return loads;
}

void write_tsv(std::ostream& out, std::span<const LogEntry> entries) {
  out << "host\tmethod\tpath\tstatus\tconnection\tstart_us\tend_us\n";
  for (const LogEntry& entry : entries) {
    out << entry.host << '\t' << entry.method << '\t' << entry.path << '\t' << entry.status << '\t'
        << entry.connection << '\t' << since_epoch_us(entry.start) << '\t';
    if (entry.end) out << since_epoch_us(*entry.end);
    out << '\n';
  }
}

std::size_t Log::begin(const Request& request, int status, std::uint64_t connection) {
  if (kind_ == LogKind::None) return 0;
  LogEntry entry{
      request.host, request.method, request.path, status, connection, Clock::now(), {}, {}, 0};
  if (kind_ == LogKind::RequestsAndHeaders) entry.headers = request.headers;
  const std::lock_guard lock(mutex_);
  entries_.push_back(std::move(entry));
  return entries_.size() - 1;
}

void Log::end(std::size_t index, std::uint64_t body_bytes) {
  if (kind_ == LogKind::None) return;
  const std::lock_guard lock(mutex_);
  entries_[index].end = Clock::now();
  entries_[index].body_bytes = body_bytes;
}

std::vector<LogEntry> Log::snapshot() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

}  // namespace skitter::site
