#include "parser/element_tree.h"

#include <gumbo.h>

#include <cstring>

#include "parser/ascii.h"

namespace skitter::parser {

std::string element_name(const GumboNode& node) {
  const GumboElement& element = node.v.element;
  GumboStringPiece original = element.original_tag;
  gumbo_tag_from_original_text(&original);
  if (element.tag_namespace == GUMBO_NAMESPACE_SVG) {
    const char* const adjusted = gumbo_normalize_svg_tagname(&original);
    if (adjusted != nullptr) return adjusted;
  }
  if (element.tag != GUMBO_TAG_UNKNOWN) return gumbo_normalized_tagname(element.tag);
  return ascii::lower({original.data, original.length});
}

// An element whose children are being added.
struct ElementTree::Frame {
  const GumboVector* children;
  unsigned next;
  ElementId id;  // kNoElement: the document
  ElementId last_child = kNoElement;
  std::uint32_t count = 0;
};

ElementTree::ElementTree(const GumboOutput& output) {
  const GumboDocument& document = output.document->v.document;
  is_quirky_ = document.doc_type_quirks_mode == GUMBO_DOCTYPE_QUIRKS;
  std::vector<Frame> stack;
  stack.reserve(64);
  stack.push_back({&document.children, 0, kNoElement});
  while (!stack.empty()) {
    Frame& frame = stack.back();
    if (frame.next == frame.children->length) {
      if (frame.id != kNoElement) elements_[frame.id].end = size();
      stack.pop_back();
      continue;
    }
    const auto& node = *static_cast<const GumboNode*>(frame.children->data[frame.next++]);
    if (node.type == GUMBO_NODE_TEMPLATE) {
      (void)add(node, frame);
    } else if (node.type == GUMBO_NODE_ELEMENT) {
      const ElementId id = add(node, frame);
      const GumboVector& children = node.v.element.children;
      if (children.length > 0) stack.push_back({&children, 0, id});
    }
  }
}

ElementId ElementTree::add(const GumboNode& node, Frame& parent) {
  const ElementId id = size();
  const GumboElement& element = node.v.element;
  Element& added = elements_.emplace_back();
  added.node = &node;
  added.parent = parent.id;
  added.end = id + 1;
  added.prev = parent.last_child;
  added.child_index = ++parent.count;
  added.tag = static_cast<std::uint16_t>(element.tag);
  added.space = static_cast<Namespace>(element.tag_namespace);
  for (unsigned i = element.attributes.length; i > 0; --i) {  // backwards: the first of two wins
    const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i - 1]);
    if (std::strcmp(attribute.name, "class") == 0) added.class_names = attribute.value;
    if (std::strcmp(attribute.name, "id") == 0) added.id = attribute.value;
  }
  parent.last_child = id;
  return id;
}

ElementId ElementTree::next_sibling(ElementId id) const noexcept {
  const Element& element = elements_[id];
  const ElementId siblings_end =
      element.parent == kNoElement ? size() : elements_[element.parent].end;
  return element.end < siblings_end ? element.end : kNoElement;
}

std::optional<std::string_view> ElementTree::attribute(ElementId id, const char* name) const {
  const GumboVector& attributes = elements_[id].node->v.element.attributes;
  for (unsigned i = 0; i < attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(attributes.data[i]);
    if (std::strcmp(attribute.name, name) == 0) return std::string_view(attribute.value);
  }
  return std::nullopt;
}

}  // namespace skitter::parser
