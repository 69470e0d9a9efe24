#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write a template for Zabbix 6.0 and later, as YAML to import.

usage: make-template.py MIB [pages] >TEMPLATE

It is "checkd by SNMP", or "checkd by SNMP pages", which is for thousands of checks.
OIDs, descriptions and enumerations are those of the MIB. README.md, beside this file, tells
what the triggers mean; triggers.py has their expressions.
"""

import json
import sys

import triggers
from items import (
    COLORS,
    COLUMNS,
    DASHBOARD,
    FAST,
    GROUP_COLUMNS,
    MACROS,
    MEMBERS,
    OUTPUT,
    OVERRIDES,
    PAGES_MACROS,
    PREPARE,
    PREPARE_CHECKS,
    PREPARE_METRICS,
    PREPARE_PAGES,
    SCALARS,
    TEXT,
    TRAP_READER,
)
from template_parts import FIRST, Mib, dashboard, filter_of, graph, tags, uuid_of, yaml_of

VERSION = "6.0"
# The steps that a value must pass.
DISCARDING = ("CHECK_NOT_SUPPORTED", "MATCHES_REGEX", "NOT_MATCHES_REGEX", "JSONPATH")


class Maker:
    """Makes the parts of the template out of the MIB."""

    name = FIRST
    macros = MACROS
    dashboard = DASHBOARD
    description = "Health checks that checkd runs, by polling and by notifications."

    def __init__(self, mib):
        self.mib = mib
        self.used_maps = []

    def uuid(self, kind, name):
        return uuid_of(kind, name, self.name)

    def item(self, key, name, source, more, index):
        """An item that is polled, or a prototype of one."""
        more = dict(more)
        steps = more.pop("steps", [])
        # A row that is gone has no values; an item that failed would leave triggers unknown.
        if index != "0":
            steps = [("CHECK_NOT_SUPPORTED", ""), *steps]
        made = {
            "uuid": self.uuid("item", key),
            "name": name,
            "type": "SNMP_AGENT",
            "snmp_oid": f"{self.mib.oids[source]}.{index}",
            "key": key,
            "delay": FAST,
            "description": self.mib.descriptions[source],
            "preprocessing": [self.step(*each) for each in steps],
            **more,
        }
        if self.mib.values[source]:
            made["valuemap"] = {"name": source}
            self.used_maps.append(source)
        return made

    @staticmethod
    def step(kind, parameter):
        step = {"type": kind, "parameters": [parameter]}
        if kind in DISCARDING:
            step["error_handler"] = "DISCARD_VALUE"
        return step

    def trap(self, key, name, **more):
        """An item of notifications; the pattern is in its key."""
        return {
            "uuid": self.uuid("item", name),
            "name": name,
            "type": "SNMP_TRAP",
            "key": key,
            "delay": "0",
            "trends": "0",
            "value_type": "LOG",
            **more,
        }

    def notification(self, name):
        """The key of an item that takes all notifications of that kind."""
        oid = self.mib.oids[name].replace(".", "[.]")
        return f'snmptrap["^ *[.]?1[.]3[.]6[.]1[.]6[.]3[.]1[.]1[.]4[.]1[.]0 .*[ .]{oid}$"]'

    def scalars(self):
        made = [
            {**self.item(f"checkd.{key}", f"checkd: {name}", source, more, "0"),
             "tags": tags(component=key.split(".")[0])}
            for key, name, source, more in SCALARS
        ]  # fmt: skip
        notifications = (
            (self.notification("checkAgentStarted"), "checkd: Started"),
            (self.notification("checkEventsLost"), "checkd: Events lost"),
            ("snmptrap.fallback", "checkd: Other notifications"),
        )
        component = tags(component="notifications")
        return made + [self.trap(key, name, tags=component) for key, name in notifications]

    def trap_items(self):
        """What a check's notifications tell: the event's number says how new it is."""
        oids = self.mib.oids
        # A name stands in quotation marks where snmptrapd has no MIB.
        name = '[.][0-9.]+ +([^ ].*: )?\\"?{#NAME}\\"?$'
        key = f'snmptrap["{self.mib.pattern("checkName")}{name}"]'
        tag = tags(component="notification", check="{#CHECK}")
        master = self.trap(key, "{#CHECK}: notification", tags=tag)
        names = json.dumps(self.mib.values["checkState"])
        state = f"number(varbind('{oids['checkState']}'), {names})"
        # 4 and 6, that it is stale or flaps, decide nothing about its state; 8 withdraws it.
        state = f"(kind() === 4 || kind() === 6 ? 0 : kind() === 8 ? 1 : {state})"
        stale = "kind() === 4"
        status, event, epoch = (
            f"number(varbind('{oids[each]}'))"
            for each in ("checkLastStatus", "checkEventNumber", "checkStateEpoch")
        )
        told = f"{event} * {triggers.TOLD_EVENT} + {state} + ({stale} ? {triggers.TOLD_STALE} : 0)"
        parts = (
            ("status", "checkLastStatus", status),
            ("state", "checkState", state),
            ("event", "checkEventNumber", event),
            ("epoch", "checkStateEpoch", epoch),
            ("told", "checkEventNumber", told),
        )
        made = [master]
        for part, source, script in parts:
            own_key = f"checkd.trap.{part}[{{#CHECK}}]"
            one = {
                "uuid": self.uuid("item", own_key),
                "name": f"{{#CHECK}}: {part} as notified",
                "type": "DEPENDENT",
                "key": own_key,
                "delay": "0",
                "value_type": "FLOAT",
                "trends": "0",
                "master_item": {"key": key},
                "preprocessing": [self.step("JAVASCRIPT", f"{TRAP_READER}return {script};")],
                "tags": tag,
            }
            if self.mib.values[source]:
                one["valuemap"] = {"name": source}
            made.append(one)
        return made

    def rule(self, name, macros, prepare, filters, prototypes, **more):
        """A discovery rule; the macros are columns."""
        columns = ",".join(f"{{#{macro}}},{self.mib.oids[column]}" for macro, column in macros)
        script = PREPARE + prepare + "return JSON.stringify(rows);"
        return {
            "uuid": self.uuid("rule", name),
            "name": f"checkd: {name}",
            "type": "SNMP_AGENT",
            "snmp_oid": f"discovery[{columns}]",
            "key": f"checkd.discovery.{name}",
            "delay": "{$CHECKD.INTERVAL.DISCOVERY}",
            "lifetime": "{$CHECKD.KEEP}",
            **({"filter": filter_of(filters)} if filters else {}),
            "preprocessing": [self.step("JAVASCRIPT", script)],
            "item_prototypes": prototypes,
            **more,
        }

    def prototypes(self, table, macro, columns, tag):
        """An item for each column, whose key and name have the row's name."""
        return [
            {**self.item(f"checkd.{table}.{key}[{{#{macro}}}]", f"{{#{macro}}}: {name}",
                         source, more, "{#SNMPINDEX}"), "tags": tag}
            for key, name, source, more in columns
        ]  # fmt: skip

    def checks_rule(self):
        tag = tags(component="check", check="{#CHECK}", group="{#GROUP}")
        return self.rule(
            "checks",
            (("CHECK", "checkName"), ("GROUP", "checkGroup")),
            PREPARE_CHECKS,
            ("CHECK", "GROUP"),
            self.prototypes("check", "CHECK", COLUMNS, tag) + self.trap_items(),
            trigger_prototypes=triggers.of_checks(self.name, self.mib.values, tag),
            graph_prototypes=[
                graph(self.name, "{#CHECK}: state",
                      [("check.state[{#CHECK}]", "1E88E5", "FILLED_REGION")],
                      {"ymin_type_1": "FIXED", "ymax_type_1": "FIXED", "yaxismax": "5"}),
                graph(self.name, "{#CHECK}: duration",
                      [("check.duration[{#CHECK}]", "1E88E5", "GRADIENT_LINE")]),
            ],
            overrides=OVERRIDES,
        )  # fmt: skip

    def groups_rule(self):
        tag = tags(component="group", group="{#GROUP}")
        shares = [(f"group.{key}[{{#GROUP}}]", color, "") for key, color in COLORS.items()][:-1]
        return self.rule(
            "groups",
            (("GROUP", "checkGroupName"),),
            "",
            ("GROUP",),
            self.prototypes("group", "GROUP", GROUP_COLUMNS, tag),
            graph_prototypes=[
                graph(self.name, "Group {#GROUP}: checks", shares, {"type": "STACKED"})
            ],
        )

    def metrics_rule(self):
        tag = tags(component="metric", check="{#CHECK}")
        key = "metric[{#CHECK},{#LABEL}]"
        more = {"value_type": "FLOAT", "units": "{#UNIT}", "tags": tag,
                "steps": [("MATCHES_REGEX", "^-?[0-9.]")]}  # fmt: skip
        name = "{#CHECK}: {#LABEL}"
        return self.rule(
            "metrics",
            (
                ("CHECK", "checkMetricCheck"),
                ("LABEL", "checkMetricLabel"),
                ("UNIT", "checkMetricUnit"),
            ),
            PREPARE_METRICS,
            ("CHECK", "METRIC"),
            [self.item(f"checkd.{key}", name, "checkMetricValue", more, "{#SNMPINDEX}")],
            graph_prototypes=[graph(self.name, name, [(key, "00897B", "GRADIENT_LINE")])],
        )

    def rules(self):
        return [self.checks_rule(), self.groups_rule(), self.metrics_rule()]

    def value_maps(self):
        """Those that items use. State 0 is of notifications alone."""
        made = []
        for name in sorted(set(self.used_maps)):
            values = dict(self.mib.values[name])
            if name == "checkState":
                values["not told"] = 0
            mappings = [{"value": str(value), "newvalue": text} for text, value in values.items()]
            made.append({"uuid": self.uuid("map", name), "name": name, "mappings": mappings})
        return made

    def template(self):
        group = {"name": "Templates/checkd"}
        graphs = [
            graph(self.name, "checkd: checks by state",
                  [(f"number.{key}", color, "") for key, color in list(COLORS.items())[:-1]],
                  {"type": "STACKED"}),
            graph(self.name, "checkd: lateness",
                  [("agent.lateness", "1E88E5", "GRADIENT_LINE")]),
            graph(self.name, "checkd: queue",
                  [("agent.running", "43A047", ""), ("agent.queued", "E53935", "")]),
            graph(self.name, "checkd: delivery",
                  [("delivery.pending", "FFB300", ""), ("delivery.lost", "E53935", "")]),
        ]  # fmt: skip
        one = {
            "uuid": self.uuid("template", self.name),
            "template": self.name,
            "name": self.name,
            "description": self.description,
            "groups": [group],
            "items": self.scalars(),
            "discovery_rules": self.rules(),
            "tags": tags(target="checkd"),
            "macros": [{"macro": macro, "value": value, "description": text}
                       for macro, (value, text) in self.macros.items()],
            "dashboards": [dashboard(self.name, *self.dashboard)],
            "valuemaps": self.value_maps(),
        }  # fmt: skip
        export = {
            "version": VERSION,
            "groups": [{"uuid": uuid_of("group", group["name"]), **group}],
            "templates": [one],
            "triggers": triggers.of_host(self.name, self.notification("checkEventsLost")),
            "graphs": graphs,
        }
        return {"zabbix_export": export}


class PagesMaker(Maker):
    """Makes the template that reads pages.

    A prototype can depend on none of another rule, and a page has many checks. So a check's
    item is calculated: it is the last text of its page, of which it takes its own member, and
    its values depend on that. The text counts as long as its page is polled.
    """

    name = FIRST + " pages"
    macros = {**MACROS, **PAGES_MACROS}
    dashboard = (*DASHBOARD[:2], (("Group {#GROUP}: checks", "3", "1"),))
    description = "Thousands of health checks that checkd runs, by pages and by notifications."

    def pages_rule(self):
        key = "checkd.page[{#PAGE}]"
        more = {**TEXT, "history": "1h", "tags": tags(component="page")}
        page = self.item(key, "checkd: Page {#PAGE}", "checkPageText", more, "{#PAGE}")
        return self.rule("pages", (("PAGE", "checkPage"),), PREPARE_PAGES, (), [page])

    def member(self, check_tags):
        """What a check's page has of it."""
        page = "//checkd.page[{#PAGE}]"
        is_polled = f"(count({page},{{$CHECKD.SILENT}})>0)"
        key = "checkd.page.check[{#CHECK}]"
        return {
            "uuid": self.uuid("item", key),
            "name": "{#CHECK}: on its page",
            "type": "CALCULATED",
            "key": key,
            "delay": FAST,
            "history": "0",
            "trends": "0",
            "value_type": "TEXT",
            "params": f"left(last({page}),65536*{is_polled})",
            "preprocessing": [
                self.step("CHECK_NOT_SUPPORTED", ""),
                self.step("JSONPATH", "$['{#CHECK}']"),
            ],
            "tags": check_tags,
        }

    def values(self, master, check_tags):
        """The values of a check, which come at once."""
        made = []
        for key, name, source, more in COLUMNS:
            if key not in MEMBERS:
                continue
            more = {**more, "steps": [("JSONPATH", f"$.{MEMBERS[key]}"), *more.get("steps", [])]}
            one = self.item(f"checkd.check.{key}[{{#CHECK}}]", f"{{#CHECK}}: {name}", source, more,
                            "0")  # fmt: skip
            del one["snmp_oid"]
            one.update(type="DEPENDENT", delay="0", master_item={"key": master}, tags=check_tags)
            made.append(one)
        return made

    def checks_rule(self):
        tag = tags(component="check", check="{#CHECK}", group="{#GROUP}")
        member = self.member(tag)
        return self.rule(
            "checks",
            (("CHECK", "checkName"), ("GROUP", "checkGroup"), ("PAGE", "checkPage")),
            PREPARE_CHECKS,
            ("CHECK", "GROUP"),
            [member, *self.values(member["key"], tag),
             *self.prototypes("check", "CHECK", OUTPUT, tag), *self.trap_items()],
            trigger_prototypes=triggers.of_checks(
                self.name, self.mib.values, tag, "{$CHECKD.GONE}"
            ),
            overrides=OVERRIDES,
        )  # fmt: skip

    def rules(self):
        return [self.pages_rule(), self.checks_rule(), self.groups_rule()]


def main():
    maker = PagesMaker if sys.argv[2:] == ["pages"] else Maker
    print("\n".join(yaml_of(maker(Mib(sys.argv[1])).template())))


if __name__ == "__main__":
    main()
