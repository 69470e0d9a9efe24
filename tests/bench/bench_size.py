#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""1,000, 10,000 and 100,000 checks, each once a minute: how late, how large, how much
written, how long a start and a reload take; and whether any cost grows faster than n log n.

One in twenty is a command; the others are probes of a tcp port on this host, each with an
address of its own, and where the build has them every other one is of type worker.
"""

import contextlib
import math
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

from bench import PROGRAMS, Cost, Report, Runs, at_most, both, is_quick, new_site, percentile
from bench import octets_written, resident_octets, say, stored
from listener import Listener, address
from processes import wait_until
from testbed import CHECKD, Config, Site

FULL_SIZES, QUICK_SIZES = (1000, 10000, 100000), (100, 1000)

COMMANDS_IN = 20  # one of so many is a command
CHANGED_IN = 100  # one of so many is changed by a reload
NAME_LEN, DESCRIPTION_LEN, COMMAND_LEN = 20, 30, 60

LATE = "SELECT last_lateness_ms FROM checks WHERE last_ran_epoch >= {}"

OUTPUT = "and what else a check of a disk prints, which are 60 octets!"

WORKER = f"""\
import sys
for line in sys.stdin:
    print(line.split()[0], 0, {OUTPUT!r}, flush=True)
"""


@dataclass(frozen=True)
class Mix:
    """What the checks are made of."""

    port: int
    program: Path  # of the commands; its name fills them up to COMMAND_LEN
    worker: Optional[Path]
    interval_s: int

    def check(self, number: int) -> Config:
        check: Config = {
            "name": f"{number:06}".rjust(NAME_LEN, "n"),
            "description": f"{number:06}".rjust(DESCRIPTION_LEN, "d"),
        }
        if number % COMMANDS_IN == 0:
            return {**check, "command": str(self.program)}
        if self.worker is not None and number % 2 == 0:
            return {**check, "type": "worker", "worker": "bench"}
        return {**check, "type": "tcp", "host": address(number), "port": self.port}

    def checks(self, count: int) -> list[Config]:
        return [self.check(number) for number in range(1, count + 1)]

    def sections(self) -> Config:
        """What is the same in each of its configurations."""
        sections: Config = {"defaults": {"interval": f"{self.interval_s}s"}}
        if self.worker is not None:
            sections["workers"] = [{"name": "bench", "argv": [sys.executable, str(self.worker)]}]
        return sections


def has_workers(folder: Path) -> bool:
    """Whether this build knows checks of type worker."""
    file = folder / "probe.yaml"
    file.write_text("{workers: [{name: bench, command: /bin/cat}], checks: []}\n")
    return subprocess.run([CHECKD, "-t", file], capture_output=True, check=False).returncode == 0


def new_mix(site: Site, interval_s: int) -> Mix:
    worker = site.script("worker.py", WORKER) if has_workers(site.folder) else None
    return Mix(site.take_port(), program_of(site.folder), worker, interval_s)


def program_of(folder: Path) -> Path:
    """A name for the program by which a command has its length."""
    program = folder / "x".rjust(COMMAND_LEN - len(str(folder)) - 1, "x")
    program.symlink_to(PROGRAMS / "bench_check")
    return program


@dataclass
class Sized:
    """What was measured at one size."""

    count: int
    first_run_s: float
    served_s: float
    resident: float  # octets a check, beyond an empty configuration
    cpu: float  # of both processes, seconds a second
    written: float  # octets a run, with the checkpoint of all of it
    late_p99: float
    reload_s: float
    reload_late: float


def measure_empty() -> int:
    with new_site() as site:
        checkd = site.start([], options=[])
        time.sleep(3)
        return sum(map(resident_octets, both(checkd)))


class Started:
    """checkd with so many checks, and how long it took to what."""

    def __init__(self, site: Site, mix: Mix, count: int) -> None:
        self.site = site
        self.count = count
        self._mix = mix
        listener = Listener(mix.port)
        listener.start()
        self.checkd = site.start(mix.checks(count), options=[], wait=False, **mix.sections())
        began = time.monotonic()
        wait_until(lambda: listener.first_at < math.inf, "a probe has come", 60, 0.002)
        self.first_run_s = listener.first_at - began
        wait_until(site.client.is_published, "the table is served", 60)
        self.served_s = time.monotonic() - began
        self.pids = both(self.checkd)
        self._database = self.checkd.config_file.with_suffix(".db")

    def wait_for_all(self) -> None:
        """Until each has run once, so that there is all that there ever will be."""
        patience = self._mix.interval_s + 60
        wait_until(
            lambda: self.site.client.scalar("checkNumberPending") == 0, "all ran", patience, 1
        )

    def lateness(self, since: float) -> list[float]:
        """Of each check's last run that ended after that moment, by the wall clock."""
        return [float(late) for late, in stored(self._database, LATE.format(math.ceil(since)))]

    def checkpoint(self) -> int:
        """Brings into the database what is in the WAL, which checkd does each thousand pages,
        whenever that is; returns the octets that this wrote."""
        before = octets_written(os.getpid())
        with contextlib.closing(sqlite3.connect(self._database, timeout=10)) as connection:

            def is_done() -> bool:
                (is_busy, pages, done), = connection.execute("PRAGMA wal_checkpoint")
                return not is_busy and done == pages

            wait_until(is_done, "the WAL is in the database", 10, 0.01)
        return octets_written(os.getpid()) - before

    def reload(self) -> float:
        """Changes one check in a hundred; returns how long the reload took, in seconds."""
        checks = self._mix.checks(self.count)
        for check in checks[::CHANGED_IN]:
            check["timeout"] = "9s"
        self.site.write_config(checks, **self._mix.sections())
        began = time.monotonic()
        self.checkd.send(signal.SIGHUP)
        wait_until(lambda: self.checkd.logged("configuration 2: ok"), "it is loaded", 60, 0.002)
        return time.monotonic() - began


def measure(count: int, empty: int, interval_s: int, seconds: int) -> Sized:
    with new_site() as site:
        started = Started(site, new_mix(site, interval_s), count)
        runs = Runs(site)
        started.wait_for_all()
        resident = sum(map(resident_octets, started.pids))
        started.checkpoint()
        before, begin, since = runs.change(), Cost.of(started.pids), time.time()
        time.sleep(seconds)
        after, end = runs.change(), Cost.of(started.pids)
        owed = started.checkpoint()
        late = started.lateness(since)
        since = time.time()
        reload_s = started.reload()
        time.sleep(5)
        reload_late = started.lateness(since)
    duration, count_of_runs = end.at - begin.at, after - before
    say(
        f"{count} checks: {count_of_runs / duration:.0f} runs/s, lateness max {max(late):g} ms,"
        f" {len(reload_late)} runs after the reload"
    )
    return Sized(
        count=count,
        first_run_s=started.first_run_s,
        served_s=started.served_s,
        resident=(resident - empty) / count,
        cpu=(end.cpu - begin.cpu) / duration,
        written=(end.written - begin.written + owed) / count_of_runs,
        late_p99=percentile(late, 0.99),
        reload_s=reload_s,
        reload_late=max(reload_late),
    )


def tell_largest(report: Report, size: Sized) -> None:
    title = f"{size.count:,} checks"
    report.value(f"lateness p99, {title}", size.late_p99, "ms", at_most(50))
    report.value(f"RSS a check, {title}", size.resident / 1024, "KiB", at_most(1.5))
    report.value(f"written a run, {title}", size.written / 1024, "KiB", at_most(1))
    report.value(f"start to first run, {title}", size.first_run_s, "s", at_most(2))
    report.value(f"start to a served table, {title}", size.served_s, "s")
    report.value(f"reload of 1 % changed, {title}", size.reload_s, "s", at_most(1))
    report.value(f"lateness max at that reload, {title}", size.reload_late, "ms", at_most(100))


def tell_growth(report: Report, sizes: list[Sized]) -> None:
    """From each size to the next, by what each whole cost grew, beside n log n."""
    for small, large in zip(sizes, sizes[1:]):
        bound = large.count * math.log(large.count) / (small.count * math.log(small.count))
        title = f"{small.count:,} to {large.count:,}"
        for name, cost in COSTS.items():
            pair = cost(large) / cost(small), bound
            report.pairs(f"{name}, {title}", "times", [pair], "n log n", at_most(1))


COSTS: dict[str, Callable[[Sized], float]] = {
    "CPU": lambda size: size.cpu,
    "RSS": lambda size: size.resident * size.count,
    "written": lambda size: size.written * size.count,
    "start": lambda size: size.first_run_s,
    "reload": lambda size: size.reload_s,
}


def main() -> None:
    quick = is_quick(__doc__)
    report = Report("size")
    empty = measure_empty()
    report.value("RSS of both processes, no checks", empty / 2**20, "MiB")
    counts, interval_s = (QUICK_SIZES, 10) if quick else (FULL_SIZES, 60)
    sizes = [
        measure(count, empty, interval_s, interval_s if count == counts[-1] else interval_s // 2)
        for count in counts
    ]
    for size in sizes:
        report.value(f"CPU of both, {size.count:,} checks", size.cpu * 1e2, "% of a core")
    tell_largest(report, sizes[-1])
    tell_growth(report, sizes)


if __name__ == "__main__":
    main()
