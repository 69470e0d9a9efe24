# SPDX-License-Identifier: GPL-2.0-or-later
"""The triggers of the template.

Polls and notifications tell of the same checks, and neither comes in time for sure. What
decides is what is newer, and that is seen without any clock: a notification carries the
number of its event and the epoch of the numbers, a row the number of its last event
(checkLastEvent). A notification is TOLD until so many polls have known its event.

The columns of a row may be polled a moment apart, so that a single poll may have the state of
before and the suppression of after. Several polls in a row must therefore agree. The number
for notifications is one more, since the first poll that knows the event may have an old state.

Zabbix looks at values out of order: a poll may wait while a notification that came after it is
looked at, and then takes what was known at its own time for all there is. So every expression
asks for what is known UNTIL a time that has yet to come, whichever value it is looked at for.

The values that are read of one notification may come one after the other. What decides, event,
state and whether it is stale, is therefore one number: TOLD.

A problem stays while nothing new is known: suppressed, stale, or flapping, a check that was
critical is neither raised again nor told to be well.
"""

from template_parts import tags, uuid_of

SILENT, RECENT = "{$CHECKD.SILENT}", "{$CHECKD.RECENT}"
POLLS, POLLS_TRAP = "{$CHECKD.POLLS}", "{$CHECKD.POLLS.TRAP}"
UNTIL = ":now+1h"
NEWEST, NEWEST_POLLS, NEWEST_POLLS_TRAP = "#1" + UNTIL, POLLS + UNTIL, POLLS_TRAP + UNTIL
CHECK = "[{#CHECK}]"

# TOLD is the event's number times the one, and the state, and the other where it is stale.
TOLD_EVENT, TOLD_STALE = 16, 8

SEVERITIES = (("warning", "WARNING"), ("unknown", "AVERAGE"), ("critical", "HIGH"))

CHECK_TEXTS = {
    "warning": "The check's confirmed state is warning.",
    "unknown": "The check's confirmed state is unknown: it could not tell, ran into its timeout, "
    "or could not be run.",
    "critical": "The check's confirmed state is critical.",
    "stale": "No run of the check has finished for longer than its configuration allows: what is "
    "known of it is old.",
}


class Reader:
    """Functions over items, as expressions have them; and how long a check may have no values."""

    def __init__(self, template, gone=SILENT):
        self._template = template
        self.gone = gone

    def __call__(self, function, key, *parameters):
        path = f"/{self._template}/checkd.{key}"
        return f"{function}({','.join((path, *parameters))})"


def conditions(read):
    """What is told by a notification that no poll has overtaken; what is polled no more."""
    told, epoch, now = (
        read("last", each, NEWEST)
        for each in (f"trap.told{CHECK}", f"trap.epoch{CHECK}", "state.epoch")
    )
    known = read("min", f"check.event{CHECK}", NEWEST_POLLS_TRAP)
    is_told = (
        f"({read('count', f'trap.told{CHECK}', NEWEST)}>0"
        f" and ({epoch}>{now} or {epoch}={now} and floor({told}/{TOLD_EVENT})>{known}))"
    )
    # Where the agent itself was silent, rows come back a little later than it does.
    gone = (
        f"({read('nodata', f'check.state{CHECK}', read.gone)}=1"
        f" and {read('count', 'agent.uptime', SILENT)}>3)"
    )
    return is_told, gone


def state_expressions(read, name, values):
    """When a state's problem begins, and when it ends."""
    told, gone = conditions(read)
    state, none = values["checkState"][name], values["checkSuppression"]["policy"]
    fresh = f"{read('min', f'check.stale{CHECK}', NEWEST_POLLS)}={values['checkStale']['false']}"
    told_state = f"mod({read('last', f'trap.told{CHECK}', NEWEST)},{TOLD_STALE})"
    least, most = (read(each, f"check.state{CHECK}", NEWEST_POLLS) for each in ("min", "max"))
    calm, least_calm = (
        read(each, f"check.suppression{CHECK}", NEWEST_POLLS) for each in ("max", "min")
    )
    disabled = values["checkSuppression"]["disabled"]
    problem = (
        f'{{$CHECKD.RAISE.{name.upper()}:"{{#CHECK}}"}}=1 and not {gone} and ('
        f"{told} and {told_state}={state}"
        f" or not {told} and {least}={state} and {most}={state}"
        f" and {calm}<={none} and {fresh})"
    )
    other = read("count", f"check.state{CHECK}", NEWEST_POLLS, '"eq"', f'"{state}"')
    recovery = (
        f"{gone} or {told} and {told_state}<>{state} and {told_state}<>0"
        f" or not {told} and ({most}<={values['checkState']['ok']}"
        f" or {least_calm}={disabled} and {calm}={disabled}"
        f" or {other}=0 and {calm}<={none} and {fresh})"
    )
    return problem, recovery


def stale_expressions(read, values):
    told, gone = conditions(read)
    none, stale = values["checkSuppression"]["policy"], values["checkStale"]
    told_stale = f"mod({read('last', f'trap.told{CHECK}', NEWEST)},{TOLD_EVENT})"
    least, most = (read(each, f"check.stale{CHECK}", NEWEST_POLLS) for each in ("min", "max"))
    calm = read("max", f"check.suppression{CHECK}", NEWEST_POLLS)
    problem = (
        f'{{$CHECKD.RAISE.STALE:"{{#CHECK}}"}}=1 and not {gone} and ('
        f"{told} and {told_stale}>={TOLD_STALE}"
        f" or not {told} and {most}={stale['true']} and {calm}<={none})"
    )
    recovery = (
        f"{gone} or {told} and {told_stale}<{TOLD_STALE}"
        f" or not {told} and {least}={stale['false']}"
    )
    return problem, recovery


def of_checks(template, values, check_tags, gone=SILENT):
    """The prototypes of a check's triggers."""
    read = Reader(template, gone)
    names = (*SEVERITIES, ("stale", "AVERAGE"))
    made = []
    for name, severity in names:
        problem, recovery = (
            stale_expressions(read, values)
            if name == "stale"
            else state_expressions(read, name, values)
        )
        made.append({
            "uuid": uuid_of("trigger", f"check {name}", template),
            "expression": problem,
            "recovery_mode": "RECOVERY_EXPRESSION",
            "recovery_expression": recovery,
            "name": f"{{#CHECK}}: {name}",
            "priority": severity,
            "description": CHECK_TEXTS[name],
            "tags": check_tags,
        })  # fmt: skip
    stale = made[-1]
    for one in made[:-1]:
        one["dependencies"] = [
            {each: stale[each] for each in ("name", "expression", "recovery_expression")}
        ]
    return made


def of_host(template, events_lost):
    """The triggers about checkd itself; where it is silent, that alone is told."""
    read = Reader(template)
    lost, losses = (
        f"{read('last', key)}>{read('min', key, RECENT)}"
        for key in ("delivery.lost", "delivery.losses")
    )
    late = read("min", "agent.lateness", SILENT)
    pending = read("min", "delivery.pending", SILENT)
    loaded = read("find", "config.result", "", '"regexp"', '"^ok"')
    least, most = (read(each, "store", POLLS) for each in ("min", "max"))
    rows = (
        ("silent", "checkd is silent", "HIGH", f"{read('nodata', 'agent.uptime', SILENT)}=1",
         "Nothing was answered for {$CHECKD.SILENT}: the host is gone, snmpd does not run or does "
         "not answer this server, or checkd does not run or has no connection with snmpd."),
        ("losses", "checkd lost its connection with the SNMP agent", "WARNING", losses,
         "It is back since. Notifications that were not taken by then are sent again."),
        ("lost", "checkd lost notifications", "AVERAGE",
         f"{lost} or count(/{template}/{events_lost},{RECENT})>0",
         "Events were not notified and will not be. checkEventTable has those that are still in "
         "the log; what is polled is right all the same."),
        ("store failed", "checkd cannot store what it finds", "HIGH",
         f"{read('last', 'store')}=3",
         "Checks go on and are shown, but what is found now may be forgotten when checkd ends."),
        ("store behind", "checkd's disk is slow", "WARNING", f"{least}=2 and {most}=2",
         "What is shown lags behind what the checks found, since it is stored first."),
        ("late", "checkd runs checks late", "WARNING", f"{late}>{{$CHECKD.LATENESS}}",
         "For {$CHECKD.SILENT}, one of a hundred runs began later than by {$CHECKD.LATENESS} "
         "seconds: the host is too busy, or too few checks may run at once."),
        ("pending", "checkd's notifications are not taken", "WARNING",
         f"{pending}>{{$CHECKD.PENDING}}",
         "More than {$CHECKD.PENDING} notifications wait for the SNMP agent to take them."),
        ("config", "checkd's configuration has an error", "WARNING",
         f"{loaded}=0",
         "The last file that was to be loaded was refused; the one before goes on running."),
    )  # fmt: skip
    made = [
        {
            "uuid": uuid_of("trigger", f"host {key}", template),
            "expression": expression,
            "name": name,
            "priority": severity,
            "description": text,
            "manual_close": "YES" if RECENT in expression else "NO",
            "tags": tags(component="checkd"),
        }
        for key, name, severity, expression, text in rows
    ]
    silent = {each: made[0][each] for each in ("name", "expression")}
    for one in made[1:]:
        one["dependencies"] = [silent]
    return made
