#include "crawler/discovery.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "parser/fingerprint.h"

namespace skitter::crawler {
namespace {

using storage::NewUrl;
using storage::UrlChange;

constexpr std::string_view kNofollowDetail = "nofollow";
constexpr unsigned kMostHops = std::numeric_limits<std::uint8_t>::max();
constexpr std::uint16_t kDeepest = std::numeric_limits<std::uint16_t>::max();

// A field that could not be sent is left out, and the page asked for as if there were none.
void add_condition(QueuedUrl& queued, std::string_view name, std::string_view value) {
  constexpr std::size_t kLongest = 1024;
  const bool can_be_sent = std::all_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
  });
  if (value.empty() || value.size() > kLongest || !can_be_sent) return;
  queued.conditions.push_back(std::string(name).append(value));
}

std::uint16_t deeper(std::uint16_t depth) {
  return depth == kDeepest ? depth : static_cast<std::uint16_t>(depth + 1);
}

// By the URL alone: then it does not matter which links claim what.
bool is_ruled_out(std::optional<Outcome> outcome) {
  return outcome == Outcome::Scope || outcome == Outcome::Excluded || outcome == Outcome::Trap ||
         outcome == Outcome::UnsupportedScheme;
}

// The URL was decided by a link that does not let it in, though another might.
bool is_weak(const Decision& decision) {
  return decision.outcome == Outcome::Robots ||
         (decision.outcome == Outcome::Trap && is_rule_of_page(decision.detail));
}

// Those that count for the limit of a page: a sitemap may list more.
bool counts_for_page(parser::LinkKind kind) {
  return parser::is_followed(kind) && kind != parser::LinkKind::Sitemap &&
         kind != parser::LinkKind::ChildSitemap;
}

bool has_token(std::string_view tokens, std::string_view word) {
  while (!tokens.empty()) {
    const std::size_t end = std::min(tokens.find(' '), tokens.size());
    if (tokens.substr(0, end) == word) return true;
    tokens.remove_prefix(std::min(end + 1, tokens.size()));
  }
  return false;
}

}  // namespace

Discovery::Discovery(const Options& options, Admission admission, Frontier& frontier)
    : options_(options),
      admission_(std::move(admission)),
      traps_(options.traps),
      frontier_(frontier) {}

Robots Discovery::first_robots() const noexcept {
  return options_.robots == RobotsPolicy::Ignore ? Robots::Known : Robots::Unknown;
}

HostId Discovery::host_id(Record& record, std::string_view name) {
  if (const HostId known = hosts_.find(name)) return known;
  const HostId id = hosts_.add(name);
  frontier_.add_host(id, first_robots());
  record.hosts.push_back({id, std::string(name)});
  return id;
}

Discovery::Source Discovery::source(UrlId id) const {
  const KnownUrls::Row& row = known_[id];
  return {id, row.depth, row.hops};
}

void Discovery::add_seed(Record& record, const parser::Url& url, SteadyTime now) {
  const std::string_view canonical = url.without_fragment();
  (void)offer(record, {parser::fingerprint(canonical), canonical, 0, 0, 0, Claim::Follow}, now);
}

// One hop away from being a seed, so that it is taken for none when the database is read back.
void Discovery::add_sitemap(Record& record, const parser::Url& url, SteadyTime now) {
  const std::string_view canonical = url.without_fragment();
  (void)offer(record, {parser::fingerprint(canonical), canonical, 0, 0, 1, Claim::Follow}, now);
}

std::span<const UrlId> Discovery::offer_links(Record& record, const Source& source,
                                              std::span<const parser::Link> links,
                                              std::span<const std::uint64_t> fingerprints,
                                              SteadyTime now) {
  std::vector<std::uint64_t> made_here;
  if (fingerprints.empty()) {
    for (const parser::Link& link : links) made_here.push_back(parser::fingerprint(link.url));
    fingerprints = made_here;
  }
  const bool obeys = options_.robots == RobotsPolicy::Obey;
  known_.find_all(fingerprints, offered_);
  const std::size_t most_links = options_.traps.policy == TrapPolicy::Ignore
                                     ? std::numeric_limits<std::size_t>::max()
                                     : options_.traps.max_page_links;
  std::size_t counted = 0;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const parser::Link& link = links[i];
    Offer made{fingerprints[i], link.url, source.id, deeper(source.depth), 0, Claim::Follow};
    if (!parser::is_followed(link.kind)) {
      made.claim = Claim::Target;
    } else if (obeys && (source.nofollow || has_token(link.rel, "nofollow"))) {
      made.claim = Claim::Nofollow;
    }
    if (counts_for_page(link.kind) && ++counted > most_links && made.claim != Claim::Target) {
      made.claim = Claim::Surplus;
    }
    if (source.is_same_text && made.claim != Claim::Target) {
      made.claim = Claim::Surplus;
      made.is_same_text = true;
    }
    if (link.kind == parser::LinkKind::ChildSitemap) {  // hops count the indexes on the way
      made.hops = static_cast<std::uint8_t>(std::min(source.hops + 1, 255));
      if (made.hops > 1 + kMaxIndexes) made.claim = Claim::Target;
    }
    if (offered_[i] != 0) {
      offer_known(record, offered_[i], made, now);
    } else {
      offered_[i] = offer(record, made, now);  // asks again: the page may have it twice
    }
  }
  return offered_;
}

bool Discovery::offer_redirect(Record& record, const Source& source, const parser::Url& target,
                               SteadyTime now) {
  const std::string_view canonical = target.without_fragment();
  const bool is_within = source.hops < std::min(options_.max_redirects, kMostHops);
  const Claim claim = !is_within        ? Claim::Target
                      : source.nofollow ? Claim::Nofollow
                                        : Claim::Follow;
  const auto hops = static_cast<std::uint8_t>(std::min(source.hops + 1u, kMostHops));
  (void)offer(record,
              {parser::fingerprint(canonical), canonical, source.id, source.depth, hops, claim},
              now);
  return is_within;
}

UrlId Discovery::offer(Record& record, const Offer& made, SteadyTime now) {
  const UrlId id = known_.find(made.fingerprint);
  if (id == 0) return add_new(record, made, now);
  offer_known(record, id, made, now);
  return id;
}

Discovery::Claim Discovery::claim_of(const KnownUrls::Row& row) noexcept {
  if (!row.outcome()) return Claim::Target;
  if (!row.is_nofollow()) return Claim::Follow;
  return row.outcome() == Outcome::Trap ? Claim::Surplus : Claim::Nofollow;
}

void Discovery::offer_known(Record& record, UrlId id, const Offer& made, SteadyTime now) {
  const KnownUrls::Row& row = known_[id];
  const Claim before = claim_of(row);
  const bool counts_as_follow = made.claim == Claim::Nofollow && is_ruled_out(row.outcome());
  const Claim claim = counts_as_follow ? Claim::Follow : made.claim;
  if (claim == Claim::Target || claim < before) return;
  if (claim > before) {
    if (!row.outcome()) ++discovered_;
    take_claim(record, id, made, now);
  } else if (made.depth < row.depth || made.hops < row.hops) {
    Offer least = made;
    least.depth = std::min(made.depth, row.depth);
    least.hops = std::min(made.hops, row.hops);
    if (row.outcome() == Outcome::Depth) {
      take_claim(record, id, least, now);
    } else {
      come_nearer(record, id, least);
    }
  }
}

Decision Discovery::decide(const parser::Url& url, const Offer& made) {
  Decision decision = admission_.decide(url);
  if (is_ruled_out(decision.outcome)) return decision;
  if (made.claim == Claim::Surplus) {
    return {Outcome::Trap, made.is_same_text ? same_text_detail(options_.traps)
                                             : page_links_detail(options_.traps)};
  }
  if (made.claim == Claim::Nofollow) return {Outcome::Robots, std::string(kNofollowDetail)};
  if (decision.outcome == Outcome::Queued && options_.depth && made.depth > *options_.depth) {
    return {Outcome::Depth, "deeper than " + std::to_string(*options_.depth)};
  }
  if (decision.outcome != Outcome::Queued || made.source == 0) return decision;
  if (std::optional<std::string> detail = traps_.take(url.without_fragment(), made.depth)) {
    return {Outcome::Trap, *std::move(detail)};
  }
  return decision;
}

UrlId Discovery::add_new(Record& record, const Offer& made, SteadyTime now) {
  NewUrl row;
  row.url = made.url;
  row.referrer = made.source;
  row.depth = made.depth;
  row.hops = made.hops;
  std::optional<parser::Url> url;
  bool is_weakly_decided = false;
  if (made.claim == Claim::Target) {
    row.outcome = std::nullopt;
  } else {
    url = parser::parse_url(made.url);
    assert(url);
    Decision decision = decide(*url, made);
    row.outcome = decision.outcome;
    is_weakly_decided = is_weak(decision);
    row.detail = std::move(decision.detail);
    ++discovered_;
    if (row.outcome == Outcome::Queued) row.host = host_id(record, host_name(*url));
  }
  KnownUrls::Row known;
  known.fingerprint = made.fingerprint;
  known.host = row.host;
  known.depth = made.depth;
  known.hops = made.hops;
  known.set_outcome(row.outcome);
  known.set_nofollow(is_weakly_decided);
  const UrlId id = known_.add(known);
  row.id = id;
  if (row.outcome == Outcome::Queued) let_in(id, row.host, *url, made.depth, now);
  record.discovered.push_back(std::move(row));
  return id;
}

// The URL is judged anew, by a link that claims more than those before, or brings it nearer.
void Discovery::take_claim(Record& record, UrlId id, const Offer& made, SteadyTime now) {
  const std::optional<parser::Url> url = parser::parse_url(made.url);
  assert(url);
  Decision decision = decide(*url, made);
  KnownUrls::Row& row = known_[id];
  row.depth = made.depth;
  row.hops = made.hops;
  row.set_outcome(decision.outcome);
  row.set_nofollow(is_weak(decision));
  if (decision.outcome == Outcome::Queued) row.host = host_id(record, host_name(*url));
  UrlChange change;
  change.id = id;
  change.depth = row.depth;
  change.hops = row.hops;
  change.decision = {decision.outcome, std::move(decision.detail), row.host, made.source};
  record.changes.push_back(std::move(change));
  if (row.outcome() == Outcome::Queued) let_in(id, row.host, *url, row.depth, now);
}

void Discovery::come_nearer(Record& record, UrlId id, const Offer& least) {
  KnownUrls::Row& row = known_[id];
  row.depth = least.depth;
  row.hops = least.hops;
  record.changes.push_back({id, row.depth, row.hops, std::nullopt});
  const std::optional<Outcome> outcome = row.outcome();
  const bool has_links =
      outcome == Outcome::Ok || outcome == Outcome::ParseLimit || outcome == Outcome::NotModified;
  const bool moves_others = outcome == Outcome::Redirect || has_links;
  if (!moves_others || row.is_nearer()) return;
  row.set_nearer(true);
  record.nearer.push_back(id);
  nearer_.push_back(id);
}

void Discovery::let_in(UrlId id, HostId host, const parser::Url& url, std::uint16_t depth,
                       SteadyTime now) {
  QueuedUrl queued{id, depth, std::string(url.without_fragment())};
  known_[id].set_in_memory(true);
  if (const UrlId displaced = frontier_.push(host, scheme_of(url), std::move(queued), now)) {
    known_[displaced].set_in_memory(false);
  }
}

void Discovery::bring_back(storage::Refill::Row&& row, SteadyTime now) {
  KnownUrls::Row& known = known_[row.id];
  known.set_in_memory(true);
  const Scheme scheme = scheme_of(std::string_view(row.url));
  QueuedUrl queued{row.id, known.depth, std::move(row.url)};
  add_condition(queued, "If-None-Match: ", row.etag);
  add_condition(queued, "If-Modified-Since: ", row.last_modified);
  if (const UrlId displaced = frontier_.push_back(known.host, scheme, std::move(queued), now)) {
    known_[displaced].set_in_memory(false);
  }
}

void Discovery::load_host(const storage::HostState& state, std::string_view name) {
  const HostId id = hosts_.add(name);
  assert(id == state.id);
  frontier_.add_host(id, first_robots());
  Host& host = hosts_[id];
  host.robots_state = state.robots_state;
  host.stored_delay_ms = state.crawl_delay_ms.value_or(-1);
}

void Discovery::load_url(UrlId id, std::string_view url, HostId host, std::uint16_t depth,
                         std::uint8_t hops, std::optional<Outcome> outcome,
                         std::string_view detail) {
  KnownUrls::Row row;
  row.fingerprint = parser::fingerprint(url);
  row.host = host;
  row.depth = depth;
  row.hops = hops;
  row.set_outcome(outcome);
  row.set_nofollow((outcome == Outcome::Robots && detail == kNofollowDetail) ||
                   (outcome == Outcome::Trap && is_rule_of_page(detail)));
  if (host != 0 && outcome != Outcome::Trap) traps_.note(url);
  const UrlId given = known_.add(row);
  assert(given == id);
  (void)given;
  if (outcome) ++discovered_;
}

void Discovery::judge_again(Record& record, UrlId id, std::string_view text, SteadyTime now) {
  KnownUrls::Row& row = known_[id];
  const std::optional<parser::Url> url = parser::parse_url(text);
  if (!url) return;
  Claim claim = claim_of(row);
  const bool is_lifted = (claim == Claim::Nofollow && options_.robots == RobotsPolicy::Ignore) ||
                         (claim == Claim::Surplus && options_.traps.policy == TrapPolicy::Ignore);
  if (is_lifted) claim = Claim::Follow;
  // What counted for the rules that count is not counted twice.
  const UrlId source = row.outcome() == Outcome::Trap ? id : 0;
  Decision decision = decide(*url, {row.fingerprint, text, source, row.depth, row.hops, claim});
  if (decision.outcome == row.outcome()) return;
  row.set_outcome(decision.outcome);
  row.set_nofollow(is_weak(decision));
  if (decision.outcome == Outcome::Queued) row.host = host_id(record, host_name(*url));
  record.changes.push_back(
      {id, row.depth, row.hops,
       UrlChange::Decision{decision.outcome, std::move(decision.detail), row.host, 0}});
  if (decision.outcome == Outcome::Queued) let_in(id, row.host, *url, row.depth, now);
}

void Discovery::load_nearer(UrlId id) {
  known_[id].set_nearer(true);
  nearer_.push_back(id);
}

std::optional<UrlId> Discovery::take_nearer() {
  if (nearer_.empty()) return std::nullopt;
  const UrlId id = nearer_.front();
  nearer_.pop_front();
  // From now on a further move counts again: the answer under way is offered at the depth it has
  // then.
  return id;
}

void Discovery::reoffered(Record& record, UrlId id) {
  known_[id].set_nearer(false);
  record.reoffered = id;
}

}  // namespace skitter::crawler
