#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How late checks start: 10,000 of /bin/true a minute, while the whole table is walked all
the time, and then while snmpd is stopped by SIGSTOP for a minute. To run it:

    meson setup --buildtype release build-bench && meson compile -C build-bench
    CHECKD_BUILD=build-bench /usr/bin/python3 tests/bench/bench_lateness.py [--minutes 5]

As a yardstick each line also has the ratio to what the design asks for on two cores: a 99th
percentile of 50 ms during walks, and no start later than 100 ms because of a stopped snmpd.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

import mib  # noqa: E402
from processes import process_status, wait_until  # noqa: E402
from snmp import SnmpTimeout  # noqa: E402
from testbed import Checkd, Site  # noqa: E402

P99_GOAL_MS = 50
STOPPED_GOAL_MS = 100


class Walker(threading.Thread):
    """Walks the whole table again and again."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site
        self._ended = threading.Event()
        self.walks = 0

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                self._site.client.run("snmpbulkwalk", "-Cc", "-Cr50", mib.dotted(mib.TABLE))
                self.walks += 1
            except (SnmpTimeout, subprocess.TimeoutExpired):
                pass

    def end(self) -> None:
        self._ended.set()
        self.join()


def cpu_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        user, system = map(int, stat.read().rsplit(")", 1)[1].split()[11:13])
    return (user + system) / os.sysconf("SC_CLK_TCK")


def show(title: str, late: list[int], goal_ms: int, figure: int) -> None:
    print(
        f"{title:18} {len(late):6} runs, median {late[len(late) // 2]:3} ms,"
        f" p99 {late[len(late) * 99 // 100]:3} ms, max {late[-1]:4} ms,"
        f" {figure / goal_ms:5.2f} of the goal"
    )


def lateness_since(site: Site, since: float) -> list[int]:
    """The lateness of each check's last run that ended after that moment, sorted."""
    return sorted(
        row["checkLastLateness"]
        for row in site.client.table().values()
        if row["checkLastRanEpoch"] >= since
    )


def measure_walking(site: Site, checkd: Checkd, minutes: float) -> None:
    walker = Walker(site)
    cpu = cpu_seconds(checkd.pid)
    runs, missed = site.client.scalar("checkAgentRuns"), site.client.scalar("checkAgentMissedRuns")
    began = time.time()
    walker.start()
    time.sleep(minutes * 60)
    walker.end()
    duration = time.time() - began
    runs = site.client.scalar("checkAgentRuns") - runs
    cpu = cpu_seconds(checkd.pid) - cpu
    late = lateness_since(site, time.time() - 60)
    p99 = site.client.scalar("checkAgentLatenessP99")
    show("walked all the time", late, P99_GOAL_MS, p99)
    print(
        f"  of the last 5 minutes: p99 {p99} ms,"
        f" max {site.client.scalar('checkAgentLatenessMax')} ms;"
        f" {runs / duration:.0f} runs a second,"
        f" {site.client.scalar('checkAgentMissedRuns') - missed} missed,"
        f" {walker.walks} walks; engine {cpu / duration:.1%} of a core,"
        f" {process_status(checkd.pid)['VmRSS'].strip()}"
    )


def measure_stopped(site: Site) -> None:
    began = time.time()
    site.master.pause()
    time.sleep(60)
    site.master.resume()
    wait_until(site.client.is_published, "the table is back", patience=60)
    late = lateness_since(site, began + 1)
    show("snmpd was stopped", late, STOPPED_GOAL_MS, late[-1])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--checks", type=int, default=10000)
    parser.add_argument("--minutes", type=float, default=5)
    arguments = parser.parse_args()
    site = Site()
    try:
        site.master.start()
        checks = [
            {"name": f"c{number:05}", "command": "/bin/true", "interval": "60s"}
            for number in range(arguments.checks)
        ]
        checkd = site.start(checks, options=[])
        wait_until(lambda: site.client.scalar("checkNumberPending") == 0, "all have run", 120, 1)
        measure_walking(site, checkd, arguments.minutes)
        measure_stopped(site)
    finally:
        print("\n".join(site.close()))
        site.remove()


if __name__ == "__main__":
    main()
