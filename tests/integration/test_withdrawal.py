# SPDX-License-Identifier: GPL-2.0-or-later
"""What was told of a check that is disabled, removed or silenced is withdrawn, once."""

from typing import Callable

import pytest

from layers import (
    events_of,
    expect_nothing_more,
    kinds_told_of,
    reload,
    settle,
    wait_until_ok,
    wait_until_told,
)
from mib import AdminState, State
from processes import wait_until
from testbed import Checkd, Config, Dial, Site

Change = Callable[[Dial], list[Config]]


def disabled(dial: Dial) -> list[Config]:
    return [dial.check(enabled=False)]


def removed(_: Dial) -> list[Config]:
    return []


def silenced(dial: Dial) -> list[Config]:
    return [dial.check(notify="none")]


ALL = pytest.mark.parametrize("change", [disabled, removed, silenced])


class Alarm:
    """A check that has failed, as was told, beside another one."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.dial = site.dial("web")
        self._other = site.dial("other")
        self.dial.turn("exit 2")
        self.checkd = self.start(self.active(self.dial))
        wait_until_told(site, "web", "checkFailed")

    @staticmethod
    def active(dial: Dial) -> list[Config]:
        return [dial.check()]

    def with_other(self, checks: list[Config]) -> list[Config]:
        return [*checks, self._other.check()]

    def start(self, checks: list[Config]) -> Checkd:
        self.checkd = self.site.start(self.with_other(checks))
        return self.checkd

    def reload(self, checks: list[Config]) -> None:
        reload(self.site, self.checkd, self.with_other(checks))

    def expect(self, *kinds: str) -> None:
        """Exactly these, also after a while."""
        wait_until_told(self.site, "web", *kinds)
        self.site.wait_for_runs("other", 2)
        assert kinds_told_of(self.site, "web") == list(kinds), events_of(self.site, "web")


@pytest.fixture
def alarm(site: Site) -> Alarm:
    return Alarm(site)


@ALL
def test_an_alarm_is_withdrawn_once(alarm: Alarm, change: Change) -> None:
    alarm.reload(change(alarm.dial))
    alarm.expect("checkFailed", "checkWithdrawn")
    trap = alarm.site.traps.of("web")[-1]
    assert trap["checkLastStatus"] == 2
    assert trap["checkEventPreviousState"] == State.CRITICAL
    alarm.reload([{**check, "description": "other"} for check in change(alarm.dial)])
    alarm.expect("checkFailed", "checkWithdrawn")


@ALL
def test_one_that_is_back_and_fails_is_told_as_new(alarm: Alarm, change: Change) -> None:
    alarm.reload(change(alarm.dial))
    alarm.expect("checkFailed", "checkWithdrawn")
    alarm.dial.turn("exit 1")
    alarm.reload(alarm.active(alarm.dial))
    alarm.expect("checkFailed", "checkWithdrawn", "checkFailed")
    assert alarm.site.traps.of("web")[-1]["checkLastStatus"] == 1


@ALL
def test_one_that_is_back_and_ok_is_not_told(alarm: Alarm, change: Change) -> None:
    alarm.reload(change(alarm.dial))
    alarm.expect("checkFailed", "checkWithdrawn")
    alarm.dial.turn("exit 0")
    alarm.reload(alarm.active(alarm.dial))
    wait_until_ok(alarm.site, "web")
    expect_nothing_more(alarm.site, "web", "checkFailed", "checkWithdrawn")


@ALL
def test_of_what_was_told_ok_nothing_is_withdrawn(alarm: Alarm, change: Change) -> None:
    alarm.dial.turn("exit 0")
    wait_until_told(alarm.site, "web", "checkFailed", "checkRecovered")
    alarm.reload(change(alarm.dial))
    alarm.expect("checkFailed", "checkRecovered")


@ALL
def test_a_death_right_after_does_not_lose_or_repeat_it(alarm: Alarm, change: Change) -> None:
    """checkd may have got to it, to storing it, or to telling it."""
    configured = change(alarm.dial)
    alarm.reload(configured)
    alarm.checkd.kill()
    alarm.start(configured)
    alarm.expect("checkFailed", "checkWithdrawn")
    alarm.checkd.kill()
    alarm.start(configured)
    alarm.expect("checkFailed", "checkWithdrawn")
    alarm.reload(alarm.active(alarm.dial))
    alarm.expect("checkFailed", "checkWithdrawn", "checkFailed")


@ALL
def test_a_change_while_checkd_is_down_withdraws_at_its_start(alarm: Alarm, change: Change) -> None:
    assert alarm.checkd.stop() == 0
    alarm.start(change(alarm.dial))
    alarm.expect("checkFailed", "checkWithdrawn")
    trap = alarm.site.traps.of("web")[-1]
    assert (trap["checkLastStatus"], trap["checkGroup"]) == (2, "default")
    alarm.reload(alarm.active(alarm.dial))
    alarm.expect("checkFailed", "checkWithdrawn", "checkFailed")


def test_a_suppressed_alarm_is_not_withdrawn(site: Site) -> None:
    router, web = site.dial("router"), site.dial("web")
    router.turn("exit 2")
    checkd = site.start([router.check(), web.check(depends=["router"])])
    wait_until_told(site, "router", "checkFailed")
    web.turn("exit 2")
    site.wait_for("web", {"checkLastStatus": 2})
    reload(site, checkd, [router.check(), web.check(depends=["router"], enabled=False)])
    site.wait_for("web", {"checkAdminState": AdminState.DISABLED})
    settle(site)
    assert kinds_told_of(site, "web") == []
    reload(site, checkd, [router.check()])
    wait_until(lambda: site.client.row("web") == {}, "its row is gone")
    settle(site)
    assert kinds_told_of(site, "web") == []


def test_flapping_of_a_check_that_is_removed_is_withdrawn(site: Site) -> None:
    dial = site.dial("web")
    memory = site.folder / "memory"
    dial.turn(f"if rm {memory} 2>/dev/null; then exit 0; fi; >{memory}; exit 2")
    lamp = dial.check(interval="100ms", flapping_start=50, flapping_stop=25)
    checkd = site.start([lamp])
    wait_until(lambda: site.traps.of_kind("checkFlappingStarted"), "it flaps")
    reload(site, checkd, [{**lamp, "enabled": False}])
    site.wait_for("web", {"checkFlapping": 2})
    settle(site)
    assert kinds_told_of(site, "web")[-2:] == ["checkFlappingStarted", "checkWithdrawn"]
