#include "parser/open_elements.h"

#include <gumbo.h>

#include <algorithm>

#include "parser/tag_set.h"

namespace skitter::parser {
namespace {

constexpr TagSet kSpecial = {
    GUMBO_TAG_ADDRESS,    GUMBO_TAG_APPLET,  GUMBO_TAG_AREA,       GUMBO_TAG_ARTICLE,
    GUMBO_TAG_ASIDE,      GUMBO_TAG_BASE,    GUMBO_TAG_BASEFONT,   GUMBO_TAG_BGSOUND,
    GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_BODY,    GUMBO_TAG_BR,         GUMBO_TAG_BUTTON,
    GUMBO_TAG_CAPTION,    GUMBO_TAG_CENTER,  GUMBO_TAG_COL,        GUMBO_TAG_COLGROUP,
    GUMBO_TAG_MENUITEM,   GUMBO_TAG_DD,      GUMBO_TAG_DETAILS,    GUMBO_TAG_DIR,
    GUMBO_TAG_DIV,        GUMBO_TAG_DL,      GUMBO_TAG_DT,         GUMBO_TAG_EMBED,
    GUMBO_TAG_FIELDSET,   GUMBO_TAG_FIGURE,  GUMBO_TAG_FIGCAPTION, GUMBO_TAG_FOOTER,
    GUMBO_TAG_FORM,       GUMBO_TAG_FRAME,   GUMBO_TAG_FRAMESET,   GUMBO_TAG_H1,
    GUMBO_TAG_H2,         GUMBO_TAG_H3,      GUMBO_TAG_H4,         GUMBO_TAG_H5,
    GUMBO_TAG_H6,         GUMBO_TAG_HEAD,    GUMBO_TAG_HEADER,     GUMBO_TAG_HGROUP,
    GUMBO_TAG_HR,         GUMBO_TAG_HTML,    GUMBO_TAG_IFRAME,     GUMBO_TAG_IMG,
    GUMBO_TAG_INPUT,      GUMBO_TAG_ISINDEX, GUMBO_TAG_LI,         GUMBO_TAG_LINK,
    GUMBO_TAG_LISTING,    GUMBO_TAG_MARQUEE, GUMBO_TAG_MENU,       GUMBO_TAG_META,
    GUMBO_TAG_NAV,        GUMBO_TAG_NOEMBED, GUMBO_TAG_NOFRAMES,   GUMBO_TAG_NOSCRIPT,
    GUMBO_TAG_OBJECT,     GUMBO_TAG_OL,      GUMBO_TAG_P,          GUMBO_TAG_PARAM,
    GUMBO_TAG_PLAINTEXT,  GUMBO_TAG_PRE,     GUMBO_TAG_SCRIPT,     GUMBO_TAG_SECTION,
    GUMBO_TAG_SELECT,     GUMBO_TAG_STYLE,   GUMBO_TAG_SUMMARY,    GUMBO_TAG_TABLE,
    GUMBO_TAG_TBODY,      GUMBO_TAG_TD,      GUMBO_TAG_TEMPLATE,   GUMBO_TAG_TEXTAREA,
    GUMBO_TAG_TFOOT,      GUMBO_TAG_TH,      GUMBO_TAG_THEAD,      GUMBO_TAG_TITLE,
    GUMBO_TAG_TR,         GUMBO_TAG_UL,      GUMBO_TAG_WBR,        GUMBO_TAG_XMP};
constexpr TagSet kSpecialMathMl = {GUMBO_TAG_MI, GUMBO_TAG_MO,    GUMBO_TAG_MN,
                                   GUMBO_TAG_MS, GUMBO_TAG_MTEXT, GUMBO_TAG_ANNOTATION_XML};
constexpr TagSet kSpecialSvg = {GUMBO_TAG_FOREIGNOBJECT, GUMBO_TAG_DESC};

constexpr TagSet kScope = {GUMBO_TAG_APPLET,  GUMBO_TAG_CAPTION, GUMBO_TAG_HTML,
                           GUMBO_TAG_TABLE,   GUMBO_TAG_TD,      GUMBO_TAG_TH,
                           GUMBO_TAG_MARQUEE, GUMBO_TAG_OBJECT,  GUMBO_TAG_TEMPLATE};

constexpr TagSet kMode = {
    GUMBO_TAG_SELECT,   GUMBO_TAG_TD,    GUMBO_TAG_TH,      GUMBO_TAG_TR,       GUMBO_TAG_TBODY,
    GUMBO_TAG_THEAD,    GUMBO_TAG_TFOOT, GUMBO_TAG_CAPTION, GUMBO_TAG_COLGROUP, GUMBO_TAG_TABLE,
    GUMBO_TAG_TEMPLATE, GUMBO_TAG_HEAD,  GUMBO_TAG_BODY,    GUMBO_TAG_FRAMESET, GUMBO_TAG_HTML};

bool bounds_scope(int tag, Namespace space) noexcept {
  switch (space) {
    case Namespace::Html:
      return kScope.has(tag);
    case Namespace::MathMl:
      return kSpecialMathMl.has(tag);
    case Namespace::Svg:
      return kSpecialSvg.has(tag) || tag == GUMBO_TAG_TITLE;
  }
  return false;
}

}  // namespace

OpenElements::OpenElements() {
  elements_.reserve(64);
  last_.fill(kNowhere);
}

bool OpenElements::is_special(int tag, Namespace space) noexcept {
  switch (space) {
    case Namespace::Html:
      return kSpecial.has(tag);
    case Namespace::MathMl:
      return kSpecialMathMl.has(tag);
    case Namespace::Svg:
      return kSpecialSvg.has(tag);
  }
  return false;
}

void OpenElements::link(Index at) noexcept {
  OpenElement& element = (*this)[at];
  const auto index = static_cast<OpenElement::Short>(at);
  if (index > 0) {
    const OpenElement& below = (*this)[index - 1];
    element.special = below.special;
    element.scope = below.scope;
    element.list = below.list;
    element.mode = below.mode;
  }
  if (is_special(element.tag, element.space)) {
    element.special = index;
    const bool is_passed = element.is_html(GUMBO_TAG_ADDRESS) || element.is_html(GUMBO_TAG_DIV) ||
                           element.is_html(GUMBO_TAG_P);
    if (!is_passed) element.list = index;
  }
  if (bounds_scope(element.tag, element.space)) element.scope = index;
  // gumbo looks at the name alone; but a select is looked for later.
  if (kMode.has(element.tag) && (element.is_html() || element.tag != GUMBO_TAG_SELECT)) {
    element.mode = index;
  }
  if (!element.is_html()) return;
  OpenElement::Short& last = last_[element.tag];
  element.twin = last;
  last = index;
}

void OpenElements::push(const OpenElement& element) {
  elements_.push_back(element);
  link(size() - 1);
}

void OpenElements::pop() noexcept {
  unlink_from(size() - 1);
  elements_.pop_back();
}

void OpenElements::unlink_from(Index index) noexcept {
  for (Index i = size(); i > index; --i) {
    const OpenElement& element = (*this)[i - 1];
    if (element.is_html()) last_[element.tag] = element.twin;
  }
}

void OpenElements::link_from(Index index) noexcept {
  for (; index < size(); ++index) link(index);
}

void OpenElements::insert(Index index, const OpenElement& element) {
  unlink_from(index);
  elements_.insert(elements_.begin() + index, element);
  link_from(index);
}

void OpenElements::erase(Index index) {
  unlink_from(index);
  elements_.erase(elements_.begin() + index);
  link_from(index);
}

OpenElements::Index OpenElements::find(std::uint32_t id) const noexcept {
  Index index = size() - 1;
  while (index >= 0 && elements_[static_cast<std::size_t>(index)].id != id) --index;
  return index;
}

bool OpenElements::is_in_scope(int tag) const noexcept {
  return has(tag) && last(tag) >= top().scope;
}

bool OpenElements::is_in_button_scope(int tag) const noexcept {
  return is_in_scope(tag) && last(tag) >= last(GUMBO_TAG_BUTTON);
}

bool OpenElements::is_in_list_scope(int tag) const noexcept {
  return is_in_scope(tag) && last(tag) >= std::max(last(GUMBO_TAG_OL), last(GUMBO_TAG_UL));
}

bool OpenElements::is_in_table_scope(int tag) const noexcept {
  return has(tag) && last(tag) >= std::max(last(GUMBO_TAG_TABLE), last(GUMBO_TAG_TEMPLATE));
}

// Only what may stand in a select is looked through.
bool OpenElements::is_in_select_scope(int tag) const noexcept {
  Index index = size() - 1;
  const auto is_passed = [](const OpenElement& element) {
    return element.is_html(GUMBO_TAG_OPTION) || element.is_html(GUMBO_TAG_OPTGROUP);
  };
  while (index > 0 && is_passed(elements_[static_cast<std::size_t>(index)])) --index;
  return index >= 0 && elements_[static_cast<std::size_t>(index)].is_html(tag);
}

}  // namespace skitter::parser
