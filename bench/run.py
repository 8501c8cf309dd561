"""Measures skitter beside other crawlers on one machine, and against what its stages cost at least. See run.sh."""
import argparse
import dataclasses
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from typing import Callable, Optional

import generated_site
import measure

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "bench" / "peers"
SKITTER = ROOT / "build" / "release" / "cli" / "skitter"
LIMITS = ROOT / "build" / "release" / "bench" / "skitter-limits"
PYTHON = "/usr/bin/python3"  # the one that Debian's packages are for
SLOW_PAGES = 2_000


@dataclasses.dataclass
class Contender:
    name: str
    command: Callable  # (seed, scratch folder) -> list of words
    count: Optional[Callable]  # (scratch folder) -> pages; None: its output says
    keeps: str
    slow: bool = False  # gets the small site


def skitter(name, keeps, concurrency, *options):
    def command(seed, scratch):
        return [SKITTER, "crawl", seed, "-o", scratch / "crawl.db", "-q", "--delay", "0", "-c", str(concurrency),
                "--host-concurrency", str(concurrency), "--no-robots", "--no-sitemaps", *options]

    def count(scratch):
        with sqlite3.connect(f"file:{scratch}/crawl.db?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*) FROM pages WHERE outcome = 'ok'").fetchone()[0]

    return Contender(name, command, count, keeps)


def files_below(scratch):
    return sum(1 for path in scratch.rglob("*.html*") if path.is_file())


def has_option(option):
    return option in subprocess.run([SKITTER, "crawl", "--help"], capture_output=True, text=True, check=True).stdout


def contenders(concurrency):
    n = concurrency
    found = [skitter("skitter", "html, text, links", n, "--store", "html"),
             skitter("skitter --store text", "text, links", n, "--store", "text"),
             skitter("skitter --store none", "links", n, "--store", "none")]
    if has_option("--parse"):
        found.append(skitter("skitter --parse tree", "html, text, links", n, "--store", "html", "--parse", "tree"))
    peers = [
        ("wget2", shutil.which("wget2"), Contender(
            "wget2", lambda seed, scratch: ["wget2", "-q", "-r", "-l", "inf", "--max-threads=16", "--robots=off",
                                            "-P", scratch, seed], files_below, "html files")),
        ("wget", shutil.which("wget"), Contender(
            "wget", lambda seed, scratch: ["wget", "-q", "-r", "-l", "inf", "-e", "robots=off", "-P", scratch, seed],
            files_below, "html files")),
        ("Scrapy", has_module("scrapy"), Contender(
            "Scrapy", lambda seed, _: [PYTHON, PEERS / "scrapy_links.py", seed, str(n)], None,
            "title, links in memory", slow=True)),
        ("aiohttp + BeautifulSoup", has_module("aiohttp") and has_module("bs4"), Contender(
            "aiohttp + BeautifulSoup", lambda seed, _: [PYTHON, PEERS / "aiohttp_bs4.py", seed, str(n)], None,
            "title, links in memory", slow=True)),
    ]
    for name, is_there, peer in peers:
        if is_there:
            found.append(peer)
        else:
            print(f"{name} is not installed (bench/deps.sh): skipped", flush=True)
    return found


def has_module(name):
    return subprocess.run([PYTHON, "-c", f"import {name}"], capture_output=True, check=False).returncode == 0


def run_once(contender, seed, folder, timeout):
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=folder))
    try:
        command = [str(word) for word in contender.command(seed, scratch)]
        count = (lambda _: contender.count(scratch)) if contender.count else None
        return measure.run(command, count, timeout)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def compare(found, seeds, rounds, folder, timeout):
    costs = {contender.name: [] for contender in found}
    for turn in range(rounds):
        for contender in found:
            cost = run_once(contender, seeds[contender.slow], folder, timeout)
            note = "" if not cost.failed else "  FAILED: " + cost.output.strip()[-200:]
            print(f"  round {turn + 1}  {contender.name:24} {cost.pages:6} pages  {cost.rate:7.0f}/s  "
                  f"{cost.cpu_us:7.0f} us CPU a page  {cost.rss_mib:5.0f} MiB{note}", flush=True)
            if not cost.failed:
                costs[contender.name].append(cost)
    return costs


def median(costs, field):
    return statistics.median(getattr(cost, field) for cost in costs)


def print_table(found, costs):
    rows = [("", "pages", "pages/s", "CPU us/page", "peak MiB", "rate : skitter", "keeps")]
    base = costs[found[0].name]
    for contender in found:
        runs = costs[contender.name]
        if not runs:
            rows.append((contender.name, "failed", "", "", "", "", contender.keeps))
            continue
        ratio = f"{median(runs, 'rate') / median(base, 'rate'):.3f}" if base else ""
        rows.append((contender.name, f"{median(runs, 'pages'):.0f}", f"{median(runs, 'rate'):.0f}",
                     f"{median(runs, 'cpu_us'):.0f}", f"{median(runs, 'rss_mib'):.0f}", ratio, contender.keeps))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        numbers = (cell.rjust(width) for cell, width in zip(row[1:6], widths[1:6]))
        print("  ".join([row[0].ljust(widths[0]), *numbers, row[6]]).rstrip())


def limits_of(site, server, folder, concurrency, rounds):
    """CPU a page of each stage alone; of several rounds the least, since what disturbs only adds."""
    files = sorted(site.rglob("*.html"))
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="limits-", dir=folder))
    try:
        names = [str(path) for path in files[:: max(1, len(files) // SLOW_PAGES)]]
        (scratch / "files").write_text("\n".join(names) + "\n")
        base = server.url.removesuffix("/index.html")
        (scratch / "urls").write_text("".join(f"{base}/{path.relative_to(site)}\n" for path in files))
        crawl = skitter("", "", concurrency, "--store", "html")
        measure.run([str(word) for word in crawl.command(server.url, scratch)])
        commands = [("fetch", scratch / "urls", str(concurrency)), ("pages", scratch / "files"),
                    ("write", scratch / "crawl.db", scratch / "write.db")]
        least = {}
        for _ in range(rounds):
            for words in commands:
                done = subprocess.run([LIMITS, *words], capture_output=True, text=True, check=True, timeout=300)
                for line in done.stdout.splitlines():
                    name, value = line.split()
                    least[name] = min(float(value), least.get(name, float("inf")))
        return least
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def print_limits(limits, costs):
    print("Limits, CPU us a page: " + ", ".join(
        f"{name} {value:.1f}" for name, value in limits.items() if not name.endswith("_ratio")))
    print("Bytes in : bytes out: " + ", ".join(
        f"{name.removesuffix('_ratio')} {value:.2f}" for name, value in limits.items() if name.endswith("_ratio")))
    scan = "parse_scan" if "parse_scan" in limits else "parse_tree"
    for name, parse in (("skitter", scan), ("skitter --parse tree", "parse_tree")):
        if not costs.get(name):
            continue
        stages = ("fetch", parse, "hash", "compress", "write")
        whole = sum(limits[stage] for stage in stages)
        cpu = median(costs[name], "cpu_us")
        print(f"Share of the limit, {name}: {' + '.join(stages)} = {whole:.0f} of {cpu:.0f} us: {whole / cpu:.2f}")


def options():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 pages, 1 round")
    parser.add_argument("--pages", type=int, help="pages of the site (20,000)")
    parser.add_argument("--rounds", type=int, help="how often each is run, in turn (5)")
    parser.add_argument("--concurrency", type=int, default=64, help="transfers at once (64)")
    parser.add_argument("--only", help="names to run, with commas between, such as skitter,wget2")
    parser.add_argument("--timeout", type=float, default=120, help="seconds that one run may take (120)")
    parser.add_argument("--port", type=int, default=18473, help="the server's, on loopback (18473)")
    parser.add_argument("--data", default=ROOT / "build" / "bench-data", help="where the site is kept (build/bench-data)")
    parser.add_argument("--no-limits", action="store_true", help="leave out the limits")
    given = parser.parse_args()
    given.pages = given.pages or (2_000 if given.quick else 20_000)
    given.rounds = given.rounds or (1 if given.quick else 5)
    return given


def main():
    given = options()
    if not shutil.which("nginx"):
        sys.exit("bench/run.sh: nginx is not installed: bench/deps.sh")
    folder = pathlib.Path(given.data)
    folder.mkdir(parents=True, exist_ok=True)
    print(f"Making the site of {given.pages} pages, once ...", flush=True)
    site = generated_site.write(folder, given.pages)
    small = generated_site.write(folder, min(given.pages, SLOW_PAGES))
    found = contenders(given.concurrency)
    if given.only:
        wanted = given.only.split(",")
        found = [contender for contender in found if contender.name in wanted]
    with tempfile.TemporaryDirectory() as run, \
            generated_site.Server(site, f"{run}/0", given.port) as server, \
            generated_site.Server(small, f"{run}/1", given.port + 1) as small_server:
        seeds = {False: server.url, True: small_server.url}
        costs = compare(found, seeds, given.rounds, folder, given.timeout)
        print(f"\nMedians of {given.rounds}, {given.concurrency} transfers at once; the slow ones on "
              f"{min(given.pages, SLOW_PAGES)} pages:")
        print_table(found, costs)
        if not given.no_limits:
            print()
            print_limits(limits_of(site, server, folder, given.concurrency, min(given.rounds, 3)), costs)


if __name__ == "__main__":
    main()
