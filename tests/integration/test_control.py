# SPDX-License-Identifier: GPL-2.0-or-later
"""What checkd tells on its control socket, and that it is what SNMP tells."""

import os
import threading
import time
from pathlib import Path
from typing import Any, Iterator

import pytest
from control import Control
from processes import wait_until
from snmp import Row
from testbed import Site

COLUMNS_OF_TIME = {"last_ran", "last_change", "last_ran_age", "last_change_age"}


def control_socket(site: Site) -> Path:
    return site.folder / "checkd.sock"


@pytest.fixture(name="control")
def fixture_control(site: Site) -> Iterator[Control]:
    """A site with a few checks of all kinds, and a connection."""
    site.start(
        [
            {"name": "disk/root", "command": "/bin/sh -c 'echo full \\| used=9GB; exit 2'",
             "group": "storage", "description": "Root", "interval": "1h",
             "env": {"SECRET": "hush"}},
            {"name": "disk/var", "command": "/bin/true", "group": "storage", "interval": "1h",
             "depends": ["disk/root"]},
            {"name": "web", "command": "/bin/sh -c 'exit 1'", "interval": "1h"},
            {"name": "off", "command": "/bin/true", "enabled": False},
            {"name": "backup", "type": "passive"},
            {"name": "all-disks", "type": "aggregate", "all": ["disk/*"]},
        ],
        maintenance=[{"when": "00:00-24:00", "checks": "web", "reason": "moving"}],
    )  # fmt: skip
    with Control(control_socket(site)) as control:
        for name in ("disk/root", "disk/var", "web"):
            control.ask("run", name=name, wait=True)
        site.wait_for("all-disks", {"checkState": 5})
        site.wait_for("web", {"checkRuns": 1})
        yield control


def column_of(name: str) -> str:
    return "check" + "".join(part.capitalize() for part in name.split("_"))


def test_a_row_has_what_snmp_shows_under_the_same_names(site: Site, control: Control) -> None:
    for name in ("disk/root", "disk/var", "web", "off", "backup"):
        shown: Row = site.client.row(name)
        row = control.ask("show", name=name)["check"]
        assert len(row) == 35
        for member, value in row.items():
            column = column_of(member)
            assert column in shown or member in COLUMNS_OF_TIME, member
            if isinstance(value, bool):
                assert shown[column] == (1 if value else 2), member
            elif isinstance(value, int) and member not in COLUMNS_OF_TIME:
                assert shown[column] == value, member
    row = control.ask("show", name="disk/root")["check"]
    assert (row["state"], row["last_outcome"], row["type"]) == ("critical", "exited", "command")
    assert (row["last_output"], row["admin_state"], row["stale"]) == ("full", "enabled", False)
    ran = time.strptime(row["last_ran"], "%Y-%m-%dT%H:%M:%SZ")
    assert time.mktime(ran) - time.timezone == row["last_ran_epoch"]
    assert control.ask("show", name="off")["check"]["last_ran_age"] is None
    assert control.ask("show", name="web")["check"]["suppression"] == "maintenance"


def test_the_scalars_are_those_of_snmp(site: Site, control: Control) -> None:
    daemon = control.ask("daemon")
    assert daemon["pid"] == site.checkd.pid
    assert daemon["publisher_pid"] == site.checkd.publisher_pid
    assert daemon["master_connected"] is True and daemon["publisher_mode"] == "agentx"
    assert daemon["master"] == site.master.address
    assert daemon["store_size"] > 4096 and daemon["log_dropped"] == 0
    assert daemon["store_status"] == "ok" and daemon["worst_state"] == "critical"
    for name in (
        "number", "number_ok", "number_warning", "number_critical", "number_pending",
        "number_stale", "state_epoch", "config_generation", "delivery_first_event",
        "delivery_last_event", "agent_start_time", "agent_runs",
    ):  # fmt: skip
        assert site.client.scalar(column_of(name)) == daemon[name], name


def test_checks_are_found_by_state_group_and_pattern(control: Control) -> None:
    def names(**wanted: Any) -> set[str]:
        return {row["name"] for row in control.ask("checks", columns="name", **wanted)["checks"]}

    assert names(state="critical") == {"disk/root", "all-disks"}
    assert names(state="critical,warning") == {"disk/root", "all-disks", "web"}
    assert names(state=["disabled"]) == {"off"}
    assert names(state="suppressed") == {"web", "disk/var", "off"}
    assert names(group="STOR*") == {"disk/root", "disk/var"}
    assert names(match="DISK/*") == {"disk/root", "disk/var"}
    assert names(match="disk") == set()
    assert control.ask("names", match="*-disks") == {"ok": True, "names": ["all-disks"]}
    wrong = control.ask("checks", state="bad")
    assert wrong == {"ok": False, "error": 'checks: state: "bad" is none'}
    assert not control.ask("checks", columns=["name", "colour"])["ok"]


def test_what_is_too_much_for_an_answer_comes_in_parts(control: Control) -> None:
    collected: list[str] = []
    more: dict[str, Any] = {}
    while True:
        answer = control.ask("names", limit=2, **more)
        collected += answer["names"]
        if "next" not in answer:
            break
        more = {"after": answer["next"]}
    assert collected == ["all-disks", "backup", "disk/root", "disk/var", "off", "web"]
    assert control.ask("names", after="gone")["names"] == ["off", "web"]


def test_all_of_a_check_is_shown(control: Control) -> None:
    shown = control.ask("show", name="disk/root")
    definition = shown["definition"]
    assert definition["interval"] == "1h" and definition["group"] == "storage"
    assert definition["env"] == {"SECRET": None}, "a value may be a secret"
    assert [metric["label"] for metric in shown["metrics"]] == ["used"]
    assert shown["metrics"][0]["value"] == "9" and shown["metrics"][0]["unit"] == "GB"
    assert shown["dependants"] == [{"name": "disk/var", "state": "ok"}]
    assert shown["dependants_count"] == 1 and shown["order"] is None
    assert control.ask("show", name="disk/var")["depends"] == [
        {"name": "disk/root", "state": "critical"}
    ]
    assert control.ask("show", name="all-disks")["members_count"] == 2
    assert control.ask("show", name="web")["maintenance"] == [
        {"when": "00:00-24:00", "reason": "moving", "is_open": True}
    ]
    assert not control.ask("show", name="nobody")["ok"]


def test_the_last_runs_are_remembered(site: Site, control: Control) -> None:
    dial = site.dial("dial")
    checks = [{"name": "dial", "command": dial.check()["command"], "interval": "1h"}]
    site.reload(checks, limits={"runs": 3})
    for code in range(5):
        dial.turn(f"echo it is {code}; exit {code}")
        assert control.ask("run", name="dial", wait=True)["ok"]
    runs = control.ask("show", name="dial")["last_runs"]
    assert [run["status"] for run in runs] == [4, 3, 2]
    assert runs[0]["output"] == "it is 4" and runs[0]["outcome"] == "exited"
    assert abs(runs[0]["ran_epoch"] - time.time()) < 60 and "lateness" in runs[0]
    site.reload(checks, limits={"runs": 0})
    assert control.ask("show", name="dial")["last_runs"] == []


def test_events_are_told_by_number(site: Site, control: Control) -> None:
    answer = control.ask("events", since=0)
    numbers = [event["number"] for event in answer["events"]]
    assert numbers == list(range(answer["first_event"], answer["last_event"] + 1))
    failed = next(event for event in answer["events"] if event["name"] == "disk/root")
    assert (failed["kind"], failed["to_state"], failed["to_status"]) == ("failed", "critical", 2)
    assert answer["state_epoch"] == site.client.scalar("checkStateEpoch")
    assert control.ask("events", since=numbers[-1])["events"] == []
    newest = control.ask("events", limit=1)
    assert [event["number"] for event in newest["events"]] == numbers[-1:]
    first = control.ask("events", since=0, limit=1)
    assert first["next"] == numbers[0]
    assert control.ask("events", name="disk/root")["events"] == [failed]


def test_who_waits_for_an_event_is_told_when_it_comes(site: Site, control: Control) -> None:
    last = control.ask("events")["last_event"]
    with Control(control_socket(site)) as waiting:
        waiting.send(b'{"verb":"events","since":%d,"wait":60,"name":"backup"}\n' % last)
        control.submit("backup", 2, "no tape")
        answer = waiting.receive()
        assert answer is not None and answer["events"][0]["output"] == "no tape"
        begin = time.monotonic()
        nothing = waiting.ask("events", since=answer["last_event"], wait=1)
        assert nothing["events"] == [] and time.monotonic() - begin > 0.9


def test_a_run_is_asked_for(site: Site, control: Control) -> None:
    answer = control.ask("run", name="web", wait=True)
    assert answer["ok"] and answer["waited"] and answer["stored"]
    assert answer["check"]["runs"] == 2 and answer["check"]["last_status"] == 1
    answer = control.ask("run", name="web")
    assert answer["ok"] and not answer["waited"]
    site.wait_for("web", {"checkRuns": 3})
    for name, cause in (
        ("off", "it is disabled"),
        ("backup", "it is passive or an aggregate, and has no runs of its own"),
        ("all-disks", "it is passive or an aggregate, and has no runs of its own"),
        ("gone", "there is no such check"),
    ):
        assert control.ask("run", name=name)["error"] == f"check {name}: {cause}"
    site.checkd.wait_for_log(r"control: uid \d+ pid \d+: run web: wait$")
    site.checkd.wait_for_log(r"control: uid \d+ pid \d+: run off: refused: ")


def test_a_run_that_is_waited_for_may_be_ended(bare_site: Site) -> None:
    slow = {"name": "slow", "command": "/bin/sleep 1000", "interval": "1h", "timeout": "1h"}
    bare_site.master.start()
    bare_site.start([slow])
    with Control(control_socket(bare_site)) as control:
        control.send(b'{"verb":"run","name":"slow","wait":true}\n')
        wait_until(bare_site.checkd.runs, "it runs")
        bare_site.reload([{**slow, "description": "another"}])
        answer = control.receive()
        assert answer is not None and "the run was ended" in answer["error"]


def test_a_test_shows_all_and_changes_nothing(site: Site, control: Control) -> None:
    before = control.ask("show", name="disk/root")["check"]
    answer = control.ask("test", name="disk/root")
    assert answer["ok"]
    assert answer["argv"][:2] == ["/bin/sh", "-c"]
    assert "SECRET=hush" in answer["environment"]
    assert "CHECKD_NAME=disk/root" in answer["environment"]
    assert (answer["outcome"], answer["status"], answer["state"]) == ("exited", 2, "critical")
    assert answer["output"] == "full | used=9GB\n" and answer["text"] == "full"
    assert answer["metrics"][0]["label"] == "used" and not answer["is_truncated"]
    assert answer["directory"] == "/" and answer["user"] is None
    after = control.ask("show", name="disk/root")["check"]
    assert {**after, "last_ran_age": 0, "last_change_age": 0} == {
        **before, "last_ran_age": 0, "last_change_age": 0
    }  # fmt: skip
    assert control.ask("test", name="off")["status"] == 0, "a disabled one can be tried"
    assert not control.ask("test", name="backup")["ok"]


def test_a_test_ends_with_its_client(bare_site: Site) -> None:
    slow = {"name": "slow", "command": "/bin/sleep 1000", "enabled": False, "timeout": "1h"}
    bare_site.master.start()
    bare_site.start([slow])
    clients = [Control(control_socket(bare_site)) for _ in range(5)]
    for client in clients[:4]:
        client.send(b'{"verb":"test","name":"slow"}\n')
    wait_until(lambda: len(bare_site.checkd.runs()) == 4, "four are under way")
    answer = clients[4].ask("test", name="slow")
    assert answer["error"] == "check slow: as many tests as may be are under way: try later"
    for client in clients:
        client.close()
    wait_until(lambda: not bare_site.checkd.runs(), "they have ended")


def test_a_reload_tells_what_came_of_it(site: Site, control: Control) -> None:
    site.write_config([{"name": "new", "command": "/bin/true"}])
    answer = control.ask("reload")
    assert answer["ok"] and answer["generation"] == 2 and answer["warnings"] == []
    assert answer["result"] == "ok: 1 checks (1 added, 0 changed, 6 removed)"
    site.write_config([{"name": "new", "command": "/bin/true", "colour": "red", "interval": 3}])
    answer = control.ask("reload")
    assert not answer["ok"] and answer["error"].startswith("failed, nothing changed: 2 errors")
    assert len(answer["problems"]) == 2
    assert control.ask("names")["names"] == ["new"]


def test_clients_that_do_not_read_delay_nobody(site: Site, control: Control) -> None:
    """They wait for events and ask for all rows, over and over, and read nothing."""
    flood = b'{"verb":"checks"}\n' * 400 + b'{"verb":"events","wait":60,"since":99999}\n' * 200
    clients = [Control(control_socket(site)) for _ in range(40)]
    for client in clients:
        client.set_blocking(False)
    is_over = threading.Event()

    def push() -> None:
        while not is_over.is_set():
            for client in clients:
                client.push(flood)
            time.sleep(0.01)

    pushing = threading.Thread(target=push)
    pushing.start()
    try:
        site.reload(
            [{"name": "tick", "command": "/bin/true", "interval": "100ms"}],
        )
        site.wait_for_runs("tick", 30)
        assert control.ask("ping")["ok"]
    finally:
        is_over.set()
        pushing.join()
    assert site.client.scalar("checkAgentLatenessP99") < 1000
    with open(f"/proc/{site.checkd.pid}/statm") as statm:
        resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    assert resident < 1 << 30
    for client in clients:
        client.close()
    wait_until(lambda: len(os.listdir(f"/proc/{site.checkd.pid}/fd")) < 60, "they are forgotten")


ANSWERING = "while read -r id _ name _; do [ $name != mute ] && echo $id 0 fine; done"


def test_what_a_worker_runs_can_be_tested(bare_site: Site) -> None:
    script = bare_site.script("answering", f"#!/bin/sh\n{ANSWERING}\n")
    workers = [{"name": "answers", "command": str(script), "insecure": True, "in_flight": 1}]
    jobs = [
        {"name": name, "type": "worker", "worker": "answers", "interval": "1d", "timeout": "1h",
         "enabled": False}
        for name in ("job", "mute")
    ]  # fmt: skip
    bare_site.master.start()
    bare_site.start(jobs, workers=workers)
    with Control(control_socket(bare_site)) as control, \
            Control(control_socket(bare_site)) as waiting:  # fmt: skip
        answer = control.ask("test", name="job")
        assert (answer["outcome"], answer["status"], answer["text"]) == ("exited", 0, "fine")
        assert control.ask("show", name="job")["check"]["runs"] == 0
        waiting.send(b'{"verb":"test","name":"mute"}\n')
        wait_until(
            lambda: "as many requests" in control.ask("test", name="job").get("error", ""),
            "the worker takes no more",
        )
        bare_site.reload([{"name": "other", "type": "passive"}])
        ended = waiting.receive()
        assert ended is not None and "another configuration" in ended["error"]
        assert control.ask("ping")["ok"]
