#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "parser/page.h"
#include "parser/url.h"

namespace skitter::parser {

// Reused memory for gumbo's trees: a bump arena that is reset after each page. One a worker
// (parser/arena.h).
class Arena;

// What one page may cost.
struct ParseBudget {
  std::size_t memory_bytes = 256u << 20;
  // Asked now and then while the tree is built; true ends the page (`Page::cut`). Null: never. It
  // is called from C frames and must not throw.
  bool (*is_over)(void* context) = nullptr;
  void* context = nullptr;
};

enum class PageText : std::uint8_t { Keep, Skip };

// The bytes of one response and what its headers said.
struct Document {
  std::string_view bytes;             // decoded from Content-Encoding, in the page's own charset
  const Url* url = nullptr;           // where it came from: the base of its links. Never null.
  std::string_view content_type;      // the header's value, whole
  std::string_view content_language;  // the header's value
  std::string_view refresh;           // the Refresh header's value
  std::vector<std::string_view> robots_tags;  // X-Robots-Tag values
  std::string_view agent = "skitter";         // product token that robots directives are read for
  long long now_unix = 0;          // seconds since 1970, for the directive unavailable_after
  PageText text = PageText::Keep;  // Skip: `Page::text` of HTML stays empty
};

// How a page's values are found: as they pass, or in the tree that gumbo builds.
enum class ParseMode : std::uint8_t { Scan, Tree };

// Reads a page: title, text, links and the rest of `Page`.
//
// Total: any bytes give a page. HTML and XHTML are parsed as HTML; XML and plain text become `text`
// only; with no content type the first bytes decide. A page that goes over its budget, or whose
// nesting or attributes are absurd, is given no tree: what scan_page() finds is there.
//
// Scripting is off: noscript content counts. Hidden elements count as visible; template content,
// comments, scripts, style sheets and the fallback of frames do not. A link in SVG (href or
// xlink:href) is a link.
//
// Thread:  any, each with its own arena.
// Source:  WHATWG HTML §13 (parsing, by gumbo), §4.2.3 (base), §4.2.5.3 (refresh), Encoding
//          Standard.
[[nodiscard]] Page parse_page(const Document& document, Arena& arena, const ParseBudget& budget);

// The same in one pass over the bytes, without a tree, at some ten times the speed. It is linear,
// so that it needs no budget. It differs where only a tree can tell what belongs where, first of
// all in what a late <frameset> throws away; there it may find more links, never fewer. The list is
// in tests/parser/scan_oracle.h.
[[nodiscard]] Page scan_page(const Document& document, Arena& arena);

// One of the two; the budget is the tree's.
[[nodiscard]] Page read_page(const Document& document, Arena& arena, const ParseBudget& budget,
                             ParseMode mode);

}  // namespace skitter::parser
