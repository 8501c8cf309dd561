#include "storage/outcome.h"

#include <gtest/gtest.h>

namespace skitter::storage {
namespace {

TEST(OutcomeTest, WordsAndNumbersGoBothWays) {
  for (int i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    SCOPED_TRACE(to_string(outcome));
    EXPECT_EQ(outcome_from(to_string(outcome)), outcome);
  }
  EXPECT_EQ(to_string(Outcome::ParseLimit), "parse_limit");
  EXPECT_EQ(outcome_from("no such word"), std::nullopt);
}

TEST(OutcomeTest, ErrorsAreWhatWasAskedForAndNotGotWhole) {
  EXPECT_EQ(error_numbers(), "2,5,6,7,8,9,10");
  EXPECT_TRUE(is_error(Outcome::Timeout));
  EXPECT_FALSE(is_error(Outcome::Robots));
}

}  // namespace
}  // namespace skitter::storage
