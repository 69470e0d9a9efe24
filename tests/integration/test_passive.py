# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of passive checks: by the control socket, by the spool, and from whom."""

import json
import os
import pwd
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from control import Control
from mib import Outcome, State
from processes import wait_until
from snmp import Traps
from testbed import Config, Site

BACKUP: Config = {"name": "backup", "type": "passive"}
BATCH: Config = {"name": "batch", "type": "passive"}
TAKEN = {"ok": True, "stored": True}

NOBODY = pwd.getpwnam("nobody")

# Asks once, as whoever it is started as, and prints the answer.
ASK_ONCE = """
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(20)
try:
    s.connect(sys.argv[1])
    s.sendall(sys.argv[2].encode() + b"\\n")
except PermissionError:
    print("no entry")
    sys.exit()
except BrokenPipeError:
    pass
print(s.makefile().readline(), end="")
"""


def control_socket(site: Site) -> Path:
    return site.folder / "checkd.sock"


def ask_as(site: Site, who: "list[str]", verb: str, **members: Any) -> str:
    """What a process of another user is answered."""
    request = json.dumps({"verb": verb, **members})
    python = ["/usr/bin/python3", "-c", ASK_ONCE, str(control_socket(site)), request]
    return subprocess.run(
        ["setpriv", *who, *python], capture_output=True, text=True, timeout=60, check=True
    ).stdout


def make_spool(site: Site) -> Path:
    spool = site.folder / "spool"
    spool.mkdir(mode=0o700)
    return spool


def put(spool: Path, name: str, text: str, age: float = 0) -> None:
    """As a program does it that knows the rules."""
    hidden = spool / f".{name}"
    hidden.write_text(text)
    when = time.time() - age
    os.utime(hidden, (when, when))
    hidden.rename(spool / name)


def wait_until_empty(spool: Path) -> None:
    wait_until(lambda: not list(spool.iterdir()), "the spool is empty")


def row_of(site: Site, name: str, status: int, output: str) -> dict[str, Any]:
    return site.wait_for(name, {"checkLastStatus": status, "checkLastOutput": output})


def test_a_result_that_is_submitted_is_shown(site: Site) -> None:
    site.start([BACKUP])
    before = int(time.time())
    with Control(control_socket(site)) as control:
        assert control.submit("backup", 2, "no tape | mb=0;;;0") == TAKEN
    row = row_of(site, "backup", 2, "no tape")
    assert row["checkState"] == State.CRITICAL
    assert row["checkLastOutcome"] == Outcome.EXITED
    assert before <= row["checkLastRanEpoch"] <= int(time.time())
    assert row["checkRuns"] == 1


def test_a_change_makes_exactly_one_event(site: Site, traps: Traps) -> None:
    checkd = site.start([BACKUP])
    with Control(control_socket(site)) as control:
        for status in (0, 0, 2, 2, 2, 0):
            assert control.submit("backup", status, f"it is {status}") == TAKEN
    row_of(site, "backup", 0, "it is 0")
    checkd.wait_for_log("check backup: recovered: exit 2 -> exit 0")
    assert len(checkd.logged("check backup: ")) == 2
    assert site.client.column("checkStatusChanges", "backup") == 2
    assert site.client.column("checkLastEvent", "backup") == 2


def test_the_log_tells_who_submitted(site: Site) -> None:
    checkd = site.start([BACKUP])
    with Control(control_socket(site)) as control:
        control.submit("backup", 2)
        control.submit("back\nup", 1)
    uid, pid = os.geteuid(), os.getpid()
    checkd.wait_for_log(rf"control: uid {uid} pid {pid}: submit backup: 2$")
    checkd.wait_for_log(rf"control: uid {uid} pid {pid}: submit back: 1: refused: ")


def test_what_cannot_be_submitted_is_said(site: Site) -> None:
    active = {"name": "active", "command": "/bin/true"}
    site.start([BACKUP, active, {**BATCH, "enabled": False}])
    with Control(control_socket(site)) as control:
        assert control.submit("nobody-knows", 0) == {
            "ok": False, "error": "check nobody-knows: there is no such check"
        }  # fmt: skip
        assert control.submit("active", 0) == {
            "ok": False,
            "error": "check active: it is not passive, and takes no results from outside",
        }
        assert control.submit("batch", 0) == {
            "ok": False, "error": "check batch: it is disabled"
        }  # fmt: skip
        answer = control.submit("backup", 256)
        assert answer["error"] == "submit backup: status must be a whole number from 0 to 255"
        assert control.ask("ping") == {"ok": True, "version": "0.1.0", "pid": site.checkd.pid}


def test_what_was_answered_survives_a_kill(site: Site) -> None:
    for status in (3, 4, 5):
        checkd = site.start([BACKUP])
        with Control(control_socket(site)) as control:
            assert control.submit("backup", status, f"before kill {status}") == TAKEN
            checkd.kill()
        again = site.start([BACKUP])
        row_of(site, "backup", status, f"before kill {status}")
        again.kill()


def test_a_file_in_the_spool_is_taken_at_once(site: Site) -> None:
    spool = make_spool(site)
    site.start([BACKUP, BATCH], spool=str(spool))
    started = time.monotonic()
    put(spool, "job", "# of tonight\nbackup\t0\tall 7 done | n=7\nbatch\t1\thalf\nrubbish\n")
    row_of(site, "backup", 0, "all 7 done")
    row_of(site, "batch", 1, "half")
    wait_until_empty(spool)
    assert time.monotonic() - started < 8  # the next look of its own would be in 10 s
    site.checkd.wait_for_log("spool: job:4: is not NAME, STATUS and OUTPUT")


def test_what_was_spooled_while_checkd_was_down_is_taken_in_its_order(site: Site) -> None:
    spool = make_spool(site)
    put(spool, "z-first", "backup\t1\tfirst\n", age=300)
    put(spool, "a-last", "backup\t0\tlast\n", age=100)
    put(spool, "m-middle", "backup\t2\tmiddle\n", age=200)
    checkd = site.start([BACKUP], spool=str(spool))
    row = row_of(site, "backup", 0, "last")
    assert row["checkRuns"] == 3
    wait_until_empty(spool)
    assert [line.split("critical: ")[-1] for line in checkd.logged("-> critical")] == ["middle"]
    assert len(checkd.logged("check backup: ")) == 3


def test_no_spooled_result_is_lost_by_kills(site: Site) -> None:
    spool = make_spool(site)
    for number in range(1, 6):
        put(spool, f"job-{number}", f"backup\t{number}\tresult {number}\n")
        checkd = site.start([BACKUP], spool=str(spool), wait=False)
        wait_until(lambda: not (spool / f"job-{number}").exists(), "the file is taken")
        checkd.kill()
    site.start([BACKUP], spool=str(spool))
    row_of(site, "backup", 5, "result 5")
    wait_until_empty(spool)
    assert site.client.column("checkStatusChanges", "backup") >= 4


def test_a_reload_moves_socket_and_spool(site: Site) -> None:
    spool = make_spool(site)
    put(spool, "job", "backup\t7\tfrom the new spool\n")
    checkd = site.start([BACKUP])
    other = site.folder / "other.sock"
    site.reload([BACKUP], control={"socket": str(other)}, spool=str(spool))
    assert not control_socket(site).exists()
    with Control(other) as control:
        assert control.ask("ping")["ok"]
    row_of(site, "backup", 7, "from the new spool")
    assert checkd.stop() == 0
    assert not other.exists()


def test_a_second_checkd_leaves_the_socket_to_the_first(site: Site) -> None:
    first = site.start([BACKUP])
    second = site.start(
        [BATCH], config_name="second.yaml", wait=False,
        control={"socket": str(control_socket(site))},
    )  # fmt: skip
    second.wait_for_log("control: .*: another process listens there")
    with Control(control_socket(site)) as control:
        assert control.ask("ping")["pid"] == first.pid
    assert second.stop() == 0
    with Control(control_socket(site)) as control:
        assert control.ask("ping")["pid"] == first.pid


def test_a_socket_that_a_killed_checkd_left_is_replaced(site: Site) -> None:
    site.start([BACKUP]).kill()
    assert control_socket(site).exists()
    second = site.start([BACKUP])
    with Control(control_socket(site)) as control:
        assert control.ask("ping")["pid"] == second.pid


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_only_those_who_may_submit_do(site: Site) -> None:
    stranger = [f"--reuid={NOBODY.pw_uid}", "--regid=4001", "--clear-groups"]
    reader = [f"--reuid={NOBODY.pw_uid}", "--regid=4001", "--groups=adm"]
    submitter = [f"--reuid={NOBODY.pw_uid}", "--regid=4001", "--groups=mail"]
    checkd = site.start([BACKUP])
    assert ask_as(site, submitter, "submit", name="backup", status=1) == "no entry\n"
    site.reload([BACKUP], control={"group": "adm", "submit": "mail"})
    assert json.loads(ask_as(site, reader, "ping"))["ok"]
    for who in (reader, stranger):
        assert not json.loads(ask_as(site, who, "submit", name="backup", status=1))["ok"]
    assert not json.loads(ask_as(site, submitter, "ping"))["ok"]
    assert json.loads(ask_as(site, submitter, "submit", name="backup", status=2)) == TAKEN
    row_of(site, "backup", 2, "")
    assert site.client.column("checkRuns", "backup") == 1
    checkd.wait_for_log(rf"control: uid {NOBODY.pw_uid} pid \d+: turned away")
    site.reload([BACKUP], control={"submit": "mail"})
    assert ask_as(site, reader, "ping") == "no entry\n"
    assert json.loads(ask_as(site, submitter, "submit", name="backup", status=0)) == TAKEN


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_spool_that_everybody_may_write_to_is_not_used(site: Site) -> None:
    spool = make_spool(site)
    spool.chmod(0o1777)
    put(spool, "job", "backup\t0\tx\n")
    checkd = site.start([BACKUP], spool=str(spool))
    checkd.wait_for_log(f"spool: {spool}: everybody may write there")
    assert (spool / "job").exists()


def test_a_flood_of_rubbish_delays_no_check(site: Site) -> None:
    ticks = [
        {"name": f"tick-{n}", "command": "/bin/true", "interval": "200ms"} for n in range(5)
    ]
    site.start([BACKUP, *ticks])
    site.wait_for_runs("tick-0", 2)
    flood = (b"rubbish\n" * 500 + b'{"verb":"submit","name":"x","status":1}\n' * 500) * 2
    with ExitStack() as stack:
        clients = [stack.enter_context(Control(control_socket(site))) for _ in range(8)]
        for client in clients:
            client.set_blocking(False)
        runs = int(str(site.client.column("checkRuns", "tick-0")))

        def pour() -> bool:
            for client in clients:
                client.push(flood)
                client.pull()
            return int(str(site.client.column("checkRuns", "tick-0"))) - runs >= 25

        wait_until(pour, "25 more runs in the flood", 60, pause=0.001)
    assert int(str(site.client.scalar("checkAgentLatenessMax"))) < 500
    with Control(control_socket(site)) as control:
        assert control.submit("backup", 0, "after the flood") == TAKEN


def test_results_come_in_by_the_thousand(site: Site) -> None:
    site.start([BACKUP])
    requests = b"".join(
        json.dumps({"verb": "submit", "name": "backup", "status": 0, "output": str(n)}).encode()
        + b"\n"
        for n in range(3000)
    )
    with Control(control_socket(site)) as control:
        control.set_blocking(False)
        answers = 0
        left = requests

        def push() -> bool:
            nonlocal answers, left
            left = left[control.push(left) :]
            answers += control.pull().count(b"\n")
            return answers >= 3000

        wait_until(push, "3000 answers", 60, pause=0.001)
    row_of(site, "backup", 0, "2999")
    assert site.client.column("checkRuns", "backup") == 3000
