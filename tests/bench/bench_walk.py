#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a walk of the table takes through snmpd, beside the least it could take.

The floor is an AgentX subagent that computes its values. Times differ from machine to
machine; the ratio is what to look at. To run it:

    meson setup --buildtype release build-bench && meson compile -C build-bench
    CHECKD_BUILD=build-bench /usr/bin/python3 tests/bench/bench_walk.py [--rows 10000]
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

import mib  # noqa: E402
from processes import Process, process_status, wait_until  # noqa: E402
from testbed import Site  # noqa: E402

FLOOR = mib.ROOT[:-1] + (1,)
TRIES = 5


def build_floor(site: Site) -> Path:
    program = site.folder / "floor_agent"
    source = Path(__file__).with_name("floor_agent.c")
    subprocess.run(
        ["cc", "-O2", "-o", str(program), str(source), "-lnetsnmpagent", "-lnetsnmp"], check=True
    )
    return program


def start_floor(site: Site, columns: int, rows: int) -> Process:
    environment = {**site.environment, "MIBS": "", "SNMPCONFPATH": str(site.folder / "none")}
    argv = [str(build_floor(site)), site.master.address, str(columns), str(rows)]
    process = Process(argv, site.folder, environment)
    wait_until(
        lambda: site.client.get_next(FLOOR)[0][: len(FLOOR)] == FLOOR, "the floor is served"
    )
    return process


def walk(site: Site, columns: list[mib.Oid]) -> Callable[[], int]:
    """A walk of some columns side by side, as a poller reads a table; returns its objects."""

    def run() -> int:
        # snmpbulkwalk takes one OID, so several columns are as many walks; pollers that
        # ask for several columns in one request are faster than that.
        return sum(
            site.client.run("snmpbulkwalk", "-Cc", "-Cr50", mib.dotted(column)).count(" = ")
            for column in columns
        )

    return run


def measure(run: Callable[[], int], objects: int) -> float:
    """The median of some tries, in seconds."""
    times = []
    for _ in range(TRIES):
        began = time.monotonic()
        found = run()
        times.append(time.monotonic() - began)
        assert found == objects, (found, objects)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10000)
    rows = parser.parse_args().rows
    site = Site()
    try:
        site.master.start()
        names = [f"c{number:05}" for number in range(rows)]
        checks = [{"name": name, "command": "/bin/true", "interval": "1d"} for name in names]
        checkd = site.start(checks, options=[])
        wait_until(lambda: site.client.scalar("checkNumber") == rows, "all rows are there")
        wait_until(lambda: site.client.scalar("checkNumberOk") == rows, "all have run", 90, 1)
        start_floor(site, len(mib.COLUMNS), rows)
        print(f"{'walk':24} {'checkd':>9} {'floor':>9} {'ratio':>6}")
        for title, columns in [
            ("one column of numbers", ["checkLastStatus"]),
            ("one column of texts", ["checkLastOutput"]),
            ("four columns", ["checkName", "checkLastStatus", "checkLastRanEpoch", "checkState"]),
            ("all columns", list(mib.COLUMNS)),
        ]:
            ours = [mib.ENTRY + (mib.COLUMNS[name].number,) for name in columns]
            floor = [FLOOR + (number + 1,) for number in range(len(columns))]
            objects = len(columns) * rows
            time_ours = measure(walk(site, ours), objects)
            time_floor = measure(walk(site, floor), objects)
            print(
                f"{title:24} {time_ours:7.2f} s {time_floor:7.2f} s {time_ours / time_floor:6.2f}"
            )
        publisher = checkd.publisher_pid
        assert publisher is not None
        print(f"checkd-snmp: {process_status(publisher)['VmRSS'].strip()}")
    finally:
        print("\n".join(site.close()))
        site.remove()


if __name__ == "__main__":
    main()
