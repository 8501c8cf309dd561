#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "parser/page.h"
#include "storage/outcome.h"

namespace skitter::storage {

// Ids are given out by the crawler in order of discovery, from 1, without gaps in one database; 0
// is none.
using UrlId = std::uint32_t;
using HostId = std::uint32_t;

struct NewHost {
  HostId id = 0;
  std::string name;  // as in `urls.host`: hostname, and the port where it is not the scheme's own
};

// A URL seen for the first time.
struct NewUrl {
  UrlId id = 0;
  std::string url;          // canonical
  HostId host = 0;          // 0 for what is never asked for
  UrlId referrer = 0;       // the page it was found on; 0 for a seed
  std::uint16_t depth = 0;  // links from a seed
  std::uint8_t hops = 0;    // redirects since the last link
  // nullopt: only the target of a link that is not followed (an image): no row in the `urls` view.
  std::optional<Outcome> outcome = Outcome::Queued;
  std::string detail;
};

// A URL known before, found nearer to a seed, or let in after it had been ruled out.
struct UrlChange {
  UrlId id = 0;
  std::uint16_t depth = 0;
  std::uint8_t hops = 0;
  struct Decision {
    Outcome outcome = Outcome::Queued;
    std::string detail;
    HostId host = 0;  // 0: the row keeps what it has
    // Stored only where the row had none and was not a seed (decided or queued at depth 0).
    UrlId referrer = 0;
  };
  std::optional<Decision> decision;  // nullopt: depth and hops alone change
};

struct LinkRow {
  UrlId target = 0;
  parser::LinkKind kind = parser::LinkKind::A;
  std::string_view rel;
  std::string_view anchor;
};

// What a rule took from a page.
struct ItemRow {
  std::string rule;
  std::int64_t position = 0;  // among the rule's items of that page, from 0
  std::string data;           // JSON
};

// What was got for one URL that was asked for. Replaces the URL's earlier page with its text, body
// and links; but with Outcome::NotModified the earlier content and links stay, and only what tells
// of the request is replaced.
struct PageRow {
  std::optional<int> status;       // nullopt: no response came
  std::string redirect_url;        // resolved Location, also where it may not be followed
  std::string content_type;        // the header's value
  std::uint64_t bytes = 0;         // body, decoded
  std::int64_t fetched_at_ms = 0;  // UTC, since 1970
  std::int64_t elapsed_ms = 0;     // request sent to last byte, of the last attempt
  int attempts = 1;
  std::string error;                          // the words; empty where there was none
  parser::Page page;                          // `links` is empty here: they are the Record's
  std::optional<std::uint64_t> content_hash;  // of the decoded body
  std::optional<std::uint64_t> simhash;       // of the text; nullopt where there is none
  std::optional<std::uint64_t> text_shape;    // parser::text_shape; nullopt where it was not read
  std::string etag;
  std::string last_modified;
  std::string header;  // status line and field lines as they came; empty: not stored
  // The decoded body as a zstd frame whose prefix is page.text; empty: not stored.
  std::string body;
};

// The unit of promise 1: all of one Record is committed in one transaction, or nothing of it.
struct Record {
  UrlId url = 0;  // the URL decided by it; 0: none (seeds, links offered again)
  Outcome outcome = Outcome::Queued;
  std::string detail;  // by which rule
  std::optional<PageRow> page;
  std::vector<LinkRow> links;   // of `url`, in document order
  parser::TextPool link_texts;  // what `links` views
  std::vector<ItemRow> items;   // of `url`
  std::vector<NewHost> hosts;
  std::vector<NewUrl> discovered;
  std::vector<UrlChange> changes;
  // Pages already fetched whose depth or hops shrank: their links are to be offered again.
  std::vector<UrlId> nearer;
  // The page whose links were offered again by this record: struck from that list.
  UrlId reoffered = 0;
};

// What is known of a host's manners; the row of `hosts` apart from what is counted from `pages`.
// Replaces the earlier values of a host that a Record has brought.
struct HostState {
  HostId id = 0;
  // "allowed" (4xx), "rules", "stale" (an old copy holds, since there is no new one to be got),
  // "unreachable", "ignored"; empty: not asked
  std::string robots_state;
  // What the pacing came to: robots.txt, --delay, adaptation.
  std::optional<std::int64_t> crawl_delay_ms;
  // The back-off after 429 and 503 outlives a restart.
  std::int64_t blocked_until_ms = 0;  // UTC, since 1970; 0: not blocked
  int incidents = 0;
};

// One origin's robots.txt as it was got, to be reused for 24 h, also by a later run. Replaces an
// earlier copy.
struct RobotsCopy {
  HostId host = 0;
  std::string origin;  // "https://example.com:8080"
  std::int64_t fetched_at_ms = 0;
  std::string state;  // as in HostState::robots_state
  std::string body;   // of "rules": at most RobotsRules::kMaxBytes
};

// What a stored page must hold, if it is to be kept where it has not changed.
enum class Needed : std::uint8_t { Nothing = 0, Text = 1, Body = 2 };

// Read on the writer's connection, between records, so that it sees all that was pushed before.
struct RefillRequest {
  HostId host = 0;
  std::uint32_t limit = 0;
  Needed needed = Needed::Nothing;
};
struct ReofferRequest {
  UrlId url = 0;
};
// Counts of one run, for its row in `runs` and for the end summary.
struct RunCounts {
  std::uint64_t pages = 0;  // URLs asked for and decided
  std::uint64_t ok = 0;
  std::uint64_t errors = 0;
  std::uint64_t bytes = 0;     // decoded
  std::uint64_t requests = 0;  // all of them: retries, robots.txt, redirects
  std::uint64_t discovered = 0;
};

// Fills in the row of a run that is over.
struct EndRun {
  std::int64_t run = 0;
  std::string reason;
  RunCounts counts;
  std::int64_t now_ms = 0;  // UTC, since 1970
};

// Ends all that is still queued (of one host, or of all where `host` is 0); or says with
// Outcome::Queued why it is.
struct DecideQueued {
  HostId host = 0;
  Outcome outcome = Outcome::Budget;
  std::string detail;
};

// Gives all redirects the detail that their chains deserve by now: a loop, or the limit of
// redirects in a row. Both depend on what was found later than the redirect itself.
struct ExplainRedirects {};

using WriteOp = std::variant<Record, HostState, RobotsCopy, RefillRequest, ReofferRequest,
                             DecideQueued, ExplainRedirects, EndRun>;

// Queued URLs of one host, nearest first, then in order of discovery. May hold URLs that are in
// flight.
struct Refill {
  HostId host = 0;
  struct Row {
    UrlId id = 0;
    std::string url;
    // Of the page that is stored for it, where it was got whole and holds what is needed: to ask
    // whether it has changed.
    std::string etag;
    std::string last_modified;
  };
  std::vector<Row> rows;
  bool more = false;  // the host has further queued URLs, beyond the limit
};
// The followed links of one page, as they were found.
struct Reoffer {
  UrlId url = 0;
  bool nofollow = false;  // Page::nofollow
  parser::LinkList links;
  std::vector<std::string> redirects;  // where it led, as an answer: links apart from these
};
struct Committed {
  std::uint64_t records = 0;  // Records (not other ops) made durable by one transaction
  std::vector<UrlId> pages;   // of them: the URLs whose page they brought
};
// The writer has stopped; the last transaction is rolled back.
struct Failed {
  std::string message;       // what, where, what to do
  bool was_told_to = false;  // by give_up(), while it waited
};
// The writer has stopped; all that was pushed is committed.
struct Ended {};
// Whether the file system has less left than WriterLimits::min_free_bytes; told first when the
// writer begins, then when it changes.
struct DiskSpace {
  bool is_short = false;
  std::uint64_t free_bytes = 0;
};
// Whether the writer waits for another program's lock; told when that takes a while.
struct Locked {
  bool is_waiting = false;
};

using WriterEvent = std::variant<Committed, Refill, Reoffer, DiskSpace, Locked, Failed, Ended>;

}  // namespace skitter::storage
