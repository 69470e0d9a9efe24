# SPDX-License-Identifier: GPL-2.0-or-later
"""A master that refuses, says nonsense, says nothing, or does not listen."""

import os
import signal
import struct
import time
from typing import Iterator

import pytest

import agentx
from agentx import ScriptedMaster, Session
from mib import ROOT, column_oid, scalar_oid
from testbed import Dial, Site


@pytest.fixture
def master(bare_site: Site) -> Iterator[ScriptedMaster]:
    scripted = ScriptedMaster(bare_site.folder)
    yield scripted
    scripted.close()


def start(site: Site, master: ScriptedMaster, code: int = 0) -> Dial:
    """Starts checkd with that master and one check, whose first result makes an event or not."""
    dial = site.dial("disk")
    dial.turn(f"exit {code}")
    site.start([dial.check()], snmp={"master": master.address}, wait=False)
    return dial


@pytest.fixture
def session(bare_site: Site, master: ScriptedMaster) -> Session:
    """A session that is registered."""
    start(bare_site, master)
    accepted = master.accept()
    accepted.register()
    return accepted


def test_the_whole_subtree_is_registered_once(bare_site: Site, master: ScriptedMaster) -> None:
    start(bare_site, master)
    registration = master.accept().register()
    timeout, priority, range_subid, _ = registration.payload[:4]
    count, prefix = registration.payload[4:6]
    arcs = struct.unpack(f">{count}I", registration.payload[8:])
    assert (timeout, range_subid) == (0, 0)
    assert 1 <= priority <= 127
    assert (1, 3, 6, 1, prefix) + arcs == ROOT


@pytest.mark.parametrize(
    "nonsense",
    [
        b"GET / HTTP/1.0\r\n\r\n" + b"x" * 20,
        b"\x01\x05\x10\x00" + b"\x00" * 12 + b"\x7f\xff\xff\xff",
        b"\x01\x05\x10\x00" + b"\x00" * 12 + b"\xff\xff\xff\xff",
        agentx.encode(agentx.GET, b"\xff\x00\x00\x00", 1, agentx.SESSION),
        agentx.encode(agentx.OPEN, b"\x00" * 12, 1, agentx.SESSION),
        agentx.encode(99, b"", 1, agentx.SESSION),
    ],
    ids=["text", "a long packet", "a negative length", "a short OID", "an Open", "a type"],
)
def test_a_master_that_sends_nonsense_is_left_and_tried_again(
    master: ScriptedMaster, session: Session, nonsense: bytes
) -> None:
    session.send(nonsense)
    assert session.has_ended()
    master.accept().register()


def test_a_refused_registration_closes_the_session_and_is_tried_again(
    bare_site: Site, master: ScriptedMaster
) -> None:
    start(bare_site, master)
    for _ in range(2):
        refusing = master.accept()
        refusing.open()
        refusing.answer(refusing.expect(agentx.REGISTER), agentx.DUPLICATE_REGISTRATION)
        assert refusing.expect(agentx.CLOSE).session == agentx.SESSION
        assert refusing.has_ended()
    bare_site.checkd.wait_for_log("another subagent .* holds")
    master.accept().register()


def test_a_refused_open_is_tried_again(bare_site: Site, master: ScriptedMaster) -> None:
    start(bare_site, master)
    refusing = master.accept()
    refusing.answer(refusing.expect(agentx.OPEN), 256)
    assert refusing.has_ended()
    master.accept().register()


def test_a_master_that_takes_a_connection_and_says_nothing_is_given_up(
    bare_site: Site, master: ScriptedMaster
) -> None:
    start(bare_site, master)
    silent = master.accept()
    silent.expect(agentx.OPEN)
    asked = time.monotonic()
    assert silent.has_ended()
    assert 4 < time.monotonic() - asked < 8
    master.accept().register()


def test_a_session_that_the_master_closes_is_opened_anew(
    master: ScriptedMaster, session: Session
) -> None:
    session.send(agentx.encode(agentx.CLOSE, b"\x05\x00\x00\x00", 1, agentx.SESSION))
    assert session.has_ended()
    master.accept().register()


@pytest.mark.slow
def test_a_quiet_master_is_pinged_and_left_when_it_does_not_answer(
    master: ScriptedMaster, session: Session
) -> None:
    session.answer(session.expect(agentx.PING))
    session.expect(agentx.PING)
    assert session.has_ended()
    master.accept().register()


def test_a_master_that_does_not_read_its_answers_is_left(
    master: ScriptedMaster, session: Session
) -> None:
    bulk = struct.pack(">HH", 0, 1000) + agentx.encode_range(ROOT)
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        for number in range(2000):
            session.send(agentx.encode(agentx.GET_BULK, bulk, number, agentx.SESSION))
    master.accept().register()


def test_requests_of_another_session_or_context_are_refused(session: Session) -> None:
    name = agentx.encode_range(scalar_oid("checkNumber"))
    assert session.request(agentx.GET, name).error == 0
    assert session.request(agentx.GET, name, session=78).error == agentx.NOT_OPEN
    context = struct.pack(">I", 3) + b"xyz\0"
    response = session.request(agentx.GET, context + name, flags=agentx.NON_DEFAULT_CONTEXT)
    assert response.error == agentx.UNSUPPORTED_CONTEXT


def test_a_set_fails_in_its_test_and_a_cleanup_is_not_answered(session: Session) -> None:
    variable = agentx.encode_integer(column_oid("checkAdminState", "disk"), 2)
    response = session.request(agentx.TEST_SET, variable)
    assert (response.error, response.index) == (agentx.NOT_WRITABLE, 1)
    session.send(agentx.encode(agentx.CLEANUP_SET, b"", 500, agentx.SESSION))
    assert session.request(agentx.COMMIT_SET).error == agentx.COMMIT_FAILED
    assert session.request(agentx.UNDO_SET).error == 0


def expect_notification(session: Session) -> agentx.Packet:
    return session.expect(agentx.NOTIFY)


def test_a_notification_refused_three_times_holds_up_no_other(
    bare_site: Site, master: ScriptedMaster
) -> None:
    dial = start(bare_site, master, code=1)
    session = master.accept()
    session.register()
    payloads = []
    for _ in range(3):
        notification = expect_notification(session)
        payloads.append(notification.payload)
        session.answer(notification, agentx.PROCESSING_ERROR)
    assert len(set(payloads)) == 1
    bare_site.checkd.wait_for_log("event 1 of disk: the master refused its notification 3 times")
    dial.turn("exit 2")
    following = expect_notification(session)
    assert following.payload != payloads[0]
    session.answer(following)


def test_an_unanswered_notification_is_sent_again_in_the_next_session_only(
    bare_site: Site, master: ScriptedMaster
) -> None:
    start(bare_site, master, code=1)
    session = master.accept()
    session.register()
    first = expect_notification(session)
    session.close()
    session = master.accept()
    session.register()
    again = expect_notification(session)
    assert again.payload == first.payload
    session.answer(again)


def expect_leave(session: Session) -> None:
    leave = session.expect(agentx.CLOSE)
    assert leave.session == agentx.SESSION
    assert leave.payload[0] == 5  # reasonShutdown
    assert session.has_ended()


def test_the_publisher_takes_leave_when_checkd_ends(
    bare_site: Site, session: Session
) -> None:
    assert bare_site.checkd.stop() == 0
    expect_leave(session)


def test_the_publisher_takes_leave_after_what_it_has_to_say(
    bare_site: Site, master: ScriptedMaster
) -> None:
    start(bare_site, master)
    session = master.accept()
    session.open()
    registration = session.expect(agentx.REGISTER)
    publisher = bare_site.checkd.publisher_pid
    assert publisher is not None
    os.kill(publisher, signal.SIGSTOP)
    session.answer(registration)  # is read together with the end: it has a packet to send then
    bare_site.checkd.send(signal.SIGTERM)
    bare_site.checkd.wait_for_log("stopping")
    os.kill(publisher, signal.SIGCONT)
    expect_leave(session)
    assert bare_site.checkd.wait() == 0
