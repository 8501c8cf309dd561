// The loop's own structures: what one page costs the frontier with few and with many hosts, and
// what the links of one page cost the seen set with few and with many URLs known, of which only the
// waits for memory differ.

#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "crawler/frontier.h"
#include "crawler/known_urls.h"

namespace skitter::crawler {
namespace {

constexpr std::size_t kLinks = 63;

// In, out, on the wire, answered, decided: one page after the other, the hosts in turn.
void BM_FrontierPage(benchmark::State& state) {
  const auto hosts = static_cast<HostId>(state.range(0));
  FrontierLimits limits;
  limits.pace.delay = milliseconds(0);
  Frontier frontier(limits);
  const SteadyTime now = SteadyTime(std::chrono::hours(1));
  for (HostId id = 1; id <= hosts; ++id) {
    frontier.add_host(id, Robots::Known);
    frontier.look_up_done(id, "", SteadyTime::max(), now);
  }
  UrlId url = 0;
  const auto push = [&](HostId host) {
    (void)frontier.push(host, Scheme::Http, {++url, 1, "http://host/section/page.html"}, now);
  };
  for (HostId id = 1; id <= hosts; ++id) push(id);
  for (auto _ : state) {
    const std::optional<Candidate> candidate = frontier.next(now);
    if (!candidate) return state.SkipWithError("no host is ready");
    frontier.start(*candidate, now);
    frontier.sent(candidate->host, now);
    frontier.finished(candidate->host, WasSent::Yes, now);
    frontier.decided(candidate->host, now);
    push(candidate->host);
  }
}

// Nine of ten links lead to what is known, as on most pages.
void BM_SeenLinks(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15u;
  KnownUrls known;
  for (std::uint64_t i = 1; i <= count; ++i) {
    KnownUrls::Row row;
    row.fingerprint = i * kSpread;
    (void)known.add(row);
  }
  std::mt19937_64 random(1);
  std::vector<std::uint64_t> links(kLinks);
  std::vector<UrlId> ids;
  std::uint64_t known_links = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kLinks; ++i) {
      links[i] = (i % 10 == 0 ? count + 1 : 1) * kSpread + (random() % count) * kSpread;
    }
    known.find_all(links, ids);
    for (const UrlId id : ids) known_links += id != 0 ? known[id].depth + 1u : 0u;
  }
  state.counters["known"] =
      static_cast<double>(known_links) / static_cast<double>(state.iterations());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kLinks));
}

BENCHMARK(BM_FrontierPage)->Arg(1)->Arg(1'000)->Arg(100'000);
BENCHMARK(BM_SeenLinks)->Arg(50'000)->Arg(500'000)->Arg(5'000'000);

}  // namespace
}  // namespace skitter::crawler
