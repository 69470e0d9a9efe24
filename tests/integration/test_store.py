# SPDX-License-Identifier: GPL-2.0-or-later
"""What checkd knew it knows again after any end; what a broken disk does not stop."""

import errno
import hashlib
import os
import random
import re
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Iterator, Optional, Sequence

import pytest

from event_log import Event, numbers_of, pending, read_events, without_repetitions
from faults import Shim, SmallDisk, needs_mount
from mib import Delivery, EventKind, StoreStatus
from processes import wait_until
from snmp import Row
from testbed import Checkd, Config, Site
from transitions import Blinkers, flip, rest

SMALL = {"history": 500, "backlog": 1000}

_DELIVERY = (
    "checkDeliveryFirstEvent",
    "checkDeliveryLastEvent",
    "checkDeliveryAcceptedEvent",
    "checkDeliveryPending",
    "checkDeliveryAccepted",
    "checkDeliverySuppressed",
    "checkDeliveryLost",
)


def database(site: Site) -> Path:
    return site.folder / "checkd.db"


def query(file: Path, text: str) -> list[Any]:
    """What another process reads of the database."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)) as connection:
        return connection.execute(text).fetchall()


def stored_events(file: Path) -> list[int]:
    return [number for number, in query(file, "SELECT number FROM events ORDER BY number")]


def store_status(site: Site) -> int:
    return int(site.client.scalar("checkStoreStatus"))


def wait_for_status(site: Site, status: StoreStatus, patience: float = 20) -> None:
    wait_until(lambda: store_status(site) == status, f"the store is {status.name}", patience)


def without_ages(row: Row) -> Row:
    return {name: value for name, value in row.items() if not name.endswith("Age")}


def end(checkd: Checkd, how: str) -> None:
    if how == "kill":
        checkd.kill()
    else:
        assert checkd.stop() == 0


def varied_checks(site: Site) -> list[Config]:
    """Checks whose columns come to differ from their defaults."""
    web, mail, slow, silent = map(site.dial, ("web", "mail", "slow", "silent"))
    mail.turn("echo 'grün: 7 €'; exit 1")
    slow.turn("sleep 30")
    silent.turn("kill -9 $$")
    return [
        web.check(description="The web", group="front"),
        mail.check(codes=["0 ok", "* warning mail is late"], confirm=2),
        slow.check(timeout="300ms", grace="100ms"),
        silent.check(notify="none"),
    ]


# ---- restarts ----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_rows_log_and_figures_are_after_a_restart_what_they_were(site: Site, how: str) -> None:
    checks = varied_checks(site)
    checkd = site.start(checks)
    for check in checks:
        site.wait_for_runs(check["name"], 3)
    flip(checkd, site.dial("web"), 2, 77, 0, 1)
    rest(site, checkd, checks)
    wait_until(lambda: pending(site.client) == 0, "all is settled")

    def known() -> tuple[dict[str, Row], list[Event], list[int], int]:
        return (
            {name: without_ages(row) for name, row in site.client.table().items()},
            read_events(site.client),
            [site.client.scalar(name) for name in _DELIVERY],
            site.client.scalar("checkStateEpoch"),
        )

    before, ages = known(), site.client.table()
    assert len(before[1]) >= 4
    end(checkd, how)
    site.start([{**check, "enabled": False} for check in checks])
    assert known() == before
    for name, row in site.client.table().items():
        for column in ("checkLastRanAge", "checkLastChangeAge"):
            assert 0 <= row[column] - ages[name][column] <= 20, (name, column)


@pytest.mark.parametrize("how", ["kill", "terminate"])
@pytest.mark.parametrize("code, events", [(1, 2), (2, 1)])
def test_the_first_run_is_compared_with_the_last_before_the_stop(
    site: Site, how: str, code: int, events: int
) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2)
    site.wait_for("web", {"checkLastStatus": 2})
    before = site.client.row("web")
    end(checkd, how)
    dial.turn(f"exit {code}")
    checkd = site.start([dial.check()])
    row = site.wait_for("web", {"checkLastStatus": code})
    site.wait_for_runs("web", 3)
    assert row["checkRuns"] >= before["checkRuns"]
    assert row["checkCounterDiscontinuity"] == before["checkCounterDiscontinuity"]
    log = read_events(site.client)
    assert len(log) == events
    assert row["checkStatusChanges"] == events
    if code == 1:
        change = log[-1].change
        assert (change.kind, change.from_status, change.to_status) == (EventKind.CHANGED, 2, 1)
        site.traps.wait_for("web", 2)
    else:
        assert row["checkLastChangeEpoch"] == before["checkLastChangeEpoch"]


def test_confirmation_goes_on_where_it_was_before_a_kill(site: Site) -> None:
    dial = site.dial("web")
    check = dial.check(confirm=1000)
    checkd = site.start([check])
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2)
    before = wait_until(
        lambda: attempts if (attempts := site.client.column("checkAttempt", "web")) > 3 else 0,
        "some attempts",
    )
    checkd.kill()
    checkd = site.start([check])
    assert site.client.column("checkAttempt", "web") >= before


def test_a_removed_check_that_is_added_again_is_what_it_was(site: Site) -> None:
    web, other = site.dial("web"), site.dial("other")
    checkd = site.start([web.check(), other.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, web, 2, 1, 2)
    rest(site, checkd, [web.check(), other.check()])
    before = without_ages(site.client.row("web"))
    site.reload([other.check()])
    wait_until(lambda: not site.client.row("web"), "its row is gone")
    assert checkd.stop() == 0
    checkd = site.start([other.check()])
    assert site.client.row("web") == {}
    site.write_config([web.check(enabled=False), other.check()])
    checkd.reload()
    row = site.wait_for("web", {"checkStatusChanges": 3})
    assert without_ages(row) == before


@pytest.mark.parametrize("link", [None, "folder", "file"])
def test_a_second_checkd_on_the_same_database_does_not_start(
    site: Site, link: Optional[str]
) -> None:
    dial = site.dial("web")
    first = site.start([dial.check()])
    state = database(site)
    if link == "folder":
        (site.folder / "link").symlink_to(site.folder)
        state = site.folder / "link" / state.name
    elif link == "file":
        state = site.folder / "link.db"
        state.symlink_to(database(site))
    second = site.start([dial.check()], wait=False, config_name="second.yaml", state=str(state))
    assert second.wait() == 1
    assert re.search(rf"checkd\.db.*\b{first.pid}\b", second.output), second.output
    assert len(second.output.splitlines()) <= 2
    site.wait_for_runs("web", 3)
    assert store_status(site) == StoreStatus.OK
    first.kill()
    third = site.start([dial.check()], config_name="second.yaml", state=str(database(site)))
    assert third.is_running


def test_a_kill_at_any_moment_of_its_start_does_no_harm(site: Site) -> None:
    dial = site.dial("web")
    chance = random.Random(2412)
    for _ in range(12):
        checkd = site.start([dial.check()], wait=False, limits=SMALL)
        time.sleep(chance.uniform(0, 0.4))
        checkd.kill()
        assert not checkd.logged(r"error|store:"), checkd.output
    checkd = site.start([dial.check()], limits=SMALL)
    wait_for_status(site, StoreStatus.OK)
    epoch = site.client.scalar("checkStateEpoch")
    flip(checkd, dial, 2)
    site.traps.wait_for("web", 1)
    for _ in range(6):
        checkd.kill()
        checkd = site.start([dial.check()], wait=False, limits=SMALL)
        time.sleep(chance.uniform(0, 0.4))
    wait_until(site.client.is_published, "the table is served")
    site.wait_for("web", {"checkLastStatus": 2, "checkStatusChanges": 1})
    assert site.client.scalar("checkStateEpoch") == epoch
    assert not checkd.logged("error|store:"), checkd.output
    assert [each.name for each in clutter(database(site))] == [
        "checkd.db",
        "checkd.db-lock",
        "checkd.db-shm",
        "checkd.db-wal",
    ]


def cut_power(file: Path) -> None:
    """The memory of a host that was reset, as far as checkd's matters."""
    status = file.with_name(f"{file.name}-lock").stat()
    (Path("/dev/shm") / f"checkd-{status.st_dev:x}-{status.st_ino:x}").unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE meta SET boot_id = 'the boot before'")
        connection.commit()


@pytest.mark.parametrize("durability", ["full", "normal"])
def test_after_a_power_cut_no_number_is_given_twice_within_an_epoch(
    site: Site, durability: str
) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()], durability=durability)
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2, 1)
    site.traps.wait_for("web", 2)
    before, epoch = site.client.row("web"), site.client.scalar("checkStateEpoch")
    checkd.kill()
    cut_power(database(site))
    checkd = site.start([dial.check()], durability=durability)
    wait_for_status(site, StoreStatus.OK)
    if durability == "normal":
        assert site.client.scalar("checkStateEpoch") > epoch
    if site.client.scalar("checkStateEpoch") == epoch:
        assert site.client.column("checkRuns", "web") >= before["checkRuns"]
    flip(checkd, dial, 0)
    traps = site.traps.wait_for("web", 3)
    keys = [(trap["checkStateEpoch"], trap["checkEventNumber"]) for trap in traps]
    assert sorted(set(keys)) == keys
    for name in ("checkLastRanAge", "checkLastChangeAge"):
        assert site.client.column(name, "web") <= before[name] + 20


def test_a_folder_that_is_not_there_is_told_and_nothing_starts(site: Site) -> None:
    state = site.folder / "nowhere" / "further" / "checkd.db"
    checkd = site.start([site.dial("web").check()], wait=False, state=str(state))
    assert checkd.wait() == 1
    assert "nowhere" in checkd.output
    assert not state.parent.parent.exists()


# ---- a database that is not what it was --------------------------------------------


def clutter(file: Path) -> list[Path]:
    """The database and the files that SQLite has beside it."""
    return sorted(file.parent.glob(f"{file.name}*"))


def fill_with_garbage(file: Path) -> None:
    file.write_bytes(os.urandom(file.stat().st_size))


def cut_short(file: Path) -> None:
    """Behind its second page; most of a young database is room that is not used yet."""
    os.truncate(file, 2 * 4096)


def damage_each_page(file: Path) -> None:
    """Its header is right, which a look at the file's beginning would not tell."""
    with file.open("r+b") as opened:
        for offset in range(4096, file.stat().st_size, 4096):
            opened.seek(offset)
            opened.write(b"\xa5" * 64)


@pytest.mark.parametrize("damage", [fill_with_garbage, cut_short, damage_each_page])
def test_a_damaged_database_is_moved_aside_and_checks_go_on(site: Site, damage: Any) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()], limits=SMALL)
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2, 1)
    site.traps.wait_for("web", 2)
    epoch = site.client.scalar("checkStateEpoch")
    assert checkd.stop() == 0
    for other in clutter(database(site))[1:]:
        other.unlink()
    damage(database(site))
    damaged = database(site).read_bytes()
    checkd = site.start([dial.check()], limits=SMALL)
    site.wait_for("web", {"checkLastStatus": 1})
    wait_for_status(site, StoreStatus.OK)
    assert site.client.scalar("checkStateEpoch") > epoch
    assert damaged in [each.read_bytes() for each in clutter(database(site))]
    assert checkd.logged(r"checkd\.db")
    flip(checkd, dial, 0)
    wait_until(lambda: len(stored_events(database(site))) >= 1, "events are stored again")


@pytest.mark.slow
def test_a_database_that_is_removed_while_it_is_used_loses_nothing_unsaid(site: Site) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()], limits=SMALL)
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2, 1)
    epoch = site.client.scalar("checkStateEpoch")
    for each in clutter(database(site)):
        each.unlink()
    flip(checkd, dial, 0, 2)
    wait_until(database(site).exists, "there is a database again", patience=60)
    wait_for_status(site, StoreStatus.OK, patience=60)
    flip(checkd, dial, 1)
    before = site.wait_for("web", {"checkStatusChanges": 5})
    last = site.client.scalar("checkDeliveryLastEvent")
    wait_until(lambda: last in stored_events(database(site)), "the log is stored")
    assert site.client.scalar("checkStateEpoch") >= epoch
    checkd.kill()
    site.start([dial.check()], limits=SMALL)
    after = site.wait_for("web", {"checkLastStatus": 1})
    assert after["checkStatusChanges"] == 5
    assert after["checkRuns"] >= before["checkRuns"]
    assert site.client.scalar("checkDeliveryLastEvent") == last


@pytest.mark.slow
def test_a_database_that_is_damaged_while_it_is_used_loses_nothing_unsaid(site: Site) -> None:
    blinkers = Blinkers(site, 4)
    checkd = site.start(blinkers.checks(), limits=SMALL)
    blinkers.make(checkd, 40)
    epoch = site.client.scalar("checkStateEpoch")
    fill_with_garbage(database(site))
    blinkers.make(checkd, 40)
    before = site.client.table()
    last = site.client.scalar("checkDeliveryLastEvent")
    checkd.kill()
    checkd = site.start(blinkers.checks(), limits=SMALL)
    wait_for_status(site, StoreStatus.OK)
    after = site.client.table()
    if site.client.scalar("checkStateEpoch") == epoch:
        assert site.client.scalar("checkDeliveryLastEvent") >= last
        for name, row in before.items():
            if row["checkCounterDiscontinuity"] == after[name]["checkCounterDiscontinuity"]:
                assert after[name]["checkRuns"] >= row["checkRuns"]
    blinkers.make(checkd, 10)


def digest(files: Sequence[Path]) -> dict[str, str]:
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def test_a_database_of_a_newer_version_is_left_alone(site: Site) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    assert checkd.stop() == 0
    with closing(sqlite3.connect(database(site))) as connection:
        connection.execute("PRAGMA user_version=99")
        connection.commit()
    before = digest([database(site)])
    checkd = site.start([dial.check()])
    wait_for_status(site, StoreStatus.FAILED)
    flip(checkd, dial, 2)
    site.traps.wait_for("web", 1)
    site.wait_for_runs("web", 3)
    assert checkd.logged(r"99|newer")
    assert checkd.stop() == 0
    assert digest([database(site)]) == before


def test_another_programs_database_is_left_alone(site: Site) -> None:
    with closing(sqlite3.connect(database(site))) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.commit()
    before = digest([database(site)])
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    wait_for_status(site, StoreStatus.FAILED)
    flip(checkd, dial, 2)
    site.traps.wait_for("web", 1)
    assert checkd.logged("another program")
    assert checkd.stop() == 0
    assert digest([database(site)]) == before


# ---- a database that somebody else uses --------------------------------------------


def test_the_sqlite3_shell_reads_while_checkd_runs(site: Site) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2)
    site.traps.wait_for("web", 1)
    text = "SELECT name, last_status, status_changes, last_event FROM checks"
    done = subprocess.run(
        ["sqlite3", "-readonly", str(database(site)), text],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "web|2|1|1\n"), done
    site.wait_for_runs("web", 3)
    assert store_status(site) == StoreStatus.OK


@pytest.mark.slow
def test_a_database_that_is_locked_for_long_stops_no_check(site: Site) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    epoch = site.client.scalar("checkStateEpoch")
    with closing(sqlite3.connect(database(site), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        wait_for_status(site, StoreStatus.FAILED, patience=40)
        flip(checkd, dial, 2, 1)
        site.traps.wait_for("web", 2)
        site.wait_for("web", {"checkLastStatus": 1, "checkStatusChanges": 2})
        site.wait_for_runs("web", 5)
        other.execute("ROLLBACK")
    wait_for_status(site, StoreStatus.OK)
    assert stored_events(database(site)) == [1, 2]
    flip(checkd, dial, 0)
    site.wait_for("web", {"checkStatusChanges": 3})
    checkd.kill()
    site.start([dial.check()])
    site.wait_for("web", {"checkStatusChanges": 3})
    assert [event.number for event in read_events(site.client)] == [1, 2, 3]
    assert site.client.scalar("checkStateEpoch") == epoch
    assert without_repetitions(numbers_of(site.traps.received)) == [1, 2, 3]


# ---- a disk that is full, slow or broken -------------------------------------------


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
    wait_until(lambda: pending(site.client) == 0, "all is settled")
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
    wait_until(lambda: pending(site.client) == 0, "all is settled")
    assert [event.number for event in read_events(site.client)] == [1, 2, 3, 4, 5, 6]
    assert without_repetitions(numbers_of(site.traps.received)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_after_an_end_with_a_broken_disk_the_gap_in_the_log_is_told(
    site: Site, shim: Shim, how: str
) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2)
    site.traps.wait_for("web", 1)
    wait_until(lambda: pending(site.client) == 0, "the first is settled")
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
    wait_until(lambda: pending(site.client) == 0, "all is settled")
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
    wait_until(lambda: pending(site.client) == 0, "all is settled")
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


# ---- bounds ------------------------------------------------------------------------


@pytest.mark.slow
def test_the_log_keeps_to_its_limit(site: Site) -> None:
    blinkers = Blinkers(site, 10)
    limits = {"history": 100, "backlog": 1000}
    checkd = site.start(blinkers.checks(), limits=limits)
    blinkers.make(checkd, 300)
    rest(site, checkd, blinkers.checks(), limits=limits)
    wait_until(lambda: pending(site.client) == 0, "all is settled")
    last = site.client.scalar("checkDeliveryLastEvent")
    kept = list(range(last - 99, last + 1))
    wait_until(
        lambda: [event.number for event in read_events(site.client)] == kept, "100 are kept"
    )
    assert site.client.scalar("checkDeliveryFirstEvent") == kept[0]
    wait_until(lambda: stored_events(database(site)) == kept, "100 are stored")
    assert checkd.stop() == 0
    site.start(blinkers.checks(enabled=False), limits=limits)
    assert [event.number for event in read_events(site.client)] == kept


def test_a_smaller_limit_takes_effect_at_once_and_after_a_restart(site: Site) -> None:
    blinkers = Blinkers(site, 10)
    checkd = site.start(blinkers.checks())
    blinkers.make(checkd, 220)
    rest(site, checkd, blinkers.checks())
    wait_until(lambda: pending(site.client) == 0, "all is settled")
    last = site.client.scalar("checkDeliveryLastEvent")
    site.write_config(blinkers.checks(enabled=False), limits={"history": 150})
    checkd.reload()
    kept = list(range(last - 149, last + 1))
    wait_until(
        lambda: [event.number for event in read_events(site.client)] == kept, "150 are kept"
    )
    checkd.kill()
    site.start(blinkers.checks(enabled=False), limits={"history": 100})
    wait_until(
        lambda: [event.number for event in read_events(site.client)] == kept[50:], "100 are kept"
    )
    wait_until(lambda: stored_events(database(site)) == kept[50:], "100 are stored")


def test_the_database_does_not_grow_with_its_use(site: Site) -> None:
    blinkers = Blinkers(site, 10)
    limits = {"history": 100, "backlog": 1000}
    checkd = site.start(blinkers.checks(), limits=limits)
    blinkers.make(checkd, 20)

    def taken() -> int:
        return sum(each.stat().st_blocks for each in clutter(database(site)))

    before = taken()
    blinkers.make(checkd, 300)
    assert taken() <= before


def test_its_files_can_be_read_by_nobody_else(site: Site) -> None:
    site.start([site.dial("web").check()])
    site.wait_for_runs("web", 2)
    for each in clutter(database(site)):
        if each.is_file():
            assert each.stat().st_mode & 0o027 == 0, each
