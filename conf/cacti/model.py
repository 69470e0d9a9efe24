# SPDX-License-Identifier: GPL-2.0-or-later
"""What Cacti is to show of checkd. The objects have the names that CHECKD-MIB gives them.

The names of queries, graphs and data sources are what identifies them in the Cacti of whoever
has imported them before: one that is renamed comes as another.
"""

from dataclasses import dataclass
from typing import Optional

# Types of an item of a graph, and what it makes of the values that share a pixel, by the
# numbers that Cacti has for them.
LINE, AREA, STACK, GPRINT = 5, 7, 8, 9
AVERAGE, LEAST, GREATEST, LAST = 1, 2, 3, 4

GREEN, YELLOW, PURPLE, RED, GREY = "4BAE4F", "F5C211", "9141AC", "E01B24", "9A9996"
BLUE, LIGHT_BLUE, BLACK, ORANGE = "1C71D8", "99C1F1", "241F31", "E66100"


# What the legend tells of whole numbers.
COUNTED = ("Now", "Maximum")


@dataclass(frozen=True)
class Source:
    """A value that is kept: its name in the file of rrdtool and the MIB's object.

    A counter is kept by rrdtool's DERIVE with a minimum of 0: one that begins anew gives an
    unknown value and not the spike that COUNTER makes of it.
    """

    name: str
    object: str
    is_counter: bool = False
    least: str = "0"
    greatest: str = "U"


@dataclass(frozen=True)
class Item:
    """Something that a graph draws of a source; only numbers in the legend where no label."""

    source: str
    color: str
    label: str
    kind: int = LINE
    cdef: Optional[str] = None
    consolidation: int = AVERAGE
    alpha: str = "FF"
    prints: tuple[str, ...] = ("Now", "Average", "Maximum")
    is_whole: bool = False
    ends_line: bool = True


@dataclass(frozen=True)
class Graph:
    name: str
    title: str
    unit: str
    sources: tuple[Source, ...]
    items: tuple[Item, ...]
    lower_limit: str = "0"
    upper_limit: str = "1"


@dataclass(frozen=True)
class Query:
    """A table, or the scalars as a table of one row. An input is read when Cacti indexes."""

    key: str
    name: str
    description: str
    walked: str
    inputs: dict[str, tuple[str, str]]
    graphs: tuple[Graph, ...]
    index_parse: str = r".*\.(\d+)$"
    count: Optional[str] = None
    is_transient: bool = False
    order: Optional[str] = None


STATES = (
    ("Pending", "1", GREY),
    ("Ok", "2", GREEN),
    ("Warning", "3", YELLOW),
    ("Unknown", "4", PURPLE),
    ("Critical", "5", RED),
)

# Where rrdtool has to tell one value from two samples of a step, as 3.2 of ok(2) and
# critical(5), it lies between them and is shown as the next worse state.
CDEFS = {
    f"State {name}": f"CURRENT_DATA_SOURCE,{int(number) - 1},GT,CURRENT_DATA_SOURCE,{number},LE,"
    "*,INF,UNKN,IF"
    for name, number, _ in STATES
} | {
    "Stale": "CURRENT_DATA_SOURCE,1.5,LT,INF,UNKN,IF",
    "Suppressed": "CURRENT_DATA_SOURCE,2.5,GT,-1,UNKN,IF",
    "Per hour": "CURRENT_DATA_SOURCE,3600,*",
    "Per minute": "CURRENT_DATA_SOURCE,60,*",
    "Seconds": "CURRENT_DATA_SOURCE,1000,/",
}


def rates(
    *rows: tuple[str, str, str, str], kind: int = LINE, cdef: str = "Per minute"
) -> tuple[tuple[Source, ...], tuple[Item, ...]]:
    """Counters and how they are drawn: name, object, colour and label of each."""
    sources = tuple(Source(name, obj, is_counter=True) for name, obj, _, _ in rows)
    items = tuple(
        Item(name, color, label, kind if i == 0 else LINE, cdef)
        for i, (name, _, color, label) in enumerate(rows)
    )
    return sources, items


def gauges(
    *rows: tuple[str, str, str, str], cdef: Optional[str] = None
) -> tuple[tuple[Source, ...], tuple[Item, ...]]:
    """Gauges and how they are drawn."""
    sources = tuple(Source(name, obj) for name, obj, _, _ in rows)
    items = tuple(
        Item(name, color, label, AREA if i == 0 else LINE, cdef)
        for i, (name, _, color, label) in enumerate(rows)
    )
    return sources, items


def stacked_states(prefix: str) -> tuple[tuple[Source, ...], tuple[Item, ...]]:
    """How many are in which state, one upon the other, and how many are stale."""
    sources = [Source(name.lower(), f"{prefix}{name}") for name, _, _ in STATES]
    items = [
        Item(name.lower(), color, name, AREA if i == 0 else STACK, prints=COUNTED, is_whole=True)
        for i, (name, _, color) in enumerate(STATES)
    ]
    sources.append(Source("stale", f"{prefix}Stale"))
    items.append(
        Item("stale", BLACK, "Stale", LINE, None, GREATEST, prints=COUNTED, is_whole=True)
    )
    return tuple(sources), tuple(items)


CHECK_STATE = Graph(
    "Check - State",
    "|query_checkName|: state and status",
    "exit code",
    (
        Source("state", "checkState", least="1", greatest="5"),
        Source("status", "checkLastStatus", least="-1", greatest="255"),
        Source("stale", "checkStale", least="1", greatest="2"),
        Source("suppression", "checkSuppression", least="1", greatest="6"),
    ),
    (
        *(
            Item("state", color, name, AREA, f"State {name}", GREATEST, "7F", (),
                 ends_line=name == "Critical")
            for name, _, color in STATES
        ),
        Item("stale", BLACK, "Stale", AREA, "Stale", LEAST, "4C", (), ends_line=False),
        Item("suppression", LIGHT_BLUE, "No alarm wanted", AREA, "Suppressed", GREATEST, "FF", ()),
        Item("status", BLACK, "Exit code", LINE, None, GREATEST, "FF", COUNTED, is_whole=True),
    ),
    lower_limit="-1.2",
    upper_limit="3",
)  # fmt: skip

CHECKS = Query(
    "checks",
    "checkd - Checks",
    "Status and state of each check, its changes, runs and times",
    "checkName",
    {
        "checkName": ("Name", "value"),
        "checkDescription": ("Description", "value"),
        "checkGroup": ("Group", "value"),
        "checkType": (
            "Type",
            "VALUE/TABLE:1:command:2:tcp:3:unix:4:http:5:dns:6:ping:7:file:8:process"
            ":9:passive:10:aggregate:11:worker",
        ),
    },
    (
        CHECK_STATE,
        Graph(
            "Check - Changes",
            "|query_checkName|: changes",
            "per hour",
            *rates(
                ("status_changes", "checkStatusChanges", BLUE, "Of the status"),
                ("state_changes", "checkStateChanges", RED, "Of the state"),
                kind=AREA,
                cdef="Per hour",
            ),
        ),
        Graph(
            "Check - Runs",
            "|query_checkName|: runs",
            "per minute",
            *rates(
                ("runs", "checkRuns", GREEN, "Finished"),
                ("failures", "checkFailures", RED, "Not ok"),
                ("timeouts", "checkTimeouts", PURPLE, "Timed out"),
                ("missed", "checkMissedRuns", ORANGE, "Missed"),
                kind=AREA,
            ),
        ),
        Graph(
            "Check - Duration",
            "|query_checkName|: duration and lateness",
            "seconds",
            *gauges(
                ("duration", "checkLastDuration", LIGHT_BLUE, "Duration"),
                ("lateness", "checkLastLateness", ORANGE, "Lateness"),
                cdef="Seconds",
            ),
        ),
        Graph(
            "Check - Age",
            "|query_checkName|: age of the last result",
            "seconds",
            # What never was has the greatest of all ages, which is left out.
            (
                Source("ran_age", "checkLastRanAge", greatest="4294967294"),
                Source("change_age", "checkLastChangeAge", greatest="4294967294"),
            ),
            (
                Item("ran_age", LIGHT_BLUE, "Since the last run", AREA, None, GREATEST),
                Item("change_age", BLACK, "Since the last change", GPRINT, None, LAST),
            ),
        ),
    ),
    index_parse=r"^\.@oid:checkEntry@\.\d+\.(.+)$",
    count="checkNumber",
)

GROUPS = Query(
    "groups",
    "checkd - Groups",
    "How many checks of each group are in which state",
    "checkGroupName",
    {"checkGroupName": ("Name", "value")},
    (Graph("Group - States", "Group |query_checkGroupName|", "checks",
           *stacked_states("checkGroup")),),
    index_parse=r"^\.@oid:checkGroupEntry@\.\d+\.(.+)$",
)  # fmt: skip

METRICS = Query(
    "metrics",
    "checkd - Metrics",
    "What the checks measure: the performance data of plugins, and of probes",
    "checkMetricCheck",
    {
        # The key, decoded from the index; what the table shows beside it is not unique.
        "checkMetricKey": ("Key", r"OID/REGEXP:^\.@oid:checkMetricEntry@\.\d+\.(.+)$"),
        "checkMetricCheck": ("Check", "value"),
        "checkMetricLabel": ("Label", "value"),
        "checkMetricUnit": ("Unit", "value"),
    },
    (
        Graph(
            "Metric - Value",
            "|query_checkMetricCheck|: |query_checkMetricLabel|",
            "|query_checkMetricUnit|",
            (Source("value", "checkMetricValue", least="U"),),
            (Item("value", BLUE, "|query_checkMetricLabel|"),),
        ),
    ),
    index_parse=r"^\.@oid:checkMetricEntry@\.\d+\.(.+)$",
    is_transient=True,
)

AGENT = Query(
    "agent",
    "checkd - Agent",
    "checkd itself: sums of its checks, its runs, how late they are",
    "checkAgentVersion",
    {"checkAgentRow": ("Row", "index"), "checkAgentVersion": ("Version", "value")},
    (
        Graph("Agent - States", "checks by state", "checks", *stacked_states("checkNumber")),
        Graph(
            "Agent - Runs",
            "runs of all checks",
            "per minute",
            *rates(
                ("runs", "checkAgentRuns", GREEN, "Finished"),
                ("timeouts", "checkAgentTimeouts", PURPLE, "Timed out"),
                ("missed", "checkAgentMissedRuns", ORANGE, "Missed"),
                kind=AREA,
            ),
        ),
        Graph(
            "Agent - Lateness",
            "lateness of 99 % of the runs",
            "seconds",
            *gauges(
                ("lateness_p99", "checkAgentLatenessP99", LIGHT_BLUE, "99 of 100 within"),
                ("lateness_max", "checkAgentLatenessMax", ORANGE, "Greatest"),
                cdef="Seconds",
            ),
        ),
        Graph(
            "Agent - Queue",
            "checks that run or wait",
            "checks",
            *gauges(
                ("running", "checkAgentRunning", GREEN, "Running"),
                ("queued", "checkAgentQueued", RED, "Waiting for a slot"),
            ),
        ),
    ),
    order="checkAgentRow",
)

QUERIES = (CHECKS, GROUPS, METRICS, AGENT)
