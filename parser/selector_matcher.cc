#include <gumbo.h>
#include <string.h>  // memmem

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "parser/ascii.h"
#include "parser/html_space.h"
#include "parser/selector.h"
#include "parser/selector_program.h"
#include "parser/selector_state.h"

namespace skitter::parser {
namespace selector {
namespace {

// Values are charged by their length: a page may hold a megabyte in one attribute.
constexpr std::size_t kBytesAStep = 32;

enum class Case : std::uint8_t { Respect, Ignore };

bool equals(std::string_view a, std::string_view b, Case rule) noexcept {
  return rule == Case::Ignore ? ascii::equals_ignore_case(a, b) : a == b;
}

bool has_token(std::string_view tokens, std::string_view wanted, Case rule) noexcept {
  for (auto token = take_token(tokens); !token.empty(); token = take_token(tokens)) {
    if (equals(token, wanted, rule)) return true;
  }
  return false;
}

// memmem() is linear where a naive search takes the product of both lengths.
bool contains(std::string_view text, std::string_view wanted, Case rule) {
  if (rule == Case::Ignore) {
    return contains(ascii::lower(text), ascii::lower(wanted), Case::Respect);
  }
  return ::memmem(text.data(), text.size(), wanted.data(), wanted.size()) != nullptr;
}

bool value_matches(const AttributeTest& test, std::string_view value, Case rule) {
  const std::string_view wanted = test.value;
  switch (test.match) {
    case AttributeMatch::Exists:
      return true;
    case AttributeMatch::Equals:
      return equals(value, wanted, rule);
    case AttributeMatch::Includes:
      return has_token(value, wanted, rule);
    case AttributeMatch::Dash:
      return equals(value.substr(0, wanted.size()), wanted, rule) &&
             (value.size() == wanted.size() || value[wanted.size()] == '-');
    case AttributeMatch::Prefix:
      return !wanted.empty() && equals(value.substr(0, wanted.size()), wanted, rule);
    case AttributeMatch::Suffix:
      return !wanted.empty() && value.size() >= wanted.size() &&
             equals(value.substr(value.size() - wanted.size()), wanted, rule);
    case AttributeMatch::Substring:
      return !wanted.empty() && contains(value, wanted, rule);
  }
  return false;
}

bool is_at(const NthTest& test, std::uint32_t position) noexcept {
  if (position == 0) return false;
  const std::int64_t distance = std::int64_t{position} - test.offset;
  if (test.step == 0) return distance == 0;
  return distance % test.step == 0 && distance / test.step >= 0;
}

bool is_empty(const GumboNode& node) noexcept {
  if (node.type == GUMBO_NODE_TEMPLATE) return true;
  const GumboVector& children = node.v.element.children;
  for (unsigned i = 0; i < children.length; ++i) {
    if (static_cast<const GumboNode*>(children.data[i])->type != GUMBO_NODE_COMMENT) return false;
  }
  return true;
}

// What is known of an element and a compound (with all that stands left of it).
constexpr std::uint8_t kHitKnown = 1;
constexpr std::uint8_t kHit = 2;
constexpr std::uint8_t kAnyKnown = 4;  // of it and its ancestors, or its earlier siblings
constexpr std::uint8_t kAny = 8;

}  // namespace

// The search for one selector in one tree: what a Matcher is made of.
class Search {
 public:
  using Match = Matcher::Match;

  Search(const Selector& selector, const ElementTree& tree, StepBudget& budget)
      : selector_(selector),
        program_(selector_.program()),
        tree_(tree),
        budget_(budget),
        state_(tree),
        memory_(program_.compounds.size()),
        has_(program_.lists.size()),
        positions_(program_.nths.size()) {}

  std::vector<Match> select(ElementId scope, std::size_t limit) {
    enter(scope);
    std::vector<Match> found;
    ElementId id = scope == kNoElement ? 0 : scope;
    const ElementId end = scope == kNoElement ? tree_.size() : tree_[scope].end;
    for (; id < end && found.size() < limit; ++id) {
      for (const std::uint32_t complex : program_.lists[0]) {
        if (!matches(program_.complexes[complex].first_compound, id)) continue;
        if (budget_.is_over()) return found;  // a :not() of what was not tested any more
        const Selector::Value& value = program_.complexes[complex].value;
        if (value.kind == ValueKind::None) continue;
        found.push_back({id, &value});
        break;
      }
    }
    return found;
  }

 private:
  using Marks = std::vector<std::uint8_t>;
  enum class Link : std::uint8_t { Parent, Previous };

  void enter(ElementId scope);
  [[nodiscard]] bool matches(std::uint32_t compound, ElementId id);
  [[nodiscard]] bool matches_left(std::uint32_t compound, ElementId id);
  [[nodiscard]] bool remembered(std::uint32_t compound, ElementId id);
  [[nodiscard]] bool any_along(Link link, std::uint32_t compound, ElementId start);
  [[nodiscard]] bool passes(const Compound& compound, ElementId id);
  [[nodiscard]] bool passes(const Test& test, ElementId id);
  [[nodiscard]] bool is_of_type(const TypeTest& test, ElementId id) const;
  [[nodiscard]] bool has_attribute(const AttributeTest& test, ElementId id);
  [[nodiscard]] bool matches_any(std::uint32_t list, ElementId id);
  [[nodiscard]] bool has_relative(std::uint32_t list, ElementId id);
  void mark_anchors(const Complex& complex, Marks& anchors);
  [[nodiscard]] Marks lead_back(const Marks& marks, Combinator combinator) const;
  [[nodiscard]] bool is_nth(std::uint32_t nth, ElementId id);
  void count_positions(const NthTest& test, std::vector<std::uint32_t>& positions);
  void name_types();

  [[nodiscard]] ElementId along(Link link, ElementId id) const noexcept {
    return link == Link::Parent ? tree_[id].parent : tree_[id].prev;
  }
  [[nodiscard]] Case own_case() const noexcept {
    return tree_.is_quirky() ? Case::Ignore : Case::Respect;
  }

  const Selector selector_;  // keeps the program
  const Program& program_;
  const ElementTree& tree_;
  StepBudget& budget_;
  ElementState state_;
  ElementId scope_ = kNoElement;
  std::vector<Marks> memory_;                          // by compound; empty until it is needed
  std::vector<Marks> has_;                             // by list
  std::vector<std::vector<std::uint32_t>> positions_;  // by nth test; 0: does not count
  std::vector<std::uint32_t> type_numbers_;            // equal for equal types
  std::uint32_t type_count_ = 0;
};

// What was found out holds for every scope, but where the selector asks for it.
void Search::enter(ElementId scope) {
  if (scope == scope_) return;
  scope_ = scope;
  if (!program_.uses_scope) return;
  budget_.take(tree_.size() / 8);
  for (Marks& marks : memory_) marks.clear();
  for (Marks& marks : has_) marks.clear();
  for (auto& positions : positions_) positions.clear();
}

bool Search::matches(std::uint32_t compound, ElementId id) {
  return passes(program_.compounds[compound], id) && matches_left(compound, id);
}

bool Search::matches_left(std::uint32_t compound, ElementId id) {
  const auto near = [&](ElementId other) {
    return other != kNoElement && remembered(compound + 1, other);
  };
  switch (program_.compounds[compound].to_left) {
    case Combinator::None:
      return true;
    case Combinator::Child:
      return near(tree_[id].parent);
    case Combinator::NextSibling:
      return near(tree_[id].prev);
    case Combinator::Descendant:
      return any_along(Link::Parent, compound + 1, tree_[id].parent);
    case Combinator::LaterSibling:
      return any_along(Link::Previous, compound + 1, tree_[id].prev);
  }
  return false;
}

bool Search::remembered(std::uint32_t compound, ElementId id) {
  Marks& marks = memory_[compound];
  if (marks.empty()) marks.resize(tree_.size());
  if ((marks[id] & kHitKnown) == 0) {
    const std::uint8_t found = matches(compound, id) ? kHitKnown | kHit : kHitKnown;
    marks[id] |= found;
  }
  return (marks[id] & kHit) != 0;
}

bool Search::any_along(Link link, std::uint32_t compound, ElementId start) {
  Marks& marks = memory_[compound];
  if (marks.empty()) marks.resize(tree_.size());
  bool found = false;
  ElementId id = start;
  for (; id != kNoElement; id = along(link, id)) {
    if ((marks[id] & kAnyKnown) != 0) {
      found = (marks[id] & kAny) != 0;
      break;
    }
    if (remembered(compound, id)) {
      found = true;
      marks[id] |= kAnyKnown | kAny;
      break;
    }
  }
  const std::uint8_t known = found ? kAnyKnown | kAny : kAnyKnown;
  for (ElementId passed = start; passed != id; passed = along(link, passed)) marks[passed] |= known;
  return found;
}

bool Search::passes(const Compound& compound, ElementId id) {
  budget_.take(1);
  if (budget_.is_over()) return false;
  const Test* const tests = program_.tests.data() + compound.first_test;
  for (std::uint32_t i = 0; i < compound.test_count; ++i) {
    if (!passes(tests[i], id)) return false;
  }
  return true;
}

bool Search::passes(const Test& test, ElementId id) {
  const ElementTree::Element& element = tree_[id];
  switch (test.kind) {
    case TestKind::Never:
      return false;
    case TestKind::Type:
      return is_of_type(program_.types[test.index], id);
    case TestKind::Id:
      return element.id != nullptr && equals(element.id, program_.names[test.index], own_case());
    case TestKind::Class:
      return element.class_names != nullptr &&
             has_token(element.class_names, program_.names[test.index], own_case());
    case TestKind::Attribute:
      return has_attribute(program_.attributes[test.index], id);
    case TestKind::Nth:
      return is_nth(test.index, id);
    case TestKind::Is:
      return matches_any(test.index, id);
    case TestKind::Not:
      return !matches_any(test.index, id);
    case TestKind::Has:
      return has_relative(test.index, id);
    case TestKind::Lang:
      return state_.speaks(program_.languages[test.index], id);
    case TestKind::Root:
      return element.parent == kNoElement;
    case TestKind::Scope:
      return scope_ == kNoElement ? element.parent == kNoElement : id == scope_;
    case TestKind::Empty:
      return is_empty(*element.node);
    case TestKind::OnlyChild:
      return element.prev == kNoElement && tree_.next_sibling(id) == kNoElement;
    case TestKind::Link:
    case TestKind::Checked:
    case TestKind::Enabled:
    case TestKind::Disabled:
    case TestKind::Required:
    case TestKind::Optional:
    case TestKind::ReadOnly:
    case TestKind::ReadWrite:
    case TestKind::PlaceholderShown:
    case TestKind::Defined:
      return state_.holds(test.kind, id);
  }
  return false;
}

bool Search::is_of_type(const TypeTest& test, ElementId id) const {
  const ElementTree::Element& element = tree_[id];
  if (element.space != ElementTree::Namespace::Html) return tree_.name(id) == test.written;
  if (element.tag != test.tag) return false;
  return test.tag != GUMBO_TAG_UNKNOWN || tree_.name(id) == test.lower;
}

bool Search::has_attribute(const AttributeTest& test, ElementId id) {
  const bool is_html = tree_[id].space == ElementTree::Namespace::Html;
  const std::string& name = is_html ? test.lower : test.written;
  const bool is_caseless = test.rule == CaseRule::Ignore ||
                           (test.rule == CaseRule::ByDocument && test.is_listed && is_html);
  const GumboVector& attributes = tree_[id].node->v.element.attributes;
  for (unsigned i = 0; i < attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(attributes.data[i]);
    if (name != attribute.name) continue;
    if (!test.any_namespace && attribute.attr_namespace != GUMBO_ATTR_NAMESPACE_NONE) continue;
    const std::string_view value(attribute.value);
    budget_.take(value.size() / kBytesAStep);
    if (value_matches(test, value, is_caseless ? Case::Ignore : Case::Respect)) return true;
  }
  return false;
}

bool Search::matches_any(std::uint32_t list, ElementId id) {
  const auto& complexes = program_.lists[list];
  return std::any_of(complexes.begin(), complexes.end(), [&](std::uint32_t complex) {
    return matches(program_.complexes[complex].first_compound, id);
  });
}

bool Search::has_relative(std::uint32_t list, ElementId id) {
  if (has_[list].empty()) {
    Marks anchors(tree_.size());
    for (const std::uint32_t complex : program_.lists[list]) {
      mark_anchors(program_.complexes[complex], anchors);
    }
    has_[list] = std::move(anchors);
  }
  return has_[list][id] != 0;
}

// From the elements of the last compound back to those that have them, for the whole tree at once.
void Search::mark_anchors(const Complex& complex, Marks& anchors) {
  const std::uint32_t last = complex.first_compound + complex.compound_count;
  Marks marks(tree_.size(), 1);
  for (std::uint32_t i = complex.first_compound; i < last; ++i) {
    const Compound& compound = program_.compounds[i];
    for (ElementId id = 0; id < tree_.size(); ++id) {
      if (marks[id] != 0) marks[id] = passes(compound, id);
    }
    marks = lead_back(marks, i + 1 == last ? complex.to_anchor : compound.to_left);
  }
  for (ElementId id = 0; id < tree_.size(); ++id) anchors[id] |= marks[id];
}

// The elements from which the combinator leads to a marked one.
Search::Marks Search::lead_back(const Marks& marks, Combinator combinator) const {
  Marks from(tree_.size());
  const auto mark = [&from](ElementId id) {
    if (id != kNoElement) from[id] = 1;
  };
  ElementId nearest = kNoElement;  // the first marked one behind `id` in document order
  for (ElementId id = tree_.size(); id-- > 0;) {
    switch (combinator) {
      case Combinator::None:
        break;
      case Combinator::Descendant:
        if (nearest < tree_[id].end) from[id] = 1;
        break;
      case Combinator::Child:
        if (marks[id] != 0) mark(tree_[id].parent);
        break;
      case Combinator::NextSibling:
        if (marks[id] != 0) mark(tree_[id].prev);
        break;
      case Combinator::LaterSibling:  // what an element has, its earlier sibling has too
        if (marks[id] != 0 || from[id] != 0) mark(tree_[id].prev);
        break;
    }
    if (marks[id] != 0) nearest = id;
  }
  return from;
}

bool Search::is_nth(std::uint32_t nth, ElementId id) {
  const NthTest& test = program_.nths[nth];
  const bool counts_all = !test.of_type && test.list < 0;
  if (counts_all && !test.from_end) return is_at(test, tree_[id].child_index);
  if (counts_all && test.step == 0 && test.offset == 1) {
    return tree_.next_sibling(id) == kNoElement;
  }
  std::vector<std::uint32_t>& positions = positions_[nth];
  if (positions.empty()) {
    // Filled apart: the list of an "of S" may be on its way to this very table's neighbours.
    std::vector<std::uint32_t> filled(tree_.size());
    count_positions(test, filled);
    positions_[nth] = std::move(filled);
  }
  return is_at(test, positions_[nth][id]);
}

void Search::count_positions(const NthTest& test, std::vector<std::uint32_t>& positions) {
  if (test.of_type) name_types();
  std::vector<std::uint32_t> counts(type_count_ + 1);
  std::vector<ElementId> siblings;
  const auto count = [&](ElementId first) {
    siblings.clear();
    for (ElementId id = first; id != kNoElement; id = tree_.next_sibling(id))
      siblings.push_back(id);
    if (test.from_end) std::reverse(siblings.begin(), siblings.end());
    const auto number = [&](ElementId id) { return test.of_type ? type_numbers_[id] : 0; };
    for (const ElementId id : siblings) {
      if (test.list >= 0 && !matches_any(static_cast<std::uint32_t>(test.list), id)) continue;
      positions[id] = ++counts[number(id)];
    }
    for (const ElementId id : siblings) counts[number(id)] = 0;
  };
  if (tree_.size() > 0) count(0);
  for (ElementId id = 0; id < tree_.size(); ++id) {
    if (tree_.first_child(id) != kNoElement) count(tree_.first_child(id));
  }
}

void Search::name_types() {
  if (!type_numbers_.empty()) return;
  type_numbers_.resize(tree_.size());
  std::unordered_map<std::string, std::uint32_t> others;
  constexpr std::uint32_t kKnown = GUMBO_TAG_LAST + 1;
  type_count_ = kKnown;
  for (ElementId id = 0; id < tree_.size(); ++id) {
    const ElementTree::Element& element = tree_[id];
    if (element.space == ElementTree::Namespace::Html && element.tag != GUMBO_TAG_UNKNOWN) {
      type_numbers_[id] = element.tag;
      continue;
    }
    std::string key = tree_.name(id) + '/' + std::to_string(static_cast<int>(element.space));
    const auto [place, is_new] = others.try_emplace(std::move(key), type_count_);
    if (is_new) ++type_count_;
    type_numbers_[id] = place->second;
  }
}

}  // namespace selector

struct Matcher::Impl {
  selector::Search search;
};

Matcher::Matcher(const Selector& selector, const ElementTree& tree, StepBudget& budget)
    : impl_(new Impl{{selector, tree, budget}}) {}
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;
Matcher::~Matcher() = default;

std::vector<Matcher::Match> Matcher::select(ElementId scope, std::size_t limit) {
  return impl_->search.select(scope, limit);
}

}  // namespace skitter::parser
