#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How late checks start while others hold things up: 2,000 of /bin/true each 10 s, while the
whole table is walked all the time, and then while snmpd is stopped by SIGSTOP.
"""

import subprocess
import threading
import time

from bench import Report, at_most, is_quick, new_site, percentile, say, stored

import mib
from processes import wait_until
from snmp import SnmpTimeout
from testbed import Checkd, Site

COUNT = 2000
INTERVAL_S = 10

LATE = "SELECT last_lateness_ms FROM checks WHERE last_ran_epoch >= {}"


class Walker(threading.Thread):
    """Walks the whole table again and again."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site
        self._ended = threading.Event()
        self.walks = 0

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                self._site.client.run("snmpbulkwalk", "-Cc", "-Cr50", mib.dotted(mib.TABLE))
                self.walks += 1
            except (SnmpTimeout, subprocess.TimeoutExpired):
                pass

    def end(self) -> None:
        self._ended.set()
        self.join()


def lateness(checkd: Checkd, seconds: int) -> list[float]:
    """Of all runs that end during that time, as far as they are each check's last one."""
    late = []
    for _ in range(seconds // INTERVAL_S):
        began = time.time()
        time.sleep(INTERVAL_S)
        question = LATE.format(int(began) + 1)
        late += [row[0] for row in stored(checkd.config_file.with_suffix(".db"), question)]
    return late


def main() -> None:
    quick = is_quick(__doc__)
    report = Report("lateness")
    seconds = 10 if quick else 30
    checks = [
        {"name": f"c{number:05}", "command": "/bin/true", "interval": f"{INTERVAL_S}s"}
        for number in range(COUNT)
    ]
    with new_site() as site:
        checkd = site.start(checks, options=[])
        wait_until(lambda: site.client.scalar("checkNumberPending") == 0, "all have run", 60, 1)
        walker = Walker(site)
        walker.start()
        walked = lateness(checkd, seconds)
        walker.end()
        say(f"{walker.walks} walks")
        site.master.pause()
        stopped = lateness(checkd, seconds)
        site.master.resume()
    report.value("p99 while the table is walked", percentile(walked, 0.99), "ms", at_most(50))
    report.value("max while snmpd is stopped", max(stopped), "ms", at_most(100))


if __name__ == "__main__":
    main()
