#include "storage/reports.h"

#include <array>

namespace skitter::storage {
namespace {

// Each is one statement over the public views, which users may copy and change; broken-links alone
// reads the tables behind `links`, since to join all links by number instead of by text is some
// ten times quicker.
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
    Report{"redirects", "where redirects lead", R"sql(
SELECT url, status, redirect_url, referrer
FROM pages WHERE outcome = 'redirect' ORDER BY url
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
    Report{"titles", "HTML pages whose title is missing or stands on several pages", R"sql(
WITH titled AS (
  SELECT title, url, count(*) OVER (PARTITION BY title) AS pages
  FROM pages
  WHERE outcome = 'ok'
    AND (content_type LIKE 'text/html%' OR content_type LIKE 'application/xhtml+xml%')
)
SELECT iif(title IS NULL, 'missing', 'double') AS problem, title, url
FROM titled WHERE title IS NULL OR pages > 1
ORDER BY title, url
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
