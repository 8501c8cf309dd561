// What comes back to the loop: answers, parsed pages, and the writer's news. Each URL leaves here
// with one Record.
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

#include "crawler/crawl.h"
#include "crawler/page_row.h"
#include "crawler/retry.h"
#include "parser/fingerprint.h"
#include "storage/redirects.h"

namespace skitter::crawler {
namespace {

using storage::PageRow;

std::int64_t to_ms(storage::SystemTime time) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

// One by one they happen: what was asked for may be decided when the answer comes. So many in a row
// mean that the index of queued URLs is not what the table says, and would be asked for ever.
constexpr int kFruitlessRefills = 1'000;

storage::StorageError damaged(std::string_view what) {
  return storage::StorageError(fmt::format(
      "the database is damaged ({}): use a copy of it, or start anew with --fresh", what));
}

bool asks_to_wait(int status) {
  return status == 429 || status == 503;
}

bool is_passing_status(int status) {
  return asks_to_wait(status) || status == 500 || status == 502 || status == 504 || status == 408;
}

}  // namespace

void Crawl::answered(Response&& response) {
  const SteadyTime now = clock_now();
  Flight flight = std::move(flights_[response.id]);
  free_flights_.push_back(response.id);
  const HostId host = flight.candidate.host;
  Pace& pace = frontier_.pace(host);
  if (response.outcome == Outcome::Ok) pace.answered(response.elapsed, response.status == 200);
  if (asks_to_wait(response.status)) note_refusal(host, response, flight.started);
  frontier_.finished(host, flight.was_sent, now);
  const bool is_read = flight.candidate.kind == Candidate::Kind::Page &&
                       response.outcome == Outcome::Ok && response.status / 100 == 2;
  if (!is_read) fetcher_->let_go(response.reserved_bytes);
  if (flight.candidate.kind == Candidate::Kind::Page) {
    page_answered(std::move(flight.candidate), std::move(response));
  } else if (flight.candidate.errand.kind == Errand::Kind::SitemapGuess) {
    guess_answered(flight.candidate.errand, response);
  } else {
    robots_.answered(flight.candidate.errand, std::move(response), now);
  }
}

// Its host cannot be asked at all.
void Crawl::drop_errand(const Candidate& candidate, const Refusal& refusal) {
  const SteadyTime now = clock_now();
  frontier_.drop(candidate, now);
  if (candidate.errand.kind != Errand::Kind::Robots) return;
  Response response;
  response.outcome = refusal.outcome;
  response.error = refusal.detail;
  robots_.answered(candidate.errand, std::move(response), now);
}

void Crawl::note_refusal(HostId host, const Response& response, SteadyTime asked_at) {
  const std::string_view value = response.headers.get("retry-after");
  std::optional<milliseconds> wait;
  if (!value.empty()) {
    const auto now_unix = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    constexpr long long kMaxSeconds = Pace::kMaxBackOff.count() / 1000;
    if (const std::optional<long long> seconds = parser::parse_retry_after(value, now_unix)) {
      wait = std::chrono::seconds(std::min(*seconds, kMaxSeconds));
    }
  }
  frontier_.pace(host).refused(clock_now(), asked_at, wait);
  host_changed(host);
}

void Crawl::page_answered(Candidate&& candidate, Response&& response) {
  const int status = response.status;
  if (response.outcome != Outcome::Ok) {
    const Outcome outcome = response.outcome;
    if (response.may_retry) return retry_or(outcome, std::move(candidate), std::move(response));
    count_answer(response);
    PageRow row = page_row(response, candidate.attempt + 1);
    return decide_page({}, candidate.page.id, outcome, response.error, std::move(row));
  }
  if (status >= 200 && status < 300) {
    std::optional<parser::Url> url = parser::parse_url(candidate.page.url);
    held_body_bytes_ += response.body.size();
    ++parsing_;
    waiting_jobs_.emplace_back(
        PageJob{candidate.page.id, std::move(*url), candidate.attempt + 1, std::move(response)});
    return;
  }
  if (status >= 300 && status < 400 && status != 304 && !response.headers.get("location").empty()) {
    return redirected(std::move(candidate), std::move(response));
  }
  if (is_passing_status(status))
    return retry_or(Outcome::HttpError, std::move(candidate), std::move(response));
  count_answer(response);
  const Outcome outcome = status == 304 ? Outcome::NotModified : Outcome::HttpError;
  PageRow row = page_row(response, candidate.attempt + 1);
  decide_page({}, candidate.page.id, outcome, fmt::format("{}", status), std::move(row));
}

void Crawl::retry_or(Outcome outcome, Candidate&& candidate, Response&& response) {
  if (candidate.attempt < options_.retries) {
    const SteadyTime now = clock_now();
    const SteadyTime due = now + retry_delay(candidate.attempt + 1, candidate.page.id);
    return frontier_.push_retry(std::move(candidate), due, now);
  }
  count_answer(response);
  std::string detail = response.status != 0 ? fmt::format("{}", response.status) : response.error;
  PageRow row = page_row(response, candidate.attempt + 1);
  decide_page({}, candidate.page.id, outcome, std::move(detail), std::move(row));
}

void Crawl::redirected(Candidate&& candidate, Response&& response) {
  count_answer(response);
  PageRow row = page_row(response, candidate.attempt + 1);
  const std::string_view location = response.headers.get("location");
  const std::optional<parser::Url> base = parser::parse_url(candidate.page.url);
  std::optional<parser::Url> target = parser::parse_url(location, &*base);
  if (target) target = canonical(std::move(*target));
  if (!target) {
    row.error = fmt::format("Location is no URL: {}", location);
    return decide_page({}, candidate.page.id, Outcome::HttpError, "bad Location", std::move(row));
  }
  const std::string href(target->without_fragment());
  row.redirect_url = href;
  Record record;
  std::string detail;
  if (href == candidate.page.url) {
    detail = storage::kToItself;
  } else if (!discovery_.offer_redirect(record, discovery_.source(candidate.page.id), *target,
                                        clock_now())) {
    detail = storage::kTooManyRedirects;
  }
  const UrlId id = discovery_.known().find(parser::fingerprint(href));
  record.links.push_back({id, parser::LinkKind::Redirect, {}, {}});
  decide_page(std::move(record), candidate.page.id, Outcome::Redirect, std::move(detail),
              std::move(row));
}

void Crawl::take_arrivals() {
  inbox_.take_all(arrivals_);
  for (Arrival& arrival : arrivals_) {
    std::visit([this](auto&& value) { arrived(std::move(value)); }, std::move(arrival));
  }
  arrivals_.clear();
}

void Crawl::arrived(PageParsed&& parsed) {
  --parsing_;
  held_body_bytes_ -= std::min<std::size_t>(held_body_bytes_, parsed.response.body_bytes);
  spare_body_bytes_ += parsed.response.reserved_bytes;
  count_answer(parsed.response);
  const SteadyTime now = clock_now();
  Record record;
  Discovery::Source source = discovery_.source(parsed.id);
  if (parsed.text_shape != 0) {
    source.is_same_text =
        !discovery_.traps().page_read(parsed.url, source.depth, parsed.text_shape);
  }
  if (observer_.on_page) {
    const Outcome read = parsed.page.cut ? Outcome::ParseLimit : Outcome::Ok;
    observer_.on_page(
        {parsed.url, read, parsed.response.status, source.depth, parsed.page, parsed.items});
  }
  source.nofollow = parsed.page.nofollow;
  parser::LinkList links = std::move(parsed.page.links);
  const std::span<const UrlId> ids =
      discovery_.offer_links(record, source, links, parsed.link_fingerprints, now);
  record.links.reserve(links.size());
  for (std::size_t i = 0; i < links.size(); ++i) {
    record.links.push_back({ids[i], links[i].kind, links[i].rel, links[i].anchor});
  }
  record.link_texts = std::move(links).take_texts();
  PageRow row = page_row(parsed.response, parsed.attempts);
  const Outcome outcome = take_parsed(parsed, row, record);
  decide_page(std::move(record), parsed.id, outcome, {}, std::move(row));
}

void Crawl::arrived(RobotsParsed&& parsed) {
  --parsing_;
  const Host& host = discovery_.hosts()[parsed.host];
  if (parsed.rules->is_crawl_delay_capped() && observer_.on_message) {
    observer_.on_message(fmt::format("{} asks for a crawl delay above {} s: {} s is kept",
                                     host.name, parser::RobotsRules::kMaxCrawlDelay.count() / 1000,
                                     parser::RobotsRules::kMaxCrawlDelay.count() / 1000));
  }
  robots_.parsed(std::move(parsed), clock_now());
}

void Crawl::arrived(WorkerFailed&& failed) {
  std::rethrow_exception(failed.why);
}

void Crawl::arrived(storage::WriterEvent&& event) {
  std::visit([this](auto&& value) { arrived(std::move(value)); }, std::move(event));
}

void Crawl::arrived(storage::Refill&& refill) {
  const SteadyTime now = clock_now();
  bool has_found = false;
  for (storage::Refill::Row& row : refill.rows) {
    const bool is_known = row.id != 0 && row.id <= discovery_.known().size() &&
                          discovery_.known()[row.id].host == refill.host;
    if (!is_known || !parser::parse_url(row.url)) throw damaged("a queued URL makes no sense");
    KnownUrls::Row& known = discovery_.known()[row.id];
    if (known.outcome() != Outcome::Queued || known.is_in_memory()) continue;
    discovery_.bring_back(std::move(row), now);
    has_found = true;
  }
  fruitless_refills_ = has_found || refill.more ? 0 : fruitless_refills_ + 1;
  if (fruitless_refills_ > kFruitlessRefills) throw damaged("queued URLs are missing");
  frontier_.refilled(refill.host, now);
}

void Crawl::arrived(storage::DiskSpace&& space) {
  constexpr std::uint64_t kMib = 1u << 20;
  const bool was_told = std::exchange(is_told_of_space_, space.is_short);
  is_short_of_space_ = space.is_short;
  if (space.is_short) {
    say(
        fmt::format("paused: {} MiB are free for the database, less than --min-free {}M: it goes "
                    "on by itself when there is more; Ctrl-C ends it",
                    space.free_bytes / kMib, options_.min_free_bytes / kMib));
  } else if (was_told) {
    say(fmt::format("going on: {} MiB are free again", space.free_bytes / kMib));
  }
}

void Crawl::arrived(storage::Locked&& lock) {
  is_locked_ = lock.is_waiting;
  say(lock.is_waiting ? "waiting: another program has the database locked; Ctrl-C ends it"
                      : "going on: the database is not locked any more");
}

void Crawl::arrived(storage::Failed&& failed) {
  // Nothing failed where the user would not wait.
  if (!failed.was_told_to) {
    summary_.reason = EndReason::StorageFailed;
  } else {
    summary_.reason = interrupts_ > 1 ? EndReason::Forced : EndReason::Interrupted;
  }
  summary_.detail = std::move(failed.message);
  storage_failed_ = true;
}

void Crawl::arrived(storage::Reoffer&& page) {
  --reoffering_;
  const SteadyTime now = clock_now();
  Record record;
  discovery_.reoffered(record, page.url);
  Discovery::Source source = discovery_.source(page.url);
  source.nofollow = page.nofollow;
  for (const std::string& redirect : page.redirects) {
    const std::optional<parser::Url> target = parser::parse_url(redirect);
    if (target) (void)discovery_.offer_redirect(record, source, *target, now);
  }
  (void)discovery_.offer_links(record, source, page.links, {}, now);
  push_op(std::move(record));
}

void Crawl::decide_unasked(const Candidate& candidate, const Refusal& refusal) {
  const SteadyTime now = clock_now();
  frontier_.drop(candidate, now);
  const bool was_tried = refusal.outcome != Outcome::Robots &&
                         refusal.outcome != Outcome::PrivateAddress &&
                         refusal.outcome != Outcome::Trap && refusal.outcome != Outcome::Budget;
  if (was_tried) {  // its host gave no answer: a page without a status
    PageRow row;
    row.fetched_at_ms = to_ms(std::chrono::system_clock::now());
    row.attempts = static_cast<int>(refusal.attempts);
    row.error = refusal.detail;
    if (candidate.attempt == 0) ++asked_;
    ++progress_.errors;
    return decide_page({}, candidate.page.id, refusal.outcome, refusal.detail, std::move(row));
  }
  KnownUrls::Row& known = discovery_.known()[candidate.page.id];
  known.set_outcome(refusal.outcome);
  known.set_in_memory(false);
  frontier_.decided(candidate.host, now);
  Record record;
  record.url = candidate.page.id;
  record.outcome = refusal.outcome;
  record.detail = refusal.detail;
  push_op(std::move(record));
}

void Crawl::decide_page(Record record, UrlId id, Outcome outcome, std::string detail, PageRow row) {
  KnownUrls::Row& known = discovery_.known()[id];
  known.set_outcome(outcome);
  known.set_in_memory(false);
  frontier_.decided(known.host, clock_now());
  const bool is_fetched = outcome == Outcome::Ok || outcome == Outcome::Redirect ||
                          outcome == Outcome::NotModified || outcome == Outcome::UnsupportedType ||
                          outcome == Outcome::ParseLimit;
  if (known.depth == 0 && known.hops == 0 && is_fetched) summary_.a_seed_was_fetched = true;
  ++progress_.done;
  ++summary_.counts.pages;
  summary_.counts.bytes += row.bytes;
  if (outcome == Outcome::Ok) ++summary_.counts.ok;
  if (outcome == Outcome::Redirect) has_redirects_ = true;
  if (storage::is_error(outcome)) ++summary_.counts.errors;
  record.url = id;
  record.outcome = outcome;
  record.detail = std::move(detail);
  if (options_.store == StoreBody::None) row.header.clear();
  record.page = std::move(row);
  push_op(std::move(record));
}

void Crawl::count_answer(const Response& response) {
  progress_.bytes += response.body_bytes;
  const int hundreds = response.outcome == Outcome::Ok ? response.status / 100 : 0;
  if (hundreds == 2) ++progress_.status_2xx;
  if (hundreds == 3) ++progress_.status_3xx;
  if (hundreds == 4) ++progress_.status_4xx;
  if (hundreds == 5) ++progress_.status_5xx;
  if (hundreds == 0) ++progress_.errors;
}

void Crawl::host_changed(HostId id) {
  storage::HostState state = host_state(id);
  discovery_.hosts()[id].stored_delay_ms = *state.crawl_delay_ms;
  push_op(std::move(state));
}

storage::HostState Crawl::host_state(HostId id) {
  const Pace& pace = frontier_.pace(id);
  storage::HostState state;
  state.id = id;
  state.robots_state =
      options_.robots == RobotsPolicy::Ignore ? "ignored" : discovery_.hosts()[id].robots_state;
  state.crawl_delay_ms = pace.delay().count();
  const auto blocked = std::chrono::ceil<milliseconds>(pace.blocked_until() - clock_now());
  if (blocked.count() > 0)
    state.blocked_until_ms = to_ms(std::chrono::system_clock::now()) + blocked.count();
  state.incidents = pace.incidents();
  return state;
}

}  // namespace skitter::crawler
