# SPDX-License-Identifier: GPL-2.0-or-later
"""A disk that is full, slow or broken: checks go on, and what was shown is told and kept."""

import errno
import os
import re
import time
from typing import Iterator

import pytest

from event_log import is_settled, numbers_of, read_events, without_repetitions
from faults import Shim, SmallDisk, needs_mount
from mib import Delivery, EventKind, StoreStatus
from processes import wait_until
from test_store import (
    SMALL,
    database,
    end,
    query,
    store_status,
    stored_events,
    wait_for_status,
    without_ages,
)
from testbed import Config, Site
from transitions import Blinkers, flip, rest


@pytest.fixture
def small_disk(site: Site) -> Iterator[SmallDisk]:
    with SmallDisk(site.folder / "disk") as disk:
        yield disk


@needs_mount
@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_a_full_disk_changes_nothing(site: Site, small_disk: SmallDisk, how: str) -> None:
    file = small_disk.folder / "checkd.db"
    sections: Config = {"state": str(file), "limits": SMALL}
    blinkers = Blinkers(site, 5)
    checkd = site.start(blinkers.checks(), **sections)
    wait_for_status(site, StoreStatus.OK)
    small_disk.fill()
    seen = set()
    for _ in range(8):
        blinkers.make(checkd, 100)
        seen.add(store_status(site))
    assert seen == {StoreStatus.OK}
    rest(site, checkd, blinkers.checks(), **sections)
    last = site.client.scalar("checkDeliveryLastEvent")
    assert last >= 800
    wait_until(lambda: stored_events(file)[-1] == last, "all is stored")
    end(checkd, how)
    site.start(blinkers.checks(enabled=False), **sections)
    wait_for_status(site, StoreStatus.OK)
    wait_until(lambda: is_settled(site.client), "all is settled")
    assert site.client.scalar("checkDeliveryLastEvent") == last
    assert without_repetitions(numbers_of(site.traps.received)) == list(range(1, last + 1))


@needs_mount
def test_a_disk_that_is_full_from_the_start_is_told_and_checks_go_on(
    site: Site, small_disk: SmallDisk
) -> None:
    """Without room for the database there is none; with it, what was shown is stored."""
    small_disk.fill()
    file = small_disk.folder / "checkd.db"
    dial = site.dial("web")
    checkd = site.start([dial.check()], state=str(file), limits=SMALL)
    wait_for_status(site, StoreStatus.FAILED)
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2)
    site.traps.wait_for("web", 1)
    small_disk.empty()
    wait_for_status(site, StoreStatus.OK, patience=40)
    flip(checkd, dial, 1)
    site.wait_for("web", {"checkStatusChanges": 2})
    assert stored_events(file) == [1, 2]


@pytest.fixture
def shim(site: Site) -> Shim:
    """checkd's files of SQLite are on a disk that does what the test says."""
    return Shim(site)


@pytest.mark.parametrize("error", [errno.EIO, errno.EROFS, errno.ENOSPC])
def test_checks_go_on_while_nothing_can_be_written(site: Site, shim: Shim, error: int) -> None:
    dial, other = site.dial("web"), site.dial("other")
    checkd = site.start([dial.check(), other.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2)
    site.traps.wait_for("web", 1)
    epoch = site.client.scalar("checkStateEpoch")
    discontinuity = site.client.column("checkCounterDiscontinuity", "web")
    shim.fail_disk(error)
    wait_for_status(site, StoreStatus.FAILED)
    flip(checkd, dial, 1, 0, 2)
    flip(checkd, other, 1)
    site.wait_for("web", {"checkLastStatus": 2, "checkStatusChanges": 4})
    site.wait_for("other", {"checkLastStatus": 1})
    site.traps.wait_for("web", 4)
    assert checkd.logged(re.escape(os.strerror(error)) + "|disk I/O error|full|readonly|SQLite")
    assert stored_events(database(site)) == [1]
    shim.heal_disk()
    wait_for_status(site, StoreStatus.OK, patience=40)
    flip(checkd, dial, 0)
    site.wait_for("web", {"checkStatusChanges": 5})
    wait_until(lambda: stored_events(database(site)) == [1, 2, 3, 4, 5, 6], "all is stored")
    rest(site, checkd, [dial.check(), other.check()])
    before = without_ages(site.client.row("web"))
    checkd.kill()
    site.start([dial.check(enabled=False), other.check(enabled=False)])
    assert without_ages(site.client.row("web")) == before
    assert site.client.scalar("checkStateEpoch") == epoch
    assert before["checkCounterDiscontinuity"] == discontinuity
    wait_until(lambda: is_settled(site.client), "all is settled")
    # The last one withdraws the alarm of the other, which rest() has disabled.
    assert [event.number for event in read_events(site.client)] == [1, 2, 3, 4, 5, 6, 7]
    assert without_repetitions(numbers_of(site.traps.received)) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_after_an_end_with_a_broken_disk_the_gap_in_the_log_is_told(
    site: Site, shim: Shim, how: str
) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2)
    site.traps.wait_for("web", 1)
    wait_until(lambda: is_settled(site.client), "the first is settled")
    discontinuity = site.client.column("checkCounterDiscontinuity", "web")
    shim.fail_disk()
    wait_for_status(site, StoreStatus.FAILED)
    flip(checkd, dial, 1, 0, 1, 2)
    before = site.wait_for("web", {"checkStatusChanges": 5})
    site.traps.wait_for("web", 5)
    shown = max(numbers_of(site.traps.received))
    assert shown == 5
    end(checkd, how)
    shim.heal_disk()
    dial.turn("exit 0")
    checkd = site.start([dial.check()])
    after = site.wait_for("web", {"checkLastStatus": 0})
    wait_for_status(site, StoreStatus.OK)
    assert after["checkCounterDiscontinuity"] > discontinuity
    assert after["checkStatusChanges"] < before["checkStatusChanges"]
    told = wait_until(lambda: site.traps.of_kind("checkEventsLost"), "the gap is told")[0]
    first, last = told["checkLostFirst"], told["checkLostLast"]
    assert first == 2 and last >= shown
    wait_until(lambda: is_settled(site.client), "all is settled")
    log = read_events(site.client)
    numbers = [event.number for event in log]
    # What was forgotten has no row; behind it the numbers go on without a gap.
    assert numbers == [1, *range(last + 1, last + len(log))]
    assert [event.change.kind for event in log].count(EventKind.EVENTS_LOST) == 1
    assert all(event.delivery == Delivery.ACCEPTED for event in log)
    assert log[-1].name == "web" and log[-1].change.to_status == 0
    assert without_repetitions(numbers_of(site.traps.received)) == sorted(
        {*range(1, shown + 1), *numbers}
    )


@pytest.mark.slow
def test_nothing_is_shown_before_it_is_stored(site: Site, shim: Shim) -> None:
    """With a slow disk one can see it: what SNMP tells is in the database already."""
    blinkers = Blinkers(site, 4, interval="200ms")
    checkd = site.start(blinkers.checks())
    blinkers.make(checkd, 8)
    shim.slow_disk(300)
    began, looks = time.monotonic(), 0
    while time.monotonic() - began < 8:
        rows = site.client.table()
        last = site.client.scalar("checkDeliveryLastEvent")
        shown = read_events(site.client, max(last - 20, 0))
        received = max(numbers_of(site.traps.received))
        settled = {event.number: event.delivery for event in shown}
        stored = dict(query(database(site), "SELECT name, runs FROM checks"))
        changes = dict(query(database(site), "SELECT name, status_changes FROM checks"))
        deliveries = dict(query(database(site), "SELECT number, delivery FROM events"))
        for name, row in rows.items():
            assert row["checkRuns"] <= stored[name]
            assert row["checkStatusChanges"] <= changes[name]
        assert max(last, received, *settled) <= max(deliveries)
        for number, delivery in settled.items():
            assert delivery in (Delivery.PENDING, deliveries[number]), number
        looks += 1
    assert looks >= 5
    shim.heal_disk()


@pytest.mark.slow
def test_a_slow_disk_delays_what_is_shown_and_no_check(site: Site, shim: Shim) -> None:
    blinkers = Blinkers(site, 4, interval="200ms")
    checkd = site.start(blinkers.checks())
    blinkers.make(checkd, 8)
    shim.slow_disk(700)
    began, before = time.monotonic(), blinkers.events(checkd)
    wait_until(lambda: time.monotonic() - began > 6, "six seconds", patience=7)
    assert blinkers.events(checkd) - before >= 0.8 * 4 * 6 / 0.2, "each due time was served"
    shim.heal_disk()
    rest(site, checkd, blinkers.checks())
    wait_for_status(site, StoreStatus.OK)
    wait_until(lambda: is_settled(site.client), "all is settled")
    log = read_events(site.client)
    assert [event.number for event in log] == list(range(1, len(log) + 1))
    assert numbers_of(site.traps.received) == [event.number for event in log]


@pytest.mark.slow
def test_a_disk_that_hangs_is_told_and_stops_no_check(site: Site, shim: Shim) -> None:
    """A sync that does not return: after ten seconds what happens is shown all the same."""
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    shim.slow_disk(3_600_000)
    flip(checkd, dial, 2)
    began = time.monotonic()
    wait_for_status(site, StoreStatus.FAILED, patience=40)
    assert time.monotonic() - began > 5
    flip(checkd, dial, 1)
    site.wait_for("web", {"checkLastStatus": 1, "checkStatusChanges": 2})
    site.traps.wait_for("web", 2)
    shim.heal_disk()
    wait_for_status(site, StoreStatus.OK)
    wait_until(lambda: stored_events(database(site)) == [1, 2], "all is stored")


@pytest.mark.slow
def test_checkd_can_be_stopped_while_its_disk_hangs(site: Site, shim: Shim) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    shim.slow_disk(3_600_000)
    flip(checkd, dial, 2)
    assert checkd.stop(patience=30) == 0
