#!/usr/bin/env python3
"""How near a crawl of many slow hosts comes to what waiting allows: transfers at once divided by the delay.

    bench/waiting.py [--concurrency 500,1000] [--delay 200] [--hosts 2000] [--seconds 20] [--rounds 5]

Generated hosts on loopback that answer after the delay; crawler and site share the machine. Prints, for each concurrency,
pages a second of the whole run, start and end included, and of its middle, with the share of the ideal; and how busy
the loop's thread, the rest of the crawler and the site were, in cores.
"""

import argparse
import os
import pathlib
import sqlite3
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKITTER = ROOT / "build" / "release" / "cli" / "skitter"
SITE = ROOT / "build" / "release" / "tests" / "site" / "skitter-site"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(stat):
    """Of a process or a thread; 0 where it is gone."""
    try:
        fields = pathlib.Path(stat).read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) * TICK_S


class Site:
    def __init__(self, given):
        self.process = subprocess.Popen(
            [SITE, "--hosts", str(given.hosts), "--pages-per-host", "200", "--size", str(given.size), "--links", "30",
             "--delay", f"{given.delay}ms", "--for", "30m", "--print-seeds"], stdout=subprocess.PIPE, text=True)
        self.seeds = []
        while len(self.seeds) < given.hosts:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("waiting.py: the test site did not start")
            if line.startswith("http"):
                self.seeds.append(line.strip())

    def close(self):
        self.process.terminate()
        self.process.wait()


def run_once(seeds, concurrency, given, site, folder):
    database = pathlib.Path(folder) / "crawl.db"
    words = [SKITTER, "crawl", seeds, "-o", database, "--fresh", "-q", "--store", "none", "--delay", "0", "--no-robots",
             "--no-sitemaps", "-c", str(concurrency), "--max-time", f"{given.seconds}s"]
    site_stat = f"/proc/{site.process.pid}/stat"
    site_before = cpu_seconds(site_stat)
    process = subprocess.Popen([str(word) for word in words])
    loop = whole = 0
    while process.poll() is None:
        loop = max(loop, cpu_seconds(f"/proc/{process.pid}/task/{process.pid}/stat"))
        whole = max(whole, cpu_seconds(f"/proc/{process.pid}/stat"))
        time.sleep(0.02)
    if process.returncode not in (0, 3):
        raise SystemExit(f"waiting.py: the crawl ended with {process.returncode}")
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        pages, seconds, start = db.execute(
            "SELECT pages, (julianday(ended_at) - julianday(started_at)) * 86400, "
            "(julianday(started_at) - 2440587.5) * 86400 FROM runs").fetchone()
        begin, end = start + given.seconds / 4, start + given.seconds * 3 / 4
        middle = db.execute("SELECT count(*) FROM pages WHERE (julianday(fetched_at) - 2440587.5) * 86400 BETWEEN ? AND ?",
                            (begin, end)).fetchone()[0] / (end - begin)
    return pages / seconds, middle, loop / seconds, whole / seconds, (cpu_seconds(site_stat) - site_before) / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--concurrency", default="500,1000", help="transfers at once, with commas between (500,1000)")
    parser.add_argument("--delay", type=int, default=200, help="milliseconds before each answer (200)")
    parser.add_argument("--hosts", type=int, default=2000)
    parser.add_argument("--size", default="4k", help="of a page (4k)")
    parser.add_argument("--seconds", type=int, default=20, help="that each crawl may take (20)")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    site = Site(given)
    try:
        with tempfile.TemporaryDirectory() as folder:
            seeds = pathlib.Path(folder) / "seeds.txt"
            seeds.write_text("".join(f"{seed}\n" for seed in site.seeds))
            for concurrency in map(int, given.concurrency.split(",")):
                ideal = concurrency * 1000 / given.delay
                runs = [run_once(seeds, concurrency, given, site, folder) for _ in range(given.rounds)]
                whole, middle, loop, crawler, server = map(statistics.median, zip(*runs))
                print(f"-c {concurrency}: {whole:.0f} pages/s of {ideal:.0f} ({whole / ideal:.0%}), its middle {middle:.0f} "
                      f"({middle / ideal:.0%}); cores busy: loop {loop:.2f}, rest of the crawler {crawler - loop:.2f}, "
                      f"site {server:.2f}", flush=True)
    finally:
        site.close()


if __name__ == "__main__":
    main()
