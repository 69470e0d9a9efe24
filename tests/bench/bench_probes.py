#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""20,000 tcp probes each 10 s by checkd on one core, each of an address of its own: how late
they start and what one costs, beside check_tcp of the monitoring plugins, a process each.
"""

import os
import time
from pathlib import Path
from typing import Callable

from bench import Report, Runs, at_most, cpu_seconds, is_quick, new_site, percentile, say, stored
from listener import Listener, address
from processes import wait_until
from testbed import CHECKD, Config

PLUGIN = Path("/usr/lib/nagios/plugins/check_tcp")
INTERVAL_S = 10

LATE = "SELECT last_lateness_ms FROM checks"

Maker = Callable[[int, int], Config]


def probe(number: int, port: int) -> Config:
    return {"name": f"p{number:05}", "type": "tcp", "host": address(number), "port": port}


def plugin(number: int, port: int) -> Config:
    return {"name": f"c{number:05}", "command": f"{PLUGIN} -H {address(number)} -p {port}"}


def children_cpu(pid: int) -> float:
    """Of the children that are reaped, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")


def measure(make: Maker, count: int, seconds: float) -> tuple[list[float], float]:
    """Returns each one's last lateness, and CPU a run with the process that it is, if any."""
    core = str(min(os.sched_getaffinity(0)))
    with new_site() as site:
        port = site.take_port()
        Listener(port).start()
        checkd = site.start(
            [make(number, port) for number in range(1, count + 1)],
            options=[],
            program=["taskset", "-c", core, str(CHECKD)],
            defaults={"interval": f"{INTERVAL_S}s"},
        )
        wait_until(lambda: site.client.scalar("checkNumberPending") == 0, "all have run", 60, 1)
        runs = Runs(site)
        before, cpu = runs.change(), cpu_seconds(checkd.pid) + children_cpu(checkd.pid)
        time.sleep(seconds)
        count_of_runs = runs.change() - before
        cpu = cpu_seconds(checkd.pid) + children_cpu(checkd.pid) - cpu
        late = [row[0] for row in stored(checkd.config_file.with_suffix(".db"), LATE)]
        failures = stored(
            checkd.config_file.with_suffix(".db"), "SELECT sum(last_status != 0) FROM checks"
        )
    say(f"{count_of_runs} runs, {failures[0][0]} failed")
    return late, cpu / count_of_runs


def main() -> None:
    quick = is_quick(__doc__)
    report = Report("probes")
    probes, plugins, seconds = (2000, 200, 10) if quick else (20000, 2000, 20)
    late, cost = measure(probe, probes, seconds)
    _, plugin_cost = measure(plugin, plugins, seconds)
    report.value(f"lateness p99, {probes:,} on one core", percentile(late, 0.99), "ms", at_most(50))
    report.pairs("CPU a probe", "us", [(cost * 1e6, plugin_cost * 1e6)], "check_tcp")


if __name__ == "__main__":
    main()
