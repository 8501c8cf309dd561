#include "parser/simhash.h"

// Inlined: a call a word would cost three times as much as the hash.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <bit>

#include "parser/html_space.h"

namespace skitter::parser {
namespace {

constexpr int kBits = 64;
constexpr int kShingle = 3;  // words

// How many of the hashes so far have which bit. Eight counters of a byte share a word, so that a
// hash is added by eight additions; before a byte is full it is moved to the totals.
class BitCounts {
 public:
  void add(std::uint64_t hash) noexcept {
    for (std::size_t i = 0; i < lanes_.size(); ++i) lanes_[i] += (hash >> i) & kLowBits;
    if (++pending_ == kMostPending) flush();
    ++hashes_;
  }

  // The bits that more than half of the hashes have.
  [[nodiscard]] std::uint64_t majority() noexcept {
    flush();
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kBits; ++i) {
      if (totals_[i] * 2 > hashes_) bits |= std::uint64_t{1} << i;
    }
    return bits;
  }

 private:
  static constexpr std::uint64_t kLowBits = 0x0101010101010101;
  static constexpr int kMostPending = 255;

  void flush() noexcept {
    for (std::size_t i = 0; i < kBits; ++i) {
      totals_[i] += (lanes_[i % 8] >> (i & ~std::size_t{7})) & 0xff;
    }
    lanes_ = {};
    pending_ = 0;
  }

  std::array<std::uint64_t, 8> lanes_{};  // byte b of lane i: bit 8 * b + i
  std::array<std::uint64_t, kBits> totals_{};
  std::uint64_t hashes_ = 0;
  int pending_ = 0;
};

}  // namespace

std::optional<std::uint64_t> simhash(std::string_view text) {
  // Each word is hashed once; a run is the hash of its words' hashes.
  BitCounts counts;
  std::array<std::uint64_t, kShingle> words{};
  int seen = 0;
  const auto add_run = [&](std::size_t size) {
    counts.add(XXH3_64bits(words.data(), size * sizeof(words[0])));
  };
  for (auto word = take_token(text); !word.empty(); word = take_token(text)) {
    if (seen < kShingle) {
      words[static_cast<std::size_t>(seen++)] = XXH3_64bits(word.data(), word.size());
    } else {
      words = {words[1], words[2], XXH3_64bits(word.data(), word.size())};
    }
    if (seen == kShingle) add_run(words.size());
  }
  if (seen == 0) return std::nullopt;
  if (seen < kShingle) add_run(static_cast<std::size_t>(seen));
  return counts.majority();
}

int hamming_distance(std::uint64_t a, std::uint64_t b) noexcept {
  return std::popcount(a ^ b);
}

}  // namespace skitter::parser
