#pragma once

#include <string>
#include <string_view>

namespace skitter::parser {

// The text of an XML document, given in UTF-8: tags are line breaks, references are decoded, white
// space is collapsed. What is not well-formed, or declares entities, is stripped of its tags
// instead.
//
// Thread:  any.
// Source:  XML 1.0; entity declarations are refused, because they can make gigabytes of a kilobyte.
[[nodiscard]] std::string xml_text(std::string_view xml);

// The encoding label of the XML declaration; empty where there is none.
[[nodiscard]] std::string_view xml_declared_encoding(std::string_view bytes) noexcept;

}  // namespace skitter::parser
