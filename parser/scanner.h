#pragma once

#include <string_view>

namespace skitter::parser {

class Arena;
class PageBuilder;

// Feeds a page's elements and texts to `builder` as they pass in `html` (valid UTF-8, which must
// outlive the builder's finish()), in one pass and without a tree; calls finish(). Linear in the
// size of the page, whatever it holds.
//
// Internal to parser/.
// Owns:    nothing: values that had to be decoded are in the arena until its reset().
void scan_html(std::string_view html, Arena& arena, PageBuilder& builder);

}  // namespace skitter::parser
