#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace skitter::cli {

// Plots as SVG elements for a page of HTML: rectangles and their numbers, without scripts. What is
// drawn has a class ("good", "bad", "other", "line", "number") that the page's style sheet colours.
// Text may be anything: it is made printable and escaped. Thread: any.

// How a count is to be taken.
enum class Tone { Good, Bad, Other };

struct Bar {
  std::string label;
  std::uint64_t value = 0;
  Tone tone = Tone::Other;
};

struct Column {
  std::string label;
  std::uint64_t good = 0;
  std::uint64_t rest = 0;  // stands on top of it
};

// One bar a row, its label before it and its number behind. `about` is what is read out.
[[nodiscard]] std::string bar_plot(std::span<const Bar> bars, std::string_view about);

// Columns side by side, in order; of the labels as many as there is room for. `rest` is how what is
// not good is to be taken.
[[nodiscard]] std::string column_plot(std::span<const Column> columns, Tone rest,
                                      std::string_view about);

// The least of 1, 2, 5, 10, 20, ... that is no less: where an axis ends.
[[nodiscard]] std::uint64_t axis_end(std::uint64_t most) noexcept;

// Text from anywhere as the content of an HTML element, or an attribute's value in double quotes.
[[nodiscard]] std::string html_text(std::string_view text);

}  // namespace skitter::cli
