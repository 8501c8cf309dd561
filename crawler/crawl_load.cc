// What an earlier run left in the database becomes the frontier and the seen set.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "crawler/crawl.h"
#include "parser/fingerprint.h"
#include "storage/recorder.h"
#include "storage/sqlite.h"

namespace skitter::crawler {
namespace {

// Outcomes that the options of a run decide: another run may judge otherwise.
constexpr std::array kJudgements = {
    Outcome::Queued, Outcome::Robots,   Outcome::Scope,          Outcome::Depth,
    Outcome::Trap,   Outcome::Excluded, Outcome::PrivateAddress, Outcome::UnsupportedScheme};

bool is_judgement(Outcome outcome) {
  return std::find(kJudgements.begin(), kJudgements.end(), outcome) != kJudgements.end();
}

constexpr Outcome kLimited[] = {Outcome::Budget};
constexpr Outcome kFailed[] = {Outcome::HttpError, Outcome::NetworkError, Outcome::Timeout,
                               Outcome::TlsError,  Outcome::DnsError,     Outcome::TooLarge,
                               Outcome::Truncated};
constexpr Outcome kFetched[] = {Outcome::Ok, Outcome::Redirect, Outcome::NotModified,
                                Outcome::UnsupportedType, Outcome::ParseLimit};

// Judged in portions, each of which is committed before the next is read.
constexpr std::uint32_t kJudgedAtOnce = 10'000;

}  // namespace

void Crawl::load(storage::Database& database, std::span<const parser::Url> seeds, bool judges_alike,
                 bool goes_on) {
  const SteadyTime now = clock_now();
  const storage::SystemTime system_now = std::chrono::system_clock::now();
  const std::int64_t now_ms =
      std::chrono::duration_cast<milliseconds>(system_now.time_since_epoch()).count();
  database.requeue(kLimited);  // a limit of that run is not one of this
  if (options_.failed == FailedPolicy::AskAgain) database.requeue(kFailed);
  if (options_.pages == PagesPolicy::Refresh && !goes_on) {
    for (const auto& outcomes : {std::span<const Outcome>(kFailed), {kFetched}}) {
      database.requeue(outcomes, storage::Requeue::Refresh);
    }
  }
  for (const parser::Url& seed : seeds) discovery_.admission().add_seed(seed);

  storage::LoadSink sink;
  sink.host = [&](const storage::HostState& state, std::string_view name) {
    discovery_.load_host(state, name);
    if (state.incidents > 0) {
      frontier_.pace(state.id).restore_block(now, now_ms, state.blocked_until_ms, state.incidents);
    }
  };
  sink.robots = [&](const storage::RobotsCopy& copy) {
    if (options_.robots == RobotsPolicy::Obey) robots_.load(copy, system_now, now);
  };
  sink.url = [&](UrlId id, std::string_view url, HostId host, std::uint16_t depth,
                 std::uint8_t hops, std::optional<Outcome> outcome, std::string_view detail) {
    discovery_.load_url(id, url, host, depth, hops, outcome, detail);
    if (!outcome) return;
    if (depth == 0 && hops == 0) {  // a seed of an earlier run is still one
      if (const std::optional<parser::Url> seed = parser::parse_url(url))
        discovery_.admission().add_seed(*seed);
    }
    const bool is_fetched = *outcome == Outcome::Ok || *outcome == Outcome::Redirect;
    if (depth == 0 && hops == 0 && is_fetched) summary_.a_seed_was_fetched = true;
    const bool was_asked = !is_judgement(*outcome) && *outcome != Outcome::Budget;
    if (was_asked) ++asked_;
    if (*outcome == Outcome::Redirect) has_redirects_ = true;
    if (was_asked && host != 0) ++discovery_.hosts()[host].asked;
  };
  if (options_.traps.policy != TrapPolicy::Ignore) {
    sink.page = [&](std::string_view url, std::uint16_t depth, std::uint64_t text_shape) {
      (void)discovery_.traps().page_read(url, depth, text_shape);
    };
  }
  sink.nearer = [&](UrlId id) { discovery_.load_nearer(id); };
  database.load(sink);
  const bool is_new = discovery_.known().size() == 0;
  if (!is_new && (!judges_alike || has_new_seed(seeds))) judge_again(database);
  count_stored();
}

// A seed that no earlier run had widens the scope.
bool Crawl::has_new_seed(std::span<const parser::Url> seeds) {
  return std::any_of(seeds.begin(), seeds.end(), [&](const parser::Url& seed) {
    const UrlId id =
        discovery_.known().find(parser::fingerprint(canonical(seed).without_fragment()));
    if (id == 0) return true;
    const KnownUrls::Row& row = discovery_.known()[id];
    return row.depth != 0 || row.hops != 0;
  });
}

// Nothing is in flight yet, so that this thread may wait for the database.
void Crawl::judge_again(storage::Database& database) {
  if (observer_.on_message) {
    observer_.on_message("what was ruled out or is queued is judged again by the new options");
  }
  const SteadyTime now = clock_now();
  storage::Recorder recorder(database.connection());
  UrlId last = 0;
  do {
    Record record;
    last = database.load_urls(kJudgements, last, kJudgedAtOnce,
                              [&](UrlId id, std::string_view url, HostId, std::uint16_t,
                                  std::uint8_t, std::optional<Outcome>, std::string_view) {
                                discovery_.judge_again(record, id, url, now);
                              });
    if (record.changes.empty()) continue;
    storage::Transaction transaction(database.connection());
    recorder.apply(record);
    transaction.commit();
  } while (last != 0);
}

// Queued URLs that are in the database only, by host.
void Crawl::count_stored() {
  std::vector<std::uint64_t> stored(discovery_.hosts().size() + 1);
  const KnownUrls& known = discovery_.known();
  for (std::size_t i = 1; i <= known.size(); ++i) {
    const KnownUrls::Row& row = known[static_cast<UrlId>(i)];
    if (row.outcome() == Outcome::Queued && !row.is_in_memory()) ++stored[row.host];
  }
  for (HostId id = 1; id < stored.size(); ++id) {
    if (stored[id] > 0) frontier_.add_stored(id, stored[id], clock_now());
  }
}

}  // namespace skitter::crawler
