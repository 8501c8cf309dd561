#pragma once

#include <string>
#include <string_view>

namespace skitter::parser {

// Do queries of a page in this encoding stay UTF-8? Those of UTF-16 pages do too, and of what is no
// encoding.
// Source: WHATWG Encoding Standard §4.3 (get an output encoding).
[[nodiscard]] bool is_encoded_as_utf8(std::string_view encoding) noexcept;

// The bytes of `text` (valid UTF-8) in `encoding`, a name as parser/charset.h gives them. A
// character that it lacks becomes its numeric character reference, escaped: "%26%238224%3B".
//
// The tables are the decoders' turned round, each made when it is first asked for and kept for
// good: 3 ms and 200 KB for an encoding of Chinese, Japanese or Korean, 6 ms and 500 KB for
// gb18030.
//
// Thread:  any.
// Source:  Encoding Standard §9-§14 (encoders); URL Standard §1.3 (percent-encode after encoding).
[[nodiscard]] std::string from_utf8(std::string_view text, std::string_view encoding);

}  // namespace skitter::parser
