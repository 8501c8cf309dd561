#!/usr/bin/env python3
"""Kills a crawl again and again, goes on each time, and compares the end with a crawl left alone.

    bench/kills.py BUILD [--kills 200] [--pages 20000] [--seed 1]

BUILD holds cli/skitter and tests/site/skitter-site. Status 0: equal contents, a sound file after each kill, and
nothing asked for again that was committed. Prints what it counted; progress goes to stderr.
"""

import argparse
import collections
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

CONTENTS = {
    "urls": "SELECT url, depth, outcome FROM urls ORDER BY url",
    "pages": "SELECT url, depth, outcome, status, redirect_url, content_type, bytes, title, text, content_hash "
             "FROM pages ORDER BY url",
    "links": "SELECT source_url, target_url, anchor, rel, kind FROM links ORDER BY 1, 2, 3, 4, 5",
    "items": "SELECT url, rule, position, data FROM items ORDER BY 1, 2, 3",
}
HOSTS = 20
LONGEST_LIFE_S = 1.5
COMMIT_S = 0.25  # after which a page is in the database, at the latest


class Site:
    """The site's process; its log tells of each request when it has ended."""

    def __init__(self, build, pages, directory):
        self.log = os.path.join(directory, "requests.tsv")
        reader, writer = os.pipe()
        self.process = subprocess.Popen(
            [f"{build}/tests/site/skitter-site", "--for", "1h", "--hosts", str(HOSTS), "--pages-per-host",
             str(pages // HOSTS), "--size", "4k", "--links", "12", "--delay", "10ms", "--jitter", "50ms",
             "--redirects", "0.05", "--missing", "0.05", "--print-seeds", "--log", self.log], stdout=writer)
        os.close(writer)
        with os.fdopen(reader) as lines:
            next(lines)
            self.seeds = [next(lines).strip() for _ in range(HOSTS)]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait() != 0:
            raise SystemExit("kills.py: the site failed")
        with open(self.log, encoding="utf-8") as log:
            next(log)
            return [line.rstrip("\n").split("\t") for line in log]


def crawl(given, site, database, *options):
    words = [f"{given.build}/cli/skitter", "crawl", "-o", database, "-q", "--delay", "0", "-c", "256",
             "--host-concurrency", "8", *options, *site.seeds]
    return subprocess.Popen(words)


def at_the_pace_of_the_kills(given):
    """So that all lives together are about as long as the crawl."""
    useful_s = given.kills * (LONGEST_LIFE_S / 2 - COMMIT_S)
    return "--rate-limit", f"{given.pages / useful_s:.0f}"


def ask(database, sql):
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def number(database, sql):
    return ask(database, sql)[0][0]


def kill_again_and_again(given, site, database):
    """How often the file was unsound, how often it had got further, and when each URL was found committed."""
    chance = random.Random(given.seed)
    unsound = 0
    progressed = 0
    committed_at = {}
    for kill in range(given.kills):
        process = crawl(given, site, database, *at_the_pace_of_the_kills(given))
        time.sleep(chance.uniform(0.02, LONGEST_LIFE_S))
        process.kill()
        process.wait()
        if not os.path.exists(database):
            continue
        if number(database, "PRAGMA integrity_check") != "ok":
            unsound += 1
        before = len(committed_at)
        now = time.monotonic()
        decided = [url for url, in ask(database, "SELECT url FROM pages WHERE outcome <> 'queued'")]
        if len(decided) < before:
            raise SystemExit(f"kills.py: kill {kill}: {before} pages were committed, {len(decided)} are there")
        for url in decided:
            committed_at.setdefault(url, now)
        progressed += len(decided) > before
        print(f"kill {kill + 1}: {len(decided)} pages", file=sys.stderr)
    return unsound, progressed, committed_at


def asked_after_commit(log, committed_at):
    """Requests for a URL that began after it was found committed: there must be none."""
    late = 0
    for host, _, path, _, _, start_us, _ in log:
        committed = committed_at.get(f"http://{host}{path}")
        late += committed is not None and int(start_us) / 1e6 > committed
    return late


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()

    with tempfile.TemporaryDirectory() as directory:
        database = os.path.join(directory, "killed.db")
        reference = os.path.join(directory, "reference.db")
        site = Site(given.build, given.pages, directory)
        began = time.monotonic()
        if crawl(given, site, reference).wait() != 0:
            raise SystemExit("kills.py: the crawl that is left alone failed")
        seconds = time.monotonic() - began
        unsound, progressed, committed_at = kill_again_and_again(given, site, database)
        finished_before = number(database, "SELECT count(*) FROM urls WHERE outcome = 'queued'") == 0
        last = crawl(given, site, database).wait()
        log = site.end()

        differing = [name for name, sql in CONTENTS.items() if ask(database, sql) != ask(reference, sql)]
        # The reference asked for each once; what the killed crawl asked for more than once was in flight, or not yet
        # committed, at a kill.
        counts = collections.Counter((host, path) for host, path in
                                     ((fields[0], fields[2]) for fields in log) if path != "/robots.txt")
        again = sum(count - 2 for count in counts.values() if count > 2)
        pages = number(reference, "SELECT count(*) FROM pages")
        print(f"kills {given.kills}, of them after a further commit {progressed}; pages {pages}; "
              f"left alone {seconds:.1f} s")
        print(f"integrity_check not ok {unsound}; last run's status {last}; tables that differ "
              f"{', '.join(differing) or 'none'}")
        late = asked_after_commit(log, committed_at)
        print(f"asked for again {again}, a kill {again / given.kills:.1f}; though committed {late}"
              + ("; the crawl had ended before the last kill" if finished_before else ""))
        return 0 if not unsound and not differing and not late and last == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
