#include "cli/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/text.h"
#include "cli/units.h"
#include "cli/xml.h"

namespace skitter::cli {
namespace {

// In units of the picture, which the page scales.
constexpr double kWidth = 600;
constexpr double kRow = 24;        // a bar with its room
constexpr double kBar = 16;        // its height
constexpr double kBarLeft = 190;   // labels stand before it
constexpr double kBarRoom = 310;   // of the longest; its number stands behind
constexpr double kGap = 6;         // between text and what it belongs to
constexpr double kBaseline = 4.5;  // from the middle of a line of text
constexpr std::size_t kLabelColumns = 26;

constexpr double kTop = 12;
constexpr double kPlotHeight = 150;
constexpr double kLeft = 62;  // numbers of the axis stand before it
constexpr double kBelow = 24;
constexpr double kLabelRoom = 66;    // of a label below the axis
constexpr double kLeastShare = 0.8;  // of its place, that a column takes

std::string_view class_of(Tone tone) {
  switch (tone) {
    case Tone::Good:
      return "good";
    case Tone::Bad:
      return "bad";
    case Tone::Other:
      return "other";
  }
  return "";
}

std::string begin(double height, std::string_view about) {
  return fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\" "
      "xmlns=\"http://www.w3.org/2000/svg\">\n",
      kWidth, height, html_text(about));
}

std::string label(double x, double y, std::string_view anchor, std::string_view text,
                  std::string_view kind = "label") {
  return fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
                     kind, x, y, anchor, html_text(text));
}

// `tip` is what a browser shows where the pointer rests.
std::string rectangle(std::string_view kind, double x, double y, double width, double height,
                      std::string_view tip) {
  return fmt::format(
      "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\">"
      "<title>{}</title></rect>\n",
      kind, x, y, width, height, html_text(tip));
}

// A count that is not 0 can be seen.
double length(std::uint64_t value, std::uint64_t most, double room) {
  if (value == 0) return 0;
  return std::max(1.0, static_cast<double>(value) / static_cast<double>(most) * room);
}

std::string tip_of(const Column& column) {
  std::string tip = fmt::format("{}: {}", column.label, human_count(column.good));
  if (column.rest > 0) tip += fmt::format(", and {} others", human_count(column.rest));
  return tip;
}

std::string axis(std::uint64_t end) {
  std::string lines;
  std::vector<std::uint64_t> values = {0, end};
  if (end % 2 == 0) values.push_back(end / 2);
  for (const std::uint64_t value : values) {
    const double y = kTop + kPlotHeight - length(value, end, kPlotHeight);
    lines += fmt::format("<line class=\"line\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>\n",
                         kLeft, kWidth, y, y);
    lines += label(kLeft - kGap, y + kBaseline, "end", human_count(value), "number");
  }
  return lines;
}

}  // namespace

std::string html_text(std::string_view text) {
  return xml_escape(printable(text));
}

std::uint64_t axis_end(std::uint64_t most) noexcept {
  constexpr std::uint64_t kGreatest = 10'000'000'000'000'000'000u;
  std::uint64_t end = 1;
  while (end < most) {
    for (const std::uint64_t times : {1, 2, 5}) {
      if (end * times >= most) return end * times;
    }
    if (end == kGreatest) break;
    end *= 10;
  }
  return end;
}

std::string bar_plot(std::span<const Bar> bars, std::string_view about) {
  std::uint64_t most = 1;
  for (const Bar& bar : bars) most = std::max(most, bar.value);
  std::string svg = begin(kRow * static_cast<double>(bars.size()), about);
  double middle = kRow / 2;
  for (const Bar& bar : bars) {
    const double width = length(bar.value, most, kBarRoom);
    const std::string count = human_count(bar.value);
    svg +=
        label(kBarLeft - kGap, middle + kBaseline, "end", fit(printable(bar.label), kLabelColumns));
    svg += rectangle(class_of(bar.tone), kBarLeft, middle - kBar / 2, width, kBar,
                     fmt::format("{}: {}", bar.label, count));
    svg += label(kBarLeft + width + kGap, middle + kBaseline, "start", count, "number");
    middle += kRow;
  }
  return svg + "</svg>\n";
}

std::string column_plot(std::span<const Column> columns, Tone rest, std::string_view about) {
  std::uint64_t most = 1;
  for (const Column& column : columns) most = std::max(most, column.good + column.rest);
  const std::uint64_t end = axis_end(most);
  std::string svg = begin(kTop + kPlotHeight + kBelow, about) + axis(end);
  const double place =
      (kWidth - kLeft) / static_cast<double>(std::max<std::size_t>(columns.size(), 1));
  const auto labels_each = static_cast<std::size_t>(std::max(1.0, kLabelRoom / place + 1));
  const double width = std::max(1.0, std::min(place * kLeastShare, kLabelRoom));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    const double middle = kLeft + place * (static_cast<double>(i) + 0.5);
    const double good = length(column.good, end, kPlotHeight);
    const double above = length(column.rest, end, kPlotHeight);
    const double foot = kTop + kPlotHeight;
    const std::string tip = tip_of(column);
    if (good > 0) svg += rectangle("good", middle - width / 2, foot - good, width, good, tip);
    if (above > 0) {
      svg += rectangle(class_of(rest), middle - width / 2, foot - good - above, width, above, tip);
    }
    if (i % labels_each == 0) svg += label(middle, foot + kBelow - kGap, "middle", column.label);
  }
  return svg + "</svg>\n";
}

}  // namespace skitter::cli
