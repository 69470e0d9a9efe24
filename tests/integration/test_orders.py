# SPDX-License-Identifier: GPL-2.0-or-later
"""What operators order for checks by the control socket: it holds, whatever dies."""

import sqlite3
import time
from pathlib import Path
from typing import Any, Iterator

import pytest
from control import Control
from processes import wait_until
from testbed import Checkd, Config, Site

ENABLED, DISABLED, MAINTENANCE = 1, 2, 3
OK, CRITICAL, PENDING = 2, 5, 1


def control_socket(site: Site) -> Path:
    return site.folder / "checkd.sock"


def ask(site: Site, verb: str, **members: Any) -> dict[str, Any]:
    with Control(control_socket(site)) as control:
        return control.ask(verb, **members)


def order(site: Site, verb: str, name: str, **members: Any) -> None:
    answer = ask(site, verb, name=name, **members)
    assert answer["ok"] and answer["stored"] and answer["changed"] == 1, answer


def order_of(site: Site, name: str) -> Any:
    return ask(site, "show", name=name)["order"]


def kinds(site: Site, name: str) -> list[str]:
    return [event["kind"] for event in ask(site, "events", name=name, limit=500)["events"]]


def restart(site: Site, checks: list[Config]) -> Checkd:
    checkd = site.start(checks)
    return checkd


@pytest.fixture(name="down")
def fixture_down(site: Site) -> Iterator[list[Config]]:
    """A check that fails, and is told to; another that is fine."""
    dial = site.dial("web")
    dial.turn("exit 2")
    checks = [dial.check(), {"name": "disk", "command": "/bin/true", "interval": "200ms"}]
    site.start(checks)
    site.wait_for("web", {"checkState": CRITICAL})
    site.wait_for("disk", {"checkState": OK})
    yield checks


def test_a_disabled_check_is_as_one_that_the_configuration_disables(
    site: Site, down: list[Config]
) -> None:
    site.dial("web").turn("echo $$ >web.pid; exec sleep 1000")
    wait_until(site.checkd.runs, "a run is in progress")
    order(site, "disable", "web", reason="moved\nto another")
    row = site.wait_for("web", {"checkAdminState": DISABLED, "checkRunState": 1})
    assert row["checkSuppression"] == 3 and row["checkStale"] == 2
    assert kinds(site, "web")[-1] == "withdrawn"
    shown = order_of(site, "web")
    assert shown["disabled"] and shown["disabled_reason"] == "moved"
    assert abs(shown["disabled_since_epoch"] - time.time()) < 60
    assert shown["maintenance_until_epoch"] == 0
    assert ask(site, "daemon")["number_critical"] == 0
    assert ask(site, "daemon")["orders"] == 1
    wait_until(lambda: site.client.scalar("checkNumberCritical") == 0, "it is not counted")
    assert ask(site, "run", name="web")["error"] == "check web: it is disabled"
    assert ask(site, "disable", name="web", reason="moved")["changed"] == 0
    site.checkd.wait_for_log(r"control: uid \d+ pid \d+: disable web: moved")


def test_it_stays_disabled_across_a_kill_a_reload_and_a_restart(
    site: Site, down: list[Config]
) -> None:
    order(site, "disable", "web")
    site.checkd.kill()
    second = restart(site, down)
    site.wait_for("web", {"checkAdminState": DISABLED, "checkState": CRITICAL})
    assert kinds(site, "web").count("withdrawn") == 1
    site.write_config([{**down[0], "description": "another"}, down[1]])
    second.reload()
    site.wait_for("web", {"checkAdminState": DISABLED, "checkDescription": "another"})
    assert second.stop() == 0
    restart(site, down)
    runs = site.client.column("checkRuns", "web")
    site.wait_for_runs("disk", 5)
    assert site.client.column("checkRuns", "web") == runs
    order(site, "enable", "web")
    site.wait_for("web", {"checkAdminState": ENABLED})
    wait_until(lambda: kinds(site, "web")[-1] == "failed", "what is still so is told again")
    assert kinds(site, "web")[-2:] == ["withdrawn", "failed"]
    assert order_of(site, "web") is None and ask(site, "daemon")["orders"] == 0


def test_an_order_that_is_answered_outlives_a_kill_at_that_moment(site: Site) -> None:
    checks = [{"name": "job", "command": "/bin/true", "interval": "1h"}]
    checkd = site.start(checks)
    for is_off in (True, False, True):
        order(site, "disable" if is_off else "enable", "job")
        checkd.kill()
        checkd = site.start(checks)
        site.wait_for("job", {"checkAdminState": DISABLED if is_off else ENABLED})


def test_maintenance_opens_at_once_and_closes_by_the_clock(
    site: Site, down: list[Config]
) -> None:
    answer = ask(site, "maintenance", name="*", seconds=4, reason="new disks")
    assert answer["changed"] == 2 and answer["names"] == ["disk", "web"]
    assert abs(answer["until_epoch"] - time.time() - 4) < 3
    site.wait_for("web", {"checkAdminState": MAINTENANCE, "checkSuppression": 4})
    assert order_of(site, "web")["maintenance_reason"] == "new disks"
    site.dial("web").turn("exit 1")
    site.wait_for("web", {"checkState": 3})
    site.wait_for("web", {"checkAdminState": ENABLED})
    assert time.time() >= answer["until_epoch"]
    wait_until(lambda: order_of(site, "web") is None, "nothing is left of it")
    last = ask(site, "events", name="web", limit=1)["events"][0]
    wait_until(
        lambda: ask(site, "events", name="web", limit=1)["events"][0]["suppression"] == "none",
        f"what it hid is told, behind {last}",
    )
    site.checkd.wait_for_log("maintenance that was ordered is over for 2 checks")


def test_maintenance_is_ended_before_its_time(site: Site, down: list[Config]) -> None:
    order(site, "maintenance", "web", seconds=3600)
    site.wait_for("web", {"checkAdminState": MAINTENANCE})
    order(site, "maintenance", "web", seconds=0)
    site.wait_for("web", {"checkAdminState": ENABLED})
    assert order_of(site, "web") is None
    answer = ask(site, "maintenance", name="web", seconds=0)
    assert answer["ok"] and answer["changed"] == 0


def test_maintenance_ends_while_checkd_is_down(site: Site, down: list[Config]) -> None:
    answer = ask(site, "maintenance", name="web", seconds=2)
    order(site, "maintenance", "disk", seconds=3600)
    site.checkd.kill()
    wait_until(lambda: time.time() > answer["until_epoch"], "its time is over")
    site.dial("web").turn("exit 0")
    restart(site, down)
    site.wait_for("web", {"checkAdminState": ENABLED, "checkState": OK})
    site.wait_for("disk", {"checkAdminState": MAINTENANCE})
    wait_until(lambda: kinds(site, "web")[-1] == "recovered", "it is told")
    assert order_of(site, "web") is None


def test_disabling_and_maintenance_stand_beside_each_other(
    site: Site, down: list[Config]
) -> None:
    order(site, "maintenance", "web", seconds=3600, reason="a")
    order(site, "disable", "web", reason="b")
    site.wait_for("web", {"checkAdminState": DISABLED})
    shown = order_of(site, "web")
    assert (shown["disabled_reason"], shown["maintenance_reason"]) == ("b", "a")
    order(site, "enable", "web")
    site.wait_for("web", {"checkAdminState": MAINTENANCE})


def test_what_the_configuration_disables_no_order_enables(
    site: Site, down: list[Config]
) -> None:
    off = {**down[0], "enabled": False}
    order(site, "disable", "web")
    site.reload([off, down[1]])
    answer = ask(site, "enable", name="web")
    assert not answer["ok"] and "the configuration says enabled: false" in answer["error"]
    answer = ask(site, "enable", name="*")
    assert (answer["matched"], answer["changed"], answer["refused"]) == (2, 0, 1)
    site.reload(down)
    site.wait_for("web", {"checkAdminState": DISABLED})
    order(site, "enable", "web")
    site.wait_for("web", {"checkAdminState": ENABLED})


def test_an_order_waits_for_a_check_that_is_removed(site: Site, down: list[Config]) -> None:
    order(site, "disable", "web")
    site.reload(down[1:])
    assert not ask(site, "enable", name="web")["ok"]
    site.checkd.kill()
    second = restart(site, down[1:])
    site.write_config(down)
    second.reload()
    site.wait_for("web", {"checkAdminState": DISABLED})
    order(site, "enable", "web")
    site.wait_for("web", {"checkAdminState": ENABLED})


def test_a_disabled_parent_and_a_disabled_member_say_nothing(site: Site) -> None:
    parent, child = site.dial("net"), site.dial("host")
    parent.turn("exit 2")
    child.turn("exit 2")
    site.start(
        [
            parent.check(),
            child.check(depends=["net"]),
            {"name": "all", "type": "aggregate", "all": ["net", "host"]},
        ]
    )
    site.wait_for("host", {"checkState": CRITICAL, "checkSuppression": 5})
    site.wait_for("all", {"checkState": CRITICAL})
    order(site, "disable", "net")
    site.wait_for("host", {"checkSuppression": 1})
    wait_until(lambda: kinds(site, "host")[-1] == "failed", "it is told now")
    order(site, "disable", "host")
    child.turn("exit 0")
    parent.turn("exit 0")
    order(site, "disable", "all")
    site.wait_for("all", {"checkAdminState": DISABLED})
    assert kinds(site, "all") == ["failed", "withdrawn"]
    for name in ("net", "host"):
        order(site, "enable", name)
        site.wait_for(name, {"checkState": OK})
    order(site, "enable", "all")
    site.wait_for("all", {"checkState": OK, "checkAdminState": ENABLED})
    assert "failed" not in kinds(site, "all")[2:], "it is not told what it was before"


def test_orders_for_many_are_given_in_parts(site: Site) -> None:
    site.start(
        [{"name": f"job-{i:04}", "type": "passive", "group": "jobs"} for i in range(1200)]
    )
    changed, parts, more = 0, 0, {}
    while True:
        answer = ask(site, "disable", name="group=jobs", **more)
        assert answer["ok"] and answer["changed"] <= 500 and len(answer["names"]) <= 100
        changed, parts = changed + answer["changed"], parts + 1
        if "next" not in answer:
            break
        more = {"after": answer["next"]}
    assert (changed, parts) == (1200, 3)
    assert ask(site, "daemon")["orders"] == 1200
    assert ask(site, "enable", name="job-000?")["changed"] == 10
    assert ask(site, "enable", name="nobody-*")["matched"] == 0
    assert not ask(site, "disable", name="nobody")["ok"]


def test_a_database_of_the_version_before_gets_its_table(site: Site) -> None:
    checks = [{"name": "job", "command": "/bin/sh -c 'exit 2'", "interval": "200ms"}]
    checkd = site.start(checks)
    site.wait_for("job", {"checkState": CRITICAL})
    assert checkd.stop() == 0
    before = sqlite3.connect(site.folder / "checkd.db")
    runs = before.execute("SELECT runs FROM checks").fetchone()[0]
    before.executescript("DROP TABLE orders; PRAGMA user_version = 2;")
    before.close()
    site.start(checks)
    assert site.client.column("checkRuns", "job") >= runs
    order(site, "disable", "job")
    after = sqlite3.connect(site.folder / "checkd.db")
    assert after.execute("PRAGMA user_version").fetchone()[0] == 3
    assert after.execute("SELECT name FROM orders").fetchall() == [("job",)]
    after.close()
