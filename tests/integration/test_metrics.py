# SPDX-License-Identifier: GPL-2.0-or-later
"""checkMetricTable: what a script writes behind the bar, and no more of it than it should."""

from pathlib import Path

import pytest

import mib
from mib import Outcome, RunState
from processes import wait_until
from snmp import Row
from testbed import Config, Site

PLUGINS = Path("/usr/lib/nagios/plugins")


def wait_for_metrics(site: Site, keys: set[str]) -> dict[str, Row]:
    """Waits until there are these metrics and no other."""
    last: dict[str, Row] = {}

    def is_so() -> bool:
        last.clear()
        last.update(site.client.metrics())
        return set(last) == keys

    try:
        wait_until(is_so, f"there are the metrics {keys}")
    except AssertionError as error:
        raise AssertionError(f"{error}; there are {sorted(last)}") from None
    return last


def fields(row: Row) -> tuple[str, ...]:
    """Value, unit, warning, critical, minimum, maximum."""
    return tuple(str(row[column]) for column in list(mib.METRIC_COLUMNS)[2:])


def printing(site: Site, name: str, output: str) -> Config:
    """A check whose runs print a file, so that no shell has a say in it."""
    file = site.folder / f"{name}.output"
    file.write_text(output)
    return {"name": name, "command": f"/bin/cat {file}", "interval": "200ms"}


def test_each_metric_of_a_check_is_a_row(site: Site) -> None:
    check = printing(
        site,
        "web",
        "OK - all well | time=1.50s;2;3.0;0;10 size=2658B;;;0 rta=U;;;;\n"
        "long text | it=-5c;@1:2;~:7\n"
        "e=1e30 plain=.5%;10:;:20\n",
    )
    site.start([check])
    metrics = wait_for_metrics(
        site, {f"web|{each}" for each in ("time", "size", "rta", "it", "e", "plain")}
    )
    assert {row["checkMetricCheck"] for row in metrics.values()} == {"web"}
    assert {key: row["checkMetricLabel"] for key, row in metrics.items()} == {
        key: key.split("|")[1] for key in metrics
    }
    assert {key.split("|")[1]: fields(row) for key, row in metrics.items()} == {
        "time": ("1.5", "s", "2", "3.0", "0", "10"),
        "size": ("2658", "B", "", "", "0", ""),
        "rta": ("U", "", "", "", "", ""),
        "it": ("-5", "c", "@1:2", "~:7", "", ""),
        "e": ("1e30", "", "", "", "", ""),
        "plain": ("0.5", "%", "10:", ":20", "", ""),
    }
    assert site.client.column("checkLastOutput", "web") == "OK - all well"


def test_labels_of_any_kind_have_keys_that_a_manager_can_take(site: Site) -> None:
    check = printing(
        site, "web", "|'C: used %'=1 'it''s'=2 'a=b'=3 'x|y'=4 grün=5µs /var/log=6 '/var/log'=7\n"
    )
    site.start([check])
    wait_until(lambda: len(site.client.metrics()) == 6, "all metrics are there")
    metrics = site.client.metrics()
    assert {str(row["checkMetricLabel"]): row["checkMetricValue"] for row in metrics.values()} == {
        "C: used %": "1", "it's": "2", "a=b": "3", "x|y": "4", "grün": "5", "/var/log": "6",
    }  # fmt: skip
    shapes = {key.rsplit("-", 1)[0] for key in metrics}
    assert shapes == {"web|C:_used__", "web|it_s", "web|a_b", "web|x|y", "web|gr_n", "web|/var/log"}
    unit = next(row for row in metrics.values() if row["checkMetricLabel"] == "grün")
    assert unit["checkMetricUnit"] == "µs"


def test_text_ascii_changes_labels_and_units_but_no_key(site: Site) -> None:
    check = printing(site, "web", "OK|grün=5µs\n")
    site.start([check])
    wait_until(lambda: len(site.client.metrics()) == 1, "the metric is there")
    key = next(iter(site.client.metrics()))
    site.reload([check], snmp={"text": "ascii"})
    wait_until(
        lambda: site.client.metrics().get(key, {}).get("checkMetricLabel") == "gr?n",
        "the label is ASCII",
    )
    assert site.client.metrics()[key]["checkMetricUnit"] == "?s"


def test_long_keys_are_shortened_to_sixty_octets(site: Site) -> None:
    name = "a" * 58
    check = printing(site, name, "OK|first=1 second=2\n")
    site.start([check])
    wait_until(lambda: len(site.client.metrics()) == 2, "both metrics are there")
    metrics = site.client.metrics()
    assert {len(key) for key in metrics} == {60}
    assert {row["checkMetricCheck"] for row in metrics.values()} == {name}


def test_values_follow_each_run(site: Site) -> None:
    dial = site.dial("web")
    dial.turn("echo 'OK|a=1 b=1'")
    site.start([dial.check()])
    wait_for_metrics(site, {"web|a", "web|b"})
    dial.turn("echo 'OK|b=20 a=10'")
    oids = [mib.metric_oid("checkMetricValue", key) for key in ("web|a", "web|b")]
    wait_until(
        lambda: [value.text for value in site.client.get_many(oids)] == ["10", "20"],
        "the values have changed",
    )


def test_metrics_go_with_the_run_that_has_none_and_with_their_check(site: Site) -> None:
    dial, other = site.dial("web"), site.dial("db")
    dial.turn("echo 'OK|a=1 b=2'")
    other.turn("echo 'OK|c=3'")
    site.start([dial.check(), other.check()])
    wait_for_metrics(site, {"web|a", "web|b", "db|c"})
    dial.turn("echo 'OK|b=2'")
    wait_for_metrics(site, {"web|b", "db|c"})
    dial.turn("echo 'connection refused'; exit 2")
    wait_for_metrics(site, {"db|c"})
    dial.turn("echo 'OK|a=1'")
    wait_for_metrics(site, {"web|a", "db|c"})
    site.reload([dial.check()])
    wait_for_metrics(site, {"web|a"})


def test_metrics_are_walked_in_the_order_of_their_keys(site: Site) -> None:
    dial, other = site.dial("web"), site.dial("a-longer-name")
    dial.turn("echo 'OK|zz=1 b=2 aa=3'")
    other.turn("echo 'OK|c=3'")
    site.start([dial.check(), other.check()])
    wait_for_metrics(site, {"web|zz", "web|b", "web|aa", "a-longer-name|c"})
    keys = ["web|b", "web|aa", "web|zz", "a-longer-name|c"]
    expected = [mib.metric_oid(column, key) for column in mib.METRIC_COLUMNS for key in keys]
    assert [oid for oid, _ in site.client.walk(mib.METRIC_TABLE)] == expected
    assert [oid for oid, _ in site.client.bulk_walk(mib.METRIC_TABLE, 7)] == expected


def test_metrics_survive_a_restart(site: Site) -> None:
    dial = site.dial("web")
    dial.turn("echo 'OK|a=1.5s;2;3'")
    first = site.start([dial.check(timeout="2m")])
    before = wait_for_metrics(site, {"web|a"})
    dial.turn("exec sleep 60")
    site.wait_for("web", {"checkRunState": RunState.RUNNING})
    first.stop()
    site.start([dial.check(timeout="2m")])
    assert wait_for_metrics(site, {"web|a"}) == before


@pytest.mark.parametrize(
    ("output", "text", "kept"),
    [
        ("left | right", "left | right", {}),
        ("OK|", "OK", {}),
        ("OK|a", "OK|a", {}),
        ("OK|junk a=1 =2 b= c=x 'd=4 e=0x1 f=nan a=7 g=1,5", "OK", {"a": "1"}),
        ("OK|''=1 ' '=2 h=3;x;y;z;w", "OK", {"h": "3"}),
        ("OK|" + "=" * 500 + " a=1", "OK", {"a": "1"}),
        ("|a=1", "", {"a": "1"}),
    ],
)
def test_bad_performance_data_harm_nothing(
    site: Site, output: str, text: str, kept: dict[str, str]
) -> None:
    check = printing(site, "web", output + "\n")
    site.start([check])
    row = site.wait_for("web", {"checkLastOutcome": Outcome.EXITED})
    assert row["checkLastOutput"] == text
    metrics = wait_for_metrics(site, {f"web|{label}" for label in kept})
    values = {str(each["checkMetricLabel"]): each["checkMetricValue"] for each in metrics.values()}
    assert values == kept


def test_octets_of_any_kind_and_floods_of_metrics_are_bounded(site: Site) -> None:
    dial, flood = site.dial("web"), site.dial("flood")
    dial.turn("head -c 4000 /dev/urandom; echo; echo 'x|a=1'; exit 1")
    flood.turn("printf 'OK|'; i=0; while [ $i -lt 300 ]; do printf \"m$i=$i \"; i=$((i+1)); done")
    checkd = site.start([dial.check(), flood.check()])
    publisher = checkd.publisher_pid
    site.wait_for_runs("web", 10)
    site.wait_for("flood", {"checkLastOutput": "OK"})
    keys = {key for key in site.client.metrics() if key.startswith("flood|")}
    assert keys == {f"flood|m{i}" for i in range(64)}
    assert checkd.publisher_pid == publisher


def test_a_number_that_the_limit_of_the_output_cuts_is_left_out(site: Site) -> None:
    check = printing(site, "web", "OK|" + "a=1 " * 62 + "b=123456789\n")
    site.start([check], limits={"output": 256})
    wait_for_metrics(site, {"web|a"})


@pytest.mark.skipif(not (PLUGINS / "check_load").exists(), reason="no monitoring plugins")
def test_plugins_of_debian_have_their_metrics(site: Site) -> None:
    site.start(
        [
            {
                "name": "load",
                "command": f"{PLUGINS}/check_load -w 999,998,997 -c 999,998,997",
                "interval": "500ms",
            },
            {
                "name": "disk",
                "command": f"{PLUGINS}/check_disk -w 1% -c 1% -p /",
                "interval": "500ms",
            },
        ]
    )
    metrics = wait_for_metrics(site, {"load|load1", "load|load5", "load|load15", "disk|/"})
    assert fields(metrics["load|load5"])[2:] == ("998.000", "998.000", "0", "")
    assert metrics["disk|/"]["checkMetricUnit"] in ("B", "MB", "MiB")
    assert float(str(metrics["disk|/"]["checkMetricValue"])) >= 0
    for name in ("load", "disk"):
        output = str(site.client.column("checkLastOutput", name))
        assert output and "|" not in output


def test_a_probe_has_its_metrics(site: Site) -> None:
    watched = site.script("watched", "12345")
    site.start([{"name": "file", "type": "file", "path": str(watched), "interval": "200ms"}])
    metrics = wait_for_metrics(site, {"file|age", "file|size"})
    assert fields(metrics["file|size"]) == ("5", "B", "", "", "0", "")
    assert metrics["file|age"]["checkMetricUnit"] == "s"


def test_snmptable_shows_the_metrics(site: Site, base_mibs: Path) -> None:
    check = printing(site, "web", "OK|time=1.5s;2;3;0;10\n")
    site.start([check])
    wait_for_metrics(site, {"web|time"})
    text = site.client.run("snmptable", "CHECKD-MIB::checkMetricTable", with_mibs=True)
    lines = [line.split() for line in text.splitlines()]
    assert list(mib.METRIC_COLUMNS) in lines
    assert ["web", "time", "1.5", "s", "2", "3", "0", "10"] in lines
