#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parser/sitemap.h"
#include "parser/url.h"

namespace skitter::parser {

// The entries of a sitemap, checked and bounded.
//
// Thread: one at a time. Borrows `into`.
class SitemapEntries {
 public:
  SitemapEntries(std::size_t max_entries, Sitemap& into) : max_entries_(max_entries), into_(into) {}

  enum class Kind : std::uint8_t { Url, Sitemap };
  // Lists `loc`, resolved against `base` where there is one; drops what is no http or https URL.
  // False when the limit is hit: then nothing more is taken.
  bool add(Kind kind, std::string_view loc, const Url* base, std::string_view lastmod);

 private:
  std::size_t max_entries_;
  Sitemap& into_;
};

// Reads the XML forms out of valid UTF-8 that begins with '<'. Sets the kind, and the flags that
// concern XML.
void read_sitemap_xml(std::string_view text, const Url& url, const SitemapLimits& limits,
                      Sitemap& into);

}  // namespace skitter::parser
