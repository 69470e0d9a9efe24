# SPDX-License-Identifier: GPL-2.0-or-later
"""What really happened to a check, and whether the event log tells exactly that.

Each script of the campaign notes, as its last act, what it is about to end with. The runs
of one life of the engine reach it in the order of its notes. At the life's end some of the
last ones may not have counted: the run was still in progress, or its result was not on disk
yet and so was never shown. So of each life a beginning counts, all of it but for what came
shortly before the end, and the log has to follow from one choice of beginnings.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Iterable, Iterator, NamedTuple, Optional, Sequence

from event_log import Change, Event
from mib import EventKind, Outcome, State

# How a script that notes a K ends: by a signal.
KILLED = "K"


@dataclass(frozen=True)
class Watched:
    """A check of the campaign."""

    name: str
    interval_ms: int
    confirm: int = 1
    notify: str = "status"


class Run(NamedTuple):
    """A line of the ledger; times are the system's uptime in seconds."""

    engine: int
    began: float
    ended: float
    code: str


@dataclass(frozen=True)
class Life:
    """A life of the engine. Runs that had ended some time before its end must have counted."""

    engine: int
    certain_until: float
    ended: float


class Glimpse(NamedTuple):
    """What was shown of a check at a moment, and so must never be forgotten."""

    moment: float
    runs: int
    last_event: int


UNSEEN = Glimpse(0.0, 0, 0)


class Belief(NamedTuple):
    """What the engine knows of a check."""

    outcome: Outcome
    status: int
    state: State
    attempt: int


NOTHING = Belief(Outcome.NEVER, -1, State.PENDING, 0)

_PLUGIN = {0: State.OK, 1: State.WARNING, 2: State.CRITICAL}


def read_ledger(file: Path) -> list[Run]:
    if not file.exists():
        return []
    text = file.read_text()
    # A line that is still being written is not there yet.
    lines = text[: text.rfind("\n") + 1].splitlines()
    return [
        Run(int(engine), float(began), float(ended), code)
        for engine, began, ended, code in (line.split() for line in lines)
    ]


def script(name: str, code_file: Path, ledger: Path) -> str:
    """Shell code that ends with the code in the one file and notes that in the other."""
    return (
        f"# {name}\n"
        "read began rest </proc/uptime\n"
        f"read code <{code_file}\n"
        "read ended rest </proc/uptime\n"
        f'echo "$PPID $began $ended $code" >>{ledger}\n'
        f'[ "$code" != {KILLED} ] || kill -KILL $$\n'
        'exit "$code"\n'
    )


def uptime() -> float:
    """The clock of the ledger."""
    return float(Path("/proc/uptime").read_text().split()[0])


def _is_ok(state: State) -> bool:
    return state in (State.PENDING, State.OK)


def kind_of(before: State, after: State) -> EventKind:
    if _is_ok(before) and not _is_ok(after):
        return EventKind.FAILED
    if _is_ok(after) and not _is_ok(before):
        return EventKind.RECOVERED
    return EventKind.CHANGED


def _confirmed(before: Belief, result: State, confirm: int) -> tuple[State, int]:
    """The state after a result, and how many results now wait for confirmation."""
    if before.state == State.PENDING:
        return result, before.attempt
    if result == before.state:
        return before.state, 0
    if before.attempt + 1 < confirm:
        return before.state, before.attempt + 1
    return result, 0


def apply(before: Belief, code: str, confirm: int) -> tuple[Belief, Optional[Change]]:
    """What a result makes of what was known, and the event it makes, if it makes one."""
    if code == KILLED:
        outcome, status, result = Outcome.SIGNALED, -1, State.CRITICAL
    else:
        outcome, status = Outcome.EXITED, int(code)
        result = _PLUGIN.get(status, State.UNKNOWN)
    state, attempt = _confirmed(before, result, confirm)
    after = Belief(outcome, status, state, attempt)
    is_first = before.outcome == Outcome.NEVER
    is_same = (before.outcome, before.status) == (outcome, status) and before.state == state
    if (is_first and _is_ok(state)) or is_same:
        return after, None
    change = Change(
        kind_of(before.state, state),
        before.status,
        status,
        before.outcome,
        outcome,
        before.state,
        state,
    )
    return after, change


def is_notified(check: Watched, change: Change) -> bool:
    if check.notify == "state":
        return change.is_of_state or change.from_outcome == Outcome.NEVER
    return check.notify == "status"


def _beginnings(
    check: Watched,
    runs: Sequence[Run],
    certain: int,
    belief: Belief,
    events: Sequence[Event],
    position: int,
) -> Iterator[tuple[int, Belief, int]]:
    """Each beginning of a life's runs that agrees with the log: its length, what is known
    after it, and how far in the log it leads."""
    for count in range(len(runs) + 1):
        if count >= certain:
            yield count, belief, position
        if count == len(runs):
            return
        belief, change = apply(belief, runs[count].code, check.confirm)
        if change is not None:
            if position == len(events) or events[position].change != change:
                return
            position += 1


def _by_life(runs: Iterable[Run], lives: Sequence[Life]) -> list[list[Run]]:
    found: dict[int, list[Run]] = {life.engine: [] for life in lives}
    assert len(found) == len(lives), "two engines had the same process number"
    for run in runs:
        # A script whose engine died while it was being started has been left to this process.
        if run.engine != os.getpid():
            assert run.engine in found, f"{run} is of no known engine"
            found[run.engine].append(run)
    return [found[life.engine] for life in lives]


def certain_runs(runs: Sequence[Run], life: Life) -> int:
    """How many runs of that life must have counted."""
    return sum(run.ended <= life.certain_until for run in runs)


class Account(NamedTuple):
    """A way to read the ledger that the log follows from."""

    last: Belief
    runs: int


class Unexplained(AssertionError):
    """The log does not follow from the ledger."""


def _agrees(shown: Glimpse, position: int, events: Sequence[Event]) -> bool:
    """Whether the log as far as that position has what was shown."""
    return shown.last_event <= (events[position - 1].number if position > 0 else 0)


def explain(
    check: Watched,
    runs: Iterable[Run],
    lives: Sequence[Life],
    events: Sequence[Event],
    glimpses: Sequence[Glimpse] = (),
) -> list[Account]:
    """All the ways in which the ledger can be read so that it gives exactly this log, and
    at each moment no less than was shown; glimpses are in the order of time."""
    # For each belief and position in the log: by how many runs fewer than the ledger has
    # it may have come about, as a set of bits.
    reached = {(NOTHING, 0): 1}
    total = 0
    for life, its_runs in zip(lives, _by_life(runs, lives)):
        total += len(its_runs)
        certain = certain_runs(its_runs, life)
        shown = max((each for each in glimpses if each.moment <= life.ended), default=UNSEEN)
        allowed = (1 << max(total - shown.runs + 1, 0)) - 1
        before, reached = reached, {}
        for (belief, position), fewer in before.items():
            for count, after, place in _beginnings(
                check, its_runs, certain, belief, events, position
            ):
                bits = fewer << (len(its_runs) - count) & allowed
                if bits and _agrees(shown, place, events):
                    reached[after, place] = reached.get((after, place), 0) | bits
        if not reached:
            raise Unexplained(_why(check, life, its_runs, certain, before, events, shown))
    return [
        Account(belief, total - less)
        for (belief, position), fewer in reached.items()
        if position == len(events)
        for less in range(fewer.bit_length())
        if fewer >> less & 1
    ]


def _why(
    check: Watched,
    life: Life,
    runs: Sequence[Run],
    certain: int,
    before: dict[tuple[Belief, int], int],
    events: Sequence[Event],
    shown: Glimpse,
) -> str:
    position = max(place for _, place in before)
    codes = " ".join(run.code for run in runs)
    told = "\n".join(f"  {event}" for event in events[max(position - 1, 0) : position + 12])
    return (
        f"{check}: no reading of the runs of engine {life.engine} ({codes}; the first {certain} "
        f"must have counted; {shown}), known before it {sorted(before)}, gives the log from its "
        f"event {position} on:\n{told}"
    )


@dataclass(frozen=True)
class Window:
    """When a fault lasted, by the clock of the ledger."""

    kind: str
    began: float
    ended: float

    def meets(self, began: float, ended: float) -> bool:
        return began <= self.ended and ended >= self.began

    def with_aftermath(self, seconds: float) -> "Window":
        return replace(self, ended=self.ended + seconds)


def delays(check: Watched, runs: Iterable[Run]) -> Iterator[tuple[float, float, float]]:
    """By how many seconds each run came later than an interval after the one before it in
    the same life, with the time between which that was. A life's first runs are left out."""
    past: list[Run] = []
    for run in runs:
        if past and past[-1].engine != run.engine:
            past = []
        if len(past) >= 2:
            late = run.began - past[-1].began - check.interval_ms / 1000
            yield past[-1].began, run.began, max(late, 0.0)
        past.append(run)
