#pragma once

#include <string>
#include <string_view>

namespace skitter::cli {

// Text as the content of an XML element, or as an attribute's value in double quotes: markup is
// escaped, invalid UTF-8 is replaced by U+FFFD, and characters that no XML document may hold (most
// controls, U+FFFE, U+FFFF) are left out. What printable() would escape, line breaks included, is
// written as a reference: a terminal obeys nothing, and a reader changes nothing.
//
// Source:  XML 1.0 (Fifth Edition) §2.2 (Char), §2.4 (markup), §2.11 and §3.3.3 (line breaks and
//          tabs as such would be changed).
[[nodiscard]] std::string xml_escape(std::string_view text);

}  // namespace skitter::cli
