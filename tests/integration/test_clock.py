# SPDX-License-Identifier: GPL-2.0-or-later
"""Steps of the wall clock change what is shown as time, and nothing else."""

import time

import pytest

from event_log import numbers_of, read_events
from faults import Shim
from processes import wait_until
from snmp import Row
from testbed import Checkd, Dial, Site
from transitions import flip

YEAR = 365 * 24 * 3600
STEPS = [10 * YEAR, -10 * YEAR]

# What must stay as it is while no result differs from the one before.
CONSTANT = (
    "checkState",
    "checkLastStatus",
    "checkPreviousStatus",
    "checkLastChangeEpoch",
    "checkStatusChanges",
    "checkStateChanges",
    "checkMissedRuns",
    "checkLastEvent",
    "checkCounterDiscontinuity",
    "checkStale",
)


@pytest.fixture
def shim(site: Site) -> Shim:
    """checkd, and it alone, has a clock that a test sets."""
    return Shim(site)


def start_changed(site: Site, dial: Dial) -> Checkd:
    """A check that has changed once, some time ago."""
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 1)
    wait_until(lambda: site.client.column("checkLastChangeAge", "web") >= 2, "two seconds")
    return checkd


def constant(row: Row) -> Row:
    return {name: row[name] for name in CONSTANT}


def expect_ages(row: Row, changed: float) -> None:
    """Ages are right, by a clock that has no steps."""
    assert 0 <= row["checkLastRanAge"] <= 2
    assert abs(row["checkLastChangeAge"] - (time.monotonic() - changed)) <= 2


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_the_clock_changes_shown_times_only(site: Site, shim: Shim, step: int) -> None:
    dial = site.dial("web")
    checkd = start_changed(site, dial)
    before = site.client.row("web")
    changed = time.monotonic() - before["checkLastChangeAge"]
    epoch = site.client.scalar("checkStateEpoch")
    runs = before["checkRuns"]
    shim.set_clock(step)
    began = time.monotonic()
    site.wait_for_runs("web", 12)
    taken = time.monotonic() - began
    after = site.client.row("web")
    assert 12 * 0.2 - 1 <= taken <= 12 * 0.2 + 3, "runs come when they are due"
    assert after["checkRuns"] >= runs + 12
    assert constant(after) == constant(before)
    assert abs(after["checkLastRanEpoch"] - (time.time() + step)) <= 3
    expect_ages(after, changed)
    assert site.client.scalar("checkStateEpoch") == epoch
    assert len(read_events(site.client)) == 1
    flip(checkd, dial, 2)
    site.traps.wait_for("web", 2)
    event = read_events(site.client)[-1]
    assert abs(event.epoch - (time.time() + step)) <= 5
    assert abs(event.held - (time.monotonic() - changed)) <= 3
    row = site.wait_for("web", {"checkStatusChanges": 2})
    assert abs(row["checkLastChangeEpoch"] - (time.time() + step)) <= 5
    assert numbers_of(site.traps.received) == [1, 2]


@pytest.mark.parametrize("how", ["kill", "terminate"])
@pytest.mark.parametrize("step", STEPS)
def test_ages_are_right_after_a_restart_with_another_clock(
    site: Site, shim: Shim, step: int, how: str
) -> None:
    """Times since the boot are stored beside those of the wall clock."""
    dial = site.dial("web")
    checkd = start_changed(site, dial)
    before = site.client.row("web")
    changed = time.monotonic() - before["checkLastChangeAge"]
    epoch = site.client.scalar("checkStateEpoch")
    if how == "kill":
        checkd.kill()
    else:
        assert checkd.stop() == 0
    shim.set_clock(step)
    checkd = site.start([dial.check()])
    wait_until(
        lambda: site.client.column("checkRuns", "web") >= before["checkRuns"] + 3, "it runs on"
    )
    after = site.client.row("web")
    assert constant(after) == constant(before)
    expect_ages(after, changed)
    assert site.client.scalar("checkStateEpoch") == epoch
    assert len(read_events(site.client)) == 1
    flip(checkd, dial, 2)
    site.traps.wait_for("web", 2)


def test_a_check_that_does_not_run_has_its_age_over_a_restart_with_another_clock(
    site: Site, shim: Shim
) -> None:
    dial = site.dial("web")
    checkd = start_changed(site, dial)
    before = site.client.row("web")
    ran = time.monotonic() - before["checkLastRanAge"]
    assert checkd.stop() == 0
    shim.set_clock(-10 * YEAR)
    site.start([dial.check(enabled=False)])
    after = site.client.row("web")
    assert abs(after["checkLastRanAge"] - (time.monotonic() - ran)) <= 2
    # As it was said then; later runs are dated by the other clock.
    assert abs(after["checkLastRanEpoch"] - before["checkLastRanEpoch"]) <= 3


def test_the_uptime_of_checkd_is_counted_by_no_wall_clock(site: Site, shim: Shim) -> None:
    site.start([site.dial("web").check()])
    shim.set_clock(10 * YEAR)
    site.wait_for_runs("web", 3)
    assert site.client.scalar("checkAgentUpTime") < 60 * 100
