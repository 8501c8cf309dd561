#pragma once

#include <string>

struct GumboInternalOutput;

namespace skitter::parser {

// The main content of a page: its visible text without menus, footers and what else stands on every
// page of a site. A block boundary is a line break, as in `Page::text`.
//
// A block is told by how many words it has, how many of them are in links, and by the blocks before
// and behind it. What is in nav, aside, footer, buttons and option lists never counts; code and a
// heading in front of content does. Where nothing is left, all that could count is given.
//
// Thread:  any. It keeps a stack of its own: a page nests as deep as it likes.
// Source:  C. Kohlschütter, P. Fankhauser, W. Nejdl, "Boilerplate Detection using Shallow Text
//          Features", WSDM 2010, §4 (the tree of rules on numbers of words).
[[nodiscard]] std::string main_text(const GumboInternalOutput& page);

}  // namespace skitter::parser
