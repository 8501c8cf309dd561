#include "parser/expat_parser.h"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace skitter::parser {
namespace {

// The functions that expat allocates with are told nothing but sizes, so the size stands before
// each block and the sum in the thread.
//
//   | size, padded to the strictest alignment | the block that expat sees ...
struct alignas(std::max_align_t) BlockHead {
  std::size_t size;
};

thread_local std::size_t used_bytes = 0;

BlockHead* head_of(void* block) noexcept {
  return static_cast<BlockHead*>(block) - 1;
}

void* resize(void* block, std::size_t size) noexcept {
  const std::size_t before = block != nullptr ? head_of(block)->size : 0;
  if (size > kMaxExpatBytes - (used_bytes - before)) return nullptr;
  void* const moved =
      std::realloc(block != nullptr ? head_of(block) : nullptr, sizeof(BlockHead) + size);
  if (moved == nullptr) return nullptr;
  used_bytes += size - before;
  BlockHead* const head = new (moved) BlockHead{size};
  return head + 1;
}

void* allocate(std::size_t size) noexcept {
  return resize(nullptr, size);
}

void release(void* block) noexcept {
  if (block == nullptr) return;
  used_bytes -= head_of(block)->size;
  std::free(head_of(block));
}

}  // namespace

ExpatParser make_expat_parser() {
  constexpr XML_Memory_Handling_Suite kBounded = {&allocate, &resize, &release};
  ExpatParser parser(XML_ParserCreate_MM("UTF-8", &kBounded, nullptr));
  if (parser == nullptr) throw std::bad_alloc();
  return parser;
}

}  // namespace skitter::parser
