#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skitter::parser {

// What a reference on a page is for. The words are those of the `links.kind` column.
enum class LinkKind : std::uint8_t {
  A,
  Area,
  Frame,
  Iframe,
  Next,          // link rel=next
  Prev,          // link rel=prev
  Canonical,     // link rel=canonical
  Alternate,     // link rel=alternate
  Refresh,       // meta refresh, or a Refresh header
  Redirect,      // a 3xx answer's Location
  Sitemap,       // listed in a sitemap or a feed
  ChildSitemap,  // a sitemap listed in a sitemap index
  Image,
  Script,
  Stylesheet,
  Media,  // audio, video, source, track, embed, object
};

[[nodiscard]] std::string_view to_string(LinkKind kind) noexcept;

// True for the kinds that lead to another page; the others are recorded and never fetched.
[[nodiscard]] bool is_followed(LinkKind kind) noexcept;

// One reference on a page, in document order; a reference that stands twice is kept twice.
struct Link {
  std::string url;     // canonical URL (serialised, no fragment); any scheme
  std::string anchor;  // visible text, or the alt of an image in it; white space collapsed; UTF-8
  std::string rel;     // the attribute's tokens, lower case, one space between
  LinkKind kind = LinkKind::A;

  bool operator==(const Link&) const = default;
};

// What a page says of itself. Text is valid UTF-8; an absent value is empty.
struct Page {
  std::string title;
  std::string description;    // meta name=description
  std::string language;       // html lang, else the Content-Language header
  std::string canonical_url;  // link rel=canonical, resolved
  std::string h1;             // the first one's text
  // Directives of meta robots (and the agent's own) and X-Robots-Tag: lower case, ", " between.
  std::string robots;
  std::string text;     // visible text; a block boundary is a line break
  std::string charset;  // WHATWG name of the encoding the bytes were read in, e.g. "utf-8"
  std::vector<Link> links;
  bool nofollow = false;  // the directives forbid following any link of this page
  // Its tree went over the budget, or its shape is absurd, and it was scanned; or it has more links
  // than are kept.
  bool cut = false;
};

}  // namespace skitter::parser
