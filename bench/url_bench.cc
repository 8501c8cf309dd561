// Limits, one core: 1 M absolute and 2 M relative links a second. The lines "by standard" are what
// the same links cost without the fast path.

#include <benchmark/benchmark.h>

#include <array>
#include <string_view>

#include "parser/url.h"
#include "parser/url_internal.h"

namespace skitter::parser {
namespace {

constexpr std::array<std::string_view, 8> kAbsolute = {
    "https://www.example.com/",
    "https://en.wikipedia.org/wiki/Web_crawler",
    "https://www.example.org/news/2024/05/17/a-headline-of-usual-length-for-a-page.html",
    "http://shop.example.net:8080/catalogue/category?id=1234&sort=price&page=7",
    "https://static.example.com/assets/css/main.3f2a9c.css?v=20240517",
    "https://example.co.uk/forum/viewtopic.php?f=12&t=34567#p98765",
    "https://blog.example.com/caf%C3%A9/post-1/#comments",
    "https://sub.domain.example.com/a/b/c/d/e/f",
};
constexpr std::array<std::string_view, 8> kRelative = {
    "/",
    "/about/contact.html",
    "page2.html",
    "/news/2024/05/17/a-headline-of-usual-length-for-a-page.html",
    "?page=3&sort=asc",
    "#top",
    "catalogue/a-light-in-the-attic_1000/index.html",
    "/search?q=url+parser&lang=en",
};
constexpr std::array<std::string_view, 8> kUnusual = {
    "https://Example.COM/",
    "https://example.com/a/../b/./c",
    "https://b\xc3\xbc"
    "cher.example/stra\xc3\x9f"
    "e",
    "http://192.168.000.1/",
    "https://user:pass@example.com/",
    "http://[2001:db8::1]/index.html",
    "https://example.com/a b?c d",
    "mailto:someone@example.com",
};

using Parse = std::optional<Url> (*)(std::string_view, const Url*, std::string_view);

template <std::size_t N>
void run(benchmark::State& state, Parse parse, const std::array<std::string_view, N>& links,
         const Url* base) {
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse(links[i], base, "utf-8"));
    i = (i + 1) % N;
  }
  state.SetItemsProcessed(state.iterations());
}

const Url& base() {
  static const Url url = *parse_url("https://www.example.com/section/page.html?query=1");
  return url;
}

void BM_Absolute(benchmark::State& state) {
  run(state, parse_url, kAbsolute, nullptr);
}
void BM_AbsoluteAgainstBase(benchmark::State& state) {
  run(state, parse_url, kAbsolute, &base());
}
void BM_AbsoluteByStandard(benchmark::State& state) {
  run(state, parse_url_by_standard, kAbsolute, nullptr);
}
void BM_Relative(benchmark::State& state) {
  run(state, parse_url, kRelative, &base());
}
void BM_RelativeByStandard(benchmark::State& state) {
  run(state, parse_url_by_standard, kRelative, &base());
}
void BM_Unusual(benchmark::State& state) {
  run(state, parse_url, kUnusual, nullptr);
}

BENCHMARK(BM_Absolute);
BENCHMARK(BM_AbsoluteAgainstBase);
BENCHMARK(BM_AbsoluteByStandard);
BENCHMARK(BM_Relative);
BENCHMARK(BM_RelativeByStandard);
BENCHMARK(BM_Unusual);

}  // namespace
}  // namespace skitter::parser
