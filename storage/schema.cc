#include "storage/schema.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "parser/page.h"
#include "parser/simhash.h"
#include "storage/outcome.h"
#include "storage/sqlite.h"
#include "storage/statement.h"

namespace skitter::storage {
namespace {

// Version 1. What shaped it:
//  - links are pairs of integers without an index: an index on either end costs more than all else
//    that a page writes. The links of one page have successive rowids, and `page` holds the first.
//  - text and bodies have tables of their own, so that a scan of `page` reads no text; they are
//    appended under keys of their own, since rows that are put between others split pages.
//  - the URL's text has no index: which URLs are known is the crawler's seen set's to say.
constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE host(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  robots_state TEXT,
  crawl_delay_ms INTEGER,
  blocked_until_ms INTEGER NOT NULL DEFAULT 0,
  incidents INTEGER NOT NULL DEFAULT 0);
CREATE TABLE robots(
  origin TEXT PRIMARY KEY,
  host INTEGER NOT NULL,
  fetched_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL,
  body BLOB NOT NULL);
CREATE TABLE url(
  id INTEGER PRIMARY KEY,
  host INTEGER NOT NULL,
  depth INTEGER NOT NULL,
  hops INTEGER NOT NULL,
  outcome INTEGER,
  referrer INTEGER NOT NULL,
  detail TEXT,
  url TEXT NOT NULL);
CREATE INDEX url_queue ON url(host, depth) WHERE outcome = 0;
CREATE TABLE nearer(id INTEGER PRIMARY KEY);
CREATE TABLE page(
  id INTEGER PRIMARY KEY,
  status INTEGER,
  redirect_url TEXT,
  content_type TEXT,
  charset TEXT,
  bytes INTEGER NOT NULL,
  fetched_at_ms INTEGER NOT NULL,
  elapsed_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  error TEXT,
  title TEXT,
  description TEXT,
  language TEXT,
  canonical_url TEXT,
  h1 TEXT,
  nofollow INTEGER NOT NULL,
  content_hash INTEGER,
  etag TEXT,
  last_modified TEXT,
  text_id INTEGER,
  body_id INTEGER,
  first_link INTEGER,
  link_count INTEGER NOT NULL);
CREATE TABLE page_text(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE body(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE link(
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL,
  target INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  rel TEXT NOT NULL,
  anchor TEXT NOT NULL);
CREATE TABLE item(
  url INTEGER NOT NULL,
  rule TEXT NOT NULL,
  position INTEGER NOT NULL,
  data TEXT NOT NULL);
CREATE INDEX item_url ON item(url);
CREATE TABLE run(
  id INTEGER PRIMARY KEY,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  version TEXT NOT NULL,
  options TEXT NOT NULL,
  seeds INTEGER NOT NULL,
  reason TEXT,
  pages INTEGER,
  ok INTEGER,
  errors INTEGER,
  bytes INTEGER,
  requests INTEGER,
  discovered INTEGER);
)sql";

// Version 2: which pages say nearly the same.
constexpr std::string_view kSimhash = "ALTER TABLE page ADD COLUMN simhash INTEGER";

// Version 3: answers' header fields. They have keys of their own as bodies do, and are
// one value an answer: a row a field would cost more than the page's links.
constexpr std::string_view kHeaders = R"sql(
CREATE TABLE header(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
ALTER TABLE page ADD COLUMN header_id INTEGER;
)sql";

// Version 4: what the rules against spaces of pages alike count, for the run that goes on.
constexpr std::string_view kTextShape = "ALTER TABLE page ADD COLUMN text_shape INTEGER";

// Version 5: the text that a body was compressed behind. NULL: none, as in older files. A SimHash has
// another value, and only SimHashes of one kind can be compared: hash_texts().
constexpr std::string_view kBodyText = "ALTER TABLE body ADD COLUMN text_id INTEGER";
constexpr std::size_t kOtherSimhashes = 5;

constexpr std::array kSteps = {kVersion1, kSimhash, kHeaders, kTextShape, kBodyText};

// Words that stand in other tables are looked up by scalar subqueries, which cost nothing where a
// query does not name the column; SQLite does not leave out a LEFT JOIN when it aggregates
// (counting 6.3 M links took 6.3 s of CPU through joins, 0.17 s so). {outcome}, {kind} and {errors}
// are filled in; a brace of SQL would have to be doubled.
constexpr std::string_view kViews = R"sql(
CREATE VIEW urls AS
  SELECT u.id AS id, u.url AS url, {host} AS host, u.depth AS depth,
         (SELECT r.url FROM url AS r WHERE r.id = u.referrer) AS referrer,
         {outcome} AS outcome, u.detail AS detail
  FROM url AS u
  WHERE u.outcome IS NOT NULL;
CREATE VIEW pages AS
  SELECT p.id AS id, u.url AS url, {host} AS host, u.depth AS depth,
         (SELECT r.url FROM url AS r WHERE r.id = u.referrer) AS referrer,
         {outcome} AS outcome, p.status AS status, p.redirect_url AS redirect_url,
         p.content_type AS content_type, p.charset AS charset, p.bytes AS bytes,
         strftime('%Y-%m-%dT%H:%M:%fZ', p.fetched_at_ms / 1000.0, 'unixepoch') AS fetched_at,
         p.elapsed_ms AS elapsed_ms, p.attempts AS attempts, p.error AS error, p.title AS title,
         p.description AS description, p.language AS language,
         p.canonical_url AS canonical_url, p.h1 AS h1,
         (SELECT t.text FROM page_text AS t WHERE t.id = p.text_id) AS text,
         CASE WHEN p.content_hash IS NOT NULL THEN printf('%016x', p.content_hash) END
           AS content_hash,
         p.simhash AS simhash, p.etag AS etag, p.last_modified AS last_modified,
         (SELECT CAST(h.data AS TEXT) FROM header AS h WHERE h.id = p.header_id) AS headers
  FROM page AS p JOIN url AS u ON u.id = p.id;
CREATE VIEW links AS
  SELECT (SELECT s.url FROM url AS s WHERE s.id = l.source) AS source_url,
         (SELECT t.url FROM url AS t WHERE t.id = l.target) AS target_url,
         l.anchor AS anchor, l.rel AS rel, {kind} AS kind
  FROM link AS l;
CREATE VIEW items AS
  SELECT u.url AS url, i.rule AS rule, i.position AS position, i.data AS data
  FROM item AS i JOIN url AS u ON u.id = i.url;
CREATE VIEW hosts AS
  SELECT h.name AS host, h.robots_state AS robots_state, h.crawl_delay_ms AS crawl_delay_ms,
         coalesce(c.pages, 0) AS pages, coalesce(c.errors, 0) AS errors,
         c.mean_elapsed_ms AS mean_elapsed_ms
  FROM host AS h
  LEFT JOIN (
    SELECT u.host AS host, count(*) AS pages, sum(u.outcome IN ({errors})) AS errors,
           round(avg(p.elapsed_ms), 1) AS mean_elapsed_ms
    FROM page AS p JOIN url AS u ON u.id = p.id
    GROUP BY u.host) AS c ON c.host = h.id;
CREATE VIEW runs AS
  SELECT id, strftime('%Y-%m-%dT%H:%M:%fZ', started_at_ms / 1000.0, 'unixepoch') AS started_at,
         strftime('%Y-%m-%dT%H:%M:%fZ', ended_at_ms / 1000.0, 'unixepoch') AS ended_at,
         version, options, seeds, reason, pages, ok, errors, bytes, requests, discovered
  FROM run;
)sql";

void hash_texts(sqlite3* db) {
  Statement texts(db,
                  "SELECT p.id, t.text FROM page AS p JOIN page_text AS t ON t.id = p.text_id "
                  "WHERE p.simhash IS NOT NULL");
  Statement put(db, "UPDATE page SET simhash = ?2 WHERE id = ?1");
  while (texts.step()) {
    const auto hash = parser::simhash(texts.text(1));
    put.bind(1, texts.integer(0)).bind(2, static_cast<std::int64_t>(hash.value_or(0))).run();
  }
}

constexpr std::string_view kViewNames[] = {"urls", "pages", "links", "items", "hosts", "runs"};

// A URL that is never asked for (out of scope, say) belongs to no row of `host`: its host is read
// off the URL. A canonical http URL has a slash behind the authority, in which an "@" can only end
// the credentials.
std::string host_of_url() {
  constexpr std::string_view kAuthority =
      "substr(u.url, instr(u.url, '://') + 3, "
      "instr(substr(u.url, instr(u.url, '://') + 3), '/') - 1)";
  return fmt::format(
      "coalesce((SELECT h.name FROM host AS h WHERE h.id = u.host), CASE WHEN u.url GLOB "
      "'http*://*' THEN substr({0}, instr({0}, '@') + 1) "
      "END)",
      kAuthority);
}

// CASE rather than a table of words: the views work alone, and nothing is joined for one word.
template <typename Enum>
std::string case_of(std::string_view column, int count) {
  std::string sql = fmt::format("CASE {}", column);
  for (int i = 0; i < count; ++i) {
    sql += fmt::format(" WHEN {} THEN '{}'", i, to_string(static_cast<Enum>(i)));
  }
  return sql + " END";
}

}  // namespace

std::span<const std::string_view> schema_steps() noexcept {
  return kSteps;
}

std::string schema_views() {
  constexpr int kLinkKindCount = static_cast<int>(parser::LinkKind::Media) + 1;
  return fmt::format(fmt::runtime(kViews), fmt::arg("host", host_of_url()),
                     fmt::arg("outcome", case_of<Outcome>("u.outcome", kOutcomeCount)),
                     fmt::arg("kind", case_of<parser::LinkKind>("l.kind", kLinkKindCount)),
                     fmt::arg("errors", error_numbers()));
}

void check_identity(sqlite3* db, const std::string& path) {
  const std::int64_t id = query_integer(db, "PRAGMA application_id");
  if (id != kApplicationId) {
    throw StorageError(fmt::format("{} is not a crawl: it is a database of another program", path));
  }
  const std::int64_t version = query_integer(db, "PRAGMA user_version");
  const auto newest = static_cast<std::int64_t>(schema_steps().size());
  if (version > newest) {
    throw StorageError(fmt::format(
        "{} was written by a newer skitter (schema {}, this one knows {}): use that version", path,
        version, newest));
  }
}

void migrate(sqlite3* db, std::span<const std::string_view> steps, const std::string& views) {
  const auto version = static_cast<std::size_t>(query_integer(db, "PRAGMA user_version"));
  if (version >= steps.size()) return;
  Transaction transaction(db);
  for (const std::string_view name : kViewNames) {
    execute(db, fmt::format("DROP VIEW IF EXISTS {}", name));
  }
  for (const std::string_view step : steps.subspan(version)) execute(db, std::string(step));
  if (version > 0 && version < kOtherSimhashes && steps.size() >= kOtherSimhashes) hash_texts(db);
  execute(db, views);
  execute(db, fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId,
                          steps.size()));
  transaction.commit();
}

}  // namespace skitter::storage
