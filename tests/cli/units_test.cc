#include "cli/units.h"

#include <gtest/gtest.h>

namespace skitter::cli {
namespace {

using std::chrono::milliseconds;

TEST(UnitsTest, ReadsDurations) {
  struct Case {
    std::string_view given;
    std::optional<std::int64_t> want_ms;
  };
  const Case cases[] = {
      {"250ms", 250},
      {"2s", 2'000},
      {"1.5s", 1'500},
      {"1m", 60'000},
      {"1h", 3'600'000},
      {"7d", 604'800'000},
      {"2S", 2'000},
      {"0", 0},
      {"0s", 0},
      {"5", std::nullopt},  // seconds or milliseconds?
      {"", std::nullopt},
      {"s", std::nullopt},
      {"-1s", std::nullopt},
      {"+1s", std::nullopt},
      {"1e3s", std::nullopt},
      {"1 s", std::nullopt},
      {"1s ", std::nullopt},
      {"1.2.3s", std::nullopt},
      {"inf", std::nullopt},
      {"nan", std::nullopt},
      {"1w", std::nullopt},
      {"99999999999999999999h", std::nullopt},
  };
  for (const auto& [given, want_ms] : cases) {
    SCOPED_TRACE(given);
    const auto got = parse_duration(given);
    ASSERT_EQ(got.has_value(), want_ms.has_value());
    if (got) {
      EXPECT_EQ(got->count(), *want_ms);
    }
  }
}

TEST(UnitsTest, ReadsSizes) {
  struct Case {
    std::string_view given;
    std::optional<std::uint64_t> want;
  };
  const Case cases[] = {
      {"512", 512},
      {"64k", 65'536},
      {"8M", 8u << 20},
      {"8m", 8u << 20},
      {"8MB", 8u << 20},
      {"8MiB", 8u << 20},
      {"1.5K", 1'536},
      {"1G", 1u << 30},
      {"100b", 100},
      {"0", 0},
      {"", std::nullopt},
      {"M", std::nullopt},
      {"-1", std::nullopt},
      {"1X", std::nullopt},
      {"1MM", std::nullopt},
      {"8M ", std::nullopt},
      {"99999999T", std::nullopt},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(parse_size(given), want);
  }
}

TEST(UnitsTest, WritesOptionsThatReadBackTheSame) {
  for (const std::int64_t ms : {0, 1, 250, 1'000, 1'500, 60'000, 90'000, 3'600'000, 86'400'000}) {
    SCOPED_TRACE(ms);
    EXPECT_EQ(parse_duration(duration_option(milliseconds(ms))), milliseconds(ms));
  }
  for (const std::uint64_t bytes : {1ull, 1'000ull, 1'024ull, 8ull << 20, 3ull << 30, 5ull << 40}) {
    SCOPED_TRACE(bytes);
    EXPECT_EQ(parse_size(size_option(bytes)), bytes);
  }
  EXPECT_EQ(duration_option(milliseconds(250)), "250ms");
  EXPECT_EQ(duration_option(milliseconds(90'000)), "90s");
  EXPECT_EQ(size_option(8u << 20), "8M");
}

TEST(UnitsTest, WritesForPeople) {
  EXPECT_EQ(human_duration(milliseconds(850)), "850 ms");
  EXPECT_EQ(human_duration(milliseconds(12'345)), "12.3 s");
  EXPECT_EQ(human_duration(milliseconds(245'000)), "4m 05s");
  EXPECT_EQ(human_duration(milliseconds(7'620'000)), "2h 07m");
  EXPECT_EQ(human_bytes(512), "512 B");
  EXPECT_EQ(human_bytes(999.9), "1.0 kB");
  EXPECT_EQ(human_bytes(1'500), "1.5 kB");
  EXPECT_EQ(human_bytes(999'960), "1.0 MB");
  EXPECT_EQ(human_bytes(45'600'000), "45.6 MB");
  EXPECT_EQ(human_count(0), "0");
  EXPECT_EQ(human_count(999), "999");
  EXPECT_EQ(human_count(1'234'567), "1,234,567");
  EXPECT_EQ(human_rate(0.42), "0.4");
  EXPECT_EQ(human_rate(1'240.2), "1,240");
}

}  // namespace
}  // namespace skitter::cli
