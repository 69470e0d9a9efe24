# SPDX-License-Identifier: GPL-2.0-or-later
"""checkd as a program: its options, its exit codes, its signals, its pid file."""

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Iterator, Optional

import pytest

from mib import Outcome
from processes import (
    PATIENCE,
    children_of,
    command_line,
    is_alive,
    process_status,
    wait_until,
)
from testbed import CHECKD, Site


def run(
    site: Site, *arguments: str, cwd: Optional[Path] = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(CHECKD), *arguments],
        cwd=cwd or site.folder,
        env=site.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_V_prints_the_version(bare_site: Site) -> None:
    done = run(bare_site, "-V")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"checkd \d+\.\d+\.\d+\n", done.stdout)


def test_h_prints_the_usage(bare_site: Site) -> None:
    done = run(bare_site, "-h")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: checkd")
    for option in "fcpvdtTVh":
        assert f" -{option}" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["-x"], ["-c"], ["-t"], ["--help-me"], ["file"], ["-f", "surplus"]]
)
def test_a_wrong_command_line_is_refused_with_the_usage(
    bare_site: Site, arguments: list[str]
) -> None:
    done = run(bare_site, *arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "usage: checkd" in done.stderr


def test_t_tests_a_good_file(bare_site: Site) -> None:
    file = bare_site.write_config([bare_site.dial("web").check()])
    done = run(bare_site, "-t", str(file))
    assert (done.returncode, done.stderr) == (0, ""), done
    assert "1 check" in done.stdout


def test_t_tells_all_errors_of_a_bad_file(bare_site: Site) -> None:
    file = bare_site.write_config(
        [{"name": "a1", "command": "true", "interval": "soon"}, {"name": "b2", "confirm": "3x"}]
    )
    done = run(bare_site, "-t", str(file))
    assert done.returncode == 1
    for word in ("a1", "interval", "b2", "confirm", "command"):
        assert word in done.stderr
    for line in done.stderr.splitlines():
        assert re.match(r"error: .*checkd\.yaml:\d+: ", line), line


def test_t_only_warns_of_a_command_that_is_not_there(bare_site: Site) -> None:
    file = bare_site.write_config([{"name": "gone", "command": "/no/such/program"}])
    done = run(bare_site, "-t", str(file))
    assert done.returncode == 0
    assert re.search(r"warning: .*gone.*/no/such/program", done.stderr), done


def test_t_refuses_a_file_that_is_not_there(bare_site: Site) -> None:
    done = run(bare_site, "-t", "no-such-file.yaml")
    assert done.returncode == 1
    assert "no-such-file.yaml" in done.stderr and "No such file" in done.stderr


def test_T_prints_a_configuration_that_loads_to_itself(bare_site: Site) -> None:
    checks = [bare_site.dial("web").check(confirm=3, env={"A": "b: 'c'"}, description="é: #1")]
    file = bare_site.write_config(checks, defaults={"timeout": "3s"}, limits={"parallel": 9})
    once = run(bare_site, "-T", str(file))
    assert once.returncode == 0, once
    again = bare_site.folder / "again.yaml"
    again.write_text(once.stdout)
    assert run(bare_site, "-T", str(again)).stdout == once.stdout
    for word in ("web", "confirm: 3", "parallel: 9", "é: #1"):
        assert word in once.stdout


def test_a_bad_file_never_starts(bare_site: Site) -> None:
    file = bare_site.write_config([{"name": "web", "command": "true", "interval": "soon"}])
    for options in (["-f"], ["-p", str(bare_site.folder / "pid")]):
        done = run(bare_site, *options, "-c", str(file))
        assert done.returncode == 1
        assert "interval" in done.stderr
    assert not (bare_site.folder / "pid").exists()


def test_the_log_level_is_chosen_by_v_and_d(site: Site) -> None:
    def lines_with(*options: str) -> tuple[int, int]:
        """How many lines there are, and how many of them are for debugging."""
        checkd = site.start([site.dial("web").check()], options=options)
        site.wait_for("web", {"checkLastOutcome": Outcome.EXITED})
        checkd.stop()
        return len(checkd.logged("^checkd: ")), len(checkd.logged("debug: "))

    quiet, verbose, debugging = lines_with(), lines_with("-v"), lines_with("-d")
    assert quiet[1] == verbose[1] == 0
    assert quiet[0] < verbose[0]
    assert debugging[1] > 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_all_it_started_and_exits_with_0(site: Site, number: int) -> None:
    polite, stubborn = site.dial("polite"), site.dial("stubborn")
    polite.turn("sleep 300")
    stubborn.turn("trap '' TERM; while :; do sleep 0.1; done")
    checkd = site.start(
        [polite.check(timeout="1h"), stubborn.check(timeout="1h", grace="300ms")]
    )
    wait_until(lambda: len(checkd.runs()) == 2, "both scripts run")
    started = [*checkd.runs(), checkd.publisher_pid or 0]
    assert checkd.stop(number) == 0
    assert not any(is_alive(pid) for pid in started)
    assert not site.client.is_published()
    assert checkd.logged("check polite: .*->") == []
    assert site.traps.of_checks == []


def test_a_second_sigterm_waits_for_nothing(site: Site) -> None:
    dial = site.dial("stubborn")
    dial.turn("trap '' TERM; while :; do sleep 0.1; done")
    checkd = site.start([dial.check(timeout="1h", grace="1h")])
    wait_until(lambda: len(checkd.runs()) == 1, "the script runs")
    pid = checkd.runs()[0]
    checkd.send(signal.SIGTERM)
    checkd.wait_for_log("stopping")
    checkd.send(signal.SIGTERM)
    assert checkd.wait(5) == 0
    wait_until(lambda: not is_alive(pid), "the script was killed")


def test_other_signals_do_not_end_it(site: Site) -> None:
    checkd = site.start([site.dial("web").check()])
    for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGHUP):
        checkd.send(number)
        site.wait_for_runs("web", 1)
    assert checkd.is_running


class Daemon:
    """checkd as a daemon, known by its pid file."""

    def __init__(self, site: Site, config: Path) -> None:
        self.pid_file = site.folder / "checkd.pid"
        self.started = run(site, "-p", str(self.pid_file), "-c", str(config), "-v")

    @property
    def pid(self) -> int:
        return int(self.pid_file.read_text())

    def stop(self) -> None:
        pid = self.pid
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not is_alive(pid), "the daemon has ended", PATIENCE)


@pytest.fixture
def daemon(site: Site) -> Iterator[Daemon]:
    daemon = Daemon(site, site.write_config([site.dial("web").check()]))
    yield daemon
    if daemon.pid_file.exists() and is_alive(daemon.pid):
        daemon.stop()


def test_a_daemon_has_left_terminal_session_and_folder(site: Site, daemon: Daemon) -> None:
    assert daemon.started.returncode == 0, daemon.started
    assert daemon.started.stdout == ""
    pid = daemon.pid
    assert command_line(pid)[0] == str(CHECKD)
    assert os.getsid(pid) not in (os.getsid(0), pid)  # nor is it its leader
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    assert process_status(pid)["Umask"] == "0077"
    for fd in (0, 1, 2):
        assert os.readlink(f"/proc/{pid}/fd/{fd}") == "/dev/null"
    wait_until(site.client.is_published, "the table is served")
    daemon.stop()
    assert not daemon.pid_file.exists()


def test_a_second_daemon_with_the_same_pid_file_is_refused(site: Site, daemon: Daemon) -> None:
    pid = daemon.pid
    done = run(site, "-p", str(daemon.pid_file), "-c", str(site.folder / "checkd.yaml"))
    assert done.returncode == 1
    assert str(pid) in done.stderr
    assert daemon.pid == pid and is_alive(pid)


def test_a_pid_file_left_by_a_killed_daemon_does_not_hinder(site: Site, daemon: Daemon) -> None:
    pid = daemon.pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid), "the daemon is dead")
    assert daemon.pid_file.exists()
    again = Daemon(site, site.folder / "checkd.yaml")
    assert again.started.returncode == 0, again.started
    assert again.pid != pid and is_alive(again.pid)
    again.stop()


def test_a_pid_file_in_a_folder_that_is_not_there_is_an_error(site: Site) -> None:
    file = site.write_config([])
    done = run(site, "-p", str(site.folder / "nowhere" / "pid"), "-c", str(file))
    assert done.returncode == 1
    assert "nowhere/pid" in done.stderr


def test_a_relative_file_is_found_again_by_a_daemons_reload(site: Site) -> None:
    site.write_config([site.dial("web").check()], name="relative.yaml")
    pid_file = site.folder / "pid"
    done = run(site, "-p", str(pid_file), "-c", "relative.yaml")
    assert done.returncode == 0, done
    pid = int(pid_file.read_text())
    wait_until(site.client.is_published, "the table is served")
    checks = [site.dial(name).check() for name in ("web", "new")]
    site.write_config(checks, name="relative.yaml")
    os.kill(pid, signal.SIGHUP)
    wait_until(lambda: set(site.client.table()) == {"web", "new"}, "the file was read again")
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not is_alive(pid), "the daemon has ended")


def test_it_starts_with_its_standard_descriptors_closed(site: Site) -> None:
    """None of what it opens may become 0, 1 or 2 and receive what was meant for a log."""
    file = site.write_config([site.dial("web").check()])
    process = subprocess.Popen(
        ["/bin/sh", "-c", f'exec "$0" -f -c {file} <&- >&- 2>&-', str(CHECKD)],
        cwd=site.folder,
        env=site.environment,
    )
    try:
        wait_until(site.client.is_published, "the table is served")
        site.wait_for("web", {"checkLastOutcome": Outcome.EXITED})
        for fd in (0, 1, 2):
            assert os.readlink(f"/proc/{process.pid}/fd/{fd}") == "/dev/null"
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0


def test_a_log_that_nobody_reads_holds_nothing_up(site: Site) -> None:
    """stderr is a pipe that is full; checks go on all the same."""
    read_end, write_end = os.pipe()
    dial = site.dial("web")
    file = site.write_config([dial.check()])
    process = subprocess.Popen(
        [str(CHECKD), "-f", "-d", "-c", str(file)],
        cwd=site.folder,
        env=site.environment,
        stderr=write_end,
        stdin=subprocess.DEVNULL,
    )
    try:
        os.set_blocking(write_end, False)
        fill(write_end)
        wait_until(site.client.is_published, "the table is served")
        site.wait_for_runs("web", 20)
        assert site.client.scalar("checkAgentLatenessMax") < 500
    finally:
        os.set_blocking(write_end, True)
        os.close(read_end)
        os.close(write_end)
        process.terminate()
        assert process.wait(PATIENCE) == 0


def fill(pipe: int) -> None:
    try:
        while True:
            os.write(pipe, b"." * 4096)
    except BlockingIOError:
        pass


def test_children_are_those_that_are_expected(site: Site) -> None:
    """At rest there is the publisher and nothing else."""
    checkd = site.start([site.dial("web").check(interval="1h")])
    wait_until(lambda: children_of(checkd.pid) == [checkd.publisher_pid], "one child is left")
