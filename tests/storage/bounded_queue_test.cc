#include "storage/bounded_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace skitter::storage {
namespace {

using ::testing::ElementsAre;

const SteadyTime kPast = SteadyTime::min();

TEST(BoundedQueueTest, KeepsOrderAndRefusesBeyondItsCapacity) {
  BoundedQueue<std::unique_ptr<int>> queue(2);
  EXPECT_TRUE(queue.try_push(std::make_unique<int>(1)));
  EXPECT_TRUE(queue.push(std::make_unique<int>(2)));
  auto refused = std::make_unique<int>(3);
  EXPECT_FALSE(queue.try_push(std::move(refused)));
  ASSERT_NE(refused, nullptr);  // untouched
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(**queue.pop(), 1);
  EXPECT_EQ(**queue.try_pop(), 2);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
}

TEST(BoundedQueueTest, PopsSeveralUnderOneLock) {
  BoundedQueue<int> queue(8);
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(queue.push(int{i}));
  std::vector<int> out{0};
  EXPECT_TRUE(queue.pop_some(out, 3, std::nullopt));
  EXPECT_THAT(out, ElementsAre(0, 1, 2, 3));
  EXPECT_TRUE(queue.pop_some(out, 3, kPast));
  EXPECT_THAT(out, ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_TRUE(queue.pop_some(out, 3, kPast));  // the deadline has passed, the queue is still open
  EXPECT_EQ(out.size(), 6u);
}

TEST(BoundedQueueTest, GivesOutWhatItHoldsOnceClosed) {
  BoundedQueue<int> queue(8);
  ASSERT_TRUE(queue.push(1));
  ASSERT_TRUE(queue.push(2));
  queue.close();
  EXPECT_FALSE(queue.push(3));
  EXPECT_FALSE(queue.try_push(3));
  EXPECT_FALSE(queue.is_drained());
  EXPECT_EQ(queue.pop(), 1);
  std::vector<int> out;
  EXPECT_TRUE(queue.pop_some(out, 9, std::nullopt));
  EXPECT_THAT(out, ElementsAre(2));
  EXPECT_FALSE(queue.pop_some(out, 9, std::nullopt));
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_TRUE(queue.is_drained());
}

TEST(BoundedQueueTest, WakesWhoWaits) {
  BoundedQueue<int> there(1);
  BoundedQueue<int> back(1);
  std::thread echo([&] {
    while (auto value = there.pop()) {
      if (!back.push(std::move(*value))) return;
    }
    back.close();
  });
  int sum = 0;
  std::thread drain([&] {
    std::vector<int> out;
    while (back.pop_some(out, 4, std::nullopt)) {
    }
    for (const int value : out) sum += value;
  });
  for (int i = 1; i <= 10'000; ++i) ASSERT_TRUE(there.push(int{i}));
  there.close();
  echo.join();
  drain.join();
  EXPECT_EQ(sum, 10'000 * 10'001 / 2);
}

TEST(BoundedQueueTest, ClosingEndsABlockedPush) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.push(1));
  bool pushed = true;
  std::thread blocked([&] { pushed = queue.push(2); });
  queue.close();
  blocked.join();
  EXPECT_FALSE(pushed);
}

}  // namespace
}  // namespace skitter::storage
