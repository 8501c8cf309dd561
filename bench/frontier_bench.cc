// The loop's own structures: what one page costs the frontier with few and with many hosts, and
// what the links of one page cost with few and with many URLs known, of which only the waits for
// memory differ: the seen set alone, and all that is done to the links.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "crawler/discovery.h"
#include "crawler/frontier.h"
#include "crawler/known_urls.h"
#include "parser/fingerprint.h"

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

constexpr bool is_new(std::size_t link) {
  return link % 10 == 0;  // nine of ten lead to what is known, as on most pages
}

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
  constexpr std::size_t kPages = 20'000;  // too many to be remembered
  std::vector<std::uint64_t> links(kPages * kLinks);
  for (std::size_t i = 0; i < links.size(); ++i) {
    links[i] = (is_new(i) ? count + 1 : 1) * kSpread + (random() % count) * kSpread;
  }
  std::vector<UrlId> ids;
  std::uint64_t known_links = 0;
  std::size_t page = 0;
  for (auto _ : state) {
    known.find_all(std::span(links).subspan(page * kLinks, kLinks), ids);
    for (const UrlId id : ids) known_links += id != 0 ? known[id].depth + 1u : 0u;
    page = (page + 1) % kPages;
  }
  state.counters["known"] =
      static_cast<double>(known_links) / static_cast<double>(state.iterations());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kLinks));
}

std::string url_of(std::uint64_t number) {
  constexpr int kHosts = 100;
  return fmt::format("http://host-{}.example/section/page-{}.html", number % kHosts, number);
}

// The links of a page are offered: those that are new are judged, let in and made rows of.
void BM_OfferLinks(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  Options options;
  options.scope = Scope::Any;
  Frontier frontier(FrontierLimits{});
  Discovery discovery(options, Admission(options), frontier);
  std::uint64_t last = 0;
  for (; last < count; ++last) {
    const std::string url = url_of(last);
    discovery.load_url(static_cast<UrlId>(last + 1), url, 0, 1, 0, Outcome::Ok, "");
  }
  std::mt19937_64 random(1);
  std::vector<std::string> urls(kLinks);
  std::vector<parser::Link> links(kLinks);
  std::vector<std::uint64_t> fingerprints(kLinks);
  const SteadyTime now = SteadyTime(std::chrono::hours(1));
  for (auto _ : state) {
    for (std::size_t i = 0; i < kLinks; ++i) {
      urls[i] = url_of(is_new(i) ? last++ : random() % count);
      links[i].url = urls[i];
      fingerprints[i] = parser::fingerprint(urls[i]);
    }
    Record record;
    const auto start = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(discovery.offer_links(record, {1, 1}, links, fingerprints, now));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    state.SetIterationTime(took.count());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kLinks));
}

BENCHMARK(BM_FrontierPage)->Arg(1)->Arg(1'000)->Arg(100'000);
BENCHMARK(BM_SeenLinks)->Arg(50'000)->Arg(500'000)->Arg(5'000'000);
// So many pages that the few known URLs stay few: 3,000 bring 21,000.
BENCHMARK(BM_OfferLinks)->Arg(50'000)->Arg(5'000'000)->Iterations(3'000)->UseManualTime();

}  // namespace
}  // namespace skitter::crawler
