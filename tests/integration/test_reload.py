# SPDX-License-Identifier: GPL-2.0-or-later
"""SIGHUP: what a new configuration changes, and what it leaves alone."""

import os
import time
from pathlib import Path

import pytest

from expectations import EXIT_0, expect_result
from mib import AdminState, Outcome, RunState, State, Truth
from processes import is_alive, stays_true, wait_until
from testbed import Site


def sleeper(site: Site, name: str, **keys: str) -> tuple[dict, Path]:
    """A check whose only run notes its process and goes on until the file `go` is there."""
    notes = site.folder / f"{name}.pids"
    dial = site.dial(name)
    dial.turn(
        f"echo $$ >> {notes}; while [ ! -e {site.folder}/go ]; do sleep 0.05; done; exit 2"
    )
    return dial.check(timeout="1h", **keys), notes


def running_pid(notes: Path) -> int:
    return int(wait_until(lambda: notes.exists() and notes.read_text(), "the run started"))


def test_an_unchanged_check_keeps_its_run_in_progress(site: Site) -> None:
    check, notes = sleeper(site, "long")
    site.start([check])
    pid = running_pid(notes)
    site.reload([check, site.dial("new").check()])
    site.wait_for("new", {"checkLastOutcome": Outcome.EXITED})
    assert is_alive(pid)
    assert site.client.column("checkRunState", "long") == RunState.RUNNING
    (site.folder / "go").touch()
    site.wait_for("long", {"checkLastStatus": 2})
    assert notes.read_text().split()[0] == str(pid)


def test_an_unchanged_check_keeps_its_schedule(site: Site) -> None:
    notes = site.folder / "times"
    dial = site.dial("metronome")
    dial.turn(f"date +%s.%N >> {notes}")
    check = dial.check(interval="1s")
    site.start([check])
    site.wait_for_runs("metronome", 2)
    for number in range(4):
        site.reload([check, site.dial(f"new{number}").check()])
        site.wait_for_runs("metronome", 1)
    times = [float(line) for line in notes.read_text().split()]
    for moment in times[1:]:
        off = (moment - times[0]) % 1.0
        assert min(off, 1.0 - off) < 0.25, times
    assert times[-1] - times[0] == pytest.approx(len(times) - 1, abs=0.5)


def test_a_changed_check_keeps_state_and_counters(site: Site) -> None:
    dial = site.dial("web")
    site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    dial.turn("exit 2")
    site.wait_for("web", {"checkLastStatus": 2})
    site.wait_for_runs("web", 3)
    before = site.client.row("web")
    site.reload([dial.check(interval="300ms", description="now described", group="other")])
    after = site.wait_for("web", {"checkInterval": 300, "checkDescription": "now described"})
    assert after["checkGroup"] == "other"
    same = ["checkState", "checkPreviousStatus", "checkStatusChanges", "checkLastChangeEpoch"]
    same += ["checkLastEvent", "checkCounterDiscontinuity", "checkStateChanges"]
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["checkRuns"] >= before["checkRuns"]
    site.wait_for_runs("web", 2)
    assert len(site.traps.of("web")) == 1


def test_the_run_in_progress_of_a_changed_check_is_no_result(site: Site) -> None:
    check, notes = sleeper(site, "long")
    checkd = site.start([check])
    pid = running_pid(notes)
    site.reload([{**check, "timeout": "2h"}])
    wait_until(lambda: not is_alive(pid), "the run was ended")
    wait_until(lambda: len(notes.read_text().split()) > 1, "it runs anew")
    assert site.client.column("checkRuns", "long") == 0
    assert checkd.logged("check long: .*->") == []
    (site.folder / "go").touch()
    site.wait_for("long", {"checkLastStatus": 2})


def test_a_removed_check_leaves_the_table_and_its_run_is_ended(site: Site) -> None:
    check, notes = sleeper(site, "long")
    other = site.dial("other").check()
    checkd = site.start([check, other])
    pid = running_pid(notes)
    changed = site.client.scalar("checkTableLastChange")
    site.reload([other])
    wait_until(lambda: site.client.row("long") == {}, "its row is gone")
    wait_until(lambda: not is_alive(pid), "its run was ended")
    assert site.client.scalar("checkNumber") == 1
    assert site.client.scalar("checkTableLastChange") >= changed
    site.wait_for_runs("other", 2)
    assert checkd.logged("check long: .*->") == []
    assert site.traps.of_checks == []


def test_a_removed_check_that_comes_back_goes_on_where_it_was(site: Site) -> None:
    dial = site.dial("web")
    dial.turn("exit 1")
    other = site.dial("other").check()
    site.start([dial.check(), other])
    site.wait_for("web", {"checkLastStatus": 1})
    site.reload([other])
    wait_until(lambda: site.client.row("web") == {}, "its row is gone")
    dial.turn("exit 0")
    site.reload([dial.check(), other])
    row = site.wait_for("web", {"checkLastStatus": 0})
    assert (row["checkStatusChanges"], row["checkPreviousStatus"]) == (1, 1)


def test_an_added_check_appears_and_runs_within_its_interval(site: Site) -> None:
    other = site.dial("other").check()
    site.start([other])
    began = time.monotonic()
    site.reload([other, site.dial("new").check(interval="2s")])
    expect_result(site.wait_for("new", {"checkLastOutcome": Outcome.EXITED}), EXIT_0)
    assert time.monotonic() - began < 6
    assert site.client.scalar("checkNumber") == 2
    wait_until(lambda: site.client.scalar("checkConfigGeneration") == 2, "it counts as loaded")


def test_the_table_has_changed_only_when_a_row_came_or_went(site: Site) -> None:
    dial, other = site.dial("web"), site.dial("other").check()
    site.start([dial.check()])
    changed = site.client.scalar("checkTableLastChange")
    wait_until(lambda: time.time() > changed + 1, "another second has begun")
    site.reload([dial.check(description="now described")])
    wait_until(lambda: site.client.scalar("checkConfigGeneration") == 2, "it counts as loaded")
    assert site.client.scalar("checkTableLastChange") == changed
    site.reload([dial.check(description="now described"), other])
    wait_until(lambda: site.client.scalar("checkTableLastChange") > changed, "a row came")


def test_a_disabled_check_stops_running_and_an_enabled_one_goes_on(site: Site) -> None:
    dial = site.dial("web")
    dial.turn("exit 1")
    site.start([dial.check(fresh="1s")])
    site.wait_for("web", {"checkLastStatus": 1})
    assert site.client.scalar("checkNumberWarning") == 1
    site.reload([dial.check(fresh="1s", enabled=False)])
    row = site.wait_for("web", {"checkAdminState": AdminState.DISABLED, "checkRunState": 1})
    runs = row["checkRuns"]
    stays_true(lambda: site.client.column("checkRuns", "web") == runs, "it does not run", 1.5)
    row = site.client.row("web")
    assert (row["checkLastStatus"], row["checkStale"]) == (1, Truth.FALSE)
    wait_until(lambda: site.client.scalar("checkNumberWarning") == 0, "it counts in no sum")
    assert site.client.scalar("checkNumber") == 1
    assert site.client.scalar("checkWorstState") == State.PENDING
    dial.turn("exit 0")
    site.reload([dial.check(fresh="1s")])
    row = site.wait_for("web", {"checkLastStatus": 0, "checkAdminState": AdminState.ENABLED})
    assert row["checkStatusChanges"] == 1
    # What was told is over; that it was over already when it was looked at anew is no news.
    assert site.traps.kinds_of("web") == ["checkFailed", "checkWithdrawn"]


def test_a_bad_file_changes_nothing_and_is_told(site: Site) -> None:
    check, notes = sleeper(site, "long")
    web = site.dial("web").check()
    checkd = site.start([check, web])
    pid = running_pid(notes)
    generation = site.client.scalar("checkConfigGeneration")
    loaded = site.client.scalar("checkConfigLoaded")
    changed = site.client.scalar("checkTableLastChange")
    site.reload([{**web, "interval": "soon"}, {"name": "x"}, {**check, "confirm": "many"}])
    for word in ("interval", "confirm"):
        assert checkd.logged(rf"error: .*checkd\.yaml.*{word}"), checkd.output
    wait_until(lambda: "failed" in config_result(site), "the MIB tells of it")
    assert "checkd.yaml" in config_result(site)
    assert site.client.scalar("checkConfigGeneration") == generation
    assert site.client.scalar("checkConfigLoaded") == loaded
    assert site.client.scalar("checkTableLastChange") == changed
    assert is_alive(pid)
    site.wait_for_runs("web", 2)
    assert set(site.client.table()) == {"long", "web"}
    # And a good one is taken again.
    site.reload([web])
    wait_until(lambda: set(site.client.table()) == {"web"}, "the good file is in use")
    wait_until(lambda: config_result(site).startswith("ok"), "the MIB tells of it")


def config_result(site: Site) -> str:
    return str(site.client.scalar("checkConfigResult"))


@pytest.mark.parametrize("text", ["checks: [", "checks: 7\n", "nonsense: 1\n", "\t\n"])
def test_files_that_make_no_sense_change_nothing(site: Site, text: str) -> None:
    web = site.dial("web").check()
    checkd = site.start([web])
    checkd.config_file.write_text(text)
    checkd.reload()
    assert checkd.logged("error: "), checkd.output
    assert set(site.client.table()) == {"web"}
    site.wait_for_runs("web", 2)


def test_a_file_that_is_not_there_changes_nothing(site: Site) -> None:
    web = site.dial("web").check()
    checkd = site.start([web])
    checkd.config_file.unlink()
    checkd.reload()
    wait_until(lambda: "No such file" in config_result(site), "the MIB tells of it")
    site.wait_for_runs("web", 2)


def test_included_files_are_read_anew(site: Site) -> None:
    folder = site.folder / "conf.d"
    folder.mkdir()
    (folder / "a.yaml").write_text("checks:\n  - {name: first, command: /bin/true}\n")
    site.start([], include=["conf.d/*.yaml"])
    assert set(site.client.table()) == {"first"}
    (folder / "b.yaml").write_text("checks:\n  - {name: second, command: /bin/false}\n")
    site.checkd.reload()
    wait_until(lambda: set(site.client.table()) == {"first", "second"}, "both are there")


def test_many_reloads_in_a_row_lose_nothing(site: Site) -> None:
    dials = [site.dial(f"c{i}") for i in range(10)]
    site.start([dial.check() for dial in dials])
    for number in range(20):
        site.write_config([dial.check() for dial in dials[: 5 + number % 6]])
        site.checkd.reload(wait=False)
    site.write_config([dial.check() for dial in dials[:7]])
    site.checkd.reload()
    expected = {dial.name for dial in dials[:7]}
    wait_until(lambda: set(site.client.table()) == expected, "the last configuration counts")
    for dial in dials[:7]:
        site.wait_for_runs(dial.name, 1)


def test_a_change_of_the_text_setting_takes_effect(site: Site) -> None:
    dial = site.dial("web")
    dial.turn("echo 'grün'; exit 0")
    site.start([dial.check()])
    site.wait_for("web", {"checkLastOutput": "grün"})
    site.reload([dial.check()], snmp={"text": "ascii"})
    wait_until(site.client.is_published, "the table is served again")
    site.wait_for("web", {"checkLastOutput": "gr?n"})


def test_a_change_of_the_master_moves_the_table_there(site: Site) -> None:
    web = site.dial("web").check()
    checkd = site.start([web])
    runs = site.client.column("checkRuns", "web")
    assert isinstance(runs, int)
    first = checkd.publisher_pid
    site.write_config([web], snmp={"master": f"unix:{site.folder}/elsewhere"})
    checkd.reload()
    wait_until(lambda: not site.client.is_published(), "the table has left the first master")
    site.reload([web])
    wait_until(site.client.is_published, "the table is back")
    assert checkd.publisher_pid != first
    # The checks went on meanwhile and kept their counters.
    site.wait_for_runs("web", 1)
    assert site.client.column("checkRuns", "web") > runs


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_the_publisher_runs_as_the_user_that_is_set(site: Site) -> None:
    web = site.dial("web").check()
    checkd = site.start([web])

    def owner() -> int:
        pid = checkd.publisher_pid
        return os.stat(f"/proc/{pid}").st_uid if pid is not None else -1

    assert owner() not in (0, -1)
    site.reload([web], snmp={"user": "daemon"})
    wait_until(lambda: owner() == 1, "it runs as daemon")
    wait_until(site.client.is_published, "the table is served again")
