#include "cli/suggest.h"

#include <algorithm>
#include <vector>

namespace skitter::cli {
namespace {

constexpr std::size_t kLongestWord = 64;  // a longer one is no misspelt flag

// Optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, previous);
    std::swap(previous, row);
  }
  return previous[b.size()];
}

}  // namespace

std::string nearest(std::string_view given, std::span<const std::string> known) {
  if (given.size() > kLongestWord) return "";
  std::string best;
  std::size_t least = given.size() / 3 + 2;  // as many edits as this make another word of it
  for (const std::string& word : known) {
    const bool begins = given.size() >= 4 && word.starts_with(given);
    const std::size_t edits = begins ? 1 : distance(given, word);
    if (edits >= least) continue;
    least = edits;
    best = word;
  }
  return best;
}

}  // namespace skitter::cli
