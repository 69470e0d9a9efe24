# SPDX-License-Identifier: GPL-2.0-or-later
"""What must hold of layers of checks once all results stay as they are: that receivers
believe what the table shows, and that the log, the notifications and the aggregates agree."""

from dataclasses import dataclass
from typing import Iterable, Sequence

import rules
from event_log import Event, read_events
from layers_cast import Part
from mib import NOTIFICATION_NUMBERS, AdminState, Delivery, State, Suppression, Truth
from snmp import Client, Row, Trap

_OF_STATE = {
    "checkFailed",
    "checkChanged",
    "checkRecovered",
    "checkFlappingStarted",
    "checkFlappingStopped",
}


def _is_ok(state: int) -> bool:
    return state <= State.OK


@dataclass
class Belief:
    """What a receiver believes of a check by its notifications so far."""

    state: int = State.PENDING
    status: int = -1
    is_stale: bool = False
    is_flapping: bool = False

    @property
    def is_alarm(self) -> bool:
        return not _is_ok(self.state) or self.is_stale or self.is_flapping

    def take(self, trap: Trap) -> str:
        """Empty, or what makes no sense after what came before."""
        problem = self._contradiction(trap)
        if trap.kind == "checkWithdrawn":
            self.__init__()  # type: ignore[misc]
        elif trap.kind in _OF_STATE:
            self.state, self.status = trap["checkState"], trap["checkLastStatus"]
        if trap.kind.startswith("checkFlapping"):
            self.is_flapping = trap.kind == "checkFlappingStarted"
        if trap.kind.startswith("checkBecame"):
            self.is_stale = trap.kind == "checkBecameStale"
        return problem

    def _contradiction(self, trap: Trap) -> str:
        wrong = {
            "checkFailed": not _is_ok(self.state),
            "checkRecovered": _is_ok(self.state),
            "checkChanged": _is_ok(self.state) != _is_ok(trap["checkState"]),
            "checkBecameStale": self.is_stale,
            "checkBecameFresh": not self.is_stale,
            "checkFlappingStarted": self.is_flapping,
            "checkFlappingStopped": not self.is_flapping,
            "checkWithdrawn": not self.is_alarm,
        }
        if not wrong.get(trap.kind, False):
            return ""
        return f"{trap.name}: {trap.kind} ({trap['checkEventNumber']}) after {self}"


def _first_of_each(traps: Iterable[Trap], problems: list[str]) -> list[Trap]:
    """In the order of their numbers; what came twice has to be the same."""
    known: dict[int, Trap] = {}
    for trap in traps:
        number = trap["checkEventNumber"]
        if known.setdefault(number, trap) != trap:
            problems.append(f"number {number} came with other contents: {known[number]}, {trap}")
    return [trap for _, trap in sorted(known.items())]


def _beliefs(traps: Iterable[Trap], problems: list[str]) -> dict[str, Belief]:
    beliefs: dict[str, Belief] = {}
    for trap in traps:
        problem = beliefs.setdefault(trap.name, Belief()).take(trap)
        if problem:
            problems.append(problem)
    return beliefs


def _disagreement(part: Part, row: Row, belief: Belief) -> str:
    """Between what is believed of a check whose events are not suppressed, and its row."""
    is_same = belief.state == row["checkState"] or (
        _is_ok(belief.state) and _is_ok(row["checkState"])
    )
    if part.notify == "status" and belief.status != -1:
        is_same = is_same and belief.status == row["checkLastStatus"]
    is_same = is_same and belief.is_stale == (row["checkStale"] == Truth.TRUE)
    is_same = is_same and belief.is_flapping == (row["checkFlapping"] == Truth.TRUE)
    return "" if is_same else f"{part.name}: {belief} is believed, its row is {_brief(row)}"


def _brief(row: Row) -> Row:
    columns = ("AdminState", "State", "LastStatus", "Attempt", "Stale", "Flapping", "Suppression")
    return {name: row[f"check{name}"] for name in (*columns, "LastEvent", "Runs")}


def _expected_suppression(part: Part, table: dict[str, Row]) -> Suppression:
    if part.notify == "none":
        return Suppression.POLICY
    if table[part.name]["checkAdminState"] == AdminState.DISABLED:
        return Suppression.DISABLED
    for parent in part.depends:
        row = table[parent]
        if row["checkAdminState"] != AdminState.DISABLED and not _is_ok(row["checkState"]):
            return Suppression.DEPENDENCY
    return Suppression.NONE


def _judge(part: Part, table: dict[str, Row], belief: Belief) -> str:
    row = table.get(part.name)
    if row is None or row["checkAdminState"] == AdminState.DISABLED:
        gone = "removed" if row is None else "disabled"
        return f"{part.name} is {gone}, and {belief} is believed" if belief.is_alarm else ""
    expected = _expected_suppression(part, table)
    if row["checkSuppression"] != expected:
        return f"{part.name} is not suppressed by {expected.name}: {_brief(row)}"
    if expected == Suppression.POLICY:
        return f"{part.name} is silent, and {belief} is believed" if belief != Belief() else ""
    return _disagreement(part, row, belief) if expected == Suppression.NONE else ""


def _compare_log(log: Sequence[Event], traps: Sequence[Trap]) -> list[str]:
    """The log has every number, and what was accepted is what came."""
    numbers = [event.number for event in log]
    if numbers != list(range(1, len(log) + 1)):
        return [f"the log has gaps: {numbers}"]
    received = {trap["checkEventNumber"]: trap for trap in traps}
    problems = []
    for event in log:
        trap = received.pop(event.number, None)
        is_accepted = event.delivery == Delivery.ACCEPTED
        if event.delivery not in (Delivery.ACCEPTED, Delivery.SUPPRESSED):
            problems.append(f"not settled: {event}")
        elif is_accepted != (trap is not None):
            problems.append(f"{'did not come' if is_accepted else 'came'}: {event}")
        elif trap is not None and not _is_same(event, trap):
            problems.append(f"{event} came as {trap}")
    return problems + [f"not in the log: {trap}" for trap in received.values()]


def _is_same(event: Event, trap: Trap) -> bool:
    return (event.name, event.change.kind, event.change.to_status, event.change.to_state) == (
        trap.name,
        NOTIFICATION_NUMBERS[trap.kind],
        trap["checkLastStatus"],
        trap["checkState"],
    )


def find_problems(client: Client, received: Iterable[Trap], cast: Sequence[Part]) -> list[str]:
    """Whatever is not as it must be; nothing may happen meanwhile."""
    problems: list[str] = []
    traps = _first_of_each(received, problems)
    beliefs = _beliefs(traps, problems)
    table = client.table()
    for part in cast:
        problems.append(_judge(part, table, beliefs.get(part.name, Belief())))
        row = table.get(part.name)
        if row is None or not part.is_aggregate:
            continue
        members = [name for name in part.members if name in table]
        if row["checkAdminState"] != AdminState.DISABLED:
            problems.append(rules.explain(part.name, part.rule, part.number, members, table))
    problems += _compare_log(read_events(client), traps)
    return [problem for problem in problems if problem]
