# SPDX-License-Identifier: GPL-2.0-or-later
"""Cacti 1.2 with what conf/cacti has for it: its own data tell what checkd's checks did."""

import math
import os
import struct
from pathlib import Path
from typing import Iterator

import pytest

from cacti_device import FIELDS, Device
from cacti_system import CMD, DOWN, SPINE, UP, Cacti
from processes import wait_until
from testbed import BUILD, Config, Dial, Site

FILES = BUILD / "conf" / "cacti"
POLLERS = pytest.mark.parametrize("poller", [CMD, SPINE], ids=["cmd.php", "spine"])

OK, WARNING, CRITICAL = 2, 3, 5
TRUE, FALSE = 1, 2

# Five runs a second, and far less than what a counter that begins anew could be taken for.
GREATEST_RATE = 50


class Scene:
    """The checks of these tests, in one checkd that Cacti polls as the device "box"."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.web = site.dial("web")
        self.slow = site.dial("slow")
        self.held = site.dial("held")
        self.meter = site.dial("meter")
        self.meter.turn("echo 'OK|time=0.25s;1;2 tiny=1.5e-7'")
        self.others: list[Config] = []

    def checks(self) -> list[Config]:
        return [
            self.web.check(group="front", description='The "front" door'),
            self.slow.check(timeout="300ms"),
            self.held.check(fresh="1s"),
            self.meter.check(),
            *self.others,
        ]

    def start(self) -> None:
        self.checkd = self.site.start(self.checks())
        for dial in (self.web, self.slow, self.held, self.meter):
            self.site.wait_for_runs(dial.name)

    def reload(self, *others: Dial) -> None:
        self.others = [dial.check() for dial in others]
        self.site.write_config(self.checks())
        self.checkd.reload()
        for dial in others:
            self.site.wait_for_runs(dial.name)


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Shared by all tests here, since what belongs to Cacti takes long to set up."""
    site = Site()
    try:
        site.master.start()
        yield site
        faults = site.close()
        if faults or request.session.testsfailed:
            for file in sorted(site.folder.glob("checkd-*.log")):
                print(f"--- {file.name}\n{file.read_text(errors='replace')[-3000:]}")
        assert not faults, "\n".join(faults)
    finally:
        if os.environ.get("CHECKD_KEEP_FOLDERS") is None:
            site.remove()


@pytest.fixture(scope="module")
def scene(site: Site) -> Scene:
    scene = Scene(site)
    scene.start()
    return scene


@pytest.fixture(scope="module")
def cacti(site: Site, request: pytest.FixtureRequest) -> Iterator[Cacti]:
    cacti = Cacti(site.folder / "cacti", site.take_port())
    try:
        said = cacti.import_files(FILES)
        assert "[fail]" not in said, said
        yield cacti
    finally:
        if request.session.testsfailed:
            print(f"--- cacti.log\n{cacti.log[-6000:]}")
        cacti.stop()


@pytest.fixture(scope="module")
def box(cacti: Cacti, scene: Scene) -> Device:
    """The device with all graphs of all that was found on it."""
    box = Device(cacti, "box", scene.site.client.address)
    for query in FIELDS:
        box.add_graphs(query)
    # The first poll makes the files, and has no span of time for which its values stand.
    cacti.poll()
    return box


def test_a_second_import_changes_nothing(cacti: Cacti) -> None:
    lines = cacti.import_files(FILES).splitlines()
    results = [line for line in lines if line.startswith("[")]
    assert len(results) > 30
    assert [line for line in results if not line.endswith("[unchanged]")] == []


def test_the_queries_find_what_there_is(box: Device) -> None:
    assert box.found("checkName") == {"web", "slow", "held", "meter"}
    assert 'The "front" door' in box.found("checkDescription")
    assert box.found("checkType") == {"command"}
    assert box.found("checkGroupName") == {"default", "front"}
    assert box.found("checkMetricKey") == {"meter|time", "meter|tiny"}
    assert box.found("checkMetricUnit") == {"s", ""}
    assert len(box.graphs()) == 4 * 5 + 2 + 2 + 4


@POLLERS
def test_each_status_and_state_is_kept_at_its_time(
    cacti: Cacti, scene: Scene, box: Device, poller: int
) -> None:
    title = "web: state and status"
    expected = {}
    cacti.poll(poller)
    start = box.last("web: changes")
    for status, state in ((0, OK), (2, CRITICAL), (1, WARNING), (0, OK)):
        scene.web.turn(f"exit {status}")
        scene.site.wait_for("web", {"checkLastStatus": status, "checkState": state})
        cacti.poll(poller)
        expected[box.last(title)] = (status, state)
    rows = dict(box.rows(title, min(expected) - 1))
    seen = {second: (rows[second]["status"], rows[second]["state"]) for second in expected}
    assert seen == expected
    assert {(row["stale"], row["suppression"]) for row in rows.values()} == {(FALSE, 1)}
    changes = [row["status_changes"] for _, row in box.rows("web: changes", start)]
    assert math.isclose(sum(changes), 3, abs_tol=0.01)


def test_groups_and_the_agent_count_states(cacti: Cacti, scene: Scene, box: Device) -> None:
    scene.web.turn("exit 2")
    scene.site.wait_for("web", {"checkState": CRITICAL})
    cacti.poll()
    nothing = dict.fromkeys(("pending", "ok", "warning", "unknown", "critical", "stale"), 0)
    assert box.row("Group front") == {**nothing, "critical": 1}
    assert box.row("Group default") == {**nothing, "ok": 3}
    assert box.row("checks by state") == {**nothing, "ok": 3, "critical": 1}
    assert 0 < box.row("runs of all checks")["runs"] < GREATEST_RATE
    assert 0 <= box.row("lateness of 99 % of the runs")["lateness_p99"] < 60_000
    assert 0 <= box.row("checks that run or wait")["queued"] <= 4
    scene.web.turn("exit 0")
    scene.site.wait_for("web", {"checkState": OK})


def test_a_timeout_is_no_exit_code(cacti: Cacti, scene: Scene, box: Device) -> None:
    scene.slow.turn("exec sleep 60")
    scene.site.wait_for("slow", {"checkState": CRITICAL})
    cacti.poll(CMD)
    rows = [box.row("slow: state and status")]
    scene.site.wait_for_runs("slow", 2)
    cacti.poll(SPINE)
    rows.append(box.row("slow: state and status"))
    assert [(row["status"], row["state"]) for row in rows] == [(-1, CRITICAL)] * 2
    rates = box.row("slow: runs")
    assert rates["runs"] == rates["failures"] == rates["timeouts"] > 0
    assert rates["missed"] > 0
    assert 290 < box.row("slow: duration and lateness")["duration"] < 5000
    scene.slow.turn("exit 0")
    scene.site.wait_for("slow", {"checkState": OK})


def test_a_check_that_hangs_becomes_stale_and_fresh_again(
    cacti: Cacti, scene: Scene, box: Device
) -> None:
    gate = scene.site.script("gate", "")
    scene.held.turn(f"while [ -e {gate} ]; do sleep 0.1; done")
    scene.site.wait_for("held", {"checkStale": TRUE})
    cacti.poll()
    row = box.row("held: state and status")
    assert (row["stale"], row["state"]) == (TRUE, OK)
    assert box.row("held: age of the last result")["ran_age"] >= 1
    assert box.row("checks by state")["stale"] == 1
    scene.held.turn("exit 0")
    gate.unlink()
    scene.site.wait_for("held", {"checkStale": FALSE})
    cacti.poll(SPINE)
    assert box.row("held: state and status")["stale"] == FALSE


def test_metrics_keep_their_fractions_and_come_back(
    cacti: Cacti, scene: Scene, box: Device
) -> None:
    cacti.poll(SPINE)
    assert box.row("meter: time") == {"value": 0.25}
    assert box.row("meter: tiny") == {"value": 1.5e-7}
    scene.meter.turn("echo 'no answer'; exit 2")
    wait_until(lambda: not scene.site.client.metrics(), "the metrics are gone")
    cacti.poll(SPINE)
    assert box.is_unknown("meter: time")
    scene.meter.turn("echo 'OK|time=-3.5s tiny=1.5e-7'")
    wait_until(lambda: len(scene.site.client.metrics()) == 2, "the metrics are there")
    cacti.poll(CMD)
    assert box.row("meter: time") == {"value": -3.5}
    assert box.row("meter: tiny") == {"value": 1.5e-7}


def poll_until_found(box: Device, names: set[str]) -> None:
    """Polls until Cacti has these checks: it looks anew behind a poll, if not busy with that."""
    wait_until(
        lambda: box.cacti.poll(SPINE) and box.found("checkName") == names, f"it has {names}", 60
    )


def test_checks_come_and_go_by_a_reload(cacti: Cacti, scene: Scene, box: Device) -> None:
    # 60 letters make the longest index that there can be; a title has 40 of them.
    guest = scene.site.dial("guest-" + "x" * 54)
    title = f"{guest.name[:40]}: state and status"
    everyone = {"web", "slow", "held", "meter"}
    scene.reload(guest)
    poll_until_found(box, everyone | {guest.name})
    box.add_graphs("checkd - Checks", f"^{guest.name}$")
    guest.turn("exit 1")
    scene.site.wait_for(guest.name, {"checkState": WARNING})
    cacti.poll()
    cacti.poll(SPINE)
    assert box.row(title)["state"] == WARNING
    scene.reload()
    cacti.poll(SPINE)
    assert box.is_unknown(title)
    assert box.row("web: state and status")["state"] == OK
    poll_until_found(box, everyone)
    scene.reload(guest)
    cacti.poll()
    assert box.row(title)["status"] == 1
    scene.reload()


def rates_since(box: Device, start: int) -> list[float]:
    """Every rate of the check web and of the agent that is kept of each second behind start."""
    return [
        value
        for title in ("web: runs", "web: changes", "runs of all checks")
        for _, row in box.rows(title, start)
        for value in row.values()
    ]


def test_no_restart_makes_a_spike(cacti: Cacti, scene: Scene, box: Device) -> None:
    site = scene.site
    cacti.poll()
    start = box.last("web: runs")
    site.master.restart()
    wait_until(site.client.is_published, "checkd has come back")
    cacti.poll(SPINE)
    assert box.row("web: runs")["runs"] > 0

    assert scene.checkd.stop() == 0
    ended = box.last("web: runs")
    cacti.poll(SPINE)
    assert box.knows_nothing_since("web: runs", ended)
    cacti.poll()
    assert box.is_unknown("web: state and status")
    scene.start()
    cacti.poll(SPINE)
    site.wait_for_runs("web", 2)
    cacti.poll()
    assert box.row("web: state and status")["state"] == OK
    assert box.row("web: runs")["runs"] > 0

    # Its memory is lost, and the counters begin anew.
    assert scene.checkd.stop() == 0
    for file in site.folder.glob("checkd.db*"):
        file.unlink()
    scene.start()
    cacti.poll()
    assert math.isnan(box.row("web: runs")["runs"])
    site.wait_for_runs("web", 2)
    cacti.poll(SPINE)
    assert box.row("web: runs")["runs"] > 0
    known = [value for value in rates_since(box, start) if not math.isnan(value)]
    assert known and 0 <= min(known) and max(known) < GREATEST_RATE


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n", picture[:200]
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def test_every_kind_of_graph_is_drawn(cacti: Cacti, box: Device, tmp_path: Path) -> None:
    titles = [
        "web: state and status", "web: changes", "web: runs", "web: duration and lateness",
        "web: age of the last result", "Group front", "meter: time", "checks by state",
        "runs of all checks", "lateness of 99 % of the runs", "checks that run or wait",
    ]  # fmt: skip
    graphs = box.graphs()
    cacti.draw([graphs[title] for title in titles], 120, tmp_path)
    for title in titles:
        # What rrdtool cannot draw is a picture of its error, of a line or two.
        width, height = size_of((tmp_path / f"{graphs[title]}.png").read_bytes())
        assert width > 600 and height > 200, title


@POLLERS
def test_a_dead_port_is_a_device_that_is_down(
    cacti: Cacti, scene: Scene, box: Device, poller: int
) -> None:
    site = scene.site
    assert box.status == UP
    site.master.stop()
    cacti.poll(poller)
    assert box.status == DOWN
    last = box.last("web: state and status")
    site.master.start()
    wait_until(site.client.is_published, "checkd has come back")
    cacti.poll(poller)
    assert box.status == UP
    cacti.poll(poller)
    assert box.last("web: state and status") > last
    assert box.row("web: state and status")["state"] == OK
