# SPDX-License-Identifier: GPL-2.0-or-later
"""checkd in Prometheus: the exporter's module, the alerts, and the dashboard of Grafana."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Iterator

import pytest
import yaml

from prometheus_stack import BUILT, FILES, RULES, Prometheus, run_generator
from testbed import MIB_FILE, Site

PROMTOOL_TESTS = Path(__file__).with_name("prometheus-rules.test.yml")


@pytest.fixture
def prometheus(site: Site) -> Iterator[Prometheus]:
    stack = Prometheus(site)
    try:
        yield stack
    finally:
        stack.stop()


def load(file: Path) -> Any:
    return yaml.safe_load(file.read_text())


def test_the_module_is_what_the_generator_makes(tmp_path: Path, base_mibs: Path) -> None:
    made = run_generator(tmp_path, [MIB_FILE.parent, base_mibs])["checkd"]
    ours = load(BUILT / "snmp-0.21.yml")["checkd"]
    # The order is ours: see there.
    assert sorted(ours.pop("walk")) == sorted(made.pop("walk"))
    assert ours == made


def test_both_layouts_have_the_same_module() -> None:
    old = load(BUILT / "snmp-0.21.yml")["checkd"]
    new = load(BUILT / "snmp.yml")
    auth = {"version": old.pop("version"), **old.pop("auth")}
    assert new == {"auths": {"public_v2": auth}, "modules": {"checkd": old}}

    old_generator = load(FILES / "generator-0.21.yml")["modules"]["checkd"]
    new_generator = load(BUILT / "generator.yml")
    auth = {"version": old_generator.pop("version"), **old_generator.pop("auth")}
    assert new_generator == {"auths": {"public_v2": auth}, "modules": {"checkd": old_generator}}


def test_a_state_is_walked_before_its_suppression() -> None:
    walk = load(BUILT / "snmp-0.21.yml")["checkd"]["walk"]
    state, stale, suppression = (
        next(i for i, oid in enumerate(walk) if oid.endswith(f".1.2.1.{column}"))
        for column in (8, 32, 37)
    )
    assert state < suppression and stale < suppression


def test_the_rules_raise_what_they_promise(tmp_path: Path) -> None:
    shutil.copy(RULES, tmp_path)
    shutil.copy(PROMTOOL_TESTS, tmp_path)
    for command in (["check", "rules", RULES.name], ["test", "rules", PROMTOOL_TESTS.name]):
        done = subprocess.run(
            ["promtool", *command], cwd=tmp_path, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def check_dashboard(prometheus: Prometheus) -> None:
    """Every query of the dashboard is answered, and with something."""
    dashboard = json.loads((FILES / "grafana-dashboard.json").read_text())
    variables = [each for each in dashboard["templating"]["list"] if each["type"] == "query"]
    queries = [
        target["expr"] for panel in dashboard["panels"] for target in panel["targets"]
    ] + [re.match(r"label_values\((.*), \w+\)$", each["definition"])[1] for each in variables]
    for query in queries:
        query = query.replace("$__rate_interval", "1m")
        for variable in variables:
            query = query.replace(f"${variable['name']}", variable["allValue"])
        assert "$" not in query
        assert prometheus.query(query), query


def test_checks_are_seen_and_alarms_do_not_lie(site: Site, prometheus: Prometheus) -> None:
    """One story: at its end each alert must have begun once, and no counter gone back."""
    web, slow, parent, child = (site.dial(each) for each in ("web", "slow", "parent", "child"))
    upkeep, spare = site.dial("upkeep"), site.dial("spare")
    web.turn('echo "fine \\"quoted\\" {{ x }} | load1=0.72;5:10;@9:20;0;100"')
    upkeep.turn("exit 2")
    spare.turn("exit 2")
    web_check = web.check(group="www")
    others = [
        slow.check(fresh="2s", timeout="30s"),
        parent.check(),
        child.check(depends=["parent"]),
        upkeep.check(),
        site.dial("off").check(enabled=False),
    ]
    upkeep_window = [{"when": "00:00-24:00", "checks": "upkeep"}]
    start = time.time()
    site.start([web_check, *others, spare.check()], maintenance=upkeep_window)

    # What is there: values, labels, text, metrics; and only what is not suppressed is told.
    prometheus.wait_for_alerts(("CheckCritical", "spare"))
    prometheus.wait_for('checkState{checkName="web",checkGroup="www"}', 2)
    text = 'checkLastOutput="fine \\"quoted\\" {{ x }}"'
    prometheus.wait_for(f'checkLastOutput{{checkName="web",{text}}}', 1)
    metric = '{checkMetricCheck="web",checkMetricLabel="load1"}'
    for name, value in (
        ("Value", 0.72), ("WarningLower", 5), ("WarningUpper", 10), ("Minimum", 0), ("Maximum", 100)
    ):  # fmt: skip
        prometheus.wait_for(f"checkMetric{name}{metric}", value)
    assert prometheus.value(f"checkMetricCriticalUpper{metric}") is None, "@9:20 is no upper end"
    assert prometheus.value('checkGroupWorstState{checkGroupName="www"}') == 2
    assert prometheus.value('checkSuppression{checkName="upkeep"}') == 4

    # 0 -> 2 -> 1 -> 0, and one alert at a time.
    runs_before = prometheus.value('checkRuns{checkName="web"}')
    for status, state, alerts in (
        (2, 5, [("CheckCritical", "web")]), (1, 3, [("CheckWarning", "web")]), (0, 2, [])
    ):  # fmt: skip
        web.turn(f"echo turned to {status} '| load1=0.72;5:10;2:20;0;100'; exit {status}")
        prometheus.wait_for('checkLastStatus{checkName="web"}', status)
        assert prometheus.value('checkState{checkName="web"}') == state
        prometheus.wait_for_alerts(("CheckCritical", "spare"), *alerts)
        if status == 2:
            texts = {
                each["labels"].get("checkName"): each["annotations"]["description"]
                for each in prometheus.ask("alerts")["alerts"]
            }
            assert texts["web"] == "exit code 2: turned to 2"
    prometheus.wait_for('checkStatusChanges{checkName="web"}', 3)

    # A cause above is told, what follows from it is not.
    parent.turn("exit 2")
    prometheus.wait_for_alerts(("CheckCritical", "spare"), ("CheckCritical", "parent"))
    child.turn("exit 2")
    prometheus.wait_for('checkState{checkName="child"}', 5)
    prometheus.wait_for_alerts(("CheckCritical", "spare"), ("CheckCritical", "parent"))
    child.turn("exit 0")
    prometheus.wait_for('checkState{checkName="child"}', 2)
    parent.turn("exit 0")
    prometheus.wait_for_alerts(("CheckCritical", "spare"))

    # Stale while one run lasts too long.
    slow.turn("sleep 9")
    prometheus.wait_for_alerts(("CheckCritical", "spare"), ("CheckStale", "slow"))
    slow.turn("exit 0")
    prometheus.wait_for_alerts(("CheckCritical", "spare"))
    check_dashboard(prometheus)

    # One is removed while it is critical, one is added, one now times out.
    fresh = site.dial("fresh")
    fresh.turn("sleep 20")
    site.reload([web_check, *others, fresh.check(timeout="500ms")], maintenance=upkeep_window)
    prometheus.wait_for('checkLastOutcome{checkName="fresh"}', 4)
    assert prometheus.value('checkLastStatus{checkName="fresh"}') == -1
    prometheus.wait_for_alerts(("CheckCritical", "fresh"))
    assert prometheus.value('checkState{checkName="spare"}') is None

    # Silence is told, and is no recovery of what was critical.
    site.master.stop()
    prometheus.wait_for_alerts(("CheckCritical", "fresh"), ("CheckdSilent", ""))
    site.master.start()
    prometheus.wait_for_alerts(("CheckCritical", "fresh"))

    # Nor is an snmpd without checkd, whose counters go on where they were.
    assert site.checkd.stop() == 0
    prometheus.wait_for_alerts(("CheckCritical", "fresh"), ("CheckdMasterLost", ""))
    site.start(
        [web_check, *others, fresh.check(timeout="500ms")], maintenance=upkeep_window
    )
    prometheus.wait_for_alerts(("CheckCritical", "fresh"))
    fresh.turn("exit 0")
    prometheus.wait_for_alerts()

    # Nobody answers at the other target, and that is one alert.
    end = time.time()
    target, dead = prometheus.target, prometheus.dead_target
    assert prometheus.value(f'up{{instance="{dead}"}}') == 0
    assert prometheus.episodes(start, end) == {
        ("CheckCritical", "spare", target): 1,
        ("CheckCritical", "web", target): 1,
        ("CheckWarning", "web", target): 1,
        ("CheckCritical", "parent", target): 1,
        ("CheckStale", "slow", target): 1,
        ("CheckCritical", "fresh", target): 1,
        ("CheckdSilent", "", target): 1,
        ("CheckdMasterLost", "", target): 1,
        ("CheckdSilent", "", dead): 1,
    }
    runs = f'checkRuns{{checkName="web",instance="{target}"}}'
    assert prometheus.value(f"resets({runs}[10m])") == 0
    assert (prometheus.value(runs) or 0) > (runs_before or 0)
    fastest = prometheus.value(f"max_over_time(rate({runs}[20s])[5m:1s])")
    assert fastest is not None and 0 < fastest < 10, "five runs a second, and no spike"
