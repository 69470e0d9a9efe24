# SPDX-License-Identifier: GPL-2.0-or-later
"""A check that flaps is told of when it begins and when it ends, and not in between."""

from typing import Any

import pytest

from layers import (
    events_of,
    expect_suppressed,
    kinds_of,
    kinds_told_of,
    restart,
    settle,
    told_of,
    wait_until_told,
)
from mib import EventKind, State, Suppression, Truth
from processes import wait_until
from snmp import Row
from testbed import Checkd, Config, Site
from transitions import Blinkers

FLAPPING = {"flapping_start": 50, "flapping_stop": 25}

NAME = "blinker0"


class Lamp:
    """A check whose result alternates, until it is told to stay."""

    def __init__(self, site: Site) -> None:
        self.site = site
        blinkers = Blinkers(site, 1)
        self.checks: list[Config] = blinkers.checks(**FLAPPING)
        self._dial = blinkers.dials[0]

    def start(self) -> Checkd:
        """It flaps."""
        checkd = self.site.start(self.checks)
        self.site.wait_for(NAME, {"checkFlapping": Truth.TRUE})
        return checkd

    def stay(self, code: int) -> None:
        self._dial.turn(f"exit {code}")
        self.site.wait_for(NAME, {"checkFlapping": Truth.FALSE, "checkLastStatus": code})

    def since_it_began(self) -> list[Row]:
        """The events from flappingStarted on."""
        events = events_of(self.site, NAME)
        return events[kinds_of(events).index(EventKind.FLAPPING_STARTED) :]

    def told_since_it_began(self) -> list[Any]:
        traps = told_of(self.site, NAME)
        kinds = [trap.kind for trap in traps]
        return traps[kinds.index("checkFlappingStarted") :]


@pytest.fixture
def lamp(site: Site) -> Lamp:
    return Lamp(site)


def test_flapping_is_told_when_it_begins_and_when_it_ends(lamp: Lamp) -> None:
    site = lamp.site
    lamp.start()
    site.wait_for(NAME, {"checkSuppression": Suppression.FLAPPING})
    site.wait_for_runs(NAME, 10)
    assert [trap.kind for trap in lamp.told_since_it_began()] == ["checkFlappingStarted"]
    lamp.stay(2)
    settle(site)
    assert [trap.kind for trap in lamp.told_since_it_began()] == [
        "checkFlappingStarted",
        "checkFlappingStopped",
    ]
    (stopped,) = site.traps.of_kind("checkFlappingStopped")
    assert (stopped["checkLastStatus"], stopped["checkState"]) == (2, State.CRITICAL)
    started, *others, ended = lamp.since_it_began()
    assert len(others) >= 10
    expect_suppressed(others, Suppression.FLAPPING)
    assert ended["checkEventKind"] == EventKind.FLAPPING_STOPPED
    site.wait_for(NAME, {"checkSuppression": Suppression.NONE})


def test_what_comes_after_flapping_is_told_again(lamp: Lamp) -> None:
    lamp.start()
    lamp.stay(0)
    told = len(told_of(lamp.site, NAME))
    lamp.stay(1)
    traps = wait_until(
        lambda: found if len(found := told_of(lamp.site, NAME)) > told else [], "more is told"
    )
    assert [trap.kind for trap in traps[told - 1 :]] == ["checkFlappingStopped", "checkFailed"]
    assert traps[-2]["checkState"] == State.OK


@pytest.mark.parametrize("code", [0, 2])
def test_a_death_in_between_changes_nothing(lamp: Lamp, code: int) -> None:
    site = lamp.site
    checkd = lamp.start()
    restart(site, checkd, lamp.checks)
    assert site.client.column("checkFlapping", NAME) == Truth.TRUE
    site.wait_for_runs(NAME, 5)
    assert [trap.kind for trap in lamp.told_since_it_began()] == ["checkFlappingStarted"]
    lamp.stay(code)
    settle(site)
    told = lamp.told_since_it_began()
    assert [trap.kind for trap in told] == ["checkFlappingStarted", "checkFlappingStopped"]
    assert told[-1]["checkLastStatus"] == code


def test_without_the_setting_every_change_is_told(site: Site) -> None:
    blinkers = Blinkers(site, 1)
    checkd = site.start(blinkers.checks())
    blinkers.make(checkd, 25)
    assert set(kinds_told_of(site, NAME)) == {"checkFailed", "checkRecovered"}
    assert site.client.column("checkFlapping", NAME) == Truth.FALSE


def test_a_reload_without_the_setting_ends_it(lamp: Lamp) -> None:
    site = lamp.site
    lamp.start()
    site.reload([{k: v for k, v in lamp.checks[0].items() if k not in FLAPPING}])
    site.wait_for(NAME, {"checkFlapping": Truth.FALSE})
    site.wait_for_runs(NAME, 3)
    started, stopped, *others = lamp.told_since_it_began()
    assert (started.kind, stopped.kind) == ("checkFlappingStarted", "checkFlappingStopped")
    is_ok = stopped["checkState"] == State.OK
    for trap in others:
        assert trap.kind == ("checkFailed" if is_ok else "checkRecovered"), others
        is_ok = not is_ok


def test_flapping_behind_a_parent_that_fails_is_told_of_later_if_it_goes_on(lamp: Lamp) -> None:
    site = lamp.site
    router = site.dial("router")
    router.turn("exit 2")
    site.start([router.check(), {**lamp.checks[0], "depends": ["router"]}])
    wait_until_told(site, "router", "checkFailed")
    site.wait_for(NAME, {"checkFlapping": Truth.TRUE, "checkSuppression": Suppression.DEPENDENCY})
    before = kinds_told_of(site, NAME)
    router.turn("exit 0")
    site.wait_for(NAME, {"checkSuppression": Suppression.FLAPPING})
    site.wait_for_runs(NAME, 5)
    assert kinds_told_of(site, NAME) == [*before, "checkFlappingStarted"]
