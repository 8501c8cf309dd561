// What one page costs the writer: 20,000 pages, each with 5 KB of text, a 13 KB body, 63 links and
// one newly discovered URL; `state.range(0)` is 1 where the pages come in a shuffled order.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "storage/writer.h"

namespace {

using namespace skitter;

constexpr std::uint32_t kPages = 20'000;
constexpr std::uint32_t kLinks = 63;

std::string random_bytes(std::mt19937& random, std::size_t size) {
  std::uniform_int_distribution<int> letter('a', 'z');
  std::string bytes(size, ' ');
  for (char& c : bytes) c = static_cast<char>(letter(random));
  return bytes;
}

std::string url_of(std::uint32_t id) {
  return "http://127.0.0.1:8080/section-" + std::to_string(id % 97) + "/page-" +
         std::to_string(id) + ".html";
}

storage::Record seeds() {
  storage::Record record;
  record.hosts.push_back({1, "127.0.0.1:8080"});
  for (std::uint32_t id = 1; id <= kPages; ++id) {
    record.discovered.push_back({.id = id, .url = url_of(id), .host = 1, .detail = {}});
  }
  return record;
}

storage::Record page_of(std::uint32_t id, std::mt19937& random, const std::string& text,
                        const std::string& body) {
  storage::Record record;
  record.url = id;
  record.outcome = storage::Outcome::Ok;
  storage::PageRow& page = record.page.emplace();
  page.status = 200;
  page.content_type = "text/html; charset=utf-8";
  page.bytes = 44'000;
  page.fetched_at_ms = 1'700'000'000'000 + id;
  page.elapsed_ms = 3;
  page.page.title = "Page " + std::to_string(id);
  page.page.charset = "utf-8";
  page.page.text = text;
  page.content_hash = id * 0x9e3779b97f4a7c15u;
  page.body = body;
  std::uniform_int_distribution<std::uint32_t> target(1, kPages);
  for (std::uint32_t i = 0; i < kLinks; ++i) {
    record.links.push_back({.target = target(random), .rel = {}, .anchor = "a few words"});
  }
  record.discovered.push_back(
      {.id = kPages + id, .url = url_of(kPages + id), .host = 1, .referrer = id, .detail = {}});
  return record;
}

void push(storage::Writer& writer, storage::WriteOp op) {
  while (!writer.try_push(std::move(op))) std::this_thread::yield();
}

void write_pages(benchmark::State& state) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "writer_bench.db";
  std::mt19937 random(1);
  const std::string text = random_bytes(random, 5'000);
  const std::string body = random_bytes(random, 13'000);
  std::vector<std::uint32_t> order(kPages);
  std::iota(order.begin(), order.end(), 1u);
  if (state.range(0) == 1) std::shuffle(order.begin(), order.end(), random);
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<storage::Record> records;
    for (const std::uint32_t id : order) records.push_back(page_of(id, random, text, body));
    storage::Database database(path.string(), storage::Start::Fresh, storage::Durability::Process);
    storage::Writer writer(std::move(database), {.queue_capacity = 2 * kPages}, [](auto&&) {});
    state.ResumeTiming();
    push(writer, seeds());
    for (storage::Record& record : records) push(writer, std::move(record));
    benchmark::DoNotOptimize(writer.finish());
  }
  state.counters["us_a_page"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kPages / 1e6,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["bytes_a_page"] = static_cast<double>(std::filesystem::file_size(path)) / kPages;
  std::filesystem::remove(path);
}
BENCHMARK(write_pages)->Arg(0)->Arg(1)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
