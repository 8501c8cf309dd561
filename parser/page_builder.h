#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/elements.h"
#include "parser/html.h"
#include "parser/page.h"
#include "parser/robots_directives.h"
#include "parser/text_builder.h"

namespace skitter::parser {

// The attributes of the element in hand, whoever read them. Values are valid UTF-8 and must stay
// where they are until PageBuilder::finish().
class Attributes {
 public:
  // nullopt where there is no such attribute; the first of two wins.
  [[nodiscard]] virtual std::optional<std::string_view> find(const char* name) const = 0;

 protected:
  ~Attributes() = default;
};

// Takes a page's values from its elements and texts as they pass in document order, from a tree or
// from a bare scan of the tags.
//
//     start(a) text(..) start(img) end(a) ... finish()
//
// URLs are resolved in finish(): a <base> counts for the links in front of it too.
//
// Owns:    what it collected; borrows the document, the page and all attribute values.
// Source:  HTML §4.2 (document metadata), §4.6 (links), §4.8 (embedded content).
class PageBuilder {
 public:
  // Bytes of a link's anchor that are kept.
  static constexpr std::size_t kMaxAnchorBytes = 512;

  // Bytes of a page's resolved URLs together; the links behind are cut. A base of a megabyte makes a
  // terabyte out of the links of one page.
  static constexpr std::size_t kMaxLinkBytes = 64u << 20;

  PageBuilder(const Document& document, Page& page);

  void start(const Traits& traits, const Attributes& attributes);
  void end(const Traits& traits);
  void text(std::string_view text);
  void finish();

 private:
  // A link before its URL is resolved.
  struct Reference {
    std::string_view href;
    std::string_view rel;
    LinkKind kind;
    std::string anchor;
  };
  // An element whose visible text is wanted: from `begin` of the page's text to its end tag.
  struct Capture {
    Element element;  // A or H1
    std::size_t begin;
    std::size_t reference;  // for A: which one is its
    std::string_view alt;   // of the first image inside that has one
  };

  void start_anchor(const Attributes& attributes);
  void take_html(const Attributes& attributes);
  void take_base(const Attributes& attributes);
  void take_meta(const Attributes& attributes);
  void take_link(const Attributes& attributes);
  void take_image(const Attributes& attributes);
  void take_srcset(const Attributes& attributes);
  void take_refresh(std::string_view value);
  void refer(LinkKind kind, std::optional<std::string_view> href, std::string_view rel = {});
  void end_capture(const Capture& capture);
  [[nodiscard]] bool is_capturing(Element element) const noexcept;
  [[nodiscard]] std::optional<Url> base_url() const;
  void resolve_links();

  const Document& document_;
  Page& page_;
  TextBuilder text_;
  TextBuilder title_;
  std::vector<Reference> references_;
  std::vector<Capture> captures_;
  RobotsDirectives robots_;
  std::optional<std::string_view> base_href_;
  std::string_view content_language_;  // of <meta http-equiv=content-language>
  int titles_ = 0;
  bool in_title_ = false;
  bool has_h1_ = false;
  bool has_refresh_ = false;
};

}  // namespace skitter::parser
