#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long the state of many checks takes to read by pages, beside a walk of the columns: of
all ten values that a page has, and of one. Both are read through snmpd, by net-snmp's tools.
"""

import time

from bench import Report, is_quick, new_site, say

import mib
from processes import wait_until
from testbed import Site


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


def main() -> None:
    quick = is_quick(__doc__)
    report = Report("pages")
    rows, tries = (1000, 2) if quick else (10000, 5)
    names = [f"host{number:05}/service-{number % 7}" for number in range(rows)]
    checks = [{"name": name, "type": "passive", "fresh": "1d"} for name in names]
    with new_site() as site:
        site.start(checks, options=[], wait=False)
        wait_until(site.client.is_published, "the table is served", 60)
        wait_until(lambda: site.client.scalar("checkNumber") == rows, "all rows are there", 60)
        say(f"{rows} checks on {site.client.scalar('checkPages')} pages")
        for columns in (list(mib.PAGE_MEMBERS.values()), ["checkLastStatus"]):
            times = [
                (by_pages(site, rows), by_columns(site, columns, rows)) for _ in range(tries)
            ]
            report.pairs(f"{rows:,} checks by pages", "s", times, f"walk of {len(columns)} columns")


if __name__ == "__main__":
    main()
