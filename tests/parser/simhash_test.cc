#include "parser/simhash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/fingerprint.h"
#include "parser/html_space.h"

namespace skitter::parser {
namespace {

// Words that do not repeat, from a fixed seed.
std::vector<std::string> words_from(std::uint64_t seed, int count) {
  std::vector<std::string> words;
  for (int i = 0; i < count; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    words.push_back("w" + std::to_string(seed >> 40));
  }
  return words;
}

std::string text_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += word + " ";
  return text;
}

TEST(SimhashTest, NothingHasNone) {
  for (const char* const text : {"", " ", "\n\t \r\f"}) EXPECT_FALSE(simhash(text)) << text;
}

TEST(SimhashTest, OnlyWordsAndTheirOrderCount) {
  EXPECT_EQ(simhash("one two three four"), simhash("  one\ttwo\nthree  four\n"));
  EXPECT_NE(simhash("one two three four"), simhash("one three two four"));
  EXPECT_NE(simhash("one two"), simhash("onetwo"));
  EXPECT_TRUE(simhash("one"));
  EXPECT_NE(simhash("one"), simhash("two"));
}

TEST(SimhashTest, AFewWordsChangedAreAFewBits) {
  std::vector<std::string> words = words_from(1, 2'000);
  const auto before = simhash(text_of(words));
  words[1'000] = "changed";
  words[1'500] = "changed";
  const auto after = simhash(text_of(words));
  EXPECT_LE(hamming_distance(*before, *after), 3);
  EXPECT_GT(hamming_distance(*before, *simhash(text_of(words_from(2, 2'000)))), 16);
}

// More runs than a byte counts, all the same: each bit is the hash's own.
TEST(SimhashTest, CountsBeyondAByte) {
  std::string text;
  for (int i = 0; i < 3'000; ++i) text += "a ";
  EXPECT_EQ(simhash(text), simhash("a a a"));
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return number;
}

std::uint64_t word_hash_by_definition(std::string_view word) {
  if (word.size() > 16) return fingerprint(word);
  const std::string_view second = word.size() > 8 ? word.substr(8) : std::string_view();
  const std::uint64_t hash = little_endian(word.substr(0, 8)) * 0x9e3779b97f4a7c15 +
                             little_endian(second) * 0xd6e8feb86659fd93 + word.size();
  return hash ^ (hash >> 32);
}

// The definition, word by word and bit by bit.
std::optional<std::uint64_t> simhash_by_definition(std::string_view text) {
  std::vector<std::uint64_t> words;
  for (auto word = take_token(text); !word.empty(); word = take_token(text)) {
    words.push_back(word_hash_by_definition(word));
  }
  if (words.empty()) return std::nullopt;
  while (words.size() < 3) words.insert(words.begin(), 0);
  std::vector<std::uint64_t> runs;
  for (std::size_t i = 2; i < words.size(); ++i) {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
    std::uint64_t hash = (words[i - 2] * kOdd + words[i - 1]) * kOdd + words[i];
    hash = (hash ^ (hash >> 32)) * kOdd;
    runs.push_back(hash ^ (hash >> 29));
  }
  std::uint64_t bits = 0;
  for (int bit = 0; bit < 64; ++bit) {
    const auto have = std::count_if(runs.begin(), runs.end(),
                                    [&](std::uint64_t run) { return (run >> bit & 1) != 0; });
    if (static_cast<std::size_t>(have) * 2 > runs.size()) bits |= std::uint64_t{1} << bit;
  }
  return bits;
}

// Words and gaps of all sizes, so that they begin and end everywhere in a block of 64 bytes, and
// every number of runs up to several times what is counted at once.
TEST(SimhashTest, IsWhatItsDefinitionSays) {
  std::uint64_t seed = 7;
  const auto random = [&](std::uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
  };
  constexpr std::string_view kSpaces = " \t\n\f\r";
  for (int words = 0; words < 300; ++words) {
    std::string text(random(3), ' ');
    for (int i = 0; i < words; ++i) {
      text.append(1 + random(random(20) == 0 ? 200 : 9), static_cast<char>('a' + random(26)));
      const std::uint64_t gap = 1 + random(random(20) == 0 ? 150 : 2);
      for (std::uint64_t g = 0; g < gap; ++g) text += kSpaces[random(kSpaces.size())];
    }
    text.resize(text.size() - (words > 0 ? random(2) : 0));
    EXPECT_EQ(simhash(text), simhash_by_definition(text)) << words;
  }
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "w" + std::to_string(random(5'000)) + ' ';
  EXPECT_EQ(simhash(many), simhash_by_definition(many));
}

TEST(SimhashTest, HammingDistanceCountsBits) {
  EXPECT_EQ(hamming_distance(0, 0), 0);
  EXPECT_EQ(hamming_distance(0, ~std::uint64_t{0}), 64);
  EXPECT_EQ(hamming_distance(0b1011, 0b0110), 3);
}

}  // namespace
}  // namespace skitter::parser
