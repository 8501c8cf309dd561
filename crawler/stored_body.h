#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skitter::crawler {

// The decoded body that `body.data` holds as a zstd frame; nullopt where it holds none.
[[nodiscard]] std::optional<std::string> decompress_body(std::string_view frame);

}  // namespace skitter::crawler
