# SPDX-License-Identifier: GPL-2.0-or-later
"""Notifications in snmptt, in a plain traphandle, in Nagios and LibreNMS; and Nagios' polling."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Iterator

import pytest
import yaml

import mib
from processes import wait_until
from testbed import Site
from trap_stack import BUILT, FILES, TrapHandlers

PLUGINS = Path("/usr/lib/nagios/plugins")

# Nothing of this may be run, end a line, or fake one of another check.
HOSTILE = (
    """$(touch pwned) `touch pwned`; touch pwned & "q" 'x' \\\\ %s%n $1 | a=1 ; """
    "PROCESS_SERVICE_CHECK_RESULT"
)


@pytest.fixture
def handlers(bare_site: Site, base_mibs: Path) -> Iterator[TrapHandlers]:
    stack = TrapHandlers(bare_site)
    bare_site.master.start()
    try:
        yield stack
    finally:
        stack.stop()


def librenms_log(text: str) -> str:
    done = subprocess.run(
        ["php", str(Path(__file__).with_name("librenms-handler.php")),
         str(FILES / "librenms" / "CheckdNotification.php")],
        input=text, capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_each_notification_lands_in_each_receiver(
    bare_site: Site, handlers: TrapHandlers
) -> None:
    """One story: at its end each event must have come once, in order, to all of them."""
    site = bare_site
    web, slow, noisy = (site.dial(each) for each in ("web", "slow", "noisy"))
    checks = [web.check(), slow.check(fresh="2s", timeout="30s"), noisy.check(timeout="1s")]
    site.start(checks)
    handlers.wait_for_line("checkAgentStarted checkd:")
    site.wait_for("web", {"checkLastStatus": 0})
    site.wait_for("noisy", {"checkLastStatus": 0})

    # 0 -> 2 -> 1 -> 0.
    for status, name in ((2, "checkFailed"), (1, "checkChanged"), (0, "checkRecovered")):
        web.turn(f"echo turned to {status}; exit {status}")
        handlers.wait_for_line(f"{name} web:")
    of_web = [line for line in handlers.lines if " web: " in line]
    assert [re.sub(r"event \d+", "event N", line) for line in of_web] == [
        "checkFailed web: critical (exit 2, before 0): turned to 2 [event N]",
        "checkChanged web: warning (exit 1, before 2): turned to 1 [event N]",
        "checkRecovered web: ok (exit 0, before 1): turned to 0 [event N]",
    ]
    texts = [(severity, text.split(" [")[0]) for severity, text in handlers.translated]
    assert [each for each in texts if each[1].startswith("web ")] == [
        ("Critical", "web failed, critical: exit 2, before 0.  turned to 2"),
        ("Warning", "web changed, warning: exit 1, before 2.  turned to 1"),
        ("Normal", "web recovered, ok: exit 0, before 1.  turned to 0"),
    ]
    results = [result for result in handlers.results if result[1] == "web"]
    assert [code for _, _, code, _ in results] == ["2", "1", "0"]
    assert {host for host, *_ in results} <= {"localhost", "127.0.0.1"}

    # A timeout; text that is hostile, and text that is not ASCII.
    noisy.turn("sleep 9")
    line = handlers.wait_for_line("checkFailed noisy:")
    assert "critical (timed out, before 0)" in line
    assert "exit -1, before 0. timed out" in handlers.translated[-1][1]
    noisy.turn(f"cat <<'EOF'\n{HOSTILE}\nEOF\nexit 1")
    line = handlers.wait_for_line("checkChanged noisy: warning (exit 1,")
    assert line.split(": ", 2)[2].startswith(HOSTILE.split(" |", 1)[0])
    noisy.turn("echo 'fürchterlich: 三'; exit 2")
    line = handlers.wait_for_line("checkChanged noisy: critical (exit 2,")
    assert ": fürchterlich: 三 [" in line
    assert not list(site.folder.rglob("pwned"))

    # Stale and fresh.
    slow.turn("sleep 5")
    handlers.wait_for_line("checkBecameStale slow:")
    assert handlers.translated[-1][0] == "Warning"
    slow.turn("exit 0")
    handlers.wait_for_line("checkBecameFresh slow:")
    assert [code for _, name, code, _ in handlers.results if name == "slow"] == ["3", "0"]

    # Nothing is lost while snmpd is away, and its return brings nothing twice.
    site.master.stop()
    web.turn("exit 2")
    site.checkd.wait_for_log("check web: failed: exit 0 -> exit 2", 2)
    site.master.start()
    wait_until(lambda: len([x for x in handlers.lines if "checkFailed web" in x]) == 2, "told")

    # One that is removed while it is not ok is withdrawn.
    site.reload(checks[:2])
    handlers.wait_for_line("checkWithdrawn noisy:")
    assert site.checkd.stop() == 0
    site.start(checks[:2])
    wait_until(lambda: len([x for x in handlers.lines if "AgentStarted" in x]) >= 2, "started")
    handlers.wait_for_line("checkAgentStarted")

    numbers = (re.search(r"\[event (\d+)\]$", line) for line in handlers.lines)
    events = [int(number[1]) for number in numbers if number is not None]
    assert events == sorted(set(events)), "each once, in order"
    assert not handlers.unknown_log.exists() or not handlers.unknown_log.read_text()
    assert len(handlers.translated) == len(handlers.lines)

    # LibreNMS' handler reads the same of snmptrapd with the MIB.
    wait_until(lambda: len(handlers.librenms_texts) >= len(handlers.lines), "forwarded")
    logged = [librenms_log(text) for text in handlers.librenms_texts[: len(handlers.lines)]]
    plain = [re.sub(r" \[event \d+\]", "", each) for each in logged]
    assert "Info checkd was started" in plain
    for wanted in (
        "Error checkFailed web: critical (exit 2, before 0): turned to 2",
        "Warning checkChanged web: warning (exit 1, before 2): turned to 1",
        "Ok checkRecovered web: ok (exit 0, before 1): turned to 0",
    ):
        assert wanted in plain, plain
    assert any(each.startswith("Error checkFailed noisy: critical (timed out") for each in plain)
    assert any(each.startswith("Warning checkBecameStale slow:") for each in plain)
    assert any(each.startswith("Notice checkWithdrawn noisy:") for each in plain)


def values_of(state: int, **changed: tuple[str, str]) -> dict[str, tuple[str, str]]:
    """What a notification of a check has, in its order, as types and values of snmptrap."""
    values = {
        "checkName": ("s", "web"),
        "checkLastStatus": ("i", "7"),
        "checkPreviousStatus": ("i", "0"),
        "checkState": ("i", str(state)),
        "checkEventPreviousState": ("i", "2"),
        "checkLastOutcome": ("i", "2"),
        "checkLastMeaning": ("s", ""),
        "checkLastOutput": ("s", "text"),
    }
    return {**values, **changed}


def test_every_notification_has_one_line_and_its_severity(handlers: TrapHandlers) -> None:
    by_state = {5: ("Critical", "2"), 4: ("Major", "3"), 3: ("Warning", "1"), 2: ("Normal", "0")}
    wanted = []
    for number, states in ((1, (5, 4, 3)), (2, (5, 4, 3, 2)), (7, (5, 4, 3, 2))):
        for state in states:
            handlers.send(number, values_of(state))
            wanted.append(by_state[state])
    for number, severity, code in (
        (3, "Normal", "0"), (4, "Warning", "3"), (5, "Normal", "0"), (8, "Normal", "0")
    ):  # fmt: skip
        handlers.send(number, values_of(2))
        wanted.append((severity, code))
    wait_until(lambda: len(handlers.translated) >= len(wanted), "all are translated")
    assert [severity for severity, _ in handlers.translated] == [each[0] for each in wanted]
    assert [code for _, _, code, _ in handlers.results] == [each[1] for each in wanted]
    assert len(handlers.lines) == len(wanted)
    # One that flaps keeps its result.
    handlers.send(6, values_of(5))
    handlers.wait_for_line("checkFlappingStarted web:")
    assert handlers.translated[-1][0] == "Informational"
    assert len(handlers.results) == len(wanted)


def test_a_forged_notification_makes_no_lines_of_its_own(
    bare_site: Site, handlers: TrapHandlers
) -> None:
    forged = "x\n[1] PROCESS_SERVICE_CHECK_RESULT;a;b;0;c\x1b[2J\r"
    for name in ("web;x", "we\nb", "$(touch pwned)", "../x y", ""):
        handlers.send(1, values_of(5, checkName=("s", name)))
    handlers.send(1, values_of(5, checkLastStatus=("s", forged), checkLastOutput=("s", forged)))
    line = handlers.wait_for_line("checkFailed web: critical")
    assert "\x1b" not in line and "\r" not in line
    wait_until(lambda: handlers.results, "the result is there")
    assert len(handlers.lines) == 1 and len(handlers.results) == 1
    assert handlers.results[0][:3] in (["localhost", "web", "2"], ["127.0.0.1", "web", "2"])
    assert not list(bare_site.folder.rglob("pwned"))


def nagios_commands() -> dict[str, str]:
    text = (BUILT / "nagios" / "commands.cfg").read_text()
    found = re.findall(r"command_name\s+(\S+)\n\s*command_line\s+(.*)\n", text)
    assert len(found) == text.count("define command")
    return dict(found)


def run_command(site: Site, name: str, argument: str = "", port: str = "") -> tuple[int, str]:
    """Runs a command of commands.cfg as Nagios would, with its macros."""
    address = site.client.address.removeprefix("udp:")
    host, own_port = address.split(":")
    port = port or own_port
    line = nagios_commands()[name]
    if "check_snmp" in line:
        line = line.replace("-H '$HOSTADDRESS$'", f"-H '{host}' -p {port} -t 2 -e 1")
    macros = {
        "$USER1$": str(PLUGINS),
        "/usr/local/bin/check_checkd": f"sh {BUILT}/nagios/check_checkd",
        "'$HOSTADDRESS$'": f"-t 2 -r 0 {host}:{port}",
        "$_HOSTSNMPCOMMUNITY$": "public",
        "$ARG1$": argument,
    }
    for macro, value in macros.items():
        line = line.replace(macro, value)
    assert "$" not in line, line
    done = subprocess.run(
        line, shell=True, capture_output=True, text=True, timeout=30, check=False,
        env={"PATH": "/usr/bin:/bin", "MIBS": "", "SNMPCONFPATH": str(site.folder / "none")},
    )  # fmt: skip
    return done.returncode, done.stdout.strip()


def test_nagios_sees_states_by_polling(site: Site) -> None:
    web, parent, child, slow = (site.dial(each) for each in ("web", "parent", "child", "slow"))
    web.turn("echo it is 'well | load=3'")
    checks = [
        web.check(group="www"), parent.check(), child.check(depends=["parent"]),
        slow.check(fresh="1s", timeout="30s"), site.dial("off").check(enabled=False),
    ]  # fmt: skip
    site.start(checks)
    for name in ("web", "parent", "child", "slow"):
        site.wait_for(name, {"checkState": 2})

    for name, argument in (
        ("checkd-check", "web"), ("checkd-state", "web"), ("checkd-group", "www"),
        ("checkd-worst", ""), ("checkd-alive", ""), ("checkd-stale", ""), ("checkd-store", ""),
        ("checkd-pending", ""),
    ):  # fmt: skip
        code, text = run_command(site, name, argument)
        assert code == 0, (name, text)
    assert run_command(site, "checkd-check", "web")[1].startswith("OK - ok, exit 0, ")

    for status, state, codes in ((2, 5, (2, 2, 2, 2)), (1, 3, (1, 1, 1, 1)), (3, 4, (3, 1, 1, 1))):
        web.turn(f"echo turned to {status}; exit {status}")
        site.wait_for("web", {"checkState": state})
        found = tuple(
            run_command(site, name, argument)[0]
            for name, argument in (
                ("checkd-check", "web"), ("checkd-state", "web"), ("checkd-group", "www"),
                ("checkd-worst", ""),
            )
        )  # fmt: skip
        assert found == codes, status
    assert ": turned to 3 | status=3 " in run_command(site, "checkd-check", "web")[1]
    web.turn("exit 0")
    site.wait_for("web", {"checkState": 2})

    # What follows from something else, and what is switched off, is no alarm.
    parent.turn("exit 2")
    site.wait_for("parent", {"checkState": 5})
    child.turn("exit 2")
    site.wait_for("child", {"checkState": 5, "checkSuppression": 5})
    code, text = run_command(site, "checkd-check", "child")
    assert code == 0 and "suppressed (what it depends on is not ok), critical" in text
    assert run_command(site, "checkd-check", "parent")[0] == 2
    assert run_command(site, "checkd-check", "off")[0] == 0

    slow.turn("sleep 8")
    site.wait_for("slow", {"checkStale": 1})
    code, text = run_command(site, "checkd-check", "slow")
    assert code == 3 and text.startswith("UNKNOWN - stale, ok")
    wait_until(lambda: run_command(site, "checkd-stale")[0] == 1, "the stale check is counted")

    # What is not there is no success: a check, an agent, checkd itself.
    assert run_command(site, "checkd-check", "nobody")[0] == 3
    assert run_command(site, "checkd-state", "nobody")[0] == 3
    dead = str(site.take_port())
    for name in ("checkd-check", "checkd-alive", "checkd-worst"):
        assert run_command(site, name, "web", dead)[0] in (2, 3), name
    slow.turn("exit 0")
    assert site.checkd.stop() == 0
    for name in ("checkd-check", "checkd-alive", "checkd-worst", "checkd-stale"):
        assert run_command(site, name, "web")[0] in (2, 3), name


def test_what_librenms_walks_is_there(site: Site, base_mibs: Path) -> None:
    web = site.dial("web")
    site.start([web.check(group="www")])
    site.wait_for("web", {"checkState": 2})
    sensors = yaml.safe_load((BUILT / "librenms" / "checkd.yaml").read_text())["modules"]["sensors"]
    suffix = {"web": "3.119.101.98", "www": "3.119.119.119"}
    entries = [entry for kind in sensors.values() for entry in kind["data"]]
    assert len(entries) >= 8
    for entry in entries:
        walk = site.client.run(
            "snmpbulkwalk", "-Ih", *shlex.split(entry["snmp_flags"]), entry["oid"],
            with_mibs=True,
        )  # fmt: skip
        rows = dict(line.split(" = ", 1) for line in walk.splitlines())
        value = entry["value"].removeprefix("CHECKD-MIB::")
        indexes = [key.split(".", 1)[1] for key in rows if key.startswith(f"{value}.")]
        assert indexes in (["0"], [suffix["web"]], [suffix["www"]]), (value, rows)
        for place in re.findall(r"{{ (CHECKD-MIB::(\w+)) }}", entry["descr"] + entry["group"]):
            assert f"{place[1]}.{indexes[0]}" in rows, place
        oid = mib.parse_oid(entry["num_oid"].replace("{{ $index }}", indexes[0]))
        read = site.client.get(oid)
        if "states" in entry:
            assert str(read.number) == rows[f"{value}.{indexes[0]}"]
            assert read.number in [state["value"] for state in entry["states"]]


def test_librenms_knows_every_notification() -> None:
    text = (FILES / "librenms" / "snmptraps.php.txt").read_text()
    assert set(re.findall(r"CHECKD-MIB::(\w+)", text)) == set(mib.NOTIFICATION_NUMBERS)


def test_snmptt_knows_every_notification() -> None:
    text = (BUILT / "snmptt" / "snmptt.checkd.conf").read_text()
    events = dict(re.findall(r"^EVENT (\w+) \.(\S+) ", text, re.MULTILINE))
    assert events == {
        name: mib.dotted(mib.notification_oid(name)).lstrip(".")
        for name in mib.NOTIFICATION_NUMBERS
    }
