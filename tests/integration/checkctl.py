# SPDX-License-Identifier: GPL-2.0-or-later
"""checkctl, run as people run it: with pipes, and on a terminal of a size."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata
from pathlib import Path
from typing import Any, Mapping, Optional

from processes import PATIENCE, end_with_parent, wait_until
from testbed import BUILD, Config, Site

CHECKCTL = BUILD / "src" / "ctl" / "checkctl"

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def socket_of(site: Site) -> Path:
    return site.folder / "checkd.sock"


def environment(site: Site) -> dict[str, str]:
    """Of an operator whose language is UTF-8, and whose checkd is the site's."""
    return {
        **site.environment,
        "CHECKCTL_SOCKET": str(socket_of(site)),
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
    }


def run(
    site: Site, *words: str, stdin: str = "", more: Optional[Mapping[str, str]] = None
) -> "subprocess.CompletedProcess[str]":
    """Runs it with pipes until it ends."""
    return subprocess.run(
        [str(CHECKCTL), *words],
        env={**environment(site), **(more or {})},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def output(site: Site, *words: str, status: int = 0, **options: Any) -> str:
    """What it prints, having ended with that status."""
    result = run(site, *words, **options)
    assert result.returncode == status, (result.stdout, result.stderr)
    return result.stdout


def answers(site: Site, *words: str, status: int = 0) -> list[dict[str, Any]]:
    """The objects that it prints as JSON, one a line."""
    text = output(site, "--json", *words, status=status)
    return [json.loads(line) for line in text.splitlines()]


class Terminal:
    """A process on a terminal of its own; what it writes is kept."""

    def __init__(
        self,
        argv: "list[str]",
        env: Mapping[str, str],
        columns: int = 80,
        lines: int = 24,
    ) -> None:
        self._master, slave = pty.openpty()
        self.resize(columns, lines)
        self.before = termios.tcgetattr(slave)
        self._popen = subprocess.Popen(
            argv,
            env=dict(env),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=self._control,
        )
        self._slave = slave  # kept, so that its settings can be asked for at the end
        self._written = b""

    @staticmethod
    def _control() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        end_with_parent()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        if self._popen.poll() is None:
            self._popen.kill()
        self._popen.wait()
        os.close(self._slave)
        os.close(self._master)

    @property
    def pid(self) -> int:
        return self._popen.pid

    def resize(self, columns: int, lines: int) -> None:
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def send(self, number: int) -> None:
        self._popen.send_signal(number)

    def _read(self) -> None:
        while select.select([self._master], [], [], 0)[0]:
            try:
                self._written += os.read(self._master, 65536)
            except OSError:
                return

    @property
    def raw(self) -> str:
        """All that it has written so far."""
        self._read()
        return self._written.decode("utf-8", errors="strict").replace("\r\n", "\n")

    @property
    def text(self) -> str:
        return _COLOUR.sub("", self.raw)

    @property
    def frame(self) -> list[str]:
        """The lines of the last whole picture of what draws anew in place."""
        pictures = self.text.split("\x1b[H")[1:]
        whole = [each for each in pictures if "\x1b[J" in each and each.strip("\x1b[J\n ")]
        if not whole:
            return []
        return whole[-1].split("\x1b[J")[0].replace("\x1b[K", "").split("\n")

    def wait_for(self, pattern: str, patience: float = PATIENCE) -> str:
        """Waits until all that was written matches, and returns what does."""
        match = wait_until(lambda: re.search(pattern, self.text), pattern, patience)
        assert match is not None
        return match.group()

    def wait_for_frame(self, pattern: str, patience: float = PATIENCE) -> list[str]:
        """Waits until a picture has a line that matches, and returns the picture."""
        last: list[str] = []

        def has_it() -> bool:
            last[:] = self.frame
            return any(re.search(pattern, line) for line in last)

        try:
            wait_until(has_it, f"a picture with {pattern!r}", patience)
        except AssertionError as error:
            raise AssertionError(f"{error}; the last was\n" + "\n".join(last)) from None
        return list(last)

    def wait(self, patience: float = PATIENCE) -> int:
        """Its exit status; what it writes meanwhile is read."""
        deadline = time.monotonic() + patience
        while self._popen.poll() is None and time.monotonic() < deadline:
            self._read()
            time.sleep(0.02)
        return self._popen.wait(1)

    @property
    def is_as_before(self) -> bool:
        """Whether the terminal has the settings that it had."""
        return termios.tcgetattr(self._slave) == self.before

    def stop_by_key(self) -> None:
        self.type("\x1a")
        wait_until(lambda: os.waitpid(self.pid, os.WUNTRACED | os.WNOHANG)[0], "it has stopped")

    def go_on(self) -> None:
        self.send(signal.SIGCONT)


def on_terminal(
    site: Site, *words: str, columns: int = 80, lines: int = 24, **more: str
) -> Terminal:
    return Terminal(
        [str(CHECKCTL), *words], {**environment(site), **more}, columns=columns, lines=lines
    )


def check(name: str, code: str = "exit 0", **keys: object) -> Config:
    return {
        "name": name, "command": code, "shell": True, "interval": "1s", "timeout": "5s", **keys
    }  # fmt: skip


def start(
    site: Site, checks: "list[Config]", until_run: bool = True, **sections: object
) -> None:
    """Starts checkd, and waits until it answers, and each of them has run that will soon."""
    site.start(checks, wait=False, **sections)
    wait_until(
        lambda: socket_of(site).exists() or not site.checkd.is_running, "the socket is there"
    )
    active = {
        each["name"]
        for each in checks
        if until_run and each.get("enabled", True) and "command" in each
    }

    def have_run() -> bool:
        result = run(site, "--json", "status")
        if '"ok":false' in result.stdout:
            return False
        rows = [json.loads(line) for line in result.stdout.splitlines()]
        return {row["name"] for row in rows if row["runs"] > 0} >= active

    wait_until(have_run, f"{active} have run")


def columns_of(line: str) -> int:
    wide = [unicodedata.east_asian_width(each) in "WF" for each in line]
    return len(line) + sum(wide)


def names(text: str) -> list[str]:
    """The column of names of a table below its sum."""
    return [line.split()[1] for line in text.splitlines()[2:] if not line.startswith("...")]
