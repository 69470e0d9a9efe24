# SPDX-License-Identifier: GPL-2.0-or-later
"""A real PostgreSQL of a test's own: its cluster, its port, and what can happen to it."""

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Optional, Sequence

from processes import Process, children_of, is_alive, wait_until
from testbed import Site


def _find_programs() -> Optional[Path]:
    """Debian keeps those of the server in a folder for each version."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return max((f for f in folders if (f / "initdb").exists()), default=None)


PROGRAMS = _find_programs()

# It refuses to run as root.
USER = "postgres"
_AS_USER = (
    ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--pdeathsig", "KILL"]
    if os.geteuid() == 0 else []
)  # fmt: skip

_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}

_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
external_pid_file = '{folder}/pid'
max_connections = {connections}
superuser_reserved_connections = 3
autovacuum = off
fsync = off
"""

ROOM = 10  # connections for those who are not superusers


class Session:
    """A connection that somebody keeps open."""

    def __init__(self, command: Sequence[str]) -> None:
        self._popen = subprocess.Popen(
            command, env=_ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._popen.stdin is not None and self._popen.stdout is not None
        self._popen.stdin.write("SELECT 'there';\n")
        self._popen.stdin.flush()
        assert self._popen.stdout.readline() == "there\n"

    def close(self) -> None:
        self._popen.communicate(timeout=10)


class Postgresql:
    """A server whose cluster lies in the site's folder; it listens on loopback."""

    def __init__(self, site: Site) -> None:
        assert PROGRAMS is not None
        self._programs = PROGRAMS
        self.port = site.take_port()
        self.folder = site.folder / "postgresql"
        self.folder.mkdir()
        if os.geteuid() == 0:
            subprocess.run(["chown", USER, str(self.folder)], check=True)
        self.pid_file = self.folder / "pid"
        self.socket = self.folder / f".s.PGSQL.{self.port}"
        self._data = self.folder / "data"
        self._sessions: list[Session] = []
        self._process: Optional[Process] = None
        self._run("initdb", "-D", str(self._data), "-U", USER, "-A", "trust", "--no-sync")
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS.format(
                port=self.port, folder=self.folder, connections=ROOM + 3,
            ))  # fmt: skip

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [*_AS_USER, str(self._programs / program), *arguments],
            cwd=self.folder, env=_ENVIRONMENT, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def _launch(self, *options: str) -> None:
        command = [*_AS_USER, str(self._programs / "postgres"), "-D", str(self._data), *options]
        self._process = Process(command, self.folder, _ENVIRONMENT)

    def _is_logged(self, pattern: str) -> bool:
        assert self._process is not None and self._process.is_running, self._process
        return re.search(pattern, self._process.output) is not None

    def start(self) -> None:
        self._launch()
        wait_until(lambda: self._is_logged("ready to accept connections"), "PostgreSQL runs")

    def start_as_standby(self, *, is_readable: bool) -> None:
        """It replays what never comes; meanwhile it lets sessions read, or lets none begin."""
        subprocess.run([*_AS_USER, "touch", str(self._data / "standby.signal")], check=True)
        self._launch("-c", f"hot_standby={'on' if is_readable else 'off'}")
        state = "ready to accept read-only connections" if is_readable else "entering standby mode"
        wait_until(lambda: self._is_logged(state), "PostgreSQL is a standby")

    def promote(self) -> None:
        self._run("pg_ctl", "promote", "-D", str(self._data))

    def kill(self) -> None:
        """The postmaster at once, so that it takes nothing away; its children follow."""
        assert self._process is not None
        children = children_of(self._process.pid)
        self._process.kill()
        wait_until(lambda: not any(map(is_alive, children)), "PostgreSQL's children have ended")

    def query(self, text: str) -> str:
        return self._run("psql", *self._options, "-c", text)

    @property
    def _options(self) -> list[str]:
        return ["-XAtq", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER]

    def hold_sessions(self, number: int) -> None:
        """So many are open from now on; as a superuser's, so that none is refused."""
        while len(self._sessions) > number:
            self._sessions.pop().close()
        while len(self._sessions) < number:
            self._sessions.append(Session([str(self._programs / "psql"), *self._options]))

    def stop(self) -> None:
        self.hold_sessions(0)
        if self._process is not None and self._process.is_running:
            self._process.stop(signal.SIGINT)
