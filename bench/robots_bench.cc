// A robots.txt of usual size and one of hundreds of rules: read once a host, asked once a page.

#include <benchmark/benchmark.h>

#include <string>

#include "parser/robots.h"

namespace skitter::parser {
namespace {

std::string robots_txt(int rules) {
  std::string text = "User-agent: *\nCrawl-delay: 1\n";
  for (int i = 0; i < rules; ++i) {
    const std::string number = std::to_string(i);
    text += i % 3 == 0   ? "Disallow: /private-" + number + "/\n"
            : i % 3 == 1 ? "Disallow: /*/print-" + number + "$\n"
                         : "Allow: /public-" + number + "/*.html\n";
  }
  return text + "Sitemap: https://www.example.com/sitemap.xml\n";
}

void BM_Read(benchmark::State& state) {
  const std::string text = robots_txt(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(RobotsRules(text, "skitter"));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void BM_Ask(benchmark::State& state) {
  const RobotsRules rules(robots_txt(static_cast<int>(state.range(0))), "skitter");
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        rules.verdict("/news/2024/05/a-headline-of-usual-length-for-a-page.html"));
  }
}

BENCHMARK(BM_Read)->Arg(20)->Arg(600);
BENCHMARK(BM_Ask)->Arg(20)->Arg(600);

}  // namespace
}  // namespace skitter::parser
