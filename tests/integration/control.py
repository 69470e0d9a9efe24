# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of checkd's control socket, as checkd-control(7) describes it."""

import json
import socket
from pathlib import Path
from typing import Any, Optional

PATIENCE = 20


class Control:
    """One connection. Each request is a line of JSON, and so is each answer."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(str(path))
        self._received = b""

    def __enter__(self) -> "Control":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def set_blocking(self, is_blocking: bool) -> None:
        self._socket.setblocking(is_blocking)

    def push(self, data: bytes) -> int:
        """Sends what goes at once; returns how much."""
        try:
            return self._socket.send(data)
        except OSError:
            return 0

    def pull(self) -> bytes:
        """What has come, without waiting."""
        try:
            return self._socket.recv(65536)
        except OSError:
            return b""

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self) -> Optional[dict[str, Any]]:
        """The next answer; None at the end."""
        while b"\n" not in self._received:
            try:
                data = self._socket.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._received += data
        line, self._received = self._received.split(b"\n", 1)
        answer = json.loads(line)
        assert isinstance(answer, dict)
        return answer

    def ask(self, verb: str, **members: Any) -> dict[str, Any]:
        self.send(json.dumps({"verb": verb, **members}).encode() + b"\n")
        answer = self.receive()
        assert answer is not None
        return answer

    def submit(self, name: str, status: int, output: str = "") -> dict[str, Any]:
        return self.ask("submit", name=name, status=status, output=output)
