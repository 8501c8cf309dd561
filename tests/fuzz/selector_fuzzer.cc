// Input: a selector, a line break, a page. What must hold whatever they are:
//   - a selector is refused with a reason, or matches within its budget;
//   - what it matches lies in document order, and in the scope where there is one;
//   - a second matcher, which remembers nothing of the first, finds the same.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "parser/arena.h"
#include "parser/charset.h"
#include "parser/html.h"
#include "parser/selector.h"
#include "parser/tree.h"

namespace skitter::parser {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void check(const Selector& selector, const ElementTree& tree) {
  constexpr std::uint64_t kSteps = 20'000'000;
  StepBudget budget{kSteps};
  Matcher matcher(selector, tree, budget);
  const auto whole = matcher.select();
  const auto same = [](const Matcher::Match& a, const Matcher::Match& b) {
    return a.element == b.element && a.value == b.value;
  };
  for (std::size_t i = 1; i < whole.size(); ++i) {
    require(whole[i - 1].element < whole[i].element, "not in document order");
  }
  if (budget.is_over()) return;
  const ElementId scope = tree.size() / 2;
  const auto scoped = matcher.select(scope);
  for (const Matcher::Match& match : scoped) {
    require(match.element >= scope && match.element < tree[scope].end, "outside the scope");
  }
  StepBudget other_budget{kSteps};
  Matcher other(selector, tree, other_budget);
  const auto again = other.select(scope);
  if (budget.is_over() || other_budget.is_over()) return;
  require(std::equal(scoped.begin(), scoped.end(), again.begin(), again.end(), same),
          "what was remembered is wrong");
}

}  // namespace
}  // namespace skitter::parser

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skitter::parser;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), input.size());
  std::string why_not;
  const auto selector = parse_selector(input.substr(0, line), why_not);
  require(selector.has_value() == why_not.empty(), "refused without a reason");
  if (!selector || line == input.size()) return 0;
  std::string storage;
  const std::string_view html = to_utf8(input.substr(line + 1), "utf-8", storage);
  static Arena arena;
  ParseBudget budget;
  budget.memory_bytes = 32u << 20;
  const auto* const output = build_tree(html, arena, budget);
  if (output == nullptr) return 0;
  check(*selector, ElementTree(*output));
  arena.reset();
  return 0;
}
