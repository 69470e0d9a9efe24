# SPDX-License-Identifier: GPL-2.0-or-later
"""The template that reads pages, in a real Zabbix."""

import mib
from processes import wait_until
from zabbix_place import ALWAYS, NAMES, TRAP, Place, distinct, turn

TURNED = "paged/web.1-a:b_c"

# The items of a check that are read from its page, and what they are in the table.
ITEMS = {
    "state": "checkState",
    "status": "checkLastStatus",
    "outcome": "checkLastOutcome",
    "stale": "checkStale",
    "flapping": "checkFlapping",
    "suppression": "checkSuppression",
    "event": "checkLastEvent",
    "changes": "checkStatusChanges",
}


def values_of(place: Place) -> "dict[str, list[float]]":
    """What the host that reads pages has of each check."""
    items = place.paged.items()
    return {
        name: [float(items[f"checkd.check.{each}[{name}]"]["lastvalue"]) for each in ITEMS]
        for name in (*NAMES, "load")
    }


def test_what_pages_tell_agrees_with_the_table(place: Place) -> None:
    place.paged.wait_for_value("checkd.number", len(NAMES) + 1)
    place.paged.wait_for_value("checkd.check.output[load]", "OK - fine")
    place.paged.wait_for_value("checkd.group.ok[default]", len(NAMES))
    wait_until(
        lambda: values_of(place)
        == {
            name: [row[column] for column in ITEMS.values()]
            for name, row in place.site.client.table().items()
        },
        "the items have the values of the table", 30, 0.5,
    )  # fmt: skip
    items = place.paged.items()
    assert [each for each in items.values() if each["state"] != "0"] == []
    assert 0 <= float(items["checkd.check.age[web]"]["lastvalue"]) < 15
    pages = {mib.page_of(name) for name in (*NAMES, "load")}
    assert {key for key in items if key.startswith("checkd.page[")} >= {
        f"checkd.page[{number}]" for number in pages
    }


def test_each_change_raises_and_clears_one_problem_by_pages_too(place: Place) -> None:
    paged = place.paged
    changes = ((2, 5, {f"{TURNED}: critical"}), (1, 3, {f"{TURNED}: warning"}), (0, 2, set()))
    for code, state, problems in changes:
        turn(place, TURNED, code)
        paged.wait_for_problems(problems | ALWAYS, 30)
        paged.wait_for_value(f"{TRAP}.state[{TURNED}]", state)
        paged.wait_for_value(f"checkd.check.status[{TURNED}]", code)
    number = str(place.site.client.column("checkLastEvent", TURNED))
    wait_until(
        lambda: [each.value for each in paged.history(f"checkd.check.event[{TURNED}]")][-4:]
        == [number] * 4,
        "polls outweigh the last notification", 60, 0.3,
    )  # fmt: skip
    assert paged.problems() == ALWAYS
    polled = [each.value for each in paged.history(f"checkd.check.status[{TURNED}]")]
    assert distinct(polled)[-4:] == ["0", "2", "1", "0"]
    # A poll just before a notification may be looked at after it, and raise once more.
    for state in ("critical", "warning"):
        assert 1 <= paged.raised()[f"{TURNED}: {state}"] <= 2
        assert paged.raised()[f"{TURNED}: {state}"] == paged.cleared()[f"{TURNED}: {state}"]


def test_a_check_comes_and_goes_without_any_notification(place: Place) -> None:
    paged = place.paged
    guest = place.site.dial("hushed")
    guest.turn("echo no; exit 1")
    place.site.reload(place.checks(guest.check(notify="none")))
    paged.wait_for_problems(ALWAYS | {"hushed: warning"})
    guest.turn("echo worse; exit 2")
    paged.wait_for_problems(ALWAYS | {"hushed: critical"})
    assert paged.items()[f"{TRAP}.state[hushed]"]["lastclock"] == "0"
    place.site.reload(place.checks())
    paged.wait_for_problems(ALWAYS, 90)
    for count in (paged.raised(), paged.cleared()):
        assert count["hushed: warning"] == count["hushed: critical"] == 1
    place.quick.wait_for_problems(ALWAYS, 90)
