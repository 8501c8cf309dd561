#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "parser/element_tree.h"
#include "parser/selector_program.h"

namespace skitter::parser::selector {

// What pseudo-classes ask of an element as its document left it: links, forms, language.
//
// What is inherited is worked out for the whole tree at the first question, so that no question
// climbs.
//
// Internal to parser/. Borrows the tree. Source: HTML §4.16.3, §4.10.19.5 (disabled); RFC 4647
// §3.3.2 (extended filtering).
class ElementState {
 public:
  explicit ElementState(const ElementTree& tree) noexcept : tree_(tree) {}

  // `kind` is one of Link, Checked ... Defined.
  [[nodiscard]] bool holds(TestKind kind, ElementId element);
  // Language ranges in lower case.
  [[nodiscard]] bool speaks(std::span<const std::string> ranges, ElementId element);

 private:
  [[nodiscard]] bool is_link(ElementId id) const;
  [[nodiscard]] bool is_checked(ElementId id) const;
  [[nodiscard]] bool can_be_disabled(ElementId id) const noexcept;
  [[nodiscard]] bool is_disabled(ElementId id);
  [[nodiscard]] bool is_writable(ElementId id);
  [[nodiscard]] bool is_placeholder_shown(ElementId id) const;
  [[nodiscard]] bool is_html(ElementId id, int tag) const noexcept;
  [[nodiscard]] bool is_text_input(ElementId id) const;
  [[nodiscard]] bool has(ElementId id, const char* name) const;
  void inherit_flags();
  void inherit_languages();

  const ElementTree& tree_;
  std::vector<std::uint8_t> flags_;
  std::vector<const char*> languages_;  // null: not said
};

}  // namespace skitter::parser::selector
