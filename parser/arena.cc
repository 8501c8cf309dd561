#include "parser/arena.h"

#include <cstdlib>
#include <limits>
#include <new>
#include <utility>

namespace skitter::parser {

struct alignas(std::max_align_t) Arena::Block {
  BlockPtr older;
  std::size_t bytes = 0;  // with this header

  std::byte* begin() noexcept { return reinterpret_cast<std::byte*>(this) + sizeof(Block); }
  std::byte* end() noexcept { return reinterpret_cast<std::byte*>(this) + bytes; }
};

void Arena::FreeBlock::operator()(Block* block) const noexcept {
  block->~Block();
  std::free(block);
}

namespace {

constexpr std::size_t round_up(std::size_t bytes) noexcept {
  constexpr std::size_t kAlign = alignof(std::max_align_t);
  return (bytes + kAlign - 1) & ~(kAlign - 1);
}

}  // namespace

Arena::~Arena() {
  reset();
  while (spare_) (void)pop(spare_);  // one by one: a chain of owners would be destroyed recursively
}

Arena::BlockPtr Arena::make_block(std::size_t bytes) noexcept {
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) return nullptr;
  auto* const block = new (memory) Block;
  block->bytes = bytes;
  return BlockPtr(block);
}

void Arena::push(BlockPtr& list, BlockPtr block) noexcept {
  block->older = std::move(list);
  list = std::move(block);
}

Arena::BlockPtr Arena::pop(BlockPtr& list) noexcept {
  BlockPtr block = std::move(list);
  list = std::move(block->older);
  return block;
}

void* Arena::allocate(std::size_t bytes) noexcept {
  if (bytes > kLargeBytes) return allocate_large(bytes);
  const std::size_t size = round_up(bytes == 0 ? 1 : bytes);
  if (size > static_cast<std::size_t>(end_ - next_) && !add_block()) return nullptr;
  newest_ = next_;
  next_ += size;
  return newest_;
}

void* Arena::allocate_large(std::size_t bytes) noexcept {
  if (bytes > std::numeric_limits<std::size_t>::max() - sizeof(Block)) return nullptr;
  BlockPtr block = make_block(bytes + sizeof(Block));
  if (!block) return nullptr;
  used_bytes_ += block->bytes;
  push(large_, std::move(block));
  return large_->begin();
}

bool Arena::add_block() noexcept {
  BlockPtr block;
  if (spare_) {
    block = pop(spare_);
    spare_bytes_ -= block->bytes;
  } else {
    block = make_block(kBlockBytes);
  }
  if (!block) return false;
  used_bytes_ += block->bytes;
  next_ = block->begin();
  end_ = block->end();
  push(blocks_, std::move(block));
  return true;
}

void Arena::release(void* piece) noexcept {
  if (piece == nullptr || piece != newest_) return;
  next_ = newest_;
  newest_ = nullptr;
}

void Arena::reset() noexcept {
  while (large_) (void)pop(large_);
  while (blocks_) {
    BlockPtr block = pop(blocks_);
    if (spare_bytes_ + block->bytes > kKeptBytes) continue;
    spare_bytes_ += block->bytes;
    push(spare_, std::move(block));
  }
  next_ = end_ = newest_ = nullptr;
  used_bytes_ = 0;
}

}  // namespace skitter::parser
