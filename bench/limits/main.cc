// skitter-limits: what each stage of a crawl costs at least. bench/run.py runs it and adds up.
//
//   skitter-limits fetch URLS CONCURRENCY    a file of URLs
//   skitter-limits pages FILES               a file of file names
//   skitter-limits write CRAWL.db SCRATCH.db

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>

#include "limits/limits.h"

namespace skitter::bench {
namespace {

std::vector<std::string> lines_of(const char* path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

int run(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "fetch" && argc == 4) {
    fetch_limit(lines_of(argv[2]), std::strtoul(argv[3], nullptr, 10));
  } else if (what == "pages" && argc == 3) {
    page_limits(lines_of(argv[2]));
  } else if (what == "write" && argc == 4) {
    write_limit(argv[2], argv[3]);
  } else {
    std::fputs("skitter-limits fetch URLS CONCURRENCY | pages FILES | write CRAWL.db SCRATCH.db\n",
               stderr);
    return 2;
  }
  return 0;
}

}  // namespace

void report(const char* name, double seconds, std::size_t pages) {
  std::printf("%s %.2f\n", name, seconds * 1e6 / static_cast<double>(pages == 0 ? 1 : pages));
}

void report_ratio(const char* name, double ratio) {
  std::printf("%s_ratio %.2f\n", name, ratio);
}

}  // namespace skitter::bench

int main(int argc, char** argv) {
  try {
    return skitter::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "skitter-limits: %s\n", error.what());
    return 1;
  }
}
