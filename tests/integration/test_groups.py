# SPDX-License-Identifier: GPL-2.0-or-later
"""checkGroupTable: how many checks of each group are in which state."""

from pathlib import Path
from typing import Any

import mib
from mib import AdminState, State
from processes import wait_until
from snmp import Row
from testbed import Site


def wait_for_group(site: Site, group: str, **wanted: Any) -> Row:
    """Waits until a group has these values, named as the columns behind checkGroup."""
    last: Row = {}

    def is_so() -> bool:
        last.clear()
        last.update(site.client.groups().get(group, {}))
        return all(last.get(f"checkGroup{column}") == value for column, value in wanted.items())

    try:
        wait_until(is_so, f"{group} has {wanted}")
    except AssertionError as error:
        raise AssertionError(f"{error}; its row is {last}") from None
    return dict(last)


def test_sums_follow_the_states_of_a_group_s_own_checks(site: Site) -> None:
    dials = {name: site.dial(name) for name in ("aa", "bb", "cc")}
    site.start(
        [dial.check(group="web") for dial in dials.values()]
        + [site.dial("other").check(group="db")]
    )
    wait_for_group(site, "web", Size=3, Ok=3, WorstState=State.OK, Pending=0)
    dials["aa"].turn("exit 1")
    wait_for_group(site, "web", Size=3, Ok=2, Warning=1, WorstState=State.WARNING)
    dials["bb"].turn("exit 2")
    wait_for_group(site, "web", Ok=1, Warning=1, Critical=1, WorstState=State.CRITICAL)
    dials["bb"].turn("exit 3")
    wait_for_group(site, "web", Critical=0, Unknown=1, WorstState=State.UNKNOWN)
    dials["aa"].turn("exit 0")
    dials["bb"].turn("exit 0")
    wait_for_group(site, "web", Ok=3, WorstState=State.OK)
    wait_for_group(site, "db", Size=1, Ok=1, WorstState=State.OK)
    assert set(site.client.groups()) == {"web", "db"}


def test_what_has_not_run_is_pending(site: Site) -> None:
    site.start([{"name": "slow", "command": "sleep 60", "timeout": "2m", "group": "web"}])
    row = wait_for_group(site, "web", Size=1, Pending=1, WorstState=State.PENDING)
    assert row["checkGroupName"] == "web"
    assert row["checkGroupStale"] == 0


def test_disabled_checks_count_in_no_sum_but_keep_their_group(site: Site) -> None:
    dial = site.dial("aa")
    dial.turn("exit 2")
    site.start([dial.check(group="web"), site.dial("bb").check(group="web")])
    wait_for_group(site, "web", Size=2, Critical=1, WorstState=State.CRITICAL)
    site.reload([dial.check(group="web", enabled=False), site.dial("bb").check(group="web")])
    wait_for_group(site, "web", Size=1, Critical=0, WorstState=State.OK)
    site.reload([dial.check(group="web", enabled=False)])
    site.wait_for("aa", {"checkAdminState": AdminState.DISABLED})
    wait_for_group(site, "web", Size=0, Ok=0, Critical=0, WorstState=State.PENDING)
    site.reload([dial.check(group="web")])
    wait_for_group(site, "web", Size=1, Critical=1, WorstState=State.CRITICAL)


def test_a_reload_moves_a_check_to_another_group(site: Site) -> None:
    dial, stays = site.dial("aa"), site.dial("bb")
    dial.turn("exit 2")
    site.start([dial.check(group="old"), stays.check(group="old")])
    wait_for_group(site, "old", Size=2, Critical=1, Ok=1)
    site.reload([dial.check(group="new"), stays.check(group="old")])
    wait_for_group(site, "new", Size=1, Critical=1, WorstState=State.CRITICAL)
    wait_for_group(site, "old", Size=1, Critical=0, WorstState=State.OK)
    site.reload([dial.check(group="new")])
    wait_until(lambda: set(site.client.groups()) == {"new"}, "the group without checks is gone")


def test_stale_checks_are_counted_by_group(site: Site) -> None:
    hung = site.dial("hung")
    hung.turn("exec sleep 60")
    site.start(
        [
            hung.check(group="web", timeout="2m", fresh="1s"),
            site.dial("fine").check(group="db"),
        ]
    )
    wait_for_group(site, "web", Stale=1, Size=1)
    assert site.client.groups()["db"]["checkGroupStale"] == 0
    assert site.client.scalar("checkNumberStale") == 1


def test_groups_are_walked_by_length_first_and_octets_then(site: Site) -> None:
    groups = ["zz", "abc", "abd", "g" * 60]
    site.start(
        [site.dial(f"check-{i}").check(group=name) for i, name in enumerate(reversed(groups))]
    )
    for name in groups:
        wait_for_group(site, name, Size=1)
    expected = [mib.group_oid(column, name) for column in mib.GROUP_COLUMNS for name in groups]
    assert [oid for oid, _ in site.client.walk(mib.GROUP_TABLE)] == expected
    assert [oid for oid, _ in site.client.bulk_walk(mib.GROUP_TABLE, 7)] == expected


def test_snmptable_shows_the_groups(site: Site, base_mibs: Path) -> None:
    site.start([site.dial("aa").check(group="web")])
    wait_for_group(site, "web", Ok=1)
    text = site.client.run("snmptable", "CHECKD-MIB::checkGroupTable", with_mibs=True)
    lines = [line.split() for line in text.splitlines()]
    assert list(mib.GROUP_COLUMNS) in lines
    assert ["web", "1", "ok", "0", "1", "0", "0", "0", "0"] in lines
