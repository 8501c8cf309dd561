// ns per node (elements and texts) of a page like a product list: ten usual selectors, beside the
// walk of the tree that every one of them rests on, and gumbo's own work.

#include <benchmark/benchmark.h>
#include <gumbo.h>

#include <string>
#include <vector>

#include "parser/arena.h"
#include "parser/html.h"
#include "parser/selector.h"
#include "parser/tree.h"

namespace skitter::parser {
namespace {

constexpr const char* kSelectors[] = {
    "a",
    ".price_color",
    "#item-150",
    "a[href]",
    "article.product_pod h3 > a",
    "ul.tags li:nth-child(2n+1)",
    "a[href^='/catalogue/'][title*=light i]",
    "article:has(.instock) .price_color",
    "li:not(.last):not(:first-child), h3 a",
    "div section article:nth-last-child(3) ~ article p + p",
};

std::string make_page() {
  std::string html =
      "<!doctype html><html lang=en><head><title>List</title></head><body><div id=page><section>";
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    html += "<article class='product_pod' id='item-" + n + "'><div class='image_container'>" +
            "<a href='/catalogue/" + n + "/index.html' title='A light " + n + "'><img src='" + n +
            ".jpg' alt='thing' class='thumbnail'></a></div>\n<h3><a href='/p/" + n + "'>Thing " +
            n + "</a></h3>\n<p class='price_color'>&pound;" + n + ".50</p><p class='availability " +
            (i % 3 == 0 ? "instock" : "out") +
            "'><i class='icon'></i> text </p>\n<ul class='tags'><li>one</li><li>two</li>" +
            "<li class='last'>three</li></ul></article>\n";
  }
  return html + "</section></div></body></html>";
}

struct BenchPage {
  BenchPage() : html(make_page()), output(build_tree(html, arena, ParseBudget{})), tree(*output) {}

  std::string html;
  Arena arena;
  const GumboInternalOutput* output;
  ElementTree tree;
};

BenchPage& page() {
  static BenchPage shared;
  return shared;
}

std::int64_t walk(const GumboNode& document) {
  std::int64_t nodes = 0;
  std::vector<std::pair<const GumboVector*, unsigned>> stack{{&document.v.document.children, 0}};
  while (!stack.empty()) {
    auto& [children, next] = stack.back();
    if (next == children->length) {
      stack.pop_back();
      continue;
    }
    const auto& node = *static_cast<const GumboNode*>(children->data[next++]);
    ++nodes;
    if (node.type == GUMBO_NODE_ELEMENT) stack.emplace_back(&node.v.element.children, 0);
  }
  return nodes;
}

void count_nodes(benchmark::State& state) {
  const auto nodes = static_cast<double>(walk(*page().output->document));
  state.counters["per_node"] = benchmark::Counter(
      nodes, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void BM_TreeWalk(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(walk(*page().output->document));
  count_nodes(state);
}

void BM_ElementTree(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ElementTree(*page().output).size());
  count_nodes(state);
}

void BM_Gumbo(benchmark::State& state) {
  Arena arena;
  for (auto _ : state) {
    benchmark::DoNotOptimize(build_tree(page().html, arena, ParseBudget{}));
    arena.reset();
  }
  count_nodes(state);
}

void BM_Select(benchmark::State& state) {
  const char* const text = kSelectors[state.range(0)];
  std::string why_not;
  const auto selector = parse_selector(text, why_not);
  std::size_t found = 0;
  for (auto _ : state) {
    StepBudget budget;
    found = Matcher(*selector, page().tree, budget).select().size();
    benchmark::DoNotOptimize(found);
  }
  state.SetLabel(std::string(text) + " -> " + std::to_string(found));
  count_nodes(state);
}

void BM_Compile(benchmark::State& state) {
  std::string why_not;
  for (auto _ : state) benchmark::DoNotOptimize(parse_selector(kSelectors[9], why_not));
}

BENCHMARK(BM_TreeWalk);
BENCHMARK(BM_ElementTree);
BENCHMARK(BM_Gumbo);
BENCHMARK(BM_Select)->DenseRange(0, 9);
BENCHMARK(BM_Compile);

}  // namespace
}  // namespace skitter::parser
