#include "parser/text_pool.h"

#include <algorithm>

namespace skitter::parser {

std::string_view TextPool::add(std::string_view text) {
  if (text.empty()) return {};
  if (blocks_.empty() || blocks_.back().size - blocks_.back().used < text.size()) {
    const std::size_t usual =
        blocks_.empty() ? kFirstBytes : std::min(blocks_.back().size * 2, kMostBytes);
    const std::size_t size = std::max(usual, text.size());
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size, 0});
  }
  Block& block = blocks_.back();
  char* const at = block.bytes.get() + block.used;
  std::copy(text.begin(), text.end(), at);
  block.used += text.size();
  return {at, text.size()};
}

std::size_t TextPool::held_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const Block& block : blocks_) bytes += block.size;
  return bytes;
}

}  // namespace skitter::parser
