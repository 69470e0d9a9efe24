# SPDX-License-Identifier: GPL-2.0-or-later
"""checkctl status: for people, for pipes and as a plugin."""

import json
import re
import signal
import socket
import threading

import pytest

from checkctl import (
    answers,
    check,
    columns_of,
    environment,
    names,
    on_terminal,
    output,
    run,
    socket_of,
    start,
)
from processes import wait_until
from testbed import Site

FIVE = [
    check("a-fine"),
    check("b-small", "echo low; exit 1"),
    check("c-odd", "exit 3"),
    check("d-down", "echo refused; exit 2"),
    {"name": "e-passive", "type": "passive"},
]


def test_a_pipe_gets_a_sum_and_all_checks_worst_first(bare_site: Site) -> None:
    start(bare_site, FIVE)
    text = output(bare_site, "status", status=2)
    lines = text.splitlines()
    assert lines[0] == (
        "CRITICAL - critical 1, unknown 1, warning 1, ok 1, pending 1, stale 0"
    )
    assert names(text) == ["d-down", "c-odd", "b-small", "e-passive", "a-fine"]
    assert re.fullmatch(r"critical  d-down +2 +\d+s +\d+s +\d+ ms  default  refused", lines[2])
    assert "\x1b" not in text


def test_the_exit_status_is_the_worst_state_of_what_was_asked_for(bare_site: Site) -> None:
    start(bare_site, FIVE)
    output(bare_site, "status", "a-fine", status=0)
    output(bare_site, "status", "e-passive", status=0)
    output(bare_site, "status", "a-*", "b-*", status=1)
    output(bare_site, "status", "--state", "unknown", status=3)
    output(bare_site, "status", "[bc]-*", status=3)
    output(bare_site, "status", "*", status=2)
    assert "there is no such check" in output(bare_site, "status", "nosuch", status=3)
    assert "; there is no check nosuch\n" in output(bare_site, "status", "a-fine", "nosuch", status=3)
    assert "nosuch" in output(bare_site, "status", "d-down", "nosuch", status=2)
    assert "there is no such check" in output(bare_site, "status", "--state=critical", "a-fine")
    assert "there is no such check" in output(bare_site, "status", "--stale")
    output(bare_site, "status", "-g", "nosuch", status=3)


def test_a_plugin_gets_trouble_and_performance_data(bare_site: Site) -> None:
    start(bare_site, [*FIVE, check("f-bar", "echo 'a|b=1'; exit 1")])
    lines = output(bare_site, "status", "--plugin", status=2).splitlines()
    assert lines[0] == (
        "CRITICAL - critical 1, unknown 1, warning 2, ok 1, pending 1, stale 0"
        " | critical=1 unknown=1 warning=2 ok=1 pending=1 stale=0 suppressed=0"
    )
    assert [line.split()[1] for line in lines[2:]] == ["d-down", "c-odd", "b-small", "f-bar"]
    assert not any("|" in line for line in lines[1:])
    fine = output(bare_site, "status", "-p", "a-fine").splitlines()
    assert fine == [
        "OK - critical 0, unknown 0, warning 0, ok 1, pending 0, stale 0"
        " | critical=0 unknown=0 warning=0 ok=1 pending=0 stale=0 suppressed=0"
    ]


def test_groups_states_and_patterns_choose(bare_site: Site) -> None:
    start(bare_site, [check("web-1", group="web"), check("web-2", "exit 1", group="web"),
                      check("db-1", "exit 1", group="db")])  # fmt: skip
    assert names(output(bare_site, "status", "-g", "web", status=1)) == ["web-2", "web-1"]
    assert names(output(bare_site, "status", "--state=warning,ok", status=1)) == [
        "db-1", "web-2", "web-1"]  # fmt: skip
    assert names(output(bare_site, "status", "-g", "web", "*-1")) == ["web-1"]
    assert names(output(bare_site, "status", "web-*", "WEB-1", "db-1", status=1)) == [
        "db-1", "web-2", "web-1"]  # fmt: skip


def test_what_wants_no_alarm_is_shown_with_why_and_does_not_count(bare_site: Site) -> None:
    start(
        bare_site,
        [check("in-order", "exit 2"), check("off", enabled=False), check("fine"),
         check("below", "exit 2", depends="in-order")],
        maintenance=[{"when": ["00:00-24:00"], "checks": ["in-order"], "reason": "disks"}],
    )  # fmt: skip

    def is_settled() -> bool:
        return "1 by dependency" in run(bare_site, "status").stdout

    wait_until(is_settled, "what is below is excused")
    lines = output(bare_site, "status").splitlines()
    assert lines[0] == (
        "OK - critical 0, unknown 0, warning 0, ok 1, pending 0, stale 0;"
        " 1 disabled, 1 in maintenance, 1 by dependency"
    )
    rows = {line.split()[1]: line for line in lines[2:]}
    assert rows["in-order"].endswith("in maintenance")
    assert rows["below"].endswith("by dependency")
    assert rows["off"].endswith("disabled")
    assert list(rows) == ["below", "in-order", "off", "fine"]
    with on_terminal(bare_site, "status") as terminal:
        assert terminal.wait() == 0
        assert re.search(r"\x1b\[2mcritical +in-order .*\x1b\[0m", terminal.raw)


def test_a_check_that_does_not_run_is_unknown(bare_site: Site) -> None:
    start(bare_site, [check("fine"),
                      {"name": "silent", "type": "passive", "fresh": "1s"}])  # fmt: skip

    def is_stale() -> bool:
        return "stale 1" in run(bare_site, "status").stdout

    wait_until(is_stale, "it is stale")
    lines = output(bare_site, "status", status=3).splitlines()
    assert lines[0].startswith("UNKNOWN - critical 0, unknown 0, warning 0, ok 1, pending 1,")
    assert lines[2].startswith("pending  silent") and lines[2].endswith("stale")
    assert names(output(bare_site, "status", "--stale", status=3)) == ["silent"]


def test_a_table_is_as_wide_as_the_terminal(bare_site: Site) -> None:
    start(bare_site, [check("web", "echo '" + "äö中文" * 60 + "'; exit 2"), check("a" * 60)])
    for columns in (40, 60, 80, 132):
        with on_terminal(bare_site, "status", columns=columns) as terminal:
            assert terminal.wait() == 2
            lines = terminal.text.splitlines()
        # One more may not fit, where a character takes two.
        assert columns - 1 <= columns_of(lines[2]) <= columns, lines[2]
        assert lines[2].endswith("…")
        assert max(columns_of(line) for line in lines[1:]) <= columns
        assert ("GROUP" in lines[1]) == (columns == 132)


def test_colours_are_for_terminals_and_for_who_wants_them(bare_site: Site) -> None:
    start(bare_site, [check("down", "exit 2")])
    red = "\x1b[1;31mcritical\x1b[0m"

    def painted(*words: str, **more: str) -> bool:
        with on_terminal(bare_site, "status", *words, **more) as terminal:
            assert terminal.wait() == 2
            assert red in terminal.raw or "\x1b" not in terminal.raw
            return red in terminal.raw

    assert painted()
    assert not painted(NO_COLOR="1")
    assert painted(NO_COLOR="")
    assert not painted("--colour=never")
    assert not painted(TERM="dumb")
    assert red in output(bare_site, "status", "--colour=always", status=2)


def test_a_terminal_gets_as_many_as_fit_and_is_told_of_the_rest(bare_site: Site) -> None:
    start(bare_site, [check(f"fine-{i:03}") for i in range(40)] + [check("worst", "exit 2")])
    with on_terminal(bare_site, "status", lines=14) as terminal:
        assert terminal.wait() == 2
        lines = terminal.text.splitlines()
    assert lines[0] == "CRITICAL - critical 1, unknown 0, warning 0, ok 40, pending 0, stale 0"
    assert [line.split()[1] for line in lines[2:-1]] == [
        "worst", *(f"fine-{i:03}" for i in range(9))]  # fmt: skip
    assert lines[-1] == "... and 31 more: --all shows them"
    with on_terminal(bare_site, "status", "--all", lines=14) as terminal:
        assert terminal.wait() == 2
        assert len(terminal.text.splitlines()) == 43
    assert len(names(output(bare_site, "status", status=2))) == 41
    assert len(names(output(bare_site, "status", "-n", "3", status=2))) == 3


def test_nothing_that_a_check_wrote_commands_the_terminal(bare_site: Site) -> None:
    script = bare_site.script("bad.sh", "#!/bin/sh\nprintf 'a\\033[31mb\\233c\\302\\2332Jd'\nexit 2\n")
    start(bare_site, [check("bad", str(script))])
    for words in (["status"], ["show", "bad"], ["events"], ["--json", "status"]):
        with on_terminal(bare_site, "--colour=never", *words) as terminal:
            terminal.wait()
            assert "\x1b" not in terminal.raw and "\x9b" not in terminal.raw, words
            assert "[31mb" in terminal.raw


def test_a_terminal_of_another_language_gets_ascii(bare_site: Site) -> None:
    start(bare_site, [check("umlaut", "echo grün; exit 1")])
    with on_terminal(bare_site, "status", LC_ALL="C") as terminal:
        assert terminal.wait() == 1
        assert "gr?n" in terminal.raw
    assert "grün" in output(bare_site, "status", status=1, more={"LC_ALL": "C"})


def test_json_has_one_row_a_line_with_the_names_of_the_mib(bare_site: Site) -> None:
    start(bare_site, FIVE)
    rows = answers(bare_site, "status", status=2)
    assert [row["name"] for row in rows] == ["d-down", "c-odd", "b-small", "e-passive", "a-fine"]
    assert rows[0]["last_status"] == 2 and rows[0]["last_output"] == "refused"
    assert rows[0]["stale"] is False and rows[3]["last_ran"] is None
    assert len(answers(bare_site, "status", "-n", "2", status=2)) == 2


def test_a_daemon_that_has_stopped_is_an_error_in_time(bare_site: Site) -> None:
    start(bare_site, [check("fine")])
    bare_site.checkd.pause()
    try:
        result = run(bare_site, "--timeout", "500ms", "status")
        plugin = run(bare_site, "--timeout", "500ms", "status", "--plugin")
        as_json = run(bare_site, "--timeout", "500ms", "--json", "ping")
        waiting = run(bare_site, "--timeout", "500ms", "reload")
    finally:
        bare_site.checkd.resume()
    assert result.returncode == 3
    assert re.fullmatch(
        r"checkctl: \S+: no answer for 0.5 s: checkd is stopped or stuck\n", result.stderr
    )
    assert plugin.returncode == 3 and plugin.stdout.startswith("UNKNOWN - ")
    assert as_json.returncode == 1 and json.loads(as_json.stdout)["ok"] is False
    assert waiting.returncode == 1 and "stopped or stuck" in waiting.stderr
    output(bare_site, "ping")


def test_a_daemon_that_is_not_there_is_told_in_one_line(bare_site: Site) -> None:
    start(bare_site, [check("fine")])
    path = socket_of(bare_site)
    assert run(bare_site, "-s", f"{path}x", "ping").stderr == (
        f"checkctl: {path}x: no socket is there: is checkd running? "
        "(systemctl status checkd; another place: -s SOCKET)\n"
    )
    bare_site.checkd.send(signal.SIGKILL)
    bare_site.checkd.wait()
    assert run(bare_site, "ping").stderr == (
        f"checkctl: {path}: nobody listens there any more: checkd has ended "
        "(systemctl start checkd)\n"
    )
    plain = bare_site.folder / "plain"
    plain.touch()
    assert "that is no socket" in run(bare_site, "-s", str(plain), "ping").stderr


def test_without_a_socket_in_the_environment_the_built_in_one_is_asked(bare_site: Site) -> None:
    assert "CHECKCTL_SOCKET" in environment(bare_site)
    text = run(bare_site, "--help", more={"CHECKCTL_SOCKET": ""}).stdout
    assert "/run/checkd/control.sock" in text


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "checkd has closed the connection"),
        (b'{"ok": tr', "checkd has closed the connection"),
        (b"SSH-2.0-server\r\n", "what answers there is not checkd"),
        (b'["ok"]\n', "what answers there is not checkd"),
        (b'{"version": "1"}\n', "what answers there is not checkd"),
        (b'{"ok": false}\n', "does not say why"),
        (b"x" * (5 << 20), "the answer has no end: is that checkd?"),
        (b'{"ok": false, "error": "a\\u001b[2Jb"}\n', "a [2Jb"),
    ],
)
def test_what_is_not_checkd_does_no_harm(bare_site: Site, answer: bytes, told: str) -> None:
    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            try:
                connection.sendall(answer)
            except OSError:
                pass  # it has heard enough

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(socket_of(bare_site)))
        listener.listen()
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        result = run(bare_site, "ping")
        server.join()
    assert result.returncode == 1 and result.stdout == ""
    assert told in result.stderr and len(result.stderr.splitlines()) == 1
