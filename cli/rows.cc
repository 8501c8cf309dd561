#include "cli/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/json.h"
#include "cli/table.h"
#include "cli/text.h"

namespace skitter::cli {
namespace {

using storage::ColumnType;

// Longer cells are cut where the terminal sets no limit: one page's text must not pad a whole
// column.
constexpr std::size_t kWidestCell = 500;
// No cell shows more than this; four bytes a column are enough for any character.
constexpr std::size_t kCellBytes = 4 * kWidestCell + 4;

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char byte : bytes) {
    fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(byte));
  }
  return out;
}

// The shortest digits that read back as the same number, with a point: 2.0 stays a real.
std::string real_text(double value) {
  std::string out = fmt::format("{}", value);
  if (out.find_first_not_of("-0123456789") == std::string::npos) out += ".0";
  return out;
}

std::string plain_text(const Value& value) {
  switch (value.type) {
    case ColumnType::Null:
      return "";
    case ColumnType::Integer:
      return fmt::format("{}", value.integer);
    case ColumnType::Real:
      return real_text(value.real);
    case ColumnType::Text:
      return std::string(value.text);
    case ColumnType::Blob:
      return to_hex(value.text);
  }
  return "";
}

std::string cell_text(Value value) {
  value.text = value.text.substr(0, kCellBytes);
  return fit(printable(plain_text(value)), kWidestCell);
}

bool is_number(const Value& value) {
  return value.type == ColumnType::Integer || value.type == ColumnType::Real;
}

class TableWriter : public RowWriter {
 public:
  TableWriter(Output& output, const RowStyle& style) : output_(output), style_(style) {}

  void begin(std::span<const std::string> columns) override {
    for (const std::string& column : columns) header_.push_back(printable(column));
    numbers_.assign(columns.size(), 0);
    texts_.assign(columns.size(), 0);
  }

  void row(std::span<const Value> values) override {
    std::vector<std::string> cells;
    cells.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      cells.push_back(cell_text(values[i]));
      if (values[i].type == ColumnType::Null) continue;
      ++(is_number(values[i]) ? numbers_ : texts_)[i];
    }
    if (layout_) {
      output_.write(layout_->line(cells) + "\n");
      return;
    }
    sample_.push_back(std::move(cells));
    if (sample_.size() == kSampledRows) write_sample();
  }

  void end() override {
    if (!layout_) write_sample();
  }

 private:
  void write_sample() {
    std::vector<std::size_t> widths;
    std::vector<Align> aligns;
    for (std::size_t i = 0; i < header_.size(); ++i) {
      std::size_t width = display_width(header_[i]);
      for (const auto& cells : sample_) width = std::max(width, display_width(cells[i]));
      widths.push_back(width);
      aligns.push_back(numbers_[i] > 0 && texts_[i] == 0 ? Align::Right : Align::Left);
    }
    layout_ = std::make_unique<TableLayout>(std::move(widths), std::move(aligns), style_.width);
    const std::string header = layout_->line(header_);
    output_.write(style_.color ? "\x1b[1m" + header + "\x1b[0m\n" : header + "\n");
    output_.write(layout_->rule() + "\n");
    for (const auto& cells : sample_) output_.write(layout_->line(cells) + "\n");
    sample_.clear();
  }

  Output& output_;
  RowStyle style_;
  std::vector<std::string> header_;
  std::vector<std::size_t> numbers_;  // a column
  std::vector<std::size_t> texts_;
  std::vector<std::vector<std::string>> sample_;
  std::unique_ptr<TableLayout> layout_;
};

// Digits with a sign, a point or an exponent, and nothing else.
bool is_plain_number(std::string_view text) noexcept {
  constexpr std::string_view kMarks = "+-";
  if (!text.empty() && kMarks.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  const bool has_digit_first = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (!has_digit_first) return false;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error != std::errc::invalid_argument && end == text.data() + text.size();
}

// A spreadsheet takes a field that begins so for a formula, and runs it; some take the wide forms
// too (OWASP, CSV Injection).
bool may_be_formula(std::string_view field) noexcept {
  static constexpr std::array<std::string_view, 11> kStarts = {"=",
                                                               "+",
                                                               "-",
                                                               "@",
                                                               "\t",
                                                               "\r",
                                                               "\n",
                                                               "\xef\xbc\x9d",
                                                               "\xef\xbc\x8b",
                                                               "\xef\xbc\x8d",
                                                               "\xef\xbc\xa0"};
  return std::any_of(kStarts.begin(), kStarts.end(),
                     [&](std::string_view start) { return field.starts_with(start); }) &&
         !is_plain_number(field);
}

class CsvWriter : public RowWriter {
 public:
  CsvWriter(Output& output, const RowStyle& style) : output_(output), style_(style) {}

  void begin(std::span<const std::string> columns) override {
    std::string line;
    at_start_ = true;
    for (const std::string& column : columns) add(line, column);
    output_.write(line + "\r\n");
  }

  void row(std::span<const Value> values) override {
    std::string line;
    at_start_ = true;
    for (const Value& value : values) {
      if (value.type == ColumnType::Null) {
        separate(line);
      } else {
        add(line, plain_text(value));
      }
    }
    // A lone empty field would be a blank line, which readers skip.
    output_.write((line.empty() ? "\"\"" : line) + "\r\n");
  }

  void end() override {}

 private:
  void separate(std::string& line) { line += std::exchange(at_start_, false) ? "" : ","; }

  void add(std::string& line, std::string_view raw) {
    separate(line);
    std::string field = may_be_formula(raw) ? "'" : "";
    field += style_.terminal ? printable(raw, LineBreaks::Keep) : std::string(raw);
    if (!field.empty() && field.find_first_of("\",\r\n") == std::string::npos) {
      line += field;
      return;
    }
    line += '"';
    for (const char c : field) line.append(c == '"' ? 2 : 1, c);
    line += '"';
  }

  Output& output_;
  RowStyle style_;
  bool at_start_ = true;
};

std::string json_value(const Value& value) {
  switch (value.type) {
    case ColumnType::Null:
      return "null";
    case ColumnType::Integer:
      return fmt::format("{}", value.integer);
    case ColumnType::Real:
      return std::isfinite(value.real) ? real_text(value.real) : "null";  // JSON has no infinity
    case ColumnType::Text:
      return json_string(value.text);
    case ColumnType::Blob:
      return json_string(to_hex(value.text));
  }
  return "null";
}

// Columns of one name get a number behind the second and later ones: an object's keys differ.
std::vector<std::string> json_keys(std::span<const std::string> columns) {
  std::vector<std::string> names;
  std::vector<std::string> keys;
  for (const std::string& column : columns) {
    std::string name = column;
    for (int n = 2; std::find(names.begin(), names.end(), name) != names.end(); ++n) {
      name = fmt::format("{}_{}", column, n);
    }
    keys.push_back(json_string(name));
    names.push_back(std::move(name));
  }
  return keys;
}

class JsonWriter : public RowWriter {
 public:
  JsonWriter(Output& output, bool array) : output_(output), array_(array) {}

  void begin(std::span<const std::string> columns) override { keys_ = json_keys(columns); }

  void row(std::span<const Value> values) override {
    std::string line = array_ ? (rows_++ == 0 ? "[\n" : ",\n") : "";
    line += '{';
    for (std::size_t i = 0; i < values.size(); ++i) {
      line += fmt::format("{}{}:{}", i == 0 ? "" : ",", keys_[i], json_value(values[i]));
    }
    line += array_ ? "}" : "}\n";
    output_.write(line);
  }

  void end() override {
    if (array_) output_.write(rows_ == 0 ? "[]\n" : "\n]\n");
  }

 private:
  Output& output_;
  bool array_;
  std::vector<std::string> keys_;
  std::uint64_t rows_ = 0;
};

class MarkdownWriter : public RowWriter {
 public:
  explicit MarkdownWriter(Output& output) : output_(output) {}

  // GitHub's table has its alignment above the first row, so that row decides it.
  void begin(std::span<const std::string> columns) override {
    for (const std::string& column : columns) header_.push_back(escape(column));
  }

  void row(std::span<const Value> values) override {
    write_header(values);
    std::string line = "|";
    for (const Value& value : values) line += " " + escape(plain_text(value)) + " |";
    output_.write(line + "\n");
  }

  void end() override { write_header({}); }

 private:
  void write_header(std::span<const Value> first_row) {
    if (std::exchange(header_written_, true)) return;
    std::string line = "|";
    std::string rule = "|";
    for (std::size_t i = 0; i < header_.size(); ++i) {
      line += " " + header_[i] + " |";
      rule += i < first_row.size() && is_number(first_row[i]) ? " --: |" : " --- |";
    }
    output_.write(line + "\n" + rule + "\n");
  }

  static std::string escape(std::string_view raw) {
    std::string out;
    for (const char c : printable(raw)) {
      if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '<' || c == '[') {
        out += '\\';
      }
      out += c;
    }
    return out;
  }

  Output& output_;
  std::vector<std::string> header_;
  bool header_written_ = false;
};

}  // namespace

std::unique_ptr<RowWriter> make_row_writer(RowFormat format, Output& output,
                                           const RowStyle& style) {
  switch (format) {
    case RowFormat::Table:
      return std::make_unique<TableWriter>(output, style);
    case RowFormat::Csv:
      return std::make_unique<CsvWriter>(output, style);
    case RowFormat::Json:
      return std::make_unique<JsonWriter>(output, /*array=*/true);
    case RowFormat::Jsonl:
      return std::make_unique<JsonWriter>(output, /*array=*/false);
    case RowFormat::Markdown:
      return std::make_unique<MarkdownWriter>(output);
  }
  return nullptr;
}

}  // namespace skitter::cli
