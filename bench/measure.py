"""What one command costs: wall and CPU time, the memory of its largest process, the pages that it says it got."""
import dataclasses
import os
import re
import signal
import subprocess
import tempfile
import threading
import time


@dataclasses.dataclass
class Cost:
    pages: int
    seconds: float
    cpu_us: float  # a page, user and system, of the command and all that it waited for
    rss_mib: float  # peak, of the largest process
    output: str
    failed: bool = False

    @property
    def rate(self):
        return self.pages / self.seconds


def run(command, count=None, timeout=300, env=None):
    """Runs `command` to its end. Its pages are count(output), or what its last line "PAGES n" says."""
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                   start_new_session=True, env={**os.environ, **(env or {})})
        timer = threading.Timer(timeout, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        timer.cancel()
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    said = re.findall(r"PAGES (\d+)", text)
    pages = count(text) if count else int(said[-1]) if said else 0
    cpu = used.ru_utime + used.ru_stime
    return Cost(pages, seconds, cpu * 1e6 / max(pages, 1), used.ru_maxrss / 1024, text, pages == 0 or process.returncode < 0)
