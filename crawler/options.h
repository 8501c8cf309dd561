#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parser/html.h"

namespace skitter::parser {
struct Extraction;
}

namespace skitter::crawler {

using std::chrono::milliseconds;

enum class Scope { Host, Domain, Prefix, Any };
enum class RobotsPolicy { Obey, Ignore };
enum class AddressPolicy { RefusePrivate, AllowPrivate };
enum class TlsPolicy { Verify, Insecure };
enum class SitemapPolicy { Follow, Ignore };
enum class CookiePolicy { Off, Keep };        // Keep: for this run, in memory
enum class PagesPolicy { Leave, Refresh };    // what an earlier run asked for
enum class FailedPolicy { Leave, AskAgain };  // what an earlier run failed to get
enum class StoreBody { Html, Text, None };    // body and text; text only; neither
enum class TrapPolicy { Apply, Ignore };
enum class SignalPolicy { Leave, StopOnInterrupt };

// A header line of the user's. It goes to the host it was given for (as in `urls.host`), or to the
// seeds' origins; never elsewhere, also not by a redirect.
struct Header {
  std::string host;  // empty: the seeds' origins
  std::string line;  // "Name: value"
};

// What one transfer may cost, and what it carries. Shared by `crawl`, `fetch` and `robots`.
struct TransferOptions {
  std::uint64_t max_body_bytes = 8u << 20;       // decoded
  std::uint64_t body_memory_bytes = 256u << 20;  // of large bodies together (crawler/body_room.h)
  std::uint64_t max_header_bytes = 256u * 1024;  // of one answer, the 1xx before it included
  std::size_t max_header_lines = 1'000;          // likewise
  std::size_t max_encodings = 3;                 // Content-Encodings of one body
  milliseconds timeout{30'000};
  milliseconds connect_timeout{10'000};
  milliseconds stall_timeout{15'000};
  std::string user_agent;  // empty: skitter/VERSION (+URL)
  std::vector<Header> headers;
  std::string proxy;
  std::string ca_file;      // empty: the system's
  std::string dns_servers;  // "ADDR[:PORT],..."; empty: /etc/resolv.conf
  TlsPolicy tls = TlsPolicy::Verify;
  AddressPolicy addresses = AddressPolicy::RefusePrivate;
  CookiePolicy cookies = CookiePolicy::Off;
};

// What one page's tree may cost, and again what is taken from it: then the page is scanned, and the
// items that are there are kept.
inline constexpr milliseconds kParseTimeout{1'000};

// What is taken for a space of URLs without end (crawler/traps.h).
struct TrapLimits {
  TrapPolicy policy = TrapPolicy::Apply;
  std::uint64_t max_url_bytes = 2'048;
  std::size_t max_path_depth = 20;      // segments
  std::size_t max_repeats = 3;          // of one segment, or one parameter with its value
  std::size_t max_page_links = 6'000;   // followed from one page, sitemaps aside
  std::uint64_t max_alike = 1'000;      // pages of one URL pattern whose texts are alike
  std::uint64_t max_same_text = 1'000;  // pages of one host with one text, whose links are followed
  std::uint8_t max_spellings = 3;       // of one URL, by session id and the order of its parameters
};

struct Options {
  TransferOptions transfer;
  TrapLimits traps;
  std::size_t concurrency = 256;     // transfers in flight, all hosts together
  std::size_t host_concurrency = 2;  // transfers in flight to one host
  std::optional<std::size_t>
      ip_concurrency;       // transfers in flight to one address; nullopt: 8, loopback exempt
  milliseconds delay{250};  // least time between request starts to one host
  std::optional<double> rate_limit;  // requests a second, all hosts together
  std::size_t workers = 1;
  std::optional<std::uint32_t> depth;
  Scope scope = Scope::Host;
  std::vector<std::string> include;  // RE2, matched anywhere in the whole URL
  std::vector<std::string> exclude;
  std::optional<std::uint64_t> max_pages;
  std::optional<std::uint64_t> max_host_pages;
  std::optional<milliseconds> max_time;
  unsigned retries = 2;
  unsigned max_redirects = 10;
  RobotsPolicy robots = RobotsPolicy::Obey;
  SitemapPolicy sitemaps = SitemapPolicy::Follow;
  FailedPolicy failed = FailedPolicy::Leave;
  PagesPolicy pages = PagesPolicy::Leave;
  std::vector<std::string>
      strip_query;  // parameters that are no part of a URL's identity; `utm_*` too
  StoreBody store = StoreBody::Html;
  std::shared_ptr<const parser::Extraction> extraction;  // what items are taken; may be null
  parser::ParseMode parse = parser::ParseMode::Scan;
  milliseconds parse_timeout = kParseTimeout;
  std::uint64_t min_free_bytes = 256u << 20;  // of the database's file system: with less it pauses
  milliseconds grace{10'000};                 // how long the first interrupt lets transfers finish
  SignalPolicy signals = SignalPolicy::Leave;
};

}  // namespace skitter::crawler
