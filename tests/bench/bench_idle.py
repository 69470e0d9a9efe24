#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""100 checks a minute, and nobody asks: what both processes cost beside the children, and
how often each of their threads wakes up.
"""

import time

from bench import Cost, Report, at_most, both, is_quick, new_site, percentile, say, wakeups
from processes import wait_until

COUNT = 100


def threads_of(pids: tuple[int, int]) -> dict[str, int]:
    return {name: count for pid in pids for name, count in wakeups(pid).items()}


def main() -> None:
    quick = is_quick(__doc__)
    report = Report("idle")
    interval_s, seconds = (10, 10) if quick else (60, 120)
    checks = [
        {"name": f"c{number:03}", "command": "/bin/true", "interval": f"{interval_s}s"}
        for number in range(COUNT)
    ]
    with new_site() as site:
        checkd = site.start(checks, options=[])
        wait_until(
            lambda: site.client.scalar("checkNumberPending") == 0, "all ran", interval_s + 20, 1
        )
        pids = both(checkd)
        begin, before = Cost.of(pids), threads_of(pids)
        parts = []
        for _ in range(seconds // 10):
            start = Cost.of(pids)
            time.sleep(10)
            end = Cost.of(pids)
            parts.append((end.cpu - start.cpu) / (end.at - start.at))
        end, after = Cost.of(pids), threads_of(pids)
    duration = end.at - begin.at
    say(f"10 seconds each: {min(parts):.3%} to {percentile(parts, 1):.3%} of a core")
    report.value("CPU of both", (end.cpu - begin.cpu) / duration * 1e2, "% of a core", at_most(0.1))
    total = sum(after.values()) - sum(before.values())
    report.value("wake-ups of all threads", total / duration, "/s")
    for name in sorted(after):
        rate = (after[name] - before.get(name, 0)) / duration
        report.value(f"wake-ups of {name.split('/')[0]}", rate, "/s")
    report.value("written to disk", (end.written - begin.written) / duration / 1024, "KiB/s")


if __name__ == "__main__":
    main()
