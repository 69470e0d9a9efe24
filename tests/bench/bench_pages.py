#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long the state of many checks takes to read by pages, beside a walk of the columns.

Both read the same ten values of each check through snmpd, by net-snmp's tools. Times differ
from machine to machine; the ratio is what to look at. To run it:

    meson setup --buildtype release build-bench && meson compile -C build-bench
    CHECKD_BUILD=build-bench /usr/bin/python3 tests/bench/bench_pages.py [--rows 10000]
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

import mib  # noqa: E402
from processes import process_status, wait_until  # noqa: E402
from testbed import Site  # noqa: E402

TRIES = 5


def by_pages(site: Site, rows: int) -> float:
    """Reads all pages and their JSON; returns how many seconds it took."""
    began = time.monotonic()
    found = sum(len(page) for page in site.client.pages().values())
    seconds = time.monotonic() - began
    assert found == rows, (found, rows)
    return seconds


def by_columns(site: Site, columns: list[str], rows: int) -> float:
    began = time.monotonic()
    for name in columns:
        root = mib.dotted(mib.COLUMNS[name].oid)
        found = site.client.run("snmpbulkwalk", "-Cc", "-Cr50", root).count(" = ")
        assert found == rows, (found, rows)
    return time.monotonic() - began


def compare(site: Site, title: str, columns: list[str], rows: int) -> None:
    """Reads in turns, so that what else goes on meets both."""
    tries = [(by_pages(site, rows), by_columns(site, columns, rows)) for _ in range(TRIES)]
    pages_s, columns_s = (statistics.median(times) for times in zip(*tries))
    print(f"{title:24} {pages_s:7.3f} s {columns_s:7.3f} s {columns_s / pages_s:6.1f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10000)
    rows = parser.parse_args().rows
    site = Site()
    try:
        site.master.start()
        names = [f"host{number:05}/service-{number % 7}" for number in range(rows)]
        checks = [{"name": name, "type": "passive", "fresh": "1d"} for name in names]
        checkd = site.start(checks, options=[], wait=False)
        wait_until(site.client.is_published, "the table is served", 60)
        wait_until(lambda: site.client.scalar("checkNumber") == rows, "all rows are there", 60)
        members = list(mib.PAGE_MEMBERS.values())
        pages = site.client.scalar("checkPages")
        print(f"{rows} checks on {pages} pages")
        print(f"{'values':24} {'pages':>9} {'columns':>9} {'ratio':>6}")
        compare(site, "all that is on a page", members, rows)
        compare(site, "status alone", ["checkLastStatus"], rows)
        publisher = checkd.publisher_pid
        assert publisher is not None
        print(f"checkd-snmp: {process_status(publisher)['VmRSS'].strip()}")
    finally:
        print("\n".join(site.close()))
        site.remove()


if __name__ == "__main__":
    main()
