#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace skitter::parser {

// The 64-bit SimHash of a page's visible text: pages that share most of their words differ in few
// bits, and others in about half of them. At most 3 bits apart is what the report near-duplicates
// calls near.
//
// Each run of three words (of fewer, where there are no three) is hashed; a bit of the result is the
// one that more runs have. Words are what white space parts; nothing is folded, so that the cost is
// that of one pass. The same text has the same SimHash on every machine. nullopt: there is no word.
//
// A page of a few words has few runs: one word more or less changes many bits.
//
// Source:  M. Charikar, "Similarity estimation techniques from rounding algorithms", 2002.
[[nodiscard]] std::optional<std::uint64_t> simhash(std::string_view text);

// In how many bits two differ.
[[nodiscard]] int hamming_distance(std::uint64_t a, std::uint64_t b) noexcept;

}  // namespace skitter::parser
