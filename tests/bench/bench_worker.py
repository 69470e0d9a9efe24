#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How many checks a second a worker runs, beside the same Python code started anew for each
run; and what a run by a worker costs. Both have more checks due than they can run.
"""

import time

from bench import Cost, Report, Runs, at_least, both, is_quick, new_site, say, stop

from processes import wait_until
from testbed import Checkd, Config, Site

IN_FLIGHT = 64
SPAWNED_COUNT, WORKER_COUNT = 300, 10000

# What a check does, and the two ways to be asked for it.
LOOK = """#!/usr/bin/python3
import os, sys

def look(path):
    disk = os.statvfs(path)
    free = 100 * disk.f_bavail // max(disk.f_blocks, 1)
    return 2 if free < 1 else 0, f"{free} % free on {path}"
"""
SPAWNED = LOOK + """
code, text = look(sys.argv[1])
print(text)
sys.exit(code)
"""
WORKER = LOOK + """
for line in sys.stdin:
    number, timeout, name, path = line.rstrip("\\n").split("\\t")
    print(number, *look(path), flush=True)
"""


def start(site: Site, count: int, interval: str, how: Config) -> Checkd:
    worker = site.script("worker.py", WORKER)
    checkd = site.start(
        [{"name": f"c{n:06}", "interval": interval, "timeout": "1m", **how} for n in range(count)],
        options=[],
        wait=False,
        defaults={"notify": "none"},
        workers=[
            {"name": "w0", "command": str(worker), "insecure": True, "in_flight": IN_FLIGHT}
        ],
    )
    wait_until(site.client.is_published, "the table is served", 60)
    return checkd


def measure(site: Site, checkd: Checkd, seconds: int) -> tuple[float, float]:
    """Runs a second, and the CPU of both processes a run."""
    runs, pids = Runs(site), both(checkd)
    runs.change()
    before, begin = runs.change(), Cost.of(pids)
    time.sleep(seconds)
    after, end = runs.change(), Cost.of(pids)
    count = after - before
    return count / (end.at - begin.at), (end.cpu - begin.cpu) / count


def rate(site: Site, count: int, how: Config, seconds: int) -> float:
    checkd = start(site, count, "500ms", how)
    per_second, _ = measure(site, checkd, seconds)
    stop(site, checkd)
    return per_second


def main() -> None:
    quick = is_quick(__doc__)
    report = Report("worker")
    pairs, seconds = (1, 2) if quick else (5, 5)
    by_worker = {"type": "worker", "worker": "w0", "args": ["/"]}
    with new_site() as site:
        script = site.script("spawned.py", SPAWNED)
        spawned = {"command": f"{script} /", "insecure": True}
        rates = []
        for _ in range(pairs):
            theirs = rate(site, SPAWNED_COUNT, spawned, seconds)
            rates.append((rate(site, WORKER_COUNT, by_worker, seconds), theirs))
            say(f"worker {rates[-1][0]:.0f}/s, started anew {theirs:.0f}/s")
        report.pairs("runs by a worker", "/s", rates, "the script started anew", at_least(20))
        checkd = start(site, WORKER_COUNT, "2s", by_worker)
        wait_until(lambda: site.client.scalar("checkNumberPending") == 0, "all ran", 60, 0.5)
        per_second, cpu = measure(site, checkd, seconds)
        report.value(f"CPU a run at {per_second:,.0f}/s", cpu * 1e6, "us")


if __name__ == "__main__":
    main()
