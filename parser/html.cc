#include "parser/html.h"

#include <gumbo.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parser/arena.h"
#include "parser/ascii.h"
#include "parser/charset.h"
#include "parser/headers.h"
#include "parser/html_space.h"
#include "parser/page_builder.h"
#include "parser/scanner.h"
#include "parser/tree.h"
#include "parser/xml_text.h"

namespace skitter::parser {
namespace {

class TreeAttributes final : public Attributes {
 public:
  explicit TreeAttributes(const GumboElement& element) noexcept : element_(element) {}

  std::optional<std::string_view> find(AttributeName name) const override {
    const GumboAttribute* const attribute =
        gumbo_get_attribute(&element_.attributes, kAttributeWords[index_of(name)]);
    if (attribute == nullptr) return std::nullopt;
    return std::string_view(attribute->value);
  }

 private:
  const GumboElement& element_;
};

const Traits& traits_of_element(const GumboElement& element) noexcept {
  if (element.tag_namespace == GUMBO_NAMESPACE_HTML) return traits_of(element.tag);
  const bool is_svg = element.tag_namespace == GUMBO_NAMESPACE_SVG;
  const std::string_view raw(element.original_tag.data, element.original_tag.length);
  return foreign_traits(element.tag, is_svg ? Namespace::Svg : Namespace::MathMl,
                        foreign_name(raw));
}

// Walks a tree in document order with a stack of its own: a page nests as deep as it likes.
class TreeWalk {
 public:
  explicit TreeWalk(PageBuilder& builder) : builder_(builder) { stack_.reserve(64); }

  void run(const GumboNode& document) {
    stack_.push_back({nullptr, &document.v.document.children, 0, kNoCapture});
    while (!stack_.empty()) step();
  }

 private:
  // An element being walked (none: the document), and which of its children is next.
  struct Frame {
    const Traits* traits;
    const GumboVector* children;
    unsigned next;
    CaptureId capture;
  };

  void step() {
    Frame& frame = stack_.back();
    if (frame.next < frame.children->length) {
      return visit(*static_cast<const GumboNode*>(frame.children->data[frame.next++]));
    }
    if (frame.traits != nullptr) builder_.end(*frame.traits, frame.capture);
    stack_.pop_back();
  }

  void visit(const GumboNode& node) {
    switch (node.type) {
      case GUMBO_NODE_ELEMENT:
        return enter(node.v.element);
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_CDATA:
      case GUMBO_NODE_WHITESPACE:
        return builder_.text(node.v.text.text);
      case GUMBO_NODE_DOCUMENT:
      case GUMBO_NODE_COMMENT:
      case GUMBO_NODE_TEMPLATE:
        return;
    }
  }

  void enter(const GumboElement& element) {
    const Traits& traits = traits_of_element(element);
    const CaptureId capture = builder_.start(traits, TreeAttributes(element));
    if (traits.display == Display::Silent) return builder_.end(traits, capture);
    stack_.push_back({&traits, &element.children, 0, capture});
  }

  PageBuilder& builder_;
  std::vector<Frame> stack_;
};

void scan(std::string_view html, Arena& arena, PageBuilder& builder) {
  scan_html(html, arena, builder);
  arena.reset();
}

void walk(std::string_view html, Arena& arena, const ParseBudget& budget, PageBuilder& builder,
          Page& page) {
  const GumboOutput* const tree = build_tree(html, arena, budget);
  if (tree == nullptr) {
    page.cut = true;
    return scan(html, arena, builder);
  }
  TreeWalk(builder).run(*tree->document);
  builder.finish();
  arena.reset();
}

enum class BodyFormat : std::uint8_t { Html, Xml, Text };

// What a body without a type is. Source: MIME Sniffing §7.1, shortened: no other document begins
// with a tag.
BodyFormat sniff_format(std::string_view bytes) {
  constexpr std::size_t kLooked = 512;
  const std::string_view head = bytes.substr(0, kLooked);
  std::string storage;
  const std::string_view text =
      skip_html_space(to_utf8(head, sniff_text_encoding(head, {}), storage));
  if (text.starts_with("<?xml")) return BodyFormat::Xml;
  const bool is_tag =
      text.size() > 1 && text[0] == '<' && (text[1] == '!' || ascii::is_alpha(text[1]));
  return is_tag ? BodyFormat::Html : BodyFormat::Text;
}

BodyFormat format_of(std::string_view essence, std::string_view bytes) {
  if (essence.empty()) return sniff_format(bytes);
  if (is_html_type(essence)) return BodyFormat::Html;
  const bool is_xml = essence.ends_with("/xml") || essence.ends_with("+xml");
  return is_xml ? BodyFormat::Xml : BodyFormat::Text;
}

// A byte-order mark and the header say more than the XML declaration does; one that was read as
// ASCII and claims to be UTF-16 is wrong.
std::string_view sniff_xml_encoding(std::string_view bytes, std::string_view http_charset) {
  if (encoding_from_label(http_charset)) return sniff_text_encoding(bytes, http_charset);
  const std::string_view declared = xml_declared_encoding(bytes);
  const bool is_utf16 = ascii::starts_with_ignore_case(declared, "utf-16");
  return sniff_text_encoding(bytes, is_utf16 ? std::string_view{} : declared);
}

// `read_html(text, builder, page)` reads a page that is HTML.
template <typename ReadHtml>
Page read(const Document& document, ReadHtml read_html) {
  Page page;
  std::string storage;
  const std::string_view bytes = document.bytes;
  const ContentType type = parse_content_type(document.content_type);
  const BodyFormat format = format_of(type.essence, bytes);
  PageBuilder builder(document, page);
  if (format == BodyFormat::Html) {
    page.charset = sniff_encoding(bytes, type.charset);
    read_html(to_utf8(bytes, page.charset, storage), builder, page);
    return page;
  }
  builder.finish();  // what the headers say
  if (format == BodyFormat::Xml) {
    page.charset = sniff_xml_encoding(bytes, type.charset);
    page.text = xml_text(to_utf8(bytes, page.charset, storage));
  } else {
    page.charset = sniff_text_encoding(bytes, type.charset);
    page.text = to_utf8(bytes, page.charset, storage);
  }
  return page;
}

}  // namespace

Page parse_page(const Document& document, Arena& arena, const ParseBudget& budget) {
  return read(document, [&](std::string_view html, PageBuilder& builder, Page& page) {
    walk(html, arena, budget, builder, page);
  });
}

Page scan_page(const Document& document, Arena& arena) {
  return read(document, [&](std::string_view html, PageBuilder& builder, Page&) {
    scan(html, arena, builder);
  });
}

Page read_page(const Document& document, Arena& arena, const ParseBudget& budget, ParseMode mode) {
  return mode == ParseMode::Scan ? scan_page(document, arena) : parse_page(document, arena, budget);
}

}  // namespace skitter::parser
