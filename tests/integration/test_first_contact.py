# SPDX-License-Identifier: GPL-2.0-or-later
"""The errors of a newcomer: each is told in one line, and the line is in checkd(8).

DIAGNOSTICS of that page has the lines, with words in capitals for what differs. Each test
provokes some of them, and the last one looks that each of them has a test.
"""

import os
import pwd
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

import manual
from mib import ROOT, dotted
from processes import wait_until
from testbed import BUILD, CHECKD, SOURCE, Checkd, Site

ENTRIES = [
    manual.plain(entry)
    for entry in re.findall(
        r'^\.It Li "(.*)"$', manual.section(SOURCE / "src/engine/checkd.8", "DIAGNOSTICS"), re.M
    )
]
PLACEHOLDER = re.compile(
    r"\.\.\.|\b(?:ADDRESS|ERROR|FILE|FOLDER|HOST|KEY|LINE|MODE|NAME|OID|OWNER|PID|PIDFILE|"
    r"PRIORITY|PROGRAM|SOCKET|TEXT|TIME|UID|USER)\b"
)
NOBODY = pwd.getpwnam("nobody")
AS_NOBODY = ["setpriv", f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups"]

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

# Words by which the tests below know the lines that they provoke.
PROVOKED: list[str] = []

Test = Callable[..., None]


def provokes(*words: str) -> Callable[[Test], Test]:
    PROVOKED.extend(words)
    return lambda test: test


def entry_of(words: str) -> str:
    """The one line of the manual that has these words."""
    found = [entry for entry in ENTRIES if words in entry]
    assert len(found) == 1, (words, found)
    return found[0]


def pattern_of(words: str) -> str:
    return ".+".join(map(re.escape, PLACEHOLDER.split(entry_of(words)))) + "$"


def told(checkd: Checkd, words: str) -> str:
    """Waits for the line of the log; it comes once."""
    checkd.wait_for_log(pattern_of(words))
    lines = [line for line in checkd.logged(re.escape(words)) if "debug: " not in line]
    assert len(lines) == 1, lines
    return lines[0]


def expect_line(text: str, words: str) -> str:
    """The text is this line, and nothing else is said."""
    lines = text.splitlines()
    assert len(lines) == 1, text
    assert re.search(pattern_of(words), lines[0]), (lines[0], entry_of(words))
    return lines[0]


def run(site: Site, *arguments: str, program: tuple[str, ...] = (str(CHECKD),)) -> str:
    """What a command that is to fail says."""
    done = subprocess.run(
        [*program, *arguments],
        cwd=site.folder,
        env=site.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done
    assert done.stdout == ""
    return done.stderr


def as_nobody(site: Site) -> tuple[str, ...]:
    """A checkd that a user without privileges can reach."""
    program = site.folder / CHECKD.name
    shutil.copy(CHECKD, program)
    return (*AS_NOBODY, str(program))


def configure_master(site: Site, **tokens: Optional[str]) -> None:
    """Gives the private snmpd other lines for these tokens; None is for no line."""
    file = site.folder / "snmpd.conf"
    lines = [line for line in file.read_text().splitlines() if line.split()[0] not in tokens]
    lines += [f"{token} {value}" for token, value in tokens.items() if value is not None]
    file.write_text("\n".join(lines) + "\n")


@pytest.fixture
def quiet(bare_site: Site) -> Callable[..., Checkd]:
    """Starts checkd with a check that never runs, and waits for nothing."""

    def start(**sections: Any) -> Checkd:
        return bare_site.start(
            [{"name": "web", "type": "passive"}], options=["-d"], wait=False, **sections
        )

    return start


# Between checkd-snmp and snmpd.


@provokes("there is no such socket")
def test_without_snmpd(bare_site: Site, quiet: Callable[..., Checkd]) -> None:
    checkd = quiet()
    checkd.wait_for_log("debug: .*there is no such socket", 2)
    told(checkd, "there is no such socket; start")
    bare_site.master.start()
    checkd.wait_for_log("registered ")


def test_with_an_snmpd_that_lacks_master_agentx(
    bare_site: Site, quiet: Callable[..., Checkd]
) -> None:
    configure_master(bare_site, master=None, agentXSocket=None, agentXPerms=None)
    bare_site.master.start()
    line = told(quiet(), "there is no such socket; start")
    master, socket_line = re.findall("`(.*?)`", line)
    configure_master(bare_site, agentXPerms="0777 0777")
    with (bare_site.folder / "snmpd.conf").open("a") as config:
        config.write(f"{master}\n{socket_line}\n")
    bare_site.master.restart()
    bare_site.checkd.wait_for_log("registered ")


@provokes("nobody listens there")
def test_with_a_socket_that_nobody_listens_on(
    bare_site: Site, quiet: Callable[..., Checkd]
) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(bare_site.master.socket))
    os.chmod(bare_site.master.socket, 0o777)
    told(quiet(), "nobody listens there; start")


@needs_root
@provokes("may not pass", "may not write to")
def test_with_a_socket_of_roots(bare_site: Site, quiet: Callable[..., Checkd]) -> None:
    """As Debian has it. What the line says is done, word by word, and helps."""
    folder = bare_site.folder / "agentx.d"
    address = f"unix:{folder}/master"
    configure_master(bare_site, agentXSocket=address, agentXPerms=None)
    bare_site.master.start()
    checkd = quiet(snmp={"master": address, "user": "nobody"})
    line = told(checkd, "may not pass")
    assert f"user nobody may not pass {folder} (mode 0700, of root)" in line
    subprocess.run(["chmod", "o+x", str(folder)], check=True)
    line = told(checkd, "may not write to")
    assert f"user nobody may not write to {folder}/master" in line
    token, value = re.findall("`(.*?)`", line)[0].split(" ", 1)
    configure_master(bare_site, **{token: value})
    bare_site.master.restart()
    checkd.wait_for_log("registered ")


@provokes("another subagent")
def test_with_a_second_checkd(site: Site) -> None:
    site.start([{"name": "web", "type": "passive"}])
    second = site.start(
        [{"name": "web", "type": "passive"}], config_name="second.yaml", wait=False
    )
    assert dotted(ROOT)[1:] in told(second, "another subagent")


@provokes("publisher: cannot start")
def test_without_checkd_snmp(bare_site: Site, quiet: Callable[..., Checkd]) -> None:
    (bare_site.folder / "checkd-snmp").unlink()
    checkd = quiet()
    checkd.wait_for_log("publisher: again cannot start", 2)
    told(checkd, "publisher: cannot start")


# What pollers see.


def doctor(
    site: Site, community: str, address: Optional[str] = None, timeout: int = 5
) -> tuple[int, str]:
    options = ["-v2c", "-c", community, "-t", str(timeout), "-r", "1"]
    done = subprocess.run(
        ["sh", str(BUILD / "conf" / "doctor.sh"), *options, address or site.client.address],
        env={"PATH": os.environ["PATH"], "SNMP_PERSISTENT_DIR": str(site.folder / "client")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == "", done
    return done.returncode, done.stdout


@provokes(": no answer;", "but the view of", "has not registered", "shows neither")
def test_pollers_that_see_nothing(bare_site: Site, quiet: Callable[..., Checkd]) -> None:
    """An snmpd as Debian has it, which shows the public nothing but the system group."""
    site = bare_site
    configure_master(
        site,
        view="systemonly included .1.3.6.1.2.1.1",
        rocommunity="public 127.0.0.1 -V systemonly",
    )
    with (site.folder / "snmpd.conf").open("a") as config:
        config.write("view nothing included .1.3.6.1.6\nrocommunity blind 127.0.0.1 -V nothing\n")
    site.master.start()
    assert doctor(site, "public")[0] == 1
    expect_line(doctor(site, "public")[1], "has not registered")
    quiet().wait_for_log("registered ")
    wait_until(lambda: "registered" not in doctor(site, "public")[1], "snmpd shows its line")
    line = expect_line(doctor(site, "public")[1], "but the view of")
    expect_line(doctor(site, "blind")[1], "shows neither")
    expect_line(doctor(site, "wrong", timeout=1)[1], ": no answer;")
    expect_line(doctor(site, "public", "udp:127.0.0.1:1", timeout=1)[1], ": no answer;")
    views, option = re.findall("`(view .*?)`", line), re.findall("`(-V .*?)`", line)
    configure_master(site, view=None, rocommunity=f"public 127.0.0.1 {option[0]}")
    with (site.folder / "snmpd.conf").open("a") as config:
        config.write("\n".join(views) + "\n")
    site.master.restart()
    wait_until(lambda: doctor(site, "public")[0] == 0, "checkd is seen")
    assert re.fullmatch(
        rf"ok: checkd \S+ shows 1 checks at {site.client.address}\n", doctor(site, "public")[1]
    )


# Of a check.


def bad_scripts(site: Site) -> dict[str, tuple[str, str]]:
    """Commands that cannot be started, each with words of the line that tells why."""
    script = site.script
    return {
        "mode": (str(script("mode", "#!/bin/sh\n", 0o644)), "is not executable"),
        "folder": (str(site.folder), "is a folder"),
        "plain": (str(script("plain", "exit 0\n")), "has no #! line"),
        "nowhere": (str(script("nowhere", "#!/usr/bin/pyhton3\n")), "not found; correct"),
        "crlf": (str(script("crlf", "#!/bin/sh\r\nexit 0\r\n")), "end in CR LF"),
        "path": ("no-such-program-anywhere", "not found in PATH"),
    }


@provokes(
    "is not executable", "is a folder", "has no #! line", "not found; correct", "end in CR LF",
    "not found in PATH",
)  # fmt: skip
def test_scripts_that_cannot_be_started(bare_site: Site) -> None:
    scripts = bad_scripts(bare_site)
    checks = [{"name": name, "command": scripts[name][0]} for name in scripts]
    file = bare_site.write_config(checks)
    done = subprocess.run(
        [str(CHECKD), "-t", str(file)], env=bare_site.environment, capture_output=True, text=True
    )
    assert done.returncode == 0
    warnings = done.stderr.splitlines()
    assert len(warnings) == len(scripts), done.stderr
    checks = [{**check, "interval": "200ms"} for check in checks]
    checkd = bare_site.start(checks, wait=False)
    for (name, (_, words)), warning in zip(scripts.items(), warnings):
        line = told(checkd, words)
        assert line.startswith(f"checkd: check {name}: failed: ")
        reason = re.split("pending -> unknown: ", line)[1]
        assert warning.startswith(f"warning: {file}:") and warning.endswith(f": {reason}")


@needs_root
@provokes("may not execute it", "is writable by others")
def test_scripts_with_wrong_rights(bare_site: Site) -> None:
    own = bare_site.script("own", "#!/bin/sh\n", 0o700)
    loose = bare_site.script("loose", "#!/bin/sh\n", 0o777)
    checkd = bare_site.start(
        [
            {"name": "own", "command": str(own), "user": "nobody"},
            {"name": "loose", "command": str(loose)},
        ],
        wait=False,
        defaults={"interval": "200ms"},
    )
    told(checkd, "may not execute it")
    told(checkd, "is writable by others")


# Of the configuration.


@provokes("a tab is no indentation")
@pytest.mark.parametrize("text", ["checks:\n\t- name: web\n", "checks:\n  - name: web\n\ttype: x\n"])
def test_a_tab_in_the_indentation(bare_site: Site, text: str) -> None:
    file = bare_site.folder / "tab.yaml"
    file.write_text(text)
    expect_line(run(bare_site, "-t", str(file)), "a tab is no indentation")


@provokes("is taken by")
def test_a_name_twice(bare_site: Site) -> None:
    (bare_site.folder / "more.yaml").write_text("checks:\n- {name: Web, type: passive}\n")
    file = bare_site.folder / "twice.yaml"
    file.write_text("include: [more.yaml]\nchecks:\n\n- {name: web, type: passive}\n")
    line = expect_line(run(bare_site, "-t", str(file)), "is taken by")
    assert f"{bare_site.folder}/more.yaml:2: check Web: " in line
    assert line.endswith(f"by check web at {file}:4")


@provokes("unknown key", "has no unit")
@pytest.mark.parametrize(
    "key, words",
    [("intervall: 5s", "unknown key"), ("interval: 5", "has no unit")],
)
def test_a_key_or_a_value_that_is_none(bare_site: Site, key: str, words: str) -> None:
    file = bare_site.folder / "bad.yaml"
    file.write_text(f"checks:\n- {{name: web, type: passive, {key}}}\n")
    expect_line(run(bare_site, "-t", str(file)), words)


@provokes("let uid UID read")
def test_a_configuration_that_is_not_there(bare_site: Site) -> None:
    expect_line(run(bare_site, "-f", "-c", "nowhere.yaml"), "let uid UID read")


@needs_root
def test_a_configuration_that_may_not_be_read(bare_site: Site) -> None:
    file = bare_site.write_config([])
    file.chmod(0o600)
    said = run(bare_site, "-f", "-c", str(file), program=as_nobody(bare_site))
    assert said == (
        f"checkd: {file}: Permission denied; let uid {NOBODY.pw_uid} read such a file, or name "
        "another by -c\n"
    )


# Of a start.


@needs_root
@provokes("checkd: PIDFILE")
def test_a_daemon_without_rights(bare_site: Site) -> None:
    file = bare_site.write_config([])
    pid_file = bare_site.folder / "pid"
    said = run(
        bare_site, "-c", str(file), "-p", str(pid_file), program=as_nobody(bare_site)
    )
    expect_line(said, "checkd: PIDFILE")


@needs_root
@provokes("the folder is not there", "Permission denied; set")
@pytest.mark.parametrize(
    "state, words",
    [("there/checkd.db", "the folder is not there"), ("checkd.db", "Permission denied; set")],
)
def test_a_database_that_cannot_be_kept(bare_site: Site, state: str, words: str) -> None:
    file = bare_site.write_config([], state=str(bare_site.folder / state))
    said = run(bare_site, "-f", "-c", str(file), program=as_nobody(bare_site))
    lines = [line for line in said.splitlines() if " starts with " not in line]
    expect_line("\n".join(lines), words)


@provokes("another checkd (pid")
def test_a_second_checkd_with_the_same_database(
    bare_site: Site, quiet: Callable[..., Checkd]
) -> None:
    first = quiet()
    first.wait_for_log("configuration 1: ok")
    said = run(bare_site, "-f", "-c", str(first.config_file))
    lines = [line for line in said.splitlines() if " starts with " not in line]
    assert f"(pid {first.pid})" in expect_line("\n".join(lines), "another checkd (pid")


# Of a standalone checkd-snmp.


def standalone(site: Site, listen: str, **keys: Any) -> Checkd:
    return site.start(
        [{"name": "web", "type": "passive"}],
        snmp={"mode": "standalone", "listen": listen},
        wait=False,
        **keys,
    )


@provokes("Address already in use", "no access is configured")
def test_a_port_that_another_has(bare_site: Site) -> None:
    """A reload takes it as soon as it is free."""
    port = bare_site.take_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))
        checkd = standalone(bare_site, f"udp:127.0.0.1:{port}")
        told(checkd, "Address already in use")
        checkd.wait_for_log("exited with 1")
    told(checkd, "no access is configured")
    checkd.reload()
    checkd.wait_for_log("listening on", patience=4)


@needs_root
@pytest.mark.skipif(
    Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text() < "1024",
    reason="everybody may have every port here",
)
@provokes("Permission denied; start checkd as root")
def test_a_port_that_only_root_may_have(bare_site: Site) -> None:
    state = bare_site.folder / "state"
    state.mkdir()
    os.chown(state, NOBODY.pw_uid, NOBODY.pw_gid)
    checkd = standalone(
        bare_site, "udp:127.0.0.1:161", state=f"{state}/checkd.db", program=as_nobody(bare_site)
    )
    told(checkd, "Permission denied; start checkd as root")


@provokes("Cannot assign requested address")
def test_an_address_of_another_host(bare_site: Site) -> None:
    checkd = standalone(bare_site, f"udp:192.0.2.1:{bare_site.take_port()}")
    told(checkd, "Cannot assign requested address")


def test_each_line_of_the_manual_was_provoked() -> None:
    assert len(ENTRIES) >= 10
    assert sorted(entry_of(words) for words in PROVOKED) == sorted(ENTRIES)
