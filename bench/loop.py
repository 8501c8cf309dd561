#!/usr/bin/env python3
"""How many pages a second the loop's thread carries, with nothing read of them: a build for this bench alone.

    bench/loop.py [--pages 20000] [--rounds 5] [--concurrency 64]

The program runs on one core, nginx on another; the URLs are given as seeds. Prints, for each round, the rate, and the
CPU time of the loop's thread and of the whole process for a page: what a core that did nothing but the loop would
carry is the first one's inverse. `bench/deps.sh` installs nginx.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import generated_site

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "loop"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def build():
    for command in (["cmake", "--preset", "release", "-B", BUILD, "-DSKITTER_READ_PAGES=OFF", "-DSKITTER_TESTS=OFF",
                     "-DSKITTER_BENCH=OFF"], ["cmake", "--build", BUILD, "--target", "skitter"]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)


def loop_seconds(pid):
    """CPU time of the main thread, which is the loop's; None once the process has ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/task/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) * TICK_S


def run_once(urls, given, folder):
    database = pathlib.Path(folder) / "crawl.db"
    words = [BUILD / "cli" / "skitter", "crawl", urls, "-o", database, "--fresh", "-q", "--store", "none", "--delay", "0",
             "-c", str(given.concurrency), "--host-concurrency", str(given.concurrency), "--no-robots", "--no-sitemaps"]
    began = time.monotonic()
    process = subprocess.Popen([str(word) for word in words], preexec_fn=lambda: os.sched_setaffinity(0, {0}))
    loop = 0
    while process.poll() is None:
        loop = max(loop, loop_seconds(process.pid) or 0)
        time.sleep(0.02)
    seconds = time.monotonic() - began
    if process.returncode != 0:
        raise SystemExit(f"loop.py: the crawl ended with {process.returncode}")
    return seconds, loop


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--port", type=int, default=18475)
    parser.add_argument("--data", default=ROOT / "build" / "bench-data")
    given = parser.parse_args()
    build()
    data = pathlib.Path(given.data)
    data.mkdir(parents=True, exist_ok=True)
    site = generated_site.write(data, given.pages)
    others = os.sched_getaffinity(0) - {0} or {0}
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, others)  # nginx inherits it
    with tempfile.TemporaryDirectory() as run, generated_site.Server(site, f"{run}/server", given.port) as server:
        os.sched_setaffinity(0, own)
        urls = pathlib.Path(run) / "urls"
        base = server.url.removesuffix("/index.html")
        urls.write_text("".join(f"{base}/{path.relative_to(site)}\n" for path in sorted(site.rglob("*.html"))))
        pages = len(urls.read_text().splitlines())
        loops = []
        for turn in range(given.rounds):
            seconds, loop = run_once(urls, given, run)
            loops.append(loop / pages * 1e6)
            print(f"  round {turn + 1}  {pages} pages  {pages / seconds:6.0f}/s  loop {loops[-1]:5.1f} us a page",
                  flush=True)
        least = statistics.median(loops)
        print(f"The loop takes {least:.1f} us a page (median): a core of its own carries {1e6 / least:,.0f} pages/s")


if __name__ == "__main__":
    main()
