# SPDX-License-Identifier: GPL-2.0-or-later
"""What checkd knew it knows again after any end, whatever became of its database."""

import hashlib
import os
import random
import re
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Optional, Sequence

import pytest

from event_log import Event, is_settled, numbers_of, read_events, without_repetitions
from mib import EventKind, StoreStatus
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
    wait_until(lambda: is_settled(site.client), "all is settled")

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
    wait_until(lambda: is_settled(site.client), "all is settled")
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
    # Where nothing of it can be read, another one's epoch is that of the clock.
    wait_until(lambda: time.time() > epoch + 1, "the second of its making has passed")
    assert checkd.stop() == 0
    for suffix in ("-wal", "-shm"):
        (site.folder / f"checkd.db{suffix}").unlink(missing_ok=True)
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


# ---- bounds ------------------------------------------------------------------------


@pytest.mark.slow
def test_the_log_keeps_to_its_limit(site: Site) -> None:
    blinkers = Blinkers(site, 10)
    limits = {"history": 100, "backlog": 1000}
    checkd = site.start(blinkers.checks(), limits=limits)
    blinkers.make(checkd, 300)
    rest(site, checkd, blinkers.checks(), limits=limits)
    wait_until(lambda: is_settled(site.client), "all is settled")
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
    wait_until(lambda: is_settled(site.client), "all is settled")
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
