# SPDX-License-Identifier: GPL-2.0-or-later
"""checkctl status --watch, on a terminal: what it draws, and that it gives the terminal back."""

import re
import signal
from pathlib import Path

import pytest

from checkctl import Terminal, check, columns_of, on_terminal, run, socket_of, start
from processes import wait_until
from testbed import Site

ALTERNATE_ON, ALTERNATE_OFF = "\x1b[?1049h", "\x1b[?1049l"


def watch(site: Site, *words: str, columns: int = 100, lines: int = 24) -> Terminal:
    return on_terminal(site, "status", "--watch=200ms", *words, columns=columns, lines=lines)


def assert_given_back(terminal: Terminal) -> None:
    assert terminal.is_as_before
    raw = terminal.raw
    assert raw.count(ALTERNATE_ON) == raw.count(ALTERNATE_OFF) == 1
    # The cursor and the wrapping of lines are as they were, before the text comes back.
    assert re.search(r"\x1b\[\?7h\x1b\[\?25h\x1b\[\?1049l$", raw)


def test_checkd_and_its_checks_are_drawn_in_place_until_q(site: Site) -> None:
    start(site, [check("fine"), check("down", "echo refused; exit 2")])
    with watch(site) as terminal:
        terminal.wait_for_frame(r"^\d+\.\d runs/s, late p99 \d+ ms, max \d+ ms, running \d+, queued 0$")
        picture = terminal.wait_for_frame(r"^store ok, SNMP is up, 0 notifications wait$")
        assert re.fullmatch(r"\d\d:\d\d:\d\d  checkd \S+, up \d+s, configuration 1", picture[0])
        assert picture[3].startswith("CRITICAL - critical 1, unknown 0, warning 0, ok 1,")
        assert picture[4].split()[:3] == ["STATE", "NAME", "STATUS"]
        assert [line.split()[1] for line in picture[5:7]] == ["down", "fine"]
        assert "\n" not in terminal.raw.split(ALTERNATE_ON)[0]
        terminal.type("q")
        assert terminal.wait() == 0
        assert_given_back(terminal)


def test_a_picture_fits_the_terminal_and_follows_its_size(bare_site: Site) -> None:
    start(bare_site, [check(f"fine-{i:02}", f"echo {'x' * 200}") for i in range(30)])
    with watch(bare_site, columns=80, lines=24) as terminal:
        picture = terminal.wait_for_frame(r"^\.\.\. and 12 more$")
        assert len(picture) == 24
        assert max(columns_of(line) for line in picture) <= 80
        terminal.resize(132, 12)
        picture = terminal.wait_for_frame(r"^\.\.\. and 24 more$")
        assert len(picture) == 12
        assert "GROUP" in picture[4]
        assert 80 < max(columns_of(line) for line in picture) <= 132
        terminal.resize(132, 4)
        wait_until(lambda: len(terminal.frame) == 4, "a picture of 4 lines")
        terminal.type("q")
        assert terminal.wait() == 0


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_a_signal_gives_the_terminal_back(
    bare_site: Site, number: signal.Signals, status: int
) -> None:
    start(bare_site, [check("fine")])
    with watch(bare_site) as terminal:
        terminal.wait_for_frame("fine")
        terminal.send(number)
        assert terminal.wait() == status
        assert_given_back(terminal)


def test_while_checkd_is_away_the_last_picture_stays_and_says_so(bare_site: Site) -> None:
    start(bare_site, [check("fine")])
    config = bare_site.checkd.config_file
    with watch(bare_site) as terminal:
        terminal.wait_for_frame(r"^ok +fine")
        bare_site.checkd.stop()
        picture = terminal.wait_for_frame(r"^no answer since \d\d:\d\d:\d\d: .*no socket is there")
        assert any(re.match(r"ok +fine", line) for line in picture)
        start(bare_site, [check("fine", "exit 2")])
        assert config == bare_site.checkd.config_file
        picture = terminal.wait_for_frame(r"^critical +fine")
        assert not any("no answer" in line for line in picture)
        terminal.type("q")
        assert terminal.wait() == 0


def test_a_daemon_that_has_stopped_keeps_no_key_from_being_heard(bare_site: Site) -> None:
    start(bare_site, [check("fine")])
    with watch(bare_site) as terminal:
        terminal.wait_for_frame("fine")
        bare_site.checkd.pause()
        try:
            terminal.wait_for("fine")
            terminal.type("q")
            assert terminal.wait(5) == 0
        finally:
            bare_site.checkd.resume()
        assert_given_back(terminal)


def test_stopped_by_its_key_it_lends_the_terminal_to_the_shell(bare_site: Site) -> None:
    start(bare_site, [check("fine")])
    with watch(bare_site) as terminal:
        terminal.wait_for_frame("fine")
        terminal.stop_by_key()
        assert terminal.is_as_before
        assert terminal.raw.endswith(ALTERNATE_OFF)
        terminal.go_on()
        wait_until(lambda: terminal.raw.count(ALTERNATE_ON) == 2, "it has the terminal again")
        terminal.type("q")
        assert terminal.wait() == 0
        assert terminal.is_as_before


def test_without_a_terminal_it_says_that_it_takes_one(bare_site: Site) -> None:
    result = run(bare_site, "status", "--watch")
    assert result.returncode == 3 and "terminal" in result.stderr
    assert not Path(socket_of(bare_site)).exists()
