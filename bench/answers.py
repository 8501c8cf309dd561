#!/usr/bin/env python3
"""What answers cost: taking columns out of stored pages, and asking a database that a crawl is writing.

    bench/answers.py extract [--pages 4400] [--rounds 5] [--root FOLDER --first PATH]
    bench/answers.py query --pages 20000

`extract`: five selectors over the stored pages of a site, on one worker and on two, in turn. `query`: a crawl of it
alone, and one beside questions, in turn: one question after the other, each a second after the last.
--root takes the pages of a folder instead of generated ones. `bench/deps.sh` installs nginx.
"""

import argparse
import itertools
import pathlib
import statistics
import subprocess
import tempfile
import time

import generated_site

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKITTER = ROOT / "build" / "release" / "cli" / "skitter"

FIELDS = ["title=h1", "first=p::text", "links[]=p a::attr(href)", "code[]=pre", "cells[]=table td:first-child"]

QUESTIONS = [
    "SELECT outcome, count(*) FROM urls GROUP BY outcome",
    "SELECT url, elapsed_ms FROM pages ORDER BY elapsed_ms DESC LIMIT 10",
    "SELECT title, count(*) AS n FROM pages GROUP BY title HAVING n > 1 LIMIT 10",
    "SELECT target_url, anchor FROM links LIMIT 100",
    "SELECT * FROM runs",
]


def crawl_words(url, database):
    return [SKITTER, "crawl", url, "-o", database, "-q", "--delay", "0", "-c", "64", "--host-concurrency", "64",
            "--no-robots", "--no-sitemaps"]


def ask(database, sql):
    asked = subprocess.run([SKITTER, "query", database, sql, "--format", "csv"], capture_output=True, text=True)
    if asked.returncode != 0:
        raise SystemExit(f"answers.py: {sql}: status {asked.returncode}: {asked.stderr}")
    return asked.stdout.splitlines()


def extract(database, rounds):
    pages = int(ask(database, "SELECT count(*) FROM pages WHERE outcome = 'ok'")[1])
    words = [SKITTER, "extract", database, "-q"] + [word for field in FIELDS for word in ("-e", field)]
    rates = {1: [], 2: []}
    for _, workers in itertools.product(range(rounds), rates):
        began = time.monotonic()
        subprocess.run([*words, "--workers", str(workers)], check=True, stdout=subprocess.DEVNULL)
        rates[workers].append(pages / (time.monotonic() - began))
    for workers, measured in rates.items():
        print(f"extract, {len(FIELDS)} selectors, {pages} pages, {workers} workers: {statistics.median(measured):.0f} pages/s "
              f"({min(measured):.0f} to {max(measured):.0f})")
    print(f"two workers over one: {statistics.median(rates[2]) / statistics.median(rates[1]):.2f}", flush=True)


def crawl(url, database, is_asked):
    """Its seconds, and those that the questions beside it took."""
    answers = []
    for file in database.parent.glob(database.name + "*"):
        file.unlink()
    began = time.monotonic()
    process = subprocess.Popen(crawl_words(url, database))
    next_at = began + 1
    while process.poll() is None:
        now = time.monotonic()
        if is_asked and now >= next_at:
            ask(database, QUESTIONS[len(answers) % len(QUESTIONS)])
            answers.append(time.monotonic() - now)
            next_at = time.monotonic() + 1
        time.sleep(0.01)
    if process.returncode != 0:
        errors = ask(database, "errors")
        raise SystemExit(f"answers.py: the crawl ended with {process.returncode}: {errors}")
    return time.monotonic() - began, answers


def ask_beside(url, database, rounds):
    ratios, every = [], []
    for turn in range(rounds):
        alone, _ = crawl(url, database, False)
        asked, answers = crawl(url, database, True)
        ratios.append(asked / alone)
        every += answers
        print(f"  round {turn + 1}: alone {alone:.2f} s, asked {len(answers)} times {asked:.2f} s", flush=True)
    print(f"asked, a crawl takes {statistics.median(ratios):.3f} times as long (median of {rounds}); "
          f"{len(every)} answers, {statistics.median(every) * 1e3:.0f} ms each, {max(every) * 1e3:.0f} ms at most")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["extract", "query"])
    parser.add_argument("--pages", type=int, default=4_400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--port", type=int, default=18476)
    parser.add_argument("--root", help="take the pages of this folder")
    parser.add_argument("--first", default="/index.html", help="the page of it that leads to the others")
    parser.add_argument("--data", default=ROOT / "build" / "bench-data")
    given = parser.parse_args()
    data = pathlib.Path(given.data)
    data.mkdir(parents=True, exist_ok=True)
    site = pathlib.Path(given.root) if given.root else generated_site.write(data, given.pages)
    with tempfile.TemporaryDirectory() as run, generated_site.Server(site, f"{run}/server", given.port) as server:
        url = server.url.removesuffix("/index.html") + given.first
        database = pathlib.Path(run) / "crawl.db"
        subprocess.run(crawl_words(url, database), check=True)
        if given.what == "extract":
            extract(database, given.rounds)
        else:
            ask_beside(url, database, given.rounds)


if __name__ == "__main__":
    main()
