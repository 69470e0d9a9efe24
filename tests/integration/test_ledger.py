# SPDX-License-Identifier: GPL-2.0-or-later
"""The campaign's account is only worth something if it finds what is wrong: it is tried on
ledgers and logs that were made up."""

from dataclasses import replace
from typing import Optional, Sequence

import pytest

from event_log import Event
from ledger import (
    KILLED,
    NOTHING,
    Glimpse,
    Life,
    Run,
    Unexplained,
    Watched,
    apply,
    delays,
    explain,
)
from mib import Delivery, Outcome, State

WEB = Watched("web", 100)
PATIENT = Watched("patient", 100, confirm=3)


def life_of(engine: int, codes: str, certain: Optional[int] = None) -> tuple[Life, list[Run]]:
    """A life with these runs, one a second, of which so many must have counted."""
    runs = [
        Run(engine, engine * 1000.0 + i, engine * 1000.0 + i, code)
        for i, code in enumerate(codes)
    ]
    known = len(runs) if certain is None else certain
    return Life(engine, engine * 1000.0 + known - 0.5, engine * 1000.0 + len(runs)), runs


def log_of(check: Watched, codes: str) -> list[Event]:
    """The log that these results make."""
    events: list[Event] = []
    belief = NOTHING
    for code in codes:
        belief, change = apply(belief, code, check.confirm)
        if change is not None:
            number = len(events) + 1
            events.append(
                Event(number, check.name, change, "", "", 0, 0, Delivery.ACCEPTED, 1)
            )
    return events


def runs_of(
    check: Watched, lives: Sequence[tuple[Life, list[Run]]], events: Sequence[Event]
) -> set[int]:
    """The numbers of runs that agree with the log."""
    runs = [run for _, its_runs in lives for run in its_runs]
    return {each.runs for each in explain(check, runs, [life for life, _ in lives], events)}


def is_explained(
    check: Watched, lives: Sequence[tuple[Life, list[Run]]], events: Sequence[Event]
) -> bool:
    try:
        return bool(runs_of(check, lives, events))
    except Unexplained:
        return False


def test_a_life_that_ended_well_has_one_reading() -> None:
    assert runs_of(WEB, [life_of(1, "0021K0")], log_of(WEB, "0021K0")) == {6}


def test_an_uncertain_run_may_have_counted_or_not() -> None:
    lives = [life_of(1, "000", certain=2), life_of(2, "00")]
    assert runs_of(WEB, lives, log_of(WEB, "00000")) == {4, 5}


def test_the_log_tells_whether_an_uncertain_change_counted() -> None:
    lives = [life_of(1, "02", certain=1), life_of(2, "00")]
    assert runs_of(WEB, lives, log_of(WEB, "0200")) == {4}
    assert runs_of(WEB, lives, log_of(WEB, "000")) == {3}


def test_a_change_while_checkd_was_down_is_one_event() -> None:
    lives = [life_of(1, "00"), life_of(2, "22")]
    assert runs_of(WEB, lives, log_of(WEB, "0022")) == {4}


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_an_event_that_is_missing_is_found(missing: int) -> None:
    events = log_of(WEB, "0210")
    del events[missing]
    assert not is_explained(WEB, [life_of(1, "0210")], events)


def test_an_event_that_never_happened_is_found() -> None:
    assert not is_explained(WEB, [life_of(1, "00")], log_of(WEB, "002"))


def test_an_event_told_twice_is_found() -> None:
    events = log_of(WEB, "02")
    assert not is_explained(WEB, [life_of(1, "02")], events + events)


def test_a_run_that_must_have_counted_and_did_not_is_found() -> None:
    lives = [life_of(1, "022", certain=2), life_of(2, "00")]
    assert not is_explained(WEB, lives, log_of(WEB, "000"))


def test_an_event_with_another_status_before_it_is_found() -> None:
    events = log_of(WEB, "02")
    events[0] = replace(events[0], change=replace(events[0].change, from_status=1))
    assert not is_explained(WEB, [life_of(1, "02")], events)


@pytest.mark.parametrize("runs, last_event, is_right", [(2, 0, True), (3, 0, False), (2, 1, False)])
def test_what_was_shown_must_not_be_forgotten(
    runs: int, last_event: int, is_right: bool
) -> None:
    """Of the first life's runs, the last was not counted, as the log tells."""
    lives = [life_of(1, "002", certain=1), life_of(2, "00")]
    shown = Glimpse(1003.0, runs, last_event)
    ledger = [run for _, its_runs in lives for run in its_runs]
    try:
        found = bool(explain(WEB, ledger, [life for life, _ in lives], [], [shown]))
    except Unexplained:
        found = False
    assert found == is_right


def test_the_state_waits_for_confirmation_over_a_restart() -> None:
    codes = "0" + "22" + "2" + "0" + "000"
    events = log_of(PATIENT, codes)
    assert [event.change.to_state for event in events] == [
        State.OK,
        State.CRITICAL,
        State.CRITICAL,
        State.OK,
    ]
    assert runs_of(PATIENT, [life_of(1, "022"), life_of(2, "20000")], events) == {8}


def test_a_death_by_a_signal_is_no_exit_code() -> None:
    _, change = apply(apply(NOTHING, "0", 1)[0], KILLED, 1)
    assert change is not None
    assert (change.to_outcome, change.to_status) == (Outcome.SIGNALED, -1)


def test_many_lives_are_read_fast() -> None:
    lives = [life_of(engine, "0" * 40, certain=36) for engine in range(1, 201)]
    found = runs_of(WEB, lives, [])
    assert (min(found), max(found)) == (200 * 36, 200 * 40)


def test_delays_are_measured_within_a_life() -> None:
    times = [(1, 1.0), (1, 1.1), (1, 1.2), (1, 1.55), (2, 9.0), (2, 9.1), (2, 9.2)]
    runs = [Run(engine, began, began, "0") for engine, began in times]
    late = [round(each, 3) for _, _, each in delays(WEB, runs)]
    assert late == [0.0, 0.25, 0.0]
