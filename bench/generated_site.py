"""The site that the benchmark crawls: written to files once, served by nginx from loopback.

Pages are seeded, so every machine crawls the same bytes: articles of 20 to 68 kB, 44 kB on average, with 63
links each on average, tables, code, lists, comments, a style sheet and a script. Page i links to its children
8i+1 .. 8i+8, so all are reachable from the first; the other links lead to the menu and to a skewed choice.
"""
import bisect
import html
import itertools
import multiprocessing
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import time

SECTIONS = 50
MENU = 12
SYLLABLES = "an ber ca dor el fi gra hin is jo ka lum mer no os pra qui ros sen tal un ver wi xa yor zel".split()


class Words:
    """A vocabulary in which a few words are frequent and most are rare, and sentences made of it."""

    def __init__(self, seed, sentences=20_000):
        rng = random.Random(seed)
        words = set()
        while len(words) < 5_000:
            words.add("".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 2, 3, 4)))))
        self.words = sorted(words)
        rng.shuffle(self.words)
        self.weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(self.words))))
        self.sentences = [self.sentence(rng) for _ in range(sentences)]

    def some(self, rng, count):
        top = self.weights[-1]
        return [self.words[bisect.bisect(self.weights, rng.random() * top)] for _ in range(count)]

    def sentence(self, rng):
        words = self.some(rng, rng.randint(6, 20))
        odd = rng.random()
        if odd < 0.06:
            words[-1] = "caf\u00e9s \u2013 na\u00efve"
        elif odd < 0.12:
            words[-1] = "bread & butter <hot>"
        text = html.escape(" ".join(words).capitalize()) + "."
        kind = rng.random()
        if kind < 0.08:
            return f"<em>{text}</em>"
        if kind < 0.16:
            return f"{text} <code>{words[0]}({words[1]})</code>"
        if kind < 0.22:
            return f"<strong>{words[0]}</strong> {text}"
        return text


class Site:
    def __init__(self, pages, seed=7):
        self.pages = pages
        self.seed = seed
        self.text = Words(seed)
        rng = random.Random(seed + 1)
        self.titles = [" ".join(self.text.some(rng, rng.randint(3, 7))).title() for _ in range(pages)]
        self.style = "<style>\n" + "\n".join(
            f".s{i} {{ margin: {i}px {2 * i}px; color: #{i * 4231 % 0xffffff:06x}; }}" for i in range(36)) + "\n</style>"
        self.script = "<script>\nconst table = {" + ", ".join(
            f'"{word}": [{i}, {i * i}]' for i, word in enumerate(self.text.words[:64])) + \
            "};\nfor (let i = 0; i < 9 && i > -1; i++) { document.title += '</b>' + table[i]; }\n</script>"

    def path(self, page):
        return "/index.html" if page == 0 else f"/{page % SECTIONS:02d}/{page:06d}.html"

    def link(self, rng, target):
        kind = rng.random()
        path = self.path(target)
        if kind < 0.3 and target != 0:
            path = ".." + path
        elif kind < 0.36:
            path += f"#part-{rng.randint(1, 6)}"
        return f'<a href="{path}" title="{self.titles[target]}">{self.titles[target]}</a>'

    def targets(self, rng, page):
        children = [child for child in range(8 * page + 1, 8 * page + 9) if child < self.pages]
        count = rng.randint(30, 96) - MENU - 1
        return children + [int(self.pages * rng.random() ** 1.7) for _ in range(count - len(children))]

    def extra(self, rng, part):
        kind = rng.random()
        if kind < 0.25:
            rows = "".join(f"<tr><td>{word}</td><td>{rng.randrange(10**6)}</td></tr>\n"
                           for word in self.text.some(rng, rng.randint(3, 9)))
            return f'<table class="data"><thead><tr><th>Word</th><th>Count</th></tr></thead><tbody>\n{rows}</tbody></table>\n'
        if kind < 0.45:
            lines = (f'if (n{i} < {word} && ok) {{ use("{word}"); }}' for i, word in enumerate(self.text.some(rng, 7)))
            return "<pre><code>" + html.escape("\n".join(lines)) + "</code></pre>\n"
        if kind < 0.65:
            return "<ul>" + "".join(f"<li>{s}\n" for s in rng.choices(self.text.sentences, k=5)) + "</ul>\n"
        return f'<div class="note"><span data-part="{part}">{" ".join(self.text.some(rng, 6))}</span><br></div><!-- {part} -->\n'

    def page(self, page):
        rng = random.Random(self.seed * 1_000_003 + page)
        size = rng.randint(19_000, 66_000)
        targets = self.targets(rng, page)
        title = self.titles[page]
        out = [f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title} ({page})</title>\n'
               f'<meta name="description" content="{title}: all of it">\n{self.style}\n</head>\n<body>\n<nav><ul>\n']
        out += [f'  <li class="s{i}">{self.link(rng, i)}</li>\n' for i in range(min(MENU, self.pages))]
        out.append(f'</ul></nav>\n<main>\n<h1>{title}</h1>\n<p class="by">By <a href="mailto:w{page % 89}@example.org">'
                   f'writer {page % 89}</a> <time datetime="2024-03-01">2024</time>, <a href="#part-1">skip</a></p>\n')
        written = sum(map(len, out))
        each = max(1, len(targets) * 1_500 // size)
        part = used = 0
        while written < size:
            part += 1
            piece = [f'<section class="s{part % 36}">\n<h2 id="part-{part}">{self.titles[rng.randrange(self.pages)]}</h2>\n']
            for _ in range(rng.randint(1, 3)):
                words = rng.choices(self.text.sentences, k=rng.randint(3, 8))
                for target in targets[used:used + each]:
                    words.insert(rng.randrange(len(words)), self.link(rng, target))
                used += each
                piece.append("<p>" + "\n".join(words) + "</p>\n")
            piece += [self.extra(rng, part), "</section>\n"]
            written += sum(map(len, piece))
            out += piece
        out += [f"<p>{self.link(rng, target)}</p>\n" for target in targets[used:]]
        out.append(f"</main>\n<footer>&copy; 2024 &middot; made up</footer>\n{self.script}\n</body>\n</html>\n")
        return "".join(out).encode()


def write_part(job):
    folder, pages, part, parts = job
    site = Site(pages)
    for page in range(part, pages, parts):
        (folder / site.path(page).lstrip("/")).write_bytes(site.page(page))


def write(folder, pages):
    """Writes the site below `folder` unless it is there; returns where it is."""
    folder = pathlib.Path(folder) / f"site-{pages}"
    if folder.exists():
        return folder
    unfinished = folder.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    for section in range(SECTIONS):
        (unfinished / f"{section:02d}").mkdir(parents=True)
    parts = os.cpu_count() or 1
    with multiprocessing.Pool(parts) as pool:
        pool.map(write_part, [(unfinished, pages, part, parts) for part in range(parts)])
    unfinished.rename(folder)
    return folder


NGINX = """
worker_processes 1;
daemon off;
pid {run}/nginx.pid;
error_log {run}/error.log warn;
events {{ worker_connections 8192; }}
http {{
  types {{ text/html html; }}
  access_log off;
  client_body_temp_path {run}/t; proxy_temp_path {run}/t; fastcgi_temp_path {run}/t; uwsgi_temp_path {run}/t; scgi_temp_path {run}/t;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 300s;
  keepalive_requests 100000000;
  {cache}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    root {root};
    {tls}
  }}
}}
"""


class Server:
    """nginx with one worker on a loopback port, gone when the `with` block is left."""

    def __init__(self, root, run, port, tls=""):
        self.run = pathlib.Path(run)
        (self.run / "t").mkdir(parents=True, exist_ok=True)
        # The cache holds a descriptor a file: without room for connections beside it, accept() fails and clients hang.
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        room = soft - 9_000
        cache = f"open_file_cache max={room} inactive=3600s; open_file_cache_valid 3600s;" if room > 1_000 else ""
        (self.run / "nginx.conf").write_text(
            NGINX.format(run=self.run, port=port, root=pathlib.Path(root).resolve(), cache=cache, tls=tls))
        self.url = f"http://127.0.0.1:{port}/index.html"
        self.port = port

    def __enter__(self):
        self.process = subprocess.Popen(["nginx", "-c", str(self.run / "nginx.conf"), "-e", str(self.run / "error.log")])
        for _ in range(100):
            if (self.run / "nginx.pid").exists():
                return self
            if self.process.poll() is not None:
                raise SystemExit(f"nginx did not start: {(self.run / 'error.log').read_text()}")
            time.sleep(0.05)
        raise SystemExit("nginx did not start")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGQUIT)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
