# SPDX-License-Identifier: GPL-2.0-or-later
"""Notifications beyond single changes: their size, their rate, and many at once."""

import re
import socket
import time

import mib
from processes import wait_until
from snmp import Traps
from testbed import Site

LONGEST = "n23456789." * 6


def receive_until(receiver: socket.socket, wanted: bytes) -> bytes:
    """The first datagram with these octets in it."""
    receiver.settimeout(20)
    while True:
        datagram = receiver.recv(65536)
        if wanted in datagram:
            return datagram


def notification_of(site: Site, name: str) -> bytes:
    """A notification as it is on the wire, of a check with long texts everywhere."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", site.trap_port))
        site.master.start()
        dial = site.dial(name)
        dial.turn("i=0; while [ $i -lt 127 ]; do printf 'ö'; i=$((i+1)); done; exit 2")
        site.start([dial.check(description="é" * 127, group="g" * len(name))])
        return receive_until(receiver, name.encode())


def shown(datagram: bytes, character: str) -> int:
    """How many of a character its text has; by the length before it, of nothing else, and
    so not of half a one either."""
    text = re.search(b"(?:%b)+" % character.encode(), datagram)
    if text is None:
        return 0
    assert datagram[text.start() - 1] == len(text[0]) % 256
    return len(text[0]) // len(character.encode())


# Some room is kept for a longer community, or for what SNMPv3 puts around a message.
FULL = range(1150, 1401)


def test_a_message_stays_within_1400_octets_with_the_description_cut_first(bare_site: Site) -> None:
    datagram = notification_of(bare_site, "n23456789." * 3)
    assert len(datagram) in FULL
    assert shown(datagram, "ö") == 127
    assert 0 < shown(datagram, "é") < 127


def test_the_longest_names_leave_room_for_some_output_only(bare_site: Site) -> None:
    datagram = notification_of(bare_site, LONGEST)
    assert len(datagram) in FULL
    assert shown(datagram, "é") == 0
    assert 0 < shown(datagram, "ö") < 127


def counted(traps: Traps) -> dict[int, int]:
    """How often each event number came."""
    numbers: dict[int, int] = {}
    for trap in traps.of_checks:
        number = trap["checkEventNumber"]
        assert isinstance(number, int)
        numbers[number] = numbers.get(number, 0) + 1
    return numbers


def test_notifications_keep_to_their_rate_after_a_first_burst(site: Site) -> None:
    """A burst of 64 is let through; the other 36 have to wait for a tenth of a second each."""
    dials = [site.dial(f"c{i}") for i in range(100)]
    for dial in dials:
        dial.turn("exit 2")
    began = time.monotonic()
    site.start([dial.check(interval="1s") for dial in dials], snmp={"notify_rate": 10})
    wait_until(lambda: len(counted(site.traps)) == 100, "all have come", patience=30)
    assert time.monotonic() - began > 3.5
    assert set(counted(site.traps).values()) == {1}


def test_notifications_of_several_checks_come_in_the_order_of_their_numbers(site: Site) -> None:
    dials = [site.dial(f"c{i}") for i in range(20)]
    site.start([dial.check() for dial in dials], snmp={"notify_rate": 1000})
    for dial in dials:
        site.wait_for(dial.name, {"checkLastStatus": 0})
    for code in (2, 1, 0):
        for dial in dials:
            dial.turn(f"exit {code}")
    wait_until(
        lambda: all(site.client.column("checkLastStatus", d.name) == 0 for d in dials), "all ran"
    )
    last = max(int(site.client.column("checkLastEvent", dial.name) or 0) for dial in dials)
    wait_until(lambda: len(counted(site.traps)) == last, "all have come")
    numbers = [trap["checkEventNumber"] for trap in site.traps.of_checks]
    assert numbers == list(range(1, last + 1))


def test_a_description_does_not_push_the_status_out(site: Site) -> None:
    dial = site.dial("web")
    dial.turn("exit 2")
    site.start([dial.check(description="d" * 255)])
    trap = site.traps.wait_for("web", 1)[0]
    assert [name for name, _ in zip(mib.NOTIFICATION_OBJECTS[trap.kind], trap.bindings)][:2] == [
        "checkName",
        "checkLastStatus",
    ]
    assert trap["checkDescription"] == "d" * 255
