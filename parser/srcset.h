#pragma once

#include <string_view>
#include <vector>

namespace skitter::parser {

// The URLs of a srcset attribute, as written, in order; views into `srcset`. A candidate whose
// descriptors are wrong is kept: it is a reference all the same.
//
// Source: HTML §4.8.4.2.1, parsing a srcset attribute.
[[nodiscard]] std::vector<std::string_view> parse_srcset(std::string_view srcset);

}  // namespace skitter::parser
