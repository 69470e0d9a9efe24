#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the store costs by itself, without an engine: 100,000 rows, written in the order in
which they are due and in another, by durability, and opened again.
"""

import json
import subprocess
import tempfile

from bench import PROGRAMS, Report, is_quick

# How many rows are due between two commits at 100,000 checks a minute, as in bench_store.c.
GROUP = 167


def main() -> None:
    quick = is_quick(__doc__)
    report = Report("store")
    rows, rounds = (5000, 1) if quick else (100000, 5)
    with tempfile.TemporaryDirectory(prefix="checkd-bench-") as folder:
        done = subprocess.run(
            [PROGRAMS / "bench_store", folder, str(rows), str(rounds)],
            check=True,
            capture_output=True,
        )
    *told, openings = map(json.loads, done.stdout.splitlines())
    report.pairs(
        "octets a row, in due order",
        "octets",
        [(each["ordered"], each["random"]) for each in told],
        "at random",
    )
    for title, suffix in (("a row a commit", ""), (f"{GROUP} rows a commit", "_group")):
        rates = [(each[f"full{suffix}"], each[f"normal{suffix}"]) for each in told]
        report.pairs(f"rows, {title}, full", "/s", rates, "normal")
    report.value(f"opening of {rows:,} rows", openings["opening"], "s")
    report.value(f"opening of {rows:,} rows after a kill", openings["opening_killed"], "s")


if __name__ == "__main__":
    main()
