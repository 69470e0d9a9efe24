# SPDX-License-Identifier: GPL-2.0-or-later
"""An AgentX master (RFC 2741) that does only what a test tells it, for what snmpd never does."""

import contextlib
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from mib import NOTIFICATION_NUMBERS, ROOT, Oid

OPEN, CLOSE, REGISTER, GET, GET_NEXT, GET_BULK = 1, 2, 3, 5, 6, 7
TEST_SET, COMMIT_SET, UNDO_SET, CLEANUP_SET, NOTIFY, PING = 8, 9, 10, 11, 12, 13
ADD_AGENT_CAPS, RESPONSE = 16, 18

NETWORK_BYTE_ORDER = 0x10
NON_DEFAULT_CONTEXT = 0x08

NOT_WRITABLE, COMMIT_FAILED = 17, 14
NOT_OPEN, UNSUPPORTED_CONTEXT, DUPLICATE_REGISTRATION, PROCESSING_ERROR = 257, 262, 263, 268

# The end of snmpTrapOID's value in the notification that checkd was started.
_STARTED = struct.pack(">3I", ROOT[-1], 0, NOTIFICATION_NUMBERS["checkAgentStarted"])

SESSION = 77
PATIENCE = 20.0


@dataclass(frozen=True)
class Packet:
    kind: int
    session: int
    transaction: int
    number: int
    payload: bytes

    @property
    def error(self) -> int:
        """Of a response."""
        return int(struct.unpack(">H", self.payload[4:6])[0])

    @property
    def index(self) -> int:
        """Of a response."""
        return int(struct.unpack(">H", self.payload[6:8])[0])


def encode_oid(oid: Oid, include: bool = False) -> bytes:
    return struct.pack(f">BBBB{len(oid)}I", len(oid), 0, include, 0, *oid)


def encode_range(start: Oid, end: Oid = (), include: bool = False) -> bytes:
    return encode_oid(start, include) + encode_oid(end)


def encode_integer(oid: Oid, value: int) -> bytes:
    return struct.pack(">HH", 2, 0) + encode_oid(oid) + struct.pack(">i", value)


def encode(kind: int, payload: bytes, number: int, session: int, flags: int = 0) -> bytes:
    return (
        struct.pack(
            ">BBBBIIII", 1, kind, NETWORK_BYTE_ORDER | flags, 0, session, 1, number, len(payload)
        )
        + payload
    )


class Session:
    """A connection of a subagent's."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._socket.settimeout(PATIENCE)
        self._number = 0

    def close(self) -> None:
        self._socket.close()

    def _receive(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            piece = self._socket.recv(length - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def _receive_any(self) -> Packet:
        header = struct.unpack(">BBBBIIII", self._receive(20))
        return Packet(header[1], header[4], header[5], header[6], self._receive(header[7]))

    def receive(self) -> Packet:
        """The next packet; EOFError where the subagent has closed the connection. That checkd
        was started, which may be told at any time, and a line of sysORTable are taken by the
        way."""
        packet = self._receive_any()
        while packet.kind == ADD_AGENT_CAPS or (
            packet.kind == NOTIFY and _STARTED in packet.payload
        ):
            with contextlib.suppress(BrokenPipeError):  # what follows is still there to be read
                self.answer(packet)
            packet = self._receive_any()
        return packet

    def expect(self, kind: int) -> Packet:
        packet = self.receive()
        assert packet.kind == kind, packet
        return packet

    def has_ended(self) -> bool:
        """Reads all that still comes and tells whether the subagent closes the connection."""
        try:
            while True:
                self.receive()
        except (EOFError, ConnectionResetError):
            return True
        except TimeoutError:
            return False

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answer(self, packet: Packet, error: int = 0) -> None:
        payload = struct.pack(">IHH", 0, error, 0)
        self.send(encode(RESPONSE, payload, packet.number, SESSION))

    def request(
        self, kind: int, payload: bytes = b"", session: int = SESSION, flags: int = 0
    ) -> Packet:
        """Sends a request and returns the response to it."""
        self._number += 1
        self.send(encode(kind, payload, self._number, session, flags))
        response = self.expect(RESPONSE)
        assert response.number == self._number
        return response

    def open(self) -> None:
        self.answer(self.expect(OPEN))

    def register(self) -> Packet:
        self.open()
        registration = self.expect(REGISTER)
        self.answer(registration)
        return registration


class ScriptedMaster:
    """Listens where snmpd would."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "scripted-master"
        self.address = f"unix:{self.path}"
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self.path))
        os.chmod(self.path, 0o666)  # the publisher may be another user
        self._socket.listen(5)
        self._socket.settimeout(PATIENCE)
        self._sessions: list[Session] = []

    def accept(self) -> Session:
        connection, _ = self._socket.accept()
        self._sessions.append(Session(connection))
        return self._sessions[-1]

    def close(self) -> None:
        for session in self._sessions:
            session.close()
        self._socket.close()
