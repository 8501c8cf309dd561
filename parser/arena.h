#pragma once

#include <cstddef>
#include <memory>

namespace skitter::parser {

// Memory for one page's tree: taken piece by piece, given back all at once by reset().
//
//   blocks_:  [ header | piece piece piece ...        ] -> [ older block, full ] -> ...
//                                          ^ next_   ^ end_
//   spare_:   blocks of the usual size waiting for the next page, at most kKeptBytes of them
//   large_:   one block for each piece above kLargeBytes, freed by reset()
//
// A page of the Rust documentation takes 207 MiB: what is kept across pages is therefore bounded.
//
// Owns:    its blocks; pieces are valid until reset().
// Thread:  any one at a time.
// Errors:  allocate() gives nullptr where the system has no memory; nothing throws, because the
//          callers are C frames.
class Arena {
 public:
  static constexpr std::size_t kBlockBytes = 1u << 20;
  static constexpr std::size_t kLargeBytes = kBlockBytes / 4;
  static constexpr std::size_t kKeptBytes = 8u << 20;

  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // `bytes` aligned for any type.
  [[nodiscard]] void* allocate(std::size_t bytes) noexcept;
  // Takes `piece` back where it was the newest; any other waits for reset(). A tokenizer's short
  // lived buffers come and go in this order.
  void release(void* piece) noexcept;
  // Ends the life of every piece.
  void reset() noexcept;

  // Bytes in blocks that hold pieces: what this page costs.
  [[nodiscard]] std::size_t used_bytes() const noexcept { return used_bytes_; }
  // Bytes held from the system.
  [[nodiscard]] std::size_t held_bytes() const noexcept { return used_bytes_ + spare_bytes_; }

 private:
  struct Block;
  struct FreeBlock {
    void operator()(Block* block) const noexcept;
  };
  using BlockPtr = std::unique_ptr<Block, FreeBlock>;

  [[nodiscard]] static BlockPtr make_block(std::size_t bytes) noexcept;
  static void push(BlockPtr& list, BlockPtr block) noexcept;
  [[nodiscard]] static BlockPtr pop(BlockPtr& list) noexcept;
  [[nodiscard]] void* allocate_large(std::size_t bytes) noexcept;
  [[nodiscard]] bool add_block() noexcept;

  BlockPtr blocks_;
  BlockPtr spare_;
  BlockPtr large_;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  std::byte* newest_ = nullptr;  // start of the last piece; what release() can take back
  std::size_t used_bytes_ = 0;
  std::size_t spare_bytes_ = 0;
};

}  // namespace skitter::parser
