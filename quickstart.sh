#!/bin/sh
# Builds skitter, crawls, and asks the database. Without arguments it needs no network: it crawls 200
# hosts that answer after 50 ms, first with one transfer at a time and then with 256.
#
#   ./quickstart.sh              the offline demonstration, half a minute after the build
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

# Starts 200 generated hosts on loopback and writes their first URLs to a file.
start_site() {
  : >"$scratch/site"  # there before it is read: the shell in the background may be late
  build/release/tests/site/skitter-site --hosts 200 --pages-per-host 20 --delay 50ms --for 10m \
    --print-seeds >"$scratch/site" &
  site_pid=$!
  while [ "$(wc -l <"$scratch/site")" -lt 201 ]; do
    kill -0 "$site_pid" 2>/dev/null || { echo "quickstart.sh: the test site did not start" >&2; exit 1; }
    sleep 0.1
  done
  grep '^http' "$scratch/site" >"$scratch/seeds.txt"
  head -n 10 "$scratch/seeds.txt" >"$scratch/ten.txt"
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
  start_site
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
