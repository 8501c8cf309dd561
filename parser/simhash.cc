#include "parser/simhash.h"

// Inlined: a call a word would cost three times as much as the hash.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>

#include "parser/byte_search.h"
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

// As take_token(), quicker for a text of thousands of words.
std::string_view take_word(std::string_view& text) noexcept {
  text = skip_html_space(text);
  const char* const end = find_html_space(text.data(), text.data() + text.size());
  const std::string_view word = text.substr(0, static_cast<std::size_t>(end - text.data()));
  text.remove_prefix(word.size());
  return word;
}

// The words' hashes are spread already: their order and a last mixing are all that a run adds.
std::uint64_t run_hash(const std::array<std::uint64_t, kShingle>& words) noexcept {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // 2^64 by the golden ratio
  std::uint64_t hash = (words[0] * kOdd + words[1]) * kOdd + words[2];
  hash = (hash ^ (hash >> 32)) * kOdd;
  return hash ^ (hash >> 29);
}

}  // namespace

std::optional<std::uint64_t> simhash(std::string_view text) {
  // Each word is hashed once; a run is the hash of its words' hashes.
  BitCounts counts;
  std::array<std::uint64_t, kShingle> words{};
  int seen = 0;
  for (auto word = take_word(text); !word.empty(); word = take_word(text)) {
    words = {words[1], words[2], XXH3_64bits(word.data(), word.size())};
    seen = std::min(seen + 1, kShingle);
    if (seen == kShingle) counts.add(run_hash(words));
  }
  if (seen == 0) return std::nullopt;
  if (seen < kShingle) counts.add(run_hash(words));
  return counts.majority();
}

int hamming_distance(std::uint64_t a, std::uint64_t b) noexcept {
  return std::popcount(a ^ b);
}

}  // namespace skitter::parser
