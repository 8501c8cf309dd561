// Sitemaps: those that robots.txt names, else the one that may stand at /sitemap.xml. A sitemap
//           goes through the
// frontier like any page, and its entries are its links.
#include <algorithm>

#include "crawler/crawl.h"
#include "parser/canonical.h"
#include "parser/fingerprint.h"

namespace skitter::crawler {

parser::Url Crawl::canonical(parser::Url url) const {
  if (options_.strip_query.empty()) return url;
  return parser::canonicalise(std::move(url), {options_.strip_query});
}

// Called before an origin's first page, when its robots.txt is known.
void Crawl::offer_sitemaps(HostId id, Scheme scheme) {
  Host& host = discovery_.hosts()[id];
  const Host::Origin& origin = host.origin(scheme);
  const std::optional<parser::Url> root = parser::parse_url(origin_of(host, scheme) + "/");
  if (!root) return;
  const SteadyTime now = clock_now();
  if (origin.rules && !origin.rules->sitemaps().empty()) {
    Record record;
    for (const std::string& listed : origin.rules->sitemaps()) {
      const std::optional<parser::Url> url = parser::parse_url(listed, &*root);
      if (url && url->is_http()) discovery_.add_sitemap(record, canonical(*url), now);
    }
    if (!record.discovered.empty() || !record.changes.empty()) push_op(std::move(record));
    return;
  }
  constexpr std::string_view kUsualPath = "/sitemap.xml";
  const std::optional<parser::Url> guess = parser::parse_url(kUsualPath, &*root);
  const bool is_known =
      discovery_.known().find(parser::fingerprint(guess->without_fragment())) != 0;
  const bool is_allowed = !origin.rules || origin.rules->is_allowed(kUsualPath);
  if (is_known || !is_allowed || !discovery_.may_follow(*guess)) return;
  frontier_.push_errand(
      id, {Errand::Kind::SitemapGuess, std::string(guess->without_fragment()), id, scheme, 0}, now);
}

// Only what is a sitemap becomes a URL of the crawl: most sites have none, and many answer anything
// with a page.
void Crawl::guess_answered(const Errand& errand, const Response& response) {
  const bool came = response.outcome == Outcome::Ok || response.outcome == Outcome::TooLarge;
  const bool is_success = came && response.status >= 200 && response.status < 300;
  const bool is_redirect = came && response.status >= 300 && response.status < 400;
  const auto has = [](std::string_view text, std::string_view word) {
    return text.find(word) != std::string_view::npos;
  };
  const bool is_sitemap =
      (is_success && (has(response.body, "<urlset") || has(response.body, "<sitemapindex"))) ||
      (is_redirect && has(response.headers.get("location"), "sitemap"));
  const std::optional<parser::Url> url = parser::parse_url(errand.url);
  if (!is_sitemap || !url) return;
  Record record;
  discovery_.add_sitemap(record, *url, clock_now());
  if (!record.discovered.empty() || !record.changes.empty()) push_op(std::move(record));
}

}  // namespace skitter::crawler
