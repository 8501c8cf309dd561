#include "crawler/import_book.h"

#include <limits>
#include <string>
#include <utility>

#include "crawler/admission.h"
#include "parser/fingerprint.h"

namespace skitter::crawler {
namespace {

std::uint16_t one_deeper(std::uint16_t depth) {
  return depth == std::numeric_limits<std::uint16_t>::max() ? depth
                                                            : static_cast<std::uint16_t>(depth + 1);
}

std::uint16_t one_nearer(std::uint16_t depth) {
  return depth == 0 ? depth : static_cast<std::uint16_t>(depth - 1);
}

}  // namespace

HostId ImportBook::host_id(storage::Record& record, std::string_view name) {
  if (const HostId known = hosts_.find(name)) return known;
  const HostId id = hosts_.add(name);
  record.hosts.push_back({id, std::string(name)});
  return id;
}

UrlId ImportBook::add_target(storage::Record& record, std::string_view url,
                             std::uint64_t fingerprint, UrlId referrer, std::uint16_t depth) {
  if (const UrlId known = known_.find(fingerprint)) return known;
  KnownUrls::Row row;
  row.fingerprint = fingerprint;
  row.depth = depth;
  row.set_outcome(std::nullopt);
  storage::NewUrl target;
  target.id = known_.add(row);
  target.url = url;
  target.referrer = referrer;
  target.depth = depth;
  target.outcome = std::nullopt;
  record.discovered.push_back(std::move(target));
  return record.discovered.back().id;
}

bool ImportBook::add_page(storage::Record& record, const parser::Url& url, const Page& page) {
  const std::string_view canonical = url.without_fragment();
  const std::uint64_t fingerprint = parser::fingerprint(canonical);
  UrlId id = known_.find(fingerprint);
  const auto earlier = fetched_at_ms_.find(id);
  if (earlier != fetched_at_ms_.end() && earlier->second > page.fetched_at_ms) return false;
  UrlId referrer = 0;
  if (!page.referrer.empty()) {
    referrer = add_target(record, page.referrer, parser::fingerprint(page.referrer), 0,
                          one_nearer(page.depth.value_or(0)));
  }
  if (id == 0) id = add_target(record, canonical, fingerprint, referrer, page.depth.value_or(0));
  KnownUrls::Row& row = known_[id];
  const bool is_first = earlier == fetched_at_ms_.end();
  if (is_first) {
    row.depth = page.depth.value_or(row.depth);
    row.host = host_id(record, host_name(url));
  }
  row.set_outcome(page.outcome);
  storage::UrlChange change;
  change.id = id;
  change.depth = row.depth;
  change.decision = {page.outcome, std::string(page.detail), row.host, referrer};
  record.changes.push_back(std::move(change));
  record.url = id;
  record.outcome = page.outcome;
  record.detail = page.detail;
  fetched_at_ms_[id] = page.fetched_at_ms;
  return true;
}

void ImportBook::add_links(storage::Record& record, parser::LinkList&& links,
                           std::span<const std::uint64_t> fingerprints, bool says_referrers) {
  const std::uint16_t page_depth = known_[record.url].depth;
  record.links.reserve(links.size());
  for (std::size_t i = 0; i < links.size(); ++i) {
    const parser::Link& link = links[i];
    const bool is_redirect = link.kind == parser::LinkKind::Redirect;
    const std::uint16_t depth = is_redirect ? page_depth : one_deeper(page_depth);
    const UrlId target =
        add_target(record, link.url, fingerprints[i], says_referrers ? 0 : record.url, depth);
    record.links.push_back({target, link.kind, link.rel, link.anchor});
  }
  record.link_texts = std::move(links).take_texts();
}

}  // namespace skitter::crawler
