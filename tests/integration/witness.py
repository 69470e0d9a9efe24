# SPDX-License-Identifier: GPL-2.0-or-later
"""A manager that reads all the while that faults happen, and notes whatever must not be."""

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import mib
from event_log import Event, read_events
from ledger import Glimpse, uptime
from mib import Delivery, StoreStatus
from plan import CHECKS
from snmp import SnmpError, SnmpTimeout
from testbed import Site

_COUNTERS = (
    "checkStatusChanges",
    "checkStateChanges",
    "checkRuns",
    "checkFailures",
    "checkMissedRuns",
    "checkLastEvent",
    "checkLastRanEpoch",
)
_COLUMNS = ("checkCounterDiscontinuity", "checkLastLateness", *_COUNTERS)

_GROWING = (
    "checkDeliveryFirstEvent",
    "checkDeliveryLastEvent",
    "checkDeliveryAcceptedEvent",
    "checkDeliveryAccepted",
    "checkDeliverySuppressed",
    "checkDeliveryLost",
    "checkDeliveryMasterLosses",
)
_SCALARS = (
    "checkStateEpoch",
    "checkStoreStatus",
    "checkAgentLatenessMax",
    "checkDeliveryPending",
    *_GROWING,
)

_SETTLED = (Delivery.ACCEPTED, Delivery.SUPPRESSED, Delivery.LOST)


@dataclass
class Witness:
    """Reads as a manager does, and notes whatever must not be."""

    site: Site
    faults: list[str] = field(default_factory=list)
    events: dict[int, Event] = field(default_factory=dict)
    glimpses: dict[str, list[Glimpse]] = field(default_factory=lambda: defaultdict(list))
    lateness: list[tuple[float, int]] = field(default_factory=list)
    lateness_max_ms: int = 0
    looks: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def look(self) -> None:
        with self._lock:
            try:
                self._look_at_counters(timeout=2)
                self._look_at_events()
            except (SnmpError, SnmpTimeout):
                pass  # that the agent is away is not its fault

    def glance(self) -> None:
        """A quick look just before a death: what is shown now must not be forgotten."""
        if not self._lock.acquire(timeout=0.2):
            return
        try:
            self._look_at_counters(timeout=0.2)
        except (SnmpError, SnmpTimeout):
            pass
        finally:
            self._lock.release()

    def _must_not_shrink(self, *key: Any, value: int) -> None:
        before = self._seen.get(key, 0)
        if value < before:
            self.faults.append(f"{' '.join(map(str, key))} went from {before} back to {value}")
        self._seen[key] = value

    def _look_at_counters(self, timeout: float) -> None:
        oids = [mib.scalar_oid(name) for name in _SCALARS]
        for check in CHECKS:
            oids += [mib.column_oid(column, check.name) for column in _COLUMNS]
        values = self.site.client.get_many(oids, timeout, retries=0)
        if any(value.is_missing for value in values):
            return
        numbers = iter([value.number for value in values])
        scalars = dict(zip(_SCALARS, numbers))
        epoch = scalars["checkStateEpoch"]
        for name in _GROWING:
            self._must_not_shrink(epoch, name, value=scalars[name])
        self._must_not_shrink("checkStateEpoch", value=epoch)
        if scalars["checkStoreStatus"] == StoreStatus.FAILED:
            self.faults.append("checkStoreStatus is failed")
        self.lateness_max_ms = max(self.lateness_max_ms, scalars["checkAgentLatenessMax"])
        for check in CHECKS:
            self._look_at_row(epoch, check.name, dict(zip(_COLUMNS, numbers)))
        self.looks += 1

    def _look_at_row(self, epoch: int, name: str, row: dict[str, int]) -> None:
        since = row["checkCounterDiscontinuity"]
        self._must_not_shrink(epoch, name, "checkCounterDiscontinuity", value=since)
        for column in _COUNTERS:
            self._must_not_shrink(epoch, name, since, column, value=row[column])
        now = uptime()
        self.glimpses[name].append(Glimpse(now, row["checkRuns"], row["checkLastEvent"]))
        self.lateness.append((now, row["checkLastLateness"]))

    def _look_at_events(self) -> None:
        """Reads what is new, and again what may have been settled since."""
        unsettled = [n for n, each in self.events.items() if each.delivery not in _SETTLED]
        newest = max(self.events, default=0)
        start = min([*unsettled, max(newest - 10, 1)]) - 1
        for event in read_events(self.site.client, start, timeout=2, retries=0):
            self.see(event)

    def see(self, event: Event) -> None:
        before = self.events.get(event.number, event)
        if before.facts != event.facts:
            self.faults.append(f"an event changed from {before} to {event}")
        if before.delivery in _SETTLED and before.delivery != event.delivery:
            self.faults.append(f"an event was {before.delivery.name} and now is {event}")
        if self.events and event.number not in self.events and event.number <= max(self.events):
            self.faults.append(f"an event came out of its order: {event}")
        self.events[event.number] = event
