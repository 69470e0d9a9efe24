#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sums up what tests/run.sh ran: its steps, cmocka's test cases, and pytest's.

The last line is "N passed, N failed"; the exit code is 1 where anything failed. What should
have run and left no result counts as a failure.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

@dataclass
class Sum:
    passed: int = 0
    skipped: int = 0
    failed: list[str] = field(default_factory=list)


def add_steps(total: Sum, file: Path) -> None:
    for line in file.read_text().splitlines():
        result, name = line.split(" ", 1)
        if result == "passed":
            total.passed += 1
        else:
            total.failed.append(name)


def add_unit_tests(total: Sum, file: Path) -> None:
    """Counts test cases; a program that ended badly beside them is one failure more."""
    if not file.exists():
        total.failed.append("unit tests: none were run")
        return
    for line in file.read_text().splitlines():
        test = json.loads(line)
        output = test.get("stdout", "") + "\n" + test.get("stderr", "")
        cases = set(re.findall(r"^\[ *(OK|SKIPPED|FAILED) *\] (\w+)$", output, re.MULTILINE))
        results = [result for result, _ in cases]
        bad = [f"{test['name']}: {name}" for result, name in sorted(cases) if result == "FAILED"]
        total.passed += results.count("OK")
        total.skipped += results.count("SKIPPED")
        if test["result"] != "OK" and not bad:
            bad = [f"{test['name']}: {test['result']}"]
        total.failed += bad


def add_pytest(total: Sum, kind: str, file: Path) -> None:
    if not file.exists():
        total.failed.append(f"{kind} tests: none were run")
        return
    for case in ElementTree.parse(file).iter("testcase"):
        name = f"{case.get('classname')}: {case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            total.failed.append(name)
        elif case.find("skipped") is not None:
            total.skipped += 1
        else:
            total.passed += 1


def main() -> int:
    results, unit_log = Path(sys.argv[1]), Path(sys.argv[2])
    total = Sum()
    add_steps(total, results / "steps")
    add_unit_tests(total, unit_log)
    add_pytest(total, "integration", results / "pytest.xml")
    add_pytest(total, "monitoring systems'", results / "pytest-nms.xml")
    print("== sum")
    for name in total.failed:
        print(f"FAILED {name}")
    if total.skipped:
        print(f"{total.skipped} skipped")
    print(f"{total.passed} passed, {len(total.failed)} failed")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
