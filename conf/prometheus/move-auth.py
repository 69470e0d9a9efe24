#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write a file of snmp_exporter 0.22 or before in the layout of 0.23 and later.

usage: move-auth.py OLD >NEW

There SNMP's version and community stand at the top, under auths, and no longer in the module.
OLD is snmp.yml or generator.yml with one module; a text is taken for it without a parser of
YAML, which not every host that builds checkd has.
"""

import re
import sys

AUTHS = """\
auths:
  public_v2:
    version: 2
    community: public
modules:
"""
COMMENTS = re.compile(r"\A(?:#.*\n)*")
VERSION = re.compile(r"^ +version: 2\n", re.MULTILINE)
AUTH = re.compile(r"^ +auth:\n +community: public\n", re.MULTILINE)
MODULES = re.compile(r"^modules:\n", re.MULTILINE)


def cut(pattern, text):
    """The text without the one place that matches."""
    fresh, count = pattern.subn("", text)
    if count != 1:
        sys.exit(f"{pattern.pattern!r} is there {count} times")
    return fresh


def main():
    with open(sys.argv[1], encoding="utf-8") as stream:
        text = COMMENTS.sub("", stream.read())
    text = cut(AUTH, cut(VERSION, text))
    if MODULES.search(text):
        text = cut(MODULES, text)
    else:
        text = re.sub(r"^(?=.)", "  ", text, flags=re.MULTILINE)
    sys.stdout.write("# For snmp_exporter 0.23 and later.\n" + AUTHS + text)


if __name__ == "__main__":
    main()
