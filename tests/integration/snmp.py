# SPDX-License-Identifier: GPL-2.0-or-later
"""net-snmp's tools, a private snmpd and a private snmptrapd."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable, Mapping, Optional, Union

import mib
from mib import Oid
from processes import PATIENCE, Process, wait_until

# Numeric OIDs, every string in hexadecimal, raw time ticks.
OUTPUT_OPTIONS = "nxt"


class SnmpError(Exception):
    """The agent answered with an error; the text is its name, such as notWritable."""


class SnmpTimeout(Exception):
    """Nobody answered."""


@dataclass(frozen=True)
class Value:
    """A value as it came: its type as net-snmp's tools name it, and the value."""

    type: str
    value: Union[int, bytes, Oid, None]

    @property
    def is_missing(self) -> bool:
        """No such object, no such instance, or the end of the MIB."""
        return self.type in ("noSuchObject", "noSuchInstance", "endOfMibView")

    @property
    def number(self) -> int:
        assert isinstance(self.value, int), self
        return self.value

    @property
    def octets(self) -> bytes:
        assert isinstance(self.value, bytes), self
        return self.value

    @property
    def text(self) -> str:
        return self.octets.decode("utf-8")


_MISSING = {
    "No Such Object": "noSuchObject",
    "No Such Instance": "noSuchInstance",
    "No more variables left": "endOfMibView",
}


def parse_value(text: str) -> Value:
    text = text.strip()
    for beginning, name in _MISSING.items():
        if text.startswith(beginning):
            return Value(name, None)
    if text == '""':
        return Value("STRING", b"")
    kind, separator, rest = text.partition(": ")
    if not separator and text.isdigit():
        return Value("Timeticks", int(text))
    if kind == "Hex-STRING":
        return Value("STRING", bytes.fromhex(rest))
    if kind == "OID":
        return Value(kind, mib.parse_oid(rest))
    return Value(kind, int(rest.split()[0]))


_BINDING = re.compile(r"^ ?\.(\d[\d.]*) = ", re.MULTILINE)


def parse_bindings(text: str) -> list[tuple[Oid, Value]]:
    """Parses "OID = TYPE: VALUE" lines; long hexadecimal strings have several lines."""
    pieces = _BINDING.split(text)[1:]
    return [
        (mib.parse_oid(oid), parse_value(value)) for oid, value in zip(pieces[::2], pieces[1::2])
    ]


# A value of a row: what it is depends on its column.
Cell = Any
Row = dict[str, Cell]


def plain(syntax: str, value: Value) -> Cell:
    """A number, a text, or the octets of a DateAndTime."""
    if syntax == "DateAndTime":
        return value.octets
    if isinstance(value.value, bytes):
        return value.text
    return value.number


class Client:
    """An SNMP manager that asks the agent at one port of loopback."""

    def __init__(self, port: int, folder: Path, mib_folders: Iterable[Path]) -> None:
        self.address = f"udp:127.0.0.1:{port}"
        self._environment = {
            "PATH": os.environ["PATH"],
            "SNMPCONFPATH": str(folder / "no-such-folder"),
            "SNMP_PERSISTENT_DIR": str(folder / "client"),
            "MIBS": "",
        }
        self._mib_folders = ":".join(map(str, mib_folders))

    def run(
        self,
        tool: str,
        *arguments: str,
        community: str = "public",
        timeout: float = 5,
        retries: int = 1,
        with_mibs: bool = False,
    ) -> str:
        """Runs one of net-snmp's tools and returns what it printed."""
        environment = dict(self._environment)
        if with_mibs:
            environment.update(MIBS="+CHECKD-MIB", MIBDIRS=self._mib_folders)
        options = arguments if with_mibs else (f"-O{OUTPUT_OPTIONS}", *arguments)
        head = [tool, "-v2c", "-c", community, "-t", str(timeout), "-r", str(retries)]
        options_first = [each for each in options if each.startswith("-")]
        names = [each for each in options if not each.startswith("-")]
        done = subprocess.run(
            head + options_first + [self.address] + names,
            env=environment,
            capture_output=True,
            timeout=120,
            check=False,
        )
        errors = done.stderr.decode()
        if "Timeout" in errors:
            raise SnmpTimeout(errors)
        reason = re.search(r"Reason: \(?(\w+)", errors)
        if reason:
            raise SnmpError(reason[1])
        assert done.returncode == 0, errors
        return done.stdout.decode()

    def get_many(self, oids: Iterable[Oid], timeout: float = 5, retries: int = 1) -> list[Value]:
        text = self.run("snmpget", *map(mib.dotted, oids), timeout=timeout, retries=retries)
        return [value for _, value in parse_bindings(text)]

    def get(self, oid: Oid) -> Value:
        return self.get_many([oid])[0]

    def get_next_many(self, oids: Iterable[Oid]) -> list[tuple[Oid, Value]]:
        return parse_bindings(self.run("snmpgetnext", *map(mib.dotted, oids)))

    def get_next(self, oid: Oid) -> tuple[Oid, Value]:
        return self.get_next_many([oid])[0]

    def set(self, oid: Oid, kind: str, value: str) -> str:
        return self.run("snmpset", mib.dotted(oid), kind, value, community="private")

    def walk(self, oid: Oid = mib.ROOT, tool: str = "snmpwalk") -> list[tuple[Oid, Value]]:
        text = self.run(tool, "-Cc", mib.dotted(oid))
        return [each for each in parse_bindings(text) if not each[1].is_missing]

    def bulk_walk(self, oid: Oid = mib.ROOT, repetitions: int = 20) -> list[tuple[Oid, Value]]:
        text = self.run("snmpbulkwalk", "-Cc", f"-Cr{repetitions}", mib.dotted(oid))
        return [each for each in parse_bindings(text) if not each[1].is_missing]

    def scalar(self, name: str) -> Cell:
        return plain(mib.SCALARS[name].syntax, self.get(mib.scalar_oid(name)))

    def column(self, column: str, check: str) -> Cell:
        """The value of a column, or None where the check has no row."""
        value = self.get(mib.column_oid(column, check))
        return None if value.is_missing else plain(mib.COLUMNS[column].syntax, value)

    def row(self, check: str) -> Row:
        """All columns of a row, read by one GET; empty where there is none."""
        values = self.get_many(mib.column_oid(column, check) for column in mib.COLUMNS)
        return {
            column.name: plain(column.syntax, value)
            for column, value in zip(mib.COLUMNS.values(), values)
            if not value.is_missing
        }

    def _named_rows(self, entry: Oid, objects: dict[str, mib.Object]) -> dict[str, Row]:
        columns = {each.number: each for each in objects.values()}
        rows: dict[str, Row] = {}
        for oid, value in self.bulk_walk(entry, 50):
            column = columns[oid[len(entry)]]
            row = rows.setdefault(mib.name_of(oid[len(entry) + 1 :]), {})
            row[column.name] = plain(column.syntax, value)
        return rows

    def table(self) -> dict[str, Row]:
        """The whole table by GETBULK, a row by its name; rows may come and go meanwhile."""
        return self._named_rows(mib.ENTRY, mib.COLUMNS)

    def groups(self) -> dict[str, Row]:
        """The whole checkGroupTable by GETBULK, a row by its group's name."""
        return self._named_rows(mib.GROUP_ENTRY, mib.GROUP_COLUMNS)

    def metrics(self) -> dict[str, Row]:
        """The whole checkMetricTable by GETBULK, a row by its key."""
        return self._named_rows(mib.METRIC_ENTRY, mib.METRIC_COLUMNS)

    def events(self) -> dict[int, Row]:
        """The whole checkEventTable by GETBULK, a row by its event's number."""
        columns = {each.number: each for each in mib.EVENT_COLUMNS.values()}
        rows: dict[int, Row] = {}
        for oid, value in self.bulk_walk(mib.EVENT_TABLE, 50):
            *_, number, index = oid
            row = rows.setdefault(index, {})
            row[columns[number].name] = plain(columns[number].syntax, value)
        return rows

    def pages(self) -> dict[int, dict[str, dict[str, int]]]:
        """The text of each page, read by a GETBULK of as many as an answer holds."""
        column = mib.PAGE_COLUMNS["checkPageText"].oid
        return {oid[-1]: json.loads(value.text) for oid, value in self.bulk_walk(column, 10)}

    def is_answered(self) -> bool:
        """Whether the agent answers at all, whatever it has."""
        try:
            return not self.get_many([mib.SYS_UP_TIME], timeout=0.3, retries=0)[0].is_missing
        except (SnmpTimeout, SnmpError):
            return False

    def is_published(self) -> bool:
        """Whether checkd's subtree is there."""
        try:
            value = self.get_many([mib.scalar_oid("checkNumber")], timeout=1)[0]
        except (SnmpTimeout, SnmpError):
            return False
        return not value.is_missing


class Master:
    """A private snmpd that takes AgentX subagents at a socket of its own."""

    def __init__(self, folder: Path, port: int, trap_port: int, client: Client) -> None:
        self.folder = folder
        self.socket = folder / "agentx"
        self.address = f"unix:{self.socket}"
        self._client = client
        self._process: Optional[Process] = None
        self._config = folder / "snmpd.conf"
        self._config.write_text(
            f"agentAddress udp:127.0.0.1:{port}\n"
            "rocommunity public 127.0.0.1\n"
            "rwcommunity private 127.0.0.1\n"
            "master agentx\n"
            f"agentXSocket {self.address}\n"
            "agentXPerms 0777 0777\n"
            f"trap2sink 127.0.0.1:{trap_port} public\n"
            "dontLogTCPWrappersConnects yes\n"
        )

    @property
    def process(self) -> Process:
        assert self._process is not None, "snmpd was not started"
        return self._process

    def start(self) -> None:
        self._process = Process(
            ["snmpd", "-f", "-Lo", "-C", "-c", str(self._config)]
            + ["-I", "-smux,mteTrigger,mteTriggerConf"],
            self.folder,
            _tool_environment(self.folder, "snmpd"),
        )
        wait_until(self._client.is_answered, "snmpd answers")

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()

    def kill(self) -> None:
        self.process.kill()

    def pause(self) -> None:
        self.process.pause()

    def resume(self) -> None:
        self.process.resume()

    def restart(self) -> None:
        self.stop()
        self.start()


@dataclass(frozen=True)
class Trap:
    """A notification as it came in, without the sysUpTime before it."""

    oid: Oid
    bindings: tuple[tuple[Oid, Value], ...]

    @property
    def kind(self) -> str:
        for name in mib.NOTIFICATION_NUMBERS:
            if mib.notification_oid(name) == self.oid:
                return name
        return mib.dotted(self.oid)

    @property
    def is_ours(self) -> bool:
        return self.oid[: len(mib.NOTIFICATIONS)] == mib.NOTIFICATIONS

    def __getitem__(self, name: str) -> Cell:
        """The value of one of its kind's NOTIFICATION_OBJECTS."""
        value = self.bindings[mib.NOTIFICATION_OBJECTS[self.kind].index(name)][1]
        return value.text if isinstance(value.value, bytes) else value.number

    @property
    def name(self) -> str:
        """The check's; empty where it is about none."""
        if "checkName" not in mib.NOTIFICATION_OBJECTS[self.kind]:
            return ""
        return str(self["checkName"])


def parse_trap(text: str) -> Optional[Trap]:
    bindings = parse_bindings(text)
    for i, (oid, value) in enumerate(bindings):
        if oid == mib.SNMP_TRAP_OID:
            assert isinstance(value.value, tuple)
            return Trap(value.value, tuple(bindings[i + 1 :]))
    return None


class Traps:
    """A private snmptrapd; what it received, parsed."""

    def __init__(self, folder: Path, port: int, settings: str = "") -> None:
        config = folder / f"snmptrapd-{port}.conf"
        config.write_text(
            f"{settings}disableAuthorization yes\n"
            "doNotRetainNotificationLogs yes\n"
            "[snmp] serverRecvBuf 4194304\n"
            f"outputOption {OUTPUT_OPTIONS}\n"
            # A blank before each binding, so that no line of hexadecimals looks like one.
            "format2 %V\\n %v\\nEND\\n\n"
        )
        self.port = port
        self._process = Process(
            ["snmptrapd", "-f", "-C", "-c", str(config), "-Lo", f"udp:127.0.0.1:{port}"],
            folder,
            _tool_environment(folder, f"snmptrapd-{port}"),
        )
        self._parsed = 0
        self._received: list[Trap] = []
        wait_until(lambda: "NET-SNMP version" in self._process.output, "snmptrapd runs")

    def stop(self) -> None:
        self._process.stop()

    def pause(self) -> None:
        self._process.pause()

    def resume(self) -> None:
        self._process.resume()

    @property
    def output(self) -> str:
        return self._process.output

    @property
    def received(self) -> list[Trap]:
        """All of checkd's notifications so far, in order."""
        with self._process.output_file.open("rb") as file:
            file.seek(self._parsed)
            fresh = file.read()
        # What follows the last end is a notification that is still being written.
        whole = fresh[: fresh.rfind(b"\nEND\n") + 1]
        self._parsed += len(whole)
        for piece in whole.decode().split("\nEND\n"):
            trap = parse_trap(piece)
            if trap is not None and trap.is_ours:
                self._received.append(trap)
        return list(self._received)

    @property
    def of_checks(self) -> list[Trap]:
        """Those about a check: not that checkd was started, nor that events were lost."""
        return [trap for trap in self.received if trap.name]

    def of_kind(self, kind: str) -> list[Trap]:
        return [trap for trap in self.received if trap.kind == kind]

    def of(self, check: str) -> list[Trap]:
        return [trap for trap in self.received if trap.name == check]

    def kinds_of(self, check: str) -> list[str]:
        return [trap.kind for trap in self.of(check)]

    def wait_for(self, check: str, count: int, patience: float = PATIENCE) -> list[Trap]:
        """Waits until that many notifications of the check have come and returns them."""
        return wait_until(
            lambda: (traps := self.of(check))[: len(traps) if len(traps) >= count else 0],
            f"{count} notifications of {check}",
            patience,
        )


def _tool_environment(folder: Path, name: str) -> Mapping[str, str]:
    return {
        "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin",
        "SNMPCONFPATH": str(folder / "no-such-folder"),
        "SNMP_PERSISTENT_DIR": str(folder / f"{name}-state"),
        "MIBS": "",
    }
