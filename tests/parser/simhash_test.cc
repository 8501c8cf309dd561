#include "parser/simhash.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

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

TEST(SimhashTest, HammingDistanceCountsBits) {
  EXPECT_EQ(hamming_distance(0, 0), 0);
  EXPECT_EQ(hamming_distance(0, ~std::uint64_t{0}), 64);
  EXPECT_EQ(hamming_distance(0b1011, 0b0110), 3);
}

}  // namespace
}  // namespace skitter::parser
