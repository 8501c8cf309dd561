#pragma once

#include <string_view>

namespace skitter::parser {

class PageBuilder;

// Feeds a page's tags and texts to `builder` as they stand in `html` (valid UTF-8, which must
// outlive the call), without a tree: for the page that may have none. One pass; calls finish().
void scan_page(std::string_view html, PageBuilder& builder);

}  // namespace skitter::parser
