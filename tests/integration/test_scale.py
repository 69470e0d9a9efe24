# SPDX-License-Identifier: GPL-2.0-or-later
"""Many checks at once: real plugins in one walk, and bursts of thousands of events."""

import socket
import subprocess
from pathlib import Path

import pytest

from mib import Outcome, State
from processes import wait_until
from testbed import Config, Site

PLUGINS = Path("/usr/lib/nagios/plugins")

needs_plugins = pytest.mark.skipif(
    not (PLUGINS / "check_dummy").exists(), reason="needs monitoring-plugins-basic"
)


def plugin_checks(port: int) -> dict[str, tuple[str, int]]:
    """300 checks: their commands and the statuses they must have.

    What check_disk thinks of / is the machine's affair: in a chroot that is no mount point.
    """
    disk = "check_disk -w 0% -c 0% -p /"
    disk_status = subprocess.run(
        [f"{PLUGINS}/check_disk", *disk.split()[1:]], stdout=subprocess.DEVNULL, check=False
    ).returncode
    checks: dict[str, tuple[str, int]] = {}
    for number in range(240):
        checks[f"dummy-{number}"] = (f"check_dummy {number % 4} text-{number}", number % 4)
    for number in range(12):
        checks[f"procs-{number}"] = ("check_procs -w 1:100000 -c 1:100000", 0)
        checks[f"disk-{number}"] = (disk, disk_status)
        checks[f"load-{number}"] = ("check_load -w 1000,1000,1000 -c 2000,2000,2000", 0)
        checks[f"tcp-{number}"] = (f"check_tcp -H 127.0.0.1 -p {port}", 0)
        checks[f"closed-{number}"] = ("check_tcp -H 127.0.0.1 -p 1 -t 2", 2)
    return checks


@pytest.mark.slow
@needs_plugins
def test_300_checks_with_real_plugins_are_all_right_in_one_walk(site: Site) -> None:
    with socket.create_server(("127.0.0.1", site.take_port())) as server:
        checks = plugin_checks(server.getsockname()[1])
        assert len(checks) == 300
        site.start(
            [
                {
                    "name": name,
                    "command": f"{PLUGINS}/{command}",
                    "interval": "15s",
                    "timeout": "14s",
                }
                for name, (command, _) in checks.items()
            ],
            snmp={"notify_rate": 5000},
        )
        wait_until(
            lambda: site.client.scalar("checkNumberPending") == 0, "all have run", patience=40
        )
        expect_as_configured(site, checks)


def expect_as_configured(site: Site, checks: dict[str, tuple[str, int]]) -> None:
    table = site.client.table()
    assert {name: row["checkLastStatus"] for name, row in table.items()} == {
        name: status for name, (_, status) in checks.items()
    }
    for name, row in table.items():
        assert row["checkLastOutcome"] == Outcome.EXITED
        if name.startswith("dummy"):
            assert f"text-{name[6:]}" in str(row["checkLastOutput"])
    failing = [name for name, (_, status) in checks.items() if status != 0]
    wait_until(
        lambda: {trap.name for trap in site.traps.of_checks} == set(failing), "each was told of"
    )
    assert len(site.traps.of_checks) == len(failing)


def burst_checks(site: Site, count: int) -> list[Config]:
    """Checks of a program that exits with what a file says, without a shell's cost."""
    program = site.folder / "code"
    program.symlink_to("/bin/true")
    return [
        {
            "name": f"burst-{number}",
            "argv": [str(program)],
            "interval": "6s",
            "timeout": "60s",
        }
        for number in range(count)
    ]


def turn_all(site: Site, program: str) -> None:
    fresh = site.folder / "code.new"
    fresh.symlink_to(program)
    fresh.rename(site.folder / "code")


@pytest.mark.slow
def test_a_burst_of_thousands_of_events_is_taken_whole_and_blocks_nobody(site: Site) -> None:
    """The master is stopped while 2,000 checks flip again and again, then all comes at once."""
    count = 2000
    checkd = site.start(
        burst_checks(site, count), limits={"parallel": 200}, snmp={"notify_rate": 20000}
    )
    wait_until(lambda: site.client.scalar("checkNumberOk") == count, "all are ok", patience=40)
    site.master.pause()
    for round_number, program in enumerate(["/bin/false", "/bin/true"]):
        turn_all(site, program)
        wait_until(
            lambda: len(checkd.logged(r"check burst-\d+: .*->")) >= (round_number + 1) * count,
            "all have flipped",
            patience=60,
            pause=0.5,
        )
    site.master.resume()
    turn_all(site, "/bin/false")
    wait_until(site.client.is_published, "the table is back", patience=60)
    wait_until(
        lambda: site.client.scalar("checkNumberWarning") == count, "all have failed", patience=60
    )
    events = 3 * count
    wait_until(
        lambda: max(int(t["checkEventNumber"]) for t in site.traps.of_checks) == events,
        "the last event was told",
        patience=60,
        pause=0.5,
    )
    numbers = {int(trap["checkEventNumber"]) for trap in site.traps.of_checks}
    # UDP may drop some of a burst between the master and the receiver, though not many.
    assert len(numbers) > events * 0.9, len(numbers)
    table = site.client.table()
    assert len(table) == count
    for row in table.values():
        assert row["checkStatusChanges"] == 3
        assert row["checkState"] == State.WARNING
    # Nothing is left waiting: the engine would tell so when it stops.
    assert checkd.stop() == 0
    assert checkd.logged("were not taken by the master|are lost") == []
