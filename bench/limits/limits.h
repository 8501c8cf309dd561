#pragma once

#include <sys/resource.h>

#include <string>
#include <vector>

namespace skitter::bench {

// What each stage of a crawl costs at least, with nothing around it. Every function prints lines of
// the form "NAME MICROSECONDS", CPU a page.
void fetch_limit(const std::vector<std::string>& urls, std::size_t concurrency);
void page_limits(const std::vector<std::string>& files);
void write_limit(const std::string& crawl, const std::string& scratch);

// CPU seconds of this process, user and system.
[[nodiscard]] inline double cpu_seconds() {
  rusage used{};
  (void)getrusage(RUSAGE_SELF, &used);  // fails for a bad pointer only
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void report(const char* name, double seconds, std::size_t pages);
void report_ratio(const char* name, double ratio);  // "NAME_ratio NUMBER"

}  // namespace skitter::bench
