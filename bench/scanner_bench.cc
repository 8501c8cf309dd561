// The scanner over Debian's cppreference, and beside it what it replaces.

#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "parser/arena.h"
#include "parser/html.h"
#include "parser/simhash.h"

namespace skitter::parser {
namespace {

namespace fs = std::filesystem;

// Up to kPages pages, or generated ones where the documentation is not installed.
std::vector<std::string> read_pages() {
  constexpr std::size_t kPages = 1'000;
  const fs::path folder = "/usr/share/cppreference/doc/html/en";
  std::vector<std::string> pages;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (pages.size() == kPages || entry.path().extension() != ".html") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      pages.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return pages;
  }
  std::string page = "<!DOCTYPE html><title>A page</title>";
  for (int i = 0; i < 60; ++i) {
    page += "<div class=\"row\"><p>Some words that are read, and <a href=\"/page/" +
            std::to_string(i) + ".html\">a link</a> with <b>more</b> behind it.</p></div>\n";
  }
  pages.push_back(page);
  return pages;
}

const std::vector<std::string>& pages() {
  static const std::vector<std::string> kPages = read_pages();
  return kPages;
}

Document document_of(const std::string& page, PageText text) {
  static const auto url = parse_url("http://h.example/w/en/page.html");
  Document document;
  document.bytes = page;
  document.url = &*url;
  document.content_type = "text/html; charset=utf-8";
  document.text = text;
  return document;
}

template <typename Parse>
void measure(benchmark::State& state, PageText text, Parse parse) {
  Arena arena;
  std::int64_t bytes = 0;
  std::size_t next = 0;
  for (auto _ : state) {
    const std::string& page = pages()[next++ % pages().size()];
    benchmark::DoNotOptimize(parse(document_of(page, text), arena));
    bytes += static_cast<std::int64_t>(page.size());
  }
  state.SetBytesProcessed(bytes);
}

void scan_links(benchmark::State& state) {
  measure(state, PageText::Skip, scan_page);
}
BENCHMARK(scan_links);

void scan_text(benchmark::State& state) {
  measure(state, PageText::Keep, scan_page);
}
BENCHMARK(scan_text);

// Beside scan_text, what the worker adds to it: bytes are those of the HTML.
void scan_text_and_simhash(benchmark::State& state) {
  measure(state, PageText::Keep, [](const Document& document, Arena& arena) {
    return simhash(scan_page(document, arena).text);
  });
}
BENCHMARK(scan_text_and_simhash);

void tree(benchmark::State& state) {
  measure(state, PageText::Keep,
          [](const Document& document, Arena& arena) { return parse_page(document, arena, {}); });
}
BENCHMARK(tree);

}  // namespace
}  // namespace skitter::parser
