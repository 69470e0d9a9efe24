# SPDX-License-Identifier: GPL-2.0-or-later
"""What a manual page shows, and where it can be run.

The kind of a display is told by its first line:

- A configuration begins with a key, or with an item of a list. `checkd -t` must take it. Keys of a
  check alone are put into one, items into a list of checks, and what has no checks gets one. A
  check that is only referred to, by its name or a pattern, is made a passive one.
- A session begins with its prompt, "$ " or "# ". A shell runs it in a sandbox, and each command
  must succeed. A line that begins with blanks goes on with the command before it; any other line is
  of what it prints, where numbers may be others and "..." may be anything. A file that `cat` shows
  is there as it is shown.
- A dialogue begins with {"verb": a request to the control socket, its answer, the next request. A
  line that begins with a blank goes on with the one before it. Answers are compared as what a
  session prints.
- A page begins with { and the name of a check: what checkPageTable has of it.
- A worker is a script, and begins with #!. checkd runs it.
- Requests to a worker begin with a number and a tab. The sample in Python gets them, and must give
  the answers that are shown below them.
- Results for the spool have tabs, too. They are put into the sandbox's.
- Tokens of net-snmp are given to a standalone checkd-snmp.
"""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any, Optional

import mib
from control import Control
from mib import Outcome
from testbed import BASE_MIBS, BUILD, CHECKD, MIB_FILE, SOURCE, Site

EXAMPLES = "/usr/share/doc/checkd/examples"

_TABLE = (SOURCE / "src/engine/config_keys.c").read_text("utf-8")
_PARTS = (SOURCE / "src/engine/config_file.c").read_text("utf-8")

# The names of all keys, and those of the top level of a file.
KEYS: dict[str, set[str]] = {}
for _section, _key in re.findall(r'\{CONFIG_SECTION_(\w+), "(\w+)"', _TABLE):
    KEYS.setdefault(_section, set()).add(_key)
PARTS = set(re.findall(r'\{"(\w+)", CONFIG_NODE_', _PARTS))
TOP_KEYS = PARTS | KEYS["FILE"]

# Commands whose exit status is that of a plugin: 3 alone tells of an error.
_PLUGIN = re.compile(r"checkctl (.* )?(status|run|test)\b[^|]*")

# Files of a system that the examples speak of.
_FILES = {
    "etc/nagios/nrpe.cfg": "command[load]=/bin/true -w 15 -c 30\n",
    "etc/snmp/snmpd.conf": "rocommunity public\nextend uptime /bin/true\n",
    "srv/app/checks.yaml": "checks: []\n",
}

_TOKENS = ("rocommunity", "createUser", "rouser", "view", "informsink", "trap2sink")


def first_word(text: str) -> str:
    return text.split(maxsplit=1)[0]


def without_comments(text: str) -> str:
    return re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)


def kind_of(text: str) -> Optional[str]:
    """None: it is none of these."""
    begin = first_word(text)
    if begin in ("$", "#"):
        return "session"
    if begin.startswith("#!"):
        return "worker"
    if begin.startswith('{"'):
        return "dialogue" if begin == '{"verb":' else "page"
    if re.match(r"\d+\t", text):
        return "requests"
    if "\t" in text.splitlines()[0]:
        return "results"
    if begin in _TOKENS:
        return "tokens"
    if begin == "-" or (begin.endswith(":") and begin[:-1] in TOP_KEYS | KEYS["CHECK"]):
        return "configuration"
    return None


def as_file(text: str, under: str) -> str:
    """A whole configuration around what is shown of one, under a key of its name or not."""
    begin = first_word(without_comments(text))
    indented = re.sub(r"^", "    ", text, flags=re.MULTILINE)
    if begin == "-":
        return f"checks:\n{indented}"
    if begin[:-1] not in TOP_KEYS or begin[:-1] == under:
        has_command = re.search("^(command|argv):", text, re.MULTILINE)
        command = "" if has_command else "    command: /bin/true\n"
        return f"checks:\n  - name: example\n{command}{indented}"
    has_checks = re.search("^(checks|include):", text, re.MULTILINE)
    return text if has_checks else f"{text}checks:\n  - {{name: example, type: passive}}\n"


def make_root(folder: Path) -> Path:
    """The folders and files of a system that the examples speak of."""
    root = folder / "root"
    for each in ("etc/checkd/conf.d", "run/checkd", "srv/app", "var/lib/checkd/spool", EXAMPLES):
        (root / each.lstrip("/")).mkdir(parents=True)
    for name, text in _FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for file in [*(BUILD / "conf").glob("*.*"), *(SOURCE / "conf").glob("*.yaml")]:
        (root / EXAMPLES[1:] / file.name).symlink_to(file)
    return root


def inside(root: Path, text: str) -> str:
    """The text with its paths led below the root."""
    text = re.sub(r"(?<![\w.])/(?=(?:etc|run|srv|var/lib)/)", f"{root}/", text)
    return text.replace(EXAMPLES, f"{root}{EXAMPLES}")


def missing_checks(said: str) -> list[str]:
    """Checks for what a test of a configuration says that there is none for."""
    checks = []
    for selector in re.findall('no such check: "(.+?)"|: "(.+?)" selects no check', said):
        key, _, group = "".join(selector).partition("=")
        name, keys = (f"of-{group}", f"group: {group}, ") if group else (key.replace("*", "1"), "")
        checks.append(f"  - {{name: {name}, {keys}type: passive}}\n")
    return checks


def fault_of(text: str, under: str, folder: Path) -> str:
    """What a test of a configuration says against what is shown of one; empty if nothing."""
    text = inside(make_root(folder), as_file(text, under))
    file = folder / "shown.yaml"
    for _ in range(2):
        file.write_text(text)
        done = subprocess.run(
            [CHECKD, "-t", file], capture_output=True, text=True, timeout=60, check=False
        )
        missing = "".join(dict.fromkeys(missing_checks(done.stderr)))
        text = re.sub("^checks:\n", f"checks:\n{missing}", text, flags=re.MULTILINE)
    return done.stderr if done.returncode != 0 else ""


class Sandbox:
    """A site whose checkd, sockets and files the examples find where they look for them."""

    # What the examples speak of.
    CHECKS = [
        {"name": "web", "type": "passive"},
        {"name": "backup", "type": "passive"},
        {"name": "disk-root", "command": "/bin/true", "interval": "1h"},
    ]
    RESULTS = [
        ("web", 0, ""), ("web", 1, "slow"), ("web", 2, "connection refused"), ("backup", 0, ""),
    ]  # fmt: skip

    def __init__(self, site: Site) -> None:
        self._site = site
        self._root = make_root(site.folder)
        self._socket = self._root / "run/checkd/control.sock"
        self._spool = self._root / "var/lib/checkd/spool"
        self._bin = site.folder / "bin"

    def start(self) -> None:
        """Starts snmpd, and checkd with what the examples speak of."""
        self._site.master.start()
        checkd = self._site.start(
            [*self.CHECKS, self._socket_check()],
            include=["conf.d/*.yaml"],
            config_name=str(self._root / "etc/checkd/checkd.yaml"),
            state=str(self._root / "var/lib/checkd/checkd.db"),
            spool=str(self._spool),
            control={"socket": str(self._socket)},
        )
        for name, status, output in self.RESULTS:
            self.ask({"verb": "submit", "name": name, "status": status, "output": output})
        for name, status, _ in self.RESULTS[2:]:
            self._site.wait_for(name, {"checkLastStatus": status})
        for name in ("disk-root", "shop/db/socket"):
            assert self.ask({"verb": "run", "name": name, "wait": True})["ok"]
        self._make_programs(checkd.pid)
        state = self._site.folder / "other.db"
        (self._site.folder / "checkd.yaml").write_text(f"state: {state}\nchecks: []\n")

    def _socket_check(self) -> dict[str, Any]:
        """One of a socket that is there: snmpd's."""
        path = str(self._site.master.socket)
        return {"name": "shop/db/socket", "type": "unix", "path": path, "interval": "1h"}

    def _make_programs(self, pid: int) -> None:
        """What is not in PATH, or would go to another checkd than the sandbox's."""
        # One that stays in the foreground is ended when it has run for a while.
        foreground = f'exec timeout --preserve-status 5 {CHECKD} "$@"'
        checkctl = f'{BUILD}/src/ctl/checkctl -s {self._socket} "$@"'
        follow = f"timeout 3 {checkctl}; [ $? -eq 124 ]; exit"
        texts = {
            "checkd": f'case " $* " in *" -f "*) {foreground} ;; esac\nexec {CHECKD} "$@"',
            "checkctl": f'case " $* " in *" --follow "*) {follow} ;; esac\nexec {checkctl}',
            "pgrep": f'exec /usr/bin/pgrep -P {pid} "$@"',
            "systemctl": f'[ "$*" = "reload checkd" ] && kill -HUP {pid}',
        }
        self._bin.mkdir()
        for name, text in texts.items():
            (self._bin / name).write_text(f"#!/bin/sh\n{text}\n")
            (self._bin / name).chmod(0o755)

    def _inside(self, text: str) -> str:
        return re.sub(
            r"\blocalhost\b", self._site.client.address, inside(self._root, text)
        )

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        with Control(self._socket) as control:
            return control.ask(**request)

    def run_session(self, text: str) -> None:
        """Runs each command, and compares what it prints with what is shown of that."""
        commands = commands_of(self._inside(text))
        for command, shown in commands:
            if re.fullmatch(r"cat [\w.]+", command):
                (self._site.folder / command[4:]).write_text("\n".join(shown) + "\n")
        script = "".join(f"{command}\nprintf '\\n@@ %d\\n' $?\n" for command, _ in commands)
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=self._site.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        results = re.findall(r"(.*?)\n?\n@@ (\d+)\n", done.stdout, re.DOTALL)
        assert len(results) == len(commands), done.stdout
        for (command, shown), (printed, status) in zip(commands, results):
            wanted = ("0", "1", "2") if _PLUGIN.fullmatch(command) else ("0",)
            assert status in wanted, (command, status, printed)
            expect_shape(printed, shown)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self._bin}:/usr/sbin:/usr/bin:/sbin:/bin",
            "MIBS": "",
            "MIBDIRS": f"{MIB_FILE.parent}:{BASE_MIBS}",
            "SNMPCONFPATH": str(self._site.folder / "no-such-folder"),
            "SNMP_PERSISTENT_DIR": str(self._site.folder / "client"),
            "status": "2",  # of the script at whose end an example stands
        }

    def run_dialogue(self, text: str) -> None:
        lines = text.replace("\n ", "").splitlines()
        for request, answer in zip(lines[::2], lines[1::2], strict=True):
            expect_shape(compact(self.ask(json.loads(request))), [answer])

    def look_up_page(self, text: str) -> None:
        name = text.split('"')[1]
        pages = self._site.client.pages()
        expect_shape(compact(pages[mib.page_of(name)]), text.splitlines())

    def run_worker(self, text: str) -> None:
        """The worker's checks are of a program that is installed and runs, and of none."""
        self._site.master.start()
        file = self._site.script("worker", text)
        statuses = {"snmpd": 0, "no-such-program": 2}
        self._site.start(
            [
                {"name": name, "type": "worker", "worker": "shown", "args": [name],
                 "interval": "1s", "timeout": "20s"}
                for name in statuses
            ],
            workers=[{"name": "shown", "command": str(file), "insecure": True}],
        )  # fmt: skip
        for name, status in statuses.items():
            wanted = {"checkLastOutcome": Outcome.EXITED, "checkLastStatus": status}
            assert self._site.wait_for(name, wanted)["checkLastOutput"] != ""

    def submit_results(self, text: str) -> None:
        (self._spool / ".new").write_text(text)
        (self._spool / ".new").rename(self._spool / "results")
        for line in without_comments(text).splitlines():
            name, status, output = line.split("\t")
            wanted = {"checkLastStatus": int(status), "checkLastOutput": output.split(" | ")[0]}
            self._site.wait_for(name, wanted)

    def serve_by_tokens(self, text: str) -> None:
        """They say nothing that a standalone checkd-snmp does not know, and let somebody in."""
        config = self._site.folder / "tokens.conf"
        config.write_text(self._inside(text))
        config.chmod(0o600)
        checkd = self._site.start(
            self.CHECKS,
            snmp={"mode": "standalone", "listen": self._site.client.address, "config": str(config)},
        )
        assert not checkd.logged("checkd-snmp: (warning|error): "), checkd.output


def answer_requests(text: str) -> None:
    """Gives the requests to the sample, and compares its answers."""
    lines = text.splitlines()
    requests = "".join(f"{line}\n" for line in lines if "\t" in line)
    done = subprocess.run(
        [SOURCE / "conf/workers/worker.py"],
        input=requests, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    answers = [line for line in lines if "\t" not in line]
    assert len(answers) == len(done.stdout.splitlines()) > 0
    expect_shape(done.stdout, answers)


def compact(value: dict[str, Any]) -> str:
    """As checkd writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def commands_of(text: str) -> list[tuple[str, list[str]]]:
    """The commands of a session, each with what is shown of its output."""
    commands: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith(text[:2]):
            commands.append((line[2:], []))
        elif line.startswith("    ") and not commands[-1][1]:
            commands[-1] = (f"{commands[-1][0]}\n{line}", [])
        else:
            commands[-1][1].append(line)
    return commands


def expect_shape(printed: str, shown: list[str]) -> None:
    """Each line that is shown was printed, in this order, with whatever numbers."""
    lines = iter(printed.splitlines())
    for line in shown:
        pattern = re.sub(r"\d+", r"\\d+", re.escape(" ".join(line.split())))
        pattern = pattern.replace(re.escape("..."), ".*")
        assert any(re.fullmatch(pattern, " ".join(each.split())) for each in lines), (line, printed)
