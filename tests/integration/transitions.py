# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to make transitions: one that a test waits for, or many as fast as checks run."""

from typing import Any, Sequence

from mib import AdminState, RunState
from processes import PATIENCE, wait_until
from testbed import Checkd, Config, Dial, Site


def flip(checkd: Checkd, dial: Dial, *codes: int) -> None:
    """Makes the check exit with each of the codes in turn, as checkd's log shows."""
    for code in codes:
        before = len(checkd.logged(f"check {dial.name}: .*->"))
        dial.turn(f"exit {code}")
        checkd.wait_for_log(f"check {dial.name}: .*->", before + 1)


class Blinkers:
    """Checks whose results alternate between 0 and 2, so that each run but a first is an
    event."""

    def __init__(self, site: Site, count: int, **keys: Any) -> None:
        self._site = site
        self._keys = {"interval": "100ms", **keys}
        self.dials = [site.dial(f"blinker{number}") for number in range(count)]
        for dial in self.dials:
            memory = site.folder / f"{dial.name}.lit"
            dial.turn(f"if rm {memory} 2>/dev/null; then exit 0; fi; >{memory}; exit 2")

    def checks(self, **keys: Any) -> list[Config]:
        return [dial.check(**{**self._keys, **keys}) for dial in self.dials]

    def events(self, checkd: Checkd) -> int:
        """How many there were so far, by the log of a checkd that has run all the time."""
        return len(checkd.logged("check blinker[0-9]+: .*->"))

    def make(self, checkd: Checkd, count: int, patience: float = 60) -> None:
        """Waits for so many more events."""
        target = self.events(checkd) + count
        wait_until(lambda: self.events(checkd) >= target, f"{count} events", patience)


def rest(site: Site, checkd: Checkd, checks: Sequence[Config], **sections: Any) -> None:
    """Disables these checks and waits until the table shows that none runs any more."""
    quiet(site, checkd, checks, **sections)
    wait_until(lambda: is_at_rest(site, checks), "the checks rest", PATIENCE)


def quiet(site: Site, checkd: Checkd, checks: Sequence[Config], **sections: Any) -> None:
    """Disables these checks, where nobody may be there to show it."""
    site.write_config([{**check, "enabled": False} for check in checks], **sections)
    checkd.reload()


def is_at_rest(site: Site, checks: Sequence[Config]) -> bool:
    rows = site.client.table()
    return all(
        rows.get(check["name"], {}).get("checkAdminState") == AdminState.DISABLED
        and rows[check["name"]]["checkRunState"] == RunState.IDLE
        for check in checks
    )
