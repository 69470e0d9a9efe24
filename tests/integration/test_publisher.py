# SPDX-License-Identifier: GPL-2.0-or-later
"""checkd-snmp dies or hangs, another holds the OID: it is replaced, and nothing else suffers."""

import os
import signal
import time
from typing import Optional

import pytest

import mib
from expectations import expect_trap
from processes import (
    Process,
    command_line,
    is_alive,
    process_status,
    stays_true,
    wait_until,
)
from snmp import SnmpError, SnmpTimeout
from test_master import flip
from testbed import Checkd, Site


def other_publisher(checkd: Checkd, than: int, patience: float = 15) -> int:
    """Waits for a publisher of another process number."""

    def look() -> Optional[int]:
        pid = checkd.publisher_pid
        return pid if pid != than else None

    found = wait_until(look, "another publisher runs", patience)
    assert found is not None
    return found


def publisher(checkd: Checkd) -> int:
    return other_publisher(checkd, -1)


def test_a_killed_publisher_is_replaced_and_brought_into_sync(site: Site) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    flip(site, dial, [2])
    site.traps.wait_for("web", 1)
    first = publisher(checkd)
    os.kill(first, signal.SIGKILL)
    flip(site, dial, [1])
    other_publisher(checkd, first)
    row = site.wait_for("web", {"checkLastStatus": 1, "checkPreviousStatus": 2})
    assert row["checkStatusChanges"] == 2
    traps = site.traps.wait_for("web", 2)
    expect_trap(traps[1], "checkChanged", "web", checkLastStatus=1, checkEventNumber=2)
    site.wait_for_runs("web", 3)
    assert len(site.traps.of_checks) == 2
    assert checkd.logged(r"checkd-snmp \(pid \d+\) was ended by signal 9")


def test_a_publisher_that_dies_again_and_again_is_restarted_ever_more_slowly(site: Site) -> None:
    checkd = site.start([site.dial("web").check()])
    starts: list[float] = []
    pid = publisher(checkd)
    for _ in range(6):
        os.kill(pid, signal.SIGKILL)
        ended = time.monotonic()
        pid = other_publisher(checkd, pid)
        starts.append(time.monotonic() - ended)
    assert starts[0] < 2
    assert starts[4] > starts[0] and starts[5] > 2, starts
    wait_until(site.client.is_published, "the table is served again")


def test_a_publisher_that_cannot_be_started_makes_no_storm(site: Site) -> None:
    checkd = site.start([site.dial("web").check()])
    (site.folder / "checkd-snmp").rename(site.folder / "elsewhere")
    os.kill(publisher(checkd), signal.SIGKILL)
    checkd.wait_for_log("cannot start .*checkd-snmp")
    time_out = time.monotonic() + 3
    wait_until(lambda: time.monotonic() > time_out, "three seconds have passed")
    assert 3 <= len(checkd.logged("cannot start .*checkd-snmp")) <= 8
    (site.folder / "elsewhere").rename(site.folder / "checkd-snmp")
    wait_until(site.client.is_published, "the table is served again")


@pytest.mark.slow
def test_a_stopped_publisher_is_replaced_after_its_heartbeat_limit(site: Site) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    first = publisher(checkd)
    os.kill(first, signal.SIGSTOP)
    began = time.monotonic()
    flip(site, dial, [2, 1, 0, 2])
    other_publisher(checkd, first, patience=60)
    assert 25 < time.monotonic() - began < 45
    assert not is_alive(first)
    wait_until(site.client.is_published, "the table is served again", patience=30)
    traps = site.traps.wait_for("web", 4)
    assert [trap["checkLastStatus"] for trap in traps] == [2, 1, 0, 2]
    assert checkd.logged("has not answered for 30 s")
    site.wait_for("web", {"checkLastStatus": 2, "checkStatusChanges": 4})


@pytest.mark.slow
def test_a_publisher_without_an_engine_does_not_serve_frozen_rows(site: Site) -> None:
    checkd = site.start([site.dial("web").check()])
    checkd.pause()
    wait_until(lambda: not site.client.is_published(), "the subtree is gone", patience=30)
    checkd.resume()
    wait_until(site.client.is_published, "the subtree is back", patience=30)
    site.wait_for_runs("web", 2)


def test_a_killed_engine_leaves_no_process_behind(site: Site) -> None:
    notes = site.folder / "pids"
    dial = site.dial("long")
    dial.turn(f"echo $$ >> {notes}; exec sleep 300")
    user = {"user": "nobody"} if os.geteuid() == 0 else {}
    changed_user = {"name": "other", "command": "/bin/sleep 301", "interval": "200ms", **user}
    checkd = site.start([dial.check(timeout="1h"), {**changed_user, "timeout": "1h"}])
    wait_until(lambda: len(checkd.runs()) == 2, "both scripts run")
    left = [*checkd.runs(), publisher(checkd)]
    checkd.kill()
    for pid in left:
        wait_until(lambda: not is_alive(pid), f"{command_line(pid)} has ended")
    wait_until(lambda: not site.client.is_published(), "nothing is served any more")


def test_a_second_checkd_on_the_same_master_does_not_disturb_the_first(site: Site) -> None:
    site.start([site.dial("first").check()])
    second = site.start([site.dial("second").check()], wait=False, config_name="second.yaml")
    second.wait_for_log(r"duplicate|another checkd|already", patience=30)
    stays_true(
        lambda: site.client.column("checkName", "first") == "first", "the first is served", 3
    )
    assert second.is_running
    site.checkd.stop()
    wait_until(
        lambda: site.client.is_published() and site.client.column("checkName", "second"),
        "the second takes over",
        patience=30,
    )


@pytest.mark.slow
def test_a_hung_predecessor_that_holds_the_oid_gives_way_in_the_end(site: Site) -> None:
    """A checkd that is stopped with its publisher keeps its registration for some time."""
    first = site.start([site.dial("first").check()])
    pid = publisher(first)
    first.pause()
    os.kill(pid, signal.SIGSTOP)
    second = site.start([site.dial("second").check()], wait=False, config_name="second.yaml")
    second.wait_for_log(r"duplicate|another checkd|already", patience=30)
    wait_until(lambda: is_served(site, "second"), "the second is served", patience=60)
    assert second.is_running
    os.kill(pid, signal.SIGCONT)
    first.resume()
    site.wait_for_runs("second", 3)


def is_served(site: Site, check: str) -> bool:
    try:
        value = site.client.get_many([mib.column_oid("checkName", check)], timeout=1)[0]
        return not value.is_missing
    except (SnmpError, SnmpTimeout):
        return False


def test_the_publisher_has_its_socket_and_the_masters_and_no_other_descriptor(site: Site) -> None:
    dial = site.dial("long")
    dial.turn("sleep 300")
    checkd = site.start([dial.check(timeout="1h")])
    pid = publisher(checkd)
    targets = {fd: os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    pipes = [each for each in targets.values() if each.startswith("pipe:")]
    # net-snmp has a pipe to itself; a script's pipe would have its other end in the engine.
    folder = f"/proc/{checkd.pid}/fd"
    engine = {os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)}
    assert not engine & set(pipes), targets
    assert "/dev/zero" not in targets.values()  # what checkd itself was given by mistake


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_the_publisher_has_no_privileges(site: Site) -> None:
    pid = publisher(site.start([site.dial("web").check()]))
    status = process_status(pid)
    assert "0" not in status["Uid"].split() and "0" not in status["Gid"].split()
    assert int(status["CapPrm"], 16) == int(status["CapEff"], 16) == 0
    assert "0" not in status["Groups"].split()


def test_a_publisher_that_is_started_by_hand_says_why_it_does_not_run(site: Site) -> None:
    process = Process([str(site.folder / "checkd-snmp")], site.folder, site.environment)
    assert process.wait() != 0
    assert "checkd" in process.output
