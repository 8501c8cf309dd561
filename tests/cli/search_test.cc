// `skitter search` over the pages of a small crawl.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "storage/database.h"
#include "storage/recorder.h"
#include "tests/cli/run_program.h"

namespace skitter::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SearchCommandTest : public ::testing::Test {
 protected:
  SearchCommandTest() {
    storage::Database database = open();
    storage::Record seeds;
    seeds.hosts = {{1, "a.example"}};
    seeds.discovered = {{1, "https://a.example/", 1, 0, 0, 0, storage::Outcome::Queued, ""},
                        {2, "https://a.example/b", 1, 0, 0, 0, storage::Outcome::Queued, ""}};
    storage::Recorder(database.connection()).apply(seeds);
    add_page(database, 1, "Pears", "They are \x1b[31m green");
  }

  [[nodiscard]] storage::Database open() const {
    return {path_, storage::Start::Continue, storage::Durability::Process};
  }
  static void add_page(storage::Database& database, storage::UrlId id, std::string_view title,
                       std::string_view text) {
    storage::Record record;
    record.url = id;
    record.outcome = storage::Outcome::Ok;
    record.page.emplace();
    record.page->page.title = title;
    record.page->page.text = text;
    storage::Recorder(database.connection()).apply(record);
  }
  [[nodiscard]] ProgramResult search(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"search", path_});
    return run(arguments);
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_ / "crawl.db";
};

TEST_F(SearchCommandTest, FindsAndKeepsUp) {
  ProgramResult result = search({"green", "--format", "json"});
  EXPECT_EQ(result.status, 0) << result.err;
  json hits = json::parse(result.out);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0]["url"], "https://a.example/");
  EXPECT_EQ(hits[0]["title"], "Pears");
  EXPECT_EQ(hits[0]["snippet"], "They are \x1b[31m [green]");
  EXPECT_TRUE(hits[0]["score"].is_number());

  {
    storage::Database database = open();
    add_page(database, 2, "Apples", "green or red");
  }
  result = search({"green", "--format", "jsonl"});
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 2);
  EXPECT_THAT(search({"green", "red"}).out, HasSubstr("Apples"));
  EXPECT_THAT(search({"green", "--limit", "1", "--format", "csv"}).out,
              ::testing::StartsWith("url,title,score,snippet\r\n"));
  EXPECT_THAT(search({"they"}).out, HasSubstr("\\x1b[31m green"));
  EXPECT_EQ(search({"they"}).out.find('\x1b'), std::string::npos);
}

TEST_F(SearchCommandTest, SaysWhatItCannotDo) {
  ProgramResult result = search({"nowhere"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, HasSubstr("no page has these words"));
  EXPECT_EQ(search({"\"open"}).status, 2);
  EXPECT_EQ(search({}).status, 2);
  EXPECT_THAT(search({"ab", "--trigram"}).err, HasSubstr("too short"));
  result = run({"search", directory_ / "none.db", "word"});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("there is no file"));
}

// A crawl that is at the file keeps all others from writing it.
TEST_F(SearchCommandTest, BesideACrawlWhatIsIndexedIsFound) {
  {
    const storage::Database crawl = open();
    const ProgramResult result = search({"green"});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, HasSubstr("no index yet"));
  }
  EXPECT_EQ(search({"green"}).err, "");
  storage::Database crawl = open();
  add_page(crawl, 2, "Apples", "green or red");
  const ProgramResult result = search({"green", "--format", "jsonl"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1);
  EXPECT_THAT(result.err, HasSubstr("1 page is not in the index, or not as it is now"));

}

TEST_F(SearchCommandTest, PlainSqlMayUseTheIndex) {
  EXPECT_EQ(search({"green"}).status, 0);
  const ProgramResult result =
      run({"query", path_, "SELECT count(*) AS n FROM search WHERE search MATCH 'green'",
           "--format", "csv"});
  EXPECT_EQ(result.out, "n\r\n1\r\n") << result.err;
}

}  // namespace
}  // namespace skitter::cli
