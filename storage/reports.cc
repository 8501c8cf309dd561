#include "storage/reports.h"

#include <array>

namespace skitter::storage {
namespace {

// Each is one statement that users may copy and change, in the plain sqlite3 shell too. They read
// the public views; those that join links read the tables behind `links`, since to join by number
// instead of by text is some ten times quicker. CROSS JOIN keeps the order: whole tables are read
// once, and the others looked up by id.
constexpr std::array kReports = {
    Report{"summary", "the crawl in a few numbers", R"sql(
WITH u AS (
  SELECT count(*) AS discovered, sum(outcome = 'queued') AS queued, max(depth) AS depth FROM urls
), p AS (
  SELECT count(*) AS pages, sum(outcome = 'ok') AS ok, sum(bytes) AS bytes,
         round(avg(elapsed_ms), 1) AS mean_elapsed_ms, min(fetched_at) AS first_fetched_at,
         max(fetched_at) AS last_fetched_at
  FROM pages
), h AS (
  SELECT count(*) AS hosts, sum(errors) AS errors FROM hosts
)
SELECT 'URLs discovered' AS measure, discovered AS value FROM u
UNION ALL SELECT 'still queued', coalesce(queued, 0) FROM u
UNION ALL SELECT 'pages asked for', pages FROM p
UNION ALL SELECT 'pages ok', coalesce(ok, 0) FROM p
UNION ALL SELECT 'pages with errors', coalesce(errors, 0) FROM h
UNION ALL SELECT 'hosts', hosts FROM h
UNION ALL SELECT 'links', (SELECT count(*) FROM links)
UNION ALL SELECT 'greatest depth', depth FROM u
UNION ALL SELECT 'bytes, decoded', coalesce(bytes, 0) FROM p
UNION ALL SELECT 'mean elapsed ms', mean_elapsed_ms FROM p
UNION ALL SELECT 'first page at', first_fetched_at FROM p
UNION ALL SELECT 'last page at', last_fetched_at FROM p
)sql"},
    Report{"outcomes", "how many URLs ended how", R"sql(
SELECT outcome, count(*) AS urls
FROM urls GROUP BY outcome ORDER BY urls DESC, outcome
)sql"},
    Report{"status", "how many pages have which HTTP status", R"sql(
SELECT status, count(*) AS pages, min(url) AS example
FROM pages GROUP BY status ORDER BY pages DESC, status
)sql"},
    Report{"hosts", "pages, errors and pacing of each host", R"sql(
SELECT host, pages, errors, mean_elapsed_ms, robots_state, crawl_delay_ms
FROM hosts ORDER BY pages DESC, host
)sql"},
    Report{"errors", "pages that could not be got, and why", R"sql(
SELECT url, outcome, status, attempts, error, referrer
FROM pages
WHERE outcome IN ('http_error', 'network_error', 'timeout', 'tls_error', 'dns_error', 'too_large',
                  'truncated')
ORDER BY outcome, status, url
)sql"},
    Report{"broken-links", "links to pages that could not be got, and where they stand", R"sql(
WITH broken AS MATERIALIZED (
  SELECT id, url, outcome, status, error
  FROM pages
  WHERE outcome IN ('http_error', 'network_error', 'timeout', 'tls_error', 'dns_error')
)
SELECT s.url AS source_url, b.url AS target_url, l.anchor, b.outcome, b.status, b.error
FROM link AS l
  CROSS JOIN broken AS b ON b.id = l.target
  CROSS JOIN url AS s ON s.id = l.source
ORDER BY source_url, target_url
)sql"},
    Report{"redirects", "chains of redirects: how long, and what is at their end", R"sql(
-- A redirect's one link is where it leads. What is one of a loop is not followed.
WITH RECURSIVE chain(first, last, hops) AS (
  SELECT u.id, l.target, 1
  FROM urls AS u
    CROSS JOIN page AS p ON p.id = u.id
    CROSS JOIN link AS l ON l.id = p.first_link
  WHERE u.outcome = 'redirect'
  UNION ALL
  SELECT c.first, l.target, c.hops + 1
  FROM chain AS c
    CROSS JOIN urls AS u ON u.id = c.last
    CROSS JOIN page AS p ON p.id = u.id
    CROSS JOIN link AS l ON l.id = p.first_link
  WHERE u.outcome = 'redirect' AND c.hops < 100 AND coalesce(u.detail, '') NOT LIKE '% loop%'
), whole AS (
  SELECT first, last, max(hops) AS hops FROM chain GROUP BY first
)
SELECT f.url, p.status, w.hops, e.url AS final_url,
       (SELECT outcome FROM urls WHERE id = w.last) AS final_outcome,
       (SELECT status FROM page WHERE id = w.last) AS final_status, f.detail, f.referrer
FROM whole AS w
  CROSS JOIN urls AS f ON f.id = w.first
  CROSS JOIN page AS p ON p.id = w.first
  CROSS JOIN url AS e ON e.id = w.last
ORDER BY w.hops DESC, f.url
)sql"},
    Report{"duplicates", "pages whose bytes are the same", R"sql(
WITH same AS (
  SELECT content_hash, url, bytes, canonical_url,
         count(*) OVER (PARTITION BY content_hash) AS copies
  FROM pages WHERE outcome = 'ok' AND bytes > 0
)
SELECT copies, content_hash, url, bytes, canonical_url
FROM same WHERE copies > 1
ORDER BY copies DESC, content_hash, url
)sql"},
    Report{"near-duplicates", "pairs of pages whose text is nearly the same", R"sql(
-- SimHashes at most 3 bits apart: of four bands of 16 bits one at least is then the same, so only
-- pages that share a band are compared. Where more than 50 share one, they are compared in runs
-- of 50 in order of their SimHash, which bounds the time. Pages of the same SimHash are told as
-- near the first of them; those of the same bytes are `duplicates`.
WITH said AS MATERIALIZED (
  SELECT p.id, p.simhash AS hash, p.content_hash
  FROM page AS p CROSS JOIN urls AS u ON u.id = p.id
  WHERE u.outcome = 'ok' AND p.simhash IS NOT NULL
), value AS MATERIALIZED (
  SELECT hash, min(id) AS id, content_hash FROM said GROUP BY hash
), band(number, bits, hash, id) AS (
  SELECT 0, hash & 65535, hash, id FROM value
  UNION ALL SELECT 1, (hash >> 16) & 65535, hash, id FROM value
  UNION ALL SELECT 2, (hash >> 32) & 65535, hash, id FROM value
  UNION ALL SELECT 3, (hash >> 48) & 65535, hash, id FROM value
), placed AS MATERIALIZED (
  SELECT number, bits, hash, id,
         row_number() OVER (PARTITION BY number, bits ORDER BY hash) / 50 AS run
  FROM band
), pair AS (  -- (a | b) - (a & b) is a XOR b
  SELECT a.id AS one, b.id AS other, (a.hash | b.hash) - (a.hash & b.hash) AS bits
  FROM placed AS a
    CROSS JOIN placed AS b
      ON b.bits = a.bits AND b.number = a.number AND b.run = a.run AND b.id > a.id
), half AS (
  SELECT one, other, bits & 0xffffffff AS low, (bits >> 32) & 0xffffffff AS high FROM pair
), twos AS (  -- how many bits are set: in each two bits, in each four, in each eight, altogether
  SELECT one, other, low - ((low >> 1) & 0x55555555) AS low,
         high - ((high >> 1) & 0x55555555) AS high
  FROM half
), fours AS (
  SELECT one, other, (low & 0x33333333) + ((low >> 2) & 0x33333333) +
                     (high & 0x33333333) + ((high >> 2) & 0x33333333) AS bits
  FROM twos
), near AS (
  SELECT DISTINCT one, other,
         ((((bits & 0x0f0f0f0f) + ((bits >> 4) & 0x0f0f0f0f)) * 0x01010101) >> 24) & 255
           AS distance
  FROM fours
  WHERE ((((bits & 0x0f0f0f0f) + ((bits >> 4) & 0x0f0f0f0f)) * 0x01010101) >> 24) & 255 <= 3
  UNION ALL
  SELECT v.id, s.id, 0
  FROM said AS s CROSS JOIN value AS v ON v.hash = s.hash
  WHERE s.id > v.id AND s.content_hash IS NOT v.content_hash
)
SELECT n.distance, a.url, b.url AS near_url,
       (SELECT title FROM page WHERE id = n.one) AS title,
       (SELECT title FROM page WHERE id = n.other) AS near_title
FROM near AS n
  CROSS JOIN url AS a ON a.id = n.one
  CROSS JOIN url AS b ON b.id = n.other
ORDER BY n.distance, a.url, b.url
)sql"},
    Report{"slow", "the 50 pages that took longest", R"sql(
SELECT url, elapsed_ms, bytes, attempts, outcome
FROM pages ORDER BY elapsed_ms DESC, url LIMIT 50
)sql"},
    Report{"large", "the 50 largest pages", R"sql(
SELECT url, bytes, content_type, elapsed_ms
FROM pages ORDER BY bytes DESC, url LIMIT 50
)sql"},
    Report{"depth", "URLs by how many links they are from a seed", R"sql(
SELECT depth, count(*) AS urls, sum(outcome = 'ok') AS ok, sum(outcome = 'queued') AS queued
FROM urls GROUP BY depth ORDER BY depth
)sql"},
    Report{"titles", "HTML pages whose title is missing, double or longer than 60 characters",
           R"sql(
WITH titled AS MATERIALIZED (
  SELECT title, url, count(*) OVER (PARTITION BY title) AS pages
  FROM pages
  WHERE outcome = 'ok'
    AND (content_type LIKE 'text/html%' OR content_type LIKE 'application/xhtml+xml%')
)
SELECT 'missing' AS problem, title, url FROM titled WHERE title IS NULL
UNION ALL SELECT 'double', title, url FROM titled WHERE title IS NOT NULL AND pages > 1
UNION ALL SELECT 'long', title, url FROM titled WHERE length(title) > 60
ORDER BY problem, title, url
)sql"},
    Report{"orphans", "pages that a sitemap or feed lists and no other page links to", R"sql(
-- link.kind: 10 is an entry of a sitemap; 0 to 5, 8 and 9 lead a reader there.
WITH listed AS MATERIALIZED (
  SELECT DISTINCT target AS id FROM link WHERE kind = 10
), linked AS MATERIALIZED (
  SELECT DISTINCT target AS id
  FROM link
  WHERE kind IN (0, 1, 2, 3, 4, 5, 8, 9) AND source <> target
    AND target IN (SELECT id FROM listed)
)
SELECT u.url, u.outcome, u.referrer AS listed_in
FROM (SELECT id FROM listed EXCEPT SELECT id FROM linked) AS o
  CROSS JOIN urls AS u ON u.id = o.id
ORDER BY u.url
)sql"},
    Report{"external-domains", "hosts outside the scope, by how many links lead there", R"sql(
WITH outside AS MATERIALIZED (
  SELECT id, url, host FROM urls
  WHERE outcome = 'scope' AND host NOT IN (SELECT name FROM host)
)
SELECT o.host, count(*) AS links, count(DISTINCT l.source) AS pages,
       count(DISTINCT o.id) AS urls, min(o.url) AS example
FROM link AS l CROSS JOIN outside AS o ON o.id = l.target
GROUP BY o.host ORDER BY links DESC, o.host
)sql"},
    Report{"anchors", "the 200 words that most links are read by", R"sql(
-- link.kind: 0 is <a>, 1 <area>.
WITH word AS (
  SELECT anchor, count(*) AS links, min(target) AS one, max(target) AS other
  FROM link WHERE kind IN (0, 1) GROUP BY anchor ORDER BY links DESC, anchor LIMIT 200
)
SELECT w.anchor, w.links, iif(w.one = w.other, 'one', 'several') AS targets, u.url AS example
FROM word AS w CROSS JOIN url AS u ON u.id = w.one
ORDER BY w.links DESC, w.anchor
)sql"},
    Report{"robots-blocked", "URLs that robots.txt or nofollow keeps us from, and the rule", R"sql(
SELECT url, detail AS rule, depth, referrer
FROM urls WHERE outcome = 'robots' ORDER BY url
)sql"},
    Report{"items", "items by rule, with one of each", R"sql(
WITH made AS (
  SELECT rule, count(*) AS items, count(DISTINCT url) AS pages, min(rowid) AS first
  FROM item GROUP BY rule
)
SELECT m.rule, m.items, m.pages, u.url AS first_url, i.data AS example
FROM made AS m
  CROSS JOIN item AS i ON i.rowid = m.first
  CROSS JOIN url AS u ON u.id = i.url
ORDER BY m.items DESC, m.rule
)sql"},
};

}  // namespace

std::span<const Report> reports() noexcept {
  return kReports;
}

const Report* find_report(std::string_view name) noexcept {
  for (const Report& report : kReports) {
    if (report.name == name) return &report;
  }
  return nullptr;
}

}  // namespace skitter::storage
