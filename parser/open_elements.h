#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "parser/elements.h"
#include "parser/page_builder.h"

namespace skitter::parser {

// An element whose end has not come. What it is to the rules of tree construction is found out
// once, when it is opened.
struct OpenElement {
  // Positions in the stack; kNowhere is below all of them.
  using Index = std::int32_t;
  static constexpr Index kNowhere = -1;
  using Short = std::int16_t;  // an index as it is kept

  const Traits* traits = nullptr;
  std::string_view name;  // as written; foreign elements only
  std::uint32_t id = 0;   // no two elements of a page share one
  CaptureId capture = kNoCapture;
  std::int32_t outlasted = -1;  // the construction's: elements around it that end with it
  std::uint8_t tag = 0;         // element_number()
  Namespace space = Namespace::Html;
  bool is_formatting = false;        // in the list of active formatting elements
  bool is_html_integration = false;  // HTML may stand in this foreign element
  bool is_text_integration = false;  // MathML's mi, mo, ...
  bool is_silent = false;            // its content does not count

  // Kept by the stack: the nearest element at or below this one that ...
  Short special = kNowhere;  // is special
  Short scope = kNowhere;    // bounds the usual scope
  Short list = kNowhere;     // ends the search for an open li, dd or dt
  Short mode = kNowhere;     // decides the insertion mode
  Short twin = kNowhere;     // the HTML element of the same name below this one

  [[nodiscard]] bool is_html() const noexcept { return space == Namespace::Html; }
  [[nodiscard]] bool is_html(int wanted) const noexcept { return is_html() && tag == wanted; }
};

// The stack of open elements. Every question about scopes is answered in constant time, however
// deep a page nests: each element knows the nearest that bound it.
//
// Internal to parser/.
// Owns:    its elements, at most kMaxDepth; what comes beyond replaces the topmost.
// Source:  HTML §13.2.4.2 (the stack of open elements).
class OpenElements {
 public:
  using Index = OpenElement::Index;
  static constexpr Index kNowhere = OpenElement::kNowhere;
  static constexpr std::size_t kMaxDepth = 4'096;

  OpenElements();

  [[nodiscard]] bool empty() const noexcept { return elements_.empty(); }
  [[nodiscard]] bool is_full() const noexcept { return elements_.size() == kMaxDepth; }
  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(elements_.size()); }
  [[nodiscard]] OpenElement& top() noexcept { return elements_.back(); }
  [[nodiscard]] const OpenElement& top() const noexcept { return elements_.back(); }
  [[nodiscard]] OpenElement& operator[](Index index) noexcept {
    return elements_[static_cast<std::size_t>(index)];
  }

  void push(const OpenElement& element);
  void pop() noexcept;
  void insert(Index index, const OpenElement& element);
  void erase(Index index);
  // Where the element `id` is; from the top, as that is where it mostly is.
  [[nodiscard]] Index find(std::uint32_t id) const noexcept;

  [[nodiscard]] Index last(int tag) const noexcept { return last_[static_cast<std::size_t>(tag)]; }
  [[nodiscard]] bool has(int tag) const noexcept { return last(tag) != kNowhere; }
  [[nodiscard]] bool is_in_scope(int tag) const noexcept;
  [[nodiscard]] bool is_in_button_scope(int tag) const noexcept;
  [[nodiscard]] bool is_in_list_scope(int tag) const noexcept;
  [[nodiscard]] bool is_in_table_scope(int tag) const noexcept;
  [[nodiscard]] bool is_in_select_scope(int tag) const noexcept;
  [[nodiscard]] static bool is_special(int tag, Namespace space) noexcept;

 private:
  void link(Index index) noexcept;
  void unlink_from(Index index) noexcept;
  void link_from(Index index) noexcept;

  std::vector<OpenElement> elements_;
  std::array<OpenElement::Short, 256> last_;  // by tag: the topmost HTML element of that name
};

}  // namespace skitter::parser
