# SPDX-License-Identifier: GPL-2.0-or-later
"""checkd itself, and the site in which a test runs it: a folder, ports, a master, traps."""

import json
import os
import re
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any, Optional, Sequence

import processes
from processes import (
    PATIENCE,
    Ports,
    Process,
    children_of,
    command_line,
    replace_file,
    wait_until,
)
from snmp import Client, Master, Row, Traps

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("CHECKD_BUILD", SOURCE / "build-test"))
CHECKD = BUILD / "src" / "engine" / "checkd"
PUBLISHER = BUILD / "src" / "snmp" / "checkd-snmp"
MIB_FILE = BUILD / "mibs" / "CHECKD-MIB.txt"
BASE_MIBS = Path(os.environ.get("CHECKD_BASE_MIBS", BUILD / "base-mibs"))

Config = dict[str, Any]


class Dial:
    """A check whose next result a test chooses: it runs a file of shell code."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._file = folder / f"{name.replace('/', '_').replace(':', '_')}.sh"
        if not self._file.exists():
            self.turn("exit 0")

    def turn(self, code: str) -> None:
        """From its next start on the check runs this code; a run in progress does not see it."""
        replace_file(self._file, code + "\n")

    def check(self, **keys: Any) -> Config:
        """Its entry in the configuration, runs five times a second unless told otherwise."""
        return {
            "name": self.name,
            "command": f"/bin/sh {self._file}",
            "interval": "200ms",
            "timeout": "5s",
            **keys,
        }


class Checkd(Process):
    """checkd in the foreground, with its configuration, its log and its child processes."""

    def __init__(
        self, site: "Site", config_file: Path, options: Sequence[str], program: Sequence[str]
    ) -> None:
        # A descriptor that a careless parent left open: no script may get it.
        with open("/dev/zero", "rb") as stray:
            super().__init__(
                [*program, "-f", *options, "-c", str(config_file)],
                site.folder,
                site.environment,
                [stray.fileno()],
            )
        self.config_file = config_file

    @property
    def publisher_pid(self) -> Optional[int]:
        for pid in children_of(self.pid):
            if command_line(pid)[:1] == [str(self._publisher)]:
                return pid
        return None

    @property
    def _publisher(self) -> Path:
        return self.output_file.parent / PUBLISHER.name

    def runs(self) -> list[int]:
        """The processes of running checks."""
        publisher = self.publisher_pid
        return [pid for pid in children_of(self.pid) if pid != publisher]

    def logged(self, pattern: str) -> list[str]:
        """The lines of the log that match."""
        return [line for line in self.output.splitlines() if re.search(pattern, line)]

    def wait_for_log(self, pattern: str, count: int = 1, patience: float = PATIENCE) -> list[str]:
        return wait_until(
            lambda: (lines := self.logged(pattern))[: len(lines) if len(lines) >= count else 0],
            f"{count} lines of the log like {pattern!r}",
            patience,
        )

    def reload(self, wait: bool = True) -> None:
        """Sends SIGHUP and waits until the load is through, for better or worse."""
        pattern = r"configuration \d+:|reload failed"
        before = len(self.logged(pattern))
        self.send(signal.SIGHUP)
        if wait:
            self.wait_for_log(pattern, before + 1)


class Site:
    """All that one test has for itself. What it starts has ended when close() returns."""

    def __init__(self) -> None:
        processes.adopt_orphans()
        self.folder = Path(tempfile.mkdtemp(prefix="checkd-test-"))
        # The publisher and some checks run as other users when the tests run as root.
        self.folder.chmod(0o755)
        shutil.copy(PUBLISHER, self.folder / PUBLISHER.name)
        self._ports = Ports()
        self.trap_port = self._ports.take()
        agent_port = self._ports.take()
        self.client = Client(agent_port, self.folder, [MIB_FILE.parent, BASE_MIBS])
        self.master = Master(self.folder, agent_port, self.trap_port, self.client)
        self._traps: Optional[Traps] = None
        self._checkds: list[Checkd] = []
        self.environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "CHECKD_LIBEXECDIR": str(self.folder),
            "ASAN_OPTIONS": f"detect_leaks=1:abort_on_error=1:log_path={self.folder}/sanitizer",
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:"
            f"log_path={self.folder}/sanitizer",
        }

    @property
    def traps(self) -> Traps:
        assert self._traps is not None, "snmptrapd was not started"
        return self._traps

    @property
    def checkd(self) -> Checkd:
        """The checkd that was started first."""
        return self._checkds[0]

    def take_port(self) -> int:
        return self._ports.take()

    def start_receiver(self) -> None:
        self._traps = Traps(self.folder, self.trap_port)

    def dial(self, name: str) -> Dial:
        return Dial(self.folder, name)

    def script(self, name: str, text: str, mode: int = 0o755) -> Path:
        """A file that is run by its path."""
        file = self.folder / name
        replace_file(file, text, mode)
        return file

    def write_config(
        self, checks: Sequence[Config], name: str = "checkd.yaml", **sections: Any
    ) -> Path:
        """Writes a configuration; JSON is YAML."""
        snmp = {"master": self.master.address, **sections.pop("snmp", {})}
        file = self.folder / name
        state = str(file.with_suffix(".db"))
        control = {"socket": str(file.with_suffix(".sock")), **sections.pop("control", {})}
        config = {
            "state": state, "snmp": snmp, "control": control, **sections, "checks": list(checks)
        }  # fmt: skip
        replace_file(file, json.dumps(config, indent=1, ensure_ascii=False) + "\n")
        return file

    def start(
        self,
        checks: Sequence[Config],
        *,
        options: Sequence[str] = ("-v",),
        program: Sequence[str] = (str(CHECKD),),
        wait: bool = True,
        config_name: str = "checkd.yaml",
        **sections: Any,
    ) -> Checkd:
        """Starts checkd with these checks and waits until they are published."""
        file = self.write_config(checks, config_name, **sections)
        checkd = Checkd(self, file, options, program)
        self._checkds.append(checkd)
        if wait:
            wait_until(
                lambda: self.client.is_published() or not checkd.is_running, "the table is served"
            )
            assert checkd.is_running, checkd.output
        return checkd

    def start_anew(self, checks: Sequence[Config], **sections: Any) -> Checkd:
        """Starts one in the place of the first, which has ended."""
        checkd = self.start(checks, **sections)
        self._checkds.remove(checkd)
        self._checkds.insert(0, checkd)
        return checkd

    def reload(self, checks: Sequence[Config], **sections: Any) -> None:
        """Writes another configuration for the first checkd and has it read."""
        self.write_config(checks, **sections)
        self.checkd.reload()

    def wait_for(
        self, check: str, wanted: dict[str, Any], patience: float = PATIENCE
    ) -> Row:
        """Waits until the check's row has these values and returns the row."""
        last: Row = {}

        def is_so() -> bool:
            last.clear()
            last.update(self.client.row(check))
            return all(last.get(column) == value for column, value in wanted.items())

        try:
            wait_until(is_so, f"{check} has {wanted}", patience)
        except AssertionError as error:
            raise AssertionError(f"{error}; its row is {last}") from None
        return dict(last)

    def wait_for_runs(self, check: str, more: int = 1, patience: float = PATIENCE) -> None:
        """Waits until the check is there and that many more runs of it have finished."""
        start = None

        def is_there() -> bool:
            nonlocal start
            start = self.client.column("checkRuns", check)
            return isinstance(start, int)

        wait_until(is_there, f"{check} is there", patience)
        wait_until(
            lambda: self.client.column("checkRuns", check) - start >= more,
            f"{more} more runs of {check}",
            patience,
        )

    def close(self) -> list[str]:
        """Ends everything; returns what was not as it should be."""
        faults = []
        for checkd in self._checkds:
            was_running = checkd.is_running
            try:
                exit_code = checkd.stop()
            except AssertionError as error:
                faults.append(str(error))
                continue
            if was_running and exit_code != 0:
                faults.append(f"{checkd.name} ended with {exit_code} at SIGTERM")
        self.master.stop()
        if self._traps is not None:
            self._traps.stop()
        faults += [f"left running: {each}" for each in processes.end_orphans()]
        faults += processes.sanitizer_reports(self.folder)
        self._ports.release()
        return faults

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
