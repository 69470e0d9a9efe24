# SPDX-License-Identifier: GPL-2.0-or-later
"""What layers of checks do, as a manager sees it: events in the log, traps, and restarts."""

from pathlib import Path
from typing import Any, Optional, Sequence

from event_log import numbers_of, pending, read_events
from mib import EVENT_COLUMNS, Delivery, EventKind, State, Suppression
from processes import wait_until
from snmp import Row, SnmpError, SnmpTimeout, Trap
from testbed import Checkd, Config, Site

# Of a check that is to run when it is looked at, and not before.
SELDOM = "1d"


def events_of(site: Site, name: str) -> list[Row]:
    """The events of a check in their order, each with its number; without those that came
    while they were read."""
    return [
        {"number": number, **row}
        for number, row in sorted(site.client.events().items())
        if len(row) == len(EVENT_COLUMNS) and row["checkEventName"] == name
    ]


def settle(site: Site, patience: float = 30) -> None:
    """Waits until what has happened so far has come to the receiver, or never will. More may
    happen meanwhile, so often that something is always pending."""
    bound: Optional[int] = None

    def is_settled() -> bool:
        nonlocal bound
        try:
            left = pending(site.client)
            if left is None:
                return False
            log = read_events(site.client)
        except (SnmpError, SnmpTimeout):
            return False
        last = log[-1].number if log else 0
        bound = last + left if bound is None else bound  # of what is not shown yet, too
        if left > 0 and last < bound:
            return False
        past = [event for event in log if event.number <= bound]
        accepted = {event.number for event in past if event.delivery == Delivery.ACCEPTED}
        return not any(
            event.delivery == Delivery.PENDING for event in past
        ) and accepted <= set(numbers_of(site.traps.received))

    wait_until(is_settled, "all that happened has come to the receiver", patience)


def _by_number(site: Site, name: str) -> dict[int, Trap]:
    traps = {trap["checkEventNumber"]: trap for trap in site.traps.of(name)}
    return dict(sorted(traps.items()))


def told_of(site: Site, name: str) -> list[Trap]:
    """The notifications of a check, once what has happened so far has come. One that came
    twice under its number counts once, as for every receiver."""
    settle(site)
    return list(_by_number(site, name).values())


def kinds_told_of(site: Site, name: str) -> list[str]:
    return [trap.kind for trap in told_of(site, name)]


def wait_until_told(site: Site, name: str, *kinds: str) -> Trap:
    """Waits until the check's notifications are exactly these; returns the last of them."""
    wait_until(
        lambda: len(_by_number(site, name)) >= len(kinds), f"{name} is told of: {kinds}"
    )
    traps = told_of(site, name)
    assert [trap.kind for trap in traps] == list(kinds), events_of(site, name)
    return traps[-1]


def expect_nothing_more(site: Site, name: str, *kinds: str, runs: int = 3) -> None:
    """After some more runs the check's notifications are exactly these still."""
    site.wait_for_runs(name, runs)
    assert kinds_told_of(site, name) == list(kinds), events_of(site, name)


def expect_suppressed(events: Sequence[Row], reason: Suppression) -> None:
    for event in events:
        assert event["checkEventDelivery"] == Delivery.SUPPRESSED, event
        assert event["checkEventSuppression"] == reason, event


def kinds_of(events: Sequence[Row]) -> list[EventKind]:
    return [EventKind(event["checkEventKind"]) for event in events]


def wait_until_ok(site: Site, *names: str) -> None:
    for name in names:
        site.wait_for(name, {"checkState": State.OK, "checkAttempt": 0})


def start_with_seldom(
    site: Site, checks: Sequence[Config], seldom: Sequence[str], **keys: Any
) -> Checkd:
    """Starts with these checks, all of them ok, of which some run seldom from then on."""
    checkd = site.start(checks)
    wait_until_ok(site, *(check["name"] for check in checks))
    site.reload(
        [
            {**check, "interval": SELDOM, **keys} if check["name"] in seldom else check
            for check in checks
        ]
    )
    wait_until(lambda: site.client.scalar("checkConfigGeneration") == 2, "it is in use")
    return checkd


def restart(site: Site, checkd: Checkd, checks: Sequence[Config], **sections: Any) -> Checkd:
    """The engine dies by SIGKILL, and another takes its place."""
    checkd.kill()
    return site.start(checks, **sections)


def reload(site: Site, checkd: Checkd, checks: Sequence[Config], **sections: Any) -> None:
    """As Site.reload, of a checkd that is not the first."""
    site.write_config(checks, **sections)
    checkd.reload()


class Gate:
    """Code that waits until a test opens the gate."""

    def __init__(self, site: Site, name: str) -> None:
        self._file: Path = site.folder / f"{name}.open"
        self._marks: Path = site.folder / f"{name}.waits"

    def then(self, code: str) -> str:
        return f"echo >>{self._marks}; until [ -e {self._file} ]; do sleep 0.05; done; {code}"

    @property
    def arrivals(self) -> int:
        """How many have come to it so far."""
        return len(self._marks.read_text().split("\n")) - 1 if self._marks.exists() else 0

    def open(self) -> None:
        self._file.touch()
