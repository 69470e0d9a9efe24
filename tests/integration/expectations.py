# SPDX-License-Identifier: GPL-2.0-or-later
"""What a result of a run must look like in the table and in a notification."""

import time
from dataclasses import dataclass
from typing import Any

import mib
from mib import Outcome, State
from snmp import Row, Trap


@dataclass(frozen=True)
class Result:
    """The outcome of a run, and the state that the plugin map gives it."""

    outcome: Outcome
    status: int
    signal: int
    state: State


EXIT_0 = Result(Outcome.EXITED, 0, 0, State.OK)
EXIT_1 = Result(Outcome.EXITED, 1, 0, State.WARNING)
EXIT_2 = Result(Outcome.EXITED, 2, 0, State.CRITICAL)
EXIT_3 = Result(Outcome.EXITED, 3, 0, State.UNKNOWN)
KILLED = Result(Outcome.SIGNALED, -1, 9, State.CRITICAL)
TIMED_OUT = Result(Outcome.TIMED_OUT, -1, 0, State.CRITICAL)
START_FAILED = Result(Outcome.START_FAILED, -1, 0, State.UNKNOWN)


def kind_of(before: State, after: State) -> str:
    """The kind of an event by the confirmed states around it; pending counts as ok."""
    was_ok = before in (State.PENDING, State.OK)
    is_ok = after == State.OK
    if was_ok and not is_ok:
        return "checkFailed"
    if is_ok and not was_ok:
        return "checkRecovered"
    return "checkChanged"


def date_and_time(epoch: int) -> bytes:
    """RFC 2579's DateAndTime of that second, in UTC, without its tenths."""
    moment = time.gmtime(epoch)
    return (
        moment.tm_year.to_bytes(2, "big")
        + bytes([moment.tm_mon, moment.tm_mday, moment.tm_hour, moment.tm_min, moment.tm_sec])
        + b"\0+\0\0"
    )


def without_tenths(octets: bytes) -> bytes:
    assert len(octets) == 11, octets
    assert octets[7] <= 9, octets
    return octets[:7] + b"\0" + octets[8:]


def expect_result(row: Row, result: Result) -> None:
    """The row shows this as its last run."""
    assert (
        row["checkLastOutcome"],
        row["checkLastStatus"],
        row["checkLastSignal"],
    ) == (result.outcome, result.status, result.signal), row


def expect_times(row: Row, since: float) -> None:
    """The last run ended after that moment, and the three ways to tell a time agree."""
    now = time.time()
    for stem in ("checkLastRan", "checkLastChange"):
        epoch, age = row[f"{stem}Epoch"], row[f"{stem}Age"]
        assert isinstance(epoch, int) and isinstance(age, int)
        assert int(since) <= epoch <= now + 1, (stem, row, since)
        assert abs(now - age - epoch) <= 3, (stem, row, now)
        shown = row[stem]
        assert isinstance(shown, bytes)
        assert without_tenths(shown) == date_and_time(epoch), (stem, row)


def expect_trap(trap: Trap, kind: str, check: str, **values: Any) -> None:
    """The kind, every variable binding's place, and some of their values; check is empty for
    the kinds that are about none."""
    assert trap.kind == kind, trap
    objects = mib.NOTIFICATION_OBJECTS[kind]
    assert [oid for oid, _ in trap.bindings] == [
        mib.notification_object_oid(name, check) for name in objects
    ], trap
    for (_, value), name in zip(trap.bindings, objects):
        expected = {**mib.SCALARS, **mib.COLUMNS, **mib.EVENT_OBJECTS}[name]
        assert value.type == expected.wire, (name, value)
    assert trap.name == check
    shown = {name: trap[name] for name in values}
    assert shown == values, trap
