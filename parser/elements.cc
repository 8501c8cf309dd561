#include "parser/elements.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>

#include "parser/ascii.h"
#include "parser/html_space.h"

namespace skitter::parser {
namespace {

using TraitsTable = std::array<Traits, GUMBO_TAG_LAST + 1>;

constexpr void set_display(TraitsTable& table, Display display,
                           std::initializer_list<GumboTag> tags) {
  for (const GumboTag tag : tags) table[tag].display = display;
}

constexpr void set_nesting(TraitsTable& table, Nesting nesting,
                           std::initializer_list<GumboTag> tags) {
  for (const GumboTag tag : tags) table[tag].nesting = nesting;
}

constexpr void set_elements(TraitsTable& table) {
  table[GUMBO_TAG_A].element = Element::A;
  table[GUMBO_TAG_AREA].element = Element::Area;
  table[GUMBO_TAG_AUDIO].element = Element::Media;
  table[GUMBO_TAG_BASE].element = Element::Base;
  table[GUMBO_TAG_EMBED].element = Element::Embed;
  table[GUMBO_TAG_FRAME].element = Element::Frame;
  table[GUMBO_TAG_H1].element = Element::H1;
  table[GUMBO_TAG_HTML].element = Element::Html;
  table[GUMBO_TAG_IFRAME].element = Element::Iframe;
  table[GUMBO_TAG_IMG].element = Element::Img;
  table[GUMBO_TAG_IMAGE].element = Element::Img;  // HTML §13.2.6.4.7: "Don't ask."
  table[GUMBO_TAG_LINK].element = Element::Link;
  table[GUMBO_TAG_META].element = Element::Meta;
  table[GUMBO_TAG_OBJECT].element = Element::Object;
  table[GUMBO_TAG_SCRIPT].element = Element::Script;
  table[GUMBO_TAG_SOURCE].element = Element::Source;
  table[GUMBO_TAG_TITLE].element = Element::Title;
  table[GUMBO_TAG_TRACK].element = Element::Media;
  table[GUMBO_TAG_VIDEO].element = Element::Media;
  for (Traits& traits : table) {
    traits.has_attributes = traits.element != Element::Other && traits.element != Element::H1 &&
                            traits.element != Element::Title;
  }
  // What the tree construction looks at.
  for (const GumboTag tag :
       {GUMBO_TAG_ANNOTATION_XML, GUMBO_TAG_FONT, GUMBO_TAG_INPUT, GUMBO_TAG_ISINDEX}) {
    table[tag].has_attributes = true;
  }
}

constexpr TraitsTable make_table() {
  TraitsTable table{};
  set_elements(table);
  set_display(table, Display::Block,
              {GUMBO_TAG_ADDRESS, GUMBO_TAG_ARTICLE,  GUMBO_TAG_ASIDE,     GUMBO_TAG_BLOCKQUOTE,
               GUMBO_TAG_BODY,    GUMBO_TAG_BR,       GUMBO_TAG_CAPTION,   GUMBO_TAG_CENTER,
               GUMBO_TAG_DD,      GUMBO_TAG_DETAILS,  GUMBO_TAG_DIR,       GUMBO_TAG_DIV,
               GUMBO_TAG_DL,      GUMBO_TAG_DT,       GUMBO_TAG_FIELDSET,  GUMBO_TAG_FIGCAPTION,
               GUMBO_TAG_FIGURE,  GUMBO_TAG_FOOTER,   GUMBO_TAG_FORM,      GUMBO_TAG_H1,
               GUMBO_TAG_H2,      GUMBO_TAG_H3,       GUMBO_TAG_H4,        GUMBO_TAG_H5,
               GUMBO_TAG_H6,      GUMBO_TAG_HEADER,   GUMBO_TAG_HGROUP,    GUMBO_TAG_HR,
               GUMBO_TAG_LEGEND,  GUMBO_TAG_LI,       GUMBO_TAG_LISTING,   GUMBO_TAG_MAIN,
               GUMBO_TAG_MENU,    GUMBO_TAG_NAV,      GUMBO_TAG_OL,        GUMBO_TAG_OPTGROUP,
               GUMBO_TAG_OPTION,  GUMBO_TAG_P,        GUMBO_TAG_PLAINTEXT, GUMBO_TAG_PRE,
               GUMBO_TAG_SECTION, GUMBO_TAG_SELECT,   GUMBO_TAG_SUMMARY,   GUMBO_TAG_TABLE,
               GUMBO_TAG_TBODY,   GUMBO_TAG_TEXTAREA, GUMBO_TAG_TFOOT,     GUMBO_TAG_THEAD,
               GUMBO_TAG_TR,      GUMBO_TAG_UL,       GUMBO_TAG_XMP});
  set_display(table, Display::Cell, {GUMBO_TAG_TD, GUMBO_TAG_TH});
  // An iframe's or object's fallback, noembed and noframes are for programs that cannot show the
  // thing itself; a browser can, and this page's text is what a browser shows.
  set_display(table, Display::Silent,
              {GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE, GUMBO_TAG_TEMPLATE, GUMBO_TAG_IFRAME,
               GUMBO_TAG_NOEMBED, GUMBO_TAG_NOFRAMES});

  set_nesting(table, Nesting::Flat,
              {GUMBO_TAG_A,       GUMBO_TAG_AREA,     GUMBO_TAG_BASE,     GUMBO_TAG_BASEFONT,
               GUMBO_TAG_BGSOUND, GUMBO_TAG_BODY,     GUMBO_TAG_BR,       GUMBO_TAG_BUTTON,
               GUMBO_TAG_CAPTION, GUMBO_TAG_COL,      GUMBO_TAG_COLGROUP, GUMBO_TAG_DD,
               GUMBO_TAG_DT,      GUMBO_TAG_EMBED,    GUMBO_TAG_FORM,     GUMBO_TAG_FRAME,
               GUMBO_TAG_HEAD,    GUMBO_TAG_HR,       GUMBO_TAG_HTML,     GUMBO_TAG_IFRAME,
               GUMBO_TAG_IMAGE,   GUMBO_TAG_IMG,      GUMBO_TAG_INPUT,    GUMBO_TAG_KEYGEN,
               GUMBO_TAG_LI,      GUMBO_TAG_LINK,     GUMBO_TAG_META,     GUMBO_TAG_NOBR,
               GUMBO_TAG_NOEMBED, GUMBO_TAG_NOFRAMES, GUMBO_TAG_OPTGROUP, GUMBO_TAG_OPTION,
               GUMBO_TAG_P,       GUMBO_TAG_PARAM,    GUMBO_TAG_RB,       GUMBO_TAG_RP,
               GUMBO_TAG_RT,      GUMBO_TAG_RTC,      GUMBO_TAG_SCRIPT,   GUMBO_TAG_SELECT,
               GUMBO_TAG_SOURCE,  GUMBO_TAG_STYLE,    GUMBO_TAG_TEXTAREA, GUMBO_TAG_TITLE,
               GUMBO_TAG_TRACK,   GUMBO_TAG_WBR,      GUMBO_TAG_XMP});
  set_nesting(table, Nesting::Cell, {GUMBO_TAG_TD, GUMBO_TAG_TH});
  set_nesting(table, Nesting::Row,
              {GUMBO_TAG_TBODY, GUMBO_TAG_TFOOT, GUMBO_TAG_THEAD, GUMBO_TAG_TR});
  set_nesting(table, Nesting::Formatting,
              {GUMBO_TAG_B, GUMBO_TAG_BIG, GUMBO_TAG_CODE, GUMBO_TAG_EM, GUMBO_TAG_FONT,
               GUMBO_TAG_I, GUMBO_TAG_S, GUMBO_TAG_SMALL, GUMBO_TAG_STRIKE, GUMBO_TAG_STRONG,
               GUMBO_TAG_TT, GUMBO_TAG_U});
  set_nesting(table, Nesting::Block,
              {GUMBO_TAG_ADDRESS, GUMBO_TAG_ARTICLE,  GUMBO_TAG_ASIDE,      GUMBO_TAG_BLOCKQUOTE,
               GUMBO_TAG_CENTER,  GUMBO_TAG_DETAILS,  GUMBO_TAG_DIR,        GUMBO_TAG_DIV,
               GUMBO_TAG_DL,      GUMBO_TAG_FIELDSET, GUMBO_TAG_FIGCAPTION, GUMBO_TAG_FIGURE,
               GUMBO_TAG_FOOTER,  GUMBO_TAG_FRAMESET, GUMBO_TAG_H1,         GUMBO_TAG_H2,
               GUMBO_TAG_H3,      GUMBO_TAG_H4,       GUMBO_TAG_H5,         GUMBO_TAG_H6,
               GUMBO_TAG_HEADER,  GUMBO_TAG_HGROUP,   GUMBO_TAG_LISTING,    GUMBO_TAG_MAIN,
               GUMBO_TAG_MENU,    GUMBO_TAG_NAV,      GUMBO_TAG_OL,         GUMBO_TAG_PRE,
               GUMBO_TAG_SECTION, GUMBO_TAG_SUMMARY,  GUMBO_TAG_UL});
  set_nesting(
      table, Nesting::Barrier,
      {GUMBO_TAG_ANNOTATION_XML, GUMBO_TAG_APPLET, GUMBO_TAG_DESC, GUMBO_TAG_FOREIGNOBJECT,
       GUMBO_TAG_MARQUEE, GUMBO_TAG_MATH, GUMBO_TAG_MI, GUMBO_TAG_MN, GUMBO_TAG_MO, GUMBO_TAG_MS,
       GUMBO_TAG_MTEXT, GUMBO_TAG_OBJECT, GUMBO_TAG_SVG, GUMBO_TAG_TABLE, GUMBO_TAG_TEMPLATE});
  return table;
}

constexpr TraitsTable kTraits = make_table();

// The names in the order of gumbo's numbers (elements_test.cc compares). gumbo has a look-up of its
// own, but behind a call across libraries, several times as dear as all else a short tag costs.
constexpr std::string_view kNames[] = {
    "html",       "head",
    "title",      "base",
    "link",       "meta",
    "style",      "script",
    "noscript",   "template",
    "body",       "article",
    "section",    "nav",
    "aside",      "h1",
    "h2",         "h3",
    "h4",         "h5",
    "h6",         "hgroup",
    "header",     "footer",
    "address",    "p",
    "hr",         "pre",
    "blockquote", "ol",
    "ul",         "li",
    "dl",         "dt",
    "dd",         "figure",
    "figcaption", "main",
    "div",        "a",
    "em",         "strong",
    "small",      "s",
    "cite",       "q",
    "dfn",        "abbr",
    "data",       "time",
    "code",       "var",
    "samp",       "kbd",
    "sub",        "sup",
    "i",          "b",
    "u",          "mark",
    "ruby",       "rt",
    "rp",         "bdi",
    "bdo",        "span",
    "br",         "wbr",
    "ins",        "del",
    "image",      "img",
    "iframe",     "embed",
    "object",     "param",
    "video",      "audio",
    "source",     "track",
    "canvas",     "map",
    "area",       "math",
    "mi",         "mo",
    "mn",         "ms",
    "mtext",      "mglyph",
    "malignmark", "annotation-xml",
    "svg",        "foreignobject",
    "desc",       "table",
    "caption",    "colgroup",
    "col",        "tbody",
    "thead",      "tfoot",
    "tr",         "td",
    "th",         "form",
    "fieldset",   "legend",
    "label",      "input",
    "button",     "select",
    "datalist",   "optgroup",
    "option",     "textarea",
    "keygen",     "output",
    "progress",   "meter",
    "details",    "summary",
    "menu",       "menuitem",
    "applet",     "acronym",
    "bgsound",    "dir",
    "frame",      "frameset",
    "noframes",   "isindex",
    "listing",    "xmp",
    "nextid",     "noembed",
    "plaintext",  "rb",
    "strike",     "basefont",
    "big",        "blink",
    "center",     "font",
    "marquee",    "multicol",
    "nobr",       "spacer",
    "tt",         "rtc",
};
static_assert(std::size(kNames) == GUMBO_TAG_UNKNOWN);

// The first eight bytes of a name; OR-ed with kLowerCase, letters become lower case.
constexpr std::uint64_t kLowerCase = 0x2020202020202020;

constexpr std::uint64_t first_bytes(std::string_view name) noexcept {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < name.size() && i < 8; ++i) {
    bytes |= std::uint64_t{static_cast<unsigned char>(name[i])} << (8 * i);
  }
  return bytes;
}

constexpr std::uint64_t mask_of(std::size_t size) noexcept {
  return size >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * size)) - 1;
}

// Names by their first bytes: open addressing, a third full.
constexpr unsigned kSlotBits = 9;
constexpr std::size_t kSlots = std::size_t{1} << kSlotBits;

struct Slot {
  std::uint64_t key = 0;  // 0: empty
  std::uint8_t size = 0;
  std::uint8_t number = 0;
};

constexpr std::size_t slot_of(std::uint64_t key, std::size_t size) noexcept {
  return static_cast<std::size_t>(((key ^ size) * 0x9E3779B97F4A7C15u) >> (64 - kSlotBits));
}

constexpr std::array<Slot, kSlots> make_slots() {
  std::array<Slot, kSlots> slots{};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    const std::size_t size = kNames[i].size();
    const std::uint64_t key = first_bytes(kNames[i]) | (kLowerCase & mask_of(size));
    std::size_t at = slot_of(key, size);
    while (slots[at].key != 0) at = (at + 1) % kSlots;
    slots[at] = {key, static_cast<std::uint8_t>(size), static_cast<std::uint8_t>(i)};
  }
  return slots;
}

constexpr std::array<Slot, kSlots> kSlotTable = make_slots();

}  // namespace

int element_number(std::string_view name) noexcept {
  return element_number(name, first_bytes(name));
}

int element_number(std::string_view name, std::uint64_t bytes) noexcept {
  const std::size_t size = name.size();
  const std::uint64_t key = bytes | (kLowerCase & mask_of(size));
  for (std::size_t at = slot_of(key, size); kSlotTable[at].key != 0; at = (at + 1) % kSlots) {
    const Slot& slot = kSlotTable[at];
    if (slot.key != key || slot.size != size) continue;
    // Bytes that are no letters may have become some, and a long name goes on.
    const bool is_exact = bytes == key && size <= sizeof bytes;
    if (is_exact || ascii::equals_ignore_case(name, kNames[slot.number])) return slot.number;
  }
  return GUMBO_TAG_UNKNOWN;
}

const Traits& traits_of(int element_number) noexcept {
  return kTraits[static_cast<std::size_t>(element_number)];
}

std::string_view foreign_name(std::string_view raw) noexcept {
  raw.remove_suffix(1);
  if (raw.starts_with("</")) return raw.substr(2);
  const auto ends = [](char c) { return is_html_space(c) || c == '/'; };
  const auto* const end = std::find_if(raw.begin() + 1, raw.end(), ends);
  return raw.substr(1, static_cast<std::size_t>(end - raw.begin()) - 1);
}

const Traits& foreign_traits(int element_number, Namespace space, std::string_view name) noexcept {
  static constexpr Traits kShown{};
  static constexpr Traits kApart{Element::Other, Display::Cell};
  static constexpr Traits kSilent{Element::Other, Display::Silent};
  switch (element_number) {
    case GUMBO_TAG_A:
      return space == Namespace::Svg ? traits_of(GUMBO_TAG_A) : kShown;
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_DESC:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_ANNOTATION_XML:
      return kSilent;
    case GUMBO_TAG_UNKNOWN:
      if (ascii::starts_with_ignore_case(name, "text")) return kApart;
      return ascii::starts_with_ignore_case(name, "annotation") ? kSilent : kShown;
    default:  // gumbo's tags are an open list
      return kShown;
  }
}

}  // namespace skitter::parser
