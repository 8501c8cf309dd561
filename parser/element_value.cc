#include "parser/element_value.h"

#include <gumbo.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "parser/elements.h"
#include "parser/html_space.h"
#include "parser/text_builder.h"

namespace skitter::parser {
namespace {

bool is_text(const GumboNode& node) noexcept {
  return node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_CDATA ||
         node.type == GUMBO_NODE_WHITESPACE;
}

Display display_of(const GumboElement& element) noexcept {
  if (element.tag_namespace == GUMBO_NAMESPACE_HTML) return traits_of(element.tag).display;
  switch (element.tag) {
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_DESC:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_ANNOTATION_XML:
      return Display::Silent;
    default:  // gumbo's tags are an open list
      return Display::Inline;
  }
}

bool is_shown_in_another(const GumboNode& node) noexcept {
  return node.type == GUMBO_NODE_ELEMENT && node.v.element.tag != GUMBO_TAG_TITLE &&
         display_of(node.v.element) != Display::Silent;
}

// Text with its white space as it is, or collapsed.
class TextSink {
 public:
  explicit TextSink(Spacing spacing) : spacing_(spacing) {}

  void add(std::string_view text) {
    bytes_ += text.size();
    if (spacing_ == Spacing::Keep) {
      raw_.append(text);
    } else {
      collapsed_.add(text);
    }
  }
  void border(Display display) {
    if (display == Display::Block) collapsed_.line_break();
    if (display == Display::Cell) collapsed_.space();
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  std::string take() { return spacing_ == Spacing::Keep ? std::move(raw_) : collapsed_.take(); }

 private:
  Spacing spacing_;
  std::size_t bytes_ = 0;
  std::string raw_;
  TextBuilder collapsed_;
};

struct Frame {
  const GumboNode* node;
  unsigned next = 0;
};

void append_escaped(std::string& out, std::string_view text, bool in_attribute) {
  constexpr std::string_view kNoBreakSpace = "\xc2\xa0";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '&') {
      out += "&amp;";
    } else if (text[i] == '"' && in_attribute) {
      out += "&quot;";
    } else if (text[i] == '<') {
      out += "&lt;";
    } else if (text[i] == '>') {
      out += "&gt;";
    } else if (text.substr(i).starts_with(kNoBreakSpace)) {
      out += "&nbsp;";
      ++i;
    } else {
      out += text[i];
    }
  }
}

std::string_view prefix_of(const GumboAttribute& attribute) noexcept {
  switch (attribute.attr_namespace) {
    case GUMBO_ATTR_NAMESPACE_NONE:
      return "";
    case GUMBO_ATTR_NAMESPACE_XLINK:
      return "xlink:";
    case GUMBO_ATTR_NAMESPACE_XML:
      return "xml:";
    case GUMBO_ATTR_NAMESPACE_XMLNS:
      return std::string_view(attribute.name) == "xmlns" ? "" : "xmlns:";
  }
  return "";
}

bool is_one_of(const GumboElement& element, std::initializer_list<GumboTag> tags) noexcept {
  return element.tag_namespace == GUMBO_NAMESPACE_HTML &&
         std::find(tags.begin(), tags.end(), element.tag) != tags.end();
}

bool is_void(const GumboElement& element) noexcept {
  return is_one_of(
      element, {GUMBO_TAG_AREA, GUMBO_TAG_BASE, GUMBO_TAG_BASEFONT, GUMBO_TAG_BGSOUND, GUMBO_TAG_BR,
                GUMBO_TAG_COL, GUMBO_TAG_EMBED, GUMBO_TAG_FRAME, GUMBO_TAG_HR, GUMBO_TAG_IMG,
                GUMBO_TAG_INPUT, GUMBO_TAG_KEYGEN, GUMBO_TAG_LINK, GUMBO_TAG_META, GUMBO_TAG_PARAM,
                GUMBO_TAG_SOURCE, GUMBO_TAG_TRACK, GUMBO_TAG_WBR});
}

bool has_raw_text(const GumboElement& element) noexcept {
  return is_one_of(element, {GUMBO_TAG_STYLE, GUMBO_TAG_SCRIPT, GUMBO_TAG_XMP, GUMBO_TAG_IFRAME,
                             GUMBO_TAG_NOEMBED, GUMBO_TAG_NOFRAMES, GUMBO_TAG_PLAINTEXT});
}

void append_start_tag(std::string& out, const GumboNode& node) {
  const GumboElement& element = node.v.element;
  out += '<' + element_name(node);
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
    out += ' ';
    out += prefix_of(attribute);
    out += attribute.name;
    out += "=\"";
    append_escaped(out, attribute.value, true);
    out += '"';
  }
  out += '>';
}

}  // namespace

std::string text_of(const ElementTree& tree, ElementId id, Spacing spacing,
                    std::size_t most_bytes) {
  const GumboNode& root = *tree[id].node;
  if (root.type == GUMBO_NODE_TEMPLATE) return {};
  TextSink sink(display_of(root.v.element) == Display::Silent ? Spacing::Keep : spacing);
  std::vector<Frame> stack{{&root}};
  while (!stack.empty() && sink.bytes() < most_bytes) {
    Frame& frame = stack.back();
    const GumboElement& element = frame.node->v.element;
    if (frame.next == element.children.length) {
      sink.border(display_of(element));
      stack.pop_back();
      continue;
    }
    const auto& child = *static_cast<const GumboNode*>(element.children.data[frame.next++]);
    if (is_text(child)) sink.add(child.v.text.text);
    if (!is_shown_in_another(child)) continue;
    sink.border(display_of(child.v.element));
    stack.push_back({&child});
  }
  return sink.take();
}

std::string own_text_of(const ElementTree& tree, ElementId id, Spacing spacing) {
  const GumboNode& root = *tree[id].node;
  if (root.type == GUMBO_NODE_TEMPLATE) return {};
  TextSink sink(display_of(root.v.element) == Display::Silent ? Spacing::Keep : spacing);
  const GumboVector& children = root.v.element.children;
  for (unsigned i = 0; i < children.length; ++i) {
    const auto& child = *static_cast<const GumboNode*>(children.data[i]);
    if (is_text(child)) sink.add(child.v.text.text);
    if (child.type == GUMBO_NODE_ELEMENT) sink.border(display_of(child.v.element));
  }
  return sink.take();
}

std::optional<std::string> value_of(const ElementTree& tree, const Matcher::Match& match,
                                    Spacing spacing, std::size_t most_bytes) {
  const ElementId id = match.element;
  switch (match.value->kind) {
    case ValueKind::Attribute: {
      const auto found = tree.attribute(id, match.value->attribute.c_str());
      if (!found) return std::nullopt;
      return std::string(spacing == Spacing::Keep ? *found : trim_html_space(*found));
    }
    case ValueKind::Text: {
      std::string text = own_text_of(tree, id, spacing);
      if (trim_html_space(text).empty()) return std::nullopt;
      return text;
    }
    case ValueKind::Html:
      return html_of(tree, id, most_bytes);
    case ValueKind::Element:
    case ValueKind::None:
      break;
  }
  return text_of(tree, id, spacing, most_bytes);
}

std::string html_of(const ElementTree& tree, ElementId id, std::size_t most_bytes) {
  std::string out;
  const GumboNode& root = *tree[id].node;
  append_start_tag(out, root);
  if (is_void(root.v.element)) return out;
  std::vector<Frame> stack{{&root}};
  while (!stack.empty() && out.size() < most_bytes) {
    Frame& frame = stack.back();
    const GumboElement& element = frame.node->v.element;
    if (frame.next == element.children.length) {
      out += "</" + element_name(*frame.node) + '>';
      stack.pop_back();
      continue;
    }
    const auto& child = *static_cast<const GumboNode*>(element.children.data[frame.next++]);
    if (is_text(child)) {
      if (has_raw_text(element)) {
        out += child.v.text.text;
      } else {
        append_escaped(out, child.v.text.text, false);
      }
    } else if (child.type == GUMBO_NODE_COMMENT) {
      out += std::string("<!--") + child.v.text.text + "-->";
    } else {
      append_start_tag(out, child);
      if (!is_void(child.v.element)) stack.push_back({&child});
    }
  }
  return out;
}

}  // namespace skitter::parser
