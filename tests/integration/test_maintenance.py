# SPDX-License-Identifier: GPL-2.0-or-later
"""Maintenance: checks run on, nothing is told, and what differs is told when it is over."""

import time
from typing import Any

import pytest

from faults import Shim
from layers import (
    SELDOM,
    events_of,
    expect_nothing_more,
    expect_suppressed,
    kinds_of,
    kinds_told_of,
    reload,
    restart,
    settle,
    wait_until_ok,
    wait_until_told,
)
from mib import AdminState, EventKind, State, Suppression
from processes import wait_until
from testbed import Checkd, Config, Dial, Site

# Half an hour off, so that it is not the local time of whoever runs the tests.
ZONE, OFFSET_S = "TEST-5:30", 5 * 3600 + 1800

# The shortest there is.
WINDOW_S = 60


class Calendar:
    """One window, and a clock that is set before it, into it and behind it."""

    def __init__(self, site: Site) -> None:
        self._shim = Shim(site)
        site.environment["TZ"] = ZONE
        self._begin = (int(time.time()) // 60 + 120) * 60

    @property
    def section(self) -> dict[str, Any]:
        return {"maintenance": [{"when": self.window, "checks": ["web"], "reason": "new disk"}]}

    @property
    def window(self) -> str:
        begin, end = (
            time.strftime("%Y-%m-%d %H:%M", time.gmtime(moment + OFFSET_S))
            for moment in (self._begin, self._begin + WINDOW_S)
        )
        return f"{begin} - {end}"

    def _go_to(self, moment: float) -> None:
        self._shim.set_clock(int(moment - time.time()))

    def go_before(self) -> None:
        """Two seconds before its begin: it opens by itself."""
        self._go_to(self._begin - 2)

    def go_inside(self) -> None:
        self._go_to(self._begin + 5)

    def go_near_the_end(self) -> None:
        """Two seconds before its end: it closes by itself."""
        self._go_to(self._begin + WINDOW_S - 2)

    def go_behind(self) -> None:
        self._go_to(self._begin + WINDOW_S + 5)


@pytest.fixture
def calendar(site: Site) -> Calendar:
    return Calendar(site)


def enter(site: Site, calendar: Calendar) -> None:
    calendar.go_inside()
    site.wait_for(
        "web",
        {
            "checkAdminState": AdminState.MAINTENANCE,
            "checkSuppression": Suppression.MAINTENANCE,
        },
    )


def turn(site: Site, dial: Dial, code: int) -> None:
    dial.turn(f"exit {code}")
    site.wait_for(dial.name, {"checkLastStatus": code})


def begin(site: Site, calendar: Calendar, **keys: Any) -> tuple[Checkd, Dial, list[Config]]:
    dial = site.dial("web")
    checks = [dial.check(**keys)]
    checkd = site.start(checks, **calendar.section)
    wait_until_ok(site, "web")
    return checkd, dial, checks


def test_a_window_opens_and_closes_by_itself(site: Site, calendar: Calendar) -> None:
    checkd, dial, _ = begin(site, calendar)
    assert site.client.column("checkAdminState", "web") == AdminState.ENABLED
    calendar.go_before()
    site.wait_for("web", {"checkAdminState": AdminState.MAINTENANCE})
    assert checkd.logged("maintenance .* has begun: new disk"), checkd.output
    turn(site, dial, 2)
    turn(site, dial, 1)
    calendar.go_near_the_end()
    site.wait_for("web", {"checkAdminState": AdminState.ENABLED})
    assert checkd.logged("maintenance .* is over: new disk"), checkd.output
    trap = wait_until_told(site, "web", "checkFailed")
    assert (trap["checkLastStatus"], trap["checkState"]) == (1, State.WARNING)
    expect_nothing_more(site, "web", "checkFailed")
    *before, last = events_of(site, "web")
    assert kinds_of(before) == [EventKind.FAILED, EventKind.CHANGED]
    expect_suppressed(before, Suppression.MAINTENANCE)


def test_nothing_is_told_of_what_is_as_it_was(site: Site, calendar: Calendar) -> None:
    _, dial, _ = begin(site, calendar)
    enter(site, calendar)
    turn(site, dial, 2)
    turn(site, dial, 0)
    calendar.go_behind()
    site.wait_for("web", {"checkSuppression": Suppression.NONE})
    expect_nothing_more(site, "web")


def test_an_alarm_that_ended_meanwhile_is_recovered_from(site: Site, calendar: Calendar) -> None:
    _, dial, _ = begin(site, calendar)
    turn(site, dial, 2)
    wait_until_told(site, "web", "checkFailed")
    enter(site, calendar)
    turn(site, dial, 0)
    settle(site)
    assert kinds_told_of(site, "web") == ["checkFailed"]
    calendar.go_behind()
    wait_until_told(site, "web", "checkFailed", "checkRecovered")
    expect_nothing_more(site, "web", "checkFailed", "checkRecovered")


@pytest.mark.parametrize("is_over", [True, False])
@pytest.mark.parametrize("code", [0, 2])
def test_a_death_in_a_window_loses_and_repeats_nothing(
    site: Site, calendar: Calendar, code: int, is_over: bool
) -> None:
    checkd, dial, checks = begin(site, calendar)
    enter(site, calendar)
    turn(site, dial, 2)
    turn(site, dial, code)
    expected = ["checkFailed"] if code != 0 else []
    if is_over:
        checkd.kill()
        calendar.go_behind()
        site.start(checks, **calendar.section)
    else:
        restart(site, checkd, checks, **calendar.section)
        site.wait_for("web", {"checkAdminState": AdminState.MAINTENANCE})
        expect_nothing_more(site, "web")
        calendar.go_behind()
    site.wait_for("web", {"checkSuppression": Suppression.NONE})
    if expected:
        wait_until_told(site, "web", *expected)
    expect_nothing_more(site, "web", *expected)


def test_a_reload_begins_and_ends_one(site: Site, calendar: Calendar) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    wait_until_ok(site, "web")
    calendar.go_inside()
    reload(site, checkd, [dial.check()], **calendar.section)
    site.wait_for("web", {"checkAdminState": AdminState.MAINTENANCE})
    turn(site, dial, 2)
    reload(site, checkd, [dial.check()])
    site.wait_for("web", {"checkAdminState": AdminState.ENABLED})
    wait_until_told(site, "web", "checkFailed")


def test_when_it_is_over_the_parent_is_looked_at_before_trouble_is_told(
    site: Site, calendar: Calendar
) -> None:
    router, dial = site.dial("router"), site.dial("web")
    web = dial.check(depends=["router"])
    checkd = site.start([router.check(), web], **calendar.section)
    wait_until_ok(site, "router", "web")
    reload(site, checkd, [router.check(interval=SELDOM), web], **calendar.section)
    wait_until(lambda: site.client.scalar("checkConfigGeneration") == 2, "it is in use")
    enter(site, calendar)
    turn(site, dial, 2)
    router.turn("exit 2")
    calendar.go_behind()
    wait_until_told(site, "router", "checkFailed")
    site.wait_for("web", {"checkSuppression": Suppression.DEPENDENCY})
    expect_nothing_more(site, "web")


def test_a_dependant_of_what_is_in_maintenance_is_silent_while_that_fails(
    site: Site, calendar: Calendar
) -> None:
    dial, page = site.dial("web"), site.dial("page")
    site.start([dial.check(), page.check(depends=["web"])], **calendar.section)
    wait_until_ok(site, "web", "page")
    enter(site, calendar)
    turn(site, dial, 2)
    turn(site, page, 2)
    site.wait_for("page", {"checkSuppression": Suppression.DEPENDENCY})
    expect_nothing_more(site, "page")


def test_flapping_that_ended_in_a_window_is_told_to_have_ended(
    site: Site, calendar: Calendar
) -> None:
    _, dial, _ = begin(site, calendar, flapping_start=50, flapping_stop=25, interval="100ms")
    memory = site.folder / "memory"
    dial.turn(f"if rm {memory} 2>/dev/null; then exit 0; fi; >{memory}; exit 2")
    wait_until(lambda: site.traps.of_kind("checkFlappingStarted"), "it flaps")
    enter(site, calendar)
    dial.turn("exit 0")
    site.wait_for("web", {"checkFlapping": 2})
    settle(site)
    assert not site.traps.of_kind("checkFlappingStopped")
    calendar.go_behind()
    wait_until(lambda: site.traps.of_kind("checkFlappingStopped"), "its end is told")
    expect_nothing_more(site, "web", *kinds_told_of(site, "web"))
    assert kinds_told_of(site, "web")[-1] == "checkFlappingStopped"
