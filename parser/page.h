#pragma once

#include <string>

#include "parser/link_list.h"

namespace skitter::parser {

// What a page says of itself. Text is valid UTF-8; an absent value is empty.
struct Page {
  std::string title;
  std::string description;    // meta name=description
  std::string language;       // html lang, else the Content-Language header
  std::string canonical_url;  // link rel=canonical, resolved
  std::string h1;             // the first one's text
  // Directives of meta robots (and the agent's own) and X-Robots-Tag: lower case, ", " between.
  std::string robots;
  std::string text;     // visible text; a block boundary is a line break
  std::string charset;  // WHATWG name of the encoding the bytes were read in, e.g. "utf-8"
  LinkList links;
  bool nofollow = false;  // the directives forbid following any link of this page
  // Its tree went over the budget, or its shape is absurd, and it was scanned; or it has more links
  // than are kept.
  bool cut = false;
};

}  // namespace skitter::parser
