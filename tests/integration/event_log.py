# SPDX-License-Identifier: GPL-2.0-or-later
"""The event log as a manager reads it: checkEventTable by GETBULK, and what it tells."""

from dataclasses import dataclass, replace
from typing import Any, Iterable, Optional

import mib
from mib import Delivery, EventKind, Outcome, State
from snmp import Client, SnmpError, SnmpTimeout, Trap, parse_bindings, plain


@dataclass(frozen=True)
class Change:
    """What an event says that happened to a check."""

    kind: EventKind
    from_status: int
    to_status: int
    from_outcome: Outcome
    to_outcome: Outcome
    from_state: State
    to_state: State

    @property
    def is_of_status(self) -> bool:
        return self.from_outcome != Outcome.NEVER and (self.from_status, self.from_outcome) != (
            self.to_status,
            self.to_outcome,
        )

    @property
    def is_of_state(self) -> bool:
        return self.from_state not in (State.PENDING, self.to_state)


@dataclass(frozen=True)
class Event:
    """A row of checkEventTable."""

    number: int
    name: str
    change: Change
    meaning: str
    output: str
    epoch: int
    held: int
    delivery: Delivery
    state_epoch: int

    @property
    def facts(self) -> "Event":
        """All that must never change: everything but what became of its notification."""
        return replace(self, delivery=Delivery.PENDING)


def _event(number: int, row: dict[str, Any]) -> Event:
    return Event(
        number=number,
        name=row["checkEventName"],
        change=Change(
            EventKind(row["checkEventKind"]),
            row["checkEventFromStatus"],
            row["checkEventToStatus"],
            Outcome(row["checkEventFromOutcome"]),
            Outcome(row["checkEventToOutcome"]),
            State(row["checkEventFromState"]),
            State(row["checkEventToState"]),
        ),
        meaning=row["checkEventMeaning"],
        output=row["checkEventOutput"],
        epoch=row["checkEventEpoch"],
        held=row["checkEventHeld"],
        delivery=Delivery(row["checkEventDelivery"]),
        state_epoch=row["checkEventStateEpoch"],
    )


# checkEventTime tells what checkEventEpoch tells.
_READ = [each for each in mib.EVENT_COLUMNS.values() if each.name != "checkEventTime"]

_REPETITIONS = 20


def _page(client: Client, after: int, timeout: float, retries: int) -> list[Event]:
    """The next few events behind that number; empty at the end of the log."""
    starts = [mib.dotted(each.oid + (after,)) for each in _READ]
    text = client.run(
        "snmpbulkget", "-Cn0", f"-Cr{_REPETITIONS}", *starts, timeout=timeout, retries=retries
    )
    bindings = parse_bindings(text)
    events: list[Event] = []
    for first in range(0, len(bindings) - len(_READ) + 1, len(_READ)):
        row = {}
        number = 0
        for column, (oid, value) in zip(_READ, bindings[first : first + len(_READ)]):
            if value.is_missing or oid[:-1] != column.oid:
                return events
            assert number in (0, oid[-1]), "a row has one number"
            number = oid[-1]
            row[column.name] = plain(column.syntax, value)
        events.append(_event(number, row))
    return events


def read_events(
    client: Client, after: int = 0, timeout: float = 5, retries: int = 1
) -> list[Event]:
    """All events behind that number, in order."""
    events: list[Event] = []
    while True:
        page = _page(client, events[-1].number if events else after, timeout, retries)
        if not page:
            return events
        events += page


def pending(client: Client) -> Optional[int]:
    """How many events wait for the master; None where nobody answers."""
    try:
        value = client.get_many([mib.scalar_oid("checkDeliveryPending")], timeout=1)[0]
    except (SnmpError, SnmpTimeout):
        return None
    return None if value.is_missing else value.number


def is_settled(client: Client) -> bool:
    """Whether nothing is pending, by the scalar and by each row."""
    return pending(client) == 0 and not any(
        event.delivery == Delivery.PENDING for event in read_events(client)
    )


def number_of(trap: Trap) -> int:
    """The event number that a notification carries; 0 where it carries none."""
    has_one = "checkEventNumber" in mib.NOTIFICATION_OBJECTS[trap.kind]
    return int(trap["checkEventNumber"]) if has_one else 0


def numbers_of(traps: Iterable[Trap]) -> list[int]:
    """The event numbers of notifications in their order, without those that have none."""
    return [number for trap in traps if (number := number_of(trap)) > 0]


def without_repetitions(numbers: Iterable[int]) -> list[int]:
    """What is left for a receiver that drops each number not above the last it took."""
    taken: list[int] = []
    for number in numbers:
        if not taken or number > taken[-1]:
            taken.append(number)
    return taken
