#include "parser/simhash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#include "parser/fingerprint.h"
#include "parser/word_reader.h"

namespace skitter::parser {
namespace {

constexpr int kBits = 64;
constexpr int kShingle = 3;                         // words
constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // 2^64 by the golden ratio
constexpr std::uint64_t kOtherOdd = 0xd6e8feb86659fd93;

constexpr std::size_t kHalf = 8;
constexpr std::size_t kShort = 2 * kHalf;  // bytes; few words are longer

// The first bytes of a number that was read from memory, by how many they are.
constexpr auto kFirstBytes = [] {
  std::array<std::uint64_t, kHalf + 1> masks{};
  for (std::size_t i = 0; i < kHalf; ++i) masks[i] = (std::uint64_t{1} << 8 * i) - 1;
  masks[kHalf] = ~std::uint64_t{0};
  return masks;
}();

// Whatever the machine: the same bytes have the same hash.
std::uint64_t read_little(const char* bytes) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes, kHalf);
  return std::endian::native == std::endian::little ? number : __builtin_bswap64(number);
}

// A short word is two numbers and its size, which takes no branch that depends on its size: with one
// a word, that is guessed wrong, a page takes twice as long. Reads up to kShort bytes, within
// `end`.
std::uint64_t word_hash(std::string_view word, const char* end) noexcept {
  const std::size_t size = word.size();
  if (size > kShort) return fingerprint(word);
  std::array<char, kShort> copy{};
  const char* bytes = word.data();
  if (static_cast<std::size_t>(end - bytes) < kShort) {
    std::memcpy(copy.data(), bytes, size);
    bytes = copy.data();
  }
  const std::size_t in_first = std::min(size, kHalf);
  const std::uint64_t first = read_little(bytes) & kFirstBytes[in_first];
  const std::uint64_t second = read_little(bytes + kHalf) & kFirstBytes[size - in_first];
  const std::uint64_t hash = first * kOdd + second * kOtherOdd + size;
  return hash ^ (hash >> 32);
}

// How many of the hashes so far have which bit.
//
// Sixteen hashes are added at once, as a circuit of full adders that works on all 64 bits side by
// side: what is over from the last sixteen stays in `ones_` to `eights_`, and each carry, a
// sixteen, goes to counters of a byte, eight of which share a word.
//
// Source:  the Harley-Seal counter: H. Warren, "Hacker's Delight", §5-1.
class BitCounts {
 public:
  void add(std::uint64_t hash) noexcept {
    block_[in_block_] = hash;
    if (++in_block_ < block_.size()) return;
    add_block();
    in_block_ = 0;
  }

  // The bits that more than half of the hashes have.
  [[nodiscard]] std::uint64_t majority() noexcept {
    flush();
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kBits; ++i) {
      std::uint64_t count = sixteens_[i] * 16 + bit(eights_, i) * 8 + bit(fours_, i) * 4 +
                            bit(twos_, i) * 2 + bit(ones_, i);
      for (std::size_t h = 0; h < in_block_; ++h) count += bit(block_[h], i);
      if (count * 2 > hashes_ + in_block_) bits |= std::uint64_t{1} << i;
    }
    return bits;
  }

 private:
  static constexpr std::uint64_t kLowBits = 0x0101010101010101;
  static constexpr int kMostPending = 255;

  static std::uint64_t bit(std::uint64_t word, std::size_t i) noexcept { return word >> i & 1; }

  // Adds a and b to `sum`; gives the carries.
  static std::uint64_t add_two(std::uint64_t& sum, std::uint64_t a, std::uint64_t b) noexcept {
    const std::uint64_t either = sum ^ a;
    const std::uint64_t carries = (sum & a) | (either & b);
    sum = either ^ b;
    return carries;
  }
  std::uint64_t twos_of(std::size_t i) noexcept { return add_two(ones_, block_[i], block_[i + 1]); }
  std::uint64_t fours_of(std::size_t i) noexcept {
    const std::uint64_t first = twos_of(i);
    return add_two(twos_, first, twos_of(i + 2));
  }
  std::uint64_t eights_of(std::size_t i) noexcept {
    const std::uint64_t first = fours_of(i);
    return add_two(fours_, first, fours_of(i + 4));
  }

  void add_block() noexcept {
    const std::uint64_t first = eights_of(0);
    const std::uint64_t sixteens = add_two(eights_, first, eights_of(8));
    for (std::size_t i = 0; i < lanes_.size(); ++i) lanes_[i] += (sixteens >> i) & kLowBits;
    if (++pending_ == kMostPending) flush();
    hashes_ += block_.size();
  }

  void flush() noexcept {
    for (std::size_t i = 0; i < kBits; ++i) {
      sixteens_[i] += (lanes_[i % 8] >> (i & ~std::size_t{7})) & 0xff;
    }
    lanes_ = {};
    pending_ = 0;
  }

  std::array<std::uint64_t, 16> block_{};
  std::size_t in_block_ = 0;
  std::uint64_t ones_ = 0;
  std::uint64_t twos_ = 0;
  std::uint64_t fours_ = 0;
  std::uint64_t eights_ = 0;
  std::array<std::uint64_t, 8> lanes_{};  // byte b of lane i: bit 8 * b + i
  std::array<std::uint64_t, kBits> sixteens_{};
  std::uint64_t hashes_ = 0;  // those in `block_` apart
  int pending_ = 0;           // blocks in `lanes_`
};

// The words' hashes are spread already: their order and a last mixing are all that a run adds.
std::uint64_t run_hash(const std::array<std::uint64_t, kShingle>& words) noexcept {
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
  WordReader reader(text);
  for (auto word = reader.next(); !word.empty(); word = reader.next()) {
    words = {words[1], words[2], word_hash(word, text.data() + text.size())};
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
