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

// Half of the fingerprint is in the table: those that have it in common are told apart by the rest,
// also around the table's end.
TEST(KnownUrlsTest, TellsFingerprintsWithTheSameHalfApart) {
  constexpr std::uint64_t kHalves[] = {0, 1, 0x7fffffff, 0xfffffffe, 0xffffffff};
  constexpr std::uint64_t kEach = 500;
  std::vector<std::uint64_t> fingerprints;
  for (std::uint64_t i = 0; i < kEach; ++i) {
    for (const std::uint64_t half : kHalves) fingerprints.push_back(half << 32 | i);
  }
  KnownUrls known;
  for (const std::uint64_t fingerprint : fingerprints) {
    ASSERT_EQ(known.find(fingerprint), 0u);
    KnownUrls::Row row;
    row.fingerprint = fingerprint;
    (void)known.add(row);
  }
  fingerprints.push_back(kHalves[1] << 32 | kEach);
  std::vector<UrlId> ids;
  known.find_all(fingerprints, ids);
  ASSERT_EQ(ids.size(), fingerprints.size());
  EXPECT_EQ(ids.back(), 0u);
  for (UrlId id = 1; id < ids.size(); ++id) {
    ASSERT_EQ(ids[id - 1], id);
    ASSERT_EQ(known.find(fingerprints[id - 1]), id);
  }
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
