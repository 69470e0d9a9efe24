# SPDX-License-Identifier: GPL-2.0-or-later
"""The master agent comes late, goes, hangs: checks run on, no transition is lost."""

import time

import pytest

from expectations import expect_trap, kind_of
from mib import State
from processes import stays_true, wait_until
from testbed import Dial, Site

STATES = {0: State.OK, 1: State.WARNING, 2: State.CRITICAL}


def flip(site: Site, dial: Dial, codes: list[int]) -> None:
    """Makes the check exit with each of the codes in turn, as its log shows."""
    for code in codes:
        before = len(site.checkd.logged(f"check {dial.name}: .*->"))
        dial.turn(f"exit {code}")
        site.checkd.wait_for_log(f"check {dial.name}: .*->", before + 1)


def expect_transitions(site: Site, dial: Dial, codes: list[int], exactly: bool = True) -> None:
    """Each change from one code to the next was told, in order, from ok on."""
    wanted = list(zip(codes, codes[1:]))
    traps = site.traps.wait_for(dial.name, len(wanted), patience=30)
    site.wait_for_runs(dial.name, 3)
    traps = site.traps.of(dial.name)
    if not exactly:
        # Sent again under the same number, where it was not seen to be taken.
        traps = list({trap["checkEventNumber"]: trap for trap in traps}.values())
    assert len(traps) == len(wanted), traps
    for number, (trap, (previous, status)) in enumerate(zip(traps, wanted), 1):
        expect_trap(
            trap,
            kind_of(STATES[previous], STATES[status]),
            dial.name,
            checkLastStatus=status,
            checkPreviousStatus=previous,
            checkState=STATES[status],
            checkEventPreviousState=STATES[previous],
            checkStatusChanges=number,
            checkEventNumber=number,
        )


def lateness(site: Site) -> int:
    """The greatest lateness of a run in milliseconds, as the agent tells it."""
    value = site.client.scalar("checkAgentLatenessMax")
    assert isinstance(value, int)
    return value


def test_a_master_that_starts_late_gets_the_table_and_all_transitions(bare_site: Site) -> None:
    site, dial = bare_site, bare_site.dial("web")
    site.start_receiver()
    site.start([dial.check()], wait=False, options=["-d"])
    site.checkd.wait_for_log("run of web: is")
    site.checkd.wait_for_log("run of web: is gone")
    flip(site, dial, [2, 1, 0, 1])
    site.master.start()
    wait_until(site.client.is_published, "the table is served")
    site.wait_for("web", {"checkLastStatus": 1, "checkStatusChanges": 4})
    expect_transitions(site, dial, [0, 2, 1, 0, 1])


def test_a_restarted_master_gets_the_table_back_and_no_transition_is_lost(site: Site) -> None:
    dial = site.dial("web")
    site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    flip(site, dial, [2])
    site.traps.wait_for("web", 1)
    site.master.stop()
    flip(site, dial, [1, 0])
    site.master.start()
    wait_until(site.client.is_published, "the table is back")
    flip(site, dial, [2])
    site.wait_for("web", {"checkLastStatus": 2, "checkStatusChanges": 4})
    expect_transitions(site, dial, [0, 2, 1, 0, 2])


def test_a_killed_master_gets_the_table_back_and_no_transition_is_lost(site: Site) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    publisher = checkd.publisher_pid
    for code in (2, 1, 0):
        site.master.kill()
        flip(site, dial, [code])
        site.master.start()
        wait_until(site.client.is_published, "the table is back")
    site.wait_for("web", {"checkLastStatus": 0, "checkStatusChanges": 3})
    # A notification that went out just before the kill may come twice, with its number.
    expect_transitions(site, dial, [0, 2, 1, 0], exactly=False)
    assert checkd.publisher_pid == publisher


def test_the_table_is_back_within_seconds_of_the_master(site: Site) -> None:
    site.start([site.dial("web").check()])
    for _ in range(3):
        site.master.restart()
        wait_until(site.client.is_published, "the table is back", patience=6)


@pytest.mark.slow
@pytest.mark.parametrize("pause", [4, 12])
def test_a_stopped_master_delays_no_check_and_loses_no_transition(site: Site, pause: int) -> None:
    notes = site.folder / "times"
    dial, steady = site.dial("web"), site.dial("steady")
    steady.turn(f"date +%s.%N >> {notes}")
    site.start([dial.check(), steady.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    began = time.time()
    site.master.pause()
    codes = [0]
    while time.time() - began < pause:
        codes.append((codes[-1] + 1) % 3)
        flip(site, dial, codes[-1:])
    ended = time.time()
    site.master.resume()
    wait_until(site.client.is_published, "the table is back", patience=30)
    expect_transitions(site, dial, codes, exactly=False)
    times = [float(line) for line in notes.read_text().split()]
    meanwhile = [moment for moment in times if began <= moment <= ended]
    assert len(meanwhile) >= (ended - began) / 0.2 - 3, "each due time was served"
    gaps = [b - a for a, b in zip(meanwhile, meanwhile[1:])]
    assert max(gaps) < 0.2 + 0.3, gaps
    assert lateness(site) < 300


def test_a_short_stop_of_the_master_repeats_nothing(site: Site) -> None:
    """Within the session's patience each notification is sent once."""
    dial = site.dial("web")
    site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    site.master.pause()
    flip(site, dial, [2])
    site.master.resume()
    flip(site, dial, [0])
    expect_transitions(site, dial, [0, 2, 0])


def test_the_agent_is_idle_where_there_is_no_master(bare_site: Site) -> None:
    """Trying the master again costs next to nothing and fills no log."""
    site = bare_site
    checkd = site.start([site.dial("web").check()], wait=False)
    wait_until(lambda: checkd.publisher_pid is not None, "the publisher runs")
    pid = checkd.publisher_pid
    lines = len(checkd.output.splitlines())
    stays_true(lambda: checkd.publisher_pid == pid, "it is not restarted", 5)
    assert len(checkd.output.splitlines()) - lines < 20
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        ticks = sum(map(int, stat.read().rsplit(")", 1)[1].split()[11:13]))
    assert ticks < 200
