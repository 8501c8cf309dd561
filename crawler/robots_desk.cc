#include "crawler/robots_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "crawler/retry.h"
#include "crawler/version.h"
#include "parser/url.h"

namespace skitter::crawler {
namespace {

constexpr std::string_view kRules = "rules";
constexpr std::string_view kAllowed = "allowed";
constexpr std::string_view kUnreachable = "unreachable";
constexpr std::string_view kStale = "stale";

std::int64_t to_ms(storage::SystemTime time) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

// The part of an oversized file that came is used: RFC 9309 §2.5.
bool has_rules(const Response& response) {
  const bool is_usable = response.outcome == Outcome::Ok || response.outcome == Outcome::TooLarge;
  return is_usable && response.status >= 200 && response.status < 300;
}

// Why it could not be got.
std::string words_of(const Response& response) {
  if (response.outcome == Outcome::Truncated) return "robots.txt is cut short";
  if (response.outcome != Outcome::Ok) return fmt::format("robots.txt: {}", response.error);
  if (response.status >= 300 && response.status < 400) {
    return fmt::format("robots.txt answers {} and leads nowhere", response.status);
  }
  return fmt::format("robots.txt answers {}", response.status);
}

}  // namespace

RobotsDesk::RobotsDesk(Frontier& frontier, HostBook& hosts, unsigned retries, Outbox outbox)
    : frontier_(frontier), hosts_(hosts), retries_(retries), outbox_(std::move(outbox)) {}

Errand RobotsDesk::first_errand(HostBook& hosts, HostId host, Scheme scheme) {
  return {Errand::Kind::Robots, origin_of(hosts[host], scheme) + "/robots.txt", host, scheme, 0};
}

void RobotsDesk::answered(const Errand& errand, Response&& response, SteadyTime now) {
  const bool is_answer = response.outcome == Outcome::Ok;
  if (has_rules(response)) {
    outbox_.parse({errand.for_host, errand.for_scheme, std::move(response.body)});
  } else if (is_answer && response.status >= 300 && response.status < 400) {
    follow(errand, response, now);
  } else if (is_answer && response.status >= 400 && response.status < 500 &&
             response.status != 429) {
    allow_all(errand, response, now);
  } else {
    failed(errand, response, now);
  }
}

void RobotsDesk::follow(const Errand& errand, const Response& response, SteadyTime now) {
  if (errand.hops >= kMaxRedirects) return allow_all(errand, response, now);
  const std::optional<parser::Url> base = parser::parse_url(errand.url);
  const std::optional<parser::Url> target =
      base ? parser::parse_url(response.headers.get("location"), &*base) : std::nullopt;
  const bool leads_on = !response.headers.get("location").empty() && target && target->is_http() &&
                        outbox_.may_follow(*target);
  if (!leads_on) return failed(errand, response, now);
  Errand next{Errand::Kind::Robots, std::string(target->without_fragment()), errand.for_host,
              errand.for_scheme, errand.hops + 1};
  frontier_.push_errand(outbox_.host_id(target->host()), std::move(next), now);
}

void RobotsDesk::allow_all(const Errand& errand, const Response& response, SteadyTime now) {
  Host& host = hosts_[errand.for_host];
  host.origin(errand.for_scheme) = {};
  host.origin(errand.for_scheme).has_copy = true;
  host.robots_state = kAllowed;
  outbox_.store({errand.for_host,
                 origin_of(host, errand.for_scheme),
                 to_ms(response.asked_at),
                 std::string(kAllowed),
                 {}});
  outbox_.host_changed(errand.for_host);
  frontier_.set_robots(errand.for_host, errand.for_scheme, Robots::Known, now + kLifetime, now);
}

void RobotsDesk::failed(const Errand& errand, const Response& response, SteadyTime now) {
  Host& host = hosts_[errand.for_host];
  Host::Origin& origin = host.origin(errand.for_scheme);
  const unsigned failures = ++origin.robots_failures;
  origin.robots_failure = words_of(response);
  // The origin answered: with an error, with less than it announced, or with a redirect.
  const bool has_answered =
      response.outcome == Outcome::Ok || response.outcome == Outcome::Truncated || errand.hops > 0;
  const bool may_pass = has_answered || response.may_retry;
  const bool is_last = !may_pass || failures > retries_;
  if (is_last && origin.has_copy) return use_copy(errand.for_host, errand.for_scheme, now);
  host.robots_state = kUnreachable;
  outbox_.host_changed(errand.for_host);
  if (!is_last) {
    const SteadyTime due = now + retry_delay(failures, errand.for_host);
    frontier_.set_robots(errand.for_host, errand.for_scheme, Robots::Later, due, now);
  } else if (has_answered) {
    const SteadyTime due = now + Pace::back_off(failures - retries_, errand.for_host);
    frontier_.set_robots(errand.for_host, errand.for_scheme, Robots::Unreachable, due, now);
  } else {
    refuse(errand.for_host, errand.for_scheme, {response.outcome, origin.robots_failure, failures},
           now);
  }
}

void RobotsDesk::use_copy(HostId host, Scheme scheme, SteadyTime now) {
  hosts_[host].origin(scheme).robots_failures = 0;
  hosts_[host].robots_state = kStale;
  outbox_.host_changed(host);
  frontier_.set_robots(host, scheme, Robots::Known, now + kStaleLifetime, now);
}

void RobotsDesk::refuse(HostId host, Scheme scheme, Refusal refusal, SteadyTime now) {
  hosts_[host].origin(scheme).refusal = std::move(refusal);
  frontier_.set_robots(host, scheme, Robots::Known, SteadyTime::max(), now);
}

void RobotsDesk::parsed(RobotsParsed&& result, SteadyTime now) {
  Host& host = hosts_[result.host];
  Host::Origin& origin = host.origin(result.scheme);
  origin = {};
  origin.rules = std::move(result.rules);
  origin.has_copy = true;
  host.robots_state = kRules;
  set_crawl_delay(result.host);
  outbox_.store({result.host, origin_of(host, result.scheme),
                 to_ms(std::chrono::system_clock::now()), std::string(kRules),
                 std::move(result.body)});
  outbox_.host_changed(result.host);
  frontier_.set_robots(result.host, result.scheme, Robots::Known, now + kLifetime, now);
}

// The host is one for both its schemes: the longer delay holds.
void RobotsDesk::set_crawl_delay(HostId id) {
  milliseconds delay{0};
  for (const Host::Origin& origin : hosts_[id].origins) {
    if (origin.rules) delay = std::max(delay, origin.rules->crawl_delay().value_or(delay));
  }
  frontier_.pace(id).set_crawl_delay(delay);
}

void RobotsDesk::load(const storage::RobotsCopy& copy, storage::SystemTime now,
                      SteadyTime steady_now) {
  const Scheme scheme = scheme_of(copy.origin);
  Host::Origin& origin = hosts_[copy.host].origin(scheme);
  if (copy.state == kRules) {
    origin.rules = std::make_shared<const parser::RobotsRules>(copy.body, kProductToken);
    set_crawl_delay(copy.host);
  } else if (copy.state != kAllowed) {
    return;
  }
  origin.has_copy = true;
  const milliseconds age{to_ms(now) - copy.fetched_at_ms};
  if (age.count() < 0 || age >= kLifetime) return;  // to be asked for again
  frontier_.set_robots(copy.host, scheme, Robots::Known, steady_now + (kLifetime - age),
                       steady_now);
}

}  // namespace skitter::crawler
