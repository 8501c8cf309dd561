#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/element_tree.h"

namespace skitter::parser {

namespace selector {
struct Program;
}

// What a selector takes of the elements it finds.
enum class ValueKind : std::uint8_t {
  Element,    // no pseudo-element: all text of the element
  Text,       // ::text, the text that is its own child
  Attribute,  // ::attr(name)
  Html,       // ::html, the element's markup
  None,       // ::before and the like: nothing that is in the page
};

// A compiled CSS selector. Copies share what was compiled.
//
// Selectors Level 4 as a browser's querySelectorAll() reads them, for a page that nobody has
// touched: :hover, :visited, :target and their like are valid and match nothing. Not known: :dir(),
// the column combinator, and what depends on the state of a form (:valid, :in-range, :default).
//
// Thread:  any; immutable.
// Source:  Selectors Level 4; CSS Syntax Level 3 §4; HTML §4.16.3 (pseudo-classes).
class Selector {
 public:
  static constexpr std::size_t kMaxBytes = 16 * 1024;
  static constexpr std::size_t kMaxNesting = 16;     // :is(:not(:is(...
  static constexpr std::size_t kMaxCompounds = 256;  // of the whole selector

  struct Value {
    ValueKind kind = ValueKind::Element;
    std::string attribute;  // lower case
  };

  explicit Selector(std::shared_ptr<const selector::Program> program) noexcept
      : program_(std::move(program)) {}

  [[nodiscard]] const selector::Program& program() const noexcept { return *program_; }

 private:
  std::shared_ptr<const selector::Program> program_;
};

// nullopt for what a browser would refuse too; `why_not` then says where and what.
[[nodiscard]] std::optional<Selector> parse_selector(std::string_view text, std::string& why_not);

// Steps that all matching for one page may take; a step is a test of an element, some nanoseconds.
struct StepBudget {
  static constexpr std::uint64_t kUsual = 100'000'000;

  std::uint64_t left = kUsual;

  [[nodiscard]] bool is_over() const noexcept { return left == 0; }
  void take(std::uint64_t steps) noexcept { left -= steps < left ? steps : left; }
};

// Finds what a selector matches in one tree.
//
// Right to left: an element is tested against the last compound, then led to its ancestors and
// earlier siblings. What was found out of one of them is kept, so that every compound is tested on
// every element once: linear in the tree, whatever the selector. With the budget over, nothing more
// matches.
//
// Owns:    what it remembers of the tree. Borrows selector, tree and budget.
// Thread:  one.
class Matcher {
 public:
  struct Match {
    ElementId element;
    const Selector::Value* value;
  };

  Matcher(const Selector& selector, const ElementTree& tree, StepBudget& budget);
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;
  ~Matcher();

  // The matches in document order, at most `limit`: of the whole page (kNoElement), or the scope
  // and what is in it. `:scope` is then that element; ancestors outside it count as in a browser.
  [[nodiscard]] std::vector<Match> select(ElementId scope = kNoElement,
                                          std::size_t limit = SIZE_MAX);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skitter::parser
