#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "parser/element_tree.h"
#include "parser/selector.h"

namespace skitter::parser {

// What stands in one element. Each walks the element's part of the tree with a stack of its own and
// stops once `most_bytes` are there: elements in elements would make a page's square of it.
//
// Internal to parser/. Source: DOM §4.4 (text), HTML §13.3 (serialisation of fragments).

enum class Spacing : unsigned char { Collapse, Keep };

// Its visible text, block boundaries as line breaks; of a script or a style sheet its source.
[[nodiscard]] std::string text_of(const ElementTree& tree, ElementId id, Spacing spacing,
                                  std::size_t most_bytes);
// The text that is its own child, not that of elements in it.
[[nodiscard]] std::string own_text_of(const ElementTree& tree, ElementId id, Spacing spacing);
// Its markup, itself included.
[[nodiscard]] std::string html_of(const ElementTree& tree, ElementId id, std::size_t most_bytes);

// What a match says is to be taken. nullopt without the attribute, or without text of its own.
[[nodiscard]] std::optional<std::string> value_of(const ElementTree& tree,
                                                  const Matcher::Match& match, Spacing spacing,
                                                  std::size_t most_bytes);

}  // namespace skitter::parser
