#!/bin/sh
# Builds skitter, crawls, and asks the database. Without arguments it needs no network: it crawls hosts of
# its own that answer late, as distant servers do.
#
#   ./quickstart.sh              the offline demonstration, 40 seconds after the build
#   ./quickstart.sh seeds.txt    crawls the sites in that file for at most a minute
set -eu
cd "$(dirname "$0")"
skitter=build/release/cli/skitter
database=quickstart.db
site_pid=
scratch=$(mktemp -d)

clean_up() {
  [ -z "$site_pid" ] || kill "$site_pid" 2>/dev/null || true
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

build() {
  ./deps.sh
  echo "Building (a few minutes the first time) ..."
  if ! { cmake --preset release && cmake --build --preset release --target skitter skitter-site; } \
    >"$scratch/build.log" 2>&1; then
    tail -n 40 "$scratch/build.log" >&2
    exit 1
  fi
}

# start_site HOSTS OPTIONS: generated hosts on loopback, whose first URLs go to $scratch/seeds.txt.
start_site() {
  hosts=$1
  shift
  : >"$scratch/site"  # there before it is read: the shell in the background may be late
  build/release/tests/site/skitter-site --hosts "$hosts" --for 10m --print-seeds "$@" >"$scratch/site" &
  site_pid=$!
  while [ "$(wc -l <"$scratch/site")" -le "$hosts" ]; do
    kill -0 "$site_pid" 2>/dev/null || { echo "quickstart.sh: the test site did not start" >&2; exit 1; }
    sleep 0.1
  done
  grep '^http' "$scratch/site" >"$scratch/seeds.txt"
}

stop_site() {
  kill "$site_pid" 2>/dev/null || true
  wait "$site_pid" 2>/dev/null || true
  site_pid=
}

# lesson TRANSFERS SECONDS: pages per second with so many transfers at once, as a bar beside what is possible at best:
# every transfer waits for 200 ms, so each makes 5 pages a second.
lesson() {
  "$skitter" crawl "$scratch/seeds.txt" -o "$scratch/lesson.db" --fresh -c "$1" --max-time "$2" -q \
    --delay 0 --no-robots --no-sitemaps --store none
  sqlite3 -readonly "$scratch/lesson.db" "
    SELECT pages / ((julianday(ended_at) - julianday(started_at)) * 86400) FROM runs" |
    awk -v transfers="$1" '{
      ideal = transfers * 5
      for (i = 0; i < $1 / 2500 * 50; i++) bar = bar "#"
      printf "  -c %-4d %5.0f pages/s of %4d  %s\n", transfers, $1, ideal, bar
    }'
}

# How fast the last run of a database was.
speed() {
  sqlite3 -readonly "$1" "
    SELECT printf('%6d pages in %4.1f s: %4.0f pages/s', pages, seconds, pages / seconds)
    FROM (SELECT pages, (julianday(ended_at) - julianday(started_at)) * 86400 AS seconds
          FROM runs ORDER BY id DESC LIMIT 1)"
}

ask() {
  echo
  echo "$1"
  echo "\$ $skitter query $database \"$2\""
  "$skitter" query "$database" "$2"
}

build
if [ $# -gt 0 ]; then
  "$skitter" crawl "$@" -o "$database" --fresh --max-time 60s
  speed "$database"
else
  start_site 500 --pages-per-host 40 --size 2k --links 6 --delay 200ms
  echo "What waiting costs: 500 hosts that answer after 200 ms, asked by 1 to 500 transfers at once"
  echo "(one core waits for all of them; no delays between requests):"
  lesson 1 2s
  lesson 10 2s
  lesson 100 3s
  lesson 500 5s
  stop_site

  start_site 200 --pages-per-host 20 --delay 50ms
  head -n 10 "$scratch/seeds.txt" >"$scratch/ten.txt"
  echo
  echo "Crawling hosts that answer after 50 ms, with the default politeness (robots.txt first, at most four"
  echo "requests a second to each host):"
  # One transfer at a time would take ten seconds to read the robots.txt of all 200 hosts, and ten hosts allow
  # twice the requests a second that it can make: more of them would not make it faster.
  "$skitter" crawl "$scratch/ten.txt" -o "$scratch/one.db" -c 1 --max-time 5s -q
  echo "  -c 1    10 hosts, stopped after 5 s  $(speed "$scratch/one.db")"
  "$skitter" crawl "$scratch/seeds.txt" -o "$database" --fresh -c 256 -q
  echo "  -c 256  200 hosts, to the end        $(speed "$database")"
fi

ask "What became of every URL that was found:" \
  "SELECT outcome, count(*) AS urls FROM urls GROUP BY outcome ORDER BY urls DESC"
ask "Broken links, and where they are:" \
  "SELECT url, status, referrer FROM pages WHERE outcome = 'http_error' ORDER BY url LIMIT 5"
ask "The pages that most others link to:" \
  "SELECT target_url, count(DISTINCT source_url) AS linked_from FROM links GROUP BY target_url ORDER BY linked_from DESC, target_url LIMIT 5"

echo
echo "All of it is in $database. More: $skitter query $database --list; $skitter crawl --help"
