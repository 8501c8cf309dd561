// `skitter query` and `skitter why` over a small database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "storage/database.h"
#include "storage/recorder.h"
#include "tests/cli/run_program.h"

namespace skitter::cli {
namespace {

using nlohmann::json;
using storage::Outcome;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

//    seed  -->  /a (404)
//          -->  /private (robots)
//          -->  /logo.png, an image
class QueryTest : public ::testing::Test {
 protected:
  QueryTest() {
    storage::Database database(path_, storage::Start::Fresh, storage::Durability::Process);
    storage::Recorder recorder(database.connection());

    storage::Record seeds;
    seeds.hosts = {{1, "a.example"}};
    seeds.discovered = {{1, "https://a.example/", 1, 0, 0, 0, Outcome::Queued, ""}};
    recorder.apply(seeds);

    storage::Record front;
    front.url = 1;
    front.outcome = Outcome::Ok;
    front.page.emplace();
    front.page->status = 200;
    front.page->bytes = 1'234;
    front.page->fetched_at_ms = 1'700'000'000'000;
    front.page->page.title = "日本 \x1b[31mred";
    front.discovered = {
        {2, "https://a.example/a", 1, 1, 1, 0, Outcome::Queued, ""},
        {3, "https://a.example/private", 1, 1, 1, 0, Outcome::Robots, "Disallow: /private"},
        {4, "https://a.example/logo.png", 0, 1, 1, 0, std::nullopt, ""}};
    front.links = {{2, parser::LinkKind::A, "", "to a"}, {4, parser::LinkKind::Image, "", ""}};
    recorder.apply(front);

    storage::Record missing;
    missing.url = 2;
    missing.outcome = Outcome::HttpError;
    missing.page.emplace();
    missing.page->status = 404;
    recorder.apply(missing);
  }

  [[nodiscard]] ProgramResult query(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"query", path_});
    return run(arguments);
  }
  [[nodiscard]] ProgramResult why(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"why", path_});
    return run(arguments);
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_ / "crawl.db";
};

TEST_F(QueryTest, PrintsATable) {
  const ProgramResult result = query({"SELECT id, title, status FROM pages ORDER BY id"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out,
            "id  title             status\n"
            "──  ────────────────  ──────\n"
            " 1  日本 \\x1b[31mred     200\n"
            " 2                       404\n");
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(QueryTest, PrintsJsonThatKeepsTheText) {
  const ProgramResult result =
      query({"SELECT title, status, error FROM pages WHERE id = 1", "--format", "json"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(json::parse(result.out),
            json::array({{{"title", "日本 \x1b[31mred"}, {"status", 200}, {"error", nullptr}}}));
}

TEST_F(QueryTest, ReportsAreListedShownAndRun) {
  EXPECT_THAT(query({"--list"}).out, HasSubstr("broken-links"));
  EXPECT_THAT(query({"outcomes", "--show"}).out, HasSubstr("FROM urls"));
  const ProgramResult result = query({"outcomes", "--format", "csv"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("outcome,urls\r\n"));
  EXPECT_THAT(result.out, HasSubstr("robots,1\r\n"));
}

TEST_F(QueryTest, RefusesWhatIsNoSingleQuestion) {
  struct Case {
    std::string given, words;
  };
  const Case cases[] = {
      {"outcoms", "no report 'outcoms'; did you mean outcomes?"},
      {"SELECT 1; SELECT 2", "more than one statement"},
      {"SELEC 1", "syntax error"},
      {"SELECT * FROM no_such", "no such table"},
      {"DELETE FROM urls", "query: "},
      {"ATTACH 'x.db' AS x", "query: "},
      {"-- nothing at all\n;", "the SQL is empty"},
  };
  for (const auto& [given, words] : cases) {
    SCOPED_TRACE(given);
    const ProgramResult result = query({"--", given});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr(words));
    EXPECT_THAT(result.out, IsEmpty());
  }
  EXPECT_EQ(query({}).status, 2);
}

TEST_F(QueryTest, OneStatementMayEndInASemicolonAndComments) {
  EXPECT_EQ(query({"-f", "csv", "/* one */ SELECT 1 AS n; -- that is all\n;"}).out, "n\r\n1\r\n");
}

TEST_F(QueryTest, ADatabaseThatCannotBeReadIsStatus3) {
  const ProgramResult result = run({"query", directory_ / "none.db", "outcomes"});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, StartsWith("skitter: "));
}

constexpr const char* kEndless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

TEST_F(QueryTest, TimeoutStopsIt) {
  const ProgramResult result = query({kEndless, "--timeout", "50ms"});
  EXPECT_FALSE(result.timed_out);
  EXPECT_EQ(result.status, 11);
  EXPECT_THAT(result.err, HasSubstr("stopped by --timeout"));
}

TEST_F(QueryTest, InterruptStopsIt) {
  // Its first row says that the query runs.
  Program program({"query", path_, "-f", "jsonl",
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, "
                   "printf('%1000d', i) FROM n"});
  ASSERT_TRUE(program.wait_until([&] { return program.out().size() > 100; }));
  program.signal(SIGINT);
  const ProgramResult result = program.wait();
  EXPECT_EQ(result.status, 11);
  EXPECT_THAT(result.err, HasSubstr("interrupted"));
}

TEST_F(QueryTest, WhyTellsTheRuleAndTheChain) {
  const ProgramResult result = why({"a.example/private", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const json answer = json::parse(result.out);
  EXPECT_EQ(answer["outcome"], "robots");
  EXPECT_EQ(answer["detail"], "Disallow: /private");
  EXPECT_EQ(answer["depth"], 1);
  EXPECT_EQ(answer["referrer"], "https://a.example/");
  EXPECT_EQ(answer["page"], nullptr);
  ASSERT_EQ(answer["chain"].size(), 2u);
  EXPECT_EQ(answer["chain"][0]["url"], "https://a.example/");
  EXPECT_EQ(answer["chain"][1]["url"], "https://a.example/private");

  const std::string text = why({"https://a.example/a#top"}).out;
  EXPECT_THAT(text, StartsWith("https://a.example/a\n"));
  EXPECT_THAT(text, HasSubstr("http_error: the server answered with an error"));
  EXPECT_THAT(text, HasSubstr("status    404"));
  EXPECT_THAT(text, HasSubstr("found from the seed\n    https://a.example/  (ok)\n"));
}

TEST_F(QueryTest, WhyHelpsWhereTheUrlIsUnknown) {
  struct Case {
    std::string given, words;
  };
  const Case cases[] = {
      {"http://a.example/a", "but there is https://a.example/a"},
      {"https://a.example/a/", "but there is https://a.example/a"},
      {"https://www.a.example/a", "but there is https://a.example/a"},
      {"https://a.example/a?x=1", "but there is https://a.example/a"},
      {"https://a.example/logo.png", "only stands as a link (image) on https://a.example/"},
      {"https://b.example/", "was never found"},
  };
  for (const auto& [given, words] : cases) {
    SCOPED_TRACE(given);
    const ProgramResult result = why({given});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr(words));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

}  // namespace
}  // namespace skitter::cli
