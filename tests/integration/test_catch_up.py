# SPDX-License-Identifier: GPL-2.0-or-later
"""conf/catch-up.sh, the example for a manager that has missed notifications."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from event_log import is_settled, numbers_of
from faults import Shim
from mib import StoreStatus
from processes import wait_until
from testbed import BUILD, Checkd, Site
from transitions import Blinkers, flip, rest

SCRIPT = BUILD / "conf" / "catch-up.sh"


@pytest.fixture
def memory(site: Site) -> Path:
    """Where the script remembers how far it came."""
    return site.folder / "seen"


def catch_up(site: Site, memory: Path) -> list[str]:
    done = subprocess.run(
        ["sh", str(SCRIPT), str(memory), "-v2c", "-c", "public", site.client.address],
        env={"PATH": os.environ["PATH"], "SNMP_PERSISTENT_DIR": str(site.folder / "client")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout.splitlines()


TIME = r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ"


def expect_lines(lines: list[str], *wanted: str) -> None:
    assert len(lines) == len(wanted), lines
    for line, pattern in zip(lines, wanted):
        assert re.fullmatch(pattern.replace("TIME", TIME), line), (line, pattern)


def say(checkd: Checkd, site: Site, name: str, code: str) -> None:
    dial = site.dial(name)
    before = len(checkd.logged(f"check {name}: .*->"))
    dial.turn(code)
    checkd.wait_for_log(f"check {name}: .*->", before + 1)


def wait_for_event(site: Site, number: int) -> None:
    wait_until(
        lambda: site.client.scalar("checkDeliveryLastEvent") == number
        and is_settled(site.client),
        f"event {number} is settled",
    )


def test_it_prints_what_a_receiver_that_was_down_has_missed(site: Site, memory: Path) -> None:
    checkd = site.start([site.dial("web").check(), site.dial("db:1").check(notify="none")])
    for name in ("web", "db:1"):
        site.wait_for(name, {"checkLastStatus": 0})
    say(checkd, site, "web", "exit 2")
    site.traps.wait_for("web", 1)
    memory.write_text(f"{site.client.scalar('checkStateEpoch')} 1\n")
    site.traps.stop()
    say(checkd, site, "web", r"""printf 'it says "no \\ way"'; exit 1""")
    say(checkd, site, "web", "kill -9 $$")
    say(checkd, site, "db:1", "exit 77")
    say(checkd, site, "web", "echo fine again; exit 0")
    wait_for_event(site, 5)
    site.start_receiver()
    expect_lines(
        catch_up(site, memory),
        r'2 TIME web changed: exit 2 -> exit 1: it says "no \\ way"',
        r"3 TIME web changed: exit 1 -> signal",
        r"4 TIME db:1 failed: exit 0 -> exit 77 \[suppressed\]",
        r"5 TIME web recovered: signal -> exit 0: fine again",
    )
    assert catch_up(site, memory) == []
    say(checkd, site, "web", "exit 3")
    wait_for_event(site, 6)
    expect_lines(catch_up(site, memory), "6 TIME web failed: exit 0 -> exit 3")
    assert numbers_of(site.traps.received) == [6]


def test_a_first_time_prints_all_that_there_is_of_many(site: Site, memory: Path) -> None:
    blinkers = Blinkers(site, 10)
    limits = {"history": 100, "backlog": 1000}
    checkd = site.start(blinkers.checks(), limits=limits)
    blinkers.make(checkd, 150)
    rest(site, checkd, blinkers.checks(), limits=limits)
    wait_until(lambda: is_settled(site.client), "all is settled")
    wait_until(
        lambda: site.client.scalar("checkDeliveryLastEvent")
        - site.client.scalar("checkDeliveryFirstEvent")
        == 99,
        "100 are kept",
    )
    last = site.client.scalar("checkDeliveryLastEvent")
    lines = catch_up(site, memory)
    assert [int(line.split()[0]) for line in lines] == list(range(last - 99, last + 1))
    assert memory.read_text() == f"{site.client.scalar('checkStateEpoch')} {last}\n"
    memory.write_text(f"{site.client.scalar('checkStateEpoch')} 3\n")
    lines = catch_up(site, memory)
    assert lines[0] == f"events 4 to {last - 100} are gone: they were dropped before this"
    assert len(lines) == 101


def test_another_epoch_begins_anew(site: Site, memory: Path) -> None:
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2)
    wait_for_event(site, 1)
    epoch = site.client.scalar("checkStateEpoch")
    memory.write_text("1234567890 17\n")
    expect_lines(
        catch_up(site, memory),
        f"the epoch has changed from 1234567890 to {epoch}: this begins anew",
        "1 TIME web failed: exit 0 -> exit 2",
    )


def test_what_was_shown_and_forgotten_is_told(site: Site, memory: Path) -> None:
    """checkd is killed while its disk is broken."""
    shim = Shim(site)
    dial = site.dial("web")
    checkd = site.start([dial.check()])
    site.wait_for("web", {"checkLastStatus": 0})
    flip(checkd, dial, 2)
    wait_for_event(site, 1)
    shim.fail_disk()
    wait_until(lambda: site.client.scalar("checkStoreStatus") == StoreStatus.FAILED, "it fails")
    flip(checkd, dial, 1, 0, 2)
    site.traps.wait_for("web", 4)
    checkd.kill()
    shim.heal_disk()
    dial.turn("exit 3")
    site.start([dial.check()])
    wait_for_event(site, 6)
    expect_lines(
        catch_up(site, memory),
        "1 TIME web failed: exit 0 -> exit 2",
        "events 2 to 4 are not in the log",
        "5 TIME events lost",
        "6 TIME web changed: exit 2 -> exit 3",
    )


def test_an_empty_log_is_no_error(site: Site, memory: Path) -> None:
    site.start([site.dial("web").check()])
    assert catch_up(site, memory) == []
    assert memory.read_text() == f"{site.client.scalar('checkStateEpoch')} 0\n"


def test_an_agent_that_does_not_answer_is_an_error(site: Site, memory: Path) -> None:
    site.start([site.dial("web").check()])
    site.master.stop()
    done = subprocess.run(
        ["sh", str(SCRIPT), str(memory), "-v2c", "-c", "public", "-r0", "-t1", site.client.address],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert not memory.exists()
