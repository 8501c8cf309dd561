// What the user or the machine gets wrong: one clear line, the right status, and nothing damaged.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "storage/sqlite.h"
#include "tests/e2e/crawl_fixture.h"

namespace skitter::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class MisuseTest : public CrawlTest {
 protected:
  MisuseTest() {
    site_.route("", "/", page_with_links({"/a"}));
    site_.route("", "/a", Answer::html("a"));
  }

  [[nodiscard]] std::string seed() const { return site_.url("a.localhost"); }

  void execute(const std::string& sql) const {
    const std::string file = path();
    const auto db =
        storage::open_connection(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, file);
    storage::execute(db.get(), sql);
  }

  // Whatever was refused, it was refused before anybody was asked for anything.
  void expect_refused(const ProgramResult& result, int status, const std::string& words) const {
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_THAT(result.err, AllOf(StartsWith("skitter: "), HasSubstr(words)));
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(site_.log().size(), 0u);
  }

  Site site_;
};

TEST_F(MisuseTest, UsageIsStatus2AndLeavesNoFile) {
  struct Case {
    Words given;
    std::string words;
  };
  const Case cases[] = {
      {{"--concurency", "5"}, "did you mean --concurrency?"},
      {{"--max-page=5"}, "did you mean --max-pages?"},
      {{"-c", "0"}, "--concurrency: must be at least 1"},
      {{"-c", "many"}, "--concurrency: 'many' is no whole number"},
      {{"--delay", "5"}, "--delay: '5' is no duration; write 250ms, 2s, 1m or 1h"},
      {{"--max-body", "8X"}, "--max-body: '8X' is no size"},
      {{"--rate-limit", "0"}, "--rate-limit: '0'"},
      {{"--scope", "planet"}, "--scope: 'planet' is none of host|domain|prefix|any"},
      {{"--include", "("}, "--include '('"},
      {{"--header", "no colon"}, "--header: 'no colon' is no header field"},
      {{"lists/missing"}, "lists/missing: no such file, and no URL"},
      {{"missing.txt"}, "missing.txt: no such file, and no URL"},
      {{"--config", "missing.toml"}, "missing.toml"},
      {{"--dns-servers", "not an address"}, "--dns-servers"},
      {{"--cacert", "missing.pem"}, "missing.pem"},
  };
  for (const auto& [given, words] : cases) {
    SCOPED_TRACE(words);
    Words arguments = given;
    if (given[0].starts_with("-")) arguments.push_back(seed());
    expect_refused(crawl(arguments), 2, words);
    EXPECT_FALSE(std::filesystem::exists(path()));
  }
}

TEST_F(MisuseTest, BadLinesOfSeedFilesAreNamed) {
  std::ofstream(path("seeds.txt"), std::ios::binary)
      << "\xef\xbb\xbf# sites\r\n\r\n"
      << seed() << "\r\nnonsense\r\nmailto:me@a.example\n  " << site_.url("b.localhost")
      << "  # the other\nhttp://[\n";
  const ProgramResult result = crawl({"seeds.txt"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("seeds.txt:4: nonsense: no URL"),
                                HasSubstr("seeds.txt:5: mailto:me@a.example: only http"),
                                HasSubstr("seeds.txt:7: http://[: no valid URL"),
                                Not(HasSubstr("seeds.txt:6"))));
  EXPECT_EQ(number("SELECT count(*) FROM urls WHERE depth = 0"), 2);
  EXPECT_EQ(number("SELECT seeds FROM runs"), 2);
}

TEST_F(MisuseTest, OnlyBadSeedsIsStatus2) {
  std::ofstream(path("seeds.txt")) << "nonsense\n";
  expect_refused(crawl({"seeds.txt"}), 2, "seeds.txt:1: nonsense");
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(MisuseTest, UnusableDatabaseIsStatus3) {
  std::filesystem::create_directory(path("directory"));
  std::ofstream(path("a-file")) << "x";
  for (const char* const name : {"missing/crawl.db", "directory", "a-file/crawl.db"}) {
    SCOPED_TRACE(name);
    expect_refused(crawl({seed()}, name), 3, name);
  }
}

TEST_F(MisuseTest, OtherFilesAreLeftAsTheyAre) {
  execute("CREATE TABLE mine(x); INSERT INTO mine VALUES ('precious')");
  std::ofstream(path("notes.txt")) << "a text that is longer than the head of a database would be, "
                                      "so that nothing can be mistaken for an empty file";
  for (const std::string name : {"crawl.db", "notes.txt"}) {
    for (const char* const flag : {"--no-color", "--fresh"}) {
      SCOPED_TRACE(name + " " + flag);
      const std::string before = read(path(name));
      expect_refused(crawl({seed(), flag}, name), 3, name);
      EXPECT_EQ(read(path(name)), before);
    }
  }
  expect_refused(skitter({"query", "notes.txt", "SELECT 1"}), 3, "notes.txt");
}

TEST_F(MisuseTest, ANewerSchemaIsRefused) {
  EXPECT_EQ(crawl({seed()}).status, 0);
  const std::size_t asked = site_.log().size();
  execute("PRAGMA user_version = 99");
  const std::string before = read(path());
  for (const Words& command : {crawl_words({seed()}), Words{"query", "crawl.db", "SELECT 1"},
                               Words{"why", "crawl.db", seed()}}) {
    SCOPED_TRACE(command[0]);
    const ProgramResult result = skitter(command);
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, HasSubstr("crawl.db was written by a newer skitter"));
  }
  EXPECT_EQ(read(path()), before);
  EXPECT_EQ(site_.log().size(), asked);
}

TEST_F(MisuseTest, ADamagedDatabaseIsStatus3) {
  EXPECT_EQ(crawl({seed()}).status, 0);
  {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(16'384);  // behind the first page
    file << std::string(100'000, '\xff');
  }
  const ProgramResult result = crawl({seed()});
  EXPECT_EQ(result.status, 3) << result.err;
  EXPECT_THAT(result.err, AllOf(StartsWith("skitter: "), HasSubstr("crawl.db")));
  EXPECT_EQ(skitter({"query", "crawl.db", "SELECT * FROM urls"}).status, 3);
}

// A limit of the size of files stands for a full disk: both fail a write in the middle of a
// transaction.
TEST_F(MisuseTest, AFullDiskLosesNothing) {
  const Site site(
      {.pages = site::PageOptions{
           .hosts = 1, .pages_per_host = 800, .size_bytes = 8'000, .links = 10, .robots_txt = {}}});
  const Words arguments = crawl_words(site.seeds());
  EXPECT_EQ(crawl(site.seeds(), "reference.db").status, 0);

  // In blocks of 512 bytes.
  const auto blocks = std::filesystem::file_size(path("reference.db")) * 6 / 10 / 512;
  Words limited = {"-c", "ulimit -f " + std::to_string(blocks) + "; exec \"$0\" \"$@\"",
                   SKITTER_PROGRAM};
  limited.insert(limited.end(), arguments.begin(), arguments.end());
  ProgramOptions shell = here();
  shell.program = "/bin/sh";
  const ProgramResult full = cli::run(limited, shell);
  ASSERT_EQ(full.status, 3) << full.err;
  EXPECT_THAT(full.err, AllOf(HasSubstr("skitter: "), HasSubstr("crawl.db")));
  expect_sound();
  EXPECT_GT(number("SELECT count(*) FROM pages"), 0);
  EXPECT_GT(number("SELECT count(*) FROM urls WHERE outcome = 'queued'"), 0);

  const ProgramResult last = skitter(arguments);
  EXPECT_EQ(last.status, 0) << last.err;
  expect_finished();
  expect_equal(contents(), contents("reference.db"));
}

}  // namespace
}  // namespace skitter::e2e
