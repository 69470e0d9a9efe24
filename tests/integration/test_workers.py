# SPDX-License-Identifier: GPL-2.0-or-later
"""Workers: the samples as they are installed, and what the table shows whatever they do."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

import mib
from control import Control
from mib import Outcome, State
from processes import children_of, command_line, process_status, wait_until
from snmp import plain
from testbed import SOURCE, Checkd, Config, Site

SAMPLES = SOURCE / "conf" / "workers"

# Answers with its own number, so that a test sees when it is another.
WHO = "while read -r number timeout name args; do echo $number 0 $$; done"


def worker(site: Site, name: str, script: str, **keys: Any) -> Config:
    """A worker of a shell script, in a file whose owner and folder root trusts."""
    file = site.script(f"worker-{name}.sh", f"#!/bin/sh\n{script}\n")
    return {"name": name, "command": str(file), "insecure": True, **keys}


def sample(name: str, **keys: Any) -> Config:
    return {"name": "sample", "command": str(SAMPLES / name), "insecure": True, **keys}


def check(name: str, worker_name: str, **keys: Any) -> Config:
    return {
        "name": name, "type": "worker", "worker": worker_name, "interval": "200ms",
        "timeout": "20s", **keys,
    }  # fmt: skip


def process_of(checkd: Checkd, name: str) -> int:
    """The number of the only process whose command line has that name."""

    def find() -> list[int]:
        return [pid for pid in children_of(checkd.pid) if name in " ".join(command_line(pid))]

    return wait_until(find, f"a process of {name}")[0]


def read_column(site: Site, name: str) -> list[Any]:
    """A column alone, in the order of the names."""
    column = mib.COLUMNS[name]
    walked = site.client.bulk_walk(mib.ENTRY + (column.number,), 50)
    return [plain(column.syntax, value) for _, value in walked]


def test_the_python_sample_answers(site: Site) -> None:
    site.start(
        [check("disk/root", "sample", args=["/"]), check("disk/none", "sample", args="/nowhere")],
        workers=[sample("worker.py")],
    )
    # What it does not survive ends both, and it comes back for both.
    site.wait_for("disk/none", {"checkLastOutcome": Outcome.START_FAILED, "checkType": 11})
    assert site.checkd.wait_for_log("worker sample: FileNotFoundError:")
    site.reload([check("disk/root", "sample", args=["/"])], workers=[sample("worker.py")])
    # The run that comes next may be one that the worker's death failed.
    site.wait_for_runs("disk/root")
    row = site.wait_for("disk/root", {"checkLastOutcome": Outcome.EXITED})
    assert row["checkLastStatus"] in (0, 1, 2)
    assert "% free" in row["checkLastOutput"]
    wait_until(
        lambda: any(key.startswith("disk/root") for key in site.client.metrics()),
        "the metrics of disk/root",
    )


def test_the_shell_sample_answers(site: Site) -> None:
    blank = site.folder / "with blank"
    blank.touch()
    site.start(
        [
            check("there", "sample", args=[str(blank)]),
            check("not-there", "sample", args="'/no where'", codes=["0 ok", "* warning missing"]),
        ],
        workers=[sample("worker.sh", in_flight=1)],
    )
    site.wait_for("there", {"checkState": State.OK, "checkLastOutput": f"{blank} is there"})
    row = site.wait_for("not-there", {"checkState": State.WARNING, "checkLastStatus": 2})
    assert row["checkLastMeaning"] == "missing"
    assert row["checkLastOutput"] == "/no where is not there"


def test_a_thousand_checks_share_a_worker(site: Site) -> None:
    """Each gets its own answer, in any order, and all are on time."""
    script = (
        "import sys\n"
        "held = []\n"
        "for line in sys.stdin:\n"
        "    held.append(line.rstrip('\\n').split('\\t'))\n"
        "    if len(held) == 4 or held[0][2] == 'last':\n"
        "        for number, timeout, name, *args in reversed(held):\n"
        "            print(number, int(args[0]) % 200, name, *args[1:], flush=True)\n"
        "        held = []\n"
    )
    file = site.script("thousand.py", f"#!/usr/bin/python3\n{script}")
    checks = [
        check(f"c{n}", "many", interval="1s", args=[str(n), "two words"]) for n in range(1000)
    ]
    site.start(
        checks, workers=[{"name": "many", "command": str(file), "insecure": True, "in_flight": 64}]
    )
    wait_until(lambda: site.client.scalar("checkNumberPending") == 0, "all have run", 60)
    names, statuses, outputs = (
        read_column(site, column)
        for column in ("checkName", "checkLastStatus", "checkLastOutput")
    )
    assert len(names) == 1000
    assert statuses == [int(name[1:]) % 200 for name in names]
    assert outputs == [f"{name} two words" for name in names]
    assert len(site.checkd.runs()) == 1


@pytest.mark.parametrize("number, how", [(signal.SIGKILL, "signal 9 (KILL)"),
                                         (signal.SIGTERM, "exit 7")])  # fmt: skip
def test_a_death_fails_who_waits_and_is_told(site: Site, number: int, how: str) -> None:
    """None is lost and none is doubled, and each answers again."""
    file = site.folder / "answer"
    file.touch()
    script = (
        "trap 'exit 7' TERM\n"
        "while read -r number timeout name args; do\n"
        f"  while [ ! -e {file} ]; do sleep 0.05; done\n"
        "  echo $number 0 $name\n"
        "done"
    )
    names = ["a0", "b0", "c0"]
    site.start([check(name, "mortal") for name in names],
               workers=[worker(site, "mortal", script)])  # fmt: skip
    for name in names:
        site.wait_for(name, {"checkState": State.OK})
    file.unlink()
    for name in names:
        site.wait_for(name, {"checkRunState": 3})
    failures = {name: site.client.column("checkFailures", name) for name in names}
    os.kill(process_of(site.checkd, "worker-mortal"), number)
    for name in names:
        row = site.wait_for(
            name,
            {"checkLastOutcome": Outcome.START_FAILED, "checkLastStatus": -1,
             "checkState": State.UNKNOWN},
        )  # fmt: skip
        assert row["checkLastOutput"] == f"worker mortal died: {how}"
        assert row["checkFailures"] > failures[name]
    file.touch()
    for name in names:
        row = site.wait_for(name, {"checkState": State.OK, "checkLastStatus": 0})
        assert row["checkLastOutput"] == name
        site.traps.wait_for(name, 2)
        assert site.traps.kinds_of(name) == ["checkFailed", "checkRecovered"]


def test_what_cannot_be_executed_says_so(site: Site) -> None:
    plain = site.script("plain", "no program", 0o644)
    site.start(
        [check("plain", "plain"), check("none", "none"), check("writable", "writable")],
        workers=[
            {"name": "plain", "command": str(plain), "insecure": True},
            {"name": "none", "command": "/nowhere/worker"},
            {"name": "writable", "command": str(site.script("open", "#!/bin/cat\n", 0o777))},
        ],
    )
    row = site.wait_for("plain", {"checkLastOutcome": Outcome.START_FAILED})
    assert row["checkLastOutput"].startswith("worker plain did not start: ")
    assert row["checkLastOutput"].endswith("is not executable; chmod +x it")
    row = site.wait_for("none", {"checkLastOutcome": Outcome.START_FAILED})
    assert row["checkLastOutput"].endswith("No such file or directory")
    if os.geteuid() == 0:
        row = site.wait_for("writable", {"checkLastOutcome": Outcome.START_FAILED})
        assert "is writable by" in row["checkLastOutput"]
    # It fails on schedule, also between two starts.
    site.wait_for_runs("none", 10)
    assert len(site.checkd.logged("worker none did not start")) < 10


def test_a_request_in_time_and_one_too_late(site: Site) -> None:
    script = (
        "while read -r number timeout name args; do\n"
        "  [ $name = slow ] && sleep 1\n"
        "  echo $number 0 $name $timeout\n"
        "done"
    )
    site.start(
        [check("quick", "w0", timeout="5s"), check("slow", "w1", timeout="300ms")],
        workers=[worker(site, "w0", script), worker(site, "w1", script)],
    )
    site.wait_for("quick", {"checkLastOutput": "quick 5000"})
    row = site.wait_for("slow", {"checkLastOutcome": Outcome.TIMED_OUT, "checkLastStatus": -1})
    assert row["checkLastOutput"] == "no answer within 0.3 s"
    assert row["checkState"] == State.CRITICAL
    wait_until(lambda: site.client.column("checkTimeouts", "slow") > 1, "it times out again")
    # It answered all the time, though too late.
    assert site.checkd.logged("worker w1") == site.checkd.logged("worker w1: a process starts")


def test_a_worker_that_hangs_is_started_anew(site: Site) -> None:
    script = f"[ -e {site.folder}/mended ] || exec sleep 60\n{WHO}"
    site.start([check("hangs", "hung", timeout="200ms")],
               workers=[worker(site, "hung", script, patience="100ms")])  # fmt: skip
    site.wait_for("hangs", {"checkLastOutcome": Outcome.TIMED_OUT})
    site.checkd.wait_for_log("worker hung was killed: it answers nothing any more")
    (site.folder / "mended").touch()
    site.wait_for("hangs", {"checkState": State.OK})


def test_a_reload_keeps_what_it_does_not_change(site: Site) -> None:
    kept, changed, gone = (worker(site, name, WHO) for name in ("kept", "changed", "gone"))
    checks = [check("a0", "kept"), check("b0", "changed"), check("c0", "gone")]
    site.start(checks, workers=[kept, changed, gone])
    before = {name: site.wait_for(name, {"checkState": State.OK})["checkLastOutput"]
              for name in ("a0", "b0", "c0")}  # fmt: skip
    site.reload(checks[:2] + [check("d0", "kept")], workers=[kept, {**changed, "nice": 1}])
    site.wait_for_runs("a0", 3)
    assert site.client.column("checkLastOutput", "a0") == before["a0"]
    assert site.wait_for("d0", {"checkState": State.OK})["checkLastOutput"] == before["a0"]
    wait_until(
        lambda: site.client.column("checkLastOutput", "b0") != before["b0"], "the new one answers"
    )
    assert site.client.column("checkFailures", "b0") == 0
    wait_until(lambda: len(site.checkd.runs()) == 2, "the old ones end")
    assert not site.checkd.logged("waited for it")


def test_rubbish_and_floods_hold_up_nobody(site: Site) -> None:
    flood = "while :; do echo rubbish; echo rubbish >&2; done"
    names = WHO.replace("$$", "'answer|a=1'")
    chatter = names.replace("do echo", "do echo debug: a request came; echo a fault >&2; echo")
    site.start(
        [check("flood", "flood"), check("errors", "errors"), check("chatter", "chatter")],
        workers=[
            worker(site, "flood", flood),
            worker(site, "errors", f"yes fault >&2 &\n{names}"),
            worker(site, "chatter", chatter),
        ],
    )
    site.wait_for("chatter", {"checkLastOutput": "answer"})
    site.wait_for("errors", {"checkLastOutput": "answer"})
    row = site.wait_for("flood", {"checkLastOutcome": Outcome.START_FAILED})
    assert row["checkLastOutput"] == "worker flood was killed: what it says are no answers"
    site.wait_for_runs("chatter", 5)
    assert site.client.column("checkFailures", "chatter") == 0
    assert site.checkd.logged('worker chatter: a line is no answer: "debug: a request came"')
    assert site.checkd.logged("worker chatter: a fault$")
    assert len(site.checkd.logged("worker errors: fault")) < 60
    assert len(site.checkd.logged("worker errors: [0-9]+ lines were left out of the log")) > 0


def test_its_process_is_that_of_a_check(site: Site) -> None:
    """Session, environment, descriptors, limits, niceness and user."""
    # ls has a descriptor of its own for the folder.
    script = (
        "while read -r number timeout name args; do\n"
        "  set -- $(ls /proc/self/fd)\n"
        '  echo "$number 0 $# $PWD $LANG $CHECKD_NAME $WORD $(ulimit -v) $(nice)"\n'
        "done"
    )
    keys: Config = {"directory": "/usr", "env": {"WORD": "x"}, "memory": "1G", "nice": 3}
    if os.geteuid() == 0:
        keys["user"] = "nobody"
    checkd = site.start([check("one", "w0")], workers=[worker(site, "w0", script, **keys)])
    row = site.wait_for("one", {"checkState": State.OK})
    assert row["checkLastOutput"] == "4 /usr C.UTF-8 w0 x 1048576 3"
    (pid,) = checkd.runs()
    assert os.getsid(pid) == pid
    if os.geteuid() == 0:
        assert process_status(pid)["Uid"].split()[0] == "65534"


def test_it_can_be_run_and_tried_at_any_time(site: Site) -> None:
    script = (
        "while read -r number timeout name args; do\n"
        '  [ "$name" = held ] || echo "$number 1 $name $args|a=1"\n'
        "done"
    )
    site.start(
        [check("one", "w0", interval="1d", args="x y"), check("held", "w0", interval="1d"),
         check("none", "none", interval="1d")],
        workers=[worker(site, "w0", script), {"name": "none", "command": "/nowhere/worker"}],
    )  # fmt: skip
    with Control(site.folder / "checkd.sock") as control:
        tried = control.ask("test", name="one")
        assert tried["ok"] and (tried["status"], tried["state"]) == (1, "warning"), tried
        assert (tried["text"], tried["output"]) == ("one x y", "one x\ty|a=1"), tried
        assert site.client.column("checkRuns", "one") == 0
        assert control.ask("run", name="one", wait=True)["ok"]
        failed = control.ask("test", name="none")
        assert failed["outcome"] == "startFailed", failed
    # Who asks may go before the answer comes, and the worker with its check after that.
    with Control(site.folder / "checkd.sock") as control:
        control.push(b'{"verb": "test", "name": "held"}\n')
        site.wait_for("one", {"checkLastStatus": 1, "checkRuns": 1})
        site.reload([check("two", "none")], workers=[{"name": "none", "command": "/no/where"}])
    site.wait_for_runs("two")


def has_ended(pid: int) -> bool:
    """Also where nobody has reaped it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] in "ZX"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("number, end", [(signal.SIGTERM, "sleep 60"), (signal.SIGKILL, ":")])
def test_no_process_outlives_checkd(site: Site, number: int, end: str) -> None:
    script = f"trap '' TERM\n{WHO}\n{end}"
    checkd = site.start([check("one", "w0")], workers=[worker(site, "w0", script, grace="100ms")])
    site.wait_for("one", {"checkState": State.OK})
    (pid,) = checkd.runs()
    checkd.send(number)
    wait_until(lambda: not checkd.is_running, "checkd has ended")
    wait_until(lambda: has_ended(pid), "its worker has ended")
