#!/usr/bin/env python3
"""What hostile hosts cost: each alone, all in one crawl, and tarpits and hoards beside others.

    bench/hostile.py BUILD [--bomb SIZE] [--only tarpits|hoards|alone] > table.md

BUILD holds cli/skitter and tests/site/skitter-site. Prints Markdown; progress goes to stderr.
"""

import argparse
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import namedtuple

LIMITS = ["--delay", "0", "--retries", "0", "--timeout", "5s", "--stall-timeout", "3s"]

Measured = namedtuple("Measured", "seconds peak_mib status database")


def start_site(build, *options):
    """The site's process, and the lines it prints before it waits."""
    reader, writer = os.pipe()
    site = subprocess.Popen([f"{build}/tests/site/skitter-site", "--for", "1h", *options],
                            stdout=writer)
    os.close(writer)
    return site, os.fdopen(reader)


def lines_until(stream, is_last):
    lines = []
    for line in stream:
        lines.append(line.rstrip("\n"))
        if is_last(lines):
            break
    return lines


def crawl(build, directory, seeds, *options):
    """Runs skitter to its end; wait4 tells the peak of this one process."""
    database = os.path.join(directory, "crawl.db")
    words = [f"{build}/cli/skitter", "crawl", "-o", database, "--fresh", "-q", *options, "-"]
    began = time.monotonic()
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdin.write("\n".join(seeds).encode())
    process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Measured(time.monotonic() - began, usage.ru_maxrss / 1024, process.returncode, database)


def ask(database, sql, *values):
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def outcomes_of(database, seed):
    first = ask(database, "SELECT outcome FROM urls WHERE url = ?", seed)
    others = ask(database, "SELECT outcome, count(*) FROM urls WHERE url <> ? GROUP BY outcome "
                 "ORDER BY count(*) DESC", seed)
    behind = ", ".join(f"{count} {outcome}" for outcome, count in others)
    return (first[0][0] if first else "-"), behind


def each_alone(build, bomb):
    site, stream = start_site(build, "--hostile", "--hosts", "1", "--pages-per-host", "1",
                              "--bomb", bomb)
    try:
        # The last behaviour's line is followed by nothing: they are told by their count below.
        lines = lines_until(stream, lambda seen: seen[-1].startswith("http") and
                            "growing-name" in seen[-1])
        behaviours = [line.split("\t") for line in lines[1:]]
        print("| behaviour | first page | behind it | time | peak memory |")
        print("| --- | --- | --- | ---: | ---: |")
        with tempfile.TemporaryDirectory() as directory:
            for url, what, _ in behaviours:
                name = url.split("//")[1].split(".")[0]
                run = crawl(build, directory, [url], *LIMITS, "--scope", "any", "--max-time", "60s")
                first, behind = outcomes_of(run.database, url)
                print(f"| {what} (`{name}`) | {first} | {behind} | {run.seconds:.2f} s "
                      f"| {run.peak_mib:.0f} MiB |", flush=True)
            seeds = [url for url, _, _ in behaviours]
            run = crawl(build, directory, seeds, *LIMITS, "--scope", "any")
            urls = ask(run.database, "SELECT count(*) FROM urls")[0][0]
            queued = ask(run.database, "SELECT count(*) FROM urls WHERE outcome = 'queued'")[0][0]
            print(f"\nAll {len(seeds)} in one crawl: {run.seconds:.1f} s, {run.peak_mib:.0f} MiB at "
                  f"its peak, {urls:,} URLs, {queued} of them without an outcome, "
                  f"exit status {run.status}.\n")
    finally:
        site.send_signal(signal.SIGTERM)
        site.wait()


def good_rate(build, directory, seeds, options):
    """Pages a second of the hosts that answer, from their first page to their last."""
    run = crawl(build, directory, seeds, *options)
    rows = ask(run.database, "SELECT count(*), (max(julianday(fetched_at)) - "
               "min(julianday(fetched_at))) * 86400.0 FROM pages WHERE host LIKE 'h%' "
               "AND status IS NOT NULL")
    return rows[0][0], rows[0][0] / rows[0][1]


def beside_tarpits(build, tarpits=200, hosts=100):
    site, stream = start_site(build, "--hosts", str(hosts), "--pages-per-host", "40", "--delay",
                              "50ms", "--tarpits", str(tarpits), "--print-seeds")
    try:
        lines = lines_until(stream, lambda seen: len(seen) == 1 + hosts + tarpits)
        good, bad = lines[1:1 + hosts], lines[1 + hosts:]
        cases = [("defaults", []), ("`--delay 0`", ["--delay", "0"]),
                 ("`--delay 0 -c 512`", ["--delay", "0", "-c", "512"])]
        print(f"| {hosts} hosts that answer after 50 ms | alone | beside {tarpits} tarpits | |")
        print("| --- | ---: | ---: | ---: |")
        with tempfile.TemporaryDirectory() as directory:
            for name, options in cases:
                options = ["--retries", "0", "--timeout", "20s", *options]
                pages, alone = good_rate(build, directory, good, options)
                pages_beside, beside = good_rate(build, directory, bad + good, options)
                if pages != pages_beside:
                    sys.exit(f"{name}: {pages} pages alone, {pages_beside} beside tarpits")
                print(f"| {name} | {alone:.0f} pages/s | {beside:.0f} pages/s "
                      f"| {100 * beside / alone:.0f} % |", flush=True)
    finally:
        site.send_signal(signal.SIGTERM)
        site.wait()


async def serve_large(reader, writer):
    """Hosts hoardN: all of a body but its last byte, then nothing. Others: pages of 3 MB."""
    from asyncio import IncompleteReadError
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b"/robots.txt" in head.split(b"\r\n")[0]:
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                continue
            is_hoard = b"\r\nhost: hoard" in head
            body = b"x" * 7_900_000 if is_hoard else b"<p>words and words</p>\n" * 130_000
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d"
                         b"\r\n\r\n" % (len(body) + is_hoard))
            for start in range(0, len(body), 65_536):
                writer.write(body[start:start + 65_536])
                await writer.drain()
            if is_hoard:
                await reader.read()  # until the client gives up
                break
    except (IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def beside_hoards(build, hoards=200, hosts=50):
    """What bodies take that are kept waiting by their servers, with the bound and without."""
    import asyncio
    import threading
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        asyncio.start_server(serve_large, "127.0.0.1", 0, limit=65_536))
    port = server.sockets[0].getsockname()[1]
    threading.Thread(target=loop.run_forever, daemon=True).start()
    bad = [f"http://hoard{i}.localhost:{port}/" for i in range(hoards)]
    good = [f"http://large{i}.localhost:{port}/{n}" for i in range(hosts) for n in range(2)]
    print(f"| {hoards} hosts that keep 7.9 MB waiting for its last byte, and {len(good)} pages of "
          "3 MB | ok | others | time | peak memory |")
    print("| --- | ---: | --- | ---: | ---: |")
    with tempfile.TemporaryDirectory() as directory:
        for name, options in [("`--body-memory 256M`", []),
                              ("`--body-memory 64M`", ["--body-memory", "64M"]),
                              ("no bound", ["--body-memory", "1T"])]:
            run = crawl(build, directory, bad + good, *options)
            ok = ask(run.database, "SELECT count(*) FROM urls WHERE outcome = 'ok'")[0][0]
            others = ask(run.database, "SELECT outcome, count(*) FROM urls WHERE outcome <> 'ok' "
                         "GROUP BY outcome ORDER BY outcome")
            words = ", ".join(f"{count} {outcome}" for outcome, count in others)
            print(f"| {name} | {ok} | {words} | {run.seconds:.1f} s | {run.peak_mib:.0f} MiB |",
                  flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--bomb", default="1G")
    parser.add_argument("--only", choices=["tarpits", "hoards", "alone"])
    arguments = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    # A child's peak is no less than this process's own: what takes more here comes last.
    parts = {"tarpits": lambda: beside_tarpits(arguments.build),
             "alone": lambda: each_alone(arguments.build, arguments.bomb),
             "hoards": lambda: beside_hoards(arguments.build)}
    for name, part in parts.items():
        if arguments.only in (None, name):
            part()
            print()


if __name__ == "__main__":
    main()
