# SPDX-License-Identifier: GPL-2.0-or-later
"""The manual pages keep their word: all that they show is run, and they have all keys.

How a display is run, examples.py says. A new page, or a new display, is found by itself.
"""

import os
import re
import textwrap
from pathlib import Path

import pytest

import manual
import mib
from examples import (
    KEYS, PARTS, Sandbox, answer_requests, fault_of, kind_of, without_comments,
)  # fmt: skip
from manual import Display
from testbed import SOURCE, Site

# What is shown and not run, by its page and first line, each with the reason.
NOT_RUN = {
    ("checkd.8", "check web: failed: exit 0 -> exit 2, ok -> critical: connection refused"): (
        "a line of the log, which many tests wait for"
    ),
    ("checkd.8", "store: /var/lib/checkd/checkd.db: database or disk is full; make room on"): (
        "lines of the log, for which test_disk.py fills a disk"
    ),
    ("checkd.8", "store: /var/lib/checkd/checkd.db: database disk image is malformed;"): (
        "a line of the log, for which test_store.py damages a database"
    ),
    ("checkd.8", "97 of 100 checks ok, 2 critical, 1 warning; p99 lateness 3 ms; published"): (
        "a line of systemctl, which test_service.py reads as systemd does"
    ),
    (
        "checkd.yaml.5",
        "error: checkd.yaml:12: check disk-root: interval: has no unit; must be ...",
    ): "lines of a test, which test_config_golden.py has whole",
}

DISPLAYS = [display for page in manual.PAGES for display in manual.displays(page)]


def first_line(display: Display) -> str:
    return display.text.splitlines()[0]


def of_kind(kind: str) -> list[Display]:
    return [
        display
        for display in DISPLAYS
        if (display.page, first_line(display)) not in NOT_RUN and kind_of(display.text) == kind
    ]


def readme_configurations() -> list[str]:
    """The fragments of configurations in the README."""
    blocks = re.findall(
        r"(?<=\n\n)(?: {4}.*\n|\n(?= {4}))+", (SOURCE / "README.md").read_text("utf-8")
    )
    fragments = [without_comments(textwrap.dedent(block)) for block in blocks]
    return [text for text in fragments if text and kind_of(text) == "configuration"]


@pytest.fixture
def sandbox(bare_site: Site) -> Sandbox:
    return Sandbox(bare_site)


def needs_root_for(text: str) -> None:
    if text.startswith("# ") and os.geteuid() != 0:
        pytest.skip("what has the prompt of root needs root")


@pytest.mark.parametrize("display", of_kind("configuration"), ids=str)
def test_a_configuration_that_is_shown_is_valid(tmp_path: Path, display: Display) -> None:
    assert fault_of(display.text, display.under, tmp_path) == ""


@pytest.mark.parametrize("text", readme_configurations())
def test_a_configuration_of_the_readme_is_valid(tmp_path: Path, text: str) -> None:
    assert fault_of(text, "", tmp_path) == ""


@pytest.mark.parametrize("display", of_kind("session"), ids=str)
def test_a_session_goes_as_it_is_shown(
    sandbox: Sandbox, base_mibs: Path, display: Display
) -> None:
    needs_root_for(display.text)
    sandbox.start()
    sandbox.run_session(display.text)


@pytest.mark.parametrize("display", of_kind("dialogue"), ids=str)
def test_a_dialogue_goes_as_it_is_shown(sandbox: Sandbox, display: Display) -> None:
    sandbox.start()
    sandbox.run_dialogue(display.text)


@pytest.mark.parametrize("display", of_kind("page"), ids=str)
def test_a_page_is_as_it_is_shown(sandbox: Sandbox, display: Display) -> None:
    sandbox.start()
    sandbox.look_up_page(display.text)


@pytest.mark.parametrize("display", of_kind("worker"), ids=str)
def test_a_worker_that_is_shown_answers(sandbox: Sandbox, display: Display) -> None:
    sandbox.run_worker(display.text)


@pytest.mark.parametrize("display", of_kind("requests"), ids=str)
def test_requests_to_a_worker_are_answered_as_it_is_shown(display: Display) -> None:
    answer_requests(display.text)


@pytest.mark.parametrize("display", of_kind("results"), ids=str)
def test_results_that_are_shown_are_taken(sandbox: Sandbox, display: Display) -> None:
    sandbox.start()
    sandbox.submit_results(display.text)


@pytest.mark.parametrize("display", of_kind("tokens"), ids=str)
def test_tokens_that_are_shown_are_known(sandbox: Sandbox, display: Display) -> None:
    sandbox.serve_by_tokens(display.text)


def test_all_that_is_shown_is_run_or_has_a_reason() -> None:
    left_out = [each for each in DISPLAYS if (each.page, first_line(each)) in NOT_RUN]
    assert len(left_out) == len(NOT_RUN)
    unknown = [str(each) for each in DISPLAYS if each not in left_out and not kind_of(each.text)]
    assert unknown == []
    assert len(readme_configurations()) >= 4


@pytest.mark.parametrize("page", manual.PAGES, ids=lambda page: str(page.name))
def test_every_page_has_examples(page: Path) -> None:
    assert [each for each in DISPLAYS if each.page == page.name and each.section == "EXAMPLES"]


# Members, keys and columns.


def members_behind(beginning: str) -> set[str]:
    """Those that checkd-control(7) lists behind a beginning, up to what else there is of a verb."""
    page = (SOURCE / "src/engine/checkd-control.7").read_text("utf-8")
    listed = re.search(rf"{beginning}(.*?)^(\.It |It is )", page, re.MULTILINE | re.DOTALL)
    assert listed is not None
    lines = re.findall(r"^\.Ql (.*)", listed[1], re.MULTILINE)
    return {word for line in lines for word in line.split() if re.fullmatch("[a-z_]+", word)}


def test_answers_have_the_members_that_are_listed(sandbox: Sandbox) -> None:
    sandbox.start()
    shown = sandbox.ask({"verb": "show", "name": "web"})
    event = sandbox.ask({"verb": "events", "limit": 1})["events"][0]
    tested = sandbox.ask({"verb": "test", "name": "disk-root"})
    assert set(shown["check"]) == members_behind("^A row has these members:\n")
    assert set(shown["last_runs"][0]) == members_behind("^has lived:\n")
    assert set(event) == members_behind("^An event has these members:\n")
    assert set(tested) - {"ok"} == members_behind(r"^The answer has\n(?=\.Ql outcome)")
    told = {"check" + each.replace("_", "") for each in sandbox.ask({"verb": "daemon"})}
    scalars = {f"check{name[5:].lower()}": name for name in mib.SCALARS}
    assert [name for key, name in scalars.items() if key not in told] == ["checkPages"]


PAGE = SOURCE / "src/engine/checkd.yaml.5"


def test_every_key_is_in_the_manual_and_every_key_of_the_manual_is_one() -> None:
    text = PAGE.read_text("utf-8")
    described = set(re.findall(r"^\.It Ic (\w+) :", text, re.MULTILINE))
    mentioned = set(re.findall(r"^\.Ic (\w+)", text, re.MULTILINE))
    keys = {key for section in KEYS.values() for key in section}
    in_prose = PARTS | KEYS["MAP"]
    assert len(keys) > 80
    assert keys - described - in_prose == set()
    assert in_prose - mentioned == set()
    assert described - keys == set()


def names_of(cells: str) -> list[str]:
    """The objects that a text names; -Ok goes on with the name before it."""
    names: list[str] = []
    for word in re.findall(r"\bcheck[A-Z]\w+|(?<= )-[A-Z]\w+", cells):
        beginning = re.sub(r"[A-Z][a-z]*$", "", names[-1]) if word[0] == "-" else ""
        names.append(beginning + word.lstrip("-"))
    return names


def test_the_tables_of_the_readme_have_the_objects_of_the_mib() -> None:
    readme = (SOURCE / "README.md").read_text("utf-8")
    tables = re.findall(r"^\| (?:column|scalar) \| tells \|\n\|.*\n((?:\|.*\n)+)", readme, re.M)
    first_cells = [re.sub(r"^\| (.*?) \|.*$", r"\1", table, flags=re.M) for table in tables]
    groups = re.search(r"^One row of \*\*checkGroupTable\*\*.*?\n\n", readme, re.M | re.S)
    assert groups is not None
    assert [names_of(each) for each in [*first_cells, groups[0]]] == [
        list(mib.COLUMNS),
        list(mib.METRIC_COLUMNS),
        list(mib.AGENT_SCALARS),
        list(mib.DELIVERY_SCALARS),
        ["checkGroupTable", *mib.GROUP_COLUMNS],
    ]


def test_the_readme_has_the_notifications_of_the_mib() -> None:
    readme = (SOURCE / "README.md").read_text("utf-8")
    paragraph = re.search(r"^The notifications of events are.*?\n\n", readme, re.M | re.S)
    assert paragraph is not None
    shown = re.findall(r"\*\*(check\w+)\*\*", paragraph[0])
    assert sorted(shown) == sorted(mib.NOTIFICATION_NUMBERS)
