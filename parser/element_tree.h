#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct GumboInternalNode;
struct GumboInternalOutput;

namespace skitter::parser {

using ElementId = std::uint32_t;
inline constexpr ElementId kNoElement = UINT32_MAX;

// The name of an element as it is written in a document of its namespace ("li", "foreignObject").
[[nodiscard]] std::string element_name(const GumboInternalNode& element);

// The elements of a tree by their place in document order: what selectors match against.
//
//     0 html            parent none     end 6
//     1   head          parent 0        end 2
//     2   body          parent 0        end 6     prev 1
//     3     ul          parent 2        end 6
//     4       li        parent 3        end 5
//     5       li        parent 3        end 6     prev 4
//
// An element's descendants are those from its own place + 1 to `end`; its next sibling, if any,
// stands at `end`. A template is here, its contents are not: they belong to another document.
//
// Owns:    the places; borrows the tree and the bytes it was built of.
// Source:  DOM §4.2.2 (tree order), HTML §4.12.3 (template contents).
class ElementTree {
 public:
  enum class Namespace : std::uint8_t { Html, Svg, MathMl };

  struct Element {
    const GumboInternalNode* node;
    const char* id;           // the attribute's value; null where there is none
    const char* class_names;  // likewise
    ElementId parent;
    ElementId end;
    ElementId prev;             // sibling
    std::uint32_t child_index;  // among its siblings, from 1
    std::uint16_t tag;          // gumbo's number of the name; all unknown names share one
    Namespace space;
  };

  explicit ElementTree(const GumboInternalOutput& output);

  [[nodiscard]] ElementId size() const noexcept { return static_cast<ElementId>(elements_.size()); }
  [[nodiscard]] const Element& operator[](ElementId id) const noexcept { return elements_[id]; }
  [[nodiscard]] ElementId first_child(ElementId id) const noexcept {
    return elements_[id].end > id + 1 ? id + 1 : kNoElement;
  }
  [[nodiscard]] ElementId next_sibling(ElementId id) const noexcept;

  [[nodiscard]] std::string name(ElementId id) const { return element_name(*elements_[id].node); }
  // `name` in lower case. The first of two wins.
  [[nodiscard]] std::optional<std::string_view> attribute(ElementId id, const char* name) const;
  // Class names and ids compare without case in pages of the nineties.
  [[nodiscard]] bool is_quirky() const noexcept { return is_quirky_; }

 private:
  struct Frame;

  ElementId add(const GumboInternalNode& node, Frame& parent);

  std::vector<Element> elements_;
  bool is_quirky_ = false;
};

}  // namespace skitter::parser
