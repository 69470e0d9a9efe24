#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs of /bin/true a second, with their output captured: checkd beside a bare loop of
posix_spawn with as many at once, and beside Nagios Core; and how late runs start at 80 % of
what the machine can do at that moment.

checkd is stopped by SIGSTOP while another has its turn. Its checks are due half as often
again as the bare loop can run them at its best, so that one always waits for a free slot.
"""

import json
import subprocess
import time
from statistics import median

from bench import PROGRAMS, Cost, Report, Runs, at_least, at_most, both, is_quick, new_site
from bench import Stolen, percentile, say, stop, stored
from nagios import Nagios
from processes import wait_until
from testbed import Config, Site

COMMAND = "/bin/true"
AT_ONCE = (8, 64)
INTERVAL_MS = 100
LATE = "SELECT last_lateness_ms FROM checks"

# A rate, and the CPU of a run beside the command's own.
Pace = tuple[float, float]


def run_floor(at_once: int, seconds: float) -> Pace:
    done = subprocess.run(
        [PROGRAMS / "floor_spawn", str(at_once), str(seconds), COMMAND],
        check=True,
        capture_output=True,
    )
    told = json.loads(done.stdout)
    return told["runs"] / told["seconds"], told["cpu"] / told["runs"]


def checks(count: int, interval_ms: int) -> list[Config]:
    return [
        {"name": f"c{number:05}", "command": COMMAND, "interval": f"{interval_ms}ms"}
        for number in range(count)
    ]


class Running:
    """checkd with checks that are due more often than they can be run."""

    def __init__(self, site: Site, wanted: float, at_once: int) -> None:
        count = int(wanted * INTERVAL_MS / 1000)
        self._checkd = site.start(
            checks(count, INTERVAL_MS), options=[], limits={"parallel": at_once}
        )
        self._site = site
        self._runs = Runs(site)
        self._pids = both(self._checkd)
        self._runs.change()
        self._checkd.pause()

    def measure(self, seconds: int) -> Pace:
        """Between two of the moments at which it tells how many runs there were."""
        self._checkd.resume()
        self._runs.change()
        before, begin = self._runs.change(), Cost.of(self._pids)
        for _ in range(seconds):
            after = self._runs.change()
        end = Cost.of(self._pids)
        self._checkd.pause()
        count = after - before
        return count / (end.at - begin.at), (end.cpu - begin.cpu) / count

    def stop(self) -> None:
        self._checkd.resume()
        stop(self._site, self._checkd)


def beside_floor(report: Report, at_once: int, pairs: int, seconds: int) -> tuple[float, float]:
    """Returns the rate that was reached, and its ratio to the floor's."""
    wanted = max(run_floor(at_once, 1)[0] for _ in range(3)) * 1.5
    with new_site() as site:
        running = Running(site, wanted, at_once)
        ours, floor = [], []
        for _ in range(pairs):
            floor.append(run_floor(at_once, seconds))
            ours.append(running.measure(seconds))
            say(f"{at_once} at once: floor {floor[-1][0]:.0f}/s, checkd {ours[-1][0]:.0f}/s")
        running.stop()
    title = f"{at_once} at once"
    rates = [(own[0], other[0]) for own, other in zip(ours, floor)]
    report.pairs(f"runs, {title}", "/s", rates, "bare posix_spawn loop", at_least(0.95))
    beyond = median(own[1] - other[1] for own, other in zip(ours, floor)) * 1e6
    report.value(f"CPU a run beyond that loop's, {title}", beyond, "us", at_most(60))
    return median(own[0] for own in ours), median(own / other for own, other in rates)


def beside_nagios(report: Report, wanted: float, pairs: int, seconds: int) -> None:
    with new_site() as site:
        running = Running(site, wanted, max(AT_ONCE))
        nagios = Nagios(site.folder / "nagios", COMMAND, int(wanted))
        ours, others = [], []
        for _ in range(pairs):
            others.append(nagios.measure(seconds))
            ours.append(running.measure(seconds))
            say(f"Nagios {others[-1][0]:.0f}/s, checkd {ours[-1][0]:.0f}/s")
        nagios.stop()
        running.stop()
    rates = [(own[0], other[0]) for own, other in zip(ours, others)]
    report.pairs("runs beside Nagios", "/s", rates, "Nagios Core", at_least(1.1))
    costs = [(own[1] * 1e6, other[1] * 1e6) for own, other in zip(ours, others)]
    report.pairs("CPU a run beside Nagios", "us", costs, "Nagios Core", at_most(0.5))


def lateness_once(rate: float, seconds: int) -> list[float]:
    """Of each run at 80 % of the rate, in ms: each check runs once a second, so that what is
    stored of them has all runs of a second."""
    with new_site() as site:
        checkd = site.start(
            checks(int(rate * 0.8), 1000), options=[], limits={"parallel": max(AT_ONCE)}
        )
        wait_until(lambda: site.client.scalar("checkNumberPending") == 0, "all have run", 60)
        time.sleep(2)
        late: list[float] = []
        stolen = Stolen()
        for _ in range(seconds):
            time.sleep(1)
            rows = stored(checkd.config_file.with_suffix(".db"), LATE)
            late += [float(row[0]) for row in rows]
        share = stolen.share()
    say(
        f"{rate * 0.8:.0f}/s: median {percentile(late, 0.5):g} ms, "
        f"p99 {percentile(late, 0.99):g} ms, max {max(late):g} ms, "
        f"{share:.1%} of the processors stolen"
    )
    return late


def lateness(report: Report, share_of_floor: float, rounds: int, seconds: int) -> None:
    """What the machine can do now is asked of the floor before each round."""
    late, took = [], []
    for _ in range(rounds):
        rate = run_floor(max(AT_ONCE), seconds)[0] * share_of_floor
        late.append(lateness_once(rate, seconds))
        took.append(percentile(late[-1], 0.99))
    report.value("lateness at 80 %, p99, median of rounds", median(took), "ms", at_most(20))
    report.value("lateness at 80 %, p99, best round", min(took), "ms")
    report.value("lateness at 80 %, p99, worst round", max(took), "ms")
    report.value("lateness at 80 %, p99, all rounds", percentile(sum(late, []), 0.99), "ms")


def main() -> None:
    quick = is_quick(__doc__)
    report = Report("runs")
    pairs, seconds = (2, 2) if quick else (10, 3)
    reached = [beside_floor(report, at_once, pairs, seconds) for at_once in AT_ONCE]
    fastest = max(rate for rate, _ in reached)
    beside_nagios(report, fastest * 1.2, 2 if quick else 10, seconds + 1)
    lateness(report, reached[-1][1], 1 if quick else 9, 3)


if __name__ == "__main__":
    main()
