# SPDX-License-Identifier: GPL-2.0-or-later
"""checkctl events: the log, and what is added to it, without a gap and without a double."""

import json
import re
import subprocess
import time
from typing import Iterator

import pytest

from checkctl import (
    CHECKCTL,
    answers,
    environment,
    on_terminal,
    output,
    run,
    socket_of,
    start,
)
from control import Control
from processes import Process, wait_until
from testbed import Site

PASSIVE = {"name": "backup", "type": "passive"}


class Follower(Process):
    """checkctl events --follow, whose lines go to one file."""

    def __init__(self, site: Site, *words: str) -> None:
        super().__init__(
            [str(CHECKCTL), "--json", "events", "--follow", *words], site.folder, environment(site)
        )

    @property
    def numbers(self) -> list[int]:
        lines = [line for line in self.output.splitlines(keepends=True) if line.startswith("{")]
        return [json.loads(line)["number"] for line in lines if line.endswith("\n")]

    def wait_for_number(self, number: int) -> None:
        wait_until(lambda: number in self.numbers, f"event {number} is told")


@pytest.fixture
def passive_site(bare_site: Site) -> Site:
    start(bare_site, [PASSIVE, {"name": "other", "type": "passive"}])
    return bare_site


def submit(site: Site, *statuses: int, name: str = "backup") -> None:
    requests = [
        {"verb": "submit", "name": name, "status": status, "output": f"status {status}"}
        for status in statuses
    ]
    with Control(socket_of(site)) as control:
        control.send("".join(json.dumps(each) + "\n" for each in requests).encode())
        for _ in requests:
            answer = control.receive()
            assert answer is not None and answer["ok"]


def test_the_log_has_a_line_an_event(passive_site: Site) -> None:
    submit(passive_site, 0, 2, 1, 0)
    lines = output(passive_site, "events").splitlines()
    assert len(lines) == 3
    assert re.fullmatch(
        r" +1  \d\d:\d\d:\d\d  critical  backup: failed: ok -> critical, exit 0 -> exit 2:"
        r" status 2  \((pending|accepted)\)",
        lines[0],
    )
    assert "warning   backup: changed: critical -> warning, exit 2 -> exit 1" in lines[1]
    assert "ok        backup: recovered: warning -> ok, exit 1 -> exit 0" in lines[2]
    with on_terminal(passive_site, "events", columns=200) as terminal:
        assert terminal.wait() == 0
        assert "\x1b[1;31mcritical\x1b[0m" in terminal.raw


def test_numbers_counts_and_names_choose(passive_site: Site) -> None:
    submit(passive_site, 0, *[1, 0] * 5)
    submit(passive_site, 0, 1, name="other")

    def numbers(*words: str) -> list[int]:
        return [event["number"] for event in answers(passive_site, "events", *words)]

    assert numbers() == list(range(1, 12))
    assert numbers("-n", "3") == [9, 10, 11]
    assert numbers("--since", "8") == [9, 10, 11]
    assert numbers("--since", "3", "-n", "2") == [4, 5]
    assert numbers("--since", "11") == []
    assert numbers("other") == [11]
    assert numbers("-n", "2", "backup") == [9, 10]
    assert numbers("--since", "1h") == list(range(1, 12))
    assert "number or a duration" in run(passive_site, "events", "--since", "soon").stderr


def test_more_than_one_answer_has_is_read_on(passive_site: Site) -> None:
    submit(passive_site, 0, *[1, 0] * 300)
    numbers = [event["number"] for event in answers(passive_site, "events", "-n", "550")]
    assert numbers == list(range(51, 601))
    numbers = [event["number"] for event in answers(passive_site, "events", "--since", "0")]
    assert numbers == list(range(1, 601))


def test_events_of_the_last_while_are_found_by_their_time(passive_site: Site) -> None:
    submit(passive_site, 0, *[1, 0] * 3)
    last = answers(passive_site, "events", "-n", "1")[0]
    wait_until(lambda: time.time() > last["epoch"] + 5, "a while has passed")
    submit(passive_site, 2)
    # From a second behind the old ones on, so that a slow machine has some seconds left.
    while_s = int(time.time() - last["epoch"]) - 1
    recent = answers(passive_site, "events", "--since", f"{while_s}s")
    assert [event["number"] for event in recent] == [last["number"] + 1]


@pytest.fixture
def follower(passive_site: Site) -> Iterator[Follower]:
    started = Follower(passive_site, "--since", "0")
    yield started
    started.kill()


def test_who_follows_is_told_each_once_whatever_becomes_of_checkd(
    passive_site: Site, follower: Follower
) -> None:
    submit(passive_site, 0, 1)
    follower.wait_for_number(1)
    for number in range(2, 42):
        submit(passive_site, number % 2)
    follower.wait_for_number(41)
    passive_site.checkd.kill()
    wait_until(lambda: "it is tried again" in follower.output, "it is told that checkd is away")
    start(passive_site, [PASSIVE, {"name": "other", "type": "passive"}])
    wait_until(lambda: "checkd answers again" in follower.output, "it is back")
    for number in range(42, 62):
        submit(passive_site, number % 2)
    follower.wait_for_number(61)
    assert follower.numbers == list(range(1, 62))


def test_a_new_epoch_is_told_and_read_from_its_begin(
    passive_site: Site, follower: Follower
) -> None:
    submit(passive_site, 0, 1, 0, 1)
    follower.wait_for_number(3)
    passive_site.checkd.stop()
    for file in passive_site.folder.glob("checkd.db*"):
        file.unlink()
    # An epoch is the second in which its database was made.
    removed = int(time.time())
    wait_until(lambda: int(time.time()) > removed, "the next second has begun")
    start(passive_site, [PASSIVE, {"name": "other", "type": "passive"}])
    submit(passive_site, 0, 1)
    wait_until(lambda: follower.numbers == [1, 2, 3, 1], "the new event 1 is told")
    assert re.search(r"checkctl: .* a new epoch, \d+", follower.output)


def test_who_follows_one_check_is_told_of_no_other(passive_site: Site) -> None:
    follower = Follower(passive_site, "backup")
    submit(passive_site, 0, 1, name="other")
    submit(passive_site, 0, 1, 0)
    follower.wait_for_number(3)
    assert follower.numbers == [2, 3]
    follower.kill()


def test_who_follows_ends_with_his_reader(passive_site: Site) -> None:
    command = f"{CHECKCTL} --timeout 2s events --follow | head -n 1"
    submit(passive_site, 0, 1)
    piped = subprocess.Popen(
        ["/bin/sh", "-c", command], env=environment(passive_site), stdout=subprocess.PIPE
    )
    assert piped.stdout is not None and piped.stdout.readline()
    submit(passive_site, 0)
    piped.stdout.close()
    assert piped.wait(20) == 0


def test_a_check_that_runs_is_told_of_as_it_changes(bare_site: Site) -> None:
    dial = bare_site.dial("web")
    start(bare_site, [dial.check()])
    with on_terminal(bare_site, "events", "--follow", columns=200) as terminal:
        dial.turn("echo refused; exit 2")
        terminal.wait_for(r"web: failed: ok -> critical, exit 0 -> exit 2: refused")
        dial.turn("echo back; exit 0")
        terminal.wait_for(r"web: recovered: critical -> ok, exit 2 -> exit 0: back")
