#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "crawler/host_book.h"
#include "crawler/known_urls.h"
#include "parser/page.h"
#include "parser/url.h"
#include "storage/record.h"

namespace skitter::crawler {

// Gives the URLs of an import their ids, and what an archive does not say of them: the depth of a
// page, and the page it was found on, are those of the first page before it in the archive that
// links to it. Nothing is queued: what is not in the archive is a link's target only.
//
// Grows with the import: KnownUrls, and 19 to 39 bytes for each page, by the sizes of the table.
//
// Thread:  one at a time.
class ImportBook {
 public:
  struct Page {
    std::int64_t fetched_at_ms = 0;
    storage::Outcome outcome = storage::Outcome::Ok;
    std::string_view detail;
    std::optional<std::uint16_t> depth;  // nullopt: the archive does not say
    std::string_view referrer;           // canonical URL; empty: likewise
  };

  // Puts the page's URL into the record. False where the page is there already as of a later time.
  [[nodiscard]] bool add_page(storage::Record& record, const parser::Url& url, const Page& page);
  // Puts the links of the record's page into it. `fingerprints` has one for each.
  void add_links(storage::Record& record, parser::LinkList&& links,
                 std::span<const std::uint64_t> fingerprints, bool says_referrers);

  [[nodiscard]] std::uint64_t pages() const noexcept { return fetched_at_ms_.size(); }

 private:
  UrlId add_target(storage::Record& record, std::string_view url, std::uint64_t fingerprint,
                   UrlId referrer, std::uint16_t depth);
  HostId host_id(storage::Record& record, std::string_view name);

  KnownUrls known_;
  HostBook hosts_;
  absl::flat_hash_map<UrlId, std::int64_t> fetched_at_ms_;  // of those that are pages
};

}  // namespace skitter::crawler
