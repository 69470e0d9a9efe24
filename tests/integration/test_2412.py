# SPDX-License-Identifier: GPL-2.0-or-later
"""keepalived's issue 2412: a check that fails in changing ways shows and tells each of them."""

import time
from pathlib import Path
from typing import Callable, Iterator

import pytest

from expectations import (
    EXIT_0,
    EXIT_1,
    EXIT_2,
    KILLED,
    START_FAILED,
    TIMED_OUT,
    Result,
    expect_result,
    expect_times,
    expect_trap,
    kind_of,
)
from mib import State
from processes import replace_file
from snmp import Row
from testbed import Site

CHECK = "misc-2412"


class Misc:
    """The check, and what is expected of it as the test changes what it runs into."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.result = EXIT_0
        self.changes = 0
        self.first_event = 1

    def change(self, make: Callable[[], None], result: Result) -> Row:
        """Changes what the script meets and holds the next runs against it."""
        before, since = self.result, time.time()
        make()
        if result == before:
            self.site.wait_for_runs(CHECK, 2)
        else:
            self.changes += 1
            self.site.traps.wait_for(CHECK, self.changes)
        self.result = result
        row = self.site.wait_for(CHECK, {"checkRunState": 1, "checkLastStatus": result.status})
        self.expect_row(row, before, since)
        self.expect_traps(before)
        return row

    def expect_row(self, row: Row, before: Result, since: float) -> None:
        expect_result(row, self.result)
        assert row["checkState"] == self.result.state, row
        assert row["checkStatusChanges"] == self.changes, row
        assert row["checkLastEvent"] == self.changes, row
        if self.result != before:
            assert row["checkPreviousStatus"] == before.status, row
            expect_times(row, since)

    def expect_traps(self, before: Result) -> None:
        traps = self.site.traps.of(CHECK)
        assert len(traps) == self.changes, traps
        if self.result == before:
            return
        expect_trap(
            traps[-1],
            kind_of(before.state, self.result.state),
            CHECK,
            checkLastStatus=self.result.status,
            checkPreviousStatus=before.status,
            checkState=self.result.state,
            checkEventPreviousState=before.state,
            checkLastOutcome=self.result.outcome,
            checkDescription="a case of keepalived's",
            checkGroup="vrrp",
            checkStatusChanges=self.changes,
            checkEventNumber=self.changes,
            checkStateEpoch=self.site.client.scalar("checkStateEpoch"),
        )

    def expect_no_more(self) -> None:
        """Nothing else comes when nothing changes."""
        self.site.wait_for_runs(CHECK, 4)
        assert len(self.site.traps.of_checks) == self.changes


def start(site: Site, command: str, **keys: str) -> Misc:
    site.start(
        [
            {
                "name": CHECK,
                "description": "a case of keepalived's",
                "group": "vrrp",
                "command": command,
                "interval": "200ms",
                "timeout": "2s",
                **keys,
            }
        ]
    )
    site.wait_for(CHECK, {"checkLastStatus": 0, "checkState": State.OK})
    return Misc(site)


def keepalived_command(file: Path) -> str:
    return f"/bin/bash -c 'exit $(cat {file} 2>/dev/null || echo 2)'"


def test_each_change_of_the_file_is_shown_and_told_once(site: Site) -> None:
    file = site.folder / "status"
    file.write_text("0")
    misc = start(site, keepalived_command(file))
    for text, result in [("2", EXIT_2), ("1", EXIT_1), ("0", EXIT_0), ("1", EXIT_1)]:
        misc.change(lambda: replace_file(file, text), result)
    misc.change(file.unlink, EXIT_2)
    misc.change(lambda: replace_file(file, "2"), EXIT_2)
    misc.change(lambda: replace_file(file, "0"), EXIT_0)
    misc.expect_no_more()


def test_at_an_interval_of_a_second_a_change_shows_within_one_run(site: Site) -> None:
    file = site.folder / "status"
    file.write_text("0")
    misc = start(site, keepalived_command(file), interval="1s")
    for text, result in [("2", EXIT_2), ("1", EXIT_1), ("0", EXIT_0)]:
        began = time.monotonic()
        misc.change(lambda: replace_file(file, text), result)
        assert time.monotonic() - began < 3
    misc.expect_no_more()


def every_ordered_pair(names: list[str]) -> Iterator[str]:
    """A walk from the first name that takes each way from one to another exactly once."""
    for i, name in enumerate(names):
        for other in names[i + 1 :]:
            yield name
            yield other
    yield names[0]


def test_a_walk_takes_each_ordered_pair_once() -> None:
    names = list("abcdefg")
    walk = list(every_ordered_pair(names))
    steps = list(zip(walk, walk[1:]))
    assert sorted(steps) == sorted((a, b) for a in names for b in names if a != b)


@pytest.mark.slow
def test_every_change_among_codes_hang_kill_and_missing_interpreter(site: Site) -> None:
    file = site.folder / "status"
    normal = f"#!/bin/bash\nexit $(cat {file} 2>/dev/null || echo 2)\n"

    def code(text: str) -> Callable[[], None]:
        def make() -> None:
            replace_file(file, text)
            site.script("misc.sh", normal)

        return make

    def absent() -> None:
        file.unlink(missing_ok=True)
        site.script("misc.sh", normal)

    def script(text: str) -> Callable[[], None]:
        def make() -> None:
            site.script("misc.sh", text)

        return make

    conditions: dict[str, tuple[Callable[[], None], Result]] = {
        "0": (code("0"), EXIT_0),
        "1": (code("1"), EXIT_1),
        "2": (code("2"), EXIT_2),
        "absent": (absent, EXIT_2),
        "300 s": (script("#!/bin/bash\nsleep 300\n"), TIMED_OUT),
        "SIGKILL": (script("#!/bin/bash\nkill -KILL $$\n"), KILLED),
        "no interpreter": (script("#!/no/such/interpreter\n"), START_FAILED),
    }
    code("0")()
    misc = start(site, str(site.folder / "misc.sh"), timeout="1s")
    for name in list(every_ordered_pair(list(conditions)))[1:]:
        misc.change(*conditions[name])
    misc.expect_no_more()
