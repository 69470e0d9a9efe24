# SPDX-License-Identifier: GPL-2.0-or-later
"""Completion of checkctl, by the shells themselves."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Callable, Iterator

import pytest

from checkctl import CHECKCTL, Terminal, environment, output, start
from processes import wait_until
from testbed import SOURCE, Site

FOLDER = SOURCE / "conf" / "completion"
BASH_COMPLETION = Path("/usr/share/bash-completion/bash_completion")
# Names and groups.
CHECKS = {"web/front": "shop", "web/back": "shop", "db:main": "store", "disk-root": "disk:s"}

# Runs the function as bash does for a line whose end is being written.
BASH = r"""
source "$1"
source "$2"
COMP_LINE=$3 COMP_POINT=${#3} COMP_TYPE=9 COMP_KEY=9
shift 3
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_checkctl
printf '%s\n' "${COMPREPLY[@]}"
"""

Complete = Callable[[str], "set[str]"]


def needs(program: str) -> None:
    if shutil.which(program) is None and "CHECKD_TEST_ALL" not in os.environ:
        pytest.skip(f"{program} is not installed")


def shell_environment(site: Site) -> "dict[str, str]":
    home = site.folder / "home"
    home.mkdir(exist_ok=True)
    env = environment(site)
    return {**env, "HOME": str(home), "PATH": f"{CHECKCTL.parent}:{env['PATH']}"}


def run_shell(site: Site, *argv: str) -> "set[str]":
    result = subprocess.run(
        argv, env=shell_environment(site), capture_output=True, text=True, timeout=60, check=True
    )
    assert result.stderr == ""
    return set(result.stdout.split("\n")) - {""}


def in_bash(site: Site, line: str) -> "set[str]":
    """bash breaks words at colons, too."""
    words = [each for each in re.split(r"\s+|(:)", line) if each is not None]
    return run_shell(
        site, "bash", "--norc", "-c", BASH, "bash", str(BASH_COMPLETION),
        str(FOLDER / "checkctl.bash"), line, *words,
    )  # fmt: skip


def in_fish(site: Site, line: str) -> "set[str]":
    script = f"source {FOLDER}/checkctl.fish; complete -C $argv[1]"
    lines = run_shell(site, "fish", "--no-config", "-c", script, line)
    return {each.split("\t")[0] for each in lines}


@pytest.fixture(params=["bash", "fish"])
def complete(request: pytest.FixtureRequest, bare_site: Site) -> Complete:
    """What a shell offers for a line."""
    needs(request.param)
    shell = in_bash if request.param == "bash" else in_fish
    return lambda line: shell(bare_site, line)


def start_checks(site: Site) -> None:
    start(
        site,
        [{"name": name, "type": "passive", "group": group} for name, group in CHECKS.items()],
    )


def test_verbs_options_and_names_are_offered(bare_site: Site, complete: Complete) -> None:
    start_checks(bare_site)
    assert complete("checkctl st") == {"status"}
    assert {"status", "show", "submit"} == complete("checkctl s")
    assert complete("checkctl show we") == {"web/front", "web/back"}
    assert complete("checkctl show ") == set(CHECKS)
    assert complete("checkctl status web/front di") == {"disk-root"}
    assert complete("checkctl events di") == {"disk-root"}
    assert "--follow" in complete("checkctl events --f")
    assert "--follow" not in complete("checkctl show --")
    assert complete("checkctl maintenance db:main 2") == {"2h"}
    assert complete("checkctl --colour ne") == {"never"}
    assert complete("checkctl status --state crit") == {"critical"}
    assert "critical,unknown" in complete("checkctl status --state critical,un")
    assert complete("checkctl show web/front ") == set()
    assert complete("checkctl status --group s") == {"shop", "store"}
    assert complete("checkctl status web/front -g st") == {"store"}
    assert complete("checkctl names --g") == {"--groups"}


def test_each_name_is_told_once_however_many_pages_there_are(bare_site: Site) -> None:
    checks = [
        {"name": f"check{i:04}", "type": "passive", "group": f"group{i % 3}"} for i in range(1200)
    ]
    start(bare_site, checks)
    assert output(bare_site, "names").split() == [each["name"] for each in checks]
    assert output(bare_site, "names", "--groups").split() == ["group0", "group1", "group2"]
    assert output(bare_site, "names", "--groups", "GROUP2").split() == ["group2"]
    assert output(bare_site, "names", "--groups", "check") == ""


def test_a_socket_on_the_line_is_asked(bare_site: Site, complete: Complete) -> None:
    start_checks(bare_site)
    elsewhere = bare_site.folder / "other.sock"
    elsewhere.symlink_to("checkd.sock")
    assert complete(f"checkctl -s {elsewhere} show di") == {"disk-root"}
    assert complete("checkctl -s /nonexistent show di") == set()


def test_without_checkd_it_is_silent(complete: Complete) -> None:
    assert complete("checkctl show w") == set()
    assert complete("checkctl da") == {"daemon"}


def test_bash_completes_behind_a_colon(bare_site: Site) -> None:
    start_checks(bare_site)
    assert in_bash(bare_site, "checkctl show db:m") == {"main"}
    assert in_bash(bare_site, "checkctl status -g disk:") == {"s"}


@pytest.fixture
def zsh(bare_site: Site) -> Iterator[Terminal]:
    """A shell whose prompt is an arrow."""
    needs("zsh")
    start_checks(bare_site)
    env = shell_environment(bare_site)
    with Terminal(["zsh", "-f", "-i"], env, columns=100) as terminal:
        terminal.type(f"PS1='-> '; fpath=({FOLDER} $fpath); autoload -U compinit; compinit -u -D\n")
        terminal.type("bindkey '^I' complete-word; unsetopt list_beep; echo ready''now\n")
        terminal.wait_for("readynow")
        yield terminal


def test_zsh_completes_a_line(zsh: Terminal) -> None:
    for line, wanted in (
        ("stat", "checkctl status"),
        ("show di", "checkctl show disk-root"),
        ("show db:m", "checkctl show db:main"),
        ("--json show web/f", "checkctl --json show web/front"),
        ("events --fol", "checkctl events --follow"),
        ("status --group di", "checkctl status --group disk:s"),
        ("status -g st", "checkctl status -g store"),
        ("status --state crit", "checkctl status --state critical"),
        ("maintenance web/back of", "checkctl maintenance web/back off"),
    ):
        before = len(zsh.text)
        zsh.type(f"\x15checkctl {line}\t")
        wait_until(lambda: wanted in re.sub("\b|\x1b\\[K", "", zsh.text[before:]), wanted)


def test_every_verb_and_option_of_usage_is_known_to_each_shell(bare_site: Site) -> None:
    text = output(bare_site, "--help")
    options = {"version"}
    verbs = re.findall(r"^  ([a-z]+) ", text, re.MULTILINE)
    assert verbs
    for verb in verbs:
        options |= set(re.findall(r"--([a-z-]+)", output(bare_site, verb, "--help")))
    for file in ("checkctl.bash", "_checkctl", "checkctl.fish"):
        known = (FOLDER / file).read_text()
        for verb in verbs:
            assert re.search(rf"\b{verb}\b", known), (file, verb)
        for option in options:
            assert re.search(rf"(--|-l ){option}\b", known), (file, option)
