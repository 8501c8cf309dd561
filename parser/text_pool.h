#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace skitter::parser {

// Texts that live as long as one another: many a block, so that they are allocated, handed from
// thread to thread and freed together.
//
// Owns:    the texts; what add() gave holds when the pool is moved, until the last owner is gone.
// Thread:  any one at a time.
class TextPool {
 public:
  [[nodiscard]] std::string_view add(std::string_view text);
  // Bytes of its blocks.
  [[nodiscard]] std::size_t held_bytes() const noexcept;

 private:
  static constexpr std::size_t kFirstBytes = 4u << 10;
  static constexpr std::size_t kMostBytes = 64u << 10;  // but for a longer text

  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
    std::size_t used = 0;
  };

  std::vector<Block> blocks_;  // what is added goes into the last
};

}  // namespace skitter::parser
