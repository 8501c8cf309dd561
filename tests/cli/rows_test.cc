#include "cli/rows.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <vector>

#include "tests/cli/run_program.h"

namespace skitter::cli {
namespace {

using storage::ColumnType;

Value integer(std::int64_t value) {
  return {ColumnType::Integer, value, 0, ""};
}
Value real(double value) {
  return {ColumnType::Real, 0, value, ""};
}
Value text(std::string_view value) {
  return {ColumnType::Text, 0, 0, value};
}
Value blob(std::string_view value) {
  return {ColumnType::Blob, 0, 0, value};
}
Value null() {
  return {};
}

using Rows = std::vector<std::vector<Value>>;

std::string write(RowFormat format, const std::vector<std::string>& columns, const Rows& rows,
                  const RowStyle& style = {}) {
  const TemporaryDirectory directory;
  const std::string path = directory / "out";
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY, 0600);
  Output output(fd);
  const auto writer = make_row_writer(format, output, style);
  writer->begin(columns);
  for (const auto& row : rows) writer->row(row);
  writer->end();
  output.flush();
  ::close(fd);
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(RowsTest, TableAlignsNumbersRightAndShowsNullEmpty) {
  EXPECT_EQ(write(RowFormat::Table, {"url", "n"},
                  {{text("a"), integer(7)}, {text("bcd"), integer(1234)}, {null(), null()}}),
            "url     n\n"
            "───  ────\n"
            "a       7\n"
            "bcd  1234\n"
            "\n");
}

TEST(RowsTest, TableFitsTheTerminalAndHidesNoControls) {
  RowStyle style;
  style.width = 20;
  EXPECT_EQ(write(RowFormat::Table, {"title"}, {{text("\x1b]0;owned\x07 and so on")}}, style),
            "title\n"
            "────────────────────\n"
            "\\x1b]0;owned\\x07 an…\n");
}

TEST(RowsTest, TableCutsHugeCellsEvenInAPipe) {
  const std::string huge(100'000, 'x');
  const std::string out = write(RowFormat::Table, {"text", "n"}, {{text(huge), integer(1)}});
  EXPECT_LT(out.size(), 4'000u);
  EXPECT_NE(out.find("…"), std::string::npos);
}

TEST(RowsTest, TableGoesOnAfterTheSample) {
  const Rows rows(RowWriter::kSampledRows + 5, {integer(1)});
  const std::string out = write(RowFormat::Table, {"n"}, rows);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 2 + RowWriter::kSampledRows + 5);
}

// RFC 4180 §2.
TEST(RowsTest, CsvQuotesWhatNeedsIt) {
  EXPECT_EQ(write(RowFormat::Csv, {"a", "b,c"},
                  {{text("plain"), text("say \"hi\"")},
                   {text("two\nlines"), null()},
                   {text(""), integer(-3)},
                   {blob("\x01\xff"), real(0.5)}}),
            "a,\"b,c\"\r\n"
            "plain,\"say \"\"hi\"\"\"\r\n"
            "\"two\nlines\",\r\n"
            "\"\",-3\r\n"
            "01ff,0.5\r\n");
}

TEST(RowsTest, CsvOfALoneNullIsNoBlankLine) {
  EXPECT_EQ(write(RowFormat::Csv, {"a"}, {{null()}}), "a\r\n\"\"\r\n");
}

TEST(RowsTest, CsvOnATerminalShowsControls) {
  RowStyle style;
  style.terminal = true;
  EXPECT_EQ(write(RowFormat::Csv, {"a"}, {{text("\x1b[2J")}}, style), "a\r\n\\x1b[2J\r\n");
  EXPECT_EQ(write(RowFormat::Csv, {"a"}, {{text("\x1b[2J")}}), "a\r\n\x1b[2J\r\n");
}

// A spreadsheet runs what it takes for a formula, whoever wrote it.
TEST(RowsTest, CsvGivesSpreadsheetsNoFormula) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"=HYPERLINK(A1)", "'=HYPERLINK(A1)"},
      {"=\"x\"", "\"'=\"\"x\"\"\""},
      {"+cmd", "'+cmd"},
      {"-1+1", "'-1+1"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"\t=1", "'\t=1"},
      {"\r=1", "\"'\r=1\""},
      {"\n=1", "\"'\n=1\""},
      {"\xef\xbc\x9d"
       "1",
       "'\xef\xbc\x9d"
       "1"},                              // U+FF1D, which some take for '='
      {"\xef\xbc\x8b", "'\xef\xbc\x8b"},  // U+FF0B
      {"\xef\xbc\x8d", "'\xef\xbc\x8d"},  // U+FF0D
      {"\xef\xbc\xa0", "'\xef\xbc\xa0"},  // U+FF20
      {"-", "'-"},                        //
      {"-1.5", "-1.5"},                   // a number is no formula
      {"+48", "+48"},                     //
      {"-1e5", "-1e5"},                   //
      {"-inf", "'-inf"},                  // nor is this one
      {"+-1", "'+-1"},                    //
      {"-0x1", "'-0x1"},                  //
      {"a=b", "a=b"},                     //
      {"'=1", "'=1"},                     // guarded already
      {"\xef\xbc\x9e", "\xef\xbc\x9e"},   // U+FF1E
      {"http://a.example/?=1", "http://a.example/?=1"},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(want);
    EXPECT_EQ(write(RowFormat::Csv, {"a"}, {{text(given)}}), "a\r\n" + std::string(want) + "\r\n");
  }
  EXPECT_EQ(write(RowFormat::Csv, {"=1"}, {{integer(-1), real(-0.5)}}), "'=1\r\n-1,-0.5\r\n");
}

TEST(RowsTest, JsonKeepsTypes) {
  EXPECT_EQ(write(RowFormat::Json, {"t", "i", "r", "b", "n"},
                  {{text("a\"\xff\x1b"), integer(std::numeric_limits<std::int64_t>::min()), real(2),
                    blob("\x0a"), null()},
                   {text(""), integer(0), real(std::numeric_limits<double>::infinity()), blob(""),
                    null()}}),
            "[\n"
            "{\"t\":\"a\\\"\xef\xbf\xbd\\u001b\",\"i\":-9223372036854775808,\"r\":2.0,\"b\":\"0a\","
            "\"n\":null},\n"
            "{\"t\":\"\",\"i\":0,\"r\":null,\"b\":\"\",\"n\":null}\n"
            "]\n");
  EXPECT_EQ(write(RowFormat::Json, {"t"}, {}), "[]\n");
}

TEST(RowsTest, JsonLinesAndColumnsOfOneName) {
  EXPECT_EQ(write(RowFormat::Jsonl, {"a", "a"}, {{integer(1), integer(2)}, {integer(3), null()}}),
            "{\"a\":1,\"a_2\":2}\n{\"a\":3,\"a_2\":null}\n");
  EXPECT_EQ(write(RowFormat::Jsonl, {"a"}, {}), "");
}

TEST(RowsTest, MarkdownEscapesItsOwnSigns) {
  EXPECT_EQ(write(RowFormat::Markdown, {"url", "n"}, {{text("a|b\n*c*"), integer(1)}}),
            "| url | n |\n"
            "| --- | --: |\n"
            "| a\\|b\\\\n\\*c\\* | 1 |\n");
  EXPECT_EQ(write(RowFormat::Markdown, {"a"}, {}), "| a |\n| --- |\n");
}

}  // namespace
}  // namespace skitter::cli
