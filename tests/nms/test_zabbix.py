# SPDX-License-Identifier: GPL-2.0-or-later
"""checkd in a real Zabbix: what its own history and its own problems say."""

import os
import subprocess
from pathlib import Path

import pytest

import mib
from processes import stays_true, wait_until
from zabbix_picture import take_picture
from zabbix_place import ALWAYS, NAMES, QUICK, TRAP, Place, distinct, turn


def test_what_is_discovered_is_polled_and_no_item_fails(place: Place) -> None:
    for key, value in {
        "checkd.agent.version": "0.1.0",
        "checkd.number": len(NAMES) + 1,
        "checkd.worst": 5,
        "checkd.store": 1,
        "checkd.check.type[web]": 1,
        "checkd.check.outcome[web]": 2,
        "checkd.check.admin[web]": 1,
        "checkd.check.flapping[web]": 2,
        "checkd.check.output[load]": "OK - fine",
        "checkd.group.ok[default]": len(NAMES),
        "checkd.metric[load,load1]": 0.5,
        "checkd.metric[load,C: used %]": 12,
    }.items():
        place.quick.wait_for_value(key, value)
    items = place.quick.items()
    assert [each for each in items.values() if each["state"] != "0"] == []
    assert items["checkd.metric[load,unknown]"]["lastclock"] == "0"
    runs = float(items["checkd.check.runs[web]"]["lastvalue"])
    assert 0 < runs <= place.site.client.column("checkRuns", "web")
    assert 0 <= float(items["checkd.check.age[web]"]["lastvalue"]) < 10


def test_each_change_is_in_the_history_and_raises_and_clears_one_problem(place: Place) -> None:
    quick, rare = place.quick, place.rare
    began = {}
    changes = ((2, 5, {"web: critical"}), (1, 3, {"web: warning"}), (0, 2, set()))
    for code, state, problems in changes:
        began[code] = turn(place, "web", code)
        rare.wait_for_problems(problems | ALWAYS, 15)
        quick.wait_for_problems(problems | ALWAYS, 15)
        for host in (quick, rare):
            host.wait_for_value(f"{TRAP}.status[web]", code)
            host.wait_for_value(f"{TRAP}.state[web]", state)
        quick.wait_for_value("checkd.check.status[web]", code)
        quick.wait_for_value("checkd.check.output[web]", f"it is {code}")
    # Until polls outweigh the last notification, and agree with it.
    number = str(place.site.client.column("checkLastEvent", "web"))
    wait_until(
        lambda: [each.value for each in quick.history("checkd.check.event[web]")][-4:]
        == [number] * 4,
        "the event is polled", 20, 0.3,
    )  # fmt: skip
    assert quick.problems() == ALWAYS
    history = quick.history("checkd.check.status[web]")
    assert distinct([each.value for each in history]) == ["0", "2", "1", "0"]
    for code in (2, 1):
        first = next(each for each in history if float(each.value) == code)
        assert 0 <= first.time - int(began[code]) <= 8
    for host in (quick, rare):
        told = host.history(f"{TRAP}.status[web]")
        assert [each.value for each in told] == ["2", "1", "0"]
        for value, code in zip(told, (2, 1, 0)):
            assert 0 <= value.time - int(began[code]) <= 4
        for count in (host.raised(), host.cleared()):
            assert count["web: critical"] == 1 and count["web: warning"] == 1
    assert place.site.client.column("checkStatusChanges", "web") == 3
    quick.wait_for_value("checkd.check.changes[web]", 3)


def test_a_timeout_is_unknown(place: Place) -> None:
    place.dials["slow"].turn("sleep 20")
    row = place.site.wait_for("slow", {"checkLastOutcome": mib.Outcome.TIMED_OUT})
    name = f"slow: {mib.State(row['checkState']).name.lower()}"
    for host in (place.quick, place.rare):
        host.wait_for_problems(ALWAYS | {name})
    place.quick.wait_for_value("checkd.check.outcome[slow]", mib.Outcome.TIMED_OUT)
    place.quick.wait_for_value("checkd.check.status[slow]", -1)
    turn(place, "slow", 0)
    for host in (place.quick, place.rare):
        host.wait_for_problems(ALWAYS)
        assert host.raised()[name] == host.cleared()[name] == 1


def test_a_stale_check_raises_that_it_is_stale_and_nothing_else(place: Place) -> None:
    place.dials["frozen"].turn("sleep 9; exit 0")
    for host in (place.quick, place.rare):
        host.wait_for_problems(ALWAYS | {"frozen: stale"})
    place.quick.wait_for_value("checkd.check.stale[frozen]", 1)
    turn(place, "frozen", 0)
    for host in (place.quick, place.rare):
        host.wait_for_problems(ALWAYS)
        assert host.raised()["frozen: stale"] == host.cleared()["frozen: stale"] == 1
        assert [name for name in host.raised() if name.startswith("frozen")] == ["frozen: stale"]


def test_what_depends_on_a_failed_check_raises_nothing(place: Place) -> None:
    turn(place, "router", 2)
    place.quick.wait_for_problems(ALWAYS | {"router: critical"})
    turn(place, "behind", 2)
    place.quick.wait_for_value("checkd.check.state[behind]", 5)
    place.quick.wait_for_value("checkd.check.suppression[behind]", mib.Suppression.DEPENDENCY)
    place.site.wait_for_runs("behind", 20)
    turn(place, "behind", 0)
    place.quick.wait_for_value("checkd.check.state[behind]", 2)
    turn(place, "router", 0)
    for host in (place.quick, place.rare):
        host.wait_for_problems(ALWAYS)
        assert host.raised()["router: critical"] == 1
        assert not [name for name in host.raised() if name.startswith("behind")]


def test_a_check_in_maintenance_raises_nothing_and_keeps_what_was_raised(place: Place) -> None:
    ever = [{"when": "2000-01-01 00:00 - 2100-01-01 00:00", "checks": ["lasting", "forged"],
             "reason": "a test"}]  # fmt: skip
    place.site.reload(place.checks(), maintenance=ever)
    for name in ("lasting", "forged"):
        suppression = f"checkd.check.suppression[{name}]"
        place.quick.wait_for_value(suppression, mib.Suppression.MAINTENANCE)
    turn(place, "forged", 1)
    place.quick.wait_for_value("checkd.check.state[forged]", 3)
    place.site.wait_for_runs("forged", 20)
    turn(place, "forged", 0)
    place.quick.wait_for_value("checkd.check.state[forged]", 2)
    assert place.quick.problems() == ALWAYS
    place.site.reload(place.checks())
    place.quick.wait_for_value("checkd.check.suppression[lasting]", mib.Suppression.NONE)
    assert not [name for name in place.quick.raised() if name.startswith("forged")]
    assert place.quick.cleared()["lasting: critical"] == 0


def trap_text(place: Place, check: str, state: str, number: int, named: bool) -> str:
    """A notification as the receiver of Zabbix' own source writes it."""
    index = mib.dotted(mib.index_of(check))[1:]

    def line(oid: str, kind: int, value: str) -> str:
        return f"  .{oid:<30} type={kind:<2} value={value}\n"

    def column(name: str) -> str:
        return f"{mib.dotted(mib.COLUMNS[name].oid)[1:]}.{index}"

    epoch = place.site.client.scalar("checkStateEpoch")
    kind = mib.dotted(mib.notification_oid("checkFailed"))
    value = mib.State[state.upper()].value
    shown = f"{state}({value})" if named else str(value)
    event = mib.dotted(mib.EVENT_OBJECTS["checkEventNumber"].oid)[1:] + ".0"
    return (
        "20261123.100000 ZBXTRAP 127.0.0.1\nPDU INFO:\n  version   1\nVARBINDS:\n"
        + line("1.3.6.1.6.3.1.1.4.1.0", 6, f"OID: {kind}")
        + line(column("checkName"), 4, f'STRING: {check}' if named else f'STRING: "{check}"')
        + line(column("checkLastStatus"), 2, "INTEGER: 2")
        + line(column("checkState"), 2, f"INTEGER: {shown}")
        + line(event, 66, f"Gauge32: {number}")
        + line(mib.dotted(mib.scalar_oid("checkStateEpoch"))[1:], 66, f"Gauge32: {epoch} seconds")
    )


def test_a_notification_that_polls_have_overtaken_raises_nothing(place: Place) -> None:
    quick, rare = place.quick, place.rare
    number = place.site.client.column("checkLastEvent", "forged")
    assert number > 0
    for named in (False, True):
        with place.zabbix.trap_file.open("a") as file:
            file.write(trap_text(place, "forged", "unknown", number - 1, named))
        count = 2 if named else 1
        wait_until(
            lambda: [each.value for each in quick.history(f"{TRAP}.state[forged]")]
            == [str(mib.State.UNKNOWN.value)] * count,
            "the notification is in the history", 20, 0.3,
        )  # fmt: skip
        stays_true(lambda: quick.problems() == ALWAYS, "nothing is raised", 4)
    # That host has polled nothing as new as this one, and believes it.
    rare.wait_for_problems(ALWAYS | {"forged: unknown"})
    turn(place, "forged", 2)
    rare.wait_for_value(f"{TRAP}.state[forged]", mib.State.CRITICAL)
    turn(place, "forged", 0)
    for host in (quick, rare):
        host.wait_for_problems(ALWAYS)
    assert not quick.raised()["forged: unknown"]


@pytest.mark.parametrize("name", ["guest-1", "guest-2", "guest-3"])
def test_what_comes_and_goes_by_reload_is_raised_and_cleared(place: Place, name: str) -> None:
    """Polls of a check that is there no more are looked at after the notification that it went."""
    guest = place.site.dial(name)
    guest.turn("echo no; exit 1")
    place.site.reload(place.checks(guest.check()))
    place.quick.wait_for_problems(ALWAYS | {f"{name}: warning"})
    assert place.rare.problems() == ALWAYS
    place.site.reload(place.checks())
    place.quick.wait_for_problems(ALWAYS)
    place.quick.wait_for_value(f"{TRAP}.state[{name}]", 1)
    for count in (place.quick.raised(), place.quick.cleared()):
        assert count[f"{name}: warning"] == 1


def test_traps_of_others_are_kept_and_forge_nothing(place: Place) -> None:
    address = f"127.0.0.1:{place.site.trap_port}"
    text = "x\nZBXTRAP 127.0.0.9 ZBXTRAP ZBXTRAP"
    subprocess.run(
        ["snmptrap", "-v2c", "-c", "public", address, "", ".1.3.6.1.4.1.99999.1",
         ".1.3.6.1.4.1.99999.2", "s", text],
        check=True, env={"PATH": os.environ["PATH"], "MIBS": ""}, timeout=20,
    )  # fmt: skip
    wait_until(
        lambda: any(
            ".1.3.6.1.4.1.99999.2" in each.value
            for each in place.quick.history("snmptrap.fallback")
        ),
        "the other trap is kept", 20, 0.3,
    )  # fmt: skip
    assert place.zabbix.trap_file.read_text().count("ZBXTRAP 127.0.0.9") == 0


def test_graphs_are_drawn(place: Place) -> None:
    graphs = place.quick.graphs()
    for name in ("web: state", "web: duration", "load: load1", "Group default: checks",
                 "checkd: checks by state", "checkd: lateness"):  # fmt: skip
        width, height = place.api.graph_size(graphs[name], 700, 200)
        assert width >= 700 and height >= 250, name


def test_snmpd_and_checkd_started_again_change_no_problem_of_a_check(place: Place) -> None:
    quick = place.quick
    lost = "checkd lost its connection with the SNMP agent"
    before = quick.raised()
    place.site.master.restart()
    wait_until(place.site.client.is_published, "the table is served again", 30)
    quick.wait_for_problems(ALWAYS | {lost})
    quick.wait_for_problems(ALWAYS)
    place.site.checkd.stop()
    place.site.start_anew(place.checks())
    uptime = quick.items()["checkd.agent.uptime"]["lastclock"]
    wait_until(
        lambda: int(quick.items()["checkd.agent.uptime"]["lastclock"]) > int(uptime) + 3
        and float(quick.items()["checkd.agent.uptime"]["lastvalue"]) < 30,
        "the new checkd is polled", 30, 0.3,
    )  # fmt: skip
    turn(place, "web", 2)
    for host in (quick, place.rare):
        host.wait_for_problems(ALWAYS | {"web: critical"})
    turn(place, "web", 0)
    for host in (quick, place.rare):
        host.wait_for_problems(ALWAYS)
    expected = before + type(before)({lost: 1, "web: critical": 1})
    assert quick.raised() == expected


def test_a_host_that_does_not_answer_is_told_silent_once(place: Place) -> None:
    place.dead.wait_for_problems({"checkd is silent"}, 100)
    assert place.dead.raised() == {"checkd is silent": 1}
    assert place.quick.raised()["checkd is silent"] == 0


def test_a_server_with_the_mib_polls_the_same(place: Place) -> None:
    place.zabbix.stop_server()
    place.zabbix.start_server(with_mib=True)
    host = place.host("named", place.port, **QUICK)
    host.wait_for_value(f"checkd.check.state[{NAMES[-1]}]", 2)
    host.wait_for_value("checkd.metric[load,C: used %]", 12)
    host.wait_for_value("checkd.group.ok[default]", len(NAMES))
    host.wait_for_value("checkd.check.stale[web]", 2)
    turn(place, "web", 2)
    host.wait_for_problems(ALWAYS | {"web: critical"})
    host.wait_for_value(f"{TRAP}.status[web]", 2)
    turn(place, "web", 0)
    host.wait_for_problems(ALWAYS)
    assert host.raised() == {"lasting: critical": 1, "web: critical": 1}


@pytest.mark.skipif("CHECKD_NMS_PICTURES" not in os.environ, reason="takes chromium")
def test_a_picture_of_the_dashboard(place: Place) -> None:
    take_picture(place.api, place.quick, Path(os.environ["CHECKD_NMS_PICTURES"]))
