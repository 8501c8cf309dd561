#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/site/answer.h"

namespace skitter::site {

struct PageOptions {
  std::uint32_t hosts = 1;
  std::uint32_t pages_per_host = 100;  // beside them: redirects, and links that lead nowhere
  std::size_t size_bytes = 16 * 1024;  // a page is never shorter than its links need
  std::uint32_t links = 30;            // on each page
  std::uint64_t seed = 1;
  double redirect_share = 0.02;  // share of the pages with a link that is redirected
  double missing_share = 0.02;   // share of the pages with a link to a 404
  milliseconds delay{0};         // before each answer
  milliseconds jitter{0};        // added to it: up to this much, fixed by the URL
  std::string robots_txt;        // empty: there is none (404)
};

// Generated web sites: the hosts h0.localhost, h1.localhost, ..., each with pages numbered from 0.
// The same options give the same bytes. Any other host name stands for h0.
//
//    /              page 0           links to pages i*B+1 ... i*B+B: a tree, so all can be reached;
//    /p/I.html      page I           and to others of the host, which are short cuts through it
//    /r/I.html      301 to a page of the host       linked from page I, if it is one of that share
//    /missing/I.html  404                           likewise
//    /robots.txt    as set
//
// Thread:  any; it never changes.
class Pages {
 public:
  Pages(PageOptions options, std::uint16_t port);

  [[nodiscard]] Answer answer(std::string_view host, std::string_view path) const;

  [[nodiscard]] std::uint32_t hosts() const noexcept { return options_.hosts; }
  // All paths of a host that a crawl of it asks for, robots.txt aside.
  [[nodiscard]] std::vector<std::string> paths(std::uint32_t host) const;
  // The links of a page, in the order of the document and as written there.
  [[nodiscard]] std::vector<std::string> links(std::uint32_t host, std::uint32_t page) const;

 private:
  struct Link {
    enum class Kind { Home, Page, RelativePage, Section, AbsolutePage, Redirect, Missing };
    Kind kind;
    std::uint32_t host;
    std::uint32_t page;
  };

  [[nodiscard]] std::uint64_t hash(std::uint32_t host, std::uint32_t page,
                                   std::uint64_t salt) const;
  [[nodiscard]] bool has_redirect(std::uint32_t host, std::uint32_t page) const;
  [[nodiscard]] bool has_missing(std::uint32_t host, std::uint32_t page) const;
  [[nodiscard]] std::vector<Link> links_of(std::uint32_t host, std::uint32_t page) const;
  [[nodiscard]] Link cross_link(std::uint32_t host, std::uint32_t page, std::uint64_t salt) const;
  [[nodiscard]] std::string render(std::uint32_t host, std::uint32_t page) const;
  void append_href(std::string& out, const Link& link) const;
  void append_anchor(std::string& out, const Link& link) const;
  [[nodiscard]] Answer answer_undelayed(std::uint32_t host, std::string_view path) const;

  PageOptions options_;
  std::string port_suffix_;              // ":8080"
  std::vector<std::string> paragraphs_;  // the texts that pages are put together from
};

}  // namespace skitter::site
