# SPDX-License-Identifier: GPL-2.0-or-later
"""The account at the end of a fault campaign: what happened, what the log says, what came."""

from dataclasses import dataclass, field
from typing import Any, Sequence

from event_log import Event, number_of, numbers_of, read_events, without_repetitions
from ledger import Account, Watched, delays, explain, is_notified
from mib import AdminState, Delivery, EventKind, State
from plan import CHECKS
from stage import Stage
from witness import Witness

# What a fault may do to lateness for some time after it.
AFTERMATH = 0.5


@dataclass
class Figures:
    """What a campaign came to."""

    runs: int = 0
    events: int = 0
    suppressed: int = 0
    lost: int = 0
    repeated: int = 0
    lives: int = 0
    looks: int = 0
    lateness_max_ms: int = 0
    delays_ms: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [
            f"{self.runs} runs in {self.lives} lives of the engine, {self.events} events: "
            f"{self.lost} lost, {self.suppressed} suppressed, {self.repeated} received more "
            f"than once; {self.looks} looks; checkAgentLatenessMax {self.lateness_max_ms} ms",
            f"{'fault':>18} {'times':>6} {'late by ledger':>15} {'checkLastLateness':>18}",
        ]
        for kind, (times, by_ledger, shown) in sorted(self.delays_ms.items()):
            lines.append(f"{kind:>18} {times:>6} {by_ledger:>12} ms {shown:>15} ms")
        return "\n".join(lines)


def settle_accounts(stage: Stage, witness: Witness, epoch: int) -> Figures:
    """Asserts that nothing was lost, invented, changed or forgotten."""
    client = stage.site.client
    assert client.scalar("checkStateEpoch") == epoch, "no fault justifies a new epoch"
    log = read_events(client)
    for event in log:
        witness.see(event)
    assert not witness.faults, "\n".join(witness.faults)
    events = [witness.events[number] for number in sorted(witness.events)]
    first, last = client.scalar("checkDeliveryFirstEvent"), client.scalar("checkDeliveryLastEvent")
    assert [event.number for event in log] == list(range(first, last + 1))
    assert [event.number for event in events] == list(range(1, last + 1)), "no number is missing"
    assert {event.state_epoch for event in events} == {epoch}
    assert all(event.change.kind != EventKind.EVENTS_LOST for event in events)

    figures = Figures(events=len(events), lives=len(stage.lives), looks=witness.looks)
    rows = client.table()
    for check in CHECKS:
        changes = [
            each
            for each in events
            if each.name == check.name and each.change.kind != EventKind.WITHDRAWN
        ]
        withdrawals = [
            each
            for each in events
            if each.name == check.name and each.change.kind == EventKind.WITHDRAWN
        ]
        readings = explain(
            check, stage.ledger(check.name), stage.lives, changes, witness.glimpses[check.name]
        )
        _check_row(check, rows[check.name], changes, withdrawals, readings)
        figures.runs += rows[check.name]["checkRuns"]
    _check_delivery(stage, events, figures)
    _measure_delays(stage, witness, figures)
    return figures


def _check_row(
    check: Watched,
    row: dict[str, Any],
    events: Sequence[Event],
    withdrawals: Sequence[Event],
    readings: Sequence[Account],
) -> None:
    """The row and the deliveries of a check follow from its log and its ledger."""
    assert row["checkStatusChanges"] == sum(each.change.is_of_status for each in events), check
    assert row["checkStateChanges"] == sum(each.change.is_of_state for each in events), check
    numbers = [each.number for each in (*events, *withdrawals)]
    assert row["checkLastEvent"] == max(numbers, default=0), check
    _check_withdrawals(check, row, events, withdrawals)
    shown = (row["checkLastOutcome"], row["checkLastStatus"], row["checkState"])
    fitting = [
        each
        for each in readings
        if (each.last.outcome, each.last.status, each.last.state) == shown
        and each.last.attempt == row["checkAttempt"]
        and each.runs == row["checkRuns"]
    ]
    assert fitting, f"{check}: {row} is none of {readings}"
    for event in events:
        wanted = Delivery.ACCEPTED if is_notified(check, event.change) else Delivery.SUPPRESSED
        assert event.delivery == wanted, event


def _check_withdrawals(
    check: Watched, row: dict[str, Any], events: Sequence[Event], withdrawals: Sequence[Event]
) -> None:
    """At the end the check was disabled: an alarm that was told is withdrawn, once."""
    assert row["checkAdminState"] == AdminState.DISABLED, check
    told = [each for each in events if is_notified(check, each.change)]
    is_alarm = bool(told) and told[-1].change.to_state > State.OK
    assert len(withdrawals) == is_alarm, f"{check}: {withdrawals} after {told[-1:]}"
    for event in withdrawals:
        assert event.number > events[-1].number, event
        assert event.delivery == Delivery.ACCEPTED, event


def _check_delivery(stage: Stage, events: Sequence[Event], figures: Figures) -> None:
    client = stage.site.client
    by = {
        delivery: {event.number for event in events if event.delivery == delivery}
        for delivery in Delivery
    }
    assert not by[Delivery.PENDING] and not by[Delivery.LOST]
    for name, wanted in (
        ("checkDeliveryAccepted", len(by[Delivery.ACCEPTED])),
        ("checkDeliverySuppressed", len(by[Delivery.SUPPRESSED])),
        ("checkDeliveryLost", 0),
        ("checkDeliveryPending", 0),
        ("checkDeliveryAcceptedEvent", max(by[Delivery.ACCEPTED], default=0)),
    ):
        assert client.scalar(name) == wanted, name
    traps = [trap for trap in stage.site.traps.received if number_of(trap) > 0]
    received = numbers_of(traps)
    assert set(received) == by[Delivery.ACCEPTED], "received is what was accepted"
    assert without_repetitions(received) == sorted(set(received)), "in order when first seen"
    contents = {number_of(trap): trap for trap in traps}
    assert all(contents[number_of(trap)] == trap for trap in traps), "sent again, all is as before"
    # Each loss of a session begins again once, from the oldest that was not accepted on.
    steps_back = sum(b <= a for a, b in zip(received, received[1:]))
    losses = sum(not window.kind.startswith("disk") for window in stage.windows)
    assert steps_back <= losses, f"{steps_back} repetitions after {losses} faults"
    figures.lost = len(by[Delivery.LOST])
    figures.suppressed = len(by[Delivery.SUPPRESSED])
    figures.repeated = len(received) - len(set(received))


def _measure_delays(stage: Stage, witness: Witness, figures: Figures) -> None:
    """The greatest delay of a run during each kind of fault, outside of engine stops."""
    standstills = [
        window.with_aftermath(AFTERMATH)
        for window in stage.windows
        if window.kind.startswith("engine") and window.kind != "engine reload"
    ]
    others = [
        window.with_aftermath(AFTERMATH)
        for window in stage.windows
        if not window.kind.startswith("engine") or window.kind == "engine reload"
    ]
    for window in others:
        times, by_ledger, shown = figures.delays_ms.get(window.kind, (0, 0, 0))
        figures.delays_ms[window.kind] = (times + 1, by_ledger, shown)
    figures.delays_ms["none"] = (0, 0, 0)

    def note(began: float, ended: float, by_ledger: int, shown: int) -> None:
        if any(window.meets(began, ended) for window in standstills):
            return
        kinds = {window.kind for window in others if window.meets(began, ended)} or {"none"}
        for kind in kinds:
            times, most_by_ledger, most_shown = figures.delays_ms[kind]
            figures.delays_ms[kind] = (
                times,
                max(most_by_ledger, by_ledger),
                max(most_shown, shown),
            )

    for check in CHECKS:
        for began, ended, late in delays(check, stage.ledger(check.name)):
            note(began, ended, round(late * 1000), 0)
    for moment, lateness_ms in witness.lateness:
        note(moment, moment, 0, lateness_ms)
    figures.lateness_max_ms = witness.lateness_max_ms
