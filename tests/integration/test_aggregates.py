# SPDX-License-Identifier: GPL-2.0-or-later
"""Aggregates: what they come to by their members, and when they tell it."""

from typing import Any

import pytest

import rules
from layers import (
    events_of,
    expect_nothing_more,
    kinds_told_of,
    reload,
    restart,
    settle,
    wait_until_ok,
    wait_until_told,
)
from mib import AdminState, Delivery, EventKind, State, Suppression, Truth
from processes import wait_until
from testbed import Config, Dial, Site

AGGREGATE = 10

# The rule, its number, and how it chooses node-a, node-b and node-c.
CHOICES: dict[str, tuple[str, int, Any]] = {
    "all-names": ("all", 0, ["node-a", "node-b", "node-c"]),
    "all-pattern": ("all", 0, ["node-[abc]"]),
    "any-pattern": ("any", 0, "node-*"),
    "two-group": ("at_least", 2, ["group=nodes"]),
    "two-group-pattern": ("at_least", 2, ["group=no*s"]),
    "worst-mixed": ("worst", 0, ["group=nodes", "node-a", "node-?"]),
}


def aggregate(name: str, rule: str, number: int, selectors: Any, **keys: Any) -> Config:
    if rule == "at_least":
        return {"name": name, "type": "aggregate", rule: number, "of": selectors, **keys}
    return {"name": name, "type": "aggregate", rule: selectors, **keys}


def nodes(site: Site, *letters: str) -> list[Dial]:
    return [site.dial(f"node-{letter}") for letter in letters]


def all_choices() -> list[Config]:
    return [aggregate(name, *choice) for name, choice in CHOICES.items()]


def check_all(site: Site, members: list[str]) -> list[str]:
    table = site.client.table()
    told = [
        rules.explain(name, rule, number, members, table)
        for name, (rule, number, _) in CHOICES.items()
    ]
    return [problem for problem in told if problem]


@pytest.mark.parametrize(
    "turns",
    [
        [(0, 0, 0), (2, 0, 0), (2, 1, 0), (2, 1, 3), (0, 0, 1), (0, 0, 0)],
        [(1, 1, 1), (0, 1, 1), (0, 3, 1), (2, 3, 0), (2, 2, 2)],
    ],
)
def test_each_rule_follows_its_members(site: Site, turns: list[tuple[int, ...]]) -> None:
    dials = nodes(site, "a", "b", "c")
    for dial, code in zip(dials, turns[0]):
        dial.turn(f"exit {code}")
    site.start([*(dial.check(group="nodes") for dial in dials), *all_choices()])
    for codes in turns:
        for dial, code in zip(dials, codes):
            dial.turn(f"exit {code}")
        for dial, code in zip(dials, codes):
            site.wait_for(dial.name, {"checkLastStatus": code})
        assert check_all(site, [dial.name for dial in dials]) == []
    expect_one_event_for_each_change(site, dials)


def expect_one_event_for_each_change(site: Site, dials: list[Dial]) -> None:
    """Each right behind an event of a member, and of the same second; and none is missing."""
    settle(site)
    log = site.client.events()
    members = {dial.name for dial in dials}
    causes = {0: 0}
    for number, row in sorted(log.items()):
        assert row["checkEventDelivery"] == Delivery.ACCEPTED
        cause = number if row["checkEventName"] in members else causes[number - 1]
        causes[number] = cause
        assert row["checkEventEpoch"] == log[cause]["checkEventEpoch"]
    for name in CHOICES:
        events = events_of(site, name)
        changed = site.client.column("checkStatusChanges", name)
        is_first = bool(events) and events[0]["checkEventFromState"] == State.PENDING
        assert len(events) == changed + is_first, events
        caused = [causes[event["number"]] for event in events]
        assert len(set(caused)) == len(caused), "one for each change"


def test_an_aggregate_has_a_row_of_its_own(site: Site) -> None:
    dials = nodes(site, "a", "b", "c")
    dials[1].turn("exit 1")
    keys = {"description": "All", "group": "services"}
    service = aggregate("service", "all", 0, ["node-*"], **keys)
    site.start([*(dial.check() for dial in dials), service])
    row = site.wait_for("service", {"checkLastOutput": "2 of 3 ok, 1 warning: node-b"})
    assert row["checkType"] == AGGREGATE
    assert (row["checkDescription"], row["checkGroup"]) == ("All", "services")
    assert (row["checkState"], row["checkLastStatus"]) == (State.CRITICAL, 2)
    assert row["checkAdminState"] == AdminState.ENABLED
    assert row["checkTimeout"] == 0
    assert row["checkStale"] == Truth.FALSE


def test_nested_aggregates_follow_in_the_same_moment(site: Site) -> None:
    dials = nodes(site, "a", "b")
    checks = [dial.check() for dial in dials]
    # The outer ones first: the order of the configuration is not that of the evaluation.
    layers = [
        aggregate("site", "worst", 0, ["floor", "node-b"]),
        aggregate("floor", "all", 0, ["rack"]),
        aggregate("rack", "all", 0, ["node-*"]),
    ]
    site.start([*layers, *checks])
    wait_until_ok(site, "site")
    dials[0].turn("exit 2")
    wait_until_told(site, "site", "checkFailed")
    log = site.client.events()
    names = [row["checkEventName"] for _, row in sorted(log.items())]
    assert names == ["node-a", "rack", "floor", "site"]
    assert len({row["checkEventEpoch"] for row in log.values()}) == 1
    dials[0].turn("exit 0")
    wait_until_told(site, "site", "checkFailed", "checkRecovered")


@pytest.mark.parametrize("number", range(2))
def test_a_member_and_its_aggregate_are_told_of_together_or_not_at_all(
    site: Site, number: int
) -> None:
    """checkd dies at the moment at which the member's notification comes."""
    dial = site.dial(f"node-{number}")
    checks = [
        dial.check(interval="100ms"),
        aggregate("rack", "all", 0, ["node-*"]),
        aggregate("floor", "all", 0, ["rack"]),
    ]
    checkd = site.start(checks)
    wait_until_ok(site, "floor")
    dial.turn("exit 2")
    wait_until(lambda: site.traps.of_checks, "a notification has come", pause=0.001)
    restart(site, checkd, checks)
    for name in (dial.name, "rack", "floor"):
        wait_until_told(site, name, "checkFailed")
    log = site.client.events()
    assert [row["checkEventName"] for _, row in sorted(log.items())] == [dial.name, "rack", "floor"]
    assert len({row["checkEventEpoch"] for row in log.values()}) == 1


def test_a_reload_brings_new_members_and_takes_old_ones(site: Site) -> None:
    a, b, c = nodes(site, "a", "b", "c")
    b.turn("exit 2")
    rack = aggregate("rack", "all", 0, ["node-*"])
    checkd = site.start([a.check(), c.check(), rack])
    wait_until_ok(site, "rack")
    reload(site, checkd, [a.check(), b.check(), c.check(), rack])
    trap = wait_until_told(site, "rack", "checkFailed")
    assert trap["checkLastOutput"] == "2 of 3 ok, 1 critical: node-b"
    reload(site, checkd, [a.check(), b.check(enabled=False), c.check(), rack])
    trap = wait_until_told(site, "rack", "checkFailed", "checkRecovered")
    assert trap["checkLastOutput"] == "2 of 2 ok"
    reload(site, checkd, [a.check(), b.check(), c.check(), rack])
    wait_until_told(site, "rack", "checkFailed", "checkRecovered", "checkFailed")
    reload(site, checkd, [a.check(), c.check(), rack])
    wait_until_told(
        site, "rack", "checkFailed", "checkRecovered", "checkFailed", "checkRecovered"
    )


def test_a_reload_with_another_rule_counts_at_once(site: Site) -> None:
    a, b = nodes(site, "a", "b")
    a.turn("exit 2")
    checks = [a.check(), b.check()]
    checkd = site.start([*checks, aggregate("rack", "any", 0, ["node-*"])])
    wait_until_ok(site, "rack")
    reload(site, checkd, [*checks, aggregate("rack", "all", 0, ["node-*"])])
    wait_until_told(site, "rack", "checkFailed")


LOOPS = [
    [aggregate("one", "all", 0, ["two"]), aggregate("two", "any", 0, ["one"])],
    [aggregate("one", "all", 0, ["one"])],
    [
        aggregate("one", "all", 0, ["web"]),
        {"name": "web", "command": "/bin/true", "depends": ["one"]},
    ],
]


@pytest.mark.parametrize("loop", LOOPS)
def test_a_cycle_is_an_error_at_start(bare_site: Site, loop: list[Config]) -> None:
    checkd = bare_site.start(loop, wait=False)
    assert checkd.wait() != 0
    assert checkd.logged("error: .*(hangs on itself|must not be the check itself)"), checkd.output


@pytest.mark.parametrize("loop", LOOPS)
def test_a_cycle_is_an_error_on_reload(site: Site, loop: list[Config]) -> None:
    dial = site.dial("node-a")
    checkd = site.start([dial.check(), aggregate("rack", "all", 0, ["node-a"])])
    wait_until_ok(site, "rack")
    reload(site, checkd, [dial.check(), *loop])
    assert checkd.logged("error: .*(hangs on itself|must not be the check itself)"), checkd.output
    assert set(site.client.table()) == {"node-a", "rack"}
    dial.turn("exit 1")
    wait_until_told(site, "rack", "checkFailed")


def test_an_aggregate_of_checks_that_never_ran_is_pending(site: Site) -> None:
    checks = [
        aggregate("rack", "all", 0, ["node-*"]),
        site.dial("node-a").check(enabled=False),
    ]
    site.start(checks)
    row = site.wait_for("rack", {"checkState": State.PENDING})
    assert row["checkRuns"] == 0
    assert kinds_told_of(site, "rack") == []


def test_members_that_are_silent_count_all_the_same(site: Site) -> None:
    dial = site.dial("node-a")
    site.start([dial.check(notify="none"), aggregate("rack", "all", 0, ["node-a"])])
    wait_until_ok(site, "rack")
    dial.turn("exit 2")
    wait_until_told(site, "rack", "checkFailed")
    assert kinds_told_of(site, "node-a") == []
    assert events_of(site, "node-a")[0]["checkEventKind"] == EventKind.FAILED
    expect_nothing_more(site, "node-a")


def test_of_an_aggregate_that_depends_on_its_member_only_other_trouble_is_told(site: Site) -> None:
    a, b = nodes(site, "a", "b")
    rack = aggregate("rack", "all", 0, ["node-*"], depends=["node-a"])
    site.start([a.check(), b.check(), rack])
    wait_until_ok(site, "rack")
    for code in (2, 0):
        a.turn(f"exit {code}")
        site.wait_for("rack", {"checkLastStatus": code})
    wait_until_told(site, "node-a", "checkFailed", "checkRecovered")
    assert kinds_told_of(site, "rack") == []
    b.turn("exit 2")
    wait_until_told(site, "rack", "checkFailed")


def test_an_aggregate_that_is_enabled_again_is_told_as_new(site: Site) -> None:
    dial = site.dial("node-a")
    dial.turn("exit 2")
    rack = aggregate("rack", "worst", 0, ["node-a"])
    checkd = site.start([dial.check(), rack])
    wait_until_told(site, "rack", "checkFailed")
    reload(site, checkd, [dial.check(), {**rack, "enabled": False}])
    wait_until_told(site, "rack", "checkFailed", "checkWithdrawn")
    dial.turn("exit 1")
    site.wait_for("node-a", {"checkLastStatus": 1})
    reload(site, checkd, [dial.check(), rack])
    trap = wait_until_told(site, "rack", "checkFailed", "checkWithdrawn", "checkFailed")
    assert trap["checkLastStatus"] == 1


@pytest.mark.parametrize("is_over", [True, False])
def test_after_a_suppression_it_waits_for_a_look_at_its_members(site: Site, is_over: bool) -> None:
    router, web = site.dial("router"), site.dial("web")
    site.start(
        [
            router.check(),
            web.check(interval="3s", depends="router"),
            {"name": "shop", "type": "aggregate", "all": "web", "depends": "router"},
        ]
    )
    site.wait_for("shop", {"checkState": State.OK})
    router.turn("exit 2")
    wait_until_told(site, "router", "checkFailed")
    web.turn("exit 2")
    site.wait_for("shop", {"checkLastStatus": 2})
    runs = site.client.column("checkRuns", "web")
    web.turn("exit 0" if is_over else "exit 2")
    router.turn("exit 0")
    wait_until_told(site, "router", "checkFailed", "checkRecovered")
    site.wait_for_runs("web", runs + 1)
    site.wait_for("shop", {"checkSuppression": Suppression.NONE})
    assert kinds_told_of(site, "shop") == ([] if is_over else ["checkFailed"])
