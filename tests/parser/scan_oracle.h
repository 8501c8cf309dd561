#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "parser/page.h"

namespace skitter::parser {

// The page by the scanner and by gumbo's tree.
[[nodiscard]] Page page_by_scan(std::string_view html);
[[nodiscard]] Page page_by_tree(std::string_view html);

// Why the two may differ: what only a tree can decide, or where gumbo is wrong. Read off the tree
// or the bytes, never off the scanner.
enum class Departure : std::uint8_t {
  None,
  // The tree's nodes are not in the order of the bytes: content that stands wrongly in a table was
  // moved in front of it. The same links and letters in another order, so that anchors, the first
  // h1 and what stands between words differ. Of several <base> another may come first then: as many
  // links, but other targets.
  Moved,
  // An element was moved out of a block that seemed to go on ("adoption agency"), which then ended
  // where that element began: a form whose end tag had left the element open, or one of the few
  // blocks that hold nothing together (option, optgroup, legend, main). Only white space differs.
  Adopted,
  // A formatting element was closed around a block with more than three elements between the two
  // ("adoption agency", the inner loop). gumbo then loses the place at which the element's clone
  // belongs in the list of formatting elements, so that later text reopens them in another order, or
  // more often: the same targets and letters, but anchors differ.
  LostBookmark,
  // A <frameset> threw the body away: the scanner has more links and text, none fewer; a <base> that
  // was thrown away with it has held for the scanner.
  Frameset,
  // gumbo overflows on a numeric reference of more than 32 bits: texts differ, and so do targets
  // with one in them. The scanner has as many links or more.
  Overflow,
  // gumbo misreads the attribute behind a repeated one that has no value: it drops its value, so that
  // the scanner has as many links or more, or joins the names, so that <a h h ref=x> is a link to it.
  DroppedValue,
  // A NUL in a tag, which belongs to the name or value it stands in, as U+FFFD: gumbo forgets it in
  // front of an attribute's name, so that <a NUL href> is a link to it alone, and drops values.
  NulInTag,
};

struct Comparison {
  Departure departure = Departure::None;  // why the pages differ, where they do
  std::string difference;                 // what differs and is not excused by that; empty: nothing
};

// How the two pages of `html` differ.
[[nodiscard]] Comparison compare_scan(std::string_view html);

}  // namespace skitter::parser
