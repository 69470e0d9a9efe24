#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How late tcp probes start, and what they cost: 20,000 every 10 s on one core, each to an
address of its own in 127.0.0.0/8, all of them against one listener; beside them the same by
check_tcp of the monitoring plugins, which is a process each. To run it:

    meson setup --buildtype release build-bench && meson compile -C build-bench
    CHECKD_BUILD=build-bench /usr/bin/python3 tests/bench/bench_probes.py [--seconds 60]

The goal is a 99th percentile of 50 ms.
"""

import argparse
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Optional, Sequence

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

import mib  # noqa: E402
from processes import process_status, wait_until  # noqa: E402
from snmp import plain  # noqa: E402
from testbed import CHECKD, Config, Site  # noqa: E402

P99_GOAL_MS = 50
INTERVAL = "10s"
PLUGIN = "/usr/lib/nagios/plugins/check_tcp"
CORES = sorted(os.sched_getaffinity(0))


def cpu_seconds(pid: int) -> tuple[float, float]:
    """Of the process itself, and of its children that are reaped."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    ticks = os.sysconf("SC_CLK_TCK")
    own, children = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
    return own / ticks, children / ticks


def listen(port: int) -> "subprocess.Popen[bytes]":
    """A process that takes every connection to the port and closes it."""
    code = (
        "import socket, sys\n"
        "s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
        f"s.bind(('0.0.0.0', {port})); s.listen(4096)\n"
        "while True:\n"
        "    try: s.accept()[0].close()\n"
        "    except OSError: pass\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    wait_until(lambda: _accepts(port), "the listener listens")
    return process


def _accepts(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def time_waits() -> int:
    with open("/proc/net/sockstat", encoding="ascii") as file:
        for line in file:
            if line.startswith("TCP:"):
                words = line.split()
                return int(words[words.index("tw") + 1])
    return 0


def address(number: int) -> str:
    return f"127.{1 + number // 65536}.{number // 256 % 256}.{number % 256}"


def probes(count: int, port: int) -> list[Config]:
    return [
        {"name": f"p{n:05}", "type": "tcp", "host": address(n), "port": port, "interval": INTERVAL}
        for n in range(1, count + 1)
    ]


def plugins(count: int, port: int) -> list[Config]:
    return [
        {"name": f"c{n:05}", "command": f"{PLUGIN} -H {address(n)} -p {port}", "interval": INTERVAL}
        for n in range(1, count + 1)
    ]


def read_column(site: Site, name: str) -> list[int]:
    """A column alone: the whole table takes a minute and more through a master."""
    column = mib.COLUMNS[name]
    walked = site.client.bulk_walk(mib.ENTRY + (column.number,), 50)
    return [int(plain(column.syntax, value)) for _, value in walked]


def measure(
    title: str, make: Callable[[int, int], list[Config]], count: int, seconds: float
) -> None:
    site = Site()
    port = site.take_port()
    listener = listen(port)
    try:
        site.master.start()
        program = ["taskset", "-c", str(CORES[0]), str(CHECKD)]
        checkd = site.start(make(count, port), options=[], program=program)
        wait_until(lambda: site.client.scalar("checkNumberPending") == 0, "all have run", 120, 1)
        # The start is spread over the first interval; only what comes after it is measured.
        time.sleep(10)
        before, runs = cpu_seconds(checkd.pid), site.client.scalar("checkAgentRuns")
        missed = site.client.scalar("checkAgentMissedRuns")
        began = time.time()
        time.sleep(seconds)
        duration = time.time() - began
        runs = site.client.scalar("checkAgentRuns") - runs
        missed = site.client.scalar("checkAgentMissedRuns") - missed
        after, waits = cpu_seconds(checkd.pid), time_waits()
        late = sorted(read_column(site, "checkLastLateness"))
        failed = sum(status != 0 for status in read_column(site, "checkLastStatus"))
        p99 = late[len(late) * 99 // 100]
        own, children = after[0] - before[0], after[1] - before[1]
        print(
            f"{title}: {len(late)} checks, {runs / duration:.0f} runs a second, {missed} missed,"
            f" {failed} failed\n"
            f"  lateness of each one's last run: median {late[len(late) // 2]} ms, p99 {p99} ms,"
            f" max {late[-1]} ms ({p99 / P99_GOAL_MS:.2f} of the goal);"
            f" of 5 minutes: p99 {site.client.scalar('checkAgentLatenessP99')} ms,"
            f" max {site.client.scalar('checkAgentLatenessMax')} ms\n"
            f"  engine {own / duration:.1%} of a core, {own / runs * 1e6:.0f} us a run;"
            f" its processes {children / duration:.1%}, {children / runs * 1e6:.0f} us a run;"
            f" {process_status(checkd.pid)['VmRSS'].strip()}, {waits} in TIME_WAIT",
            flush=True,
        )
    finally:
        listener.kill()
        listener.wait()
        print("\n".join(site.close()), end="")
        site.remove()


def main(arguments: Optional[Sequence[str]] = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--probes", type=int, default=20000)
    parser.add_argument("--plugins", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args(arguments)
    measure("tcp probes, one core", probes, given.probes, given.seconds)
    if Path(PLUGIN).exists():
        measure("check_tcp, one core", plugins, given.plugins, given.seconds)


if __name__ == "__main__":
    main()
