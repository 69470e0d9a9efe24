# SPDX-License-Identifier: GPL-2.0-or-later
"""What any Zabbix template is made of: objects of the MIB, uuids, YAML."""

import hashlib
import importlib.util
import json
import re
from pathlib import Path

OBJECT = re.compile(
    r"^(?P<name>\w+)\s+OBJECT-TYPE\s+SYNTAX\s+(?P<syntax>\w+)(?P<values>\s*\{[^}]*\})?"
    r".*?DESCRIPTION\s+\"(?P<description>[^\"]*)\"",
    re.MULTILINE | re.DOTALL,
)
CONVENTION = re.compile(
    r"^(?P<name>\w+)\s+::=\s+TEXTUAL-CONVENTION\b.*?SYNTAX\s+\w+(?P<values>\s*\{[^}]*\})?",
    re.MULTILINE | re.DOTALL,
)
VALUE = re.compile(r"(\w+)\((\d+)\)")
# The template that was there first, whose name is in no uuid.
FIRST = "checkd by SNMP"
# Of SNMPv2-TC.
TRUTH = {"true": 1, "false": 2}


def _oids_of(mib):
    """What fill-oids.py, beside this folder, reads."""
    program = Path(__file__).resolve().parents[1] / "fill-oids.py"
    spec = importlib.util.spec_from_file_location("fill_oids", program)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.read_oids(mib)


class Mib:
    """The OIDs, descriptions and enumerations of a MIB, each by the object's name."""

    def __init__(self, path):
        text = Path(path).read_text(encoding="ascii")
        objects = list(OBJECT.finditer(text))
        self.oids = _oids_of(path)
        self.descriptions = {
            each["name"]: " ".join(each["description"].split()) for each in objects
        }
        conventions = {each["name"]: each["values"] for each in CONVENTION.finditer(text)}
        self.values = {
            each["name"]: self._values(each["values"] or conventions.get(each["syntax"]))
            for each in objects
        }
        self.values.update(
            (each["name"], TRUTH) for each in objects if each["syntax"] == "TruthValue"
        )

    @staticmethod
    def _values(text):
        return {name: int(number) for name, number in VALUE.findall(text or "")}

    def pattern(self, name):
        """A regular expression for the OID of the object, at the beginning of a line."""
        return "^ *[.]?" + self.oids[name].replace(".", "[.]")


def uuid_of(kind, name, template=FIRST):
    """Of the shape of version 4, and the same for all time, so that an import updates."""
    path = f"{kind}/{name}" if template == FIRST else f"{template}/{kind}/{name}"
    octets = bytearray(hashlib.md5(f"checkd/zabbix/{path}".encode()).digest())
    octets[6] = octets[6] & 0x0F | 0x40
    octets[8] = octets[8] & 0x3F | 0x80
    return octets.hex()


def yaml_of(value, indent=0):
    """Lines of YAML; a text is written as JSON has it, which is YAML too."""
    pad = "  " * indent
    if isinstance(value, dict):
        for key, each in value.items():
            if isinstance(each, str):
                yield f"{pad}{key}: {json.dumps(each, ensure_ascii=False)}"
            elif each:
                yield f"{pad}{key}:"
                yield from yaml_of(each, indent + 1)
    else:
        for each in value:
            if isinstance(each, str):
                yield f"{pad}- {json.dumps(each, ensure_ascii=False)}"
                continue
            lines = list(yaml_of(each, indent + 1))
            yield f"{pad}- {lines[0].lstrip()}"
            yield from lines[1:]


def tags(**names):
    return [{"tag": tag, "value": value} for tag, value in names.items()]


def filter_of(macros):
    """A discovery's filter by the two macros that belong to each."""
    conditions = []
    for macro in macros:
        for suffix in ("MATCHES", "NOT_MATCHES"):
            conditions.append({
                "macro": f"{{#{macro}}}",
                "value": f"{{$CHECKD.{macro}.{suffix}}}",
                "operator": f"{suffix}_REGEX",
                "formulaid": chr(ord("A") + len(conditions)),
            })  # fmt: skip
    return {"evaltype": "AND", "conditions": conditions}


def graph(template, name, lines, more=None):
    """A graph of items: key, colour and kind of line of each."""
    items = []
    for order, (key, color, kind) in enumerate(lines):
        item = {"sortorder": str(order), "color": color}
        if kind:
            item["drawtype"] = kind
        items.append({**item, "item": {"host": template, "key": f"checkd.{key}"}})
    uuid = uuid_of("graph", name, template)
    return {"uuid": uuid, "name": name, **(more or {}), "graph_items": items}


def _widget(kind, place, fields, name=""):
    x, y, width, height = map(str, place)
    made = {"type": kind, "x": x, "y": y, "width": width, "height": height}
    made["fields"] = [
        {"type": type_, "name": field, "value": value} for type_, field, value in fields
    ]
    return {**({"name": name} if name else {}), **made}


def dashboard(template, items, graphs, prototypes):
    """A row of values, a row of graphs, and the graphs of what is discovered."""
    widgets = []
    for column, (key, name) in enumerate(items):
        fields = [("ITEM", "itemid", {"host": template, "key": f"checkd.{key}"})]
        fields += [("INTEGER", "show", shown) for shown in ("2", "4")]
        fields += [("INTEGER", "adv_conf", "1"), ("INTEGER", "value_size", "35")]
        widgets.append(_widget("ITEM", (column * 4, 0, 4, 3), fields, name))
    for column, name in enumerate(graphs):
        fields = [("GRAPH", "graphid", {"host": template, "name": name})]
        widgets.append(_widget("GRAPH_CLASSIC", (column * 12, 3, 12, 5), fields))
    for row, (name, columns, rows) in enumerate(prototypes):
        fields = [
            ("INTEGER", "columns", columns),
            ("INTEGER", "rows", rows),
            ("GRAPH_PROTOTYPE", "graphid", {"host": template, "name": name}),
        ]
        widgets.append(_widget("GRAPH_PROTOTYPE", (0, 8 + row * 5, 24, 5), fields))
    pages = [{"widgets": widgets}]
    uuid = uuid_of("dashboard", "checkd", template)
    return {"uuid": uuid, "name": "checkd", "pages": pages}
