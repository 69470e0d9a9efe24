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

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

import mib  # noqa: E402
from processes import Process, process_status, wait_until  # noqa: E402
from testbed import Site  # noqa: E402

FLOOR = mib.ROOT[:-1] + (1,)
FOUR = ["checkName", "checkLastStatus", "checkLastRanEpoch", "checkState"]
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


def walk(site: Site, roots: list[mib.Oid], objects: int) -> float:
    """Walks one subtree after another and returns how many seconds it took."""
    began = time.monotonic()
    found = sum(
        site.client.run("snmpbulkwalk", "-Cc", "-Cr50", mib.dotted(root)).count(" = ")
        for root in roots
    )
    assert found == objects, (found, objects)
    return time.monotonic() - began


def compare(site: Site, title: str, columns: list[str], rows: int) -> None:
    """Walks columns of both tables in turns, so that what else goes on meets both."""
    ours = [mib.ENTRY + (mib.COLUMNS[name].number,) for name in columns]
    floor = [FLOOR + (number + 1,) for number in range(len(columns))]
    objects = len(columns) * rows
    tries = [(walk(site, ours, objects), walk(site, floor, objects)) for _ in range(TRIES)]
    ours_s, floor_s = (statistics.median(times) for times in zip(*tries))
    each = ours_s / objects * 1e6
    print(f"{title:24} {ours_s:7.2f} s {floor_s:7.2f} s {ours_s / floor_s:6.2f} {each:7.0f} us")


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
        floor = start_floor(site, len(FOUR), rows)
        print(f"{'walk':24} {'checkd':>9} {'floor':>9} {'ratio':>6} {'an object':>10}")
        compare(site, "a column of numbers", ["checkLastStatus"], rows)
        compare(site, "a column of texts", ["checkName"], rows)
        compare(site, "a column of ages", ["checkLastRanAge"], rows)
        compare(site, "four columns", FOUR, rows)
        publisher = checkd.publisher_pid
        assert publisher is not None
        floor.stop()
        print(f"checkd-snmp: {process_status(publisher)['VmRSS'].strip()}")
    finally:
        print("\n".join(site.close()))
        site.remove()


if __name__ == "__main__":
    main()
