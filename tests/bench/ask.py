# SPDX-License-Identifier: GPL-2.0-or-later
"""A GET of SNMPv2c for one number, without the cost of a process: see RFC 3416 and X.690."""

import socket

INTEGER, OCTETS, NULL, OBJECT, SEQUENCE, GET = 0x02, 0x04, 0x05, 0x06, 0x30, 0xA0

TRIES = 20

# Of a question: from here on it takes two octets.
FIRST_NUMBER = 0x100


def _item(tag: int, content: bytes) -> bytes:
    """What is asked is short, so that a length is always one octet."""
    assert len(content) < 128
    return bytes([tag, len(content)]) + content


def _arc(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.insert(0, number & 0x7F | 0x80)
    return bytes(octets)


def _object(oid: tuple[int, ...]) -> bytes:
    return _item(OBJECT, bytes([oid[0] * 40 + oid[1]]) + b"".join(map(_arc, oid[2:])))


def _question(oid: tuple[int, ...], number: int) -> bytes:
    binding = _item(SEQUENCE, _object(oid) + _item(NULL, b""))
    pdu = _item(INTEGER, number.to_bytes(2, "big")) + _item(INTEGER, b"\0") * 2
    pdu = _item(GET, pdu + _item(SEQUENCE, binding))
    return _item(SEQUENCE, _item(INTEGER, b"\1") + _item(OCTETS, b"public") + pdu)


class Asker:
    """Asks the agent at an address such as udp:127.0.0.1:161."""

    def __init__(self, address: str) -> None:
        _, host, port = address.split(":")
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(1)
        self._socket.connect((host, int(port)))
        self._number = FIRST_NUMBER

    def get(self, oid: tuple[int, ...]) -> int:
        """The value, which must be a number: it stands behind the question's OID."""
        name = _object(oid)
        for _ in range(TRIES):
            self._number = max(FIRST_NUMBER, (self._number + 1) & 0x7FFF)
            self._socket.send(_question(oid, self._number))
            try:
                answer = self._socket.recv(1500)
            except (TimeoutError, ConnectionRefusedError):
                continue
            value = answer[answer.index(name) + len(name) :]
            if _item(INTEGER, self._number.to_bytes(2, "big")) in answer and value[0] != NULL:
                return int.from_bytes(value[2 : 2 + value[1]], "big")
        raise AssertionError(f"no answer about {oid}")
