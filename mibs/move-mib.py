#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write CHECKD-MIB.txt with its root where the build option `oid` has it.

usage: move-mib.py CHECKD-MIB.txt OID >MOVED

The root hangs from the nearest node that a base module names, by one OBJECT IDENTIFIER
for each arc between. Under net-snmp's playpen the text stays as it is committed.
"""

import re
import sys

# Where a root may hang from: OID, name, module.
PARENTS = (
    ("1.3.6.1.4.1.8072.9999.9999", "netSnmpPlaypen", "NET-SNMP-MIB"),
    ("1.3.6.1.4.1", "enterprises", "SNMPv2-SMI"),
    ("1.3.6.1.3", "experimental", "SNMPv2-SMI"),
)

# An OID has at most 128 arcs; a column of the longest name takes 65 below the root.
ARCS_MAX = 60

COMMITTED_IMPORT = "    netSnmpPlaypen\n        FROM NET-SNMP-MIB;"
COMMITTED_ROOT = re.compile(r"    ::= \{ netSnmpPlaypen \d+ \}\n")


def find_parent(oid):
    for parent, name, module in PARENTS:
        if oid.startswith(parent + "."):
            return name, module, oid[len(parent) + 1:].split(".")
    sys.exit(f"oid {oid}: it must be below one of " + ", ".join(p[0] for p in PARENTS))


def root_text(name, arcs):
    """The end of checkMIB's definition, and the nodes between it and its parent."""
    nodes = []
    for count, arc in enumerate(arcs[:-1], start=1):
        node = f"checkdArc{count}"
        nodes.append(f"{node} OBJECT IDENTIFIER ::= {{ {name} {arc} }}\n")
        name = node
    return f"    ::= {{ {name} {arcs[-1]} }}\n" + ("\n" if nodes else "") + "".join(nodes)


def substitute_once(text, old, new):
    if text.count(old) != 1:
        sys.exit(f"the template does not have exactly one {old!r}")
    return text.replace(old, new)


def main():
    path, oid = sys.argv[1:]
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+", oid):
        sys.exit(f"oid {oid}: not a dotted object identifier")
    if max(map(int, oid.split("."))) >= 2**32 or oid.count(".") >= ARCS_MAX:
        sys.exit(f"oid {oid}: an arc is below 2^32, and there are at most {ARCS_MAX}")
    name, module, arcs = find_parent(oid)
    with open(path, encoding="ascii") as template:
        text = template.read()
    committed_root = COMMITTED_ROOT.findall(text)
    if len(committed_root) != 1:
        sys.exit("the template does not have exactly one root")
    text = substitute_once(text, committed_root[0], root_text(name, arcs))
    text = substitute_once(text, COMMITTED_IMPORT, f"    {name}\n        FROM {module};")
    sys.stdout.write(text)


main()
