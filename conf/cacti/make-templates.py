#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write a file for Cacti of what model.py says, with @oid:NAME@ in place of OIDs.

usage: make-templates.py checks|groups|metrics|agent|templates >FILE

The first four are data queries, for resource/snmp_queries; templates is what
import_template.php imports, which refers to them. Objects of an import are known by a hash:
here it is made of their names.
"""

import hashlib
import sys
from xml.sax.saxutils import escape

from model import CDEFS, GPRINT, LAST, QUERIES, Graph, Item, Query, Source

# Kinds of hashes, and the version that 1.2 writes behind them.
(GRAPH, DATA, DEVICE, INPUT, QUERY, CDEF, TEXT, FIELD, DATA_ITEM, GRAPH_INPUT, GRAPH_ITEM,
 QUERY_GRAPH, GRAPH_TITLE, DATA_TITLE, CDEF_ITEM, PROFILE) = (
    "00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10",
    "11", "12", "13", "14", "20")  # fmt: skip
VERSION = "0103"

# What every Cacti has, by its hashes: the input method "Get SNMP Data (Indexed)" and those of
# its fields that the device has, and that the index has; a profile, which the import replaces
# by that of the site; how numbers are written.
INDEXED_SNMP = "bf566c869ac6443b0c75d1c32b5a350e"
DEVICE_FIELDS = (
    "617cdc8a230615e59f06f361ef6e7728", "acb449d1451e8a2a655c2c99d31142c7",
    "f4facc5e2ca7ebee621f09bc6d9fc792", "1cc1493a6781af2c478fa4de971531cf",
    "b5c23f246559df38662c255f4aa21d6b", "c1f36ee60c3dc98945556d57f26e475b",
    "2cf7129ad3ff819a7a7ac189bee48ce8", "6b13ac0a0194e171d241d4b06f913158",
    "3a33d4fc65b8329ab2ac46a36da26b72",
)  # fmt: skip
INDEX_FIELDS = (
    "6027a919c7c7731fbe095b6f53ab127b", "cbbe5c1ddfb264a6e5d509ce1c78c95f",
    "e6deda7be0f391399c5130e7c4a48b28",
)  # fmt: skip
FIVE_MINUTES = "d62c52891f4f9688729a5bc9fad91b18"
NORMAL_NUMBER = "e9c43831e54eca8069317a2ce8c6f751"
WHOLE_NUMBER = "19414480d6897c8731c7dc6c5310653e"

GAUGE, DERIVE = 1, 3
CUSTOM_STRING = 6
PRINTED = {"Now": 4, "Average": 1, "Minimum": 2, "Maximum": 3}

# What else a graph template has; all of it can be changed in Cacti.
GRAPH_OPTIONS = {
    "image_format_id": 1, "height": 150, "width": 600, "base_value": 1000, "slope_mode": "",
    "auto_scale": "on", "auto_scale_opts": 2, "auto_scale_log": "", "scale_log_units": "",
    "auto_scale_rigid": "", "auto_padding": "on", "unit_value": "", "unit_exponent_value": "",
    "unit_length": "", "no_gridfit": "", "alt_y_grid": "", "right_axis": "",
    "right_axis_label": "", "right_axis_format": 0, "right_axis_formatter": 0,
    "left_axis_formatter": 0, "dynamic_labels": "", "force_rules_legend": "", "tab_width": 40,
    "legend_position": 0, "legend_direction": 0,
}  # fmt: skip


def base(kind: str, digest: str) -> str:
    """A reference to what every Cacti has."""
    return f"hash_{kind}{VERSION}{digest}"


def ours(kind: str, *names: str) -> str:
    """A reference to an object of ours."""
    text = "/".join(("checkd", kind, *names))
    return base(kind, hashlib.md5(text.encode()).hexdigest())


def as_kind(kind: str, reference: str) -> str:
    """The same object where Cacti writes another kind before its hash."""
    return f"hash_{kind}{reference[len('hash_') + len(kind):]}"


def tag(name: str, *inner: str) -> str:
    return f"<{name}>{''.join(inner)}</{name}>"


def leaf(name: str, text: object = "") -> str:
    return f"<{name}>{escape(str(text))}</{name}>"


def leaves(**texts: object) -> str:
    return "".join(leaf(name, text) for name, text in texts.items())


def fixed(**texts: object) -> str:
    """Leaves, each behind one that says that the template decides about it."""
    return "".join(leaf(f"t_{name}") + leaf(name, text) for name, text in texts.items())


def data_item(graph: Graph, source: Source) -> str:
    return tag(
        ours(DATA_ITEM, graph.name, source.name),
        fixed(
            data_source_name=source.name,
            rrd_minimum=source.least,
            rrd_maximum=source.greatest,
            data_source_type_id=DERIVE if source.is_counter else GAUGE,
            rrd_heartbeat=600,
            data_input_field_id=0,
        ),
    )


def data_template(graph: Graph) -> str:
    given = [(digest, "") for digest in DEVICE_FIELDS] + [(digest, "on") for digest in INDEX_FIELDS]
    return tag(
        ours(DATA, graph.name),
        leaf("name", f"checkd - {graph.name}"),
        tag(
            "ds",
            leaf("t_name", "on"),
            leaf("name", f"|host_description| - {graph.title}"),
            leaf("data_source_path"),
            leaf("data_input_id", base(INPUT, INDEXED_SNMP)),
            fixed(data_source_profile_id=base(PROFILE, FIVE_MINUTES), rrd_step=300, active="on"),
        ),
        tag("items", *(data_item(graph, source) for source in graph.sources)),
        tag(
            "data",
            *(
                tag(
                    f"item_{i:03d}",
                    leaves(data_input_field_id=base(FIELD, digest), t_value=choice, value=""),
                )
                for i, (digest, choice) in enumerate(given)
            ),
        ),
    )


def cdef(name: str, text: str) -> str:
    item = tag(ours(CDEF_ITEM, name), leaves(sequence=1, type=CUSTOM_STRING, value=text))
    return tag(ours(CDEF, name), leaf("name", f"checkd - {name}"), tag("items", item))


class GraphItems:
    """The items of a graph template, in order, with the hashes of those of each source."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.texts: list[str] = []
        self.of_source: dict[str, list[str]] = {source.name: [] for source in graph.sources}
        for item in graph.items:
            self._add(item)

    def _add(self, item: Item) -> None:
        if item.kind == GPRINT:
            self._add_one(item, GPRINT, LAST, f"{item.label}:", item.ends_line)
            return
        ends_line = item.ends_line and not item.prints
        self._add_one(item, item.kind, item.consolidation, item.label, ends_line)
        for name in item.prints:
            ends_line = item.ends_line and name == item.prints[-1]
            self._add_one(item, GPRINT, PRINTED[name], f"{name}:", ends_line)

    def _add_one(self, item: Item, kind: int, function: int, text: str, ends_line: bool) -> None:
        sequence = len(self.texts) + 1
        name = ours(GRAPH_ITEM, self.graph.name, str(sequence))
        self.of_source[item.source].append(as_kind(GRAPH, name))
        is_drawn = kind != GPRINT
        number = WHOLE_NUMBER if item.is_whole else NORMAL_NUMBER
        self.texts.append(
            tag(
                name,
                leaves(
                    graph_type_id=kind,
                    task_item_id=ours(DATA_ITEM, self.graph.name, item.source),
                    color_id=item.color if is_drawn else 0,
                    alpha=item.alpha,
                    consolidation_function_id=function,
                    cdef_id=ours(CDEF, item.cdef) if item.cdef else 0,
                    vdef_id=0, shift="", value="",
                    gprint_id=base(TEXT, number),
                    textalign="",
                    text_format=text,
                    hard_return="on" if ends_line else "",
                    line_width="1.50" if is_drawn else "0.00",
                    dashes="", dash_offset=0,
                    sequence=sequence,
                ),
            )
        )  # fmt: skip

    def inputs(self) -> list[str]:
        return [
            tag(
                ours(GRAPH_INPUT, self.graph.name, source),
                leaves(
                    name=f"Data Source [{source}]",
                    description="",
                    column_name="task_item_id",
                    items="|".join(items),
                ),
            )
            for source, items in self.of_source.items()
        ]


def graph_template(graph: Graph) -> str:
    items = GraphItems(graph)
    return tag(
        ours(GRAPH, graph.name),
        leaves(name=f"checkd - {graph.name}", multiple="", test_source=""),
        tag(
            "graph",
            fixed(
                title=f"|host_description| - {graph.title}",
                vertical_label=graph.unit,
                **GRAPH_OPTIONS,
                upper_limit=graph.upper_limit,
                lower_limit=graph.lower_limit,
            ),
        ),
        tag("items", *items.texts),
        tag("inputs", *items.inputs()),
    )


def query_graph(query: Query, graph: Graph) -> str:
    title = f"|host_description| - {graph.title}"
    sources = (
        tag(
            f"item_{i:03d}",
            leaves(
                snmp_field_name=source.object,
                data_template_id=ours(DATA, graph.name),
                data_template_rrd_id=ours(DATA_ITEM, graph.name, source.name),
            ),
        )
        for i, source in enumerate(graph.sources)
    )
    graph_title = leaves(field_name="title", sequence=1, text=title)
    data_title = leaves(
        field_name="name", data_template_id=ours(DATA, graph.name), sequence=1, text=title
    )
    return tag(
        ours(QUERY_GRAPH, query.key, graph.name),
        leaves(graph_template_id=ours(GRAPH, graph.name), name=graph.name.split(" - ")[1]),
        tag("rrd", *sources),
        tag("sv_graph", tag(ours(GRAPH_TITLE, graph.name), graph_title)),
        tag("sv_data_source", tag(ours(DATA_TITLE, graph.name), data_title)),
    )


def data_query(query: Query) -> str:
    return tag(
        ours(QUERY, query.key),
        leaves(
            name=query.name,
            description=query.description,
            xml_path=f"<path_cacti>/resource/snmp_queries/checkd_{query.key}.xml",
            data_input_id=base(INPUT, INDEXED_SNMP),
        ),
        tag("graphs", *(query_graph(query, graph) for graph in query.graphs)),
    )


def device_template() -> str:
    return tag(
        ours(DEVICE, "checkd"),
        leaves(
            name="checkd",
            graph_templates="",
            data_queries="|".join(ours(QUERY, query.key) for query in QUERIES),
        ),
    )


def templates() -> str:
    parts = [device_template()]
    parts += [data_query(query) for query in QUERIES]
    parts += [cdef(name, text) for name, text in CDEFS.items()]
    for query in QUERIES:
        for graph in query.graphs:
            parts += [data_template(graph), graph_template(graph)]
    return tag("cacti", *parts)


def field(name: str, title: str, direction: str, source: str, place: str) -> str:
    rest = {} if source == "index" else {"oid": f".@oid:{place}@"}
    return tag(
        name, leaves(name=title, method="walk", source=source, direction=direction, **rest)
    )


def resource(query: Query) -> str:
    """The data query as Cacti reads it from resource/snmp_queries."""
    fields = [
        # A key is not accessible: it is in the OIDs of the column that is walked.
        field(name, title, "input", source, query.walked if source.startswith("OID/") else name)
        for name, (title, source) in query.inputs.items()
    ]
    for graph in query.graphs:
        fields += [
            field(each.object, each.object, "output", "value", each.object)
            for each in graph.sources
        ]
    return tag(
        "interface",
        leaves(name=query.name, description=query.description),
        leaf("oid_index", f".@oid:{query.walked}@"),
        leaf("oid_index_parse", f"OID/REGEXP:{query.index_parse}"),
        leaf("oid_num_indexes", f".@oid:{query.count}@.0") if query.count else "",
        leaf("oid_uptime", ".@oid:checkAgentUpTime@.0"),
        leaf("index_transient", "true") if query.is_transient else "",
        leaf("index_order", query.order or next(iter(query.inputs))),
        leaves(index_order_type="alphabetic", index_title_format="|chosen_order_field|"),
        tag("fields", *fields),
    )


def main() -> None:
    resources = {query.key: query for query in QUERIES}
    text = templates() if sys.argv[1] == "templates" else resource(resources[sys.argv[1]])
    sys.stdout.write(text.replace("><", ">\n<") + "\n")


if __name__ == "__main__":
    main()
