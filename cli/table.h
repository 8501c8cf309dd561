#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace skitter::cli {

enum class Align { Left, Right };

// How wide each column of a table is, and how its lines look.
//
// Text given to it is printable() already.
// Units:   columns of a terminal.
class TableLayout {
 public:
  // Two columns of space between; never more than `width` in all where it is not 0: then the widest
  // columns are narrowed first, and what does not fit them is cut. A cell that is longer than its
  // column was said to be is else written in full, for a number with its end cut off is another
  // number.
  TableLayout(std::vector<std::size_t> natural_widths, std::vector<Align> aligns,
              std::size_t width);

  // One line without its line break and without blanks at its end.
  [[nodiscard]] std::string line(std::span<const std::string> cells) const;
  [[nodiscard]] std::string rule() const;

 private:
  std::vector<std::size_t> widths_;
  std::vector<Align> aligns_;
  std::size_t width_;
  std::size_t longest_cell_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace skitter::cli
