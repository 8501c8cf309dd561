// A database that is damaged, or that nobody may write: each subcommand ends with a message and status 3, or does what
// the part that is whole allows; none crashes, and none hangs.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "tests/e2e/crawl_fixture.h"
#include "tests/sanitized.h"

namespace skitter::e2e {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kPageBytes = 16'384;

class DamageTest : public CrawlTest {
 protected:
  DamageTest()
      : site_({.pages = site::PageOptions{.hosts = 1,
                                          .pages_per_host = 40,
                                          .size_bytes = 3'000,
                                          .links = 8,
                                          .redirect_share = 0.1,
                                          .robots_txt = {}}}) {}

  // A crawl that has something left to do.
  [[nodiscard]] std::string make_database() const {
    Words words = crawl_words(site_.seeds());
    words.insert(words.end(), {"--max-pages", "25"});
    EXPECT_EQ(skitter(words).status, 0);
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void put(const std::string& bytes) const {
    for (const char* const suffix : {"-wal", "-shm", "-journal"}) {
      std::filesystem::remove(path() + suffix);
    }
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << bytes;
  }

  [[nodiscard]] std::vector<Words> commands() const {
    return {
        {"query", "crawl.db", "SELECT * FROM urls LEFT JOIN pages USING (id)"},
        {"query", "crawl.db", "SELECT count(*), count(anchor) FROM links"},
        {"query", "crawl.db", "errors"},
        {"why", "crawl.db", site_.url("h0.localhost", "/p/7.html")},
        {"search", "crawl.db", "garden"},
        {"extract", "crawl.db", "-e", "title=title"},
        crawl_words(site_.seeds()),
    };
  }

  // `statuses`: what is allowed beside 3.
  void expect_no_crash(const std::string& bytes, const std::set<int>& statuses) const {
    for (const Words& command : commands()) {
      SCOPED_TRACE(command[0] + " " + command[2]);
      put(bytes);
      const ProgramResult result = skitter(command);
      EXPECT_FALSE(result.timed_out);
      EXPECT_EQ(result.signal, 0) << result.err;
      if (result.status != 3) {
        EXPECT_TRUE(statuses.contains(result.status)) << result.status << result.err;
      }
      if (result.status != 0) {
        EXPECT_THAT(result.err, HasSubstr("skitter: "));
      }
    }
  }

  Site site_;
};

TEST_F(DamageTest, WithoutAHeadItIsStatus3) {
  const std::string whole = make_database();
  struct Case {
    const char* what;
    std::size_t at;
    std::string bytes;
  };
  const Case cases[] = {
      {"no magic", 0, "SQLite formal 3"},
      {"the page size", 16, std::string("\x01\x23", 2)},
      {"the kind of the first page", 100, "\x77"},
      {"the cells of the schema", 108, std::string(400, '\xff')},
      {"nothing but zeros", 0, std::string(whole.size(), '\0')},
      {"a text", 0, std::string(whole.size(), 'x')},
  };
  for (const auto& [what, at, bytes] : cases) {
    SCOPED_TRACE(what);
    std::string damaged = whole;
    damaged.replace(at, bytes.size(), bytes);
    expect_no_crash(damaged, {});
  }
}

// What is damaged elsewhere is met by those who come to it.
TEST_F(DamageTest, DamagedPagesCostNoCrash) {
  const std::string whole = make_database();
  constexpr std::size_t kEachOf = kIsSanitized ? 4 : 1;
  for (std::size_t page = 1; page * kPageBytes < whole.size(); page += kEachOf) {
    SCOPED_TRACE(page);
    std::string damaged = whole;
    damaged.replace(page * kPageBytes, 16, std::string(16, '\xff'));
    expect_no_crash(damaged, {0, 1, 4});
    if (HasFailure()) return;
  }
}

TEST_F(DamageTest, FlippedBytesCostNoCrash) {
  const std::string whole = make_database();
  std::mt19937 random(20'261'127);
  for (int round = 0; round < (kIsSanitized ? 3 : 12); ++round) {
    SCOPED_TRACE(round);
    std::string damaged = whole;
    for (int flip = 0; flip < 200; ++flip) {
      damaged[100 + random() % (whole.size() - 100)] ^= static_cast<char>(1u << random() % 8);
    }
    expect_no_crash(damaged, {0, 1, 4});
    if (HasFailure()) return;
  }
}

TEST_F(DamageTest, ACutFileCostsNoCrash) {
  const std::string whole = make_database();
  for (const std::size_t size : {std::size_t{1}, std::size_t{99}, std::size_t{100}, kPageBytes,
                                 whole.size() / 2, whole.size() - 1}) {
    SCOPED_TRACE(size);
    expect_no_crash(whole.substr(0, size), {0, 1, 4});
  }
}

TEST_F(DamageTest, ADirectoryIsStatus3) {
  std::filesystem::create_directory(path());
  for (const Words& command : commands()) {
    SCOPED_TRACE(command[0]);
    const ProgramResult result = skitter(command);
    EXPECT_EQ(result.status, 3) << result.err;
    EXPECT_THAT(result.err, HasSubstr("crawl.db"));
  }
}

// To root every file is writable, unless the disk is not.
TEST_F(DamageTest, WhereNobodyMayWriteACrawlIsRefused) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const std::string whole = make_database();
  const auto expect_refused = [&] {
    const std::size_t before = site_.log().size();
    const ProgramResult result = skitter(crawl_words(site_.seeds()));
    EXPECT_EQ(result.status, 3) << result.err;
    EXPECT_THAT(result.err, HasSubstr("writable"));
    EXPECT_EQ(site_.log().size(), before);
    EXPECT_EQ(skitter({"query", "crawl.db", "SELECT count(*) FROM urls"}).status, 0);
  };
  ASSERT_EQ(chmod(path().c_str(), 0444), 0);
  expect_refused();
  ASSERT_EQ(chmod(path().c_str(), 0644), 0);
  const std::string directory = std::filesystem::path(path()).parent_path().string();
  ASSERT_EQ(chmod(directory.c_str(), 0555), 0);
  const ProgramResult result = skitter(crawl_words(site_.seeds()));
  EXPECT_EQ(chmod(directory.c_str(), 0755), 0);
  EXPECT_EQ(result.status, 3) << result.err;
  EXPECT_THAT(result.err, HasSubstr("crawl.db"));
}

}  // namespace
}  // namespace skitter::e2e
