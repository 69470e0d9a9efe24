# SPDX-License-Identifier: GPL-2.0-or-later
"""checkEventTable, the scalars of the delivery, and the notification of a start."""

import time
from pathlib import Path

import pytest

import mib
from expectations import date_and_time, expect_trap
from mib import Delivery, EventKind, Oid, Outcome, State
from processes import stays_true, wait_until
from snmp import Row, Trap
from testbed import Config, Dial, Site

CODES = [0, 2, 1, 0]  # three events


def checks(site: Site, **keys: str) -> tuple[Dial, list[Config]]:
    """The check that the tests turn, and one that stays as it is."""
    dial = site.dial("web")
    return dial, [dial.check(**keys), site.dial("still").check()]


def turn_through(site: Site, dial: Dial, codes: list[int]) -> None:
    for code in codes:
        dial.turn(f"echo says {code}; exit {code}")
        site.wait_for(dial.name, {"checkLastStatus": code})


def wait_for_events(site: Site, count: int, delivery: Delivery) -> dict[int, Row]:
    """Waits until there are that many events and all have come so far."""

    def look() -> dict[int, Row]:
        events = site.client.events()
        are_so = all(row["checkEventDelivery"] == delivery for row in events.values())
        return events if len(events) == count and are_so else {}

    return wait_until(look, f"{count} events are {delivery.name}")


@pytest.fixture
def turned(site: Site) -> Site:
    """A site in which events 1 to 3 have happened to web, and were accepted."""
    dial, configured = checks(site)
    site.start(configured)
    turn_through(site, dial, CODES)
    wait_for_events(site, 3, Delivery.ACCEPTED)
    return site


def expected_oids(numbers: list[int]) -> list[Oid]:
    return [mib.event_oid(column, number) for column in mib.EVENT_COLUMNS for number in numbers]


def test_walks_meet_each_column_of_each_event_with_its_type(turned: Site) -> None:
    for walked in (
        turned.client.walk(mib.EVENT_TABLE),
        turned.client.bulk_walk(mib.EVENT_TABLE, 7),
    ):
        assert [oid for oid, _ in walked] == expected_oids([1, 2, 3])
        types = [value.type for _, value in walked]
        assert types == [each.wire for each in mib.EVENT_COLUMNS.values() for _ in range(3)]
        got = turned.client.get_many([oid for oid, _ in walked])
        assert got == [value for _, value in walked]


def test_a_walk_of_everything_meets_the_groups_in_their_order(turned: Site) -> None:
    names = ["web", "still"]
    assert [oid for oid, _ in turned.client.bulk_walk()] == (
        [mib.scalar_oid(name) for name in mib.AGENT_SCALARS]
        + [
            mib.column_oid(column, name)
            for column in mib.COLUMNS
            for name in sorted(names, key=mib.table_order)
        ]
        + [mib.group_oid(column, "default") for column in mib.GROUP_COLUMNS]
        + expected_oids([1, 2, 3])
        + [mib.scalar_oid(name) for name in mib.DELIVERY_SCALARS]
        + [
            mib.page_oid(column, page)
            for column in mib.PAGE_COLUMNS
            for page in sorted(mib.page_of(name) for name in names)
        ]
    )


def test_a_walk_goes_on_behind_any_number(turned: Site) -> None:
    kind = mib.EVENT_COLUMNS["checkEventKind"].oid
    following = {0: 1, 1: 2, 2: 3}
    for number, following_number in following.items():
        oid, _ = turned.client.get_next(kind + (number,))
        assert oid == kind + (following_number,)
    oid, _ = turned.client.get_next(kind + (3,))
    assert oid == mib.event_oid("checkEventName", 1)
    assert turned.client.get(kind + (4,)).is_missing
    assert turned.client.get(kind + (1, 0)).is_missing


def expect_same(row: Row, trap: Trap) -> None:
    """An event is told in the log as in its notification."""
    assert mib.NOTIFICATION_NUMBERS[trap.kind] == row["checkEventKind"]
    same = {
        "checkEventName": "checkName",
        "checkEventToStatus": "checkLastStatus",
        "checkEventFromState": "checkEventPreviousState",
        "checkEventToState": "checkState",
        "checkEventToOutcome": "checkLastOutcome",
        "checkEventMeaning": "checkLastMeaning",
        "checkEventOutput": "checkLastOutput",
        "checkEventEpoch": "checkLastRanEpoch",
        "checkEventStateEpoch": "checkStateEpoch",
    }
    assert {name: row[name] for name in same} == {
        name: trap[other] for name, other in same.items()
    }


def test_an_event_is_in_the_log_as_it_was_notified(turned: Site) -> None:
    events = turned.client.events()
    for trap in turned.traps.wait_for("web", 3):
        expect_same(events[trap["checkEventNumber"]], trap)


def test_an_event_says_what_was_before_and_after(turned: Site) -> None:
    rows = turned.client.events()
    expected = [
        (EventKind.FAILED, 0, 2, State.OK, State.CRITICAL),
        (EventKind.CHANGED, 2, 1, State.CRITICAL, State.WARNING),
        (EventKind.RECOVERED, 1, 0, State.WARNING, State.OK),
    ]
    for number, (kind, before, after, was, became) in enumerate(expected, 1):
        row = rows[number]
        assert row["checkEventName"] == "web"
        assert row["checkEventKind"] == kind
        assert (row["checkEventFromStatus"], row["checkEventToStatus"]) == (before, after)
        assert (row["checkEventFromState"], row["checkEventToState"]) == (was, became)
        assert row["checkEventFromOutcome"] == row["checkEventToOutcome"] == Outcome.EXITED
        assert row["checkEventOutput"] == f"says {after}"
        assert row["checkEventStateEpoch"] == turned.client.scalar("checkStateEpoch")


def test_the_times_of_an_event_agree(turned: Site) -> None:
    now = time.time()
    epochs = [row["checkEventEpoch"] for _, row in sorted(turned.client.events().items())]
    assert epochs == sorted(epochs)
    for row in turned.client.events().values():
        assert now - 60 <= row["checkEventEpoch"] <= now + 1
        assert row["checkEventTime"] == date_and_time(row["checkEventEpoch"])
        assert 0 <= row["checkEventHeld"] <= 60


def test_held_is_the_time_since_the_change_before(site: Site) -> None:
    dial, configured = checks(site)
    site.start(configured)
    turn_through(site, dial, [0, 2])
    wait_until(
        lambda: site.client.column("checkLastChangeAge", "web") >= 2, "it has failed for 2 s"
    )
    turn_through(site, dial, [0])
    events = wait_for_events(site, 2, Delivery.ACCEPTED)
    assert 2 <= events[2]["checkEventHeld"] <= 20
    assert abs(
        events[2]["checkEventEpoch"] - events[1]["checkEventEpoch"] - events[2]["checkEventHeld"]
    ) <= 1


def test_an_event_that_is_not_notified_is_in_the_log_as_suppressed(site: Site) -> None:
    dial, configured = checks(site, notify="none")
    site.start(configured)
    turn_through(site, dial, CODES)
    wait_for_events(site, 3, Delivery.SUPPRESSED)
    expected = {
        "checkDeliveryFirstEvent": 1,
        "checkDeliveryLastEvent": 3,
        "checkDeliveryAcceptedEvent": 0,
        "checkDeliveryPending": 0,
        "checkDeliveryAccepted": 0,
        "checkDeliverySuppressed": 3,
        "checkDeliveryLost": 0,
    }
    wait_for_scalars(site, expected)
    assert site.traps.of_checks == []


def wait_for_scalars(site: Site, expected: dict[str, int]) -> None:
    wait_until(
        lambda: {name: site.client.scalar(name) for name in expected} == expected,
        f"the scalars are {expected}",
    )


def wait_for_master_since(site: Site) -> int:
    """It is told within a second of the connection through which it is read."""
    return wait_until(
        lambda: int(site.client.scalar("checkDeliveryMasterSince")), "the time is told"
    )


def test_the_scalars_tell_of_the_log_and_of_the_delivery(turned: Site) -> None:
    wait_for_scalars(
        turned,
        {
            "checkDeliveryFirstEvent": 1,
            "checkDeliveryLastEvent": 3,
            "checkDeliveryAcceptedEvent": 3,
            "checkDeliveryPending": 0,
            "checkDeliveryAccepted": 3,
            "checkDeliverySuppressed": 0,
            "checkDeliveryLost": 0,
            "checkDeliveryMasterLosses": 0,
            "checkStoreStatus": mib.StoreStatus.OK,
        },
    )
    assert time.time() - 120 <= wait_for_master_since(turned) <= time.time() + 1


def test_a_restart_of_the_master_is_a_loss_and_begins_a_new_time(turned: Site) -> None:
    before = wait_for_master_since(turned)
    wait_until(lambda: time.time() >= before + 2, "another second has come")
    turned.master.restart()
    wait_until(turned.client.is_published, "the table is back")
    wait_for_scalars(turned, {"checkDeliveryMasterLosses": 1, "checkDeliveryAccepted": 3})
    wait_until(
        lambda: turned.client.scalar("checkDeliveryMasterSince") > before, "the time is new"
    )


def expect_start(site: Site, number: int, first: int, last: int) -> None:
    """The latest of that many notifications of a start."""
    starts = wait_until(
        lambda: found if len(found := site.traps.of_kind("checkAgentStarted")) >= number else [],
        f"{number} starts were told",
    )
    assert len(starts) == number
    expect_trap(
        starts[-1],
        "checkAgentStarted",
        "",
        checkDeliveryFirstEvent=first,
        checkDeliveryLastEvent=last,
        checkStateEpoch=site.client.scalar("checkStateEpoch"),
    )


def test_a_start_is_told_once_and_before_the_first_event(site: Site) -> None:
    dial, configured = checks(site)
    site.start(configured)
    expect_start(site, 1, 0, 0)
    turn_through(site, dial, CODES)
    site.traps.wait_for("web", 3)
    assert [trap.kind for trap in site.traps.received][0] == "checkAgentStarted"
    site.master.restart()
    wait_until(site.client.is_published, "the table is back")
    stays_true(
        lambda: len(site.traps.of_kind("checkAgentStarted")) == 1, "it is not told again", 2
    )


def test_the_log_has_the_whole_of_an_output_that_a_notification_has_not(site: Site) -> None:
    name = "n23456789." * 6
    dial = site.dial(name)
    dial.turn("i=0; while [ $i -lt 255 ]; do printf x; i=$((i+1)); done; exit 2")
    site.start([dial.check(description="d" * 255, group="g" * 60)])
    events = wait_for_events(site, 1, Delivery.ACCEPTED)
    assert events[1]["checkEventOutput"] == "x" * 255
    trap = site.traps.wait_for(name, 1)[0]
    assert len(trap["checkLastOutput"]) < 255


def test_text_ascii_shows_no_other_characters_in_the_log(site: Site) -> None:
    dial = site.dial("web")
    dial.turn("echo 'grün: 7 €'; exit 1")
    site.start([dial.check()], snmp={"text": "ascii"})
    events = wait_for_events(site, 1, Delivery.ACCEPTED)
    assert events[1]["checkEventOutput"] == "gr?n: 7 ?"


def test_snmptable_shows_the_log(turned: Site, base_mibs: Path) -> None:
    text = turned.client.run("snmptable", "CHECKD-MIB::checkEventTable", with_mibs=True)
    lines = text.splitlines()
    assert lines[0].startswith("SNMP table: CHECKD-MIB::checkEventTable")
    head = next(line for line in lines if "checkEventKind" in line).split()
    assert head == list(mib.EVENT_COLUMNS)
    assert any(" recovered " in f" {line}" and " accepted " in line for line in lines)
