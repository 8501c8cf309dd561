#pragma once

#include <expat.h>

#include <cstddef>
#include <memory>

namespace skitter::parser {

struct ExpatFree {
  void operator()(XML_Parser parser) const noexcept { XML_ParserFree(parser); }
};
// An expat parser for UTF-8, whatever the document declares. The thread that made it frees it.
using ExpatParser = std::unique_ptr<XML_ParserStruct, ExpatFree>;

// expat keeps every name it meets and the whole of an attribute: a file of ever new names would
// cost twenty times its size. All parsers of a thread share this much; beyond it parsing ends with
// XML_ERROR_NO_MEMORY.
inline constexpr std::size_t kMaxExpatBytes = 16 * 1024 * 1024;

// Throws std::bad_alloc.
[[nodiscard]] ExpatParser make_expat_parser();

}  // namespace skitter::parser
