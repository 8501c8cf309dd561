#pragma once

#include <string>

struct GumboInternalOutput;

namespace skitter::parser {

class Url;

// A page as Markdown: headings, paragraphs, lists, quotes, links, images, code, emphasis, rules and
// tables; what has no counterpart is its text. Each block is one line, a blank line between two.
//
// Links and images are resolved against `base` (and the page's own <base>); those that are not
// http, https or mailto are only their text. A table inside a cell, or a list there, is the cell's
// text. Lists and quotes are indented for kMaxMarkdownNesting levels; what nests deeper stands at
// the last of them, so that the result stays linear in the page. What a page says is escaped: it
// cannot make Markdown of its own.
//
// Thread:  any. It keeps a stack of its own: a page nests as deep as it likes.
// Source:  CommonMark 0.30; tables as in GitHub Flavored Markdown §4.10.
inline constexpr int kMaxMarkdownNesting = 16;

// `base` may be null: then links stand as they are written.
[[nodiscard]] std::string to_markdown(const GumboInternalOutput& page, const Url* base);

}  // namespace skitter::parser
