#include "crawler/known_urls.h"

namespace skitter::crawler {

static_assert(sizeof(KnownUrls::Row) == 16);

KnownUrls::KnownUrls() : ids_(0, Hash{this}, Equal{this}) {}

UrlId KnownUrls::find(std::uint64_t fingerprint) const {
  const auto found = ids_.find(fingerprint);
  return found == ids_.end() ? 0 : *found;
}

void KnownUrls::find_all(std::span<const std::uint64_t> fingerprints,
                         std::vector<UrlId>& ids) const {
  for (const std::uint64_t fingerprint : fingerprints) ids_.prefetch(fingerprint);
  ids.clear();
  for (const std::uint64_t fingerprint : fingerprints) ids.push_back(find(fingerprint));
}

UrlId KnownUrls::add(Row row) {
  if (size_ == blocks_.size() * kBlock) blocks_.emplace_back(kBlock);
  const auto id = static_cast<UrlId>(++size_);
  (*this)[id] = row;
  ids_.insert(id);
  return id;
}

}  // namespace skitter::crawler
