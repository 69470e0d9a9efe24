# SPDX-License-Identifier: GPL-2.0-or-later
"""CHECKD-MIB as data: what the agent is expected to have, written down by hand.

The tests hold both the MIB file and the running agent against it.
"""

from dataclasses import dataclass
from enum import IntEnum

Oid = tuple[int, ...]

ROOT: Oid = (1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 2412)
NOTIFICATIONS = ROOT + (0,)
AGENT = ROOT + (1, 1)
TABLE = ROOT + (1, 2)
ENTRY = TABLE + (1,)
GROUP_TABLE = ROOT + (1, 3)
GROUP_ENTRY = GROUP_TABLE + (1,)
METRIC_TABLE = ROOT + (1, 4)
METRIC_ENTRY = METRIC_TABLE + (1,)
EVENT_TABLE = ROOT + (1, 5)
EVENT_ENTRY = EVENT_TABLE + (1,)
DELIVERY = ROOT + (1, 6)
PAGE_TABLE = ROOT + (1, 7)
PAGE_ENTRY = PAGE_TABLE + (1,)
SNMP_TRAP_OID: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
SYS_UP_TIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)

NEVER_AGE = 4294967295


class Outcome(IntEnum):
    NEVER = 1
    EXITED = 2
    SIGNALED = 3
    TIMED_OUT = 4
    START_FAILED = 5


class State(IntEnum):
    PENDING = 1
    OK = 2
    WARNING = 3
    UNKNOWN = 4
    CRITICAL = 5


class RunState(IntEnum):
    IDLE = 1
    QUEUED = 2
    RUNNING = 3
    STOPPING = 4


class AdminState(IntEnum):
    ENABLED = 1
    DISABLED = 2
    MAINTENANCE = 3


class EventKind(IntEnum):
    FAILED = 1
    CHANGED = 2
    RECOVERED = 3
    BECAME_STALE = 4
    BECAME_FRESH = 5
    FLAPPING_STARTED = 6
    FLAPPING_STOPPED = 7
    WITHDRAWN = 8
    EVENTS_LOST = 10


class Suppression(IntEnum):
    NONE = 1
    POLICY = 2
    DISABLED = 3
    MAINTENANCE = 4
    DEPENDENCY = 5
    FLAPPING = 6


class Delivery(IntEnum):
    PENDING = 1
    ACCEPTED = 2
    SUPPRESSED = 3
    LOST = 4


class StoreStatus(IntEnum):
    OK = 1
    BEHIND = 2
    FAILED = 3


class Truth(IntEnum):
    TRUE = 1
    FALSE = 2


@dataclass(frozen=True)
class Object:
    """A column or a scalar: where it is, its syntax in the MIB, its type on the wire."""

    name: str
    parent: Oid
    number: int
    syntax: str
    wire: str

    @property
    def oid(self) -> Oid:
        return self.parent + (self.number,)


# The base type, as net-snmp's tools print it, of each syntax that the MIB uses. On the
# wire Unsigned32 and Gauge32 are the same.
_WIRE = {
    "INTEGER": "INTEGER",
    "CheckdState": "INTEGER",
    "CheckdStatus": "INTEGER",
    "CheckdOutcome": "INTEGER",
    "CheckdSuppression": "INTEGER",
    "TruthValue": "INTEGER",
    "Counter32": "Counter32",
    "Gauge32": "Gauge32",
    "Unsigned32": "Gauge32",
    "TimeTicks": "Timeticks",
    "CheckdName": "STRING",
    "SnmpAdminString": "STRING",
    "DateAndTime": "STRING",
    "OCTET": "STRING",
}


def _objects(parent: Oid, text: str) -> dict[str, Object]:
    objects = {}
    for line in text.split("\n"):
        if line.strip():
            number, name, syntax = line.split()
            objects[name] = Object(name, parent, int(number), syntax, _WIRE[syntax])
    return objects


AGENT_SCALARS = _objects(AGENT, """
    1 checkAgentVersion SnmpAdminString
    2 checkAgentStartTime Unsigned32
    3 checkAgentUpTime TimeTicks
    4 checkAgentRuns Counter32
    5 checkAgentTimeouts Counter32
    6 checkAgentMissedRuns Counter32
    7 checkAgentRunning Gauge32
    8 checkAgentQueued Gauge32
    9 checkAgentLatenessLast Gauge32
    10 checkAgentLatenessP99 Gauge32
    11 checkAgentLatenessMax Gauge32
    12 checkNumber Gauge32
    13 checkNumberPending Gauge32
    14 checkNumberOk Gauge32
    15 checkNumberWarning Gauge32
    16 checkNumberUnknown Gauge32
    17 checkNumberCritical Gauge32
    18 checkNumberStale Gauge32
    19 checkWorstState CheckdState
    20 checkTableLastChange Unsigned32
    21 checkStateEpoch Unsigned32
    22 checkStoreStatus INTEGER
    23 checkConfigLoaded Unsigned32
    24 checkConfigGeneration Unsigned32
    25 checkConfigResult SnmpAdminString
    26 checkPages Gauge32
""")

DELIVERY_SCALARS = _objects(DELIVERY, """
    1 checkDeliveryFirstEvent Unsigned32
    2 checkDeliveryLastEvent Unsigned32
    3 checkDeliveryAcceptedEvent Unsigned32
    4 checkDeliveryPending Gauge32
    5 checkDeliveryAccepted Counter32
    6 checkDeliverySuppressed Counter32
    7 checkDeliveryLost Counter32
    8 checkDeliveryMasterSince Unsigned32
    9 checkDeliveryMasterLosses Counter32
""")

SCALARS = {**AGENT_SCALARS, **DELIVERY_SCALARS}

# The readable columns; checkKey, 1, is not accessible.
COLUMNS = _objects(ENTRY, """
    2 checkName CheckdName
    3 checkDescription SnmpAdminString
    4 checkGroup CheckdName
    5 checkType INTEGER
    6 checkAdminState INTEGER
    7 checkRunState INTEGER
    8 checkState CheckdState
    9 checkLastStatus CheckdStatus
    10 checkPreviousStatus CheckdStatus
    11 checkLastOutcome CheckdOutcome
    12 checkLastSignal Unsigned32
    13 checkLastMeaning SnmpAdminString
    14 checkLastOutput SnmpAdminString
    15 checkLastRan DateAndTime
    16 checkLastRanEpoch Unsigned32
    17 checkLastRanAge Gauge32
    18 checkLastDuration Gauge32
    19 checkLastLateness Gauge32
    20 checkLastChange DateAndTime
    21 checkLastChangeEpoch Unsigned32
    22 checkLastChangeAge Gauge32
    23 checkStatusChanges Counter32
    24 checkStateChanges Counter32
    25 checkRuns Counter32
    26 checkFailures Counter32
    27 checkTimeouts Counter32
    28 checkMissedRuns Counter32
    29 checkAttempt Gauge32
    30 checkInterval Unsigned32
    31 checkTimeout Unsigned32
    32 checkStale TruthValue
    33 checkFlapping TruthValue
    34 checkLastEvent Unsigned32
    35 checkCounterDiscontinuity Unsigned32
    36 checkRunNow TruthValue
    37 checkSuppression CheckdSuppression
    38 checkPage Unsigned32
""")

# The readable columns; checkGroupKey, 1, is not accessible.
GROUP_COLUMNS = _objects(GROUP_ENTRY, """
    2 checkGroupName CheckdName
    3 checkGroupSize Gauge32
    4 checkGroupWorstState CheckdState
    5 checkGroupPending Gauge32
    6 checkGroupOk Gauge32
    7 checkGroupWarning Gauge32
    8 checkGroupUnknown Gauge32
    9 checkGroupCritical Gauge32
    10 checkGroupStale Gauge32
""")

# The readable columns; checkMetricKey, 1, is not accessible.
METRIC_COLUMNS = _objects(METRIC_ENTRY, """
    2 checkMetricCheck CheckdName
    3 checkMetricLabel SnmpAdminString
    4 checkMetricValue SnmpAdminString
    5 checkMetricUnit SnmpAdminString
    6 checkMetricWarning SnmpAdminString
    7 checkMetricCritical SnmpAdminString
    8 checkMetricMinimum SnmpAdminString
    9 checkMetricMaximum SnmpAdminString
""")

# The readable columns; checkEventIndex, 1, is not accessible.
EVENT_COLUMNS = _objects(EVENT_ENTRY, """
    2 checkEventKind INTEGER
    3 checkEventName SnmpAdminString
    4 checkEventFromStatus CheckdStatus
    5 checkEventToStatus CheckdStatus
    6 checkEventFromOutcome CheckdOutcome
    7 checkEventToOutcome CheckdOutcome
    8 checkEventFromState CheckdState
    9 checkEventToState CheckdState
    10 checkEventMeaning SnmpAdminString
    11 checkEventOutput SnmpAdminString
    12 checkEventTime DateAndTime
    13 checkEventEpoch Unsigned32
    14 checkEventHeld Unsigned32
    15 checkEventDelivery INTEGER
    16 checkEventStateEpoch Unsigned32
    17 checkEventSuppression CheckdSuppression
""")

# The readable columns; checkPageIndex, 1, is not accessible.
PAGE_COLUMNS = _objects(PAGE_ENTRY, """
    2 checkPageSize Gauge32
    3 checkPageText OCTET
""")

# The members of a check in checkPageText, and the columns that they are.
PAGE_MEMBERS = {
    "s": "checkState",
    "c": "checkLastStatus",
    "o": "checkLastOutcome",
    "a": "checkLastRanAge",
    "d": "checkLastDuration",
    "n": "checkStatusChanges",
    "e": "checkLastEvent",
    "x": "checkStale",
    "f": "checkFlapping",
    "u": "checkSuppression",
}

# Accessible only in notifications.
EVENT_OBJECTS = _objects(DELIVERY, """
    10 checkEventNumber Unsigned32
    11 checkEventPreviousState CheckdState
    12 checkLostFirst Unsigned32
    13 checkLostLast Unsigned32
""")

NOTIFICATION_NUMBERS = {
    "checkFailed": 1,
    "checkChanged": 2,
    "checkRecovered": 3,
    "checkBecameStale": 4,
    "checkBecameFresh": 5,
    "checkFlappingStarted": 6,
    "checkFlappingStopped": 7,
    "checkWithdrawn": 8,
    "checkAgentStarted": 9,
    "checkEventsLost": 10,
}

_CHECK_OBJECTS = (
    "checkName",
    "checkLastStatus",
    "checkPreviousStatus",
    "checkState",
    "checkEventPreviousState",
    "checkLastOutcome",
    "checkLastMeaning",
    "checkLastOutput",
    "checkDescription",
    "checkGroup",
    "checkLastRanEpoch",
    "checkStatusChanges",
    "checkEventNumber",
    "checkStateEpoch",
)

# What each notification carries, in this order, behind sysUpTime and snmpTrapOID.
NOTIFICATION_OBJECTS = {
    "checkFailed": _CHECK_OBJECTS,
    "checkChanged": _CHECK_OBJECTS,
    "checkRecovered": _CHECK_OBJECTS,
    "checkBecameStale": _CHECK_OBJECTS,
    "checkBecameFresh": _CHECK_OBJECTS,
    "checkFlappingStarted": _CHECK_OBJECTS,
    "checkFlappingStopped": _CHECK_OBJECTS,
    "checkWithdrawn": _CHECK_OBJECTS,
    "checkAgentStarted": ("checkDeliveryFirstEvent", "checkDeliveryLastEvent", "checkStateEpoch"),
    "checkEventsLost": ("checkLostFirst", "checkLostLast", "checkEventNumber", "checkStateEpoch"),
}


def dotted(oid: Oid) -> str:
    return "." + ".".join(map(str, oid))


def parse_oid(text: str) -> Oid:
    return tuple(int(arc) for arc in text.strip(".").split("."))


def index_of(name: str) -> Oid:
    """A name as an index: a string with its length before it."""
    octets = name.encode("ascii")
    return (len(octets), *octets)


def name_of(index: Oid) -> str:
    """The name that an index stands for."""
    assert index[0] == len(index) - 1, index
    return bytes(index[1:]).decode("ascii")


def scalar_oid(name: str) -> Oid:
    return SCALARS[name].oid + (0,)


def column_oid(column: str, check: str) -> Oid:
    return COLUMNS[column].oid + index_of(check)


def group_oid(column: str, group: str) -> Oid:
    return GROUP_COLUMNS[column].oid + index_of(group)


def metric_oid(column: str, key: str) -> Oid:
    return METRIC_COLUMNS[column].oid + index_of(key)


def event_oid(column: str, number: int) -> Oid:
    return EVENT_COLUMNS[column].oid + (number % 2**32,)


def page_oid(column: str, page: int) -> Oid:
    return PAGE_COLUMNS[column].oid + (page,)


def page_of(name: str, modulus: int = 64) -> int:
    """The page of a check where there are few of them: FNV-1a with a finaliser."""
    mask = 2**64 - 1
    value = 0xCBF29CE484222325
    for octet in name.encode("ascii"):
        value = (value ^ octet) * 0x100000001B3 & mask
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = (value ^ value >> 33) * factor & mask
    return ((value ^ value >> 33) & 0xFFFFFFFF) % modulus


def notification_oid(name: str) -> Oid:
    return NOTIFICATIONS + (NOTIFICATION_NUMBERS[name],)


def notification_object_oid(name: str, check: str) -> Oid:
    """The instance of one of NOTIFICATION_OBJECTS in a notification about that check."""
    if name in EVENT_OBJECTS:
        return EVENT_OBJECTS[name].oid + (0,)
    if name in SCALARS:
        return scalar_oid(name)
    return column_oid(name, check)


def table_order(name: str) -> tuple[int, bytes]:
    """The order of rows in a walk."""
    octets = name.encode("ascii")
    return (len(octets), octets)
