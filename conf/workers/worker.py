#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A worker of checkd: how full file systems are. Lines in, lines out; see checkd-worker(7)."""
import os, sys

for line in sys.stdin:
    number, timeout_ms, name, *args = line.rstrip("\n").split("\t")
    disk = os.statvfs(args[0] if args else "/")
    free = 100 * disk.f_bavail // max(disk.f_blocks, 1)
    code = 2 if free < 5 else 1 if free < 10 else 0
    print(number, code, f"{free} % free | free={free}%;10:;5:", flush=True)
