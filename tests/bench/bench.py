# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benches share: figures and how they are told, what processes cost, a site.

A bench is a program that prints its figures to stdout, one JSON object a line; what it says
to people meanwhile goes to stderr. suite.py runs them all and makes the table of it.
"""

import argparse
import contextlib
import json
import math
import os
import sqlite3
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Iterable, Iterator, Optional, Sequence

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

import mib  # noqa: E402
from ask import Asker  # noqa: E402
from processes import process_status, wait_until  # noqa: E402
from testbed import BUILD, Checkd, Site  # noqa: E402

PROGRAMS = BUILD / "tests" / "bench"

# In /proc and in the number of a process's clock: see clock_getcpuclockid(3).
CLOCK_OF_PROCESS = 2


@dataclass(frozen=True)
class Goal:
    """What a figure, or its ratio where it has one, must be."""

    is_least: bool
    value: float

    def is_reached(self, value: float) -> bool:
        return value >= self.value if self.is_least else value <= self.value


def at_least(value: float) -> Goal:
    return Goal(True, value)


def at_most(value: float) -> Goal:
    return Goal(False, value)


@dataclass(frozen=True)
class Figure:
    """One line of the table: ours, what it is beside, and whether that is good enough."""

    bench: str
    figure: str
    value: float
    unit: str
    beside: str = ""
    beside_value: Optional[float] = None
    ratio: Optional[float] = None
    low: Optional[float] = None
    high: Optional[float] = None
    goal: str = ""
    is_reached: Optional[bool] = None


class Report:
    """The figures of one bench, told as they come."""

    def __init__(self, bench: str) -> None:
        self._bench = bench

    def _tell(self, figure: Figure) -> None:
        print(json.dumps({k: v for k, v in asdict(figure).items() if v is not None}), flush=True)

    def value(
        self, figure: str, value: float, unit: str, goal: Optional[Goal] = None
    ) -> None:
        """A figure that stands by itself."""
        self._tell(
            Figure(
                self._bench,
                figure,
                value,
                unit,
                goal=_goal_text(goal),
                is_reached=goal.is_reached(value) if goal else None,
            )
        )

    def pairs(
        self,
        figure: str,
        unit: str,
        pairs: Sequence[tuple[float, float]],
        beside: str,
        goal: Optional[Goal] = None,
    ) -> float:
        """Ours and another's, measured in turns. The median of the ratios is judged."""
        ratios = sorted(ours / other for ours, other in pairs)
        ratio = statistics.median(ratios)
        ours, others = zip(*pairs)
        self._tell(
            Figure(
                self._bench,
                figure,
                statistics.median(ours),
                unit,
                beside=beside,
                beside_value=statistics.median(others),
                ratio=ratio,
                low=ratios[0],
                high=ratios[-1],
                goal=_goal_text(goal),
                is_reached=goal.is_reached(ratio) if goal else None,
            )
        )
        return ratio


def _goal_text(goal: Optional[Goal]) -> str:
    if goal is None:
        return ""
    return f"{'>=' if goal.is_least else '<='} {goal.value:.4g}"


def say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def is_quick(description: Optional[str]) -> bool:
    """The one option of every bench: whether a short run, which proves little, is wanted."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a short run, to try it")
    return bool(parser.parse_args().quick)


def percentile(values: Iterable[float], share: float) -> float:
    """The least of the values that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def cpu_seconds(pid: int) -> float:
    """Of all threads of a process, to the nanosecond, and without its children."""
    return time.clock_gettime(~pid << 3 | CLOCK_OF_PROCESS)


def octets_written(pid: int) -> int:
    """To files: what the process made the system write to a disk, or will."""
    for line in Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines():
        name, value = line.split(": ")
        if name == "write_bytes":
            return int(value)
    raise AssertionError("no write_bytes")


def resident_octets(pid: int) -> int:
    return int(process_status(pid)["VmRSS"].split()[0]) * 1024


class Stolen:
    """How much of the processors the machine's host kept for itself since then."""

    def __init__(self) -> None:
        self._begin = self._ticks()

    @staticmethod
    def _ticks() -> list[int]:
        return [int(word) for word in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]

    def share(self) -> float:
        spent = [end - begin for begin, end in zip(self._begin, self._ticks())]
        return spent[-1] / max(sum(spent), 1)


def wakeups(pid: int) -> dict[str, int]:
    """How often each thread went to sleep of its own will, by its name and number."""
    counts = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        status = dict(
            line.split(":\t", 1) for line in (task / "status").read_text().splitlines()
        )
        counts[f"{status['Name']}/{task.name}"] = int(status["voluntary_ctxt_switches"])
    return counts


def both(checkd: Checkd) -> tuple[int, int]:
    """The processes of the engine and of the publisher."""
    publisher = checkd.publisher_pid
    assert publisher is not None, "there is no publisher"
    return checkd.pid, publisher


@dataclass(frozen=True)
class Cost:
    """What some processes together have cost so far, at one moment."""

    at: float
    cpu: float
    written: int

    @staticmethod
    def of(pids: Sequence[int]) -> "Cost":
        return Cost(
            time.monotonic(), sum(map(cpu_seconds, pids)), sum(map(octets_written, pids))
        )


@contextlib.contextmanager
def new_site() -> Iterator[Site]:
    """A folder, ports and a running snmpd, all of which are gone afterwards."""
    site = Site()
    try:
        site.master.start()
        yield site
    finally:
        for fault in site.close():
            say(fault)
        site.remove()


def stop(site: Site, checkd: Checkd) -> None:
    """Ends checkd before its site does, so that another may take its place."""
    checkd.stop(patience=60)
    wait_until(lambda: not site.client.is_published(), "the table has gone", 60)


class Runs:
    """checkAgentRuns, which is told once a second: read as it changes, it is exact."""

    # Between two changes nobody is asked, so that the asking costs nothing.
    CALM = 0.9

    def __init__(self, site: Site) -> None:
        self._asker = Asker(site.client.address)
        self._oid = mib.scalar_oid("checkAgentRuns")
        self._changed = 0.0

    def now(self) -> int:
        return self._asker.get(self._oid)

    def change(self) -> int:
        """Waits for its next change and returns what it is then."""
        time.sleep(max(0.0, self._changed + self.CALM - time.monotonic()))
        before = self.now()
        while (now := self.now()) == before:
            time.sleep(0.005)
        self._changed = time.monotonic()
        return now


def stored(file: Path, question: str) -> list[tuple[float, ...]]:
    """What the database of a running checkd has."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(question).fetchall()
    finally:
        connection.close()


def sync_times(folder: Path, count: int) -> list[float]:
    """How long fdatasync takes after a page more of a file, each time, in milliseconds."""
    file = folder / "sync"
    times = []
    page = os.urandom(4096)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for number in range(count):
            os.pwrite(descriptor, page, number % 256 * len(page))
            began = time.monotonic()
            os.fdatasync(descriptor)
            times.append((time.monotonic() - began) * 1e3)
    finally:
        os.close(descriptor)
        file.unlink()
    return times
