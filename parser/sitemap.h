#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/url.h"

namespace skitter::parser {

// What a file of URLs turned out to be; its name and its content type are no evidence.
enum class SitemapKind : std::uint8_t {
  None,    // nothing that lists URLs: a page, an error message, nothing at all
  UrlSet,  // XML, <urlset>
  Index,   // XML, <sitemapindex>
  Feed,    // RSS 0.9 to 2.0, RDF, Atom
  Text,    // one URL a line
};
[[nodiscard]] std::string_view to_string(SitemapKind kind) noexcept;

struct SitemapEntry {
  std::string loc;      // canonical URL, http or https
  std::string lastmod;  // as given, trimmed: a W3C datetime, in RSS an RFC 822 date; often empty
};

// What the protocol allows one file.
struct SitemapLimits {
  std::size_t max_entries = 50'000;
  std::size_t max_bytes = 50 * 1024 * 1024;  // decoded
};

// A parsed sitemap, or what else sites use as one, in the order of the file.
//
// Hosts are not compared: what may be followed is the scope's business, and how deep an index may
// lead the caller's. A URL that the file lists twice is listed twice.
struct Sitemap {
  SitemapKind kind = SitemapKind::None;
  std::vector<SitemapEntry> urls;
  std::vector<SitemapEntry> sitemaps;
  // Why there may be more than what is listed here.
  bool is_entry_limit_hit = false;
  bool is_byte_limit_hit = false;
  bool has_dtd = false;     // declarations of its own: nothing behind them was read
  bool is_damaged = false;  // broken XML, or cut short: what could be read is listed
};

// Longer locations are no URL of a page (the protocol has 2,048) and are left out.
inline constexpr std::size_t kMaxSitemapLocBytes = 8 * 1024;

// Parses `bytes`, decoded from Content-Encoding; a gzip file inside is unpacked. `url` is where it
// came from: relative locations, which the protocol forbids and sites write, resolve against it.
// `http_charset` is that of the Content-Type header, if any.
//
// Total: any bytes give a Sitemap. Broken XML costs the entry that it breaks. No entity is ever
// expanded and nothing outside of `bytes` read.
//
// Thread:  any. Time is linear, memory a small multiple of max_bytes.
// Source:  sitemaps.org protocol; RSS 2.0 <item>, RSS 1.0 §5.5, RFC 4287 §4.1.2, §4.2.7 (Atom).
[[nodiscard]] Sitemap parse_sitemap(std::string_view bytes, const Url& url,
                                    std::string_view http_charset = {},
                                    const SitemapLimits& limits = {});

}  // namespace skitter::parser
