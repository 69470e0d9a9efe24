#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""From a script's exit to its trap in snmptrapd at 100 transitions a second; and 10,000
transitions at once: until they are on disk, and in which order and how fast they are told.

The script tells its own end, to the nanosecond, as its output, and the trap carries it. When
snmptrapd has printed the trap is the moment at which its pipe could be read here. Both are of
one clock; what lies between without checkd, the end of the script's process, snmpd, snmptrapd
and this program's waking up, counts as checkd's.
"""

import json
import os
import re
import subprocess
import threading
import time
from pathlib import Path

from bench import PROGRAMS, Report, at_least, at_most, is_quick, new_site, percentile, say
from bench import stored, sync_times

import mib
from control import Control
from processes import wait_until
from testbed import Config, Site

COUNT = 100

BURST = 10000
BURST_RATE = 1000
CONNECTIONS = 50

# In snmptrapd's lines: when the script ended, as its output; and the number of an event.
STAMP = re.compile(
    re.escape(mib.dotted(mib.COLUMNS["checkLastOutput"].oid).encode())
    + rb'[.\d]+ = STRING: "(\d{19}) '
)
NUMBER = re.compile(
    re.escape(mib.dotted(mib.EVENT_OBJECTS["checkEventNumber"].oid).encode()) + rb"\.0 = Gauge32: (\d+)"
)


class Receiver(threading.Thread):
    """snmptrapd, and each line that it prints, with when it could be read."""

    def __init__(self, site: Site) -> None:
        super().__init__(daemon=True)
        config = site.folder / "receiver.conf"
        config.write_text(
            "disableAuthorization yes\ndoNotRetainNotificationLogs yes\n"
            "[snmp] serverRecvBuf 4194304\noutputOption n\nformat2 %v\\n\n"
        )
        self._process = subprocess.Popen(
            ["/usr/sbin/snmptrapd", "-f", "-n", "-C", "-c", str(config), "-Lo"]
            + [f"udp:127.0.0.1:{site.trap_port}"],
            stdout=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "MIBS": "", "SNMP_PERSISTENT_DIR": str(site.folder)},
        )
        self.lines: list[tuple[int, bytes]] = []
        self.start()
        wait_until(lambda: self.lines, "snmptrapd runs")

    def run(self) -> None:
        assert self._process.stdout is not None
        output, rest = self._process.stdout.fileno(), b""
        while data := os.read(output, 1 << 20):
            now = time.time_ns()
            *lines, rest = (rest + data).split(b"\n")
            self.lines += [(now, line) for line in lines]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self.join()

    def matches(self, pattern: re.Pattern[bytes]) -> list[tuple[int, int]]:
        """When which number came."""
        found = ((at, pattern.search(line)) for at, line in self.lines)
        return [(at, int(match[1])) for at, match in found if match]


def flipping() -> list[Config]:
    """100 checks of which each has another status each second."""
    command = f"{PROGRAMS / 'bench_check'} flip"
    return [
        {"name": f"c{number:03}", "command": command, "interval": "1s"} for number in range(COUNT)
    ]


def measure_latency(report: Report, seconds: int) -> None:
    with new_site() as site:
        receiver = Receiver(site)
        syncs = sync_times(site.folder, 500)
        site.start(flipping(), options=[])
        time.sleep(3)
        receiver.lines.clear()
        time.sleep(seconds)
        came = receiver.matches(STAMP)
        syncs += sync_times(site.folder, 500)
        receiver.stop()
    took = [(at - stamp) / 1e6 for at, stamp in came]
    sync = percentile(syncs, 0.99)
    say(f"{len(took)} traps, max {max(took):.1f} ms; fdatasync median {percentile(syncs, 0.5):.2f} ms")
    report.value("transitions", len(took) / seconds, "/s")
    report.value("fdatasync, p99", sync, "ms")
    report.value("exit to trap, median", percentile(took, 0.5), "ms", at_most(2))
    report.value("exit to trap, p99", percentile(took, 0.99), "ms", at_most(10 + 2 * sync))


def submissions(numbers: range) -> bytes:
    lines = [
        {"verb": "submit", "name": f"p{number:05}", "status": 2, "output": "all at once"}
        for number in numbers
    ]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def submit_all(path: Path, count: int) -> float:
    """By many connections at once; returns how long it took until all were on disk."""
    each = count // CONNECTIONS
    parts = [submissions(range(i * each, (i + 1) * each)) for i in range(CONNECTIONS)]
    clients = [Control(path) for _ in parts]
    began = time.monotonic()
    for client, part in zip(clients, parts):
        client.send(part)
    answers = [client.receive() for client in clients for _ in range(each)]
    took = time.monotonic() - began
    assert all(answer == {"ok": True, "stored": True} for answer in answers)
    for client in clients:
        client.__exit__()
    return took


def measure_burst(report: Report, count: int) -> None:
    checks = [{"name": f"p{number:05}", "type": "passive"} for number in range(count)]
    with new_site() as site:
        receiver = Receiver(site)
        checkd = site.start(checks, options=[], snmp={"notify_rate": BURST_RATE})
        took = submit_all(checkd.config_file.with_suffix(".sock"), count)
        database = checkd.config_file.with_suffix(".db")
        (on_disk,), = stored(database, "SELECT count(*) FROM events WHERE kind = 1")
        assert on_disk == count, on_disk
        wait_until(
            lambda: site.client.scalar("checkDeliveryPending") == 0, "all are told", 120, 0.5
        )
        time.sleep(1)
        came = receiver.matches(NUMBER)
        receiver.stop()
    numbers = [number for _, number in came]
    disorder = sum(later <= earlier for earlier, later in zip(numbers, numbers[1:]))
    rate = (len(came) - 1) / (came[-1][0] - came[0][0]) * 1e9
    say(f"{len(came)} of {count} traps came; UDP may drop some")
    report.value(f"{count:,} at once, on disk", took, "s", at_most(1))
    report.value(f"{count:,} at once, out of order", disorder, "", at_most(0))
    report.pairs(
        "rate of their delivery", "/s", [(rate, BURST_RATE)], "as configured", at_least(0.95)
    )


def main() -> None:
    quick = is_quick(__doc__)
    report = Report("events")
    measure_latency(report, 5 if quick else 30)
    measure_burst(report, BURST // 10 if quick else BURST)


if __name__ == "__main__":
    main()
