#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace skitter::parser {

// XML as sites write it, made into what an XML parser takes: an ampersand that begins none of XML's
// own references ("?a=1&b=2", "&nbsp;", "&#0;") becomes "&amp;", and a character that XML forbids a
// space. CDATA sections keep their ampersands.
//
// So no reference to an entity of a document's own is left: there is nothing to expand.
//
// `text` is valid UTF-8; what needs no repair is not copied: the view is then into `text`, else
// into `storage`. Stops when the result has reached `max_bytes`. One linear pass.
//
// Thread:  any.
// Errors:  none; other faults are left as they are.
// Source:  XML 1.0 §2.2 (characters), §4.1 (references), §4.6 (the five predefined entities).
[[nodiscard]] std::string_view repair_xml(std::string_view text, std::size_t max_bytes,
                                          std::string& storage);

}  // namespace skitter::parser
