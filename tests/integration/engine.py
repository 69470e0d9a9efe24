# SPDX-License-Identifier: GPL-2.0-or-later
"""In the engine's place: starts checkd-snmp and tells it what a test wants it to publish."""

import os
import re
import socket
import struct
import time
from pathlib import Path
from typing import Any, Mapping, Optional

from processes import Process, wait_until

PUBLISHER_FD = 3

# Types of messages and their fields, as src/core/wire.c has them.
HELLO, ROW, REMOVE, EVENT, FORGET, SYNC, NOTIFY, SUMMARY, ALIVE, ACKNOWLEDGE = range(1, 11)

_EVENT_FIELDS = (
    "number:Q state_epoch:I kind:B delivery:B suppression:B name:s from_status:i to_status:i "
    "previous_status:i from_outcome:B to_outcome:B from_state:B to_state:B meaning:s output:s "
    "description:s group:s epoch:I last_ran_epoch:I held_s:I status_changes:I first:Q last:Q"
)

_FIELDS = {
    HELLO: "version:s is_standalone:B master:s listen:s config:s persistent_dir:s has_identity:B "
    "uid:I gid:I log_target:B log_level:B is_ascii:B priority:B notify_rate:I "
    "busy_poll_us:I",
    ROW: "name:s description:s group:s type:B admin_state:B run_state:B state:B last_status:i "
    "previous_status:i last_outcome:B last_signal:I last_meaning:s last_output:s "
    "last_perfdata:s last_ran_epoch:I last_ran_boot_ms:q last_duration_ms:I last_lateness_ms:I "
    "last_change_epoch:I last_change_boot_ms:q status_changes:I state_changes:I runs:I "
    "failures:I timeouts:I missed_runs:I attempt:I interval_ms:I timeout_ms:I fresh_ms:Q "
    "fresh_since_boot_ms:q is_stale:B is_flapping:B suppression:B last_event:I "
    "discontinuity_epoch:I",
    SYNC: "",
    NOTIFY: _EVENT_FIELDS,
    SUMMARY: "start_epoch:I start_boot_ms:q runs:I timeouts:I missed_runs:I running:I queued:I "
    "lateness_last_ms:I lateness_p99_ms:I lateness_max_ms:I table_last_change_epoch:I "
    "state_epoch:I store_status:B first_event:Q last_event:Q accepted_event:Q pending_events:I "
    "accepted_events:I suppressed_events:I lost_events:I master_since_epoch:I master_losses:I "
    "config_loaded_epoch:I config_generation:I config_result:s",
    ALIVE: "is_connected:B is_registered:B",
    ACKNOWLEDGE: "number:Q is_accepted:B",
}

_ONES = {"type", "admin_state", "run_state", "state", "last_outcome", "kind", "delivery",
         "suppression", "from_outcome", "to_outcome", "from_state", "to_state",
         "store_status"}  # fmt: skip


def encode(message: int, /, **values: Any) -> bytes:
    """A message; what is not given is 0 or empty, or 1 where an enumeration begins there."""
    packet = struct.pack("B", message)
    for field in _FIELDS[message].split():
        name, code = field.split(":")
        if code == "s":
            text = values.pop(name, "").encode()
            packet += struct.pack("=H", len(text)) + text
        else:
            packet += struct.pack("=" + code, values.pop(name, 1 if name in _ONES else 0))
    assert not values, values
    return packet


def decode(packet: bytes) -> tuple[int, dict[str, int]]:
    """A message of the publisher's."""
    values, at = {}, 1
    for field in _FIELDS[packet[0]].split():
        name, code = field.split(":")
        values[name] = struct.unpack_from("=" + code, packet, at)[0]
        at += struct.calcsize("=" + code)
    return packet[0], values


class Publisher(Process):
    """checkd-snmp at the other end of a socket."""

    def __init__(self, program: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self._socket, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.setblocking(False)
        # The shell puts the socket where the publisher looks for it.
        script = f'exec "$0" {PUBLISHER_FD}<&{child.fileno()} {child.fileno()}<&-'
        with child:
            command = ["/bin/bash", "-c", script, str(program)]
            if child.fileno() == PUBLISHER_FD:
                command = [str(program)]
            # It may not write a file, so a sanitizer's report has to go where its log goes.
            own = {n: re.sub(r":?log_path=[^:]*", "", v) for n, v in environment.items()}
            super().__init__(command, folder, own, [child.fileno()])
        self.accepted: list[int] = []
        self.refused: list[int] = []
        self.is_registered = False
        self._beaten = 0.0
        self._is_silent = True

    def tell(self, message: int, /, **values: Any) -> None:
        packet = encode(message, **values)
        wait_until(lambda: self._try_to_send(packet), "the publisher takes a message", pause=0.001)
        if message == SYNC:
            self.speak()

    def _try_to_send(self, packet: bytes) -> bool:
        self.listen()
        try:
            return self._socket.send(packet) == len(packet)
        except BlockingIOError:
            return False

    def listen(self) -> None:
        """Takes what the publisher has said, and says that the engine lives."""
        while True:
            try:
                packet = self._socket.recv(65536)
            except BlockingIOError:
                break
            except ConnectionError:
                return
            if not packet:
                return
            kind, values = decode(packet)
            if kind == ALIVE:
                self.is_registered = bool(values["is_registered"])
            elif kind == ACKNOWLEDGE:
                (self.accepted if values["is_accepted"] else self.refused).append(values["number"])
        if not self._is_silent and time.monotonic() - self._beaten > 0.5:
            self._beaten = time.monotonic()
            try:
                self._socket.send(encode(SUMMARY, config_result="ok", state_epoch=7))
            except (BlockingIOError, ConnectionError):
                pass

    def fall_silent(self) -> None:
        self._is_silent = True

    def speak(self) -> None:
        self._is_silent = False

    def notify(self, number: int, name: str = "web") -> None:
        self.tell(
            NOTIFY, number=number, name=name, kind=1, from_state=2, to_state=5, to_outcome=2,
            to_status=2, output="broken", group="default", state_epoch=7, epoch=1_700_000_000,
        )  # fmt: skip

    def wait_for_accepted(self, count: int, patience: float = 15) -> list[int]:
        def look() -> bool:
            self.listen()
            return len(self.accepted) >= count

        wait_until(look, f"{count} notifications are accepted", patience)
        return self.accepted

    def wait_until_serving(self) -> None:
        def look() -> bool:
            self.listen()
            assert self.is_running, self.output
            return self.is_registered

        wait_until(look, "the table is served")

    def hang_up(self) -> None:
        self._socket.close()


def boot_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def row(name: str, **values: Any) -> dict[str, Any]:
    """The fields of a row that is ok and fresh."""
    now = boot_ms()
    return {
        "name": name,
        "group": "default",
        "state": 2,
        "last_outcome": 2,
        "interval_ms": 60_000,
        "timeout_ms": 10_000,
        "fresh_ms": 190_000,
        "fresh_since_boot_ms": now,
        "last_ran_epoch": int(time.time()),
        "last_ran_boot_ms": now,
        "runs": 1,
        **values,
    }
