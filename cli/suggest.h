#pragma once

#include <span>
#include <string>
#include <string_view>

namespace skitter::cli {

// The known word that `given` was probably meant to be: least edits (insert, delete, replace, swap
// two neighbours), or one that it begins. Empty where none is near.
[[nodiscard]] std::string nearest(std::string_view given, std::span<const std::string> known);

}  // namespace skitter::cli
