# SPDX-License-Identifier: GPL-2.0-or-later
"""What every test needs of the system: ports, processes that are ended again, waiting."""

import ctypes
import fcntl
import os
import random
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Callable, Mapping, Optional, Sequence, TypeVar

T = TypeVar("T")

# A sanitizer makes everything slower, and several tests share few cores.
PATIENCE = 15.0

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

_LIBC = ctypes.CDLL(None, use_errno=True)


def wait_until(
    condition: Callable[[], T], what: str, patience: float = PATIENCE, pause: float = 0.02
) -> T:
    """Waits until the condition is true and returns its value; fails at the deadline."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:g} s in vain: {what}; last value {value!r}")
        time.sleep(pause)


def replace_file(file: Path, text: str, mode: Optional[int] = None) -> None:
    """In one step, as an editor does it: whoever reads it sees the old text or the new."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(text, encoding="utf-8")
    if mode is not None:
        fresh.chmod(mode)
    fresh.rename(file)


def stays_true(condition: Callable[[], bool], what: str, duration: float) -> None:
    """Asserts that the condition holds at every look during that time."""
    deadline = time.monotonic() + duration
    while time.monotonic() < deadline:
        assert condition(), what
        time.sleep(0.05)


class Ports:
    """Ports of loopback that no other test uses, whichever process it runs in.

    A lock on a file named after the port keeps it until release(); they lie below the
    range from which the system takes those of outgoing connections.
    """

    FIRST, LAST = 20000, 32000

    def __init__(self) -> None:
        self._folder = Path(tempfile.gettempdir()) / f"checkd-test-ports-{os.geteuid()}"
        self._folder.mkdir(exist_ok=True)
        self._locks: list[int] = []

    def take(self) -> int:
        for _ in range(1000):
            port = random.randrange(self.FIRST, self.LAST)
            lock = os.open(self._folder / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._try_bind(port)
            except OSError:
                os.close(lock)
                continue
            self._locks.append(lock)
            return port
        raise RuntimeError("no free port was found")

    @staticmethod
    def _try_bind(port: int) -> None:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("127.0.0.1", port))

    def release(self) -> None:
        while self._locks:
            os.close(self._locks.pop())


class Process:
    """A program that runs until the test ends; its output goes to files of the folder."""

    _count = 0

    def __init__(
        self,
        argv: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        inherited: Sequence[int] = (),
    ) -> None:
        Process._count += 1
        self.name = f"{Path(argv[0]).name}-{Process._count}"
        self.output_file = folder / f"{self.name}.log"
        with self.output_file.open("wb") as output:
            self._popen = subprocess.Popen(
                argv,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
                pass_fds=inherited,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def output(self) -> str:
        return self.output_file.read_text(encoding="utf-8", errors="replace")

    @property
    def exit_code(self) -> Optional[int]:
        """None while it runs; negative: the signal that ended it."""
        return self._popen.poll()

    @property
    def is_running(self) -> bool:
        return self.exit_code is None

    def send(self, number: int) -> None:
        self._popen.send_signal(number)

    def pause(self) -> None:
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        self.send(signal.SIGCONT)

    def wait(self, patience: float = PATIENCE) -> int:
        try:
            return self._popen.wait(patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end within {patience:g} s") from None

    def stop(self, number: int = signal.SIGTERM, patience: float = PATIENCE) -> int:
        """Ends it and returns its exit code; one that does not obey is killed and told of."""
        if self.is_running:
            self.resume()
            self.send(number)
        try:
            return self.wait(patience)
        except AssertionError:
            self.kill()
            raise

    def kill(self) -> None:
        if self.is_running:
            self._popen.kill()
        self._popen.wait()


def adopt_orphans() -> None:
    """Makes this process the parent of every orphan below it, so that none is overlooked."""
    if _LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def end_with_parent() -> None:
    """Has this process killed when the one that started it dies, be it by SIGKILL."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def process_status(pid: int) -> dict[str, str]:
    """The fields of /proc/PID/status; empty where there is no such process."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(errors="replace")
    except OSError:
        return {}
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def is_alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    state = process_status(pid).get("State", "Z")
    return not state.startswith(("Z", "X"))


def children_of(pid: int) -> list[int]:
    """The living children of a process."""
    children = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            status = process_status(int(entry.name))
            if status.get("PPid") == str(pid) and not status["State"].startswith(("Z", "X")):
                children.append(int(entry.name))
    return children


def end_orphans() -> list[str]:
    """Ends and reaps every process that was left to this one; returns what they were."""
    left = []
    for pid in children_of(os.getpid()):
        left.append(f"{pid} {' '.join(command_line(pid))}")
        os.kill(pid, signal.SIGKILL)
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0 and not children_of(os.getpid()):
                break
        except ChildProcessError:
            break
    return left


_REPORT = re.compile(
    r"^.*(?:(?:Address|Leak|Thread)Sanitizer|runtime error:).*$", re.MULTILINE
)


def sanitizer_reports(folder: Path) -> list[str]:
    """What sanitizers wrote, be it to files of their own or to a program's stderr."""
    reports = []
    for file in sorted(folder.rglob("sanitizer.*")) + sorted(folder.glob("*.log")):
        text = file.read_text(encoding="utf-8", errors="replace")
        if file.name.startswith("sanitizer.") or _REPORT.search(text):
            reports.append(f"{file.name}:\n{text[-6000:]}")
    return reports
