// The input is a file of URLs in any form.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "parser/charset.h"
#include "parser/sitemap.h"
#include "parser/xml_repair.h"

namespace {

using skitter::parser::parse_sitemap;
using skitter::parser::parse_url;
using skitter::parser::Sitemap;
using skitter::parser::SitemapEntry;
using skitter::parser::SitemapKind;
using skitter::parser::SitemapLimits;

constexpr SitemapLimits kLimits = {.max_entries = 100, .max_bytes = 100'000};

void require(bool holds) {
  if (!holds) std::abort();
}

void check_entries(const std::vector<SitemapEntry>& entries) {
  for (const SitemapEntry& entry : entries) {
    const auto url = parse_url(entry.loc);
    require(url && url->is_http() && url->href() == entry.loc);
  }
}

// The pages, written as the plainest sitemap, are the same pages.
void check_as_text(const Sitemap& sitemap) {
  std::string lines;
  for (const SitemapEntry& entry : sitemap.urls) lines += entry.loc + "\n";
  const Sitemap again = parse_sitemap(lines, *parse_url("http://other.example/"));
  require(again.urls.size() == sitemap.urls.size());
  for (std::size_t i = 0; i < again.urls.size(); ++i) {
    require(again.urls[i].loc == sitemap.urls[i].loc);
  }
}

void check_repair(std::string_view bytes) {
  std::string converted;
  const std::string_view text = skitter::parser::to_utf8(bytes, "utf-8", converted);
  std::string once_storage;
  const std::string once(skitter::parser::repair_xml(text, bytes.size() * 5 + 1, once_storage));
  std::string twice_storage;
  require(skitter::parser::repair_xml(once, once.size() + 1, twice_storage) == once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kUrl = *parse_url("http://site.example/dir/sitemap.xml");
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const Sitemap sitemap = parse_sitemap(input, kUrl, "", kLimits);
  require(sitemap.urls.size() + sitemap.sitemaps.size() <= kLimits.max_entries);
  require(sitemap.kind != SitemapKind::None || sitemap.urls.empty());
  check_entries(sitemap.urls);
  check_entries(sitemap.sitemaps);
  check_as_text(sitemap);
  check_repair(input);
  return 0;
}
