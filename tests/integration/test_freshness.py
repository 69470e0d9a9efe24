# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of which no run finishes any more become stale, by the table and by a notification."""

import time

import pytest

import mib
from layers import (
    SELDOM,
    Gate,
    events_of,
    expect_nothing_more,
    kinds_told_of,
    reload,
    restart,
    wait_until_ok,
    wait_until_told,
)
from mib import Outcome, State, Truth
from processes import stays_true, wait_until
from testbed import Checkd, Config, Site

FRESH = {"fresh": "2s", "timeout": "1h", "group": "batch"}


class Hanger:
    """A check that is ok, and whose next run hangs until it is released."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.dial = site.dial("job")
        self.checks: list[Config] = [self.dial.check(**FRESH), site.dial("other").check()]
        self._gate = Gate(site, "gate")

    def hang(self, code: int = 0) -> Checkd:
        checkd = self.site.start(self.checks)
        wait_until_ok(self.site, "job")
        self.dial.turn(self._gate.then(f"exit {code}"))
        return checkd

    def release(self) -> None:
        self._gate.open()


@pytest.fixture
def hanger(site: Site) -> Hanger:
    return Hanger(site)


def stale_of_group(site: Site, group: str) -> int:
    oid = mib.GROUP_COLUMNS["checkGroupStale"].oid + mib.index_of(group)
    return site.client.get(oid).number


def expect_stale(site: Site, number: int) -> None:
    wait_until(lambda: site.client.scalar("checkNumberStale") == number, "the number of stale")
    assert stale_of_group(site, "batch") == number
    assert stale_of_group(site, "default") == 0


def test_a_check_that_hangs_becomes_stale_and_fresh_again(hanger: Hanger) -> None:
    site = hanger.site
    hanger.hang()
    trap = wait_until_told(site, "job", "checkBecameStale")
    assert (trap["checkLastStatus"], trap["checkState"]) == (0, State.OK)
    assert site.wait_for("job", {"checkStale": Truth.TRUE})["checkLastRanAge"] >= 2
    expect_stale(site, 1)
    hanger.release()
    wait_until_told(site, "job", "checkBecameStale", "checkBecameFresh")
    site.wait_for("job", {"checkStale": Truth.FALSE})
    expect_stale(site, 0)
    expect_nothing_more(site, "job", "checkBecameStale", "checkBecameFresh")


def test_the_run_that_ends_it_tells_its_result_as_well(hanger: Hanger) -> None:
    site = hanger.site
    hanger.hang(2)
    wait_until_told(site, "job", "checkBecameStale")
    hanger.release()
    wait_until_told(site, "job", "checkBecameStale", "checkBecameFresh", "checkFailed")


def test_a_check_stays_stale_over_a_death_until_a_run_finishes(hanger: Hanger) -> None:
    site = hanger.site
    checkd = hanger.hang()
    wait_until_told(site, "job", "checkBecameStale")
    restart(site, checkd, hanger.checks)
    assert site.client.column("checkStale", "job") == Truth.TRUE
    stays_true(lambda: site.client.column("checkStale", "job") == Truth.TRUE, "it is stale", 4)
    assert kinds_told_of(site, "job") == ["checkBecameStale"]
    hanger.release()
    wait_until_told(site, "job", "checkBecameStale", "checkBecameFresh")


def test_an_engine_that_was_held_up_makes_nothing_stale(site: Site) -> None:
    checkd = site.start([site.dial("job").check(**FRESH), site.dial("idle").check(fresh="3s")])
    wait_until_ok(site, "job", "idle")
    began = time.monotonic()
    checkd.pause()
    wait_until(lambda: time.monotonic() - began > 11, "11 s have passed")
    checkd.resume()
    wait_until(site.client.is_published, "the table is served again")
    site.wait_for("job", {"checkStale": Truth.FALSE})
    for name in ("job", "idle"):
        site.wait_for_runs(name, 5)
        assert events_of(site, name) == []


def test_a_stale_check_that_is_disabled_is_withdrawn(hanger: Hanger) -> None:
    site = hanger.site
    checkd = hanger.hang()
    wait_until_told(site, "job", "checkBecameStale")
    job, other = hanger.checks
    reload(site, checkd, [{**job, "enabled": False}, other])
    wait_until_told(site, "job", "checkBecameStale", "checkWithdrawn")
    expect_stale(site, 0)


def test_a_stale_member_makes_its_aggregate_stale(hanger: Hanger) -> None:
    site = hanger.site
    hanger.checks.append({"name": "all-jobs", "type": "aggregate", "all": ["job", "other"]})
    hanger.hang()
    wait_until_told(site, "job", "checkBecameStale")
    wait_until_told(site, "all-jobs", "checkBecameStale")
    hanger.release()
    wait_until_told(site, "job", "checkBecameStale", "checkBecameFresh")
    wait_until_told(site, "all-jobs", "checkBecameStale", "checkBecameFresh")


def test_a_check_that_never_finished_becomes_stale_too(site: Site) -> None:
    dial = site.dial("job")
    dial.turn("exec sleep 1000")
    site.start([dial.check(**FRESH)])
    trap = wait_until_told(site, "job", "checkBecameStale")
    assert (trap["checkLastOutcome"], trap["checkState"]) == (Outcome.NEVER, State.PENDING)


def test_nobody_waits_for_a_parent_that_hangs(site: Site) -> None:
    router, web = site.dial("router"), site.dial("web")
    checks = [router.check(**FRESH), web.check(depends=["router"])]
    site.start(checks)
    wait_until_ok(site, "router", "web")
    router.turn("exec sleep 1000")
    web.turn("exit 2")
    wait_until_told(site, "router", "checkBecameStale")
    wait_until_told(site, "web", "checkFailed")


def test_of_a_silent_check_nobody_is_told(site: Site) -> None:
    dial = site.dial("job")
    dial.turn("exec sleep 1000")
    site.start([dial.check(notify="none", **FRESH), site.dial("other").check(interval=SELDOM)])
    site.wait_for("job", {"checkStale": Truth.TRUE})
    wait_until(lambda: events_of(site, "job"), "it is in the log")
    assert kinds_told_of(site, "job") == []
