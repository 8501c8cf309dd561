#include "parser/nesting.h"

#include <gumbo.h>

#include <algorithm>
#include <vector>

#include "parser/elements.h"
#include "parser/tokenizer.h"

namespace skitter::parser {
namespace {

// An estimate of gumbo's stack of open elements, formatting that waits to be reopened included.
class OpenTags {
 public:
  [[nodiscard]] std::size_t depth() const noexcept { return stack_.size(); }
  // In SVG and MathML <x/> is closed, and <title> is markup.
  [[nodiscard]] bool is_foreign() const noexcept {
    return !stack_.empty() && stack_.back().foreign;
  }

  void start(int number, bool self_closing);
  void end(int number);

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

void OpenTags::start(int number, bool self_closing) {
  const bool inside_foreign = is_foreign();
  // SVG's title holds HTML, and is a barrier like desc.
  const bool is_svg_title = inside_foreign && number == GUMBO_TAG_TITLE;
  const Nesting nesting = is_svg_title ? Nesting::Barrier : traits_of(number).nesting;
  if (nesting == Nesting::Row || nesting == Nesting::Cell) end_cell();
  if (nesting == Nesting::Flat || nesting == Nesting::Row) return;
  if (nesting == Nesting::Cell && !is_in_table()) return;
  const bool foreign = number == GUMBO_TAG_SVG || number == GUMBO_TAG_MATH ||
                       (inside_foreign && nesting == Nesting::Plain);
  if (self_closing && foreign) return;
  stack_.push_back({number, nesting, foreign});
}

void OpenTags::end(int number) {
  const Nesting nesting = traits_of(number).nesting;
  if (nesting == Nesting::Row || nesting == Nesting::Cell || number == GUMBO_TAG_TABLE) end_cell();
  if (number == GUMBO_TAG_TITLE) return end_other(number, Nesting::Barrier);
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
bool OpenTags::is_in_table() const noexcept {
  for (std::size_t i = stack_.size(); i > lowest_in_reach(); --i) {
    if (is_barrier(stack_[i - 1].nesting)) return stack_[i - 1].number == GUMBO_TAG_TABLE;
  }
  return false;
}

// All that was opened in a table's cell goes with it.
void OpenTags::end_cell() {
  for (std::size_t i = stack_.size(); i > lowest_in_reach(); --i) {
    const Nesting nesting = stack_[i - 1].nesting;
    if (nesting == Nesting::Cell) return stack_.resize(i - 1, Entry{});
    if (nesting == Nesting::Barrier) return;
  }
}

// The end of a formatting element leaves the blocks opened inside it open.
void OpenTags::end_formatting(int number) {
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
void OpenTags::end_other(int number, Nesting nesting) {
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

// What the text behind a start tag is, as far as its name says.
Tokenizer::Content content_of(int number) noexcept {
  switch (number) {
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_TEXTAREA:
      return Tokenizer::Content::Rcdata;
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_XMP:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_NOEMBED:
    case GUMBO_TAG_NOFRAMES:
      return Tokenizer::Content::RawText;
    case GUMBO_TAG_SCRIPT:
      return Tokenizer::Content::Script;
    case GUMBO_TAG_PLAINTEXT:
      return Tokenizer::Content::PlainText;
    default:
      return Tokenizer::Content::Markup;
  }
}

}  // namespace

Shape estimate_shape(std::string_view html) {
  Shape shape;
  OpenTags open;
  Tokenizer tokenizer(html);
  const char* position = html.data();
  while (!shape.is_absurd()) {
    const Tokenizer::Token token = tokenizer.next(Tokenizer::Cdata::Bogus);
    const Tokenizer::Tag& tag = tokenizer.tag();
    shape.steps += open.depth() * static_cast<std::size_t>(tokenizer.position() - position);
    position = tokenizer.position();
    // Looked at even where the end of the bytes cut the tag off: gumbo has compared them by then.
    shape.attributes = std::max(shape.attributes, tokenizer.attribute_count());
    if (token == Tokenizer::Token::End) break;
    if (token == Tokenizer::Token::StartTag) {
      if (!open.is_foreign()) tokenizer.set_content(content_of(tag.number));
      open.start(tag.number, tag.is_self_closing);
      shape.depth = std::max(shape.depth, open.depth());
    } else if (token == Tokenizer::Token::EndTag) {
      open.end(tag.number);
    }
  }
  return shape;
}

}  // namespace skitter::parser
