# SPDX-License-Identifier: GPL-2.0-or-later
"""What checkd may do, what its checks may do, and who may read what it keeps."""

import ctypes
import json
import os
import platform
import pwd
import re
import shutil
import stat
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from expectations import EXIT_0, TIMED_OUT, expect_result
from mib import Outcome, State
from processes import children_of, process_status, wait_until
from testbed import CHECKD, Checkd, Site

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

# Of capabilities(7).
DAC_READ_SEARCH = 1 << 2
KILL = 1 << 5
NET_RAW = 1 << 13

IN_EFFECT = KILL | DAC_READ_SEARCH

SETS = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs"]

# What seccomp(2) calls the mode of a filter.
FILTERED = "2"

# Prints these of its own process on one line.
TELL_SETS = ["/usr/bin/awk", "/^(Cap|NoNewPrivs)/ {print $2}", "ORS= ", "/proc/self/status"]

NOBODY = pwd.getpwnam("nobody")
AS_NOBODY = ["setpriv", f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups"]
GIVE_NET_RAW = ["--inh-caps=+net_raw", "--ambient-caps=+net_raw"]


def sets_of(pid: int) -> dict[str, int]:
    status = process_status(pid)
    return {name: int(status[name], 16) for name in SETS}


def parse_sets(text: str) -> dict[str, int]:
    return {name: int(word, 16) for name, word in zip(SETS, text.split(), strict=True)}


def sets_of_a_child(*prefix: str) -> dict[str, int]:
    """What a program has that this test starts itself."""
    return parse_sets(subprocess.check_output([*prefix, *TELL_SETS], text=True))


def expect_confined(pid: int) -> None:
    """It can run no program, write no file and leave no core."""
    wait_until(lambda: process_status(pid).get("Seccomp") == FILTERED, "the filter")
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)


def sets_shown(site: Site, check: str) -> dict[str, int]:
    row = site.wait_for(check, {"checkLastOutcome": Outcome.EXITED})
    return parse_sets(str(row["checkLastOutput"]))


def give_to_nobody(*paths: Path) -> None:
    for path in paths:
        os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)


def start_as_nobody(site: Site, checks: list[dict[str, Any]], *options: str, **keys: Any) -> Checkd:
    """Starts checkd as a user without privileges, whose database has a folder of its own."""
    program = site.folder / CHECKD.name
    shutil.copy(CHECKD, program)
    state = site.folder / "state"
    state.mkdir()
    give_to_nobody(state)
    keys.setdefault("state", str(state / "checkd.db"))
    return site.start(checks, program=[*AS_NOBODY, *options, str(program)], **keys)


def run_as_nobody(site: Site, checks: list[dict[str, Any]]) -> "subprocess.CompletedProcess[str]":
    """A start that is expected to fail."""
    program = site.folder / CHECKD.name
    shutil.copy(CHECKD, program)
    return subprocess.run(
        [*AS_NOBODY, str(program), "-f", "-c", str(site.write_config(checks))],
        env=site.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_engine_has_in_effect_what_running_checks_takes_and_no_more(site: Site) -> None:
    own = sets_of(os.getpid())
    checkd = site.start([{"name": "true", "command": "/bin/true"}])
    tasks = [int(task.name) for task in Path(f"/proc/{checkd.pid}/task").iterdir()]
    assert len(tasks) > 2
    for task in tasks:
        sets = sets_of(task)
        assert sets["CapEff"] == own["CapPrm"] & IN_EFFECT
        # What runs as root gets all of it, and setuid plugins get theirs.
        assert sets["CapPrm"] == own["CapPrm"]
        assert sets["CapBnd"] == own["CapBnd"]
        assert sets["NoNewPrivs"] == 0


@pytest.mark.parametrize("given", [[], ["setpriv", *GIVE_NET_RAW]], ids=["nothing", "net_raw"])
def test_the_publisher_has_no_capability_and_never_gets_one(site: Site, given: list[str]) -> None:
    checkd = site.start([], program=[*given, str(CHECKD)])
    assert checkd.publisher_pid is not None
    sets = sets_of(checkd.publisher_pid)
    assert [sets[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")] == [0, 0, 0, 0]
    assert sets["NoNewPrivs"] == 1
    uids = set(process_status(checkd.publisher_pid)["Uid"].split())
    assert len(uids) == 1 and "0" not in uids
    expect_confined(checkd.publisher_pid)
    assert checkd.logged("checkd-snmp: confined: ")


def test_a_standalone_publisher_has_what_it_needs_until_its_ports_are_open(site: Site) -> None:
    state = site.folder / "state"
    state.mkdir()
    state.chmod(0o711)
    tokens = site.folder / "snmp.conf"
    tokens.write_text("rocommunity public 127.0.0.1\n")
    tokens.chmod(0o600)
    checkd = site.start(
        [],
        state=str(state / "checkd.db"),
        snmp={
            "mode": "standalone",
            "listen": f"udp:127.0.0.1:{site.take_port()}",
            "config": str(tokens),
        },
        wait=False,
    )
    checkd.wait_for_log("the table is served")
    assert checkd.publisher_pid is not None
    sets = sets_of(checkd.publisher_pid)
    assert [sets[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")] == [0, 0, 0, 0]
    assert sets["NoNewPrivs"] == 1
    expect_confined(checkd.publisher_pid)
    owner = int(process_status(checkd.publisher_pid)["Uid"].split()[0])
    assert owner != 0
    own = state / "snmp"
    assert (own.stat().st_uid, stat.S_IMODE(own.stat().st_mode)) == (owner, 0o700)
    # What is not its own is not given to it.
    others = [state, *(file for file in state.iterdir() if file != own)]
    assert {file.stat().st_uid for file in others} == {0}
    assert stat.S_IMODE(state.stat().st_mode) == 0o711


def test_a_check_of_root_has_what_root_has_elsewhere(site: Site) -> None:
    site.start(
        [
            {"name": "default", "argv": TELL_SETS, "interval": "200ms"},
            {"name": "named", "argv": TELL_SETS, "interval": "200ms", "user": "root"},
        ]
    )
    assert sets_shown(site, "default") == sets_of_a_child()
    assert sets_shown(site, "named") == sets_of_a_child()


def test_a_check_of_a_user_has_what_the_user_has_elsewhere(site: Site) -> None:
    site.start([{"name": "nobody", "argv": TELL_SETS, "interval": "200ms", "user": "nobody"}])
    sets = sets_shown(site, "nobody")
    assert sets == sets_of_a_child(*AS_NOBODY)
    assert sets["CapPrm"] == 0


def test_a_setuid_plugin_works_and_is_ended_at_its_timeout(site: Site) -> None:
    for name in ("id", "sleep"):
        shutil.copy(f"/usr/bin/{name}", site.folder / f"setuid-{name}")
        (site.folder / f"setuid-{name}").chmod(0o4755)
    check = {"user": "nobody", "interval": "500ms", "timeout": "400ms", "grace": "100ms"}
    checkd = site.start(
        [
            {"name": "id", "argv": [f"{site.folder}/setuid-id", "-u"], **check, "timeout": "5s"},
            {"name": "sleep", "argv": [f"{site.folder}/setuid-sleep", "60"], **check},
        ]
    )
    row = site.wait_for("id", {"checkLastOutcome": Outcome.EXITED})
    assert row["checkLastOutput"] == "0"
    expect_result(site.wait_for("sleep", {"checkLastOutcome": Outcome.TIMED_OUT}), TIMED_OUT)
    site.reload([])
    wait_until(lambda: not checkd.runs(), "no run is left")


def test_root_runs_what_only_its_owner_may_execute_where_that_is_allowed(site: Site) -> None:
    folder = site.folder / "private"
    folder.mkdir(mode=0o700)
    script = folder / "script"
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o700)
    give_to_nobody(folder, script)
    check = {"command": str(script), "interval": "200ms"}
    site.start(
        [
            {"name": "refused", **check},
            {"name": "allowed", **check, "insecure": True},
            {"name": "directory", **check, "insecure": True, "directory": str(folder)},
            {"name": "owner", **check, "user": "nobody", "directory": str(folder)},
        ]
    )
    for name in ("allowed", "directory", "owner"):
        expect_result(site.wait_for(name, {"checkLastOutcome": Outcome.EXITED}), EXIT_0)
    row = site.wait_for("refused", {"checkLastOutcome": Outcome.START_FAILED})
    assert f"{folder} is owned by uid {NOBODY.pw_uid}" in str(row["checkLastOutput"])


def test_root_may_raise_the_priority_of_a_check(site: Site) -> None:
    check = {"name": "nice", "command": "/usr/bin/nice", "interval": "200ms"}
    site.start([{**check, "nice": -5, "user": "nobody"}])
    row = site.wait_for("nice", {"checkLastOutcome": Outcome.EXITED})
    assert row["checkLastOutput"] == "-5"


def test_a_configuration_that_is_another_user_s_own_is_read(site: Site) -> None:
    folder = site.folder / "private"
    folder.mkdir(mode=0o700)
    included = folder / "checks.yaml"
    checks = [{"name": "first", "command": "/bin/true", "interval": "200ms"}]
    included.write_text(json.dumps({"checks": checks}))
    included.chmod(0o600)
    give_to_nobody(folder, included)
    site.start([], include=[str(included)])
    site.wait_for("first", {"checkState": State.OK})
    checks.append({"name": "second", "command": "/bin/true", "interval": "200ms"})
    included.write_text(json.dumps({"checks": checks}))
    site.checkd.reload()
    site.wait_for("second", {"checkState": State.OK})


def test_what_checkd_keeps_is_nobody_else_s(site: Site) -> None:
    state = site.folder / "state"
    state.mkdir(mode=0o711)
    pid_file = site.folder / "checkd.pid"
    umask = os.umask(0)
    try:
        checkd = site.start(
            [{"name": "true", "command": "/bin/true", "interval": "200ms"}],
            options=["-v", "-p", str(pid_file)],
            state=str(state / "checkd.db"),
        )
    finally:
        os.umask(umask)
    site.wait_for_runs("true", 3)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in state.iterdir()}
    assert "checkd.db" in modes
    assert set(modes.values()) == {0o600}, modes
    assert stat.S_IMODE(state.stat().st_mode) == 0o711
    assert stat.S_IMODE(pid_file.stat().st_mode) == 0o644
    assert pid_file.read_text() == f"{checkd.pid}\n"


def test_without_root_everything_works_but_other_users(site: Site) -> None:
    dial = site.dial("dial")
    checkd = start_as_nobody(
        site,
        [
            dial.check(),
            {"name": "self", "command": "id -un", "user": "nobody", "interval": "200ms"},
            {"name": "slow", "command": "sleep 60", "interval": "1s", "timeout": "300ms"},
        ],
    )
    assert set(process_status(checkd.pid)["Uid"].split()) == {str(NOBODY.pw_uid)}
    assert site.wait_for("self", {"checkState": State.OK})["checkLastOutput"] == "nobody"
    expect_result(site.wait_for("slow", {"checkLastOutcome": Outcome.TIMED_OUT}), TIMED_OUT)
    site.wait_for("dial", {"checkState": State.OK})
    dial.turn("exit 2")
    site.wait_for("dial", {"checkState": State.CRITICAL})
    wait_until(lambda: site.traps.kinds_of("dial") == ["checkFailed"], "the trap")
    assert checkd.publisher_pid is not None
    sets = sets_of(checkd.publisher_pid)
    assert (sets["CapPrm"], sets["NoNewPrivs"]) == (0, 1)
    state = site.folder / "state"
    modes = {stat.S_IMODE(file.stat().st_mode) for file in state.iterdir()}
    assert modes == {0o600}


def test_what_was_given_to_an_unprivileged_checkd_is_for_its_checks_only(site: Site) -> None:
    checkd = start_as_nobody(site, [{"name": "sets", "argv": TELL_SETS, "interval": "200ms"}], *GIVE_NET_RAW)
    assert sets_shown(site, "sets") == sets_of_a_child(*AS_NOBODY, *GIVE_NET_RAW)
    assert sets_shown(site, "sets")["CapEff"] == NET_RAW
    assert checkd.publisher_pid is not None
    sets = sets_of(checkd.publisher_pid)
    assert [sets[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")] == [0, 0, 0, 0]


def test_without_root_each_check_of_another_user_is_told(bare_site: Site) -> None:
    others = [
        {"name": "daemon", "command": "/bin/true", "user": "daemon"},
        {"name": "root", "command": "/bin/true", "user": "root"},
    ]
    done = run_as_nobody(bare_site, others)
    assert done.returncode == 1
    for other in others:
        assert (
            f"check {other['name']}: user: only root may run a check as another user "
            f'("{other["user"]}"), and this is not root\n'
        ) in done.stderr


def test_without_root_a_reload_with_another_user_changes_nothing(site: Site) -> None:
    checkd = start_as_nobody(site, [{"name": "true", "command": "/bin/true", "interval": "200ms"}])
    state = str(site.folder / "state" / "checkd.db")
    site.reload([{"name": "other", "command": "/bin/true", "user": "daemon"}], state=state)
    assert checkd.logged('check other: user: only root may run a check as another user')
    site.wait_for_runs("true")


class Filter(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def deny_capset() -> None:
    """Has the kernel answer capset with EPERM from here on; see seccomp(2)."""
    number = {"x86_64": 126, "aarch64": 91}[platform.machine()]
    program = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (0x20, 0, 0, 0),  # load the number of the call
            (0x15, 0, 1, number),  # is it capset?
            (0x06, 0, 0, 0x00050001),  # fail with EPERM
            (0x06, 0, 0, 0x7FFF0000),  # allow
        )
    )
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, 2, ctypes.byref(Filter(4, program)), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


@pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="another number")
def test_what_cannot_be_given_up_ends_the_start(bare_site: Site) -> None:
    file = bare_site.write_config([{"name": "true", "command": "/bin/true"}])
    done = subprocess.run(
        [str(CHECKD), "-f", "-c", str(file)],
        env=bare_site.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=deny_capset,
    )
    assert done.returncode == 1
    assert done.stderr == "checkd: cannot give up capabilities: Operation not permitted\n"
    assert not children_of(os.getpid())
