#include "crawler/known_urls.h"

#include <gtest/gtest.h>

namespace skitter::crawler {
namespace {

TEST(KnownUrlsTest, GivesIdsWithoutGapsAndFindsThem) {
  constexpr std::uint64_t kCount = 200'000;  // several blocks
  KnownUrls known;
  EXPECT_EQ(known.find(7), 0u);
  for (std::uint64_t i = 1; i <= kCount; ++i) {
    KnownUrls::Row row;
    row.fingerprint = i * 0x9e3779b97f4a7c15u;
    row.depth = static_cast<std::uint16_t>(i % 50);
    ASSERT_EQ(known.add(row), i);
  }
  EXPECT_EQ(known.size(), kCount);
  for (std::uint64_t i = 1; i <= kCount; ++i) {
    const UrlId id = known.find(i * 0x9e3779b97f4a7c15u);
    ASSERT_EQ(id, i);
    ASSERT_EQ(known[id].depth, i % 50);
  }
  EXPECT_EQ(known.find(7), 0u);
  std::vector<UrlId> ids = {9};
  known.find_all(std::vector<std::uint64_t>{2 * 0x9e3779b97f4a7c15u, 7, 0x9e3779b97f4a7c15u}, ids);
  EXPECT_EQ(ids, (std::vector<UrlId>{2, 0, 1}));
}

TEST(KnownUrlsTest, TheFlagsOfARowAreIndependent) {
  for (int outcome = -1; outcome < storage::kOutcomeCount; ++outcome) {
    for (int flags = 0; flags < 8; ++flags) {
      KnownUrls::Row row;
      const auto given = outcome < 0 ? std::nullopt : std::optional(static_cast<Outcome>(outcome));
      row.set_nofollow((flags & 1) != 0);
      row.set_nearer((flags & 2) != 0);
      row.set_outcome(Outcome::ParseLimit);
      row.set_outcome(given);
      row.set_in_memory((flags & 4) != 0);
      ASSERT_EQ(row.outcome(), given);
      ASSERT_EQ(row.is_nofollow(), (flags & 1) != 0);
      ASSERT_EQ(row.is_nearer(), (flags & 2) != 0);
      ASSERT_EQ(row.is_in_memory(), (flags & 4) != 0);
    }
  }
}

}  // namespace
}  // namespace skitter::crawler
