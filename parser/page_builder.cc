#include "parser/page_builder.h"

#include <algorithm>
#include <utility>

#include "parser/ascii.h"
#include "parser/charset.h"
#include "parser/html_space.h"
#include "parser/refresh.h"
#include "parser/srcset.h"

namespace skitter::parser {
namespace {

// The attribute's tokens, lower case, one space between.
std::string normalise_rel(std::string_view rel) {
  std::string tokens;
  for (auto token = take_token(rel); !token.empty(); token = take_token(rel)) {
    if (!tokens.empty()) tokens.push_back(' ');
    for (const char c : token) tokens.push_back(ascii::to_lower(c));
  }
  return tokens;
}

bool has_token(std::string_view tokens, std::string_view wanted) noexcept {
  for (auto token = take_token(tokens); !token.empty(); token = take_token(tokens)) {
    if (ascii::equals_ignore_case(token, wanted)) return true;
  }
  return false;
}

// The kind of a <link>; the order settles a rel of several words ("alternate stylesheet" is a style
// sheet). nullopt for those that are no reference worth a row (icon, preconnect, ...).
std::optional<LinkKind> kind_of_rel(std::string_view rel) noexcept {
  constexpr std::pair<std::string_view, LinkKind> kKinds[] = {
      {"stylesheet", LinkKind::Stylesheet},
      {"canonical", LinkKind::Canonical},
      {"next", LinkKind::Next},
      {"prev", LinkKind::Prev},
      {"previous", LinkKind::Prev},  // HTML §4.6.7.16: a synonym kept for old pages
      {"alternate", LinkKind::Alternate},
  };
  for (const auto& [word, kind] : kKinds) {
    if (has_token(rel, word)) return kind;
  }
  return std::nullopt;
}

// `text` on one line and no longer than an anchor may be. Cut first, so that the cost of a link
// does not depend on how much it encloses.
std::string as_anchor(std::string_view text) {
  return collapse(cut_to(trim_html_space(text), PageBuilder::kMaxAnchorBytes));
}

// gumbo overflows on a numeric reference of more than 32 bits, and may write its low byte.
void make_valid(std::string& text) {
  if (is_valid_utf8(text)) return;
  std::string storage;
  text = std::string(to_utf8(text, "utf-8", storage));
}

// The language a Content-Language value names; none where it names several.
// Source: HTML §3.2.6.2, §4.2.5.3.
std::string_view only_language(std::string_view value) noexcept {
  if (value.find(',') != std::string_view::npos) return {};
  return take_token(value);
}

}  // namespace

PageBuilder::PageBuilder(const Document& document, Page& page)
    : document_(document), page_(page), keeps_text_(document.text == PageText::Keep) {
  take_refresh(document.refresh);  // headers come before the page
}

CaptureId PageBuilder::start(const Traits& traits, const Attributes& attributes) {
  if (traits.display == Display::Block) text_.line_break();
  if (traits.display == Display::Cell) text_.space();
  if (traits.element == Element::A) return start_anchor(attributes);
  if (traits.element == Element::H1) return start_h1();
  take(traits.element, attributes);
  return kNoCapture;
}

void PageBuilder::take(Element element, const Attributes& attributes) {
  switch (element) {
    case Element::Other:
    case Element::A:
    case Element::H1:
      return;
    case Element::Area:
      refer(LinkKind::Area, attributes.find(AttributeName::Href),
            attributes.find(AttributeName::Rel).value_or(""));
      if (attributes.find(AttributeName::Href)) {
        references_.back().anchor = as_anchor(attributes.find(AttributeName::Alt).value_or(""));
      }
      return;
    case Element::Base:
      return take_base(attributes);
    case Element::Frame:
      return refer(LinkKind::Frame, attributes.find(AttributeName::Src));
    case Element::Iframe:
      return refer(LinkKind::Iframe, attributes.find(AttributeName::Src));
    case Element::Html:
      return take_html(attributes);
    case Element::Img:
      return take_image(attributes);
    case Element::Link:
      return take_link(attributes);
    case Element::Embed:
    case Element::Media:
      return refer(LinkKind::Media, attributes.find(AttributeName::Src));
    case Element::Object:
      return refer(LinkKind::Media, attributes.find(AttributeName::Data));
    case Element::Meta:
      return take_meta(attributes);
    case Element::Script:
      return refer(LinkKind::Script, attributes.find(AttributeName::Src));
    case Element::Source:  // of a picture with srcset, of audio and video with src
      take_srcset(attributes);
      return refer(LinkKind::Media, attributes.find(AttributeName::Src));
    case Element::Title:
      in_title_ = true;
      ++titles_;
      return;
  }
}

void PageBuilder::end(const Traits& traits, CaptureId capture) {
  if (traits.display == Display::Block) text_.line_break();
  if (traits.display == Display::Cell) text_.space();
  if (traits.element == Element::Title) in_title_ = false;
  if (capture != kNoCapture) end_capture(capture);
}

void PageBuilder::text(std::string_view text) {
  if (in_title_) {
    if (titles_ == 1) title_.add(text);
  } else if (keeps_text_ || !captures_.empty()) {
    text_.add(text);
  }
}

CaptureId PageBuilder::capture(Element element, std::size_t reference) {
  captures_.push_back({++last_capture_, element, text_.size(), next_place(), reference, {}});
  return last_capture_;
}

std::size_t PageBuilder::next_place() const noexcept {
  return fostered_.empty() ? places_ : fostered_.back().place;
}

PageBuilder::TablePlace PageBuilder::table_place() const noexcept {
  return {text_.place(), next_place(), last_capture_, keeps_text_ || !captures_.empty()};
}

void PageBuilder::begin_fostered(const TablePlace& place) {
  const bool is_moved = place.is_kept && place.text.at <= text_.size() &&
                        moved_bytes_ + text_.size() - place.text.at <= kMaxMovedBytes;
  fostered_.push_back({place.place, text_.place(), is_moved});
  if (is_moved) fostered_.back().left = text_.leave_for(place.text);
  has_splits_ = true;
}

void PageBuilder::end_fostered(TablePlace& place) {
  const Fostered fostered = fostered_.back();
  fostered_.pop_back();
  if (!fostered.is_moved || text_.size() < fostered.left.at) return;
  moved_bytes_ += text_.size() - place.text.at;
  const std::size_t before = place.text.at;
  const std::size_t shift = text_.return_from(place.text, fostered.left);
  for (Capture& capture : captures_) {
    if (capture.id <= place.capture) continue;
    // One that began in what was moved, and is open still, moves with it.
    const bool is_moved = capture.begin >= fostered.left.at;
    capture.begin = is_moved ? capture.begin - fostered.left.at + before : capture.begin + shift;
  }
}

CaptureId PageBuilder::start_h1() {
  if (has_h1_) return kNoCapture;
  has_h1_ = true;
  return capture(Element::H1, 0);
}

CaptureId PageBuilder::start_anchor(const Attributes& attributes) {
  const auto href = attributes.find(AttributeName::Href);
  if (!href) return kNoCapture;
  return start_anchor(*href, attributes.find(AttributeName::Rel).value_or(""));
}

CaptureId PageBuilder::start_anchor(std::string_view href, std::string_view rel) {
  refer(LinkKind::A, href, rel);
  ++open_anchors_;
  return capture(Element::A, references_.size() - 1);
}

CaptureId PageBuilder::start_part() {
  return capture(Element::Other, 0);
}

// From the top: it is nearly always there.
std::size_t PageBuilder::index_of(CaptureId capture) const noexcept {
  std::size_t index = captures_.size();
  while (index > 0 && captures_[index - 1].id != capture) --index;
  return index - 1;
}

// What `captures_[index]` captured, up to `end` of the text.
void PageBuilder::take_captured(std::size_t index, std::size_t end) {
  const Capture& capture = captures_[index];
  const std::string_view visible = trim_html_space(text_.view(capture.begin, end));
  if (capture.element == Element::H1) {
    page_.h1 = collapse(visible.empty() ? capture.alt : visible);
  } else if (capture.element == Element::A) {
    references_[capture.reference].anchor = as_anchor(visible.empty() ? capture.alt : visible);
    --open_anchors_;
  }
  if (index > 0 && captures_[index - 1].alt.empty()) captures_[index - 1].alt = capture.alt;
}

void PageBuilder::end_capture(CaptureId capture) {
  const std::size_t index = index_of(capture);
  take_captured(index, text_.size());
  captures_.erase(captures_.begin() + static_cast<std::ptrdiff_t>(index));
  if (captures_.empty() && !keeps_text_) text_.clear();
}

CaptureId PageBuilder::split_anchor(CaptureId anchor, CaptureId part, Rest rest) {
  const std::size_t index = index_of(anchor);
  const std::size_t part_index = index_of(part);
  const Capture& split_at = captures_[part_index];
  if (rest == Rest::None) {
    take_captured(index, split_at.begin);
    captures_.erase(captures_.begin() + static_cast<std::ptrdiff_t>(index));
    return kNoCapture;
  }
  const Reference& whole = references_[captures_[index].reference];
  Reference reference{whole.href, whole.rel, LinkKind::A, split_at.place & ~std::size_t{1}, {}};
  Capture capture{++last_capture_, Element::A,         split_at.begin,
                  split_at.place,  references_.size(), {}};
  if (rest == Rest::InsidePart) capture.alt = split_at.alt;
  take_captured(index, split_at.begin);
  references_.push_back(std::move(reference));
  // The rest moves to its side of the part, which is then one further down.
  captures_[index] = capture;
  const auto begin = captures_.begin() + static_cast<std::ptrdiff_t>(index);
  const std::size_t last = rest == Rest::InsidePart ? part_index : part_index - 1;
  std::rotate(begin, begin + 1, captures_.begin() + static_cast<std::ptrdiff_t>(last) + 1);
  ++open_anchors_;
  has_splits_ = true;
  return capture.id;
}

void PageBuilder::refer(LinkKind kind, std::optional<std::string_view> href, std::string_view rel) {
  if (!href) return;
  references_.push_back({*href, rel, kind, next_place() + (fostered_.empty() ? 1 : 0), {}});
  if (fostered_.empty()) places_ += 2;
}

void PageBuilder::take_html(const Attributes& attributes) {
  // Of several <html> tags the first with the attribute decides.
  const auto language = attributes.find(AttributeName::Lang);
  if (has_language_ || !language) return;
  has_language_ = true;
  page_.language = trim_html_space(*language);
}

void PageBuilder::take_base(const Attributes& attributes) {
  if (!base_href_) base_href_ = attributes.find(AttributeName::Href);
}

void PageBuilder::take_meta(const Attributes& attributes) {
  const std::string_view content = attributes.find(AttributeName::Content).value_or("");
  const std::string_view name = trim_html_space(attributes.find(AttributeName::Name).value_or(""));
  if (!name.empty()) {
    robots_.add_meta(name, content, document_.agent, document_.now_unix);
    if (page_.description.empty() && ascii::equals_ignore_case(name, "description")) {
      page_.description = collapse(content);
    }
  }
  const std::string_view pragma = attributes.find(AttributeName::HttpEquiv).value_or("");
  if (ascii::equals_ignore_case(pragma, "refresh")) take_refresh(content);
  if (ascii::equals_ignore_case(pragma, "content-language") && content_language_.empty()) {
    content_language_ = only_language(content);
  }
}

// The first that is valid decides (HTML §4.2.5.3 step 1); one without a URL only reloads the page.
void PageBuilder::take_refresh(std::string_view value) {
  if (has_refresh_) return;
  const auto refresh = parse_refresh(value);
  if (!refresh) return;
  has_refresh_ = true;
  refer(LinkKind::Refresh, refresh->url);
}

void PageBuilder::take_link(const Attributes& attributes) {
  const std::string_view rel = attributes.find(AttributeName::Rel).value_or("");
  if (const auto kind = kind_of_rel(rel)) refer(*kind, attributes.find(AttributeName::Href), rel);
}

void PageBuilder::take_image(const Attributes& attributes) {
  refer(LinkKind::Image, attributes.find(AttributeName::Src));
  take_srcset(attributes);
  if (captures_.empty() || !captures_.back().alt.empty()) return;
  const std::string_view alt = trim_html_space(attributes.find(AttributeName::Alt).value_or(""));
  captures_.back().alt = cut_to(alt, kMaxAnchorBytes);
}

void PageBuilder::take_srcset(const Attributes& attributes) {
  const auto srcset = attributes.find(AttributeName::Srcset);
  if (!srcset) return;
  for (const std::string_view url : parse_srcset(*srcset)) refer(LinkKind::Image, url);
}

void PageBuilder::finish() {
  while (!captures_.empty()) end_capture(captures_.back().id);
  if (has_splits_) sort_references();
  resolve_links();
  if (page_.language.empty()) page_.language = content_language_;
  if (page_.language.empty()) page_.language = only_language(document_.content_language);
  for (const std::string_view tag : document_.robots_tags) {
    robots_.add_header(tag, document_.agent, document_.now_unix);
  }
  page_.robots = std::move(robots_.text);
  page_.nofollow = !robots_.follow;
  page_.title = title_.take();
  if (keeps_text_) page_.text = text_.take();
  for (std::string* text :
       {&page_.title, &page_.description, &page_.language, &page_.h1, &page_.text}) {
    make_valid(*text);
  }
}

void PageBuilder::sort_references() {
  std::stable_sort(references_.begin(), references_.end(),
                   [](const Reference& a, const Reference& b) { return a.place < b.place; });
}

// HTML §4.2.3: a base that is no URL, or whose scheme is data or javascript, is the document's.
std::optional<Url> PageBuilder::base_url() const {
  if (!base_href_) return std::nullopt;
  auto base = parse_url(*base_href_, document_.url, page_.charset);
  if (base && (base->scheme() == "data" || base->scheme() == "javascript")) base.reset();
  return base;
}

void PageBuilder::resolve_links() {
  const std::optional<Url> own_base = base_url();
  const Url* const base = own_base ? &*own_base : document_.url;
  page_.links.reserve(references_.size());
  std::size_t bytes = 0;
  for (Reference& reference : references_) {
    auto url = parse_url(reference.href, base, page_.charset);
    if (!url) continue;
    bytes += url->href().size();
    if (bytes > kMaxLinkBytes) {
      page_.cut = true;
      return;
    }
    make_valid(reference.anchor);
    std::string rel = normalise_rel(reference.rel);
    make_valid(rel);
    const std::string_view anchor = cut_to(reference.anchor, kMaxAnchorBytes);  // U+FFFD is longer
    const Link& link = page_.links.add({url->without_fragment(), anchor, rel, reference.kind});
    if (reference.kind == LinkKind::Canonical && page_.canonical_url.empty()) {
      page_.canonical_url = link.url;
    }
  }
}

}  // namespace skitter::parser
