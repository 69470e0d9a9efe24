# SPDX-License-Identifier: GPL-2.0-or-later
"""What probes of tcp ask: one port on every address of 127.0.0.0/8."""

import math
import socket
import threading
import time


def address(number: int) -> str:
    """One of its own, so that no two probes share the ports of one connection."""
    return f"127.{1 + number // 65536}.{number // 256 % 256}.{number % 256}"


class Listener(threading.Thread):
    """Takes every connection to a port, for as long as the bench lasts, and closes it."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._socket = socket.create_server(("0.0.0.0", port), backlog=4096)
        self.first_at = math.inf

    def run(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            self.first_at = min(self.first_at, time.monotonic())
            connection.close()
