#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/site/answer.h"
#include "tests/site/log.h"
#include "tests/site/pages.h"

namespace skitter::site {

struct SiteOptions {
  std::uint16_t port = 0;            // 0: one that is free
  std::optional<PageOptions> pages;  // without: only the routes, and 404 for all else
  LogKind log = LogKind::Requests;
};

// An HTTP/1.1 server on loopback (IPv4 and IPv6) for tests and demonstrations. All host names are
// served from one port; `*.localhost` leads here without a name server.
//
//    Site site;
//    site.route("a.localhost", "/", Answer::html("<a href=/2>next</a>"));
//    site.route("", "/2", [](const Request& request) {
//      return request.earlier < 2 ? Answer::plain(503, "") : Answer::html("at last");
//    });
//    crawl(site.url("a.localhost"));
//    EXPECT_EQ(load_by_host(site.log())["a.localhost"].most_at_once, 1);
//
// Owns:    its loop and thread, from its construction to its destruction, which breaks all
//          connections off.
// Thread:  any; handlers run on the site's own and must not throw or wait.
// Errors:  throws crawler::LoopError when it cannot listen.
class Site {
 public:
  explicit Site(SiteOptions options = {});
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;
  ~Site();

  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] std::string url(std::string_view host, std::string_view path = "/") const;
  [[nodiscard]] std::vector<std::string> seeds() const;  // the first page of each generated host
  [[nodiscard]] const Pages* pages() const noexcept;     // nullptr where none are generated

  // What is answered to `path` of `host` (empty: of any). A path without a query takes any query;
  // one that ends in '*' takes all that begin so. The most special route counts, the generated
  // pages come last.
  void route(std::string_view host, std::string_view path, Handler handler);
  void route(std::string_view host, std::string_view path, Answer answer);

  [[nodiscard]] std::vector<LogEntry> log() const;  // all requests so far, in order of their starts

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Lets this process have as many open files as the system lets it; a Site does so by itself.
void raise_file_limit() noexcept;

}  // namespace skitter::site
