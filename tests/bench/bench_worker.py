#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How many checks a second a worker runs, against the same Python code started anew for each
run; interleaved, and the ratio of the medians. To run it:

    meson setup --buildtype release build-bench && meson compile -C build-bench
    CHECKD_BUILD=build-bench /usr/bin/python3 tests/bench/bench_worker.py [--pairs 5]

Both have more checks due than they can run, so that the machine is the limit. The goal is 20
times the rate. Then the cost of a run by a worker at a rate below that.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Optional, Sequence

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from processes import process_status, wait_until  # noqa: E402
from testbed import Config, Site  # noqa: E402

RATIO_GOAL = 20
CPU_GOAL_US = 20

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


def cpu_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        user, system = map(int, stat.read().rsplit(")", 1)[1].split()[11:13])
    return (user + system) / os.sysconf("SC_CLK_TCK")


class Load:
    """checkd with so many checks of one kind."""

    def __init__(self, count: int, interval: str, is_worker: bool, in_flight: int) -> None:
        self._site = site = Site()
        site.folder.chmod(0o755)
        spawned = site.script("spawned.py", SPAWNED)
        worker = site.script("worker.py", WORKER)
        if is_worker:
            own: Config = {"type": "worker", "worker": "w0", "args": ["/"]}
        else:
            own = {"command": f"{spawned} /", "insecure": True}
        site.master.start()
        self.checkd = site.start(
            [
                {"name": f"c{n:06}", "interval": interval, "timeout": "1m", **own}
                for n in range(count)
            ],
            options=[],
            wait=False,
            defaults={"notify": "none"},
            workers=[
                {"name": "w0", "command": str(worker), "insecure": True, "in_flight": in_flight}
            ],
        )
        wait_until(site.client.is_published, "the table is served", 60)

    def read(self, scalar: str) -> int:
        return int(self._site.client.scalar(scalar))

    def run(self, seconds: float) -> tuple[float, float, float]:
        """Runs a second, and CPU of engine and publisher a run in us."""
        pids = [self.checkd.pid, self.checkd.publisher_pid]
        runs, began = self.read("checkAgentRuns"), time.monotonic()
        before = [cpu_seconds(pid) for pid in pids]
        time.sleep(seconds)
        after = [cpu_seconds(pid) for pid in pids]
        runs = self.read("checkAgentRuns") - runs
        duration = time.monotonic() - began
        engine, publisher = (1e6 * (b - a) / max(runs, 1) for a, b in zip(before, after))
        return runs / duration, engine, publisher

    def close(self) -> None:
        faults = self._site.close()
        self._site.remove()
        if faults:
            print("\n".join(faults))


def rate(is_worker: bool, given: argparse.Namespace) -> float:
    count, interval = (given.checks, "500ms") if is_worker else (300, "500ms")
    load = Load(count, interval, is_worker, given.in_flight)
    try:
        time.sleep(2)
        return load.run(given.seconds)[0]
    finally:
        load.close()


def measure_ratio(given: argparse.Namespace) -> None:
    spawned, worker = [], []
    for pair in range(given.pairs):
        spawned.append(rate(False, given))
        worker.append(rate(True, given))
        print(f"pair {pair + 1}: {spawned[-1]:.0f} spawned, {worker[-1]:.0f} by a worker a second",
              flush=True)  # fmt: skip
    ratio = statistics.median(worker) / statistics.median(spawned)
    print(
        f"median: {statistics.median(spawned):.0f} spawned, {statistics.median(worker):.0f} by a"
        f" worker a second: {ratio:.1f} times ({ratio / RATIO_GOAL:.2f} of the goal)"
    )


def measure_cost(given: argparse.Namespace) -> None:
    load = Load(given.cost_checks, "2s", True, given.in_flight)
    try:
        wait_until(lambda: load.read("checkNumberPending") == 0, "all have run", 120, 1)
        time.sleep(3)
        runs, engine, publisher = load.run(given.seconds)
        print(
            f"{runs:.0f} runs a second: engine {engine:.1f} us a run"
            f" ({engine / CPU_GOAL_US:.2f} of the goal), publisher {publisher:.1f} us;"
            f" lateness p99 {load.read('checkAgentLatenessP99')} ms;"
            f" {process_status(load.checkd.pid)['VmRSS'].strip()}"
        )
    finally:
        load.close()


def main(arguments: Optional[Sequence[str]] = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--checks", type=int, default=10000)
    parser.add_argument("--cost-checks", type=int, default=10000)
    parser.add_argument("--in-flight", type=int, default=64)
    given = parser.parse_args(arguments)
    measure_ratio(given)
    measure_cost(given)


if __name__ == "__main__":
    main()
