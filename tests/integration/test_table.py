# SPDX-License-Identifier: GPL-2.0-or-later
"""checkTable and the scalars as a manager reads them, held against CHECKD-MIB as data."""

import random
import re
import time
from pathlib import Path

import pytest

import mib
from expectations import EXIT_0, EXIT_2, date_and_time, expect_result, expect_times, without_tenths
from mib import AdminState, Oid, Outcome, State, Truth
from processes import wait_until
from snmp import Client, SnmpError, Value
from testbed import MIB_FILE, Config, Site

SHORTEST = "ab"
LONGEST = "a23456789." * 6
NAMES = [SHORTEST, LONGEST, "zz", "B1", "web", "web:80/tcp", "aaaa", "mail_in", "10.0.0.1-ping"]


def checks(site: Site, names: list[str]) -> list[Config]:
    return [site.dial(name).check(interval="500ms") for name in names]


@pytest.fixture
def walked(site: Site) -> Site:
    """A site with a check of each of NAMES that has run, and one that never will."""
    site.start(checks(site, NAMES) + [{"name": "never", "command": "true", "enabled": False}])
    for name in NAMES:
        site.wait_for(name, {"checkLastOutcome": Outcome.EXITED})
    return site


def expected_table_oids(names: list[str]) -> list[Oid]:
    return [
        mib.column_oid(column, name)
        for column in mib.COLUMNS
        for name in sorted(names, key=mib.table_order)
    ]


def expected_oids(names: list[str]) -> list[Oid]:
    """All objects where no event has happened yet."""
    pages = sorted({mib.page_of(name) for name in names})
    return (
        [mib.scalar_oid(name) for name in mib.AGENT_SCALARS]
        + expected_table_oids(names)
        + [mib.group_oid(column, "default") for column in mib.GROUP_COLUMNS]
        + [mib.scalar_oid(name) for name in mib.DELIVERY_SCALARS]
        + [mib.page_oid(column, page) for column in mib.PAGE_COLUMNS for page in pages]
    )


def by_get_next(client: Client, start: Oid) -> list[tuple[Oid, Value]]:
    """A walk in steps of one GETNEXT, as an old manager does it."""
    found: list[tuple[Oid, Value]] = []
    oid = start
    while True:
        oid, value = client.get_next(oid)
        if value.is_missing or oid[: len(start)] != start:
            return found
        found.append((oid, value))


def processor_seconds(pid: int, during_s: float) -> float:
    """How much of a processor a process takes meanwhile; see clock_getcpuclockid(3)."""
    clock = ~pid << 3 | 2
    before = time.clock_gettime(clock)
    time.sleep(during_s)
    return time.clock_gettime(clock) - before


def test_the_publisher_sleeps_again_after_many_requests(walked: Site) -> None:
    walked.client.run("snmpbulkget", "-Cr50", mib.dotted(mib.ROOT))
    pid = walked.checkd.publisher_pid
    wait_until(lambda: processor_seconds(pid, 1.0) < 0.1, "it sleeps")


def test_walks_by_getnext_and_getbulk_meet_exactly_the_expected_objects(walked: Site) -> None:
    expected = expected_oids(NAMES + ["never"])
    assert [oid for oid, _ in walked.client.walk()] == expected
    for repetitions in (1, 7, 50):
        assert [oid for oid, _ in walked.client.bulk_walk(mib.ROOT, repetitions)] == expected


def test_each_object_has_the_type_of_its_syntax(walked: Site) -> None:
    objects = {mib.scalar_oid(each.name): each for each in mib.SCALARS.values()}
    for each in mib.COLUMNS.values():
        for name in NAMES + ["never"]:
            objects[mib.column_oid(each.name, name)] = each
    for each in mib.GROUP_COLUMNS.values():
        objects[mib.group_oid(each.name, "default")] = each
    for each in mib.PAGE_COLUMNS.values():
        for name in NAMES + ["never"]:
            objects[mib.page_oid(each.name, mib.page_of(name))] = each
    for oid, value in walked.client.walk():
        assert value.type == objects[oid].wire, (objects[oid].name, value)


def test_get_reads_each_instance_that_a_walk_meets(walked: Site) -> None:
    walked_types = [(oid, value.type) for oid, value in walked.client.walk()]
    oids = [oid for oid, _ in walked_types]
    got = []
    for first in range(0, len(oids), 40):
        some = oids[first : first + 40]
        got += list(zip(some, (value.type for value in walked.client.get_many(some))))
    assert got == walked_types


def test_rows_are_walked_by_length_first_and_octets_then(walked: Site) -> None:
    column = mib.COLUMNS["checkName"].oid
    names = [value.text for _, value in by_get_next(walked.client, column)]
    assert names == sorted(NAMES + ["never"], key=lambda name: (len(name), name.encode()))


def test_getnext_of_any_oid_gives_the_one_that_follows_it(walked: Site) -> None:
    known = [oid for oid, _ in walked.client.walk()]
    chance = random.Random(2412)
    asked: list[Oid] = [mib.ROOT, mib.TABLE, mib.ENTRY, mib.ENTRY + (1,), mib.ENTRY + (39,)]
    asked += [mib.GROUP_TABLE, mib.GROUP_ENTRY + (11,), mib.METRIC_TABLE, mib.EVENT_TABLE]
    asked += [mib.EVENT_ENTRY + (2, 7), mib.DELIVERY, mib.PAGE_TABLE, mib.PAGE_ENTRY + (1, 7)]
    for _ in range(150):
        oid = chance.choice(known)
        cut = oid[: chance.randrange(len(mib.ROOT), len(oid) + 1)]
        asked += [cut, cut + (0,), cut[:-1] + (cut[-1] + 1,), cut + (chance.randrange(300),)]
    # Behind the last one another module's objects follow.
    asked = [oid for oid in asked if oid < known[-1]]
    for first in range(0, len(asked), 50):
        some = asked[first : first + 50]
        answers = [oid for oid, _ in walked.client.get_next_many(some)]
        assert answers == [min(each for each in known if each > oid) for oid in some]


def test_getnext_of_the_last_object_leaves_the_module(walked: Site) -> None:
    last = expected_oids(NAMES + ["never"])[-1]
    assert not walked.client.get(last).is_missing
    oid, value = walked.client.get_next(last)
    assert value.is_missing or oid[: len(mib.ROOT)] != mib.ROOT


def test_what_does_not_exist_is_missing_and_spoils_nothing_beside_it(walked: Site) -> None:
    name = mib.column_oid("checkName", "web")
    values = walked.client.get_many(
        [
            name,
            mib.column_oid("checkName", "nowhere"),
            mib.ENTRY + (1,) + mib.index_of("web"),  # checkKey is not accessible
            mib.ENTRY + (39,) + mib.index_of("web"),
            mib.GROUP_ENTRY + (1,) + mib.index_of("default"),  # checkGroupKey likewise
            mib.group_oid("checkGroupName", "web"),
            mib.metric_oid("checkMetricValue", "web|load"),
            mib.ENTRY + (0,) + mib.index_of("web"),
            name + (0,),
            name[:-1],
            mib.AGENT + (27, 0),
            mib.AGENT + (12, 1),
            mib.AGENT + (12,),
            mib.event_oid("checkEventKind", 1),  # nothing has happened
            mib.DELIVERY + (10, 0),  # accessible in notifications only
            mib.DELIVERY + (12, 0),
            name,
        ]
    )
    assert [value.is_missing for value in values] == [False] + [True] * 15 + [False]


def test_an_index_with_a_wrong_length_is_no_row(walked: Site) -> None:
    column = mib.COLUMNS["checkName"].oid
    octets = tuple(b"web")
    wrong = [(4, *octets), (2, *octets), octets, (3, *octets[:2], 256), (3, 119, 101, 98 + 256)]
    values = walked.client.get_many(column + index for index in wrong)
    assert all(value.is_missing for value in values)


def test_names_of_two_and_of_sixty_characters_are_rows(walked: Site) -> None:
    for name in (SHORTEST, LONGEST):
        row = walked.client.row(name)
        assert row["checkName"] == name
        expect_result(row, EXIT_0)


def test_an_empty_table_is_served(site: Site) -> None:
    site.start([])
    assert [oid for oid, _ in site.client.walk()] == [mib.scalar_oid(each) for each in mib.SCALARS]
    assert site.client.bulk_walk(mib.TABLE) == []
    assert site.client.bulk_walk(mib.GROUP_TABLE) == []
    assert site.client.bulk_walk(mib.METRIC_TABLE) == []
    assert site.client.bulk_walk(mib.EVENT_TABLE) == []
    assert site.client.bulk_walk(mib.PAGE_TABLE) == []
    assert site.client.scalar("checkNumber") == 0
    assert site.client.scalar("checkWorstState") == State.PENDING
    oid, _ = site.client.get_next(mib.TABLE)
    assert oid == mib.scalar_oid("checkDeliveryFirstEvent")


@pytest.mark.parametrize(
    "oid, kind, value",
    [
        (mib.column_oid("checkAdminState", "web"), "i", "2"),
        (mib.column_oid("checkRunNow", "web"), "i", "1"),
        (mib.column_oid("checkLastStatus", "web"), "i", "0"),
        (mib.column_oid("checkName", "web"), "s", "bew"),
        (mib.scalar_oid("checkNumber"), "u", "7"),
        (mib.event_oid("checkEventDelivery", 1), "i", "2"),
        (mib.scalar_oid("checkDeliveryPending"), "u", "0"),
        (mib.page_oid("checkPageText", mib.page_of("web")), "s", "{}"),
    ],
    ids=[
        "checkAdminState",
        "checkRunNow",
        "checkLastStatus",
        "checkName",
        "checkNumber",
        "checkEventDelivery",
        "checkDeliveryPending",
        "checkPageText",
    ],
)
def test_nothing_can_be_set(site: Site, oid: Oid, kind: str, value: str) -> None:
    site.start(checks(site, ["web"]))
    before = site.client.column("checkAdminState", "web")
    with pytest.raises(SnmpError, match="notWritable"):
        site.client.set(oid, kind, value)
    assert site.client.column("checkAdminState", "web") == before


def test_a_check_that_never_ran_has_the_values_of_never(walked: Site) -> None:
    row = walked.client.row("never")
    expected = {
        "checkAdminState": AdminState.DISABLED,
        "checkRunState": 1,
        "checkState": State.PENDING,
        "checkLastStatus": -1,
        "checkPreviousStatus": -1,
        "checkLastOutcome": Outcome.NEVER,
        "checkLastSignal": 0,
        "checkLastMeaning": "",
        "checkLastOutput": "",
        "checkLastRan": bytes(11),
        "checkLastRanEpoch": 0,
        "checkLastRanAge": mib.NEVER_AGE,
        "checkLastDuration": 0,
        "checkLastLateness": 0,
        "checkLastChange": bytes(11),
        "checkLastChangeEpoch": 0,
        "checkLastChangeAge": mib.NEVER_AGE,
        "checkStatusChanges": 0,
        "checkStateChanges": 0,
        "checkRuns": 0,
        "checkFailures": 0,
        "checkTimeouts": 0,
        "checkMissedRuns": 0,
        "checkAttempt": 0,
        "checkStale": Truth.FALSE,
        "checkLastEvent": 0,
        "checkRunNow": Truth.FALSE,
    }
    assert {name: row[name] for name in expected} == expected


def test_a_row_says_what_the_configuration_says(site: Site) -> None:
    site.start(
        [
            site.dial("web").check(
                description="Déjà vu — “web”", group="front/end", interval="1500ms", timeout="700ms"
            )
        ]
    )
    row = site.wait_for("web", {"checkLastOutcome": Outcome.EXITED})
    expected = {
        "checkName": "web",
        "checkDescription": "Déjà vu — “web”",
        "checkGroup": "front/end",
        "checkType": 1,
        "checkAdminState": AdminState.ENABLED,
        "checkInterval": 1500,
        "checkTimeout": 700,
        "checkStale": Truth.FALSE,
    }
    assert {name: row[name] for name in expected} == expected


def test_ages_count_on_while_the_times_stay(site: Site) -> None:
    dial = site.dial("web")
    site.start([dial.check()])
    site.wait_for("web", {"checkLastOutcome": Outcome.EXITED})
    site.reload([dial.check(enabled=False)])
    site.wait_for("web", {"checkAdminState": AdminState.DISABLED, "checkRunState": 1})
    # The last result is shown once it is stored; nothing comes any more when it has an age.
    wait_until(lambda: site.client.column("checkLastRanAge", "web") >= 1, "its age is shown")
    first = site.client.row("web")
    expect_times(first, 0)

    def is_older() -> bool:
        row = site.client.row("web")
        return all(
            row[f"{stem}Age"] >= first[f"{stem}Age"] + 2
            for stem in ("checkLastRan", "checkLastChange")
        )

    wait_until(is_older, "the ages have grown by two seconds")
    later = site.client.row("web")
    expect_times(later, 0)
    for column in ("checkLastRan", "checkLastRanEpoch", "checkLastChange", "checkLastChangeEpoch"):
        assert later[column] == first[column]
    epoch, shown = later["checkLastRanEpoch"], later["checkLastRan"]
    assert isinstance(epoch, int) and isinstance(shown, bytes)
    assert without_tenths(shown) == date_and_time(epoch)


def test_a_check_without_results_for_longer_than_fresh_becomes_stale(site: Site) -> None:
    dial = site.dial("slow")
    dial.turn("sleep 100")
    site.start([dial.check(fresh="1s", timeout="1h")])
    site.wait_for("slow", {"checkStale": Truth.TRUE, "checkRunState": 3})
    wait_until(lambda: site.client.scalar("checkNumberStale") == 1, "one check counts as stale")


def test_the_totals_add_up(site: Site) -> None:
    results = {"ok1": 0, "ok2": 0, "warn": 1, "crit": 2, "unkn": 3}
    dials = {name: site.dial(name) for name in results}
    for name, dial in dials.items():
        dial.turn(f"exit {results[name]}")
    never = [{"name": "never", "command": "true", "interval": "30d"}]
    disabled = [{"name": "disabled", "command": "false", "enabled": False}]
    site.start([dial.check() for dial in dials.values()] + never + disabled)
    for name, status in results.items():
        site.wait_for(name, {"checkLastStatus": status})
    expected = {
        "checkNumber": 7,
        "checkNumberOk": 2,
        "checkNumberWarning": 1,
        "checkNumberUnknown": 1,
        "checkNumberCritical": 1,
        "checkNumberStale": 0,
        "checkWorstState": State.CRITICAL,
        "checkConfigGeneration": 1,
    }
    assert {name: site.client.scalar(name) for name in expected} == expected
    # The one whose first run is spread over a minute may have had it.
    never_ran = site.client.column("checkState", "never") == State.PENDING
    if never_ran:
        assert site.client.scalar("checkNumberPending") in (0, 1)
    runs = site.client.scalar("checkAgentRuns")
    assert isinstance(runs, int)
    wait_until(lambda: site.client.scalar("checkAgentRuns") > runs, "runs are counted")


def test_output_is_shown_as_one_line_of_valid_text(site: Site) -> None:
    dial = site.dial("web")
    dial.turn(r"printf '\n  \n\033[31mbr\377ken\ttext \303\251 \n second line\n'; exit 2")
    site.start([dial.check()])
    row = site.wait_for("web", {"checkLastStatus": 2})
    expect_result(row, EXIT_2)
    output = row["checkLastOutput"]
    assert isinstance(output, str)
    assert output.strip() == "[31mbr\N{REPLACEMENT CHARACTER}ken text é"
    assert site.traps.wait_for("web", 1)[0]["checkLastOutput"] == output


def test_a_long_output_is_cut_to_255_octets_at_a_characters_edge(site: Site) -> None:
    dial = site.dial("web")
    dial.turn("printf 'x'; i=0; while [ $i -lt 300 ]; do printf 'é'; i=$((i+1)); done; exit 1")
    site.start([dial.check(description="é" * 127)])
    row = site.wait_for("web", {"checkLastStatus": 1})
    assert row["checkLastOutput"] == "x" + "é" * 127
    trap = site.traps.wait_for("web", 1)[0]
    assert "é" * 127 == trap["checkDescription"]
    assert trap["checkLastOutput"] == row["checkLastOutput"]


def test_text_ascii_shows_no_other_characters(site: Site) -> None:
    dial = site.dial("web")
    dial.turn("echo 'grün: 7 €'; exit 1")
    site.start([dial.check(description="Déjà")], snmp={"text": "ascii"})
    row = site.wait_for("web", {"checkLastStatus": 1})
    assert row["checkLastOutput"] == "gr?n: 7 ?"
    assert row["checkDescription"] == "D?j?"
    trap = site.traps.wait_for("web", 1)[0]
    assert trap["checkLastOutput"] == "gr?n: 7 ?"


def test_snmptable_shows_the_table(walked: Site, base_mibs: Path) -> None:
    text = walked.client.run("snmptable", "CHECKD-MIB::checkTable", with_mibs=True)
    lines = text.splitlines()
    assert lines[0].startswith("SNMP table: CHECKD-MIB::checkTable")
    head = next(line for line in lines if "checkName" in line).split()
    assert head == list(mib.COLUMNS)
    for name in NAMES:
        row = next(line for line in lines if line.split()[:1] == [name])
        assert " enabled " in row and " exited " in row, row


def test_objects_are_found_by_their_names(walked: Site, base_mibs: Path) -> None:
    text = walked.client.run(
        "snmpget", 'CHECKD-MIB::checkState."web"', "CHECKD-MIB::checkNumber.0", with_mibs=True
    )
    assert 'CHECKD-MIB::checkState."web" = INTEGER: ok(2)' in text
    assert f"CHECKD-MIB::checkNumber.0 = Gauge32: {len(NAMES) + 1}" in text


_DEFINITION = re.compile(
    r"^(\w+) OBJECT-TYPE\s+SYNTAX\s+([\w-]+).*?MAX-ACCESS\s+([\w-]+).*?::= \{ (\w+) (\d+) \}",
    re.MULTILINE | re.DOTALL,
)


def test_the_mib_file_defines_what_these_tests_expect() -> None:
    expected = {
        ("checkAgent", True): mib.AGENT_SCALARS,
        ("checkEntry", True): mib.COLUMNS,
        ("checkGroupEntry", True): mib.GROUP_COLUMNS,
        ("checkMetricEntry", True): mib.METRIC_COLUMNS,
        ("checkEventEntry", True): mib.EVENT_COLUMNS,
        ("checkDelivery", True): mib.DELIVERY_SCALARS,
        ("checkDelivery", False): mib.EVENT_OBJECTS,
        ("checkPageEntry", True): mib.PAGE_COLUMNS,
    }
    defined: dict[tuple[str, bool], dict[str, tuple[int, str]]] = {}
    for name, syntax, access, parent, number in _DEFINITION.findall(MIB_FILE.read_text()):
        if access != "not-accessible":
            objects = defined.setdefault((parent, access.startswith("read-")), {})
            objects[name] = (int(number), syntax)
    assert defined == {
        place: {each.name: (each.number, each.syntax) for each in objects.values()}
        for place, objects in expected.items()
    }


_NOTIFICATION = re.compile(
    r"^(\w+) NOTIFICATION-TYPE\s+OBJECTS \{([^}]*)\}.*?::= \{ checkNotifications (\d+) \}",
    re.MULTILINE | re.DOTALL,
)


def test_the_mib_file_defines_the_notifications_and_their_objects() -> None:
    found = {
        name: (int(number), tuple(re.findall(r"\w+", objects)))
        for name, objects, number in _NOTIFICATION.findall(MIB_FILE.read_text())
    }
    assert found == {
        name: (number, mib.NOTIFICATION_OBJECTS[name])
        for name, number in mib.NOTIFICATION_NUMBERS.items()
    }
