#include "parser/nesting.h"

#include <algorithm>
#include <vector>

#include "parser/elements.h"
#include "parser/tag_reader.h"

namespace skitter::parser {
namespace {

const int kMath = element_number("math");
const int kSvg = element_number("svg");
const int kTable = element_number("table");
const int kTitle = element_number("title");

// An estimate of gumbo's stack of open elements, formatting that waits to be reopened included.
class OpenElements {
 public:
  [[nodiscard]] std::size_t depth() const noexcept { return stack_.size(); }
  // In SVG and MathML <x/> is closed, and <title> is markup.
  [[nodiscard]] bool is_foreign() const noexcept {
    return !stack_.empty() && stack_.back().foreign;
  }

  void start(std::string_view name, bool self_closing);
  void end(std::string_view name);

 private:
  struct Entry {
    int number;
    Nesting nesting;
    bool foreign;
  };
  // How far down an end tag is looked for. What is not found stays open: the estimate may be too
  // high by one element for each such tag, and is never quadratic itself.
  static constexpr std::size_t kReach = 64;

  [[nodiscard]] bool is_in_table() const noexcept;
  void end_cell();
  void end_formatting(int number);
  void end_other(int number, Nesting nesting);
  [[nodiscard]] std::size_t lowest_in_reach() const noexcept {
    return stack_.size() > kReach ? stack_.size() - kReach : 0;
  }

  std::vector<Entry> stack_;
};

constexpr bool is_barrier(Nesting nesting) noexcept {
  return nesting == Nesting::Barrier || nesting == Nesting::Cell;
}

void OpenElements::start(std::string_view name, bool self_closing) {
  const int number = element_number(name);
  const bool inside_foreign = is_foreign();
  // SVG's title holds HTML, and is a barrier like desc.
  const bool is_svg_title = inside_foreign && number == kTitle;
  const Nesting nesting = is_svg_title ? Nesting::Barrier : traits_of(number).nesting;
  if (nesting == Nesting::Row || nesting == Nesting::Cell) end_cell();
  if (nesting == Nesting::Flat || nesting == Nesting::Row) return;
  if (nesting == Nesting::Cell && !is_in_table()) return;
  const bool foreign =
      number == kSvg || number == kMath || (inside_foreign && nesting == Nesting::Plain);
  if (self_closing && foreign) return;
  stack_.push_back({number, nesting, foreign});
}

void OpenElements::end(std::string_view name) {
  const int number = element_number(name);
  const Nesting nesting = traits_of(number).nesting;
  if (nesting == Nesting::Row || nesting == Nesting::Cell || number == kTable) end_cell();
  if (number == kTitle) return end_other(number, Nesting::Barrier);
  switch (nesting) {
    case Nesting::Flat:
    case Nesting::Row:
    case Nesting::Cell:
      return;
    case Nesting::Formatting:
      return end_formatting(number);
    case Nesting::Plain:
    case Nesting::Block:
    case Nesting::Barrier:
      return end_other(number, nesting);
  }
}

// A cell outside a table is no element.
bool OpenElements::is_in_table() const noexcept {
  for (std::size_t i = stack_.size(); i > lowest_in_reach(); --i) {
    if (is_barrier(stack_[i - 1].nesting)) return stack_[i - 1].number == kTable;
  }
  return false;
}

// All that was opened in a table's cell goes with it.
void OpenElements::end_cell() {
  for (std::size_t i = stack_.size(); i > lowest_in_reach(); --i) {
    const Nesting nesting = stack_[i - 1].nesting;
    if (nesting == Nesting::Cell) return stack_.resize(i - 1, Entry{});
    if (nesting == Nesting::Barrier) return;
  }
}

// The end of a formatting element leaves the blocks opened inside it open.
void OpenElements::end_formatting(int number) {
  for (std::size_t i = stack_.size(); i > lowest_in_reach(); --i) {
    const Entry& entry = stack_[i - 1];
    if (entry.number == number) {
      stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(i - 1));
      return;
    }
    if (is_barrier(entry.nesting)) return;
  }
}

// Any other end closes what is inside too, but open formatting comes back behind it.
void OpenElements::end_other(int number, Nesting nesting) {
  for (std::size_t i = stack_.size(); i > lowest_in_reach(); --i) {
    const Entry& entry = stack_[i - 1];
    if (entry.number == number) {
      const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(i - 1);
      stack_.erase(std::remove_if(first, stack_.end(),
                                  [](const Entry& e) { return e.nesting != Nesting::Formatting; }),
                   stack_.end());
      return;
    }
    if (is_barrier(entry.nesting)) return;
    if (nesting == Nesting::Plain && entry.nesting == Nesting::Block) return;
  }
}

}  // namespace

Shape estimate_shape(std::string_view html) {
  Shape shape;
  OpenElements open;
  TagReader reader(html);
  std::size_t position = 0;
  while (!shape.is_absurd()) {
    const TagReader::Token token = reader.next();
    shape.steps += open.depth() * (reader.position() - position);
    position = reader.position();
    // Looked at even where the end of the bytes cut the tag off: gumbo has compared them by then.
    if (token != TagReader::Token::Text) {
      shape.attributes = std::max(shape.attributes, reader.attribute_count());
    }
    if (token == TagReader::Token::End) break;
    if (token == TagReader::Token::StartTag) {
      if (open.is_foreign()) reader.expect_markup();
      open.start(reader.name(), reader.is_self_closing());
      shape.depth = std::max(shape.depth, open.depth());
    } else if (token == TagReader::Token::EndTag) {
      open.end(reader.name());
    }
  }
  return shape;
}

}  // namespace skitter::parser
