#include "crawler/pace.h"

#include <gtest/gtest.h>

#include "tests/crawler/crawl_values.h"

namespace skitter::crawler {
namespace {

using namespace std::chrono_literals;

// How long a host is blocked by an incident without Retry-After, where it is the n-th in a row.
milliseconds expected_block(int incident) {
  milliseconds wait = Pace::kFirstBackOff;
  for (int i = 1; i < incident && wait < Pace::kMaxBackOff; ++i) wait *= 2;
  return std::min(wait, Pace::kMaxBackOff);
}

class PaceTest : public ::testing::Test {
 protected:
  // The next incident, as soon as the host may be asked again.
  milliseconds refuse_again() {
    const SteadyTime asked_at = std::max(pace_.blocked_until(), kNow);
    pace_.refused(asked_at + 1s, asked_at + 500ms, std::nullopt);
    return std::chrono::duration_cast<milliseconds>(pace_.blocked_until() - (asked_at + 1s));
  }

  const PaceLimits limits_{250ms, 2};
  Pace pace_{limits_, 1};
};

TEST_F(PaceTest, IsReadyAtOnceAndThenAfterTheDelay) {
  EXPECT_LE(pace_.ready_at(), kNow);
  pace_.started(kNow);
  EXPECT_EQ(pace_.ready_at(), kNow + 250ms + Pace::kWireSlack);
}

TEST_F(PaceTest, TheDelayCountsFromTheWire) {
  pace_.started(kNow);
  pace_.sent(kNow + 3s);  // it took that long to connect
  EXPECT_EQ(pace_.ready_at(), kNow + 3s + 250ms + Pace::kWireSlack);
}

TEST_F(PaceTest, TheLongerOfDelayAndCrawlDelayHolds) {
  pace_.started(kNow);
  pace_.set_crawl_delay(10s);
  EXPECT_EQ(pace_.ready_at(), kNow + 10s + Pace::kWireSlack);
  pace_.set_crawl_delay(100ms);
  EXPECT_EQ(pace_.ready_at(), kNow + 250ms + Pace::kWireSlack);
}

TEST_F(PaceTest, RetryAfterBlocksForAsLongAsItSays) {
  pace_.refused(kNow, kNow - 1s, 90s);
  EXPECT_EQ(pace_.ready_at(), kNow + 90s);
  EXPECT_EQ(pace_.incidents(), 1);
}

TEST_F(PaceTest, RetryAfterIsKeptWithinADay) {
  pace_.refused(kNow, kNow - 1s, 1'000h);
  EXPECT_EQ(pace_.blocked_until(), kNow + Pace::kMaxBackOff);
  Pace other(limits_, 1);
  other.refused(kNow, kNow - 1s, -5s);
  EXPECT_EQ(other.blocked_until(), kNow);
}

TEST_F(PaceTest, AShorterRetryAfterDoesNotUnblock) {
  pace_.refused(kNow, kNow - 1s, 90s);
  pace_.refused(kNow + 1s, kNow - 1s, 1s);
  EXPECT_EQ(pace_.blocked_until(), kNow + 90s);
}

TEST_F(PaceTest, EachIncidentDoublesTheBlockAndADayIsTheMost) {
  for (int incident = 1; incident <= 40; ++incident) {
    SCOPED_TRACE(incident);
    const milliseconds block = refuse_again();
    EXPECT_GE(block, expected_block(incident));
    EXPECT_LE(block, std::min(expected_block(incident) * 11 / 10, Pace::kMaxBackOff));
    EXPECT_EQ(pace_.incidents(), incident);
  }
}

TEST_F(PaceTest, ABurstOfRefusalsIsOneIncident) {
  for (int i = 0; i < 8; ++i) pace_.refused(kNow + i * 10ms, kNow - 1s, std::nullopt);
  EXPECT_EQ(pace_.incidents(), 1);
  EXPECT_LE(pace_.blocked_until(), kNow + Pace::kFirstBackOff * 11 / 10);
}

TEST_F(PaceTest, ARequestAfterTheBlockIsANewIncident) {
  (void)refuse_again();
  (void)refuse_again();
  EXPECT_EQ(pace_.incidents(), 2);
}

TEST_F(PaceTest, HalfAnHourOfQuietIsForgiven) {
  for (int i = 0; i < 3; ++i) (void)refuse_again();
  const SteadyTime quiet_until = pace_.blocked_until() + Pace::kForgivenAfter;
  Pace early = pace_;
  early.refused(quiet_until - 1ms, quiet_until - 2s, std::nullopt);
  EXPECT_EQ(early.incidents(), 4);
  pace_.refused(quiet_until, quiet_until - 2s, std::nullopt);
  EXPECT_EQ(pace_.incidents(), 1);
  EXPECT_LE(pace_.blocked_until(), quiet_until + Pace::kFirstBackOff * 11 / 10);
}

TEST_F(PaceTest, HostsBlockedTogetherAreAskedAgainApart) {
  SteadyTime least = SteadyTime::max();
  SteadyTime most{};
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Pace pace(limits_, seed);
    pace.refused(kNow, kNow - 1s, std::nullopt);
    least = std::min(least, pace.blocked_until());
    most = std::max(most, pace.blocked_until());
  }
  EXPECT_GE(least, kNow + Pace::kFirstBackOff);
  EXPECT_LE(most, kNow + Pace::kFirstBackOff * 11 / 10);
  EXPECT_GT(most - least, Pace::kFirstBackOff / 20);
}

TEST_F(PaceTest, ABlockOutlivesARestart) {
  pace_.restore_block(kNow, 1'000, 1'000 + 300'000, 3);
  EXPECT_EQ(pace_.ready_at(), kNow + 5min);
  const milliseconds block = refuse_again();
  EXPECT_EQ(pace_.incidents(), 4);
  EXPECT_GE(block, expected_block(4));
}

TEST_F(PaceTest, AClockThatWasSetMakesABlockNoLonger) {
  constexpr std::int64_t kNowMs = 1'700'000'000'000;
  pace_.restore_block(kNow, kNowMs, 2 * kNowMs, 1);
  EXPECT_EQ(pace_.ready_at(), kNow + Pace::kMaxBackOff);
  pace_.restore_block(kNow, kNowMs, 0, 1);
  EXPECT_EQ(pace_.ready_at(), kNow);
}

TEST_F(PaceTest, ASlowHostIsAskedLessOften) {
  pace_.answered(4s, true);  // two at once: each second one of them may answer
  EXPECT_EQ(pace_.delay(), 2s);
  pace_.answered(6s, false);  // a failure may raise it too
  EXPECT_EQ(pace_.delay(), 3s);
}

TEST_F(PaceTest, TheDelayFallsByHalvesAndNeverBelowTheUsers) {
  pace_.answered(4s, true);
  pace_.answered(0ms, true);
  EXPECT_EQ(pace_.delay(), 1s);
  for (int i = 0; i < 20; ++i) pace_.answered(0ms, true);
  EXPECT_EQ(pace_.delay(), 250ms);
}

TEST_F(PaceTest, AFailureNeverLowersTheDelay) {
  pace_.answered(4s, true);
  for (int i = 0; i < 20; ++i) pace_.answered(1ms, false);  // errors come fast
  EXPECT_EQ(pace_.delay(), 2s);
}

TEST_F(PaceTest, AdaptationEndsAtAMinute) {
  pace_.answered(1h, true);
  EXPECT_EQ(pace_.delay(), Pace::kMaxAdaptedDelay);
}

TEST_F(PaceTest, ACrawlDelayIsNotTakenForASlowHost) {
  pace_.set_crawl_delay(40s);
  pace_.answered(10ms, true);
  pace_.answered(10ms, false);
  pace_.set_crawl_delay(0ms);  // its robots.txt has changed
  EXPECT_EQ(pace_.delay(), 250ms);
}

TEST(PaceWithoutDelayTest, ZeroSwitchesPacingOff) {
  const PaceLimits limits{0ms, 2};
  Pace pace(limits, 1);
  pace.answered(20s, true);
  pace.started(kNow);
  pace.sent(kNow);
  EXPECT_EQ(pace.ready_at(), kNow);
  pace.set_crawl_delay(1s);  // the host's own wish still holds
  EXPECT_EQ(pace.ready_at(), kNow + 1s + Pace::kWireSlack);
  pace.refused(kNow, kNow - 1s, 30s);
  EXPECT_EQ(pace.ready_at(), kNow + 30s);
}

}  // namespace
}  // namespace skitter::crawler
