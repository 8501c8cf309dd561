#pragma once

#include <string>

namespace skitter::site {

// Bytes as a Content-Encoding has them. Errors: none; a library that fails gives an empty text.
[[nodiscard]] std::string gzipped(const std::string& text);
[[nodiscard]] std::string deflated(const std::string& text);  // with the zlib header
[[nodiscard]] std::string brotlied(const std::string& text);
[[nodiscard]] std::string zstandard(const std::string& text);

}  // namespace skitter::site
