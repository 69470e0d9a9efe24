#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long walks of one column of 100,000 rows take: standalone beside a bare net-snmp
handler over a constant array, through snmpd beside a subagent that has the same; and 1,000
entries beside those of snmpd's own extend.

Each pair is read by net-snmp's snmpbulkwalk, 50 rows a request. Through snmpd it is done once
with all processes on one core, where each can only wait for the others, and once on all.
The rows are passive checks, so that nothing else goes on.
"""

import os
import time

from bench import PROGRAMS, Report, at_most, cpu_seconds, is_quick, new_site, say

import mib
from processes import Process, wait_until
from snmp import Client
from standalone import READABLE
from testbed import Checkd, Config, Site

FLOOR = mib.ROOT[:-1] + (1,)
COLUMN = mib.COLUMNS["checkLastStatus"].oid

# net-snmp's own table of outputs: nsExtendResult.
EXTENDED = (1, 3, 6, 1, 4, 1, 8072, 1, 3, 2, 3, 1, 4)
CACHED_S = 5.0


CORES = sorted(os.sched_getaffinity(0))


def walk(client: Client, root: mib.Oid, count: int) -> float:
    """Returns how many seconds it took."""
    began = time.monotonic()
    text = client.run("snmpbulkwalk", "-Cc", "-Cr50", mib.dotted(root), timeout=20)
    took = time.monotonic() - began
    found = text.count(" = ")
    assert found == count, (found, count)
    return took


def passive(count: int) -> list[Config]:
    return [
        {"name": f"{number:06}".rjust(20, "n"), "type": "passive"}
        for number in range(1, count + 1)
    ]


def start(site: Site, client: Client, count: int, **snmp: object) -> Checkd:
    checkd = site.start(passive(count), options=[], wait=False, snmp=snmp)
    wait_until(client.is_published, "the table is served", 120)
    wait_until(lambda: client.scalar("checkNumber") == count, "it has all rows", 60)
    return checkd


def start_floor(site: Site, client: Client, mode: str, address: str, count: int) -> Process:
    folder = site.folder / "floor"
    folder.mkdir()
    (folder / "floor_agent.conf").write_text(READABLE)
    environment = {
        **site.environment,
        "MIBS": "",
        "SNMPCONFPATH": str(folder),
        "SNMP_PERSISTENT_DIR": str(folder),
    }
    argv = [str(PROGRAMS / "floor_agent"), mode, address, "4", str(count)]
    floor = Process(argv, site.folder, environment)
    wait_until(lambda: client.get_next(FLOOR)[0][: len(FLOOR)] == FLOOR, "the floor is served")
    return floor


def compare_standalone(report: Report, count: int, tries: int) -> None:
    with new_site() as site:
        ports = site.take_port(), site.take_port()
        ours, bare = (Client(port, site.folder, []) for port in ports)
        config = site.folder / "standalone.conf"
        config.write_text(READABLE)
        checkd = start(
            site, ours, count, mode="standalone", listen=[ours.address], config=str(config)
        )
        floor = start_floor(site, bare, "ports", bare.address, count)
        pids = checkd.publisher_pid, floor.pid
        times, costs = [], []
        for _ in range(tries):
            before = [cpu_seconds(pid) for pid in pids]
            times.append((walk(ours, COLUMN, count), walk(bare, FLOOR + (1,), count)))
            costs.append(tuple(cpu_seconds(pid) - cpu for pid, cpu in zip(pids, before)))
            say(f"standalone {times[-1][0]:.2f} s, floor {times[-1][1]:.2f} s")
        floor.stop()
    beside = "bare handler over an array"
    report.pairs(f"standalone walk, {count:,} rows", "s", times, beside, at_most(1.3))
    report.pairs("CPU of the agent in it", "s", costs, beside)


def confine(pids: list[int], cores: list[int]) -> None:
    """This process, and so what it starts from now on, with these."""
    for pid in (0, *pids):
        os.sched_setaffinity(pid, cores)


def compare_agentx(report: Report, count: int, tries: int) -> None:
    with new_site() as site:
        client = site.client
        checkd = start(site, client, count)
        floor = start_floor(site, client, "agentx", site.master.address, count)
        pids = [checkd.pid, checkd.publisher_pid, floor.pid, site.master.process.pid]
        for title, cores, goal in (("one core", CORES[:1], 1.1), ("all cores", CORES, 0.5)):
            confine(pids, cores)
            times = []
            for _ in range(tries):
                times.append((walk(client, COLUMN, count), walk(client, FLOOR + (1,), count)))
                say(f"AgentX, {title}: {times[-1][0]:.2f} s, floor {times[-1][1]:.2f} s")
            report.pairs(
                f"AgentX walk, {count:,} rows, {title}", "s", times, "bare subagent", at_most(goal)
            )
        floor.stop()


def compare_extend(report: Report, count: int, tries: int) -> None:
    """Polls of all entries, each later than snmpd keeps what it has run."""
    with new_site() as site:
        with (site.folder / "snmpd.conf").open("a") as config:
            config.writelines(f"extend e{number:04} /bin/true\n" for number in range(count))
        site.master.restart()
        checks = [
            {"name": f"e{number:04}", "command": "/bin/true", "interval": "60s"}
            for number in range(count)
        ]
        site.start(checks, options=[])
        wait_until(lambda: site.client.scalar("checkNumberPending") == 0, "all ran", 90, 1)
        times = []
        for _ in range(tries):
            time.sleep(CACHED_S + 0.1)
            theirs = walk(site.client, EXTENDED, count)
            times.append((walk(site.client, COLUMN, count), theirs))
            say(f"{count} entries: checkd {times[-1][0]:.3f} s, extend {theirs:.3f} s")
    report.pairs(
        f"one column, {count:,} checks", "s", times, "snmpd's extend", at_most(0.1)
    )


def main() -> None:
    quick = is_quick(__doc__)
    report = Report("reading")
    count, tries = (5000, 2) if quick else (100000, 5)
    compare_standalone(report, count, tries)
    compare_agentx(report, count, tries)
    compare_extend(report, 200 if quick else 1000, tries)


if __name__ == "__main__":
    main()
