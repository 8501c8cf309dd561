#include "cli/table.h"

#include <algorithm>
#include <utility>

#include "cli/text.h"

namespace skitter::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 3;  // two characters and an ellipsis

// The greatest cap under which the columns fit: the narrow ones keep their width, the rest share
// what is left.
std::size_t find_cap(std::span<const std::size_t> widths, std::size_t room) {
  std::vector<std::size_t> sorted(widths.begin(), widths.end());
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const std::size_t share = room / (sorted.size() - i);
    if (sorted[i] > share) return std::max(share, kNarrowest);
    room -= sorted[i];
  }
  return sorted.empty() ? 0 : sorted.back();
}

}  // namespace

TableLayout::TableLayout(std::vector<std::size_t> natural_widths, std::vector<Align> aligns,
                         std::size_t width)
    : widths_(std::move(natural_widths)), aligns_(std::move(aligns)), width_(width) {
  if (width_ == 0 || widths_.empty()) return;
  const std::size_t gaps = kGap * (widths_.size() - 1);
  const std::size_t widest = *std::max_element(widths_.begin(), widths_.end());
  const std::size_t cap = find_cap(widths_, width_ > gaps ? width_ - gaps : 0);
  if (cap >= widest) return;
  longest_cell_ = cap;
  for (std::size_t& column : widths_) column = std::min(column, cap);
}

std::string TableLayout::line(std::span<const std::string> cells) const {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out.append(kGap, ' ');
    const std::string cell = fit(cells[i], longest_cell_);
    const std::size_t used = display_width(cell);
    const std::string padding(widths_[i] > used ? widths_[i] - used : 0, ' ');
    out += aligns_[i] == Align::Right ? padding + cell : cell + padding;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return width_ == 0 ? out : fit(out, width_);
}

std::string TableLayout::rule() const {
  std::string out;
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    if (i > 0) out.append(kGap, ' ');
    for (std::size_t column = 0; column < widths_[i]; ++column) out += "─";
  }
  return width_ == 0 ? out : fit(out, width_);
}

}  // namespace skitter::cli
