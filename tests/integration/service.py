# SPDX-License-Identifier: GPL-2.0-or-later
"""In systemd's place: the sockets that a service tells its manager and the journal by."""

import ctypes
import os
import socket
import struct
import time
from pathlib import Path

PTRACE_DETACH = 17
PTRACE_SEIZE = 0x4206
PTRACE_INTERRUPT = 0x4207
WALL = 0x40000000

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_LIBC.ptrace.restype = ctypes.c_long


class Listener:
    """A socket of datagrams in the file system; keeps what comes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        path.chmod(0o666)
        self._packets: list[bytes] = []

    def packets(self) -> list[bytes]:
        """All that has come since the begin."""
        while True:
            try:
                self._packets.append(self._socket.recv(65536))
            except BlockingIOError:
                return self._packets

    def close(self) -> None:
        self._socket.close()


class Manager(Listener):
    """NOTIFY_SOCKET: see sd_notify(3)."""

    def messages(self) -> list[dict[str, str]]:
        return [
            dict(line.split("=", 1) for line in packet.decode().splitlines())
            for packet in self.packets()
        ]

    def phases(self) -> list[str]:
        """Which of READY, RELOADING and STOPPING were told, in order."""
        names = ("READY", "RELOADING", "STOPPING")
        return [name for message in self.messages() for name in names if name in message]

    def status(self) -> str:
        """The last one; "" where there is none."""
        return ([""] + [m["STATUS"] for m in self.messages() if "STATUS" in m])[-1]

    def beats(self) -> int:
        return sum("WATCHDOG" in message for message in self.messages())


def _decode_entry(packet: bytes) -> dict[str, str]:
    entry = {}
    while packet:
        line, packet = packet.split(b"\n", 1)
        if b"=" in line:
            name, value = line.split(b"=", 1)
        else:
            (size,) = struct.unpack_from("<Q", packet)
            name, value, packet = line, packet[8 : 8 + size], packet[9 + size :]
        entry[name.decode()] = value.decode()
    return entry


class Journal(Listener):
    """The journal's socket."""

    def entries(self) -> list[dict[str, str]]:
        return [_decode_entry(packet) for packet in self.packets()]


class StoppedThread:
    """A thread is held where it is, and the others of its process are not."""

    def __init__(self, tid: int) -> None:
        self._tid = tid

    def __enter__(self) -> None:
        self._ptrace(PTRACE_SEIZE)
        self._ptrace(PTRACE_INTERRUPT)
        os.waitpid(self._tid, WALL)

    def __exit__(self, *reason: object) -> None:
        self._ptrace(PTRACE_DETACH)

    def _ptrace(self, request: int) -> None:
        if _LIBC.ptrace(request, self._tid, None, None) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")


def beats_within(manager: Manager, seconds: float) -> int:
    """How many beats come in that time."""
    before = manager.beats()
    time.sleep(seconds)
    return manager.beats() - before
