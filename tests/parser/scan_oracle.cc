#include "tests/parser/scan_oracle.h"

#include <gumbo.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

#include "parser/arena.h"
#include "parser/ascii.h"
#include "parser/html.h"
#include "parser/html_space.h"

namespace skitter::parser {
namespace {

void* allocate(void* arena, std::size_t bytes) {
  return static_cast<Arena*>(arena)->allocate(bytes);
}
void release(void* arena, void* piece) {
  static_cast<Arena*>(arena)->release(piece);
}

Document document_of(std::string_view html) {
  static const auto url = parse_url("http://h.example/d/p?q");
  Document document;
  document.bytes = html;
  document.url = &*url;
  document.content_type = "text/html; charset=utf-8";
  return document;
}

bool is_parent(const GumboNode& node) {
  return node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE;
}

// Whether the node stands in the bytes where its position says; clones have their original's.
bool has_own_position(const GumboNode& node) {
  constexpr unsigned kElsewhere = GUMBO_INSERTION_BY_PARSER | GUMBO_INSERTION_FROM_ISINDEX;
  return (node.parse_flags & kElsewhere) == 0;
}

bool is_in_source_order(const GumboNode& document) {
  std::vector<const GumboNode*> nodes = {&document};
  unsigned last = 0;
  while (!nodes.empty()) {
    const GumboNode& node = *nodes.back();
    nodes.pop_back();
    if (node.type == GUMBO_NODE_COMMENT) continue;
    if (has_own_position(node)) {
      const unsigned offset =
          is_parent(node) ? node.v.element.start_pos.offset : node.v.text.start_pos.offset;
      if (offset < last) return false;
      last = offset;
    }
    if (!is_parent(node)) continue;
    const GumboVector& children = node.v.element.children;
    for (unsigned i = children.length; i > 0; --i) {
      nodes.push_back(static_cast<const GumboNode*>(children.data[i - 1]));
    }
  }
  return true;
}

bool has_moved_element(const GumboNode& root) {
  std::vector<const GumboNode*> nodes = {&root};
  while (!nodes.empty()) {
    const GumboNode& node = *nodes.back();
    nodes.pop_back();
    if ((node.parse_flags & GUMBO_INSERTION_ADOPTION_AGENCY_MOVED) != 0) return true;
    if (!is_parent(node)) continue;
    const GumboVector& children = node.v.element.children;
    for (unsigned i = 0; i < children.length; ++i) {
      nodes.push_back(static_cast<const GumboNode*>(children.data[i]));
    }
  }
  return false;
}

bool is_formatting(GumboTag tag) {
  constexpr GumboTag kTags[] = {GUMBO_TAG_A,  GUMBO_TAG_B,     GUMBO_TAG_BIG,    GUMBO_TAG_CODE,
                                GUMBO_TAG_EM, GUMBO_TAG_FONT,  GUMBO_TAG_I,      GUMBO_TAG_NOBR,
                                GUMBO_TAG_S,  GUMBO_TAG_SMALL, GUMBO_TAG_STRIKE, GUMBO_TAG_STRONG,
                                GUMBO_TAG_TT, GUMBO_TAG_U};
  return std::find(std::begin(kTags), std::end(kTags), tag) != std::end(kTags);
}

// A formatting element with four levels of elements or more inside it: what stays behind where a
// block was moved out from under more than three.
bool has_deep_formatting(const GumboNode& root) {
  constexpr std::size_t kLevels = 4;
  struct Place {
    const GumboNode* node;
    std::size_t inside;  // levels below the outermost formatting element; 0: none is around
  };
  std::vector<Place> places = {{&root, 0}};
  while (!places.empty()) {
    const Place place = places.back();
    places.pop_back();
    if (!is_parent(*place.node)) continue;
    if (place.inside >= kLevels) return true;
    const bool counts = place.inside > 0 || (place.node->type == GUMBO_NODE_ELEMENT &&
                                             is_formatting(place.node->v.element.tag));
    const GumboVector& children = place.node->v.element.children;
    for (unsigned i = 0; i < children.length; ++i) {
      places.push_back(
          {static_cast<const GumboNode*>(children.data[i]), counts ? place.inside + 1 : 0});
    }
  }
  return false;
}

// A tag of a block that may end before its end tag: see Departure::Adopted.
bool has_loose_block(std::string_view html) {
  const std::string lower = ascii::lower(html);
  constexpr std::string_view kTags[] = {"</form", "<option", "<optgroup", "<legend", "<main"};
  return std::any_of(std::begin(kTags), std::end(kTags),
                     [&](std::string_view tag) { return lower.find(tag) != lower.npos; });
}

bool has_frameset(const GumboNode& root) {
  const GumboVector& children = root.v.element.children;
  return std::any_of(children.data, children.data + children.length, [](const void* child) {
    const auto& node = *static_cast<const GumboNode*>(child);
    return node.type == GUMBO_NODE_ELEMENT && node.v.element.tag == GUMBO_TAG_FRAMESET;
  });
}

// A numeric reference of eight digits or more.
bool has_long_number(std::string_view html) {
  constexpr std::size_t kDigits = 8;
  for (std::size_t at = html.find("&#"); at != html.npos; at = html.find("&#", at + 2)) {
    std::size_t digit = at + 2;
    if (digit < html.size() && ascii::to_lower(html[digit]) == 'x') ++digit;
    const std::size_t begin = digit;
    while (digit < html.size() && ascii::hex_value(html[digit]) >= 0) ++digit;
    if (digit - begin >= kDigits) return true;
  }
  return false;
}

// Takes the attributes of one tag off `rest`, up to its '>'. True where one is repeated without a
// value, and another follows.
bool repeats_bare_attribute(std::string_view& rest) {
  std::vector<std::string> names;
  bool is_repeated = false;
  for (;;) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n\f/"), rest.size()));
    if (rest.empty() || rest.front() == '>') return false;
    if (is_repeated) return true;
    std::string name = ascii::lower(rest.substr(0, rest.find_first_of(" \t\r\n\f/>=", 1)));
    rest.remove_prefix(name.size());
    const bool is_known = std::find(names.begin(), names.end(), name) != names.end();
    names.push_back(std::move(name));
    const std::size_t next = std::min(rest.find_first_not_of(" \t\r\n\f"), rest.size());
    is_repeated = is_known && !rest.substr(next).starts_with('=');
    if (!rest.substr(next).starts_with('=')) continue;
    rest.remove_prefix(next + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n\f"), rest.size()));
    if (rest.starts_with('"') || rest.starts_with('\'')) {
      const std::size_t end = rest.find(rest.front(), 1);
      rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    } else {
      rest.remove_prefix(std::min(rest.find_first_of(" \t\r\n\f>"), rest.size()));
    }
  }
}

bool has_dropped_value(std::string_view html) {
  for (std::size_t at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
    std::string_view tag = html.substr(at + 1);
    if (tag.empty() || !ascii::is_alpha(tag.front())) continue;
    tag.remove_prefix(std::min(tag.find_first_of(" \t\r\n\f/>"), tag.size()));
    if (repeats_bare_attribute(tag)) return true;
  }
  return false;
}

// How many bytes of `text`, from "<a" on, belong to the tag: a value in quotes may hold a ">".
std::size_t tag_size(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && text[at] != '>') {
    if (text[at++] != '=') continue;
    at = std::min(text.find_first_not_of(" \t\r\n\f", at), text.size());
    if (at == text.size() || (text[at] != '"' && text[at] != '\'')) continue;
    at = std::min(text.find(text[at], at + 1), text.size() - 1) + 1;
  }
  return at;
}

bool starts_tag(std::string_view text) {
  return text.size() > 1 && text[0] == '<' && ascii::is_alpha(text[1]);
}

bool has_nul_in_tag(std::string_view html) {
  for (std::size_t at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
    const std::string_view text = html.substr(at);
    if (starts_tag(text) && text.substr(0, tag_size(text)).find('\0') != text.npos) return true;
  }
  return false;
}

// All that the page gives cause for.
std::vector<Departure> departures_of(std::string_view html) {
  Arena arena;
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  options.allocator = allocate;
  options.deallocator = release;
  options.userdata = &arena;
  const GumboNode& root = *gumbo_parse_with_options(&options, html.data(), html.size())->root;
  std::vector<Departure> departures;
  const auto add_if = [&](bool holds, Departure departure) {
    if (holds) departures.push_back(departure);
  };
  add_if(has_frameset(root), Departure::Frameset);
  add_if(has_long_number(html), Departure::Overflow);
  add_if(has_dropped_value(html), Departure::DroppedValue);
  add_if(has_nul_in_tag(html), Departure::NulInTag);
  add_if(!is_in_source_order(root), Departure::Moved);
  const bool has_moved = has_moved_element(root);
  add_if(has_moved && has_loose_block(html), Departure::Adopted);
  add_if(has_moved && has_deep_formatting(root), Departure::LostBookmark);
  return departures;
}

// The page without NULs in its tags and without the digits of its references that are too many: two
// causes at once excuse so much that nothing would be compared.
std::string repaired(std::string_view html) {
  constexpr std::size_t kDigits = 7;
  std::string result;
  std::size_t tag_end = 0;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < html.size(); ++i) {
    const char c = html[i];
    if (i >= tag_end && starts_tag(html.substr(i))) tag_end = i + tag_size(html.substr(i));
    if (i < tag_end && c == '\0') continue;
    digits = ascii::hex_value(c) >= 0 ? digits + 1 : 0;
    if (digits > kDigits) continue;
    result += c;
  }
  return result;
}

void show(std::ostream& out, const Page& page) {
  out << "  title [" << page.title << "] h1 [" << page.h1 << "] language [" << page.language
      << "] description [" << page.description << "] robots [" << page.robots << "]\n  text ["
      << page.text << "]\n";
  for (const Link& link : page.links) {
    out << "  " << to_string(link.kind) << ' ' << link.url << " [" << link.anchor << "] rel ["
        << link.rel << "]\n";
  }
}

std::string as_it_is(std::string_view text) {
  return std::string(text);
}

std::string without_space(std::string_view text) {
  std::string letters(text);
  std::erase_if(letters, is_html_space);
  return letters;
}

// Visible text by what `seen` makes of it.
bool are_equal(const Page& a, const Page& b, std::string (*seen)(std::string_view)) {
  const auto are_equal_links = [seen](const Link& one, const Link& other) {
    return one.url == other.url && seen(one.anchor) == seen(other.anchor) && one.rel == other.rel &&
           one.kind == other.kind;
  };
  return a.title == b.title && a.description == b.description && a.language == b.language &&
         a.canonical_url == b.canonical_url && seen(a.h1) == seen(b.h1) && a.robots == b.robots &&
         seen(a.text) == seen(b.text) && a.charset == b.charset &&
         std::ranges::equal(a.links, b.links, are_equal_links) && a.nofollow == b.nofollow;
}

// Kind and target of each link, sorted.
std::vector<std::pair<LinkKind, std::string>> targets_of(const Page& page) {
  std::vector<std::pair<LinkKind, std::string>> targets;
  for (const Link& link : page.links) targets.emplace_back(link.kind, link.url);
  std::sort(targets.begin(), targets.end());
  return targets;
}

std::vector<std::pair<LinkKind, std::string>> distinct(
    std::vector<std::pair<LinkKind, std::string>> sorted) {
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

bool has_all_targets(const Page& scan, const Page& tree) {
  const auto found = targets_of(scan);
  const auto wanted = targets_of(tree);
  return std::includes(found.begin(), found.end(), wanted.begin(), wanted.end());
}

// The bytes of the text that are no white space, sorted.
std::string letters_of(const Page& page) {
  std::string letters = without_space(page.text);
  std::sort(letters.begin(), letters.end());
  return letters;
}

bool has_base(std::string_view html) {
  return ascii::lower(html).find("<base") != std::string::npos;
}

bool has_several_bases(std::string_view html) {
  const std::string lower = ascii::lower(html);
  return lower.find("<base") != lower.rfind("<base");
}

bool is_excused(Departure departure, std::string_view html, const Page& scan, const Page& tree) {
  switch (departure) {
    case Departure::None:
      return false;
    case Departure::LostBookmark:
      return scan.title == tree.title && distinct(targets_of(scan)) == distinct(targets_of(tree)) &&
             letters_of(scan) == letters_of(tree);
    case Departure::Moved:
      return scan.title == tree.title && letters_of(scan) == letters_of(tree) &&
             (has_several_bases(html) ? scan.links.size() == tree.links.size()
                                      : targets_of(scan) == targets_of(tree));
    case Departure::Adopted:
      return are_equal(scan, tree, without_space);
    case Departure::Frameset:
      return has_all_targets(scan, tree) ||
             (has_base(html) && scan.links.size() >= tree.links.size());
    case Departure::NulInTag:
      return scan.title == tree.title && letters_of(scan) == letters_of(tree);
    case Departure::Overflow:
      return scan.links.size() >= tree.links.size();
    case Departure::DroppedValue:
      return scan.links.size() >= tree.links.size() ||
             (scan.title == tree.title && letters_of(scan) == letters_of(tree));
  }
  return false;
}

}  // namespace

Page page_by_scan(std::string_view html) {
  static Arena arena;
  return scan_page(document_of(html), arena);
}

Page page_by_tree(std::string_view html) {
  static Arena arena;
  return parse_page(document_of(html), arena, {});
}

Comparison compare_scan(std::string_view html) {
  Comparison comparison;
  const Page scan = page_by_scan(html);
  const Page tree = page_by_tree(html);
  // A page that may have no tree was scanned both times.
  if (are_equal(scan, tree, as_it_is)) return comparison;
  for (const Departure departure : departures_of(html)) {
    comparison.departure = departure;
    if (is_excused(departure, html, scan, tree)) return comparison;
  }
  if (std::string other = repaired(html); other != html) {
    comparison.difference = compare_scan(other).difference;
    return comparison;
  }
  std::ostringstream out;
  out << "scan\n";
  show(out, scan);
  out << "tree\n";
  show(out, tree);
  comparison.difference = out.str();
  return comparison;
}

}  // namespace skitter::parser
