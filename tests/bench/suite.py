#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the benches one after the other, and makes a table and a JSON file of their figures.

usage: suite.py [--quick] RESULT [NAME...]
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Iterator, Sequence

HERE = Path(__file__).resolve().parent

# In the order of what they prove; others that are there follow.
ORDER = ("runs", "worker", "size", "reading", "pages", "events", "idle")

Figure = dict[str, Any]


def names_there() -> list[str]:
    there = {file.stem.removeprefix("bench_") for file in HERE.glob("bench_*.py")}
    return [name for name in ORDER if name in there] + sorted(there.difference(ORDER))


def field_of(file: str, name: str) -> str:
    for line in Path(file).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def file_system_of(folder: str) -> str:
    told = subprocess.run(
        ["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=False
    )
    return told.stdout.strip()


def describe_machine() -> dict[str, Any]:
    folder = os.environ.get("TMPDIR", "/tmp")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "model": field_of("/proc/cpuinfo", "model name"),
        "kernel": platform.release(),
        "memory": field_of("/proc/meminfo", "MemTotal"),
        "file_system": file_system_of(folder),
        "load_before": os.getloadavg(),
    }


def run(name: str, options: Sequence[str]) -> Iterator[Figure]:
    """One bench; where it fails there is a figure that says so."""
    print(f"== {name}", file=sys.stderr, flush=True)
    argv = [sys.executable, str(HERE / f"bench_{name}.py"), *options]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as bench:
        assert bench.stdout is not None
        for line in bench.stdout:
            yield json.loads(line)
    if bench.returncode != 0:
        yield {"bench": name, "figure": "failed", "is_reached": False}


def rounded(value: Any) -> str:
    if not isinstance(value, (int, float)):
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


COLUMNS = ("", "figure", "value", "beside", "", "ratio", "goal", "")


def cells(figure: Figure) -> tuple[str, ...]:
    verdict = {True: "reached", False: "MISSED", None: ""}[figure.get("is_reached")]
    return (
        figure["bench"],
        figure["figure"],
        f"{rounded(figure.get('value'))} {figure.get('unit', '')}",
        figure.get("beside", ""),
        rounded(figure.get("beside_value")),
        rounded(figure.get("ratio")),
        figure.get("goal", "") + (" x" if figure.get("goal") and "ratio" in figure else ""),
        verdict,
    )


def table(figures: list[Figure]) -> str:
    rows = [COLUMNS, *map(cells, figures)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows
    )


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("result", type=Path)
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    there = names_there()
    unknown = set(given.names).difference(there)
    if unknown:
        print(f"no bench {' '.join(sorted(unknown))}; there are: {' '.join(there)}")
        return 2
    machine, began = describe_machine(), time.monotonic()
    options = ["--quick"] if given.quick else []
    figures = [each for name in given.names or there for each in run(name, options)]
    machine["load_after"] = os.getloadavg()
    seconds = round(time.monotonic() - began)
    result = {
        "machine": machine, "is_quick": given.quick, "seconds": seconds, "figures": figures
    }  # fmt: skip
    given.result.write_text(json.dumps(result, indent=1) + "\n")
    print(table(figures))
    missed = sum(figure.get("is_reached") is False for figure in figures)
    judged = sum(figure.get("is_reached") is not None for figure in figures)
    print(f"{judged - missed} of {judged} goals reached, in {seconds} s; {given.result}")
    print(", ".join(f"{name}: {value}" for name, value in machine.items()))
    return 1 if any(figure["figure"] == "failed" for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
