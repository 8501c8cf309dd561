#!/usr/bin/env python3
"""Fails every call of a short crawl, one a crawl: ctest (tests/e2e/faults_test.cc) takes a sample of the same.

    tests/faults/every_call.py BUILD [CALL[:STEP] ...]

BUILD is a build directory (build/dev), with cli/skitter and tests/site/skitter-site. CALL is one of faults.cc's; STEP has only each so many-th fail (allocations
are many). Each crawl must end by itself with a status of the contract, say so on stderr unless that is 0, leave a
database that PRAGMA integrity_check finds whole, and go on to what an undisturbed crawl finds. One line a kind of
call; those that did not are named on stderr and make the status 1.
"""
import collections
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

CALLS = ["read", "write", "sync", "open", "truncate", "map", "lock", "thread", "alloc:100"]
STATUSES = {"thread": {0, 1}, "alloc": {0, 1, 3}}
CONTENTS = [
    "SELECT url, host, depth, outcome, detail FROM urls",
    "SELECT url, outcome, status, redirect_url, bytes, title, text, content_hash FROM pages",
    "SELECT source_url, target_url, anchor, rel, kind FROM links",
]


class Site:
    """skitter-site, for as long as it is entered; gives its seed."""

    def __init__(self, build):
        self.words = [f"{build}/tests/site/skitter-site", "--for", "24h", "--pages-per-host", "30", "--size", "6k",
                      "--links", "6", "--redirects", "0.1", "--missing", "0.1", "--print-seeds"]

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stdout=subprocess.PIPE, text=True)
        return next(line.strip() for line in self.process.stdout if line.startswith("http"))

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Crawl:
    def __init__(self, build, seed, directory):
        self.faults = next(pathlib.Path(build).glob("tests/faults/*.so")).absolute()
        self.program = (pathlib.Path(build) / "cli/skitter").absolute()
        self.words = ["crawl", "-o", "crawl.db", "--no-progress", "--delay", "0", "--no-sitemaps", "--workers", "2",
                      "--min-free", "0", seed]
        self.directory = pathlib.Path(directory)

    def clear(self):
        for file in self.directory.iterdir():
            file.unlink()

    def run(self, **faults):
        environment = dict(os.environ, **faults)
        if faults:
            environment["LD_PRELOAD"] = str(self.faults)
        return subprocess.run([self.program, *self.words], cwd=self.directory, env=environment, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")

    def contents(self):
        database = sqlite3.connect(self.directory / "crawl.db")
        rows = [sorted(map(repr, database.execute(sql))) for sql in CONTENTS]
        database.close()
        return rows

    def integrity(self):
        if not (self.directory / "crawl.db").exists():
            return "ok"
        database = sqlite3.connect(f"file:{self.directory / 'crawl.db'}?mode=ro", uri=True)
        try:
            return database.execute("PRAGMA integrity_check").fetchone()[0]
        finally:
            database.close()


def what_is_wrong(crawl, call, path, at, want, ends):
    crawl.clear()
    result = crawl.run(FAULT_CALL=call, FAULT_PATH=path, FAULT_AT=str(at), FAULT_MARK="failed")
    if not (crawl.directory / "failed").exists():
        return None
    ends[result.returncode] += 1
    if result.returncode not in STATUSES.get(call, {0, 3}):
        return f"ended with {result.returncode}: {result.stderr}"
    if result.returncode != 0 and "skitter: " not in result.stderr:
        return "ended without a message"
    try:
        integrity = crawl.integrity()
    except sqlite3.Error as error:
        integrity = str(error)
    if integrity != "ok":
        return f"integrity_check: {integrity}"
    again = crawl.run()
    if again.returncode != 0:
        return f"does not go on, status {again.returncode}: {again.stderr}"
    if crawl.contents() != want:
        return f"goes on to something else; first run: {result.returncode} {result.stderr}"
    return None


def main():
    build, calls = sys.argv[1], sys.argv[2:] or CALLS
    failures = 0
    with Site(build) as seed, tempfile.TemporaryDirectory() as directory:
        crawl = Crawl(build, seed, directory)
        crawl.run()
        want = crawl.contents()
        for word in calls:
            call, _, step = word.partition(":")
            path = "" if call in ("thread", "alloc") else "crawl.db"
            crawl.clear()
            crawl.run(FAULT_PATH=path, FAULT_COUNTS="counts")
            count = dict(line.split() for line in (crawl.directory / "counts").read_text().splitlines())[call]
            ends = collections.Counter()
            for at in range(1, int(count) + 1, int(step or 1)):
                wrong = what_is_wrong(crawl, call, path, at, want, ends)
                if wrong:
                    failures += 1
                    print(f"{call} {at} of {count}: {wrong}", file=sys.stderr, flush=True)
            print(f"{call}: {count} calls, {sum(ends.values())} failed, ends {dict(sorted(ends.items()))}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
