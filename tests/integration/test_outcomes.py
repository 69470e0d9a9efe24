# SPDX-License-Identifier: GPL-2.0-or-later
"""What scripts do, well or badly, and what becomes of it."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from expectations import (
    EXIT_0,
    EXIT_1,
    EXIT_2,
    KILLED,
    START_FAILED,
    TIMED_OUT,
    expect_result,
    expect_trap,
)
from mib import Outcome, RunState, State
from processes import children_of, command_line, is_alive, process_status, stays_true, wait_until
from testbed import Site

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def pids_in(file: Path, count: int) -> list[int]:
    """Waits until scripts have noted that many process numbers in a file."""

    def noted() -> list[str]:
        return file.read_text().split() if file.exists() else []

    wait_until(lambda: len(noted()) >= count, f"{count} processes are noted in {file.name}")
    return [int(pid) for pid in noted()]


@pytest.mark.parametrize("status", [0, 1, 2, 3, 4, 75, 126, 127, 255])
def test_an_exit_code_is_shown_as_it_was(site: Site, status: int) -> None:
    dial = site.dial("code")
    dial.turn(f"exit {status}")
    site.start([dial.check()])
    row = site.wait_for("code", {"checkLastOutcome": Outcome.EXITED})
    assert row["checkLastStatus"] == status
    expected = {0: State.OK, 1: State.WARNING, 2: State.CRITICAL}.get(status, State.UNKNOWN)
    assert row["checkState"] == expected


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGHUP])
def test_a_death_by_signal_shows_the_signal_and_no_code(site: Site, number: int) -> None:
    dial = site.dial("dies")
    dial.turn(f"ulimit -c 0; kill -{int(number)} $$")
    site.start([dial.check()])
    row = site.wait_for("dies", {"checkLastOutcome": Outcome.SIGNALED})
    assert row["checkLastSignal"] == number
    assert row["checkLastStatus"] == -1
    assert f"signal {int(number)}" in str(row["checkLastMeaning"])


def test_a_hanging_script_times_out_and_is_ended(site: Site) -> None:
    notes = site.folder / "pids"
    dial = site.dial("hangs")
    dial.turn(f"echo before; echo $$ >> {notes}; sleep 300")
    site.start([dial.check(timeout="300ms")])
    row = site.wait_for("hangs", {"checkLastOutcome": Outcome.TIMED_OUT})
    expect_result(row, TIMED_OUT)
    assert row["checkState"] == State.CRITICAL
    assert row["checkLastOutput"] == "before"
    assert 300 <= row["checkLastDuration"] < 2000
    assert row["checkTimeouts"] >= 1
    pid = pids_in(notes, 1)[0]
    wait_until(lambda: not is_alive(pid), "the script has ended")
    site.wait_for_runs("hangs", 1)
    assert site.client.column("checkMissedRuns", "hangs") >= 1
    wait_until(lambda: site.client.scalar("checkAgentTimeouts") >= 2, "timeouts are counted")


def test_a_run_that_exits_with_0_on_sigterm_has_timed_out_all_the_same(site: Site) -> None:
    dial = site.dial("polite")
    dial.turn("trap 'exit 0' TERM; while :; do sleep 0.05; done")
    site.start([dial.check(timeout="300ms")])
    site.wait_for_runs("polite")
    row = site.client.row("polite")
    expect_result(row, TIMED_OUT)


def test_a_script_that_ignores_sigterm_is_killed_after_the_grace(site: Site) -> None:
    notes = site.folder / "pids"
    dial = site.dial("stubborn")
    dial.turn(f"trap '' TERM; echo $$ >> {notes}; while :; do sleep 0.1; done")
    site.start([dial.check(timeout="200ms", grace="500ms")])
    row = site.wait_for("stubborn", {"checkLastOutcome": Outcome.TIMED_OUT})
    expect_result(row, TIMED_OUT)
    assert 700 <= row["checkLastDuration"] < 3000
    pid = pids_in(notes, 1)[0]
    wait_until(lambda: not is_alive(pid), "the script was killed")


def test_a_stopped_script_is_ended_at_its_timeout(site: Site) -> None:
    dial = site.dial("stopped")
    dial.turn("kill -STOP $$; exit 0")
    site.start([dial.check(timeout="300ms", grace="10s")])
    site.wait_for_runs("stopped")
    row = site.client.row("stopped")
    expect_result(row, TIMED_OUT)
    assert row["checkLastDuration"] < 5000


def test_the_whole_group_is_killed_when_a_run_ends(site: Site) -> None:
    notes = site.folder / "pids"
    dial = site.dial("litter")
    dial.turn(f"sleep 300 >/dev/null 2>&1 & echo $! >> {notes}; exit 1")
    site.start([dial.check()])
    expect_result(site.wait_for("litter", {"checkLastStatus": 1}), EXIT_1)
    for pid in pids_in(notes, 2)[:2]:
        wait_until(lambda: not is_alive(pid), "the grandchild was killed")


def test_a_grandchild_that_holds_the_pipe_does_not_hold_the_result(site: Site) -> None:
    dial = site.dial("holder")
    dial.turn("echo said; sleep 300 & exit 2")
    site.start([dial.check(timeout="10s")])
    row = site.wait_for("holder", {"checkLastOutcome": Outcome.EXITED})
    expect_result(row, EXIT_2)
    assert row["checkLastOutput"] == "said"
    assert row["checkLastDuration"] < 2000


def test_a_grandchild_of_another_session_holds_neither_result_nor_schedule(site: Site) -> None:
    notes = site.folder / "pids"
    dial = site.dial("escapes")
    # The group is killed at exit, so it is left before that.
    dial.turn(
        f"rm -f {notes}.new; setsid sh -c 'echo $$ | tee {notes}.new >> {notes}; exec sleep 300' &"
        f" while [ ! -s {notes}.new ]; do sleep 0.02; done; exit 2"
    )
    site.start([dial.check(timeout="10s", interval="1s")])
    row = site.wait_for("escapes", {"checkLastOutcome": Outcome.EXITED})
    expect_result(row, EXIT_2)
    assert row["checkLastDuration"] < 2000
    site.wait_for_runs("escapes", 2)
    dial.turn("exit 0")
    site.wait_for("escapes", {"checkLastStatus": 0, "checkRunState": RunState.IDLE})
    # checkd does not pursue those: the test ends what it started.
    for pid in pids_in(notes, 2):
        if command_line(pid)[:1] == ["sleep"]:
            os.kill(pid, signal.SIGKILL)


def test_a_flood_of_output_is_read_to_its_end_and_bounded(site: Site) -> None:
    dial = site.dial("flood")
    dial.turn("echo first; head -c 20000000 /dev/zero | tr '\\0' x; exit 1")
    checkd = site.start([dial.check(timeout="20s", interval="1s")])
    row = site.wait_for("flood", {"checkLastOutcome": Outcome.EXITED})
    expect_result(row, EXIT_1)
    assert row["checkLastOutput"] == "first"
    assert int(process_status(checkd.pid)["VmHWM"].split()[0]) < 300_000


def test_an_endless_flood_times_out(site: Site) -> None:
    dial = site.dial("endless")
    dial.turn("exec yes")
    site.start([dial.check(timeout="500ms", interval="1s")])
    row = site.wait_for("endless", {"checkLastOutcome": Outcome.TIMED_OUT})
    assert row["checkLastOutput"] == "y"


def test_a_script_that_closes_its_output_and_goes_on_runs_to_its_end(site: Site) -> None:
    dial = site.dial("quiet")
    dial.turn("echo said; exec >&- 2>&-; sleep 0.5; exit 2")
    site.start([dial.check(interval="1s")])
    row = site.wait_for("quiet", {"checkLastOutcome": Outcome.EXITED})
    expect_result(row, EXIT_2)
    assert row["checkLastOutput"] == "said"
    assert row["checkLastDuration"] >= 500


def test_stderr_is_shown_where_stdout_is_empty(site: Site) -> None:
    dial = site.dial("err")
    dial.turn("echo told >&2; exit 2")
    site.start([dial.check()])
    assert site.wait_for("err", {"checkLastStatus": 2})["checkLastOutput"] == "told"
    dial.turn("echo told >&2; echo said; exit 1")
    assert site.wait_for("err", {"checkLastStatus": 1})["checkLastOutput"] == "said"


def test_a_script_has_descriptors_0_1_2_and_no_other(site: Site) -> None:
    checkd = site.start([dial_of_descriptors(site).check(), *busy(site)])
    row = site.wait_for("fds", {"checkLastOutcome": Outcome.EXITED})
    seen = json.loads(str(row["checkLastOutput"]))
    assert seen == {"0": "/dev/null", "1": "pipe", "2": "pipe"}
    assert checkd.is_running


def dial_of_descriptors(site: Site):
    dial = site.dial("fds")
    # The folder itself is open while it is listed, so each one is looked at again.
    lister = site.folder / "descriptors.py"
    lister.write_text(
        "import json, os\n"
        "seen = {}\n"
        "for fd in os.listdir('/proc/self/fd'):\n"
        "    try:\n"
        "        seen[fd] = os.readlink('/proc/self/fd/' + fd).split(':')[0]\n"
        "    except OSError:\n"
        "        pass\n"
        "print(json.dumps(seen, sort_keys=True))\n"
    )
    dial.turn(f"exec /usr/bin/python3 {lister}")
    return dial


def busy(site: Site) -> list[dict]:
    """Some other checks that run all the time, so that there are descriptors to leak."""
    dials = [site.dial(f"busy{i}") for i in range(5)]
    for dial in dials:
        dial.turn("sleep 0.3")
    return [dial.check() for dial in dials]


def test_a_script_starts_as_the_leader_of_a_session_with_nothing_blocked(site: Site) -> None:
    dial = site.dial("born")
    fields = "Umask|NSpid|NSpgid|NSsid|SigBlk|SigIgn"
    dial.turn(f"grep -E '^({fields}):' /proc/$$/status | tr -s '\\n\\t' ',='")
    site.start([dial.check()])
    row = site.wait_for("born", {"checkLastOutcome": Outcome.EXITED})
    told = dict(field.split(":=") for field in row["checkLastOutput"].rstrip(",").split(","))
    assert set(told) == set(fields.split("|"))
    assert told["NSpid"] == told["NSpgid"] == told["NSsid"]
    assert int(told["SigBlk"], 16) == int(told["SigIgn"], 16) == 0
    assert told["Umask"] == "0022"


def test_the_environment_is_clean_and_has_what_the_configuration_adds(site: Site) -> None:
    dial = site.dial("web/env")
    dial.turn('env | sort | grep -v -E "^(PWD|_|SHLVL|OLDPWD)=" | tr "\\n" "#"')
    site.environment["SECRET"] = "not for scripts"
    site.start([dial.check(env={"TOKEN": "a b=c", "LANG": "C"})])
    row = site.wait_for("web/env", {"checkLastOutcome": Outcome.EXITED})
    variables = dict(each.split("=", 1) for each in str(row["checkLastOutput"]).split("#")[:-1])
    assert variables.pop("PATH")
    assert variables == {"CHECKD_NAME": "web/env", "LANG": "C", "TOKEN": "a b=c"}


def test_a_script_runs_in_its_directory(site: Site) -> None:
    inside = site.folder / "inside"
    inside.mkdir()
    site.start(
        [
            {"name": "there", "command": "/bin/pwd", "directory": str(inside), "interval": "200ms"},
            {"name": "default", "command": "/bin/pwd", "interval": "200ms"},
        ]
    )
    there = site.wait_for("there", {"checkLastOutcome": Outcome.EXITED})
    default = site.wait_for("default", {"checkLastOutcome": Outcome.EXITED})
    assert (there["checkLastOutput"], default["checkLastOutput"]) == (str(inside), "/")


def test_quotes_split_a_command_and_a_shell_runs_it_only_when_asked(site: Site) -> None:
    base = {"interval": "200ms"}
    site.start(
        [
            {"name": "quoted", "command": r"""/bin/echo 'a  b' "c $HOME" d\ e ; x""", **base},
            {"name": "shell", "command": "echo $((6 * 7)); exit 1", "shell": True, **base},
            {"name": "list", "argv": ["/bin/echo", "a  b", "$HOME"], **base},
        ]
    )
    expected = {"quoted": "a  b c $HOME d e ; x", "shell": "42", "list": "a  b $HOME"}
    for name, output in expected.items():
        row = site.wait_for(name, {"checkLastOutcome": Outcome.EXITED})
        assert row["checkLastOutput"] == output
    assert site.client.column("checkLastStatus", "shell") == 1


@pytest.mark.parametrize(
    "command, reason",
    [
        ("/no/such/program", "No such file or directory"),
        ("/etc/passwd", "/etc/passwd is not executable; chmod +x it"),
        ("/etc", "/etc is a folder, not a program"),
        ("no-such-program-anywhere", "not found in PATH"),
    ],
)
def test_what_cannot_be_started_is_start_failed_and_says_why(
    site: Site, command: str, reason: str
) -> None:
    site.start([{"name": "absent", "command": command, "interval": "200ms"}])
    row = site.wait_for("absent", {"checkLastOutcome": Outcome.START_FAILED})
    expect_result(row, START_FAILED)
    assert row["checkState"] == State.UNKNOWN
    assert reason in str(row["checkLastOutput"])
    expect_trap(site.traps.wait_for("absent", 1)[0], "checkFailed", "absent")
    site.wait_for_runs("absent", 2)
    assert len(site.traps.of("absent")) == 1


def test_a_file_that_is_no_program_is_start_failed(site: Site) -> None:
    file = site.script("text", "exit 0\n")
    site.start([{"name": "format", "command": str(file), "interval": "200ms"}])
    row = site.wait_for("format", {"checkLastOutcome": Outcome.START_FAILED})
    assert f"{file} has no #! line" in str(row["checkLastOutput"])


def test_a_missing_interpreter_is_start_failed_and_recovers(site: Site) -> None:
    file = site.script("script", "#!/no/such/interpreter\n")
    site.start([{"name": "script", "command": str(file), "interval": "200ms"}])
    site.wait_for("script", {"checkLastOutcome": Outcome.START_FAILED})
    site.script("script", "#!/bin/sh\nexit 0\n")
    expect_result(site.wait_for("script", {"checkState": State.OK}), EXIT_0)
    assert site.traps.kinds_of("script") == ["checkFailed", "checkRecovered"]


@needs_root
@pytest.mark.parametrize("spoil", ["folder", "file", "link"])
def test_what_others_can_write_is_refused_unless_insecure(site: Site, spoil: str) -> None:
    folder = site.folder / "open"
    folder.mkdir()
    script = folder / "script"
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o777 if spoil == "file" else 0o755)
    folder.chmod(0o755 if spoil == "file" else 0o777)
    command = script
    if spoil == "link":
        command = site.folder / "link"
        command.symlink_to(script)
    check = {"command": str(command), "interval": "200ms"}
    site.start([{"name": "refused", **check}, {"name": "allowed", **check, "insecure": True}])
    row = site.wait_for("refused", {"checkLastOutcome": Outcome.START_FAILED})
    culprit = script if spoil == "file" else folder
    assert f"{culprit} is writable by others" in str(row["checkLastOutput"])
    expect_result(site.wait_for("allowed", {"checkLastOutcome": Outcome.EXITED}), EXIT_0)
    # It is looked at before each start, not once.
    folder.chmod(0o755)
    script.chmod(0o755)
    expect_result(site.wait_for("refused", {"checkLastOutcome": Outcome.EXITED}), EXIT_0)


@needs_root
def test_a_check_runs_as_its_user(site: Site) -> None:
    site.start(
        [
            {"name": "nobody", "command": "/usr/bin/id", "user": "nobody", "interval": "200ms"},
            {"name": "root", "command": "/usr/bin/id -u", "interval": "200ms"},
        ]
    )
    row = site.wait_for("nobody", {"checkLastOutcome": Outcome.EXITED})
    assert "(nobody)" in str(row["checkLastOutput"]) and "root" not in str(row["checkLastOutput"])
    row = site.wait_for("root", {"checkLastOutcome": Outcome.EXITED})
    assert row["checkLastOutput"] == "0"


def test_limits_and_priority_reach_the_script(site: Site) -> None:
    dial = site.dial("limits")
    dial.turn("echo $(ulimit -v) $(ulimit -t) $(nice)")
    site.start([dial.check(memory="512M", cpu="7s", nice=5)])
    row = site.wait_for("limits", {"checkLastOutcome": Outcome.EXITED})
    assert row["checkLastOutput"] == f"{512 * 1024} 7 5"


def test_a_stuck_check_holds_up_no_other(site: Site) -> None:
    """With one slot a run gives it back after its first second."""
    stuck, lively = site.dial("stuck"), site.dial("lively")
    stuck.turn("sleep 300")
    site.start([stuck.check(timeout="1h"), lively.check()], limits={"parallel": 1})
    site.wait_for("stuck", {"checkRunState": RunState.RUNNING})
    site.wait_for("lively", {"checkLastOutcome": Outcome.EXITED})
    site.wait_for_runs("lively", 5)
    assert site.client.column("checkRuns", "stuck") == 0


def test_checks_wait_for_a_slot_and_are_counted_as_queued(site: Site) -> None:
    dials = [site.dial(f"c{i}") for i in range(6)]
    for dial in dials:
        dial.turn("sleep 0.7")
    site.start([dial.check(interval="500ms") for dial in dials], limits={"parallel": 1})
    wait_until(lambda: site.client.scalar("checkAgentQueued") >= 2, "checks wait for a slot")
    assert site.client.scalar("checkAgentRunning") <= 1
    for dial in dials:
        site.wait_for(dial.name, {"checkLastOutcome": Outcome.EXITED})
    wait_until(lambda: site.client.scalar("checkAgentMissedRuns") > 0, "missed runs are counted")


def test_runs_keep_their_interval_without_drift(site: Site) -> None:
    notes = site.folder / "times"
    dial = site.dial("metronome")
    dial.turn(f"date +%s.%N >> {notes}")
    site.start([dial.check(interval="500ms")])
    site.wait_for_runs("metronome", 11, patience=30)
    times = [float(line) for line in notes.read_text().split()]
    # Each distance is a multiple of the interval, give or take how late a start may be.
    for moment in times[1:]:
        off = (moment - times[0]) % 0.5
        assert min(off, 0.5 - off) < 0.2, times


def follow(site: Site, name: str, codes: list[int]) -> Path:
    """A script that exits with one code after another and repeats the last."""
    steps = site.folder / f"{name}.steps"
    steps.write_text("".join(f"{code}\n" for code in codes))
    return site.script(
        f"{name}.sh",
        "#!/bin/sh\n"
        f"read -r code < {steps}\n"
        f"[ $(wc -l < {steps}) -gt 1 ] && sed -i 1d {steps}\n"
        "exit $code\n",
    )


@pytest.mark.parametrize(
    "codes, events",
    [
        (
            [0, 2, 2, 2, 0, 0, 0],
            [
                ("checkChanged", 2, 0, State.OK, State.OK),
                ("checkFailed", 2, 0, State.CRITICAL, State.OK),
                ("checkChanged", 0, 2, State.CRITICAL, State.CRITICAL),
                ("checkRecovered", 0, 2, State.OK, State.CRITICAL),
            ],
        ),
        (
            [1, 2, 1, 2, 2, 2],
            [
                ("checkFailed", 1, -1, State.WARNING, State.PENDING),
                ("checkChanged", 2, 1, State.WARNING, State.WARNING),
                ("checkChanged", 1, 2, State.WARNING, State.WARNING),
                ("checkChanged", 2, 1, State.WARNING, State.WARNING),
                ("checkChanged", 2, 1, State.CRITICAL, State.WARNING),
            ],
        ),
    ],
    ids=["0-2-2-2-0", "1-2-1-2"],
)
def test_confirm_3_makes_the_events_of_the_design(site: Site, codes: list, events: list) -> None:
    script = follow(site, "steps", codes)
    site.start([{"name": "steps", "command": str(script), "interval": "300ms", "confirm": 3}])
    traps = site.traps.wait_for("steps", len(events))
    site.wait_for_runs("steps", 3)
    assert len(site.traps.of_checks) == len(events)
    for number, (trap, (kind, status, previous, state, previous_state)) in enumerate(
        zip(traps, events), 1
    ):
        expect_trap(
            trap,
            kind,
            "steps",
            checkLastStatus=status,
            checkPreviousStatus=previous,
            checkState=state,
            checkEventPreviousState=previous_state,
            checkEventNumber=number,
        )


def test_a_state_that_awaits_confirmation_is_tried_again_at_retry(site: Site) -> None:
    dial = site.dial("retry")
    checkd = site.start([dial.check(interval="6s", retry="200ms", confirm=4)])
    site.wait_for("retry", {"checkLastStatus": 0})
    dial.turn("exit 2")
    site.traps.wait_for("retry", 1)
    began = time.monotonic()
    site.wait_for("retry", {"checkState": State.CRITICAL, "checkAttempt": 0})
    assert time.monotonic() - began < 3
    assert site.traps.kinds_of("retry") == ["checkChanged", "checkFailed"]
    runs = site.client.column("checkRuns", "retry")
    stays_true(lambda: site.client.column("checkRuns", "retry") == runs, "it is confirmed", 1.5)
    assert len(checkd.logged("check retry: ")) == 2


@pytest.mark.parametrize(
    "notify, kinds",
    [
        ("status", ["checkChanged", "checkFailed", "checkChanged", "checkRecovered"]),
        ("state", ["checkFailed", "checkRecovered"]),
        ("none", []),
    ],
)
def test_notify_chooses_which_events_are_told(site: Site, notify: str, kinds: list[str]) -> None:
    script = follow(site, "told", [0, 2, 2, 0, 0])
    checkd = site.start(
        [
            {
                "name": "told",
                "command": str(script),
                "interval": "300ms",
                "confirm": 2,
                "notify": notify,
            }
        ]
    )
    site.wait_for("told", {"checkStateChanges": 2})
    site.wait_for_runs("told", 2)
    assert site.traps.kinds_of("told") == kinds
    # What is not notified is an event all the same: it has a number and a line in the log.
    assert site.client.column("checkLastEvent", "told") == 4
    assert len(checkd.logged(r"check told: ")) == 4


def test_an_event_is_logged_with_both_statuses_and_both_states(site: Site) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    dial.turn("echo 'connection refused'; exit 2")
    checkd.wait_for_log(r"check web: failed: exit 0 -> exit 2, ok -> critical: connection refused$")
    dial.turn("kill -9 $$")
    checkd.wait_for_log(r"check web: changed: exit 2 -> signal 9 \(KILL\), critical -> critical$")


def test_a_code_map_gives_state_and_meaning(site: Site) -> None:
    dial = site.dial("db")
    dial.turn("exit 7")
    codes = [
        {
            "name": "postgres",
            "map": ["0 ok", "1-9 warning replication lag", "75 unknown busy", "* critical down"],
        }
    ]
    site.start([dial.check(codes="postgres")], codes=codes)
    for status, state, meaning in [
        (7, State.WARNING, "replication lag"),
        (75, State.UNKNOWN, "busy"),
        (10, State.CRITICAL, "down"),
        (0, State.OK, ""),
    ]:
        dial.turn(f"exit {status}")
        row = site.wait_for("db", {"checkLastStatus": status})
        assert (row["checkState"], row["checkLastMeaning"]) == (state, meaning)


def test_timeout_signal_and_start_failure_have_states_of_their_own(site: Site) -> None:
    keys = {"on_timeout": "warning", "on_signal": "unknown", "on_start_failure": "critical"}
    hangs, dies = site.dial("hangs"), site.dial("dies")
    hangs.turn("sleep 300")
    dies.turn("kill -9 $$")
    site.start(
        [
            hangs.check(timeout="200ms", **keys),
            dies.check(**keys),
            {"name": "absent", "command": "/no/such/program", "interval": "200ms", **keys},
        ]
    )
    site.wait_for("hangs", {"checkState": State.WARNING})
    row = site.wait_for("dies", {"checkState": State.UNKNOWN})
    expect_result(row, KILLED)
    site.wait_for("absent", {"checkState": State.CRITICAL})


def test_nothing_is_left_of_runs_that_have_ended(site: Site) -> None:
    """Neither zombies nor descriptors pile up."""
    dials = [site.dial(f"c{i}") for i in range(4)]
    dials[0].turn("exit 2")
    dials[1].turn("sleep 300 & exit 0")
    dials[2].turn("sleep 300")
    checkd = site.start([dial.check(timeout="300ms") for dial in dials])

    def open_files() -> int:
        return len(os.listdir(f"/proc/{checkd.pid}/fd"))

    for dial in dials:
        site.wait_for_runs(dial.name, 2)
    few = open_files()
    for dial in dials:
        site.wait_for_runs(dial.name, 5)
    # Runs in progress have some; those that have ended would have left dozens.
    assert open_files() <= few + 12
    zombies = [
        pid
        for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
        if (status := process_status(pid)).get("PPid") == str(checkd.pid)
        and status["State"].startswith("Z")
    ]
    assert len(zombies) <= 4
    assert len(children_of(checkd.pid)) <= 12
