# SPDX-License-Identifier: GPL-2.0-or-later
"""The items of the template, its macros, and how values are read: all that is a table."""

MACROS = {
    "{$CHECKD.INTERVAL}": ("30s", "How often everything that alarms hang on is polled."),
    "{$CHECKD.INTERVAL.SLOW}": ("2m", "How often all else is polled."),
    "{$CHECKD.INTERVAL.DISCOVERY}": (
        "5m",
        "How often checks, groups and metrics are looked for.",
    ),
    "{$CHECKD.KEEP}": ("7d", "How long the history of what is gone is kept."),
    "{$CHECKD.SILENT}": (
        "5m",
        "No answer for so long is a problem; several {$CHECKD.INTERVAL}.",
    ),
    "{$CHECKD.RECENT}": (
        "10m",
        "How long a problem that is a moment, such as a loss, is shown.",
    ),
    "{$CHECKD.POLLS}": ("#2", "So many polls in a row must agree before they raise or clear."),
    "{$CHECKD.POLLS.TRAP}": (
        "#3",
        "So many polls must know a notification's event before they outweigh it: one more "
        "than {$CHECKD.POLLS}.",
    ),
    "{$CHECKD.RAISE.WARNING}": (
        "1",
        "0: no problem for warning; with a context for one check.",
    ),
    "{$CHECKD.RAISE.UNKNOWN}": (
        "1",
        "0: no problem for unknown; with a context for one check.",
    ),
    "{$CHECKD.RAISE.CRITICAL}": (
        "1",
        "0: no problem for critical; with a context for one check.",
    ),
    "{$CHECKD.RAISE.STALE}": ("1", "0: no problem for stale; with a context for one check."),
    "{$CHECKD.CHECK.MATCHES}": (".*", "Regular expression: checks to discover."),
    "{$CHECKD.CHECK.NOT_MATCHES}": ("^$", "Regular expression: checks not to discover."),
    "{$CHECKD.GROUP.MATCHES}": (".*", "Regular expression: groups whose checks to discover."),
    "{$CHECKD.GROUP.NOT_MATCHES}": (
        "^$",
        "Regular expression: groups whose checks to leave out.",
    ),
    "{$CHECKD.METRIC.MATCHES}": (
        ".*",
        "Regular expression over CHECK|LABEL: metrics to discover.",
    ),
    "{$CHECKD.METRIC.NOT_MATCHES}": (
        "^$",
        "Regular expression over CHECK|LABEL: metrics to leave out.",
    ),
    "{$CHECKD.DISASTER.MATCHES}": (
        "^$",
        "Regular expression: checks whose critical is a disaster.",
    ),
    "{$CHECKD.MINOR.MATCHES}": (
        "^$",
        "Regular expression: checks whose problems are information.",
    ),
    "{$CHECKD.LATENESS}": ("5", "Seconds that 99 of 100 runs may start late."),
    "{$CHECKD.PENDING}": ("100", "Notifications that may wait for the SNMP agent."),
}

# Of the template that reads pages, beside those, and instead of some of them.
PAGES_MACROS = {
    "{$CHECKD.INTERVAL.DISCOVERY}": ("10m", "How often pages, checks and groups are looked for."),
    "{$CHECKD.INTERVAL.OUTPUT}": ("10m", "How often the outputs of checks are polled."),
    "{$CHECKD.GONE}": (
        "25m",
        "A check that is on no page for so long is gone; more than two "
        "{$CHECKD.INTERVAL.DISCOVERY}, since checks may move from page to page.",
    ),
}

FAST, SLOW = "{$CHECKD.INTERVAL}", "{$CHECKD.INTERVAL.SLOW}"
NEVER_AGE = "4294967295"

# Key, name, object, and what differs from a number that is polled as often as alarms need.
SECONDS = {"value_type": "FLOAT", "units": "s"}
TEXT = {"value_type": "TEXT", "trends": "0"}
SAME = ("DISCARD_UNCHANGED_HEARTBEAT", "1h")
MILLI = ("MULTIPLIER", "0.001")
AGE = {"units": "s", "steps": [("NOT_MATCHES_REGEX", f"^{NEVER_AGE}$")]}

SCALARS = (
    ("agent.version", "Version of checkd", "checkAgentVersion",
     {"value_type": "CHAR", "trends": "0", "delay": SLOW, "steps": [SAME]}),
    ("agent.uptime", "Uptime of checkd", "checkAgentUpTime",
     {"value_type": "FLOAT", "units": "uptime", "steps": [("MULTIPLIER", "0.01")]}),
    ("agent.runs", "Runs", "checkAgentRuns",
     {"value_type": "FLOAT", "units": "rps", "delay": SLOW,
      "steps": [("CHANGE_PER_SECOND", "")]}),
    ("agent.timeouts", "Runs that timed out", "checkAgentTimeouts", {"delay": SLOW}),
    ("agent.missed", "Runs that were missed", "checkAgentMissedRuns", {"delay": SLOW}),
    ("agent.running", "Checks that run", "checkAgentRunning", {}),
    ("agent.queued", "Checks that wait for a free slot", "checkAgentQueued", {}),
    ("agent.lateness", "Lateness of 99 of 100 runs", "checkAgentLatenessP99",
     {**SECONDS, "steps": [MILLI]}),
    ("number", "Checks", "checkNumber", {}),
    ("number.pending", "Checks pending", "checkNumberPending", {}),
    ("number.ok", "Checks ok", "checkNumberOk", {}),
    ("number.warning", "Checks warning", "checkNumberWarning", {}),
    ("number.unknown", "Checks unknown", "checkNumberUnknown", {}),
    ("number.critical", "Checks critical", "checkNumberCritical", {}),
    ("number.stale", "Checks stale", "checkNumberStale", {}),
    ("worst", "Worst state", "checkWorstState", {}),
    ("state.epoch", "Epoch of checkd's memory", "checkStateEpoch", {}),
    ("store", "Store", "checkStoreStatus", {}),
    ("config.result", "Result of the last load", "checkConfigResult", {**TEXT}),
    ("delivery.pending", "Notifications pending", "checkDeliveryPending", {}),
    ("delivery.lost", "Notifications lost", "checkDeliveryLost", {}),
    ("delivery.since", "Connected with the SNMP agent since", "checkDeliveryMasterSince",
     {"units": "unixtime", "trends": "0"}),
    ("delivery.losses", "Connections with the SNMP agent lost",
     "checkDeliveryMasterLosses", {}),
)

COLUMNS = (
    ("state", "state", "checkState", {}),
    ("status", "status", "checkLastStatus", {"value_type": "FLOAT"}),
    ("stale", "stale", "checkStale", {}),
    ("suppression", "suppression", "checkSuppression", {}),
    ("event", "last event", "checkLastEvent", {"trends": "0"}),
    ("output", "output", "checkLastOutput", {**TEXT, "steps": [SAME]}),
    ("outcome", "outcome", "checkLastOutcome", {}),
    ("age", "age of the last run", "checkLastRanAge", AGE),
    ("changes", "changes of status", "checkStatusChanges", {}),
    ("runs", "runs", "checkRuns", {"delay": SLOW}),
    ("duration", "duration", "checkLastDuration", {**SECONDS, "steps": [MILLI]}),
    ("admin", "admin state", "checkAdminState", {"delay": SLOW}),
    ("flapping", "flapping", "checkFlapping", {"delay": SLOW}),
    ("type", "type", "checkType", {"delay": SLOW, "trends": "0", "steps": [SAME]}),
)

# The members of checkPageText that the items of a check are read from.
MEMBERS = {"state": "s", "status": "c", "stale": "x", "suppression": "u", "event": "e",
           "outcome": "o", "age": "a", "changes": "n", "duration": "d", "flapping": "f"}  # fmt: skip
OUTPUT = (
    ("output", "output", "checkLastOutput",
     {**TEXT, "delay": "{$CHECKD.INTERVAL.OUTPUT}", "steps": [SAME]}),
)  # fmt: skip

GROUP_COLUMNS = (
    ("state", "worst state", "checkGroupWorstState", {}),
    ("size", "checks", "checkGroupSize", {"delay": SLOW}),
    ("pending", "pending", "checkGroupPending", {}),
    ("ok", "ok", "checkGroupOk", {}),
    ("warning", "warning", "checkGroupWarning", {}),
    ("unknown", "unknown", "checkGroupUnknown", {}),
    ("critical", "critical", "checkGroupCritical", {}),
    ("stale", "stale", "checkGroupStale", {}),
)

COLORS = {"pending": "90A4AE", "ok": "43A047", "warning": "FFB300", "unknown": "8E24AA",
          "critical": "E53935", "stale": "6D4C41"}  # fmt: skip

# The values of the host's dashboard, its graphs, and its graphs of each check and metric.
DASHBOARD = (
    (("worst", "Worst state"), ("number", "Checks"), ("number.critical", "Critical"),
     ("number.warning", "Warning"), ("number.stale", "Stale"), ("agent.lateness", "Lateness")),
    ("checkd: checks by state", "checkd: lateness"),
    (("{#CHECK}: state", "3", "1"), ("{#CHECK}: {#LABEL}", "3", "1")),
)  # fmt: skip

# A server that has the MIB loaded has "NAME" for the index, which it cannot ask for where the
# name has a colon, and one that has not the numbers; the numbers are asked for.
PREPARE = """var rows = JSON.parse(value);
rows.forEach(function (row) {
	var index = row['{#SNMPINDEX}'].match(/^"(.*)"$/);
	if (index)
		row['{#SNMPINDEX}'] = [index[1].length].concat(index[1].split('').map(function (letter) {
			return letter.charCodeAt(0);
		})).join('.');
});
"""
# In a regular expression the dots of a name are in brackets.
PREPARE_CHECKS = """rows.forEach(function (row) {
	row['{#NAME}'] = row['{#CHECK}'].replace(/[.]/g, '[.]');
});
"""
# The pages that there are: each is that of many checks.
PREPARE_PAGES = """var seen = {};
rows = rows.filter(function (row) {
	var is_new = !seen[row['{#PAGE}']];
	seen[row['{#PAGE}']] = true;
	return is_new;
});
"""
# Units that Zabbix is not to scale have an exclamation mark.
PREPARE_METRICS = """var scaled = ['s', 'B', '%', ''];
rows.forEach(function (row) {
	var unit = row['{#UNIT}'];
	row['{#METRIC}'] = row['{#CHECK}'] + '|' + row['{#LABEL}'];
	row['{#UNIT}'] = scaled.indexOf(unit) >= 0 ? unit : unit === 'c' ? '' : '!' + unit;
});
"""

# A notification as snmptrapd wrote it, with or without types and names of enumerations.
TRAP_READER = """function varbind(oid) {
	var lines = value.split('\\n');
	for (var i = 0; i < lines.length; i++) {
		var line = lines[i].replace(/^ *[.]?/, '');
		if (line.indexOf(oid + '.') === 0)
			return line.replace(/^[^ ]+ +(type=[0-9]+ +value=)?([A-Za-z0-9]+: +)?/, '');
	}
	throw 'there is no ' + oid;
}
function number(text, names) {
	var digits = text.match(/^([a-zA-Z]+[(])?(-?[0-9]+)/);
	return digits ? Number(digits[2]) : names[text.trim()];
}
function kind() {
	return Number(varbind('1.3.6.1.6.3.1.1.4.1').match(/([0-9]+)\\s*$/)[1]);
}
"""

def _override(name, step, macro, pattern, severity):
    """Triggers whose names match are of that severity where the check's name does."""
    return {
        "name": name,
        "step": step,
        "filter": {"conditions": [{"macro": "{#CHECK}", "value": macro, "formulaid": "A"}]},
        "operations": [{
            "operationobject": "TRIGGER_PROTOTYPE",
            "operator": "REGEXP",
            "value": pattern,
            "severity": severity,
        }],
    }  # fmt: skip


OVERRIDES = [
    _override("A disaster", "1", "{$CHECKD.DISASTER.MATCHES}", ": critical$", "DISASTER"),
    _override("Information only", "2", "{$CHECKD.MINOR.MATCHES}", ".", "INFO"),
]
