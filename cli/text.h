#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace skitter::cli {

// Text from anywhere, made fit for a terminal.
//
// Total: any bytes are taken. One linear pass each.

enum class LineBreaks { Escape, Keep };

// What is not plain visible text becomes visible: control characters (C0, DEL, C1), line and
// paragraph separators, bidirectional overrides and bytes that are not UTF-8 are written as \n,
// \x1b, \u202e. Nothing that a page says can move the cursor, colour or retitle the terminal, or
// reorder what is read.
[[nodiscard]] std::string printable(std::string_view text, LineBreaks breaks = LineBreaks::Escape);

// Columns that printable text takes: 2 for East Asian wide characters and emoji, 0 for combining
// marks.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;

// The text itself, or its beginning with an ellipsis, in at most `width` columns.
[[nodiscard]] std::string fit(std::string_view text, std::size_t width);

// JSON as a dump gives it, with the characters that printable() escapes written as \uXXXX: the
// value is the same.
[[nodiscard]] std::string terminal_safe_json(std::string_view dump);

}  // namespace skitter::cli
