#include "parser/fingerprint.h"

#include <xxhash.h>

namespace skitter::parser {

std::uint64_t fingerprint(std::string_view bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace skitter::parser
