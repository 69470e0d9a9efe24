# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages of many checks, as a manager reads them through snmpd."""

import json
import os
import subprocess
from typing import Any

import pytest

import mib
from mib import Outcome, State, Suppression, Truth
from processes import wait_until
from snmp import Row, SnmpError
from testbed import BUILD, Config, Site

TEXT_MAX = 6400
LONG = "a23456789." * 5

Pages = dict[int, dict[str, dict[str, int]]]


def passive(names: "list[str]") -> list[Config]:
    """Checks that cost nothing: they wait for results from outside."""
    return [{"name": name, "type": "passive", "fresh": "1d"} for name in names]


def expect_whole(pages: Pages, names: "list[str]") -> None:
    found = [name for page in pages.values() for name in page]
    assert len(found) == len(set(found)), "some check is on two pages"
    assert set(found) == set(names)


def pages_of(pages: Pages) -> dict[str, int]:
    return {name: number for number, page in pages.items() for name in page}


def expect_member(member: dict[str, int], row: Row) -> None:
    """A check's member is its row, which was read a moment later."""
    assert set(member) == set(mib.PAGE_MEMBERS)
    for key, column in mib.PAGE_MEMBERS.items():
        if column == "checkLastRanAge" and row[column] != mib.NEVER_AGE:
            assert member[key] <= row[column] <= member[key] + 20
        else:
            assert member[key] == row[column], (row["checkName"], column)


def test_a_page_says_what_the_rows_say(site: Site) -> None:
    turns = {"ok-1": "exit 0", "warning": "exit 1", "critical": "echo 'a \"b\" \\ ü'; exit 2",
             "unknown": "exit 255", "killed": "kill -9 $$", "late": "sleep 60", "behind": "exit 1",
             LONG + "/web:80.a": "exit 3"}  # fmt: skip
    special: dict[str, Any] = {
        "late": {"timeout": "300ms"},
        "behind": {"depends": "critical"},
    }
    checks = []
    for name, code in turns.items():
        dial = site.dial(name)
        dial.turn(code)
        checks.append(dial.check(interval="5s", fresh="1h", **special.get(name, {})))
    checks.append({"name": "never", "command": "true", "enabled": False})
    checks.append({"name": "stale", "type": "passive", "fresh": "1s"})
    site.start(checks)
    wait_until(
        lambda: all(site.client.column("checkRuns", name) > 0 for name in turns)
        and site.client.column("checkStale", "stale") == Truth.TRUE
        and site.client.column("checkLastEvent", "stale") > 0,
        "all have run", 60, 0.2,
    )  # fmt: skip

    def are_at_rest() -> bool:
        """Nothing happens between the readings of the rows."""
        before, pages, after = site.client.table(), site.client.pages(), site.client.table()
        if any(before[name]["checkRuns"] != after[name]["checkRuns"] for name in after):
            return False
        expect_whole(pages, list(after))
        for number, page in pages.items():
            for name, member in page.items():
                assert after[name]["checkPage"] == number == mib.page_of(name)
                expect_member(member, after[name])
        return True

    wait_until(are_at_rest, "no check runs", 30)
    members = {name: each for page in site.client.pages().values() for name, each in page.items()}
    assert members["critical"]["s"] == State.CRITICAL and members["critical"]["c"] == 2
    assert members["behind"]["u"] == Suppression.DEPENDENCY
    assert members["killed"]["o"] == Outcome.SIGNALED and members["killed"]["c"] == -1
    assert members["never"]["a"] == mib.NEVER_AGE and members["never"]["o"] == Outcome.NEVER
    assert members["stale"]["x"] == Truth.TRUE
    assert members["unknown"]["c"] == 255


def test_a_page_follows_a_change(site: Site) -> None:
    dial = site.dial("web")
    site.start([dial.check()])
    number = mib.page_of("web")

    def member() -> dict[str, int]:
        text = site.client.get(mib.page_oid("checkPageText", number)).text
        return dict(json.loads(text)["web"])

    for code, changes in ((0, 0), (2, 1), (1, 2), (0, 3)):
        dial.turn(f"exit {code}")
        wait_until(lambda: (member()["c"], member()["n"]) == (code, changes), f"it is {code}")
    assert member()["e"] == site.client.column("checkLastEvent", "web")


@pytest.mark.slow
def test_20000_checks_are_read_whole_and_few_move_when_some_come_and_go(site: Site) -> None:
    names = [f"{LONG}{number:010}" for number in range(10000)]
    names += [f"n{number}" for number in range(10000)]
    site.start(passive(names), options=[], wait=False)
    wait_until(lambda: site.client.is_published(), "the table is served", 60)
    pages = site.client.pages()
    expect_whole(pages, names)
    column = mib.PAGE_COLUMNS["checkPageText"].oid
    assert site.client.scalar("checkPages") == len(pages) < 800
    for _, value in site.client.bulk_walk(column, 10):
        assert len(value.octets) <= TEXT_MAX
        assert value.text.isascii() and " " not in value.text
    sizes = site.client.bulk_walk(mib.PAGE_COLUMNS["checkPageSize"].oid, 10)
    assert {oid[-1]: value.number for oid, value in sizes} == {
        number: len(page) for number, page in pages.items()
    }
    before = pages_of(pages)
    for name in names[::1000]:
        assert site.client.column("checkPage", name) == before[name]
    changed = names[20:] + [f"new-{number}" for number in range(20)]
    site.reload(passive(changed))
    wait_until(lambda: site.client.column("checkName", "new-19") is not None, "it is there", 60)
    after = site.client.pages()
    expect_whole(after, changed)
    moved = sum(before.get(name, number) != number for name, number in pages_of(after).items())
    # None as a rule; where a page splits, half of its checks and of those of its number.
    assert moved < 1000


def test_ten_pages_fit_into_a_message_whatever_is_on_them(site: Site) -> None:
    names = [f"{LONG}{number:010}" for number in range(6000)]
    site.start(passive(names), options=[], wait=False)
    wait_until(lambda: site.client.is_published(), "the table is served", 60)
    pages = site.client.pages()
    expect_whole(pages, names)
    texts = [mib.page_oid("checkPageText", number) for number in pages]
    assert [value.is_missing for value in site.client.get_many(texts[:10])] == [False] * 10
    with pytest.raises(SnmpError, match="tooBig"):
        site.client.get_many(texts[:30])
    assert site.client.is_published()


def test_the_script_prints_all_checks_as_one_object(site: Site) -> None:
    names = [f"n{number}" for number in range(300)]
    site.start(passive(names), options=[])
    host, port = site.client.address.split(":")[1:]
    done = subprocess.run(
        ["sh", str(BUILD / "conf" / "pages.sh"), "-v2c", "-c", "public", f"{host}:{port}"],
        env={"PATH": os.environ["PATH"], "MIBS": "", "SNMPCONFPATH": str(site.folder / "none"),
             "SNMP_PERSISTENT_DIR": str(site.folder / "script")},
        capture_output=True, check=False, timeout=60, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == set(names)
    assert found["n7"]["s"] == State.PENDING
