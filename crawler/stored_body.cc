#include "crawler/stored_body.h"

#include <zstd.h>

namespace skitter::crawler {

std::optional<std::string> decompress_body(std::string_view frame) {
  constexpr std::size_t kMostBytes = 1u << 30;  // no stored body has as many
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size > kMostBytes) return std::nullopt;  // the codes for errors are larger still
  std::string bytes(size, '\0');
  const std::size_t got = ZSTD_decompress(bytes.data(), bytes.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0) return std::nullopt;
  return bytes;
}

}  // namespace skitter::crawler
