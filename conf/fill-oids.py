#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write a template with the OIDs of a MIB filled in, so that none is typed twice.

usage: fill-oids.py MIB TEMPLATE >FILLED

@oid:NAME@ becomes the OID of the object of that name, without a dot before it. A name that
the MIB does not have is an error.
"""

import re
import sys

# The nodes of other modules that the MIB hangs from.
ROOTS = {
    "netSnmpPlaypen": "1.3.6.1.4.1.8072.9999.9999",
    "enterprises": "1.3.6.1.4.1",
    "experimental": "1.3.6.1.3",
}

COMMENT_OR_STRING = re.compile(r'"[^"]*"|--.*')
NODE = re.compile(
    r"^(\w+)\s+(?:MODULE-IDENTITY|OBJECT IDENTIFIER|OBJECT-TYPE|NOTIFICATION-TYPE|"
    r"OBJECT-GROUP|NOTIFICATION-GROUP|MODULE-COMPLIANCE)\b.*?::=\s*\{\s*(\w+)\s+(\d+)\s*\}",
    re.MULTILINE | re.DOTALL,
)
IMPORTS = re.compile(r"\bIMPORTS\b[^;]*;")
PLACE = re.compile(r"@oid:(\w+)@")


def read_oids(path):
    """The OID of each node of the MIB, by its name."""
    with open(path, encoding="ascii") as mib:
        text = COMMENT_OR_STRING.sub(lambda found: '""' if found[0][0] == '"' else "", mib.read())
    text = IMPORTS.sub("", text)
    nodes = {name: (parent, arc) for name, parent, arc in NODE.findall(text)}

    def oid_of(name):
        if name in ROOTS:
            return ROOTS[name]
        parent, arc = nodes[name]
        return f"{oid_of(parent)}.{arc}"

    return {name: oid_of(name) for name in nodes}


def fill(template, oids):
    """The template with its OIDs, or an exit that names what is not there."""

    def oid_at(place):
        if place[1] not in oids:
            sys.exit(f"the MIB has no {place[1]}")
        return oids[place[1]]

    return PLACE.sub(oid_at, template)


def main():
    mib, template = sys.argv[1:]
    with open(template, encoding="utf-8") as stream:
        sys.stdout.write(fill(stream.read(), read_oids(mib)))


if __name__ == "__main__":
    main()
