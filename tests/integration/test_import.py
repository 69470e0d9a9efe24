# SPDX-License-Identifier: GPL-2.0-or-later
"""checkctl import: what keepalived, NRPE and snmpd ran becomes a configuration of checkd.

tests/golden-import/KIND-NAME.* is a configuration of that program. KIND-NAME.yaml is what becomes
of it, and KIND-NAME.err what an import tells. `CHECKD_UPDATE=1 pytest ...` writes both anew: read
the difference before you commit it.
"""

import json
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path
from typing import Optional

import pytest

import mib
from mib import State
from processes import Process, wait_until
from snmp import Client
from testbed import BUILD, CHECKD, SOURCE, Site

CHECKCTL = BUILD / "src" / "ctl" / "checkctl"
GOLDEN = Path(__file__).resolve().parents[1] / "golden-import"
CASES = sorted(
    file.name for kind in ("keepalived-*.conf", "nrpe-*.cfg", "snmpd-*.conf")
    for file in GOLDEN.glob(kind)
)  # fmt: skip

# What keepalived says of a file that it does not read as it is meant.
COMPLAINTS = r"Unknown keyword|Unmatched|Unterminated|missing '}'|Extra '}'|Unexpected|Invalid"
KEEPALIVED_CASES = [
    case for case in CASES
    if case.startswith("keepalived-") and "broken" not in case and "endless" not in case
]  # fmt: skip
IS_ROOT = os.geteuid() == 0

# A command that notes its arguments in a file beside it.
RECORDER = """#!/usr/bin/python3
import json, sys
with open(sys.argv[0] + ".log", "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
"""

EXTEND_OUTPUT = mib.parse_oid("1.3.6.1.4.1.8072.1.3.2.3")

needs_keepalived = pytest.mark.skipif(
    "CHECKD_TEST_ALL" not in os.environ and shutil.which("keepalived") is None,
    reason="keepalived is not installed",
)


def run_import(
    kind: str, file: str, *options: str, folder: Path = GOLDEN
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(CHECKCTL), "import", "-i", "main", *options, kind, file],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def import_text(kind: str, text: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    (folder / "file.conf").write_text(text)
    return run_import(kind, "file.conf", folder=folder)


def validate(text: str, folder: Path) -> str:
    """What checkd -t says. Whom checks run as is for root to say."""
    file = folder / "imported.yaml"
    file.write_text(text if IS_ROOT else re.sub(r"^    user: .*\n", "", text, flags=re.M))
    done = subprocess.run(
        [str(CHECKD), "-t", str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def compare(expected_file: Path, text: str) -> None:
    text = text.replace(str(GOLDEN), "FOLDER")
    if os.environ.get("CHECKD_UPDATE"):
        expected_file.write_text(text, encoding="utf-8")
    assert text == expected_file.read_text("utf-8")


@pytest.mark.parametrize("case", CASES)
def test_what_becomes_of_a_file_is_as_expected_and_valid(case: str, tmp_path: Path) -> None:
    done = run_import(case.partition("-")[0], case)
    name = case.rpartition(".")[0]
    compare(GOLDEN / f"{name}.yaml", done.stdout)
    compare(GOLDEN / f"{name}.err", done.stderr)
    assert done.returncode == (1 if "error: " in done.stderr else 0)
    count = done.stdout.count("\n  - name: ") - done.stdout.count("keepalived-misc-dynamic\n    map")
    assert f": {count} checks" in validate(done.stdout, tmp_path)
    assert f"{count} checks imported" in done.stderr


@needs_keepalived
@pytest.mark.parametrize("case", KEEPALIVED_CASES)
def test_keepalived_reads_these_files(case: str) -> None:
    done = subprocess.run(
        ["keepalived", "-t", "-i", "main", "-f", str(GOLDEN / case)],
        capture_output=True, text=True, errors="replace", timeout=60, check=False,
        start_new_session=True,
    )  # fmt: skip
    complaints = re.findall(rf".*(?:{COMPLAINTS}).*", done.stdout + done.stderr)
    assert complaints == []


def test_the_example_of_the_manual_page_is_right(tmp_path: Path) -> None:
    """But for what it leaves out with dots."""
    manual = (SOURCE / "src/ctl/checkctl-import.1").read_text("utf-8")
    example = manual.split("$ cat keepalived.conf\n")[1].split(".Ed")[0].replace("\\&", "")
    text, _, output = example.partition("$ checkctl import keepalived keepalived.conf\n")
    (tmp_path / "keepalived.conf").write_text(text)
    done = run_import("keepalived", "keepalived.conf", folder=tmp_path)
    lines = iter(done.stdout.splitlines())
    for wanted in output.splitlines():
        if wanted != "...":
            assert any(line.startswith(wanted.removesuffix(" ...")) for line in lines), wanted


def test_the_same_file_gives_the_same_names() -> None:
    once, twice = (run_import("keepalived", "keepalived-names.conf").stdout for _ in range(2))
    assert once == twice


def test_nothing_is_dropped_silently() -> None:
    """Each line that says something is a check's, or in a comment, or a setting of checks."""
    settings = r"agentUser|command_timeout|command_prefix|nrpe_user|include|\[snmpd?\]$"
    for case in ("nrpe-commands.cfg", "snmpd-extend.conf"):
        done = run_import(case.partition("-")[0], case)
        for number, line in enumerate((GOLDEN / case).read_text().splitlines(), 1):
            if line and not re.match(rf"#|{settings}", line):
                assert re.search(rf"^  # {re.escape(case)}:{number}: ", done.stdout, re.M), line


def test_secrets_stay_where_they_are() -> None:
    outputs = [run_import(case.partition("-")[0], case).stdout for case in CASES]
    assert not [each for each in outputs if "not-to-be-seen" in each]


class Recorder:
    """A command whose runs are known by their arguments."""

    def __init__(self, site: Site) -> None:
        self.path = site.script("record", RECORDER)
        self._log = site.folder / "record.log"

    def runs(self) -> set[tuple[str, ...]]:
        text = self._log.read_text() if self._log.exists() else ""
        return {tuple(json.loads(line)) for line in text.splitlines(keepends=True)
                if line.endswith("\n")}  # fmt: skip

    def forget(self) -> None:
        self._log.unlink(missing_ok=True)

    def wait_for(self, wanted: set[tuple[str, ...]]) -> None:
        try:
            wait_until(lambda: self.runs() == wanted, "the same runs", 40)
        except AssertionError:
            assert self.runs() == wanted
            raise


def start_imported(site: Site, kind: str, file: Path) -> None:
    """Starts checkd with what becomes of the file."""
    done = run_import(kind, file.name, folder=site.folder)
    assert done.returncode == 0, done.stderr
    (site.folder / "imported.yaml").write_text(done.stdout)
    site.start([], include=["imported.yaml"], defaults={"interval": "1s"}, wait=False)
    site.checkd.wait_for_log("configuration 1: ok")


# Names and command lines of keepalived; @ is the recorder.
SCRIPTS = [
    r'''script "@ words  a	b"''',
    r'''script "@ single 'a b' ''"''',
    r"""script '@ double "a b" ""'""",
    r'''script @"" ignored behind''',
    r'''script "@ escaped \"a b\" \x41 \\x42 \101 \\\\ \\t"''',
    r'''script "@ long \\x141 end"''',
    r'''script "@ hash # ! {a} }" # comment''',
    r'''script "@ parameter ${VALUE} $VALUE , $UNDEFINED ${_HASH}"''',
    r'''script "@ 'a\nb' line"''',
    r'''script "@ dollar $(x) * ~ ; | & `y` > z"''',
]


@needs_keepalived
@pytest.mark.skipif(not IS_ROOT, reason="only root can give keepalived a network of its own")
def test_checkd_runs_what_keepalived_ran(bare_site: Site) -> None:
    """In a network of its own, without anybody in it."""
    recorder = Recorder(bare_site)
    scripts = [each.replace("@", str(recorder.path)) for each in SCRIPTS]
    blocks = [f"vrrp_script s{n} {{\n {script}\n interval 2\n timeout 20\n}}\n"
              for n, script in enumerate(scripts)]  # fmt: skip
    tracked = "\n".join(f"s{n}" for n in range(len(scripts)))
    file = bare_site.folder / "keepalived.conf"
    file.write_text(
        "global_defs {\n script_user root\n}\n$VALUE=a value\n" + "".join(blocks)
        + "vrrp_instance V {\n interface bridge0\n virtual_router_id 5\n priority 1\n"
        f" virtual_ipaddress {{\n 192.0.2.7\n }}\n track_script {{\n{tracked}\n}}\n}}\n"
    )
    script = (
        "ip link add bridge0 type bridge && ip addr add 192.0.2.1/24 dev bridge0 && "
        f"ip link set bridge0 up && exec keepalived -n -l -D -P -f {file} -p pid -r pid.vrrp"
    )
    keepalived = Process(
        ["unshare", "-n", "sh", "-c", script], bare_site.folder, {"PATH": os.environ["PATH"]}
    )
    names = ["words", "single", "double", "escaped", "long", "hash", "parameter", "a\nb", "dollar"]

    def has_run_all() -> bool:
        if not keepalived.is_running:
            pytest.skip(f"keepalived does not run here: {keepalived.output[-500:]}")
        return {run[0] if run else "" for run in recorder.runs()} == {"", *names}

    wait_until(has_run_all, "keepalived has run all", 40)
    keepalived.stop()
    wanted = recorder.runs()
    recorder.forget()
    start_imported(bare_site, "keepalived", file)
    recorder.wait_for(wanted)


EXTENSIONS = [
    r"""extend words @ words  a	b""",
    r"""extend quotes @ quotes "a b" 'c d' a"b c"d '' "e \" f" g\ h""",
    r"""extend comment @ comment a#b # c""",
    r"""extend program "@ program" outside""",
    r"""extend variable @ variable $HOME * ~ ; | &""",
    r"""extend-sh shell @ shell "$((6 * 7))" 'a b'; true # c""",
    r"""extend -cacheTime 5 -execType sh typed @ typed `echo run`""",
    r"""exec exec @ exec a ; b""",
    r"""sh sh @ sh "a b" && true""",
    r"""Extend-Sh upper @ upper $HOME""",
    r"""exec2 exec2 @ exec2 $HOME""",
    r"""sh2 sh2 @ sh2 $((1 + 1))""",
]


def test_checkd_runs_what_snmpd_ran(bare_site: Site) -> None:
    recorder = Recorder(bare_site)
    port = bare_site.take_port()
    file = bare_site.folder / "extend.conf"
    lines = [each.replace("@", str(recorder.path)) for each in EXTENSIONS]
    file.write_text("\n".join(["rocommunity public 127.0.0.1", *lines, ""]))
    environment = {
        "PATH": os.environ["PATH"],
        "SNMPCONFPATH": str(bare_site.folder / "no-such-folder"),
        "SNMP_PERSISTENT_DIR": str(bare_site.folder / "extend"),
        "MIBS": "",
    }
    snmpd = Process(
        ["snmpd", "-f", "-Lo", "-C", "-c", str(file), f"udp:127.0.0.1:{port}"],
        bare_site.folder, environment,
    )  # fmt: skip
    client = Client(port, bare_site.folder, [])
    wait_until(client.is_answered, "snmpd answers")
    wait_until(lambda: len(client.walk(EXTEND_OUTPUT)) > 0 and len(recorder.runs()) == len(lines),
               "snmpd has run all", 40)  # fmt: skip
    snmpd.stop()
    wanted = recorder.runs()
    recorder.forget()
    start_imported(bare_site, "snmpd", file)
    recorder.wait_for(wanted)


COMMANDS = [
    r"""@ words  a	b -w 5,10% --c=d""",
    r"""@ quotes "a b" 'c d' a"b c"d '' "e \" f" g\ h""",
    r"""@ dollars '$$HOME $USER1$' "$$NOT_SET." open$""",
    r"""@ pipe a | cat; true && @ second""",
    r"""A=b @ environment "`echo c`" $$((6 * 7))""",
    r"""@ comment a#b # c""",
    r"""@ pattern /etc/host[s] ~ x{y,z}""",
    r""" @ blank""",
]


def test_checkd_runs_what_nrpe_would_run(bare_site: Site) -> None:
    """NRPE gives the line to a shell, once $$ in it is a $; in the environment of checkd here."""
    recorder = Recorder(bare_site)
    lines = [each.replace("@", str(recorder.path)) for each in COMMANDS]
    file = bare_site.folder / "nrpe.conf"
    file.write_text("".join(f"command[c{n}]={line}\n" for n, line in enumerate(lines)))
    for line in lines:
        subprocess.run(
            ["sh", "-c", line.replace("$$", "$")],
            cwd="/", env={"PATH": bare_site.environment["PATH"], "LANG": "C"},
            check=True, timeout=60,
        )  # fmt: skip
    wanted = recorder.runs()
    assert len(wanted) == len(lines) + 1
    recorder.forget()
    start_imported(bare_site, "nrpe", file)
    recorder.wait_for(wanted)


def test_imported_checks_are_seen_over_snmp(site: Site) -> None:
    user = pwd.getpwuid(os.geteuid()).pw_name
    for status in (0, 1, 3, 7):
        site.script(f"exit-{status}", f"#!/bin/sh\nexit {status}\n")
    site.script("slow", "#!/bin/sh\nexec sleep 60\n")
    misc = "MISC_CHECK {{ misc_path {}/{}\nuser {}\n{} }}\n"
    checks = [("exit-0", ""), ("exit-1", "misc_dynamic"), ("exit-7", "misc_dynamic"),
              ("exit-3", ""), ("slow", "misc_timeout 1")]  # fmt: skip
    file = site.folder / "keepalived.conf"
    file.write_text(
        "virtual_server 10.0.0.1 80 {\n delay_loop 1\n real_server 10.0.0.2 80 {\n"
        + "".join(misc.format(site.folder, script, user, more) for script, more in checks)
        + "}\n}\n"
    )
    start_imported(site, "keepalived", file)
    base = "10.0.0.1:80/10.0.0.2:80/misc"
    wanted = {
        base: (0, State.OK, ""),
        f"{base}-2": (1, State.CRITICAL, ""),
        f"{base}-3": (7, State.OK, "weight"),
        f"{base}-4": (3, State.CRITICAL, ""),
        f"{base}-5": (-1, State.CRITICAL, "timed out"),
    }
    wait_until(site.client.is_published, "the table is served")
    for name, (status, state, meaning) in wanted.items():
        row = {"checkLastStatus": status, "checkState": state, "checkLastMeaning": meaning}
        site.wait_for(name, {**row, "checkGroup": "10.0.0.1:80"}, 40)


def test_the_default_user_is_keepaliveds(tmp_path: Path) -> None:
    try:
        wanted: Optional[str] = pwd.getpwnam("keepalived_script").pw_name
    except KeyError:
        wanted = None
    done = import_text("keepalived", "vrrp_script a {\nscript /bin/true\n}\n", tmp_path)
    assert re.findall(r"user: (.*)", done.stdout) == ([wanted] if wanted else [])


def test_a_file_is_overwritten_only_where_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "nrpe.cfg").write_text("command[a1]=/bin/true\n")
    output = tmp_path / "out.yaml"
    done = run_import("nrpe", "nrpe.cfg", "-o", str(output), folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "command: /bin/true" in output.read_text()
    output.write_text("mine")
    done = run_import("nrpe", "nrpe.cfg", "-o", str(output), folder=tmp_path)
    assert (done.returncode, output.read_text()) == (1, "mine")
    assert f"{output} is there already" in done.stderr
    done = run_import("nrpe", "nrpe.cfg", "-f", "-o", str(output), folder=tmp_path)
    assert (done.returncode, output.read_text()[:10]) == (0, "# Imported")


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / "nrpe.cfg").write_text("command[a1]=/bin/true\n")
    done = run_import("nrpe", "nrpe.cfg", "-f", "-o", "/dev/full", folder=tmp_path)
    assert done.returncode == 1
    assert "error: /dev/full: No space left on device" in done.stderr


@pytest.mark.parametrize("kind", ["keepalived", "nrpe", "snmpd"])
def test_a_file_that_cannot_be_read_gives_nothing(kind: str, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"a\n\0\n")
    os.mkfifo(tmp_path / "fifo")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(5 * 1024 * 1024)
    reasons = {
        "none": "No such file or directory", ".": "is a directory",
        "fifo": "is no regular file", "large": "is larger than 4 MiB", "binary": "is no text",
    }  # fmt: skip
    for name, reason in reasons.items():
        done = run_import(kind, name, folder=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert len(re.findall(rf"^error: .*{name}.*: {reason}", done.stderr, re.M)) == 1


@pytest.mark.parametrize(
    "kind, include", [("keepalived", "include"), ("nrpe", "include"), ("snmpd", "includeFile")]
)
def test_includes_have_a_depth(kind: str, include: str, tmp_path: Path) -> None:
    separator = "=" if kind == "nrpe" else " "
    for n in range(30):
        (tmp_path / f"f{n}").write_text(f"{include}{separator}f{n + 1}\n")
    done = run_import(kind, "f0", folder=tmp_path)
    assert done.returncode == 1
    assert re.findall(r"^error: .*", done.stderr, re.M) == [
        "error: f15:1: f16: is included too deep"
    ]


@pytest.mark.parametrize("kind", ["keepalived", "nrpe", "snmpd"])
def test_an_empty_file_is_a_configuration(kind: str, tmp_path: Path) -> None:
    done = import_text(kind, "", tmp_path)
    assert done.returncode == 0
    assert ": 0 checks" in validate(done.stdout, tmp_path)


@pytest.mark.parametrize(
    "arguments", [[], ["keepalived"], ["nagios", "file"], ["-x", "nrpe", "f"], ["nrpe", "a", "b"]]
)
def test_a_wrong_command_line_is_told(arguments: list[str]) -> None:
    done = subprocess.run(
        [str(CHECKCTL), "import", *arguments], capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "usage: checkctl import " in done.stderr
