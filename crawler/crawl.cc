#include "crawler/crawl.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <new>
#include <utility>

#include "crawler/address.h"
#include "crawler/memory.h"

namespace skitter::crawler {
namespace {

FrontierLimits frontier_limits(const Options& options, std::size_t default_ip_concurrency) {
  FrontierLimits limits;
  limits.pace.delay = options.delay;
  limits.pace.concurrency = options.host_concurrency;
  limits.rate = options.rate_limit;
  limits.address_concurrency = options.ip_concurrency.value_or(default_ip_concurrency);
  return limits;
}

ParseOptions parse_options(const Options& options, std::size_t capacity) {
  ParseOptions parse;
  parse.workers = options.workers;
  parse.queue_capacity = capacity;
  parse.store = options.store;
  parse.mode = options.parse;
  parse.parse_timeout = options.parse_timeout;
  parse.canonical.strip = options.strip_query;
  parse.extraction = options.extraction;
  return parse;
}

// A page that an earlier run kept less of is not asked whether it has changed.
storage::Needed needed(StoreBody store) {
  switch (store) {
    case StoreBody::Html:
      return storage::Needed::Body;
    case StoreBody::Text:
      return storage::Needed::Text;
    case StoreBody::None:
      return storage::Needed::Nothing;
  }
  return storage::Needed::Nothing;
}

std::uint64_t ceil_ms(SteadyTime::duration wait) {
  if (wait.count() <= 0) return 0;
  return static_cast<std::uint64_t>(std::chrono::ceil<milliseconds>(wait).count());
}

template <typename Handle>
Crawl* owner(Handle* handle) {
  return static_cast<Crawl*>(handle->data);
}

}  // namespace

Crawl::Crawl(const Options& options, Admission admission, const Observer& observer)
    : options_(options),
      observer_(observer),
      started_at_(clock_now()),
      prepare_(make_uv<uv_prepare_t>(loop_.get(), uv_prepare_init, "turn of the loop", this)),
      due_timer_(make_uv<uv_timer_t>(loop_.get(), uv_timer_init, "timer for hosts", this)),
      progress_timer_(make_uv<uv_timer_t>(loop_.get(), uv_timer_init, "timer for progress", this)),
      max_time_timer_(
          make_uv<uv_timer_t>(loop_.get(), uv_timer_init, "timer for --max-time", this)),
      grace_timer_(make_uv<uv_timer_t>(loop_.get(), uv_timer_init, "timer for --grace", this)),
      inbox_(loop_.get(), &Crawl::on_wake, this),
      frontier_(frontier_limits(options, kDefaultIpConcurrency)),
      discovery_(options, std::move(admission), frontier_),
      robots_(frontier_, discovery_.hosts(), options.retries,
              RobotsDesk::Outbox{[this](RobotsJob job) {
                                   ++parsing_;
                                   waiting_jobs_.emplace_back(std::move(job));
                                 },
                                 [this](storage::RobotsCopy copy) { push_op(std::move(copy)); },
                                 [this](HostId host) { host_changed(host); },
                                 [this](std::string_view name) {
                                   Record record;
                                   const HostId id = discovery_.host_id(record, name);
                                   if (!record.hosts.empty()) push_op(std::move(record));
                                   return id;
                                 },
                                 [this](const parser::Url& url) {
                                   return !is_private_address(url.hostname()).value_or(false) ||
                                          discovery_.admission().allows_private(url.host());
                                 }}),
      resolver_(loop_.get(), {options.transfer.dns_servers},
                [this](const std::string& name) {
                  const auto found = looking_up_.find(name);
                  if (found == looking_up_.end()) return;
                  const std::vector<HostId> hosts = std::move(found->second);
                  looking_up_.erase(found);
                  const Resolution* known = resolver_.find(name);
                  if (known == nullptr) return;
                  const Resolution resolution = *known;
                  for (const HostId host : hosts) take_address(host, resolution);
                }),
      fetcher_(std::make_unique<Fetcher>(
          loop_.get(), options.transfer, options.concurrency,
          Fetcher::Callbacks{[this](std::uint64_t id) {
                               flights_[id].was_sent = WasSent::Yes;
                               frontier_.sent(flights_[id].candidate.host, clock_now());
                             },
                             [this](Response&& response) { answered(std::move(response)); },
                             [this](std::size_t in_flight) { take_starvation(in_flight); }})),
      concurrency_(options.concurrency) {}

Crawl::~Crawl() {
  pool_.reset();  // its workers push into the inbox
  writer_.reset();
}

storage::Database Crawl::run(storage::Database database, std::span<const parser::Url> seeds,
                             std::int64_t run) {
  run_ = run;
  is_short_of_space_ = options_.min_free_bytes > 0;
  writer_ = std::make_unique<storage::Writer>(
      std::move(database),
      storage::WriterLimits{.queue_capacity = 2 * kWriterAhead,
                            .min_free_bytes = options_.min_free_bytes},
      [this](storage::WriterEvent event) { inbox_.push(std::move(event)); });
  pool_ = std::make_unique<ParsePool>(
      parse_options(options_, kParseAhead),
      ParsePool::Outbox{[this](ParseResult result) {
                          std::visit([this](auto&& value) { inbox_.put(std::move(value)); },
                                     std::move(result));
                        },
                        [this] { inbox_.wake(); }});
  Record record;
  for (const parser::Url& seed : seeds) discovery_.add_seed(record, canonical(seed), clock_now());
  if (!record.discovered.empty() || !record.changes.empty()) push_op(std::move(record));

  (void)uv_prepare_start(prepare_.get(), &Crawl::on_turn);  // these fail for a null callback only
  const auto interval = static_cast<std::uint64_t>(observer_.progress_interval.count());
  (void)uv_timer_start(progress_timer_.get(), &Crawl::on_progress, interval, interval);
  if (options_.max_time) {
    (void)uv_timer_start(max_time_timer_.get(), &Crawl::on_max_time,
                         static_cast<std::uint64_t>(options_.max_time->count()), 0);
  }
  if (options_.signals == SignalPolicy::StopOnInterrupt) {
    for (const int number : {SIGINT, SIGTERM}) {
      signals_.push_back(make_uv<uv_signal_t>(loop_.get(), uv_signal_init, "signals", this));
      (void)uv_signal_start(signals_.back().get(), &Crawl::on_signal, number);
    }
  }
  (void)uv_timer_start(due_timer_.get(), &Crawl::on_due, 0,
                       0);  // the first iteration must not wait
  try {
    loop_.run();
  } catch (const std::bad_alloc&) {
    pool_.reset();
    writer_.reset();      // commits what it was given
    end_out_of_memory();  // Abseil's tables cannot be destroyed after that
  }
  pool_.reset();
  report_progress();
  return writer_->finish();
}

void Crawl::on_turn(uv_prepare_t* handle) noexcept {
  EventLoop::guard(handle->loop, [&] { owner(handle)->turn(); });
}
void Crawl::on_wake(uv_poll_t* handle, int, int) noexcept {
  EventLoop::guard(handle->loop, [&] { owner(handle)->take_arrivals(); });
}
void Crawl::on_due(uv_timer_t*) noexcept {}  // it wakes the loop; turn() looks what is due
void Crawl::on_progress(uv_timer_t* handle) noexcept {
  EventLoop::guard(handle->loop, [&] { owner(handle)->report_progress(); });
}
void Crawl::on_max_time(uv_timer_t* handle) noexcept {
  EventLoop::guard(handle->loop, [&] {
    Crawl& crawl = *owner(handle);
    if (crawl.phase_ == Phase::Running) crawl.stop(EndReason::Limit, "--max-time");
  });
}
void Crawl::on_grace_over(uv_timer_t* handle) noexcept {
  owner(handle)->must_abort_ = true;
}

void Crawl::on_signal(uv_signal_t* handle, int) noexcept {
  EventLoop::guard(handle->loop, [&] { owner(handle)->interrupt(); });
}

void Crawl::turn() {
  if (phase_ == Phase::Done) return loop_.stop();
  if (storage_failed_) {
    phase_ = Phase::Done;
    summary_.still_queued = frontier_.queued();
    return loop_.stop();
  }
  if (must_abort_) abort_transfers();
  if (observer_.listener) ask_listener();
  flush();
  give_back_room();
  if (phase_ == Phase::Running) {
    request_refills();
    request_reoffers();
    // The one makes work for the other: a host that is due may need its address again, and an
    // address that is known makes its host ready.
    do {
      start_transfers();
    } while (start_look_ups());
    flush();
    arm_timer();
  }
  end_when_done();
}

void Crawl::ask_listener() {
  const Listener listener = observer_.listener();
  is_listener_behind_ = listener == Listener::Behind;
  if (listener == Listener::Gone && phase_ == Phase::Running) {
    stop(EndReason::Interrupted, "nobody takes the pages any more");
  }
}

// While the writer is behind, large bodies in flight wait too: what they are stored as could be as
// large, and nothing else holds them back.
void Crawl::give_back_room() {
  if (spare_body_bytes_ == 0 || !fetcher_ || is_writer_behind()) return;
  fetcher_->let_go(std::exchange(spare_body_bytes_, 0));
}

bool Crawl::start_look_ups() {
  bool has_started = false;
  while (const std::optional<HostId> id = frontier_.next_look_up()) {
    has_started = true;
    const Host& host = discovery_.hosts()[*id];
    if (!options_.transfer.proxy.empty()) {  // the proxy looks names up
      frontier_.look_up_done(*id, "", SteadyTime::max(), clock_now());
    } else if (is_private_address(host.hostname).has_value()) {
      take_address(*id, {{host.hostname}, {}, false, SteadyTime::max()});
    } else if (const Resolution* known = resolver_.find(host.hostname)) {
      take_address(*id, Resolution(*known));
    } else {
      looking_up_[host.hostname].push_back(*id);
    }
  }
  return has_started;
}

void Crawl::take_address(HostId id, const Resolution& resolution) {
  const SteadyTime now = clock_now();
  Host& host = discovery_.hosts()[id];
  const auto refuse = [&](Refusal refusal) {
    for (const Scheme scheme : {Scheme::Http, Scheme::Https})
      robots_.refuse(id, scheme, refusal, now);
    frontier_.look_up_done(id, "", SteadyTime::max(), now);
  };
  if (resolution.addresses.empty()) {
    const unsigned failures = ++host.look_up_failures;
    const std::string words = fmt::format("{}: {}", host.hostname, resolution.error);
    if (resolution.no_such_name || failures > options_.retries) {
      return refuse({Outcome::DnsError, words, failures});
    }
    return frontier_.look_up_failed(id, std::max(resolution.expires, now + milliseconds(1)), now);
  }
  host.look_up_failures = 0;
  host.addresses = resolution.addresses;
  if (!discovery_.admission().allows_private(host.name)) {
    std::erase_if(host.addresses,
                  [](const std::string& a) { return is_private_address(a).value_or(true); });
    if (host.addresses.empty()) {
      return refuse({Outcome::PrivateAddress,
                     fmt::format("{} is {}", host.hostname, resolution.addresses[0]), 0});
    }
  }
  const std::string& first = host.addresses.front();
  const bool is_exempt = !options_.ip_concurrency && is_loopback_address(first);
  frontier_.look_up_done(id, is_exempt ? std::string_view() : first, resolution.expires, now);
}

void Crawl::request_refills() {
  while (const std::optional<HostId> host = frontier_.next_refill()) {
    push_op(storage::RefillRequest{*host, frontier_.refill_limit(*host), needed(options_.store)});
  }
}

void Crawl::request_reoffers() {
  while (reoffering_ < kReoffersAtOnce) {
    const std::optional<UrlId> page = discovery_.take_nearer();
    if (!page) return;
    ++reoffering_;
    push_op(storage::ReofferRequest{*page});
  }
}

bool Crawl::has_room() const {
  return !is_short_of_space_ && fetcher_->in_flight() < concurrency_ && !is_parser_behind() &&
         !is_writer_behind() && !is_listener_behind_;
}

bool Crawl::is_parser_behind() const {
  return parsing_ >= kParseAhead || held_body_bytes_ >= kHeldBodyBytes;
}

bool Crawl::is_writer_behind() const {
  return !waiting_ops_.empty() || writer_->backlog() >= kWriterAhead ||
         writer_->backlog_bytes() >= kWriterAheadBytes;
}

bool Crawl::is_at_limit() {
  if (!options_.max_pages || asked_ < *options_.max_pages) return false;
  stop(EndReason::Limit, "--max-pages");
  return true;
}

void Crawl::start_transfers() {
  for (int i = 0; i < kCandidatesATurn; ++i) {
    if (phase_ != Phase::Running || !has_room() || is_at_limit()) return;
    std::optional<Candidate> candidate = frontier_.next(clock_now());
    if (!candidate) return;
    dispatch(std::move(*candidate));
  }
}

// A page is asked for unless it is ruled out by what is known of its host by now.
void Crawl::dispatch(Candidate candidate) {
  Host& host = discovery_.hosts()[candidate.host];
  if (candidate.kind == Candidate::Kind::Robots) return send(std::move(candidate));
  if (candidate.kind == Candidate::Kind::Errand) {
    const std::optional<Refusal>& refusal = host.origin(scheme_of(candidate.errand.url)).refusal;
    return refusal ? drop_errand(candidate, *refusal) : send(std::move(candidate));
  }
  const bool is_seed = candidate.page.depth == 0;
  if (candidate.attempt == 0 && !is_seed) {
    if (auto detail = discovery_.traps().closed(candidate.page.url, candidate.page.depth)) {
      return decide_unasked(candidate, {Outcome::Trap, *std::move(detail), 0});
    }
  }
  Host::Origin& origin = host.origin(candidate.scheme);
  if (origin.refusal) return decide_unasked(candidate, *origin.refusal);
  if (origin.rules && candidate.attempt == 0) {
    const std::optional<parser::Url> url = parser::parse_url(candidate.page.url);
    const parser::RobotsRules::Verdict verdict =
        origin.rules->verdict(url ? url->path_and_query() : "");
    if (!verdict.allowed)
      return decide_unasked(candidate, {Outcome::Robots, std::string(verdict.rule), 0});
  }
  if (!origin.has_offered_sitemaps && options_.sitemaps == SitemapPolicy::Follow) {
    origin.has_offered_sitemaps = true;
    offer_sitemaps(candidate.host, candidate.scheme);
  }
  if (candidate.attempt == 0) {
    if (options_.max_host_pages && host.asked >= *options_.max_host_pages) {
      return decide_unasked(candidate, {Outcome::Budget, "--max-host-pages", 0});
    }
    ++host.asked;
    ++asked_;
  }
  send(std::move(candidate));
}

void Crawl::send(Candidate candidate) {
  const SteadyTime now = clock_now();
  frontier_.start(candidate, now);
  if (candidate.kind == Candidate::Kind::Robots) {
    candidate.errand =
        RobotsDesk::first_errand(discovery_.hosts(), candidate.host, candidate.scheme);
  }
  const bool is_page = candidate.kind == Candidate::Kind::Page;
  const Host& host = discovery_.hosts()[candidate.host];
  FetchRequest request;
  request.url = is_page ? candidate.page.url : candidate.errand.url;
  const bool is_readable = is_page && !is_packed_sitemap(request.url);
  request.types = is_readable ? BodyTypes::Readable : BodyTypes::Any;
  request.max_body_bytes = max_body_bytes(candidate);
  if (!is_private_address(host.hostname).has_value() && options_.transfer.proxy.empty()) {
    request.hostname = host.hostname;
    request.addresses = host.addresses;
  }
  const bool may_be_private =
      !options_.transfer.proxy.empty() || discovery_.admission().allows_private(host.name);
  if (may_be_private) request.policy = AddressPolicy::AllowPrivate;
  const std::optional<parser::Url> url = parser::parse_url(request.url);
  if (url) {
    request.port = url->port_or_default();
    request.headers = discovery_.admission().headers_for(*url);
    const std::vector<std::string>& conditions = candidate.page.conditions;
    request.headers.insert(request.headers.end(), conditions.begin(), conditions.end());
  }
  if (free_flights_.empty()) {
    free_flights_.push_back(flights_.size());
    flights_.emplace_back();
  }
  request.id = free_flights_.back();
  free_flights_.pop_back();
  flights_[request.id] = {std::move(candidate), now, WasSent::No};
  fetcher_->start(std::move(request));
  ++summary_.counts.requests;
}

std::uint64_t Crawl::max_body_bytes(const Candidate& candidate) const {
  if (candidate.kind == Candidate::Kind::Page) return options_.transfer.max_body_bytes;
  return candidate.errand.kind == Errand::Kind::Robots ? parser::RobotsRules::kMaxBytes
                                                       : kGuessBytes;
}

void Crawl::arm_timer() {
  if (is_listener_behind_) {  // nothing that the loop waits for says that it has caught up
    (void)uv_timer_start(due_timer_.get(), &Crawl::on_due, kListenerWaitMs, 0);
    return;
  }
  const std::optional<SteadyTime> due = frontier_.next_due();
  if (!due || !has_room()) {
    (void)uv_timer_stop(due_timer_.get());
    return;
  }
  (void)uv_timer_start(due_timer_.get(), &Crawl::on_due, ceil_ms(*due - clock_now()), 0);
}

// Others took the descriptors that were there at the start.
void Crawl::take_starvation(std::size_t in_flight) {
  if (in_flight >= concurrency_) return;  // fewer are allowed than were in flight already
  const std::size_t fewer = std::max<std::size_t>(in_flight * 3 / 4, 1);
  concurrency_ = fewer;
  if (!observer_.on_message) return;
  observer_.on_message(fmt::format(
      "warning: no more open files are to be had: {} transfers at once from now on", concurrency_));
}

// All that may still push is waited for before the writer is closed (end_when_done): an op that came
// later would be kept for ever.
void Crawl::push_op(storage::WriteOp op) {
  if (waiting_ops_.empty() && writer_ && writer_->try_push(std::move(op))) return;
  waiting_ops_.push_back(std::move(op));
}

void Crawl::flush() {
  while (!waiting_ops_.empty() && writer_->try_push(std::move(waiting_ops_.front())))
    waiting_ops_.pop_front();
  while (!waiting_jobs_.empty() && pool_->try_push(std::move(waiting_jobs_.front())))
    waiting_jobs_.pop_front();
}

}  // namespace skitter::crawler
