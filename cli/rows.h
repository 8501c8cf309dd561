#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cli/output.h"
#include "storage/statement.h"

namespace skitter::cli {

enum class RowFormat { Table, Csv, Json, Jsonl, Markdown };

// One value of a row of a result. `text` holds the characters of Text and the bytes of Blob,
// borrowed from the statement until its next step.
struct Value {
  storage::ColumnType type = storage::ColumnType::Null;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;
};

struct RowStyle {
  std::size_t width = 0;  // columns of the terminal that a table must fit; 0: as wide as needed
  bool terminal = false;  // hidden characters are escaped in CSV too
  bool color = false;
};

// Writes the rows of one result in one format, as they come.
//
// Bounded: a table looks at its first kSampledRows rows before it decides on widths; nothing else
//          is kept.
// Source:  RFC 4180 (CSV: CRLF, quotes doubled; NULL is an empty field, an empty text is "", and a
//          text that a spreadsheet would take for a formula gets a ' in front), RFC 8259 (JSON).
class RowWriter {
 public:
  static constexpr std::size_t kSampledRows = 1'000;

  RowWriter() = default;
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;
  virtual ~RowWriter() = default;

  virtual void begin(std::span<const std::string> columns) = 0;
  virtual void row(std::span<const Value> values) = 0;
  virtual void end() = 0;
};

[[nodiscard]] std::unique_ptr<RowWriter> make_row_writer(RowFormat format, Output& output,
                                                         const RowStyle& style);

}  // namespace skitter::cli
