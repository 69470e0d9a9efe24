# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a fault campaign takes place: a site, its checks, and each fault as something to do."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, Optional

from faults import Shim, SmallDisk
from ledger import Life, Run, Window, read_ledger, script, uptime
from plan import CHECKS, Fault
from processes import is_alive, replace_file
from testbed import Checkd, Config, Site

# Less than these seconds before the engine's end a result may not have been stored yet, and
# so not shown either.
GRACE = 6.0

# How much longer each write to a slow disk takes; a commit is some ten of them.
SLOW_MS = 40

# A log of this size is outlived in minutes, so that it is trimmed all the while.
LIMITS = {"history": 2000, "backlog": 2000}


@dataclass(frozen=True)
class Wait:
    """What a lane waits for before it goes on."""

    condition: Callable[[], bool]
    what: str
    patience: float = 60.0


def after(seconds: float) -> Wait:
    until = time.monotonic() + seconds
    return Wait(lambda: time.monotonic() >= until, f"{seconds:.1f} s", seconds + 60)


# A lane takes its turns with the others in one thread: a process that a thread has started
# would be killed at the thread's end (PR_SET_PDEATHSIG).
Lane = Iterator[Wait]


def take_turns(lanes: Iterable[Lane]) -> None:
    """Goes on with each lane when what it waits for has come, until all are through."""
    waiting = [(lane, after(0), time.monotonic()) for lane in lanes]
    while waiting:
        still = []
        for lane, wait, since in waiting:
            if wait.condition():
                following = next(lane, None)
                if following is not None:
                    still.append((lane, following, time.monotonic()))
            else:
                waited = time.monotonic() - since
                assert waited < wait.patience, f"waited {waited:.0f} s in vain: {wait.what}"
                still.append((lane, wait, since))
        waiting = still
        time.sleep(0.005)


class Stage:
    """The site, the engine's lives, and each fault as something to do to them."""

    def __init__(self, site: Site, disk: Optional[SmallDisk]) -> None:
        self.site = site
        self.lives: list[Life] = []
        self.windows: list[Window] = []
        self.glance: Callable[[], None] = lambda: None  # called just before a death
        self._disk = disk
        self._state = (disk.folder if disk else site.folder) / "checkd.db"
        self._shim = Shim(site, self._state)
        self._engine: Optional[Checkd] = None
        self._has_guest = False
        self._is_active = True
        for check in CHECKS:
            self.turn(check.name, "0")
            files = self._file(check.name, "code"), self._file(check.name, "ledger")
            site.script(f"{check.name}.sh", script(check.name, *files))
        self.start_engine()

    def _file(self, check: str, suffix: str) -> Path:
        return self.site.folder / f"{check}.{suffix}"

    # -- checks

    def turn(self, check: str, code: str) -> None:
        replace_file(self._file(check, "code"), code + "\n")

    def ledger(self, check: str) -> list[Run]:
        return read_ledger(self._file(check, "ledger"))

    def _configuration(self) -> tuple[list[Config], dict[str, Any]]:
        checks: list[Config] = [
            {
                "name": check.name,
                "command": f"/bin/sh {self._file(check.name, 'sh')}",
                "interval": f"{check.interval_ms}ms",
                "timeout": "60s",
                "confirm": check.confirm,
                "notify": check.notify,
                "enabled": self._is_active,
            }
            for check in CHECKS
        ]
        if self._has_guest:
            checks.append({"name": "guest", "command": "/bin/true", "interval": "500ms"})
        return checks, {"state": str(self._state), "limits": LIMITS}

    # -- the engine

    @property
    def engine(self) -> Checkd:
        assert self._engine is not None
        return self._engine

    @property
    def is_engine_up(self) -> bool:
        return self.engine.is_running and bool(self.engine.logged("configuration 1: ok"))

    def start_engine(self) -> None:
        checks, sections = self._configuration()
        self._engine = self.site.start(checks, wait=False, **sections)

    def end_life(self) -> None:
        assert self.engine.is_running, f"checkd has ended:\n{self.engine.output[-2000:]}"
        self.lives.append(Life(self.engine.pid, uptime() - GRACE, uptime()))

    def engine_kill(self, length: float) -> Lane:
        self.glance()
        self.end_life()
        self.engine.kill()
        yield after(length)
        self.start_engine()

    def engine_terminate(self, length: float) -> Lane:
        yield self._engine_is_up()
        self.end_life()
        self.engine.send(signal.SIGTERM)
        yield Wait(lambda: not self.engine.is_running, "checkd ends at SIGTERM")
        assert self.engine.exit_code == 0, f"checkd ended with {self.engine.exit_code} at SIGTERM"
        yield after(length)
        self.start_engine()

    def engine_stop(self, length: float) -> Lane:
        self.engine.pause()
        yield after(length)
        self.engine.resume()

    def engine_reload(self, _length: float) -> Lane:
        """A check without a history comes or goes; the others stay as they are."""
        yield self._engine_is_up()
        self._has_guest = not self._has_guest
        checks, sections = self._configuration()
        self.site.write_config(checks, **sections)
        self.engine.reload(wait=False)

    def _engine_is_up(self) -> Wait:
        return Wait(lambda: self.is_engine_up, "checkd has its configuration")

    def deactivate(self) -> None:
        """Ends the runs of all checks, so that the table can be read at leisure."""
        self.end_life()
        self._is_active = False
        checks, sections = self._configuration()
        self.site.write_config(checks, **sections)
        self.engine.reload()

    # -- the publisher

    def publisher_kill(self, _length: float) -> Lane:
        self._signal_publisher(signal.SIGKILL)
        yield after(0)

    def publisher_hang(self, length: float) -> Lane:
        """It stops with what it has not told yet, and goes with it."""
        pid = self._signal_publisher(signal.SIGSTOP)
        yield after(length)
        if pid is not None and is_alive(pid):
            os.kill(pid, signal.SIGKILL)

    def publisher_stop(self, length: float) -> Lane:
        pid = self._signal_publisher(signal.SIGSTOP)
        yield after(length)
        if pid is not None and is_alive(pid):
            os.kill(pid, signal.SIGCONT)

    def _signal_publisher(self, number: int) -> Optional[int]:
        pid = self.engine.publisher_pid
        if pid is not None:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                return None
        return pid

    # -- the master

    def master_kill(self, length: float) -> Lane:
        self.site.master.kill()
        yield after(length)
        self.site.master.start()

    def master_hang(self, length: float) -> Lane:
        """It stops, takes what it is sent into its buffers, and goes with that."""
        self.site.master.pause()
        yield after(length)
        self.site.master.kill()
        self.site.master.start()

    def master_stop(self, length: float) -> Lane:
        self.site.master.pause()
        yield after(length)
        self.site.master.resume()

    def master_restart(self, length: float) -> Lane:
        self.site.master.stop()
        yield after(length)
        self.site.master.start()

    def master_unlink(self, length: float) -> Lane:
        """Connections go on, new ones cannot come until the master is started anew."""
        self.site.master.socket.unlink(missing_ok=True)
        yield after(length)
        self.site.master.restart()

    # -- the disk

    def disk_full(self, length: float) -> Lane:
        if self._disk is not None:
            self._disk.fill()
            yield after(length)
            self._disk.empty()

    def disk_slow(self, length: float) -> Lane:
        self._shim.slow_disk(SLOW_MS)
        yield after(length)
        self._shim.heal_disk()

    def suffer(self, part: str, fault: Fault) -> Lane:
        began = uptime()
        action: Callable[[float], Lane] = getattr(self, f"{part}_{fault.kind}")
        yield from action(fault.length)
        self.windows.append(Window(f"{part} {fault.kind}", began, uptime()))
