#include "cli/progress_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/text.h"

namespace skitter::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

crawler::Progress sample() {
  crawler::Progress progress;
  progress.done = 1'234;
  progress.queued = 56;
  progress.in_flight = 12;
  progress.pages_per_second = 45.3;
  progress.bytes_per_second = 1'200'000;
  progress.status_2xx = 1'200;
  progress.status_4xx = 30;
  progress.errors = 4;
  progress.hosts_ready = 3;
  progress.hosts_waiting = 9;
  progress.bottleneck = crawler::Bottleneck::Politeness;
  return progress;
}

TEST(ProgressLineTest, TellsAllWhereThereIsRoom) {
  EXPECT_EQ(progress_line(sample(), 0),
            "1,234 done  56 queued  12 in flight  45.3 pages/s  1.2 MB/s  "
            "2xx 1,200 3xx 0 4xx 30 5xx 0 errors 4  hosts 3 ready 9 waiting  limit: politeness");
}

TEST(ProgressLineTest, FitsEveryWidthAndKeepsWhatMattersMost) {
  for (std::size_t width = 1; width < 200; ++width) {
    SCOPED_TRACE(width);
    EXPECT_LE(display_width(progress_line(sample(), width)), width);
  }
  const std::string line = progress_line(sample(), 80);
  EXPECT_THAT(line, HasSubstr("1,234 done  56 queued"));
  EXPECT_THAT(line, EndsWith("limit: politeness"));
  EXPECT_THAT(line, Not(HasSubstr("hosts")));
}

}  // namespace
}  // namespace skitter::cli
