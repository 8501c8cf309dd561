// The full-text index: what is found, and that it keeps up with the pages.
#include "storage/search_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "temp_database.h"

namespace skitter::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(SearchIndexTest, ReadsWhatAPersonTypes) {
  struct Case {
    std::string_view typed, expression;
  };
  const Case cases[] = {
      {"one", R"(("one"))"},
      {" one\ttwo ", R"(("one") AND ("two"))"},
      {"one OR two three", R"(("one" OR "two") AND ("three"))"},
      {R"("two words" three)", R"(("two words") AND ("three"))"},
      {"pre*", R"(("pre"*))"},
      {R"("two wor"*)", R"(("two wor"*))"},
      {"one -two -\"three four\"", R"(("one") NOT ("two" OR "three four"))"},
      {"std::vector", R"(("std::vector"))"},  // the tokenizer makes a phrase of it
      {"a - b", R"(("a") AND ("-") AND ("b"))"},
      {"OR", R"(("OR"))"},
      {"one OR", R"(("one"))"},
      {"NEAR(a) title:b", R"x(("NEAR(a)") AND ("title:b"))x"},  // FTS5's own words are words
  };
  for (const auto& [typed, expression] : cases) {
    SCOPED_TRACE(typed);
    EXPECT_EQ(match_expression(typed, SearchTokens::Words), expression);
  }
  for (const std::string_view typed : {"", "  ", "\"open", "-one", "\"\"", "a \""}) {
    SCOPED_TRACE(typed);
    EXPECT_THROW((void)match_expression(typed, SearchTokens::Words), SearchError);
  }
  EXPECT_THROW((void)match_expression("日本", SearchTokens::Trigrams), SearchError);
  EXPECT_EQ(match_expression("日本語", SearchTokens::Trigrams), R"(("日本語"))");
}

class SearchTest : public ::testing::Test {
 protected:
  SearchTest() { apply(database_, seed_record()); }

  // Page `id` is fetched at `time` and says so.
  void fetched(UrlId id, std::int64_t time, std::string_view title, std::string_view text) {
    Record record;
    record.url = id;
    record.outcome = Outcome::Ok;
    PageRow& page = record.page.emplace();
    page.status = 200;
    page.fetched_at_ms = time;
    page.page.title = title;
    page.page.text = text;
    apply(database_, record);
  }

  std::vector<std::string> found(std::string_view typed,
                                 SearchTokens tokens = SearchTokens::Words) {
    Statement hits = search(database_.connection(), tokens, match_expression(typed, tokens), 10);
    std::vector<std::string> all;
    while (hits.step()) all.push_back(fmt_row(hits));
    return all;
  }
  static std::string fmt_row(const Statement& hit) {
    return std::string(hit.text(0)) + " " + std::string(hit.text(3));
  }

  [[nodiscard]] SearchState state(SearchTokens tokens = SearchTokens::Words) {
    return search_state(database_.connection(), tokens);
  }
  void update(SearchTokens tokens = SearchTokens::Words) {
    update_search(database_.connection(), tokens);
  }

  TempDirectory directory_;
  Database database_ = open_database(directory_.file());
};

TEST_F(SearchTest, TheTitleCountsMost) {
  fetched(1, 1, "Fruit", "Of all the fruit an apple, an apple and the apple.");
  fetched(2, 1, "The apple", "A fruit like others.");
  EXPECT_FALSE(state().exists);
  EXPECT_EQ(state().missing, 2u);
  update();
  EXPECT_TRUE(state().is_current());
  EXPECT_THAT(found("apple"),
              ElementsAre("http://a.example/two The [apple]", HasSubstr("an [apple]")));
  EXPECT_THAT(found("apple -all"), ElementsAre(HasSubstr("/two")));
  EXPECT_THAT(found("pear"), IsEmpty());
  EXPECT_THAT(found("others OR all"), ElementsAre(HasSubstr("others"), HasSubstr("all")));
}

TEST_F(SearchTest, DiacriticsAndCaseMakeNoDifference) {
  fetched(1, 1, "", "Crème brûlée\nÀ LA CARTE");
  update();
  EXPECT_THAT(found("creme BRULEE"), ElementsAre(HasSubstr("[Crème] [brûlée] À LA CARTE")));
}

TEST_F(SearchTest, TrigramsFindTextWithoutSpaces) {
  fetched(1, 1, "", "東京都は日本の首都である");
  update();
  update(SearchTokens::Trigrams);
  EXPECT_THAT(found("日本の"), IsEmpty());  // one long word
  EXPECT_THAT(found("日本の", SearchTokens::Trigrams), ElementsAre(HasSubstr("[日本の]")));
}

TEST_F(SearchTest, KeepsUpWithThePages) {
  fetched(1, 1, "one", "");
  update();
  fetched(2, 1, "two", "");
  EXPECT_EQ(state().missing, 1u);
  update();
  EXPECT_THAT(found("one OR two"), ::testing::SizeIs(2));

  fetched(1, 2, "three", "");
  EXPECT_EQ(state().changed, 1u);
  update();
  EXPECT_TRUE(state().is_current());
  EXPECT_THAT(found("one"), IsEmpty());
  EXPECT_THAT(found("three"), ::testing::SizeIs(1));
  EXPECT_THAT(found("two"), ::testing::SizeIs(1));
}

TEST_F(SearchTest, WhatSaysNothingIsNotInIt) {
  fetched(1, 1, "", "");
  EXPECT_EQ(state().missing, 0u);
  update();
  EXPECT_TRUE(state().is_current());
  EXPECT_EQ(query_integer(database_.connection(), "SELECT count(*) FROM search_page"), 0);
}

TEST_F(SearchTest, AnUpdateCutShortGoesOn) {
  constexpr UrlId kPages = 2 * kSearchBatch + 1;
  Record more;
  for (UrlId id = 3; id <= kPages; ++id) {
    more.discovered.push_back(
        {.id = id, .url = "http://a.example/" + std::to_string(id), .host = 1, .detail = {}});
  }
  apply(database_, more);
  for (UrlId id = 1; id <= kPages; ++id) fetched(id, 1, "word", "");
  // The second batch fails, as if the disk were full.
  update_search(database_.connection(), SearchTokens::Trigrams);  // makes the view
  execute(database_.connection(),
          "CREATE VIRTUAL TABLE search USING fts5(title, h1, text, content='search_source', "
          "content_rowid='id');"
          "CREATE TABLE search_page(id INTEGER PRIMARY KEY CHECK (id <= 600), "
          "fetched_at_ms INTEGER NOT NULL)");
  EXPECT_THAT(failure_of([&] { update(); }), HasSubstr("CHECK"));
  EXPECT_EQ(state().missing, kPages - kSearchBatch);
  EXPECT_EQ(query_integer(database_.connection(),
                          "SELECT count(*) FROM search WHERE search MATCH 'word'"),
            kSearchBatch);
  execute(database_.connection(),
          "ALTER TABLE search_page RENAME TO cut_short;"
          "CREATE TABLE search_page(id INTEGER PRIMARY KEY, fetched_at_ms INTEGER NOT NULL);"
          "INSERT INTO search_page SELECT * FROM cut_short");
  update();
  EXPECT_TRUE(state().is_current());
  EXPECT_EQ(query_integer(database_.connection(),
                          "SELECT count(*) FROM search WHERE search MATCH 'word'"),
            kPages);
}

}  // namespace
}  // namespace skitter::storage
