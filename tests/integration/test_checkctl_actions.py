# SPDX-License-Identifier: GPL-2.0-or-later
"""What checkctl orders: runs, results, reloads, and what an operator takes out of service."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

from checkctl import (
    CHECKCTL,
    answers,
    check,
    environment,
    on_terminal,
    output,
    run,
    socket_of,
    start,
)
from processes import wait_until
from testbed import Site

BACKUP = {"name": "backup", "type": "passive"}
NOBODY = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]


def as_nobody(site: Site, *words: str) -> "subprocess.CompletedProcess[str]":
    """Runs a copy of it, whose folder everybody may enter."""
    program = site.folder / "checkctl"
    if not program.exists():
        shutil.copy(CHECKCTL, program)
    # A sanitizer's report could not be written to the folder.
    env = {**environment(site), "ASAN_OPTIONS": "detect_leaks=0"}
    return subprocess.run(
        [*NOBODY, str(program), *words], env=env, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip


def test_a_run_ends_as_a_plugin_with_what_came_out(bare_site: Site) -> None:
    start(bare_site, [check("web", "echo refused; exit 2", interval="1h"), BACKUP], until_run=False)
    assert re.fullmatch(
        r"web: critical, exit 2, took \d+ ms: refused\n", output(bare_site, "run", "web", status=2)
    )
    answer = answers(bare_site, "run", "web", status=2)[0]
    assert answer["check"]["runs"] == 2 and answer["waited"] is True
    assert output(bare_site, "run", "web", "--no-wait") == "web: it will run at once\n"
    assert "passive" in run(bare_site, "run", "backup").stderr
    assert run(bare_site, "run", "backup").returncode == 3
    assert "there is no such check" in run(bare_site, "run", "nosuch").stderr


def test_a_run_that_takes_longer_than_patience_is_waited_for(bare_site: Site) -> None:
    start(bare_site, [check("slow", "sleep 5", interval="1h", timeout="30s"), BACKUP], until_run=False)
    began = time.monotonic()
    output(bare_site, "run", "slow", "--timeout", "2s")
    assert time.monotonic() - began > 3


def test_a_test_shows_all_and_changes_nothing(bare_site: Site) -> None:
    code = "printf 'low | users=3;10\\n\\nsecond\\033[1m\\n'; echo oops >&2; exit 1"
    start(bare_site, [check("web", code, interval="1h", env={"PORT": "8080"})], until_run=False)
    before = answers(bare_site, "show", "web")[0]["check"]
    lines = output(bare_site, "test", "web", status=1).splitlines()
    assert [line.split()[-1] for line in lines[:2]] == ["/bin/sh", "-c"]
    assert "environment  PATH=" in "\n".join(lines)
    for wanted in (
        "             PORT=8080", "             CHECKD_NAME=web", "directory    /",
        "stdout       | low | users=3;10", "             | second [1m", "stderr       | oops",
        "metrics      users = 3",
    ):  # fmt: skip
        assert wanted in lines, (wanted, lines)
    assert re.fullmatch(r"web: warning, exit 1, took \d+ ms: low", lines[-1])
    assert answers(bare_site, "test", "web", status=1)[0]["error_output"].strip() == "oops"
    after = answers(bare_site, "show", "web")[0]["check"]
    assert after["runs"] == before["runs"] and after["last_ran"] == before["last_ran"]


def test_a_test_of_a_disabled_check_works(bare_site: Site) -> None:
    start(bare_site, [check("off", "exit 2", enabled=False), check("fine")])
    assert "off: critical, exit 2" in output(bare_site, "test", "off", status=2)


def test_a_page_has_all_of_a_check(bare_site: Site) -> None:
    start(
        bare_site,
        [check("web", "echo 'refused|time=3s;1;2'; exit 2", description="The shop", group="shop",
               depends="db", user="root", env={"PASSWORD": "secret"}),
         check("db"), check("below", depends="web")],
        maintenance=[{"when": ["sat,sun 22:00-06:00"], "checks": ["web"], "reason": "disks"}],
    )  # fmt: skip
    text = output(bare_site, "show", "web")
    assert text.startswith("web: The shop\n")
    for pattern in (
        r"type +command", r"group +shop", r"state +critical", r"status +exit 2",
        r"output +refused", r"ran +\d\d:\d\d:\d\d, \d+s ago", r"took +\d+ ms, started \d+ ms late",
        r"runs +\d+, \d+ not ok, 0 timed out, \d+ missed", r"depends on +db: ok",
        r"needed by +below: \w+", r"planned +sat,sun 22:00-06:00.*: disks", r"interval +1s",
        r"user +root", r"env +PASSWORD", r"time +3 +s +1 +2",
        r"\d\d:\d\d:\d\d +exit 2 +\d+ ms +\d+ ms  refused",
        r" 1  \S+  critical  web: failed: ",
    ):  # fmt: skip
        assert re.search(rf"^ *{pattern}", text, re.MULTILINE), (pattern, text)
    assert "secret" not in text
    with on_terminal(bare_site, "show", "web") as terminal:
        assert terminal.wait() == 0
        assert "\x1b[1;31mcritical\x1b[0m" in terminal.raw
    shown = answers(bare_site, "show", "web")[0]
    assert shown["check"]["name"] == "web" and shown["depends"] == [{"name": "db", "state": "ok"}]
    assert "there is no such check" in run(bare_site, "show", "nosuch").stderr


def test_checkd_tells_of_itself(site: Site) -> None:
    start(site, [check("web"), BACKUP])
    wait_until(
        lambda: answers(site, "daemon")[0]["master_connected"], "the master is connected"
    )
    text = output(site, "daemon")
    for pattern in (
        r"version +\d", r"up +\d+s, pid \d+", r"configuration +1, /\S+checkd.yaml, loaded",
        r"last load +ok: 2 checks", r"checks +2: critical 0, unknown 0, warning 0, ok 1, pending 1",
        r"status +ok", r"file +/\S+checkd.db, \d+\.\d MiB", r"master +unix:/\S+, connected",
    ):  # fmt: skip
        assert re.search(rf"^ *{pattern}", text, re.MULTILINE), (pattern, text)
    assert output(site, "ping").startswith("checkd ")


def test_a_result_is_submitted(bare_site: Site) -> None:
    start(bare_site, [BACKUP, check("web")])

    def last() -> "tuple[int, str]":
        row = answers(bare_site, "show", "backup")[0]["check"]
        return row["last_status"], row["last_output"]

    assert output(bare_site, "submit", "backup", "1", "tape", "is", "full") == ""
    assert last() == (1, "tape is full")
    output(bare_site, "submit", "backup", "2", "-", stdin="no tape | tapes=0\nmore\n")
    assert last() == (2, "no tape")
    assert answers(bare_site, "show", "backup")[0]["metrics"][0]["label"] == "tapes"
    output(bare_site, "submit", "backup", "0")
    assert last() == (0, "")
    assert "from 0 to 255" in run(bare_site, "submit", "backup", "256").stderr
    assert run(bare_site, "submit", "web", "0").returncode == 1


def test_what_is_not_utf_8_is_submitted_cleaned(bare_site: Site) -> None:
    start(bare_site, [BACKUP])
    subprocess.run(
        [str(CHECKCTL), "submit", "backup", "1", b"gr\xfcn"], env=environment(bare_site), check=True
    )
    assert answers(bare_site, "show", "backup")[0]["check"]["last_output"] == "gr\ufffdn"


def test_a_reload_tells_every_error_of_the_file(bare_site: Site) -> None:
    start(bare_site, [BACKUP])
    bare_site.write_config([BACKUP, check("web")])
    assert re.fullmatch(r"configuration 2: ok: 2 checks .*\n", output(bare_site, "reload"))
    bare_site.write_config([BACKUP, check("web", interval="5"), check("web"), {"name": "x"}])
    result = run(bare_site, "reload")
    assert result.returncode == 1 and result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[0].startswith("checkctl: ") and len(lines) >= 3
    assert any("interval" in line for line in lines[1:])
    failed = answers(bare_site, "reload", status=1)[0]
    assert failed["ok"] is False and len(failed["problems"]) >= 2
    assert answers(bare_site, "daemon")[0]["config_generation"] == 2


def test_who_may_not_is_told_what_would_help(bare_site: Site) -> None:
    start(bare_site, [BACKUP])
    path = socket_of(bare_site)
    assert as_nobody(bare_site, "ping").stderr == (
        f"checkctl: {path}: only root may ask: try as root, or let a group: "
        "control: {group: adm} in checkd.yaml\n"
    )
    bare_site.reload([BACKUP], control={"group": "adm"})
    assert as_nobody(bare_site, "ping").stderr == (
        f"checkctl: {path}: only root and group adm may ask: try as root, or join the group "
        "(adduser YOU adm) and log in anew\n"
    )
    bare_site.reload([BACKUP], control={"group": "adm", "submit": "mail"})
    assert "control.group in checkd.yaml says who may" in as_nobody(bare_site, "ping").stderr
    bare_site.reload([BACKUP], control={"group": "nogroup"})
    assert as_nobody(bare_site, "ping").returncode == 0
    refused = as_nobody(bare_site, "run", "backup")
    assert refused.returncode == 3
    assert re.fullmatch(
        r"checkctl: run backup: uid \d+ pid \d+ may not do that: try as root\n", refused.stderr
    )
    bare_site.folder.chmod(0o700)
    try:
        closed = run_closed(bare_site, path)
    finally:
        bare_site.folder.chmod(0o755)
    assert f"the folder {bare_site.folder} is closed to you: try as root" in closed


def run_closed(site: Site, path: Path) -> str:
    """By a copy that stands outside the folder."""
    program = Path(f"{site.folder}-checkctl")
    shutil.copy(CHECKCTL, program)
    try:
        return subprocess.run(
            [*NOBODY, str(program), "-s", str(path), "ping"],
            env={**environment(site), "ASAN_OPTIONS": "detect_leaks=0"},
            capture_output=True, text=True, timeout=60, check=False,
        ).stderr  # fmt: skip
    finally:
        program.unlink()


def test_what_usage_does_not_say_is_refused_shortly(bare_site: Site) -> None:
    for line in (
        "show", "run", "test a b", "submit backup", "disable", "enable", "maintenance web",
        "reload now", "ping pong", "status --follow", "events a b", "nosuch", "",
    ):  # fmt: skip
        result = run(bare_site, *line.split())
        assert result.returncode in (1, 3) and result.stdout == "", line
        assert "usage: checkctl" in result.stderr and len(result.stderr.splitlines()) <= 3, line


def test_usage_names_every_verb_and_each_tells_its_own(bare_site: Site) -> None:
    text = output(bare_site, "--help")
    verbs = re.findall(r"^  ([a-z]+) ", text, re.MULTILINE)
    assert {"status", "show", "events", "test"} <= set(verbs)
    for verb in verbs:
        assert output(bare_site, verb, "--help").startswith(f"usage: checkctl {verb}")
    assert json.dumps(output(bare_site, "--version")).startswith('"checkctl ')


def test_a_check_is_taken_out_of_service_and_back(bare_site: Site) -> None:
    start(bare_site, [check("web", "exit 2"), check("db", group="data"), check("db-2", group="data")])
    assert output(bare_site, "disable", "web", "we", "know") == "disabled: web\n"
    assert output(bare_site, "disable", "web", "we", "know") == (
        "nothing changed: 1 check is so already\n"
    )
    text = output(bare_site, "show", "web")
    assert re.search(r"^  admin state +disabled$", text, re.MULTILINE)
    assert re.search(r"^  disabled +by root, \d\d:\d\d:\d\d, \d+s ago: we know$", text, re.MULTILINE)
    assert "1 disabled" in output(bare_site, "status", "web")
    output(bare_site, "disable", "group=data")
    assert answers(bare_site, "daemon")[0]["orders"] == 3
    assert output(bare_site, "enable", "*") == "enabled: db, db-2, web\n"
    assert answers(bare_site, "daemon")[0]["orders"] == 0
    for words in (["disable", "nosuch"], ["enable", "no*"], ["maintenance", "group=no", "1h"]):
        refused = run(bare_site, *words)
        assert refused.returncode == 1 and "no such check" in refused.stderr, words


def test_what_the_configuration_disables_stays_so(bare_site: Site) -> None:
    start(bare_site, [check("off-1", enabled=False), check("off-2")])
    refused = run(bare_site, "enable", "off-1")
    assert refused.returncode == 1 and "configuration" in refused.stderr
    output(bare_site, "disable", "off-2")
    assert output(bare_site, "enable", "off-*") == (
        "enabled: off-2\n1 is disabled by the configuration, and stays so\n"
    )


def test_maintenance_is_for_a_while(bare_site: Site) -> None:
    start(bare_site, [check("disk-a", "exit 2"), check("disk-b"), check("web")])
    text = output(bare_site, "maintenance", "disk-*", "2h", "new disk")
    assert re.fullmatch(r"in maintenance until (\S+ )?\d\d:\d\d:\d\d: disk-a, disk-b\n", text)
    assert output(bare_site, "status").startswith("OK - ")
    text = output(bare_site, "show", "disk-a")
    assert re.search(
        r"^  maintenance +until (\S+ )?\d\d:\d\d:\d\d, by root, \d\d:\d\d:\d\d, \d+s ago: new disk$",
        text,
        re.MULTILINE,
    )
    assert output(bare_site, "maintenance", "disk-*", "off") == (
        "maintenance ended: disk-a, disk-b\n"
    )
    output(bare_site, "status", status=2)
    for wrong in ("2", "0s", "367d", "soon", "500ms"):
        refused = run(bare_site, "maintenance", "web", wrong)
        assert refused.returncode == 1 and "duration" in refused.stderr, wrong


def test_what_takes_many_answers_is_shown_as_one(bare_site: Site) -> None:
    count = 1200
    start(bare_site, [{"name": f"passive-{i:04}", "type": "passive"} for i in range(count)])
    assert len(answers(bare_site, "status")) == count
    answer = answers(bare_site, "maintenance", "*", "1h")[0]
    assert answer["matched"] == answer["changed"] == count
    assert answer["stored"] is True and answer["until_epoch"] > time.time() + 3000
    text = output(bare_site, "maintenance", "*", "off")
    assert text.endswith(", passive-0009 and 1190 more\n")
