# SPDX-License-Identifier: GPL-2.0-or-later
"""Notifications reach the master whatever dies on the way: in order, under one number each."""

import os
import signal
import socket
import time
from pathlib import Path
from typing import Callable, Iterator, Optional

import pytest

from event_log import (
    Event,
    is_settled,
    number_of,
    numbers_of,
    read_events,
    without_repetitions,
)
from mib import Delivery, EventKind
from processes import is_alive, stays_true, wait_until
from testbed import Checkd, Config, Site
from transitions import Blinkers, flip, quiet, rest

WIRE_EVENT_WINDOW = 256  # events that checkd-snmp may hold at a time


def wait_until_settled(site: Site, patience: float = 60) -> list[Event]:
    """Waits until nothing is pending, and for the receiver; returns the log."""
    wait_until(site.client.is_published, "the table is served", patience)
    wait_until(lambda: is_settled(site.client), "nothing is pending", patience)
    log = read_events(site.client)
    accepted = {event.number for event in log if event.delivery == Delivery.ACCEPTED}
    wait_until(
        lambda: accepted <= set(numbers_of(site.traps.received)), "all was received", patience
    )
    return log


def expect_all_in_order(site: Site, repetitions: int) -> list[Event]:
    """Every event of the log came, in order, and at most so many of them more than once."""
    log = wait_until_settled(site)
    numbers = [event.number for event in log]
    assert numbers == list(range(1, len(log) + 1))
    assert {event.delivery for event in log} == {Delivery.ACCEPTED}
    received = numbers_of(site.traps.received)
    assert without_repetitions(received) == numbers
    assert len(received) - len(numbers) <= repetitions, received
    return log


# ---- the master --------------------------------------------------------------------


def test_300_events_wait_for_a_master_that_comes_late(bare_site: Site) -> None:
    site = bare_site
    site.start_receiver()
    blinkers = Blinkers(site, 10)
    checkd = site.start(blinkers.checks(), wait=False)
    blinkers.make(checkd, 300)
    quiet(site, checkd, blinkers.checks())
    site.master.start()
    log = expect_all_in_order(site, repetitions=0)
    assert len(log) >= 300
    assert site.client.scalar("checkDeliveryAccepted") == len(log)
    assert site.client.scalar("checkDeliveryAcceptedEvent") == len(log)


def killed(site: Site) -> Iterator[None]:
    site.master.kill()
    yield
    site.master.start()


def restarted(site: Site) -> Iterator[None]:
    site.master.stop()
    yield
    site.master.start()


def stopped(site: Site) -> Iterator[None]:
    site.master.pause()
    yield
    site.master.resume()


def without_its_socket(site: Site) -> Iterator[None]:
    """The socket is removed and, after the master was killed, made anew."""
    site.master.socket.unlink()
    yield
    site.master.kill()
    site.master.start()


def with_a_full_backlog(site: Site) -> Iterator[None]:
    """The master hangs, and so many wait to be accepted that nobody else can connect."""
    site.master.pause()
    waiting = fill_backlog(site.master.socket)
    publisher = site.checkd.publisher_pid
    assert publisher is not None
    os.kill(publisher, signal.SIGKILL)
    yield
    for connection in waiting:
        connection.close()
    site.master.resume()


def fill_backlog(path: Path) -> list[socket.socket]:
    waiting: list[socket.socket] = []
    while True:
        connection = socket.socket(socket.AF_UNIX)
        connection.setblocking(False)
        waiting.append(connection)
        try:
            connection.connect(str(path))
        except BlockingIOError:
            return waiting


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", [killed, restarted, stopped, without_its_socket, with_a_full_backlog]
)
def test_no_transition_is_lost_with_a_master_that_is(
    site: Site, fault: Callable[[Site], Iterator[None]]
) -> None:
    blinkers = Blinkers(site, 4, interval="200ms")
    checkd = site.start(blinkers.checks())
    for _ in range(2):
        blinkers.make(checkd, 20)
        steps = fault(site)
        next(steps)
        blinkers.make(checkd, 60)
        assert next(steps, None) is None
        wait_until(site.client.is_published, "the table is back", patience=40)
    rest(site, checkd, blinkers.checks())
    expect_all_in_order(site, repetitions=2 * 64)


@pytest.mark.slow
def test_a_master_that_is_stopped_for_long_delays_no_check(site: Site) -> None:
    blinkers = Blinkers(site, 4, interval="200ms")
    checkd = site.start(blinkers.checks())
    wait_until(lambda: blinkers.events(checkd) > 0, "an event")
    site.master.pause()
    began, before = time.monotonic(), blinkers.events(checkd)
    wait_until(lambda: time.monotonic() - began > 8, "eight seconds", patience=9)
    made = blinkers.events(checkd) - before
    assert made >= 0.8 * 4 * 8 / 0.2, "each due time was served"
    site.master.resume()
    wait_until(site.client.is_published, "the table is back", patience=40)
    rest(site, checkd, blinkers.checks())
    expect_all_in_order(site, repetitions=64)


def test_losses_of_the_master_are_counted_and_dated(site: Site) -> None:
    site.start([site.dial("web").check()])
    wait_until(lambda: site.client.scalar("checkDeliveryMasterSince") > 0, "it is connected")
    losses = site.client.scalar("checkDeliveryMasterLosses")
    began = int(time.time())
    site.master.kill()
    site.master.start()
    wait_until(site.client.is_published, "the table is back")
    wait_until(
        lambda: site.client.scalar("checkDeliveryMasterLosses") == losses + 1, "it is counted"
    )
    wait_until(
        lambda: site.client.scalar("checkDeliveryMasterSince") >= began, "it is connected again"
    )


# ---- the publisher -----------------------------------------------------------------


def the_publisher(checkd: Checkd) -> int:
    def look() -> Optional[int]:
        return checkd.publisher_pid

    pid = wait_until(look, "a publisher runs")
    assert pid is not None
    return pid


@pytest.mark.slow
def test_no_transition_is_lost_with_a_publisher_that_is_killed(site: Site) -> None:
    blinkers = Blinkers(site, 4, interval="200ms")
    checkd = site.start(blinkers.checks())
    for _ in range(3):
        blinkers.make(checkd, 15)
        os.kill(the_publisher(checkd), signal.SIGKILL)
    rest(site, checkd, blinkers.checks())
    expect_all_in_order(site, repetitions=3 * 64)


@pytest.mark.slow
def test_no_transition_is_lost_or_repeated_with_a_publisher_that_is_stopped(site: Site) -> None:
    blinkers = Blinkers(site, 4, interval="200ms")
    checkd = site.start(blinkers.checks())
    blinkers.make(checkd, 10)
    pid = the_publisher(checkd)
    os.kill(pid, signal.SIGSTOP)
    blinkers.make(checkd, 60)
    os.kill(pid, signal.SIGCONT)
    wait_until(site.client.is_published, "the table is served", patience=40)
    rest(site, checkd, blinkers.checks())
    assert is_alive(pid)
    expect_all_in_order(site, repetitions=64)


# ---- the engine --------------------------------------------------------------------


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_pending_events_come_under_their_numbers_after_a_restart_of_checkd(
    bare_site: Site, how: str
) -> None:
    site = bare_site
    site.start_receiver()
    blinkers = Blinkers(site, 5)
    checkd = site.start(blinkers.checks(), wait=False)
    blinkers.make(checkd, 50)
    quiet(site, checkd, blinkers.checks())
    made = blinkers.events(checkd)
    if how == "kill":
        checkd.kill()
    else:
        assert checkd.stop() == 0
    checkd = site.start(blinkers.checks(enabled=False), wait=False)
    site.master.start()
    log = expect_all_in_order(site, repetitions=0)
    assert len(log) == made


@pytest.mark.slow
def test_no_transition_is_lost_with_an_engine_that_is_killed_again_and_again(site: Site) -> None:
    blinkers = Blinkers(site, 4, interval="200ms")
    checkd = site.start(blinkers.checks())
    for _ in range(4):
        blinkers.make(checkd, 15)
        checkd.kill()
        checkd = site.start(blinkers.checks(), wait=False)
    wait_until(site.client.is_published, "the table is served", patience=40)
    rest(site, checkd, blinkers.checks())
    log = expect_all_in_order(site, repetitions=4 * 64)
    for dial in blinkers.dials:
        changes = [event.change for event in log if event.name == dial.name]
        for before, after in zip(changes, changes[1:]):
            assert (after.from_status, after.from_state) == (before.to_status, before.to_state)


def test_each_start_is_told_with_the_events_and_the_epoch(site: Site) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    epoch = site.client.scalar("checkStateEpoch")

    def expect_started(count: int, first: int, last: int) -> None:
        trap = wait_until(
            lambda: (traps := site.traps.of_kind("checkAgentStarted"))[count - 1 : count],
            f"start {count} is told",
        )[0]
        assert trap["checkDeliveryFirstEvent"] == first
        assert trap["checkDeliveryLastEvent"] == last
        assert trap["checkStateEpoch"] == epoch
        assert len(site.traps.of_kind("checkAgentStarted")) == count

    expect_started(1, 0, 0)
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2, 1, 0)
    site.traps.wait_for("web", 3)
    checkd.kill()
    checkd = site.start([dial.check()])
    expect_started(2, 1, 3)
    assert checkd.stop() == 0
    site.start([dial.check()])
    expect_started(3, 1, 3)


def test_a_publisher_that_is_replaced_is_no_start_of_checkd(site: Site) -> None:
    checkd = site.start([site.dial("web").check()])
    wait_until(lambda: site.traps.of_kind("checkAgentStarted"), "the start is told")
    os.kill(the_publisher(checkd), signal.SIGKILL)
    site.master.restart()
    wait_until(site.client.is_published, "the table is back", patience=40)
    site.wait_for_runs("web", 5)
    assert len(site.traps.of_kind("checkAgentStarted")) <= 2


def test_the_events_of_a_check_that_was_removed_come_as_they_were(bare_site: Site) -> None:
    site = bare_site
    site.start_receiver()
    web, other = site.dial("web"), site.dial("other")
    checks = [web.check(description="The web"), other.check()]
    checkd = site.start(checks, wait=False, options=["-d"])
    checkd.wait_for_log("run of web: is gone")
    flip(checkd, web, 2, 1)
    site.write_config([other.check()])
    checkd.reload()
    site.master.start()
    traps = site.traps.wait_for("web", 2, patience=40)
    for trap, kind, status, previous in zip(
        traps, ("checkFailed", "checkChanged"), (2, 1), (0, 2)
    ):
        assert (trap.kind, trap["checkLastStatus"], trap["checkPreviousStatus"]) == (
            kind,
            status,
            previous,
        )
        assert trap["checkDescription"] == "The web"
    expect_all_in_order(site, repetitions=0)


# ---- limits ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("is_killed", [False, True])
def test_what_overflows_the_backlog_is_lost_and_told(bare_site: Site, is_killed: bool) -> None:
    site = bare_site
    site.start_receiver()
    blinkers = Blinkers(site, 20)
    limits = {"backlog": 1000, "history": 5000}
    checkd = site.start(blinkers.checks(), wait=False, limits=limits)
    blinkers.make(checkd, 1200)
    quiet(site, checkd, blinkers.checks(), limits=limits)
    assert checkd.logged("lost")
    if is_killed:
        checkd.kill()
        site.start(blinkers.checks(enabled=False), wait=False, limits=limits)
    site.master.start()
    log = wait_until_settled(site)
    lost = [event.number for event in log if event.delivery == Delivery.LOST]
    # The oldest, but for those that were on their way already.
    on_their_way = sorted(set(range(1, lost[-1])) - set(lost))
    assert len(on_their_way) <= WIRE_EVENT_WINDOW, (on_their_way, lost)
    assert len(lost) >= 200
    assert site.client.scalar("checkDeliveryLost") == len(lost)
    received = numbers_of(site.traps.received)
    assert received == [event.number for event in log if event.delivery == Delivery.ACCEPTED]
    told: set[int] = set()
    for trap in site.traps.of_kind("checkEventsLost"):
        first, last = trap["checkLostFirst"], trap["checkLostLast"]
        assert not told & set(range(first, last + 1)), "each is told of once"
        told |= set(range(first, last + 1))
    assert told == set(lost)
    tellers = [event.number for event in log if event.change.kind == EventKind.EVENTS_LOST]
    assert tellers == [number_of(trap) for trap in site.traps.of_kind("checkEventsLost")]


@pytest.mark.slow
def test_after_an_outage_the_backlog_keeps_to_the_rate(bare_site: Site) -> None:
    site = bare_site
    site.start_receiver()
    rate, burst = 20, 64
    blinkers = Blinkers(site, 10)
    sections: Config = {"snmp": {"notify_rate": rate}}
    checkd = site.start(blinkers.checks(), wait=False, **sections)
    blinkers.make(checkd, 200)
    quiet(site, checkd, blinkers.checks(), **sections)
    site.master.start()
    wait_until(lambda: numbers_of(site.traps.received), "the first comes")
    began = time.monotonic()
    stays_true(
        lambda: len(numbers_of(site.traps.received))
        <= burst + rate * (time.monotonic() - began + 1),
        "the rate is kept",
        5,
    )
    log = expect_all_in_order(site, repetitions=0)
    taken = time.monotonic() - began
    due = (len(log) - burst) / rate
    assert due - 1.5 <= taken <= 2 * due + 5
