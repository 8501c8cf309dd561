#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/host_queue.h"
#include "crawler/string_table.h"
#include "parser/robots.h"
#include "parser/url.h"
#include "storage/outcome.h"

namespace skitter::crawler {

// Why nothing is asked of an origin any more, in this run.
struct Refusal {
  storage::Outcome outcome = storage::Outcome::Robots;
  std::string detail;
  unsigned attempts = 1;
};

// What the crawl knows of a host beside its queue.
struct Host {
  struct Origin {
    std::shared_ptr<const parser::RobotsRules> rules;  // null: all is allowed
    std::optional<Refusal> refusal;
    bool has_copy = false;  // `rules` are what a robots.txt came to, however long ago
    unsigned robots_failures = 0;
    std::string robots_failure;  // the words of the last; empty once it was got
    bool has_offered_sitemaps = false;
  };

  std::string name;      // as in `urls.host`: "example.com:8080"
  std::string hostname;  // "example.com", "[::1]"
  std::vector<std::string> addresses;
  std::string robots_state;
  unsigned look_up_failures = 0;
  std::uint64_t asked = 0;            // pages, for --max-host-pages
  std::int64_t stored_delay_ms = -1;  // as the database has it; -1: it has none
  std::array<Origin, 2> origins;

  [[nodiscard]] Origin& origin(Scheme scheme) noexcept {
    return origins[static_cast<std::size_t>(scheme)];
  }
};

[[nodiscard]] inline Scheme scheme_of(const parser::Url& url) noexcept {
  return url.scheme() == "https" ? Scheme::Https : Scheme::Http;
}
[[nodiscard]] inline Scheme scheme_of(std::string_view url) noexcept {
  return url.starts_with("https:") ? Scheme::Https : Scheme::Http;
}
// "https://example.com:8080"
[[nodiscard]] inline std::string origin_of(const Host& host, Scheme scheme) {
  return (scheme == Scheme::Https ? "https://" : "http://") + host.name;
}

// The hosts by name and by id. Ids are given out from 1 without gaps, as the frontier has them.
//
// Owns:    the hosts; their addresses are stable.
// Thread:  loop.
class HostBook {
 public:
  [[nodiscard]] HostId find(std::string_view name) const {
    const auto found = ids_.find(name);
    return found == ids_.end() ? 0 : found->second;
  }
  HostId add(std::string_view name) {
    auto host = std::make_unique<Host>();
    host->name = name;
    const std::size_t colon = name.rfind(':');
    const bool has_port =
        colon != std::string_view::npos && name.find(']', colon) == std::string_view::npos;
    host->hostname = has_port ? name.substr(0, colon) : name;
    hosts_.push_back(std::move(host));
    const auto id = static_cast<HostId>(hosts_.size());
    ids_.emplace(std::string(name), id);
    return id;
  }
  [[nodiscard]] Host& operator[](HostId id) noexcept { return *hosts_[id - 1]; }
  [[nodiscard]] std::size_t size() const noexcept { return hosts_.size(); }

 private:
  std::vector<std::unique_ptr<Host>> hosts_;
  StringMap<HostId> ids_;
};

}  // namespace skitter::crawler
