# SPDX-License-Identifier: GPL-2.0-or-later
"""Receivers of a standalone agent's notifications: what each gets, and what is accepted when."""

import socket
import time
from typing import Callable, Iterator

import pytest

import mib
from engine import Publisher
from processes import stays_true, wait_until
from snmp import Trap, Traps
from standalone import READABLE, Agent
from testbed import Site

ENGINE_ID = "0x80001f8804636865636b64"
KEYS = "SHA alicepass12 AES alicepriv12"
ALICE = "-v3 -u alice -l authPriv -a SHA -A alicepass12 -x AES -X alicepriv12"

Start = Callable[..., Traps]


@pytest.fixture
def agent(bare_site: Site) -> Iterator[Agent]:
    one = Agent(bare_site)
    yield one
    one.stop()


@pytest.fixture
def receive(bare_site: Site) -> Iterator[Start]:
    """Starts a receiver at a port, or at one of its own."""
    started: list[Traps] = []

    def start(port: int = 0, settings: str = "") -> Traps:
        started.append(Traps(bare_site.folder, port or bare_site.take_port(), settings))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def numbers(traps: Traps) -> list[int]:
    """The numbers of the events that came, in order, with what came twice."""
    return [int(trap["checkEventNumber"]) for trap in traps.received]


def wait_for(traps: Traps, count: int, patience: float = 15) -> list[Trap]:
    wait_until(lambda: len(set(numbers(traps))) >= count, f"{count} notifications", patience)
    return traps.received


def first_times(found: list[int]) -> list[int]:
    return list(dict.fromkeys(found))


def notify(publisher: Publisher, *events: int) -> None:
    for number in events:
        publisher.notify(number)


def stays_unaccepted(publisher: Publisher, count: int, duration: float) -> None:
    def look() -> bool:
        publisher.listen()
        return len(publisher.accepted) == count

    stays_true(look, f"only {count} are accepted", duration)


@pytest.mark.parametrize(
    "sink",
    [
        "trap2sink 127.0.0.1:{port} public",
        "trap2sink 127.0.0.1 public {port}",
        "trap2sink -s 127.0.0.1 udp:127.0.0.1:{port}",
        "trapcommunity public\ntrap2sink -name n -tag t 127.0.0.1:{port}",
        "informsink 127.0.0.1:{port} public",
        "trapsess -v2c -c public 127.0.0.1:{port}",
        "trapsess -v2c -c public -Ci 127.0.0.1:{port}",
        f"exactEngineID {ENGINE_ID}\ntrapsess {ALICE} 127.0.0.1:{{port}}",
        f"exactEngineID {ENGINE_ID}\ncreateUser alice {KEYS}\n"
        "trapsess -v3 -u alice -l authPriv 127.0.0.1:{port}",
        f"trapsess {ALICE} -Ci 127.0.0.1:{{port}}",
    ],
)
def test_a_receiver_gets_each_notification(agent: Agent, receive: Start, sink: str) -> None:
    traps = receive(settings=f"createUser -e {ENGINE_ID} alice {KEYS}\ncreateUser alice {KEYS}\n")
    publisher = agent.start(READABLE + sink.format(port=traps.port) + "\n")
    notify(publisher, 1, 2, 3)
    assert publisher.wait_for_accepted(3) == [1, 2, 3]
    trap = wait_for(traps, 3)[0]
    assert numbers(traps) == [1, 2, 3]
    assert (trap.kind, trap.name) == ("checkFailed", "web")
    assert (trap["checkLastStatus"], trap["checkLastOutput"]) == (2, "broken")
    assert "error" not in publisher.output, publisher.output


def test_a_notification_is_the_one_that_a_subagents_master_sends(
    site: Site, agent: Agent, receive: Start
) -> None:
    traps = receive()
    subagent = Agent(site)
    events = []
    for publisher, receiver in (
        (agent.start(f"trap2sink 127.0.0.1:{traps.port}\n"), traps),
        (subagent.start(is_standalone=0, master=site.master.address), site.traps),
    ):
        publisher.notify(1)
        events.append(wait_for(receiver, 1)[0])
    assert events[0] == events[1]
    subagent.stop()


def test_a_trap_of_version_1_has_the_enterprise_and_the_number(agent: Agent) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(15)
        port = receiver.getsockname()[1]
        agent.start(f"v1trapaddress 192.0.2.9\ntrapsink 127.0.0.1:{port} secret\n")
        agent.publisher.notify(1)
        packet = receiver.recv(65536)
    agent.publisher.wait_for_accepted(1)
    enterprise = bytes.fromhex("2b06010401bf08ce0fce0f926c")  # the root
    head = packet[packet.index(b"\x02\x01") :]
    assert head.startswith(b"\x02\x01\x00\x04\x06secret\xa4")
    body = packet[packet.index(bytes([6, len(enterprise)]) + enterprise) + 2 + len(enterprise) :]
    assert body.startswith(b"\x40\x04\xc0\x00\x02\x09\x02\x01\x06\x02\x01\x01\x43")


def test_without_a_receiver_all_is_accepted_and_the_log_says_so_once(agent: Agent) -> None:
    publisher = agent.start()
    notify(publisher, *range(1, 100))
    assert publisher.wait_for_accepted(99) == list(range(1, 100))
    assert publisher.output.count("no receiver") == 1


def test_a_trap_is_accepted_when_it_was_sent_whoever_is_there(agent: Agent) -> None:
    publisher = agent.start(f"trap2sink 127.0.0.1:{agent.site.take_port()} public\n")
    notify(publisher, *range(1, 11))
    assert publisher.wait_for_accepted(10) == list(range(1, 11))
    assert "does not take" not in publisher.output


def test_a_trap_that_cannot_be_sent_waits(agent: Agent, receive: Start) -> None:
    """As with a network that is down: here, what is broadcast is refused by the kernel."""
    traps = receive()
    publisher = agent.start(
        "trap2sink -s 127.0.0.1 255.255.255.255:162 public\n"
        f"trap2sink 127.0.0.1:{traps.port} public\n"
    )
    notify(publisher, 1, 2)
    wait_for(traps, 2)
    stays_unaccepted(publisher, 0, 2)
    assert publisher.output.count("does not take notifications: ") == 1
    assert numbers(traps) == [1, 2]


def test_an_inform_is_accepted_when_it_is_answered(agent: Agent, receive: Start) -> None:
    port = agent.site.take_port()
    publisher = agent.start(f"trapsess -v2c -c public -t 0.3 -r 1 -Ci 127.0.0.1:{port}\n")
    notify(publisher, *range(1, 11))
    stays_unaccepted(publisher, 0, 2)
    traps = receive(port)
    assert publisher.wait_for_accepted(10) == list(range(1, 11))
    assert numbers(traps) == list(range(1, 11))
    lines = [each for each in publisher.output.splitlines() if f"127.0.0.1:{port}" in each]
    assert len(lines) == 2
    assert "does not take notifications: no answer" in lines[0]
    assert "takes notifications again" in lines[1]


def test_who_has_answered_is_not_sent_it_again(agent: Agent, receive: Start) -> None:
    port = agent.site.take_port()
    ready = receive()
    trapped = receive()
    publisher = agent.start(
        f"informsink 127.0.0.1:{ready.port} public\n"
        f"trapsess -v2c -c public -t 0.2 -r 1 -Ci 127.0.0.1:{port}\n"
        f"trap2sink 127.0.0.1:{trapped.port} public\n"
    )
    notify(publisher, *range(1, 21))
    wait_for(ready, 20)
    wait_for(trapped, 20)
    stays_unaccepted(publisher, 0, 2)
    late = receive(port)
    publisher.wait_for_accepted(20)
    assert numbers(late) == list(range(1, 21))
    assert numbers(ready) == numbers(trapped) == list(range(1, 21))


def test_a_receiver_that_hangs_gets_all_in_order_later(agent: Agent, receive: Start) -> None:
    traps = receive()
    publisher = agent.start(f"trapsess -v2c -c public -t 0.2 -r 1 -Ci 127.0.0.1:{traps.port}\n")
    notify(publisher, 1)
    publisher.wait_for_accepted(1)
    traps.pause()
    notify(publisher, *range(2, 200))
    stays_unaccepted(publisher, 1, 2)
    traps.resume()
    assert publisher.wait_for_accepted(199) == list(range(1, 200))
    # What waited in its socket while it hung, it has seen more often.
    assert first_times(numbers(traps)) == list(range(1, 200))


def test_a_dead_receiver_is_not_flooded(agent: Agent) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(0)
        port = receiver.getsockname()[1]
        publisher = agent.start(f"trapsess -v2c -c public -t 0.1 -r 1 -Ci 127.0.0.1:{port}\n")
        notify(publisher, *range(1, 101))
        wait_until(lambda: "no answer" in publisher.output, "it is down")

        def taken() -> int:
            count = 0
            try:
                while receiver.recv(65536):
                    count += 1
            except BlockingIOError:
                return count

        assert taken() <= 2 * 64
        stays_unaccepted(publisher, 0, 6)
        assert 2 <= taken() <= 10  # one at a time, twice each, at growing intervals
    assert publisher.output.count("does not take notifications") == 1


def test_a_receiver_of_version_3_that_is_not_there_delays_nothing(
    agent: Agent, receive: Start
) -> None:
    """Its engine ID has to be asked for, and is another one after it was set up anew."""
    port = agent.site.take_port()
    began = time.monotonic()
    publisher = agent.start(READABLE + f"trapsess {ALICE} -t 1 -r 1 -Ci 127.0.0.1:{port}\n")
    assert time.monotonic() - began < 3
    notify(publisher, *range(1, 6))
    for _ in range(20):
        began = time.monotonic()
        assert agent.client.is_published()
        assert time.monotonic() - began < 1
    stays_unaccepted(publisher, 0, 1)
    settings = f"createUser alice {KEYS}\n"
    traps = receive(port, f"exactEngineID 0x8000000001020304\n{settings}")
    publisher.wait_for_accepted(5)
    assert numbers(traps) == [1, 2, 3, 4, 5]
    traps.stop()
    other = receive(port, f"exactEngineID 0x8000000005060708\n{settings}")
    notify(publisher, 6, 7)
    publisher.wait_for_accepted(7, patience=30)
    assert first_times(numbers(other))[-2:] == [6, 7]


def test_a_wrong_password_is_told_and_nothing_is_accepted(agent: Agent, receive: Start) -> None:
    traps = receive(settings="createUser alice SHA otherpass12 AES otherpriv12\n")
    publisher = agent.start(f"trapsess {ALICE} -t 0.3 -r 1 -Ci 127.0.0.1:{traps.port}\n")
    notify(publisher, 1)
    wait_until(lambda: "does not take notifications" in publisher.output, "it is told")
    stays_unaccepted(publisher, 0, 1)
    assert numbers(traps) == []


@pytest.mark.parametrize(
    "line",
    [
        "trap2sink no-such-host.invalid public",
        "trap2sink tcp:127.0.0.1:162 public",
        "informsink unix:/tmp/x public",
        "trap2sink",
        "trap2sink -x",
        "trap2sink 127.0.0.1 public 162 more",
        "trapsess",
        "trapsess -v2c -c public",
        "trapsess -v4 127.0.0.1",
        "trapsess -v1 -c public -Ci 127.0.0.1",
        "trapsess -v2c -c public -Cx 127.0.0.1",
        "trapsess -v3 -u alice -l authPriv -a SHA -A short 127.0.0.1",
        "v1trapaddress host",
    ],
)
def test_a_receiver_that_cannot_be_is_told_with_file_and_line(agent: Agent, line: str) -> None:
    began = time.monotonic()
    publisher = agent.start(f"# first\n{line}\n{READABLE}")
    assert time.monotonic() - began < 10
    assert f"error: {agent.config}: line 2: " in publisher.output
    assert agent.client.get(mib.scalar_oid("checkNumber")).number == 3


def test_after_a_bad_option_the_next_line_is_read_as_it_should_be(
    agent: Agent, receive: Start
) -> None:
    traps = receive()
    publisher = agent.start(
        "trapsess -v2cZ -c public -Q9 127.0.0.1\ntrapsess -QQQ\n"
        f"trapsess -v2c -c public 127.0.0.1:{traps.port}\n"
    )
    notify(publisher, 1)
    wait_for(traps, 1)


def test_rows_that_are_withdrawn_meanwhile_make_no_notification_come_twice(
    agent: Agent, receive: Start
) -> None:
    port = agent.site.take_port()
    traps = receive()
    publisher = agent.start(
        f"informsink 127.0.0.1:{traps.port} public\n"
        f"trapsess -v2c -c public -t 0.3 -r 0 -Ci 127.0.0.1:{port}\n" + READABLE
    )
    notify(publisher, 1, 2)
    wait_for(traps, 2)
    publisher.fall_silent()
    wait_until(lambda: not agent.client.is_published(), "the subtree is gone", patience=30)
    publisher.speak()
    publisher.wait_until_serving()
    notify(publisher, 3)
    late = receive(port)
    assert publisher.wait_for_accepted(3, patience=40) == [1, 2, 3]
    assert numbers(late) == numbers(traps) == [1, 2, 3]
