#include "parser/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace skitter::parser {
namespace {

TEST(ArenaTest, PiecesAreAlignedAndApart) {
  Arena arena;
  std::vector<unsigned char*> pieces;
  for (std::size_t bytes = 0; bytes < 300; ++bytes) {
    auto* const piece = static_cast<unsigned char*>(arena.allocate(bytes));
    ASSERT_NE(piece, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(piece) % alignof(std::max_align_t), 0u);
    std::memset(piece, static_cast<int>(bytes % 251), bytes);
    pieces.push_back(piece);
  }
  for (std::size_t bytes = 0; bytes < pieces.size(); ++bytes) {
    for (std::size_t i = 0; i < bytes; ++i) ASSERT_EQ(pieces[bytes][i], bytes % 251);
  }
}

TEST(ArenaTest, TakesBackTheNewestPieceOnly) {
  Arena arena;
  void* const first = arena.allocate(16);
  void* const second = arena.allocate(16);
  arena.release(first);
  EXPECT_NE(arena.allocate(16), first);
  void* const newest = arena.allocate(16);
  arena.release(newest);
  arena.release(newest);  // twice is once
  EXPECT_EQ(arena.allocate(16), newest);
  arena.release(nullptr);
  EXPECT_NE(arena.allocate(16), second);
}

TEST(ArenaTest, ReusesItsBlocksAfterReset) {
  Arena arena;
  void* const before = arena.allocate(100);
  arena.reset();
  EXPECT_EQ(arena.used_bytes(), 0u);
  EXPECT_EQ(arena.held_bytes(), Arena::kBlockBytes);
  EXPECT_EQ(arena.allocate(100), before);
  EXPECT_EQ(arena.held_bytes(), Arena::kBlockBytes);
}

TEST(ArenaTest, KeepsABoundedPartOfALargePage) {
  Arena arena;
  constexpr std::size_t kPage = 64u << 20;
  for (std::size_t bytes = 0; bytes < kPage; bytes += 1'000) (void)arena.allocate(1'000);
  EXPECT_GE(arena.used_bytes(), kPage);
  arena.reset();
  EXPECT_EQ(arena.held_bytes(), Arena::kKeptBytes);
}

TEST(ArenaTest, GivesLargePiecesBack) {
  Arena arena;
  auto* const piece = static_cast<unsigned char*>(arena.allocate(3u << 20));
  ASSERT_NE(piece, nullptr);
  piece[0] = piece[(3u << 20) - 1] = 1;
  EXPECT_GE(arena.used_bytes(), 3u << 20);
  arena.reset();
  EXPECT_EQ(arena.held_bytes(), 0u);
}

TEST(ArenaTest, RefusesASizeThatOverflows) {
  Arena arena;
  EXPECT_EQ(arena.allocate(SIZE_MAX), nullptr);
  EXPECT_NE(arena.allocate(1), nullptr);
}

}  // namespace
}  // namespace skitter::parser
