#include "parser/parsed_html.h"

#include <algorithm>
#include <optional>

#include "parser/arena.h"
#include "parser/charset.h"
#include "parser/element_value.h"
#include "parser/extract.h"
#include "parser/main_text.h"
#include "parser/markdown.h"
#include "parser/tree.h"

namespace skitter::parser {

struct ParsedHtml::Tree {
  std::string storage;  // what the tree was built of, where the text was no UTF-8
  Arena arena;
  const GumboInternalOutput* output = nullptr;  // lives in the arena
  std::optional<ElementTree> elements;
};

ParsedHtml::ParsedHtml(std::string_view html) : html_(html), tree_(std::make_unique<Tree>()) {
  const std::string_view text = to_utf8(html_, "utf-8", tree_->storage);
  tree_->output = build_tree(text, tree_->arena, ParseBudget{});
  if (tree_->output != nullptr) tree_->elements.emplace(*tree_->output);
}

ParsedHtml::~ParsedHtml() = default;

std::vector<std::string> ParsedHtml::values(const Selector& selector, std::size_t limit) const {
  std::vector<std::string> values;
  if (!tree_->elements) return values;
  const ElementTree& tree = *tree_->elements;
  StepBudget budget;
  std::size_t bytes_left = kMaxItemBytes;
  for (const Matcher::Match& match : Matcher(selector, tree, budget).select()) {
    if (values.size() >= limit || budget.is_over() || bytes_left == 0) break;
    budget.take(tree[match.element].end - match.element);
    auto value = value_of(tree, match, Spacing::Collapse, bytes_left);
    if (!value) continue;
    bytes_left -= std::min(bytes_left, value->size() + sizeof(std::string));
    values.push_back(std::move(*value));
  }
  return values;
}

std::string ParsedHtml::markdown(const Url* base) const {
  return tree_->output == nullptr ? std::string() : to_markdown(*tree_->output, base);
}

std::string ParsedHtml::main_text() const {
  return tree_->output == nullptr ? std::string() : parser::main_text(*tree_->output);
}

}  // namespace skitter::parser
