#include "parser/sitemap.h"

#include <optional>
#include <utility>

#include "parser/ascii.h"
#include "parser/charset.h"
#include "parser/gunzip.h"
#include "parser/sitemap_xml.h"

namespace skitter::parser {
namespace {

constexpr std::string_view kUtf8ByteOrder = "\xEF\xBB\xBF";

// Some files have blank lines, or the mark twice, before the XML declaration.
std::string_view skip_blanks_and_marks(std::string_view text) noexcept {
  while (!text.empty()) {
    if (text.starts_with(kUtf8ByteOrder)) {
      text.remove_prefix(kUtf8ByteOrder.size());
    } else if (ascii::is_space(text.front()) || text.front() == '\0') {
      text.remove_prefix(1);
    } else {
      break;
    }
  }
  return text;
}

// Where the XML begins, in a text that is XML. A warning of the program that wrote the file may
// come before it. The declaration is left out: it may be malformed, and the encoding is settled.
std::optional<std::string_view> find_xml(std::string_view text) noexcept {
  constexpr std::size_t kMostBytesBefore = 1024;
  const std::size_t declaration = text.substr(0, kMostBytesBefore).find("<?xml ");
  if (declaration != text.npos) {
    const std::size_t end = text.find("?>", declaration);
    return end == text.npos ? "" : skip_blanks_and_marks(text.substr(end + 2));
  }
  if (text.starts_with('<')) return text;
  return std::nullopt;
}

bool is_absolute(std::string_view line) noexcept {
  return ascii::starts_with_ignore_case(line, "http://") ||
         ascii::starts_with_ignore_case(line, "https://");
}

void read_lines(std::string_view text, SitemapEntries& entries) {
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    const std::string_view line = ascii::trim(text.substr(0, end));
    // Prose must not become relative URLs.
    if (is_absolute(line) && !entries.add(SitemapEntries::Kind::Url, line, nullptr, "")) return;
    if (end == text.npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string_view to_string(SitemapKind kind) noexcept {
  switch (kind) {
    case SitemapKind::None:
      return "none";
    case SitemapKind::UrlSet:
      return "urlset";
    case SitemapKind::Index:
      return "index";
    case SitemapKind::Feed:
      return "feed";
    case SitemapKind::Text:
      return "text";
  }
  return "";
}

bool SitemapEntries::add(Kind kind, std::string_view loc, const Url* base,
                         std::string_view lastmod) {
  if (into_.is_entry_limit_hit) return false;
  loc = ascii::trim(loc);
  if (loc.empty() || loc.size() > kMaxSitemapLocBytes) return true;
  // Each short location against a long base would cost the base again.
  if (base != nullptr && base->href().size() > kMaxSitemapLocBytes) base = nullptr;
  auto url = parse_url(loc, base);
  if (!url || !url->is_http() || url->href().size() > kMaxSitemapLocBytes) return true;
  if (into_.urls.size() + into_.sitemaps.size() == max_entries_) {
    into_.is_entry_limit_hit = true;
    return false;
  }
  auto& list = kind == Kind::Sitemap ? into_.sitemaps : into_.urls;
  list.push_back({std::move(*url).take_without_fragment(), std::string(lastmod)});
  return true;
}

Sitemap parse_sitemap(std::string_view bytes, const Url& url, std::string_view http_charset,
                      const SitemapLimits& limits) {
  Sitemap sitemap;
  std::string unpacked;
  if (is_gzip(bytes)) {
    Gunzipped whole = gunzip(bytes, limits.max_bytes);
    sitemap.is_byte_limit_hit = whole.end == Gunzipped::End::Limit;
    sitemap.is_damaged = whole.end == Gunzipped::End::Damaged;
    unpacked = std::move(whole.bytes);
    bytes = unpacked;
  }
  if (bytes.size() > limits.max_bytes) {
    sitemap.is_byte_limit_hit = true;
    bytes = bytes.substr(0, limits.max_bytes);
  }

  std::string converted;
  std::string_view text = to_utf8(bytes, sniff_text_encoding(bytes, http_charset), converted);
  text = skip_blanks_and_marks(text);
  if (const auto xml = find_xml(text)) {
    read_sitemap_xml(*xml, url, limits, sitemap);
    return sitemap;
  }
  // Half a URL is another URL: a line that was cut does not count.
  const bool is_cut = sitemap.is_byte_limit_hit || sitemap.is_damaged;
  if (is_cut) text = text.substr(0, text.find_last_of("\r\n") + 1);
  SitemapEntries entries(limits.max_entries, sitemap);
  read_lines(text, entries);
  if (!sitemap.urls.empty()) sitemap.kind = SitemapKind::Text;
  return sitemap;
}

}  // namespace skitter::parser
