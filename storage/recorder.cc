#include "storage/recorder.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/redirects.h"

namespace skitter::storage {
namespace {

Statement& bind_id(Statement& statement, int index, std::uint32_t id) {
  return statement.bind(index, static_cast<std::int64_t>(id));
}

// 0 is none, in ids and rowids alike.
Statement& bind_row(Statement& statement, int index, std::int64_t row) {
  return row == 0 ? statement.bind_null(index) : statement.bind(index, row);
}

// Links are most of a page's rows: several a statement share its overhead.
constexpr std::size_t kLinksAStatement = 16;
constexpr int kLinkColumns = 4;  // beside the source, which they share as ?1

// OR FAIL: where a row fails SQLite keeps the ones before it, and need not save all it changes first.
// The whole transaction is given up then, anyway.
std::string insert_links(std::size_t count) {
  std::string sql = "INSERT OR FAIL INTO link(source, target, kind, rel, anchor) VALUES ";
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t first = 2 + i * kLinkColumns;
    if (i > 0) sql += ", ";
    sql += fmt::format("(?1, ?{}, ?{}, ?{}, ?{})", first, first + 1, first + 2, first + 3);
  }
  return sql;
}

// What a limit leaves unasked: a refreshed URL ends as it did before.
std::string limit_sql(std::string_view which) {
  return fmt::format(
      "UPDATE url SET outcome = coalesce({0}, ?1), detail = iif({0} IS NULL, ?2, {1}) WHERE {2}",
      refreshed_outcome_sql(), refreshed_detail_sql(), which);
}

template <typename Integer>
Statement& bind_optional(Statement& statement, int index, const std::optional<Integer>& value) {
  return value ? statement.bind(index, static_cast<std::int64_t>(*value))
               : statement.bind_null(index);
}

}  // namespace

// Statements bind views of the op in hand: they are run before it goes, and bound anew before they
// are run again.
Recorder::Recorder(sqlite3* db)
    : db_(db),
      add_host_(db, "INSERT INTO host(id, name) VALUES (?1, ?2)"),
      add_url_(db,
               "INSERT INTO url(id, host, depth, hops, outcome, referrer, detail, url) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
      move_url_(db, "UPDATE url SET depth = ?2, hops = ?3 WHERE id = ?1"),
      // On the right stand the values before the change: a seed is known by its depth of 0, and
      // what was only a link's target by its outcome.
      change_url_(db,
                  "UPDATE url SET depth = ?2, hops = ?3, outcome = ?4, detail = ?5, "
                  "host = iif(?6 = 0, host, ?6), "
                  "referrer = iif(referrer = 0 AND (depth > 0 OR outcome IS NULL), ?7, referrer) "
                  "WHERE id = ?1"),
      decide_url_(db, "UPDATE url SET outcome = ?2, detail = ?3 WHERE id = ?1"),
      limit_url_(db, limit_sql("id = ?3")),
      find_content_(
          db, "SELECT text_id, body_id, first_link, link_count, header_id FROM page WHERE id = ?1"),
      put_page_(db,
                "INSERT OR REPLACE INTO page(id, status, redirect_url, content_type, charset, "
                "bytes, fetched_at_ms, elapsed_ms, attempts, error, title, description, language, "
                "canonical_url, h1, nofollow, content_hash, etag, last_modified, text_id, body_id, "
                "first_link, link_count, simhash, header_id, text_shape) VALUES (?1, ?2, ?3, ?4, "
                "?5, ?6, ?7, "
                "?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, "
                "?24, ?25, ?26)"),
      confirm_page_(db,
                    "UPDATE page SET status = ?2, fetched_at_ms = ?3, elapsed_ms = ?4, "
                    "attempts = ?5, error = ?6, etag = coalesce(?7, etag), "
                    "last_modified = coalesce(?8, last_modified) WHERE id = ?1"),
      add_text_(db, "INSERT INTO page_text(text) VALUES (?1)"),
      add_body_(db, "INSERT INTO body(data, text_id) VALUES (?1, ?2)"),
      add_header_(db, "INSERT INTO header(data) VALUES (?1)"),
      add_link_(db, insert_links(1)),
      add_links_(db, insert_links(kLinksAStatement)),
      add_item_(db, "INSERT INTO item(url, rule, position, data) VALUES (?1, ?2, ?3, ?4)"),
      remove_text_(db, "DELETE FROM page_text WHERE id = ?1"),
      remove_body_(db, "DELETE FROM body WHERE id = ?1"),
      remove_header_(db, "DELETE FROM header WHERE id = ?1"),
      remove_links_(db, "DELETE FROM link WHERE id >= ?1 AND id < ?2"),
      remove_items_(db, "DELETE FROM item WHERE url = ?1"),
      add_nearer_(db, "INSERT OR IGNORE INTO nearer(id) VALUES (?1)"),
      remove_nearer_(db, "DELETE FROM nearer WHERE id = ?1"),
      set_host_(db,
                "UPDATE host SET robots_state = ?2, crawl_delay_ms = ?3, blocked_until_ms = ?4, "
                "incidents = ?5 WHERE id = ?1"),
      put_robots_(db,
                  "INSERT OR REPLACE INTO robots(origin, host, fetched_at_ms, state, body) "
                  "VALUES (?1, ?2, ?3, ?4, ?5)"),
      decide_host_(db, "UPDATE url SET outcome = ?1, detail = ?2 WHERE outcome = 0 AND host = ?3"),
      decide_all_(db, "UPDATE url SET outcome = ?1, detail = ?2 WHERE outcome = 0"),
      limit_all_(db, limit_sql("outcome = 0")),
      // A redirect's one link is where it leads. CROSS JOIN keeps the order.
      redirects_(db, fmt::format("SELECT u.id, l.target, u.detail IS NOT NULL, t.outcome IS NULL "
                                 "FROM url AS u CROSS JOIN page AS p ON p.id = u.id "
                                 "CROSS JOIN link AS l ON l.id = p.first_link "
                                 "CROSS JOIN url AS t ON t.id = l.target "
                                 "WHERE u.outcome = {} ORDER BY u.id",
                                 static_cast<int>(Outcome::Redirect))),
      explain_url_(db, "UPDATE url SET detail = ?2 WHERE id = ?1 AND detail IS NOT ?2"),
      end_run_(db,
               "UPDATE run SET ended_at_ms = ?2, reason = ?3, pages = ?4, ok = ?5, errors = ?6, "
               "bytes = ?7, requests = ?8, discovered = ?9 WHERE id = ?1"),
      refill_(db,
              "SELECT u.id, u.url, p.etag, p.last_modified FROM url AS u LEFT JOIN page AS p "
              "ON p.id = u.id AND p.status IN (200, 304) AND p.error IS NULL "
              "AND (?3 <> 1 OR p.text_id IS NOT NULL) AND (?3 <> 2 OR p.body_id IS NOT NULL) "
              "WHERE u.outcome = 0 AND u.host = ?1 ORDER BY u.depth, u.id LIMIT ?2"),
      // CROSS JOIN keeps the order: `page` says where the links are.
      reoffer_(db,
               "SELECT p.nofollow, l.kind, l.rel, l.anchor, t.url FROM page AS p "
               "CROSS JOIN link AS l ON l.id >= p.first_link "
               "AND l.id < p.first_link + p.link_count "
               "CROSS JOIN url AS t ON t.id = l.target WHERE p.id = ?1 ORDER BY l.id") {}

void Recorder::apply(const Record& record) {
  for (const NewHost& host : record.hosts) add(host);
  for (const NewUrl& url : record.discovered) add(url);
  for (const UrlChange& url : record.changes) change(url);
  if (record.url != 0 && record.outcome == Outcome::Budget) {
    limit_url_.bind(1, static_cast<std::int64_t>(record.outcome));
    bind_id(limit_url_.bind_view_or_null(2, record.detail), 3, record.url).run();
  } else if (record.url != 0) {
    bind_id(decide_url_, 1, record.url);
    decide_url_.bind(2, static_cast<std::int64_t>(record.outcome));
    decide_url_.bind_view_or_null(3, record.detail).run();
  }
  if (record.page) put_page(record, *record.page);
  for (const UrlId id : record.nearer) bind_id(add_nearer_, 1, id).run();
  if (record.reoffered != 0) bind_id(remove_nearer_, 1, record.reoffered).run();
}

void Recorder::apply(const EndRun& end) {
  end_run_.bind(1, end.run).bind(2, end.now_ms).bind(3, end.reason);
  int index = 4;
  const RunCounts& counts = end.counts;
  for (const std::uint64_t count :
       {counts.pages, counts.ok, counts.errors, counts.bytes, counts.requests, counts.discovered}) {
    end_run_.bind(index++, static_cast<std::int64_t>(count));
  }
  end_run_.run();
}

void Recorder::add(const NewHost& host) {
  bind_id(add_host_, 1, host.id).bind_view(2, host.name).run();
}

void Recorder::add(const NewUrl& url) {
  bind_id(add_url_, 1, url.id);
  bind_id(add_url_, 2, url.host);
  add_url_.bind(3, std::int64_t{url.depth}).bind(4, std::int64_t{url.hops});
  bind_optional(add_url_, 5, url.outcome);
  bind_id(add_url_, 6, url.referrer);
  add_url_.bind_view_or_null(7, url.detail).bind_view(8, url.url).run();
}

void Recorder::change(const UrlChange& change) {
  Statement& statement = change.decision ? change_url_ : move_url_;
  bind_id(statement, 1, change.id);
  statement.bind(2, std::int64_t{change.depth}).bind(3, std::int64_t{change.hops});
  if (change.decision) {
    statement.bind(4, static_cast<std::int64_t>(change.decision->outcome));
    statement.bind_view_or_null(5, change.decision->detail);
    bind_id(statement, 6, change.decision->host);
    bind_id(statement, 7, change.decision->referrer);
  }
  statement.run();
}

void Recorder::put_page(const Record& record, const PageRow& page) {
  const std::optional<Content> earlier = find_content(record.url);
  if (earlier && record.outcome == Outcome::NotModified) {
    confirm_page(record.url, page);
    return;
  }
  if (earlier) {
    remove_content(*earlier);
    bind_id(remove_items_, 1, record.url).run();
  }
  insert_page(record.url, page, add_content(record, page));
}

void Recorder::confirm_page(UrlId url, const PageRow& page) {
  bind_id(confirm_page_, 1, url);
  bind_optional(confirm_page_, 2, page.status);
  confirm_page_.bind(3, page.fetched_at_ms).bind(4, page.elapsed_ms);
  confirm_page_.bind(5, std::int64_t{page.attempts}).bind_view_or_null(6, page.error);
  confirm_page_.bind_view_or_null(7, page.etag).bind_view_or_null(8, page.last_modified).run();
}

void Recorder::insert_page(UrlId url, const PageRow& page, const Content& content) {
  bind_id(put_page_, 1, url);
  bind_optional(put_page_, 2, page.status);
  put_page_.bind_view_or_null(3, page.redirect_url).bind_view_or_null(4, page.content_type);
  put_page_.bind_view_or_null(5, page.page.charset);
  put_page_.bind(6, static_cast<std::int64_t>(page.bytes)).bind(7, page.fetched_at_ms);
  put_page_.bind(8, page.elapsed_ms).bind(9, std::int64_t{page.attempts});
  put_page_.bind_view_or_null(10, page.error).bind_view_or_null(11, page.page.title);
  put_page_.bind_view_or_null(12, page.page.description);
  put_page_.bind_view_or_null(13, page.page.language);
  put_page_.bind_view_or_null(14, page.page.canonical_url);
  put_page_.bind_view_or_null(15, page.page.h1);
  put_page_.bind(16, std::int64_t{page.page.nofollow ? 1 : 0});
  bind_optional(put_page_, 17, page.content_hash);
  put_page_.bind_view_or_null(18, page.etag).bind_view_or_null(19, page.last_modified);
  bind_row(put_page_, 20, content.text_id);
  bind_row(put_page_, 21, content.body_id);
  bind_row(put_page_, 22, content.first_link);
  put_page_.bind(23, content.link_count);
  bind_optional(put_page_, 24, page.simhash);
  bind_row(put_page_, 25, content.header_id);
  bind_optional(put_page_, 26, page.text_shape);
  put_page_.run();
}

std::optional<Recorder::Content> Recorder::find_content(UrlId url) {
  bind_id(find_content_, 1, url);
  std::optional<Content> content;
  if (find_content_.step()) {  // a NULL reads as 0
    content = Content{.text_id = find_content_.integer(0),
                      .body_id = find_content_.integer(1),
                      .header_id = find_content_.integer(4),
                      .first_link = find_content_.integer(2),
                      .link_count = find_content_.integer(3)};
  }
  find_content_.reset();
  return content;
}

void Recorder::remove_content(const Content& content) {
  if (content.text_id != 0) remove_text_.bind(1, content.text_id).run();
  if (content.body_id != 0) remove_body_.bind(1, content.body_id).run();
  if (content.header_id != 0) remove_header_.bind(1, content.header_id).run();
  if (content.link_count != 0) {
    remove_links_.bind(1, content.first_link);
    remove_links_.bind(2, content.first_link + content.link_count).run();
  }
}

Recorder::Content Recorder::add_content(const Record& record, const PageRow& page) {
  Content content;
  if (!page.page.text.empty()) {
    add_text_.bind_view(1, page.page.text).run();
    content.text_id = sqlite3_last_insert_rowid(db_);
  }
  if (!page.body.empty()) {
    bind_row(add_body_.bind_blob_view(1, page.body), 2, content.text_id);
    add_body_.run();
    content.body_id = sqlite3_last_insert_rowid(db_);
  }
  if (!page.header.empty()) {
    add_header_.bind_blob_view(1, page.header).run();
    content.header_id = sqlite3_last_insert_rowid(db_);
  }
  if (!record.links.empty()) {
    // Nobody else writes, so the rows of one page follow one another.
    add_links(record.url, record.links);
    content.link_count = static_cast<std::int64_t>(record.links.size());
    content.first_link = sqlite3_last_insert_rowid(db_) - content.link_count + 1;
  }
  for (const ItemRow& item : record.items) {
    bind_id(add_item_, 1, record.url).bind_view(2, item.rule).bind(3, item.position);
    add_item_.bind_view(4, item.data).run();
  }
  return content;
}

void Recorder::add_links(UrlId source, std::span<const LinkRow> links) {
  const auto bind = [](Statement& statement, int first, const LinkRow& link) {
    bind_id(statement, first, link.target);
    statement.bind(first + 1, static_cast<std::int64_t>(link.kind));
    statement.bind_view(first + 2, link.rel).bind_view(first + 3, link.anchor);
  };
  bind_id(add_links_, 1, source);
  for (; links.size() >= kLinksAStatement; links = links.subspan(kLinksAStatement)) {
    int first = 2;
    for (const LinkRow& link : links.first(kLinksAStatement)) {
      bind(add_links_, first, link);
      first += kLinkColumns;
    }
    add_links_.run();
  }
  bind_id(add_link_, 1, source);
  for (const LinkRow& link : links) {
    bind(add_link_, 2, link);
    add_link_.run();
  }
}

void Recorder::apply(const HostState& state) {
  bind_id(set_host_, 1, state.id).bind_view_or_null(2, state.robots_state);
  bind_optional(set_host_, 3, state.crawl_delay_ms);
  set_host_.bind(4, state.blocked_until_ms).bind(5, std::int64_t{state.incidents}).run();
}

void Recorder::apply(const RobotsCopy& copy) {
  bind_id(put_robots_.bind_view(1, copy.origin), 2, copy.host);
  put_robots_.bind(3, copy.fetched_at_ms).bind_view(4, copy.state);
  put_robots_.bind_blob_view(5, copy.body).run();
}

void Recorder::apply(const DecideQueued& decision) {
  Statement& for_all = decision.outcome == Outcome::Budget ? limit_all_ : decide_all_;
  Statement& statement = decision.host == 0 ? for_all : decide_host_;
  statement.bind(1, static_cast<std::int64_t>(decision.outcome));
  statement.bind_view_or_null(2, decision.detail);
  if (decision.host != 0) bind_id(statement, 3, decision.host);
  statement.run();
}

void Recorder::apply(const ExplainRedirects&) {
  struct Row {
    bool has_detail;
    bool is_beyond_limit;  // its target is never asked for
  };
  std::vector<Redirect> redirects;
  std::vector<Row> rows;
  while (redirects_.step()) {
    redirects.push_back(
        {static_cast<UrlId>(redirects_.integer(0)), static_cast<UrlId>(redirects_.integer(1))});
    rows.push_back({redirects_.integer(2) != 0, redirects_.integer(3) != 0});
  }
  redirects_.reset();
  const std::vector<RedirectLoop> loops = find_loops(redirects);
  for (std::size_t i = 0; i < redirects.size(); ++i) {
    std::string detail = to_string(loops[i]);
    if (detail.empty() && rows[i].is_beyond_limit) detail = kTooManyRedirects;
    if (detail.empty() && !rows[i].has_detail) continue;
    bind_id(explain_url_, 1, redirects[i].from);
    explain_url_.bind_view_or_null(2, detail).run();
  }
}

Refill Recorder::answer(const RefillRequest& request) {
  Refill refill{.host = request.host, .rows = {}, .more = false};
  bind_id(refill_, 1, request.host);
  refill_.bind(2, std::int64_t{request.limit} + 1);
  refill_.bind(3, static_cast<std::int64_t>(request.needed));
  while (refill_.step()) {
    if (refill.rows.size() == request.limit) {
      refill.more = true;
      break;
    }
    refill.rows.push_back({static_cast<UrlId>(refill_.integer(0)), std::string(refill_.text(1)),
                           std::string(refill_.text(2)), std::string(refill_.text(3))});
  }
  refill_.reset();
  return refill;
}

Reoffer Recorder::answer(const ReofferRequest& request) {
  Reoffer reoffer{.url = request.url, .nofollow = false, .links = {}, .redirects = {}};
  bind_id(reoffer_, 1, request.url);
  while (reoffer_.step()) {
    reoffer.nofollow = reoffer_.integer(0) != 0;
    const auto kind = static_cast<parser::LinkKind>(reoffer_.integer(1));
    if (kind == parser::LinkKind::Redirect) {
      reoffer.redirects.emplace_back(reoffer_.text(4));
    } else if (parser::is_followed(kind)) {
      reoffer.links.add({reoffer_.text(4), reoffer_.text(3), reoffer_.text(2), kind});
    }
  }
  reoffer_.reset();
  return reoffer;
}

}  // namespace skitter::storage
