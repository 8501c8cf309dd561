// A call of the system or of a library that fails costs no more than the run: it ends by itself with a message and a
// status of the contract, the database is whole, and the same command again goes on to what an undisturbed crawl finds.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/e2e/crawl_fixture.h"

namespace skitter::e2e {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using Environment = std::vector<std::pair<std::string, std::string>>;

// One kind of call, and what a run may end with whose call fails.
struct FailingCall {
  std::string call;
  std::string path;  // of files that hold this in their path only
  std::set<int> statuses;
  std::size_t points;  // at most so many are tried, spread over all
  int error = 0;       // 0: the usual one
  bool for_good = false;
};

class FaultsTest : public CrawlTest {
 protected:
  FaultsTest() : site_({.pages = pages()}) {}

  static site::PageOptions pages() {
    return {.hosts = 1,
            .pages_per_host = 30,
            .size_bytes = 6'000,
            .links = 6,
            .redirect_share = 0.1,
            .missing_share = 0.1,
            .robots_txt = "User-agent: *\nDisallow: /p/7"};
  }

  [[nodiscard]] Words words() const {
    Words all = crawl_words(site_.seeds());
    all.insert(all.end(), {"--workers", "2", "--min-free", "0"});
    return all;
  }

  [[nodiscard]] ProgramResult run(const Environment& faults) const { return run(words(), faults); }
  [[nodiscard]] ProgramResult run(const Words& words, const Environment& faults) const {
    ProgramOptions options = here();
    options.env = faults;
    options.env.emplace_back("LD_PRELOAD", SKITTER_FAULTS);
    return cli::run(words, options);
  }

  void remove_database() const {
    for (const char* const suffix : {"", "-wal", "-shm", "-journal"}) {
      std::filesystem::remove(path() + suffix);
    }
    std::filesystem::remove(path("failed"));
  }

  // How often an undisturbed crawl makes this call.
  [[nodiscard]] unsigned long count(const FailingCall& fault) const {
    const ProgramResult result =
        run({{"FAULT_PATH", fault.path}, {"FAULT_COUNTS", path("counts")}});
    EXPECT_EQ(result.status, 0) << result.err;
    remove_database();
    std::ifstream lines(path("counts"));
    std::string call;
    for (unsigned long calls = 0; lines >> call >> calls;) {
      if (call == fault.call) return calls;
    }
    return 0;
  }

  // Fails the call number `at`; false where the crawl did not come to it.
  [[nodiscard]] bool survives(const FailingCall& fault, unsigned long at,
                              const Contents& want) const {
    Environment faults = {{"FAULT_CALL", fault.call},
                          {"FAULT_PATH", fault.path},
                          {"FAULT_AT", std::to_string(at)},
                          {"FAULT_MARK", path("failed")}};
    if (fault.error != 0) faults.emplace_back("FAULT_ERRNO", std::to_string(fault.error));
    if (fault.for_good) faults.emplace_back("FAULT_TIMES", "1000000000");
    const ProgramResult result = run(faults);
    const bool failed = std::filesystem::exists(path("failed"));
    EXPECT_FALSE(result.timed_out) << result.err;
    EXPECT_EQ(result.signal, 0) << result.err;
    EXPECT_THAT(fault.statuses, Contains(result.status)) << result.err;
    if (result.status != 0) {
      EXPECT_THAT(result.err, HasSubstr("skitter: "));
    }
    if (std::filesystem::exists(path())) expect_whole();

    const ProgramResult again = skitter(words());
    EXPECT_EQ(again.status, 0) << again.err;
    expect_finished();
    expect_equal(contents(), want);
    remove_database();
    return failed;
  }

  void expect_every_point_survived(const FailingCall& fault) {
    const Contents want = reference();
    const unsigned long calls = count(fault);
    ASSERT_GT(calls, 0u);
    const unsigned long step = std::max(1ul, calls / fault.points);
    int tried = 0;
    int failed = 0;
    for (unsigned long at = 1; at <= calls; at += step, ++tried) {
      SCOPED_TRACE(fault.call + " number " + std::to_string(at) + " of " + std::to_string(calls));
      if (survives(fault, at, want)) ++failed;
      if (HasFailure()) break;
    }
    RecordProperty("calls", static_cast<int>(calls));
    RecordProperty("points", failed);
    EXPECT_GE(failed, tried * 3 / 4);  // threads: a crawl does not make the same number each time
  }

  [[nodiscard]] Contents reference() const {
    EXPECT_EQ(skitter(words()).status, 0);
    expect_finished();
    const Contents found = contents();
    remove_database();
    return found;
  }

  // What is wrong with how a run with a failing allocation ended; empty: nothing.
  [[nodiscard]] static std::string misbehaviour(const ProgramResult& result) {
    const bool is_told = result.status == 0 || result.err.find("skitter: ") != std::string::npos;
    if (result.signal != 0) return "signal " + std::to_string(result.signal) + ": " + result.err;
    if (!std::set<int>{0, 1, 3}.contains(result.status)) return std::to_string(result.status);
    return is_told ? "" : "ended without a message";
  }

  // A file whose making was cut short may be empty, and is then no database yet.
  void expect_whole() const { EXPECT_EQ(integrity(), Words{"ok"}); }

  Site site_;
};

TEST_F(FaultsTest, Reads) {
  expect_every_point_survived({"read", "crawl.db", {0, 3}, 10});
}
TEST_F(FaultsTest, Writes) {
  expect_every_point_survived({"write", "crawl.db", {0, 3}, 12});
}
TEST_F(FaultsTest, WritesToAFullDisk) {
  expect_every_point_survived({"write", "crawl.db", {0, 3}, 12, ENOSPC, true});
}
TEST_F(FaultsTest, WritesBeyondAQuota) {
  expect_every_point_survived({"write", "crawl.db", {0, 3}, 6, EDQUOT, true});
}
TEST_F(FaultsTest, Syncs) {
  expect_every_point_survived({"sync", "crawl.db", {0, 3}, 10});
}
TEST_F(FaultsTest, Opens) {
  expect_every_point_survived({"open", "crawl.db", {0, 3}, 10});
}
TEST_F(FaultsTest, Truncations) {
  expect_every_point_survived({"truncate", "crawl.db", {0, 3}, 5});
}
TEST_F(FaultsTest, Maps) {
  expect_every_point_survived({"map", "crawl.db", {0, 3}, 5});
}
TEST_F(FaultsTest, Locks) {
  expect_every_point_survived({"lock", "crawl.db", {0, 3}, 10});
}
TEST_F(FaultsTest, Threads) {
  expect_every_point_survived({"thread", "", {0, 1}, 10});
}
TEST_F(FaultsTest, Allocations) {
  expect_every_point_survived({"alloc", "", {0, 1, 3}, 60});
}

// An import is not gone on with: it gets through, or says why not, and leaves a sound database.
TEST_F(FaultsTest, AllocationsOfAnImport) {
  ASSERT_EQ(skitter(words()).status, 0);
  ASSERT_EQ(skitter({"export", "crawl.db", "-f", "warc", "-o", "a.warc.gz"}).status, 0);
  const Words import = {"import", "a.warc.gz", "-o", "b.db", "--fresh", "--workers", "1", "-q"};
  ASSERT_EQ(run(import, {{"FAULT_COUNTS", path("counts")}}).status, 0);
  const Contents want = contents("b.db");
  std::ifstream lines(path("counts"));
  std::string call;
  unsigned long calls = 0;
  while (lines >> call >> calls && call != "alloc") {
  }
  ASSERT_EQ(call, "alloc");
  constexpr unsigned long kPoints = 60;
  int failed = 0;
  for (unsigned long at = 1; at <= calls; at += std::max(1ul, calls / kPoints)) {
    SCOPED_TRACE(at);
    const ProgramResult result = run(import, {{"FAULT_CALL", "alloc"},
                                              {"FAULT_AT", std::to_string(at)},
                                              {"FAULT_MARK", path("failed")}});
    EXPECT_FALSE(result.timed_out);
    EXPECT_EQ(misbehaviour(result), "");
    if (std::filesystem::remove(path("failed"))) ++failed;
    if (std::filesystem::exists(path("b.db"))) {
      EXPECT_EQ(integrity("b.db"), Words{"ok"});
    }
  }
  EXPECT_GE(failed, static_cast<int>(kPoints * 3 / 4));
  ASSERT_EQ(skitter(import).status, 0);
  expect_equal(contents("b.db"), want);
}

}  // namespace
}  // namespace skitter::e2e
