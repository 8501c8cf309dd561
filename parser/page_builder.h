#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/attributes.h"
#include "parser/elements.h"
#include "parser/html.h"
#include "parser/page.h"
#include "parser/robots_directives.h"
#include "parser/text_builder.h"

namespace skitter::parser {

// An element whose text is being captured; kNoCapture for any other.
using CaptureId = std::uint32_t;
inline constexpr CaptureId kNoCapture = 0;

// Takes a page's values from its elements and texts as they pass in document order, from a tree or
// from a scan.
//
//     a = start(a) text(..) i = start(img) end(i) end(a) ... finish()
//
// A scan learns only at a misplaced end tag that a link was cut in pieces: <a>1<p>2</a> are two
// links, the second inside the paragraph. So what may become the second's begin is marked while a
// link is open (start_part), and the link is split there afterwards.
//
// URLs are resolved in finish(): a <base> counts for the links in front of it too.
//
// Owns:    what it collected; borrows the document, the page and all attribute values.
// Source:  HTML §4.2 (document metadata), §4.6 (links), §4.8 (embedded content).
class PageBuilder {
 public:
  // Bytes of a link's anchor that are kept.
  static constexpr std::size_t kMaxAnchorBytes = 512;

  // Bytes of a page's resolved URLs together; the links behind are cut. A base of a megabyte makes
  // a terabyte out of the links of one page.
  static constexpr std::size_t kMaxLinkBytes = 64u << 20;

  PageBuilder(const Document& document, Page& page);

  CaptureId start(const Traits& traits, const Attributes& attributes);
  void end(const Traits& traits, CaptureId capture);
  void text(std::string_view text);
  void finish();

  [[nodiscard]] bool is_in_anchor() const noexcept { return open_anchors_ > 0; }
  // A link whose attributes were read before.
  CaptureId start_anchor(std::string_view href, std::string_view rel);
  // An element within a link, at which the link may have to be split. It ends like any other.
  CaptureId start_part();
  // Ends `anchor` where `part` begins; the rest of it becomes a link of its own, or none.
  enum class Rest : std::uint8_t { InsidePart, AroundPart, None };
  CaptureId split_anchor(CaptureId anchor, CaptureId part, Rest rest);

  // Content that stands wrongly in a table belongs in front of it. `place` is where the table
  // began, before start() of it; what passes between begin and end is moved there.
  struct TablePlace {
    TextBuilder::Place text;
    std::size_t place = 0;
    CaptureId capture = kNoCapture;  // the last one that began outside the table
    bool is_kept = false;            // its text is wanted
  };
  // Bytes of text moved on one page; beyond that content stays where it stands. It bounds the time.
  static constexpr std::size_t kMaxMovedBytes = 64u << 20;

  [[nodiscard]] TablePlace table_place() const noexcept;
  void begin_fostered(const TablePlace& place);
  void end_fostered(TablePlace& place);

 private:
  // A link before its URL is resolved.
  struct Reference {
    std::string_view href;
    std::string_view rel;
    LinkKind kind;
    std::size_t place;  // in document order; even for what a split put in afterwards
    std::string anchor;
  };
  // Between begin_fostered() and end_fostered().
  struct Fostered {
    std::size_t place;
    TextBuilder::Place left;
    bool is_moved;
  };
  // An element whose visible text is wanted: from `begin` of the page's text to its end tag.
  struct Capture {
    CaptureId id;
    Element element;  // A or H1; Other for a part
    std::size_t begin;
    std::size_t place;      // of the first reference inside
    std::size_t reference;  // for A: which one is its
    std::string_view alt;   // of the first image inside that has one
  };

  [[nodiscard]] CaptureId start_anchor(const Attributes& attributes);
  [[nodiscard]] CaptureId start_h1();
  [[nodiscard]] CaptureId capture(Element element, std::size_t reference);
  [[nodiscard]] std::size_t next_place() const noexcept;
  [[nodiscard]] std::size_t index_of(CaptureId capture) const noexcept;
  void take(Element element, const Attributes& attributes);
  void take_html(const Attributes& attributes);
  void take_base(const Attributes& attributes);
  void take_meta(const Attributes& attributes);
  void take_link(const Attributes& attributes);
  void take_image(const Attributes& attributes);
  void take_srcset(const Attributes& attributes);
  void take_refresh(std::string_view value);
  void refer(LinkKind kind, std::optional<std::string_view> href, std::string_view rel = {});
  void end_capture(CaptureId capture);
  void take_captured(std::size_t index, std::size_t end);
  [[nodiscard]] std::optional<Url> base_url() const;
  void sort_references();
  void resolve_links();

  const Document& document_;
  Page& page_;
  const bool keeps_text_;
  TextBuilder text_;
  TextBuilder title_;
  std::vector<Reference> references_;
  std::vector<Capture> captures_;
  std::vector<Fostered> fostered_;
  std::size_t moved_bytes_ = 0;
  RobotsDirectives robots_;
  std::optional<std::string_view> base_href_;
  std::string_view content_language_;  // of <meta http-equiv=content-language>
  std::size_t places_ = 0;
  std::size_t open_anchors_ = 0;
  CaptureId last_capture_ = kNoCapture;
  int titles_ = 0;
  bool in_title_ = false;
  bool has_h1_ = false;
  bool has_language_ = false;
  bool has_splits_ = false;
  bool has_refresh_ = false;
};

}  // namespace skitter::parser
