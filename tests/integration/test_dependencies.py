# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks that depend on others: silent while these are not ok, and told of after a look."""

import pytest

from layers import (
    SELDOM,
    Gate,
    events_of,
    expect_nothing_more,
    expect_suppressed,
    kinds_of,
    kinds_told_of,
    reload,
    restart,
    settle,
    start_with_seldom,
    wait_until_ok,
    wait_until_told,
)
from mib import Delivery, EventKind, State, Suppression
from processes import wait_until
from testbed import Checkd, Config, Dial, Site


class House:
    """A web server behind a router."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.router, self.web = site.dial("router"), site.dial("web")

    def checks(self, **router: object) -> list[Config]:
        return [self.router.check(**router), self.web.check(depends=["router"])]

    def start(self, **web: object) -> Checkd:
        router, web_check = self.checks()
        checkd = self.site.start([router, {**web_check, **web}])
        wait_until_ok(self.site, "router", "web")
        return checkd

    def start_with_seldom_router(self, **router: object) -> Checkd:
        return start_with_seldom(self.site, self.checks(), ["router"], **router)

    def fail_router(self) -> None:
        self.router.turn("exit 2")
        self.site.wait_for("router", {"checkState": State.CRITICAL})
        self.site.wait_for("web", {"checkSuppression": Suppression.DEPENDENCY})

    def turn_web(self, *codes: int) -> None:
        for code in codes:
            self.web.turn(f"exit {code}")
            self.site.wait_for("web", {"checkLastStatus": code})


@pytest.fixture
def house(site: Site) -> House:
    return House(site)


def test_while_a_parent_is_not_ok_nothing_is_told_and_facts_go_on(house: House) -> None:
    site = house.site
    house.start()
    house.fail_router()
    house.turn_web(2, 1)
    site.wait_for("web", {"checkSuppression": Suppression.DEPENDENCY, "checkStatusChanges": 2})
    settle(site)
    events = events_of(site, "web")
    assert kinds_of(events) == [EventKind.FAILED, EventKind.CHANGED]
    expect_suppressed(events, Suppression.DEPENDENCY)
    assert kinds_told_of(site, "web") == []
    assert kinds_told_of(site, "router") == ["checkFailed"]


def test_when_the_parent_is_ok_again_what_differs_is_told_once(house: House) -> None:
    site = house.site
    house.start()
    house.fail_router()
    house.turn_web(2, 1)
    house.router.turn("exit 0")
    trap = wait_until_told(site, "web", "checkFailed")
    assert (trap["checkLastStatus"], trap["checkState"]) == (1, State.WARNING)
    assert trap["checkEventPreviousState"] == State.OK
    expect_nothing_more(site, "web", "checkFailed")
    site.wait_for("web", {"checkSuppression": Suppression.NONE})
    house.turn_web(0)
    wait_until_told(site, "web", "checkFailed", "checkRecovered")


def test_what_is_as_it_was_told_is_not_told_again(house: House) -> None:
    site = house.site
    house.start()
    house.fail_router()
    house.turn_web(2, 0)
    house.router.turn("exit 0")
    site.wait_for("web", {"checkSuppression": Suppression.NONE})
    expect_nothing_more(site, "web")


@pytest.mark.parametrize("notify", ["status", "state"])
def test_another_status_of_the_same_state_is_told_to_those_who_want_it(
    house: House, notify: str
) -> None:
    site = house.site
    house.start(notify=notify)
    house.turn_web(3)
    wait_until_told(site, "web", "checkFailed")
    house.fail_router()
    house.turn_web(4)
    house.router.turn("exit 0")
    site.wait_for("web", {"checkSuppression": Suppression.NONE})
    if notify == "status":
        trap = wait_until_told(site, "web", "checkFailed", "checkChanged")
        assert (trap["checkLastStatus"], trap["checkState"]) == (4, State.UNKNOWN)
    else:
        expect_nothing_more(site, "web", "checkFailed")


def test_a_parent_that_fails_at_the_same_moment_is_looked_at_first(house: House) -> None:
    site = house.site
    house.start_with_seldom_router()
    house.router.turn("exit 2")
    house.turn_web(2)
    wait_until_told(site, "router", "checkFailed")
    expect_nothing_more(site, "web")
    expect_suppressed(events_of(site, "web"), Suppression.DEPENDENCY)


def test_with_a_parent_that_is_fine_a_failure_is_told_after_the_look(house: House) -> None:
    site = house.site
    house.start_with_seldom_router()
    runs = site.client.column("checkRuns", "router")
    house.turn_web(2)
    trap = wait_until_told(site, "web", "checkFailed")
    assert site.client.column("checkRuns", "router") == runs + 1
    first, second = events_of(site, "web")
    expect_suppressed([first], Suppression.DEPENDENCY)
    assert (second["number"], second["checkEventDelivery"]) == (
        trap["checkEventNumber"],
        Delivery.ACCEPTED,
    )
    expect_nothing_more(site, "web", "checkFailed")


def test_a_recovery_waits_for_no_look(house: House) -> None:
    site = house.site
    house.start_with_seldom_router()
    house.turn_web(2)
    wait_until_told(site, "web", "checkFailed")
    runs = site.client.column("checkRuns", "router")
    house.turn_web(0)
    wait_until_told(site, "web", "checkFailed", "checkRecovered")
    assert site.client.column("checkRuns", "router") == runs
    assert len(events_of(site, "web")) == 3


def test_a_parent_that_has_to_confirm_its_failure_does_so_first(house: House) -> None:
    site = house.site
    house.start_with_seldom_router(confirm=3, retry="200ms")
    house.router.turn("exit 2")
    house.turn_web(2)
    wait_until_told(site, "router", "checkChanged", "checkFailed")
    expect_nothing_more(site, "web")


def test_a_parent_that_does_not_confirm_its_failure_holds_nothing_back(house: House) -> None:
    site = house.site
    house.start_with_seldom_router(confirm=3, retry="200ms")
    count = site.folder / "count"
    house.router.turn(f"echo >>{count}; [ $(wc -l <{count}) -gt 2 ]")
    house.turn_web(2)
    wait_until_told(site, "web", "checkFailed")
    assert site.client.column("checkState", "router") == State.OK
    assert len(count.read_text()) >= 3


@pytest.mark.parametrize("is_down", [True, False])
def test_of_an_aggregate_the_members_are_looked_at(site: Site, is_down: bool) -> None:
    links = [site.dial("link-a"), site.dial("link-b")]
    web = site.dial("web")
    uplink = {"name": "uplink", "type": "aggregate", "any": ["link-*"]}
    checks = [*(link.check() for link in links), uplink, web.check(depends=["uplink"])]
    start_with_seldom(site, checks, ["link-a", "link-b"])
    for link in links:
        if is_down or link.name == "link-a":
            link.turn("exit 2")
    web.turn("exit 2")
    wait_until_told(site, "link-a", "checkFailed")
    if is_down:
        wait_until_told(site, "uplink", "checkFailed")
        expect_nothing_more(site, "web")
    else:
        wait_until_told(site, "web", "checkFailed")
        assert kinds_told_of(site, "uplink") == []


def test_a_dependant_that_changes_all_the_time_is_told_of(house: House) -> None:
    """Each change would be a reason to look at the parent anew, and wait for that."""
    site = house.site
    house.start_with_seldom_router()
    house.router.turn("sleep 1; exit 0")
    memory = site.folder / "memory"
    house.web.turn(f"if rm {memory} 2>/dev/null; then exit 1; fi; >{memory}; exit 2")
    wait_until_told_first(site, "web", "checkFailed")


def wait_until_told_first(site: Site, name: str, kind: str) -> None:
    assert site.traps.wait_for(name, 1)[0].kind == kind


# ---- while a look is under way -----------------------------------------------------


def begin_look(house: House) -> Gate:
    """The web server has failed, and the router is being looked at."""
    gate = Gate(house.site, "gate")
    house.router.turn(gate.then("exit 2"))
    house.turn_web(2)
    wait_until(lambda: gate.arrivals == 1, "the router is looked at")
    return gate


def test_a_reload_does_not_lose_a_look(house: House) -> None:
    site = house.site
    checkd = house.start_with_seldom_router()
    begin_look(house)
    house.router.turn("exit 0")
    reload(site, checkd, house.checks(interval=SELDOM, description="other"))
    wait_until_told(site, "web", "checkFailed")


def test_after_a_death_the_parent_is_looked_at_first_as_well(house: House) -> None:
    site = house.site
    checkd = house.start_with_seldom_router()
    begin_look(house)
    settle(site)
    house.router.turn("exit 2")
    restart(site, checkd, house.checks(interval=SELDOM))
    site.wait_for("router", {"checkState": State.CRITICAL}, patience=70)
    expect_nothing_more(site, "web")
    house.router.turn("exit 0")
    assert kinds_told_of(site, "router") == ["checkFailed"]


# ---- while the parent fails --------------------------------------------------------


@pytest.mark.parametrize("is_ok_again", [True, False])
def test_a_death_while_the_parent_fails_loses_and_repeats_nothing(
    house: House, is_ok_again: bool
) -> None:
    site = house.site
    checkd = house.start()
    house.fail_router()
    house.turn_web(2)
    restart(site, checkd, house.checks())
    site.wait_for("web", {"checkSuppression": Suppression.DEPENDENCY})
    expect_nothing_more(site, "web")
    if is_ok_again:
        house.web.turn("exit 0")
        site.wait_for("web", {"checkLastStatus": 0})
    house.router.turn("exit 0")
    site.wait_for("web", {"checkSuppression": Suppression.NONE})
    if not is_ok_again:
        wait_until_told(site, "web", "checkFailed")
    expect_nothing_more(site, "web", *([] if is_ok_again else ["checkFailed"]))
    assert kinds_told_of(site, "router") == ["checkFailed", "checkRecovered"]


def test_a_parent_that_is_ok_after_a_death_releases_its_dependants(house: House) -> None:
    site = house.site
    checkd = house.start()
    house.fail_router()
    house.turn_web(1)
    checkd.kill()
    house.router.turn("exit 0")
    site.start(house.checks())
    wait_until_told(site, "web", "checkFailed")
    expect_nothing_more(site, "web", "checkFailed")


def test_a_dependant_of_a_disabled_parent_is_told_of(house: House) -> None:
    site = house.site
    checkd = house.start()
    house.fail_router()
    house.turn_web(2)
    reload(site, checkd, house.checks(enabled=False))
    wait_until_told(site, "web", "checkFailed")
    wait_until_told(site, "router", "checkFailed", "checkWithdrawn")


def chain(dials: list[Dial]) -> list[Config]:
    """Each depends on the one before."""
    return [
        dial.check(depends=[dials[i - 1].name] if i > 0 else [])
        for i, dial in enumerate(dials)
    ]


def test_in_a_chain_only_the_first_trouble_is_told(site: Site) -> None:
    dials = [site.dial(name) for name in ("core", "router", "switch", "web")]
    site.start(chain(dials))
    wait_until_ok(site, *(dial.name for dial in dials))
    for dial in dials:
        dial.turn("exit 2")
    wait_until_told(site, "core", "checkFailed")
    for dial in dials[1:]:
        expect_nothing_more(site, dial.name)
    for dial in reversed(dials):
        dial.turn("exit 0")
    wait_until_told(site, "core", "checkFailed", "checkRecovered")
    for dial in dials[1:]:
        expect_nothing_more(site, dial.name)
