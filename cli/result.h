#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "cli/output.h"
#include "cli/query_stop.h"
#include "cli/rows.h"
#include "storage/statement.h"

namespace skitter::cli {

// The words of --format.
inline constexpr std::array<std::pair<std::string_view, RowFormat>, 5> kRowFormats = {{
    {"table", RowFormat::Table},
    {"csv", RowFormat::Csv},
    {"json", RowFormat::Json},
    {"jsonl", RowFormat::Jsonl},
    {"md", RowFormat::Markdown},
}};

// A writer for stdout: a table fits the terminal where there is one.
[[nodiscard]] std::unique_ptr<RowWriter> stdout_writer(RowFormat format, Output& output,
                                                       bool may_color);

// Writes the statement's columns and rows until its end or the stop's, and says how many rows there
// were. Errors: the statement's, unless the stop caused them.
std::uint64_t write_result(storage::Statement& statement, RowWriter& writer, const QueryStop& stop);

}  // namespace skitter::cli
