# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules of aggregates once more: what the rows of the members make of one."""

from typing import Iterable, Mapping, Optional

from mib import AdminState, State, Truth
from snmp import Row

_STATUS_OF_WORST = {State.OK: 0, State.WARNING: 1, State.UNKNOWN: 3, State.CRITICAL: 2}


def counted(members: Iterable[Row]) -> list[State]:
    """The states of those that are not disabled."""
    return [
        State(row["checkState"])
        for row in members
        if row["checkAdminState"] != AdminState.DISABLED
    ]


def _at_least(number: int, states: list[State]) -> Optional[int]:
    ok = states.count(State.OK)
    if ok < number <= ok + states.count(State.PENDING):
        return None
    return 0 if ok >= number else 2


def status_by(rule: str, number: int, states: list[State]) -> Optional[int]:
    """The status by `all`, `any`, `at_least` or `worst`; None where it is not known yet."""
    known = [state for state in states if state != State.PENDING]
    if not states:
        return None
    if rule == "worst":
        return _STATUS_OF_WORST[max(known)] if known else None
    if rule == "all":
        if any(state != State.OK for state in known):
            return 2
        return 0 if len(known) == len(states) else None
    return _at_least(1 if rule == "any" else number, states)


def counts_text(states: list[State]) -> str:
    """How its output begins."""
    text = f"{states.count(State.OK)} of {len(states)} ok"
    for state in (State.WARNING, State.UNKNOWN, State.CRITICAL, State.PENDING):
        if state in states:
            text += f", {states.count(state)} {state.name.lower()}"
    return text


def is_stale(members: Iterable[Row]) -> bool:
    return any(
        row["checkStale"] == Truth.TRUE
        for row in members
        if row["checkAdminState"] != AdminState.DISABLED
    )


def explain(
    name: str, rule: str, number: int, members: Iterable[str], table: Mapping[str, Row]
) -> str:
    """Empty where the aggregate's row is what its members' rows make of it."""
    rows = [table[member] for member in members]
    states = counted(rows)
    row = table[name]
    expected = status_by(rule, number, states)
    if expected is not None and row["checkLastStatus"] != expected:
        return f"{name} has {row['checkLastStatus']} and not {expected}: {states}"
    if expected is not None and not row["checkLastOutput"].startswith(counts_text(states)):
        return f"{name} says {row['checkLastOutput']} and not {counts_text(states)}"
    if (row["checkStale"] == Truth.TRUE) != is_stale(rows):
        return f"{name}: checkStale is {row['checkStale']}: {rows}"
    return ""
