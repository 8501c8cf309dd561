#include "crawler/inbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace skitter::crawler {
namespace {

// Takes whatever is there each time the loop is woken.
struct InboxReader {
  static void on_wake(uv_poll_t* handle, int, int) {
    auto& reader = *static_cast<InboxReader*>(handle->data);
    ++reader.calls;
    std::vector<int> values;
    reader.inbox.take_all(values);
    reader.got.insert(reader.got.end(), values.begin(), values.end());
  }
  void run_once() { (void)uv_run(loop.get(), UV_RUN_NOWAIT); }

  EventLoop loop;
  Inbox<int> inbox{loop.get(), &InboxReader::on_wake, this};
  std::vector<int> got;
  int calls = 0;
};

TEST(InboxTest, HandsOverWhatWasPutOnceItIsWoken) {
  InboxReader reader;
  reader.inbox.put(1);
  reader.run_once();
  EXPECT_EQ(reader.calls, 0);
  reader.inbox.put(2);
  reader.inbox.wake();
  reader.inbox.wake();
  reader.run_once();
  EXPECT_EQ(reader.calls, 1);
  EXPECT_THAT(reader.got, testing::ElementsAre(1, 2));
  reader.inbox.wake();  // there is nothing
  reader.run_once();
  EXPECT_EQ(reader.calls, 1);
  reader.inbox.push(3);
  reader.run_once();
  EXPECT_THAT(reader.got, testing::ElementsAre(1, 2, 3));
}

TEST(InboxTest, LosesNothingOfSeveralThreads) {
  constexpr int kThreads = 4;
  constexpr int kValues = 5'000;
  InboxReader reader;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&reader, t] {
      for (int i = 0; i < kValues; ++i) reader.inbox.push(t * kValues + i);
    });
  }
  while (reader.got.size() < kThreads * kValues) (void)uv_run(reader.loop.get(), UV_RUN_ONCE);
  for (std::thread& thread : threads) thread.join();
  std::vector<int> last(kThreads, -1);
  for (const int value : reader.got) {
    int& before = last[static_cast<std::size_t>(value / kValues)];
    EXPECT_LT(before, value);  // in the order of each thread
    before = value;
  }
}

}  // namespace
}  // namespace skitter::crawler
