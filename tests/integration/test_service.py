# SPDX-License-Identifier: GPL-2.0-or-later
"""checkd as a service of systemd: what it tells the manager, and what the journal keeps."""

import os
from pathlib import Path
from typing import Iterator

import pytest

from mib import State
from processes import process_status, wait_until
from service import Journal, Manager, StoppedThread, beats_within
from testbed import CHECKD, Site

PATIENCE = 30.0


@pytest.fixture
def manager(site: Site) -> Iterator[Manager]:
    listener = Manager(site.folder / "notify.sock")
    site.environment["NOTIFY_SOCKET"] = str(listener.path)
    yield listener
    listener.close()


def wait_for_status(manager: Manager, *parts: str) -> str:
    """Waits for a status that has all of these in it."""
    wait_until(
        lambda: all(part in manager.status() for part in parts),
        f"the status has {parts}, is {manager.status()!r}",
        PATIENCE,
    )
    return manager.status()


def test_the_manager_is_told_of_each_phase(site: Site, manager: Manager) -> None:
    checkd = site.start([])
    assert manager.phases() == ["READY"]
    checkd.reload()
    wait_until(lambda: manager.phases() == ["READY", "RELOADING", "READY"], "a reload", PATIENCE)
    assert checkd.stop() == 0
    assert manager.phases() == ["READY", "RELOADING", "READY", "STOPPING"]


def test_the_status_tells_how_the_checks_are(site: Site, manager: Manager) -> None:
    dials = [site.dial(f"check{i}") for i in range(5)]
    dials[1].turn("exit 1")
    dials[2].turn("exit 2")
    dials[3].turn("exit 3")
    checks = [dial.check() for dial in dials]
    checks.append({**site.dial("disabled").check(), "enabled": False})
    checks.append({**site.dial("later").check(), "interval": "1h", "type": "passive"})
    del checks[-1]["command"], checks[-1]["timeout"]
    site.start(checks)
    status = wait_for_status(
        manager,
        "2 of 6 checks ok, 1 critical, 1 unknown, 1 warning, 1 pending; p99 lateness ",
        " ms; published by SNMP",
    )
    assert status.endswith("published by SNMP")
    dials[2].turn("exit 0")
    site.wait_for("check2", {"checkState": State.OK})
    wait_for_status(manager, "3 of 6 checks ok, 1 unknown, 1 warning, 1 pending; ")
    # The states of what is gone, comes or is disabled do not stay behind.
    checks[3]["enabled"] = False
    site.reload([checks[0], checks[3], site.dial("new").check()])
    site.wait_for("new", {"checkState": State.OK})
    wait_for_status(manager, "2 of 2 checks ok; ")
    site.master.stop()
    wait_for_status(manager, "2 of 2 checks ok; ", "; not published by SNMP")


def test_the_status_tells_that_a_reload_was_refused(site: Site, manager: Manager) -> None:
    checkd = site.start([])
    good = checkd.config_file.read_text()
    checkd.config_file.write_text("checks: [nonsense]\n")
    checkd.reload()
    wait_for_status(manager, "; reload failed, nothing changed: 1 errors, the first: ")
    checkd.config_file.write_text(good)
    checkd.reload()
    wait_until(lambda: "reload" not in manager.status(), "the status is as before", PATIENCE)


def test_the_status_is_not_told_again_for_each_run(site: Site, manager: Manager) -> None:
    site.start([site.dial(f"check{i}").check(interval="100ms") for i in range(10)])
    site.wait_for_runs("check0", 20)
    told = [message for message in manager.messages() if "STATUS" in message]
    runs = site.client.column("checkRuns", "check0")
    assert isinstance(runs, int)
    # Once a second at most; the runs of one check alone are more.
    assert 1 <= len(told) < runs


def test_a_stuck_loop_feeds_no_watchdog(site: Site, manager: Manager) -> None:
    site.environment["WATCHDOG_USEC"] = "400000"
    checkd = site.start([{"name": "true", "command": "/bin/true", "interval": "1s"}])
    wait_until(lambda: manager.beats() >= 3, "the loop beats", PATIENCE)
    with StoppedThread(checkd.pid):
        manager.beats()  # what was on its way
        assert beats_within(manager, 2) == 0
        others = [int(task.name) for task in Path(f"/proc/{checkd.pid}/task").iterdir()]
        others.remove(checkd.pid)
        assert others
        assert all(process_status(tid)["State"][0] != "t" for tid in others)
    before = manager.beats()
    wait_until(lambda: manager.beats() > before, "it goes on", PATIENCE)


# Its own /run has the journal's socket, and stderr is said to be the journal's.
AS_SERVICE = """
    mount --bind "$0" /run || exit 1
    JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"
"""


@pytest.fixture
def journal(site: Site) -> Iterator[Journal]:
    folder = site.folder / "run" / "systemd" / "journal"
    folder.mkdir(parents=True)
    listener = Journal(folder / "socket")
    yield listener
    listener.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_the_journal_keeps_what_an_event_was(site: Site, journal: Journal) -> None:
    dial = site.dial("web")
    program = ["unshare", "--mount", "sh", "-c", AS_SERVICE, str(site.folder / "run"), str(CHECKD)]
    checkd = site.start([dial.check(group="shop")], program=program)
    site.wait_for("web", {"checkState": State.OK})
    dial.turn("echo refused; exit 2")
    site.wait_for("web", {"checkState": State.CRITICAL})

    def events() -> list[dict[str, str]]:
        return [entry for entry in journal.entries() if "CHECKD_EVENT" in entry]

    wait_until(lambda: len(events()) == 1, "the event", PATIENCE)
    event = events()[0]
    assert len(event.pop("MESSAGE_ID")) == 32
    assert event == {
        "MESSAGE": "check web: failed: exit 0 -> exit 2, ok -> critical: refused",
        "PRIORITY": "5",
        "SYSLOG_FACILITY": "3",
        "SYSLOG_IDENTIFIER": "checkd",
        "CHECKD_CHECK": "web",
        "CHECKD_GROUP": "shop",
        "CHECKD_EVENT": "1",
        "CHECKD_KIND": "failed",
        "CHECKD_STATUS": "2",
        "CHECKD_STATE": "critical",
        "CHECKD_SUPPRESSION": "none",
    }
    # The publisher, which has no environment, logs there too.
    programs = {entry["SYSLOG_IDENTIFIER"] for entry in journal.entries()}
    assert programs == {"checkd", "checkd-snmp"}
    assert checkd.output == ""
