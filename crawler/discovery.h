#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/admission.h"
#include "crawler/frontier.h"
#include "crawler/host_book.h"
#include "crawler/known_urls.h"
#include "crawler/options.h"
#include "crawler/traps.h"
#include "parser/page.h"
#include "parser/url.h"
#include "storage/record.h"

namespace skitter::crawler {

using storage::Record;

// Lets links in: gives each URL its id when it is first seen, decides whether it is followed, and
// keeps the least depth at which it was found. What it finds out goes into the Record of the page
// that it was found on, and what is let in goes into the frontier.
//
// The result does not depend on the order in which links are found. A URL has the strongest claim
// that any link gives it:
//
//     target only  <  one link too many of its page, or on a page too many  <  nofollow  <  followed
//
// where what the URL alone rules out (scheme, scope, --include, --exclude, traps) comes first. It
// has the least depth, and the least number of redirects, over all links that claim as much. When a
// page that was read already is found nearer, its links are offered again (`nearer`), so that the
// pages behind it move too.
//
// Owns:    the seen set, the hosts' book. Borrows the frontier.
// Thread:  loop.
class Discovery {
 public:
  Discovery(const Options& options, Admission admission, Frontier& frontier);

  // How many sitemap indexes may lead to a sitemap.
  static constexpr std::uint8_t kMaxIndexes = 3;

  // Where links are offered from: a page, or nothing (seeds).
  struct Source {
    UrlId id = 0;
    std::uint16_t depth = 0;
    std::uint8_t hops = 0;
    bool nofollow = false;      // the page's directives
    bool is_same_text = false;  // one page too many with its text (crawler/traps.h)
  };

  // Is it in scope, by the rules that look at the URL alone?
  [[nodiscard]] bool may_follow(const parser::Url& url) const {
    return admission_.decide(url).outcome == Outcome::Queued;
  }

  void add_seed(Record& record, const parser::Url& url, SteadyTime now);
  // A sitemap that robots.txt names, or that stands where sitemaps usually do.
  void add_sitemap(Record& record, const parser::Url& url, SteadyTime now);
  // Offers each link. `fingerprints` has one for each; empty: they are made here. Gives the links'
  // ids, which hold until the next call.
  std::span<const UrlId> offer_links(Record& record, const Source& source,
                                     std::span<const parser::Link> links,
                                     std::span<const std::uint64_t> fingerprints, SteadyTime now);
  // A redirect of `source` to `target`: offered at the source's own depth, one hop further. False
  // where that is beyond the limit of hops: then it is only a link's target.
  bool offer_redirect(Record& record, const Source& source, const parser::Url& target,
                      SteadyTime now);
  [[nodiscard]] Source source(UrlId id) const;

  // A queued URL that was in the database only, by a refill.
  void bring_back(storage::Refill::Row&& row, SteadyTime now);

  // Read back from the database at the start.
  void load_host(const storage::HostState& state, std::string_view name);
  void load_url(UrlId id, std::string_view url, HostId host, std::uint16_t depth, std::uint8_t hops,
                std::optional<Outcome> outcome, std::string_view detail);
  // What an earlier run's options ruled out, or had let in, is judged again.
  void judge_again(Record& record, UrlId id, std::string_view url, SteadyTime now);
  void load_nearer(UrlId id);

  // Pages whose links must be offered again; each leaves with take_nearer() and is done with
  // reoffered().
  [[nodiscard]] std::optional<UrlId> take_nearer();
  void reoffered(Record& record, UrlId id);
  [[nodiscard]] bool has_nearer() const noexcept { return !nearer_.empty(); }

  // The id of a host, which is made known to the record, the book and the frontier where it is new.
  [[nodiscard]] HostId host_id(Record& record, std::string_view name);

  [[nodiscard]] KnownUrls& known() noexcept { return known_; }
  [[nodiscard]] HostBook& hosts() noexcept { return hosts_; }
  [[nodiscard]] TrapBudgets& traps() noexcept { return traps_; }
  [[nodiscard]] Admission& admission() noexcept { return admission_; }
  [[nodiscard]] std::uint64_t discovered() const noexcept { return discovered_; }

 private:
  enum class Claim : std::uint8_t { Target, Surplus, Nofollow, Follow };
  struct Offer {
    std::uint64_t fingerprint = 0;
    std::string_view url;
    UrlId source = 0;
    std::uint16_t depth = 0;
    std::uint8_t hops = 0;
    Claim claim = Claim::Follow;
    bool is_same_text = false;  // why it is surplus
  };

  UrlId offer(Record& record, const Offer& offer, SteadyTime now);
  void offer_known(Record& record, UrlId id, const Offer& offer, SteadyTime now);
  UrlId add_new(Record& record, const Offer& offer, SteadyTime now);
  void take_claim(Record& record, UrlId id, const Offer& offer, SteadyTime now);
  void come_nearer(Record& record, UrlId id, const Offer& least);
  [[nodiscard]] Decision decide(const parser::Url& url, const Offer& offer);
  // The claim that a known URL was decided by.
  [[nodiscard]] static Claim claim_of(const KnownUrls::Row& row) noexcept;
  void let_in(UrlId id, HostId host, const parser::Url& url, std::uint16_t depth, SteadyTime now);
  [[nodiscard]] Robots first_robots() const noexcept;

  const Options& options_;
  Admission admission_;
  TrapBudgets traps_;
  Frontier& frontier_;
  HostBook hosts_;
  KnownUrls known_;
  std::deque<UrlId> nearer_;
  std::vector<UrlId> offered_;  // of the links in hand; kept for its memory
  std::uint64_t discovered_ = 0;
};

}  // namespace skitter::crawler
