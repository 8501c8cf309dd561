#include "storage/statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "temp_database.h"

namespace skitter::storage {
namespace {

using ::testing::HasSubstr;

class StatementTest : public ::testing::Test {
 protected:
  const Connection db_ = open_connection(":memory:", SQLITE_OPEN_READWRITE, ":memory:");
};

TEST_F(StatementTest, BindsAndReadsEveryType) {
  Statement statement(db_.get(), "SELECT ?1, ?2, ?3, ?4, ?5, ?6 AS last");
  statement.bind(1, std::string_view("a\0b", 3)).bind(2, std::int64_t{-1} << 40).bind(3, 0.5);
  statement.bind_blob(4, std::string_view("\xff\0", 2)).bind_null(5).bind(6, std::string_view());
  ASSERT_TRUE(statement.step());
  EXPECT_EQ(statement.text(0), std::string_view("a\0b", 3));
  EXPECT_EQ(statement.integer(1), std::int64_t{-1} << 40);
  EXPECT_EQ(statement.real(2), 0.5);
  EXPECT_EQ(statement.blob(3), std::string_view("\xff\0", 2));
  EXPECT_EQ(statement.type(4), ColumnType::Null);
  EXPECT_EQ(statement.type(5), ColumnType::Text);  // an empty view is not NULL
  EXPECT_EQ(statement.text(5), "");
  EXPECT_EQ(statement.column_name(5), "last");
  EXPECT_FALSE(statement.step());
}

TEST_F(StatementTest, TakesOneStatementOrGivesTheRest) {
  EXPECT_NO_THROW(Statement(db_.get(), "SELECT 1;  -- and a comment\n ;"));
  EXPECT_THAT(failure_of([&] { Statement(db_.get(), "SELECT 1; SELECT 2"); }),
              HasSubstr("more follow"));
  std::string_view rest = "SELECT 1; SELECT 2; -- end";
  std::vector<std::string> values;
  while (!rest.empty()) {
    Statement statement(db_.get(), rest, &rest);
    if (statement.is_empty()) continue;
    ASSERT_TRUE(statement.step());
    values.emplace_back(statement.text(0));
  }
  EXPECT_EQ(values, (std::vector<std::string>{"1", "2"}));
}

TEST_F(StatementTest, FailsWithTheWordsAndTheStatement) {
  struct Case {
    std::string_view sql, words;
  };
  const Case cases[] = {
      {"SELECT missing", "no such column: missing, in: SELECT missing"},
      {"SELEC 1", "near \"SELEC\": syntax error"},
      {"SELECT 1; SELEC 2", "near \"SELEC\": syntax error"},
      {std::string_view("SELECT 1\0 SELECT 2", 18), "NUL byte"},
      {"SELECT abs(-9223372036854775808)", "integer overflow, in: SELECT abs("},
  };
  for (const auto& [sql, words] : cases) {
    SCOPED_TRACE(sql);
    EXPECT_THAT(failure_of([&, text = sql] { Statement(db_.get(), text).run(); }),
                HasSubstr(words));
  }
}

}  // namespace
}  // namespace skitter::storage
