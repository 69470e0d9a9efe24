# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever dies while checks with layers change: in the end receivers believe what is so.

By hand, for as long as you like: python3 test_layers_chaos.py --seed 5 --rounds 10
"""

import argparse
import os
import random
import signal
import sys
import time
from collections import Counter
from typing import Any, Callable, Optional

import processes
from control import Control
from event_log import pending, read_events
from layers_account import find_problems
from layers_cast import Part, make_cast
from mib import AdminState
from processes import is_alive, stays_true, wait_until
from snmp import SnmpError, SnmpTimeout
from testbed import Checkd, Config, Dial, Site

SEED, SECONDS = 2412, 10.0

# Until all has come to rest: the slowest checks, and flapping, which takes 20 runs to end.
REST = 60.0

# The account wants all of the log.
LIMITS = {"history": 100_000}

CODES = (0, 0, 0, 0, 1, 2, 2, 3, 7)


class Chaos:
    """Results and configurations by chance, and deaths."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site = site
        self.cast = make_cast(seed)
        self._chance = random.Random(f"{seed} faults")
        self._dials = {part.name: site.dial(part.name) for part in self._runners}
        self._disabled: set[str] = set()
        self._removed: set[str] = set()
        self._runs_before: dict[str, int] = {}  # when the results were held
        self._engine = self._start()
        wait_until(site.client.is_published, "the table is served")

    @property
    def _runners(self) -> list[Part]:
        return [part for part in self.cast if not part.is_aggregate]

    # ---- the engine and what it has to do

    def _checks(self) -> list[Config]:
        return [
            part.config(
                part.name not in self._disabled,
                str(self._dials[part.name].check()["command"]) if not part.is_aggregate else "",
            )
            for part in self.cast
            if part.name not in self._removed
        ]

    def _start(self) -> Checkd:
        return self.site.start(self._checks(), wait=False, limits=LIMITS)

    def _kill_engine(self) -> None:
        self._engine.kill()
        self._engine = self._start()

    def _kill_publisher(self) -> None:
        pid = self._engine.publisher_pid
        if pid is not None and is_alive(pid):
            os.kill(pid, signal.SIGKILL)

    def _kill_master(self) -> None:
        self.site.master.kill()
        self.site.master.start()

    def _toggle(self, names: set[str], parts: list[Part]) -> None:
        names ^= {part.name for part in self._chance.sample(parts, 2)}

    def _reload(self) -> None:
        self._toggle(self._disabled, self.cast)
        self._toggle(self._removed, [part for part in self.cast if part.is_removable])
        self.site.write_config(self._checks(), limits=LIMITS)
        if self._engine.logged("configuration 1: ok"):
            self._engine.reload(wait=False)

    def _ask(self, verb: str, **members: Any) -> bool:
        """Whether it was answered, which one that is killed does not always."""
        try:
            with Control(self.site.folder / "checkd.sock") as control:
                return bool(control.ask(verb, **members)["ok"])
        except (OSError, AssertionError):
            return False

    def _order(self) -> None:
        part = self._chance.choice(self.cast)
        verb = self._chance.choice(("disable", "disable", "enable", "maintenance"))
        members = {"seconds": self._chance.randrange(4)} if verb == "maintenance" else {}
        self._ask(verb, name=part.name, **members)

    def _order_and_kill(self) -> None:
        self._order()
        self._kill_engine()

    def _kill_in_reload(self) -> None:
        self._reload()
        self._kill_engine()

    # ---- results

    def _blink(self, dial: Dial) -> None:
        memory = self.site.folder / f"{dial.name}.lit"
        dial.turn(f"if rm {memory} 2>/dev/null; then exit 0; fi; >{memory}; exit 2")

    def _turn(self) -> None:
        part = self._chance.choice(self._runners)
        dial = self._dials[part.name]
        if "flapping_start" in part.keys and self._chance.random() < 0.7:
            self._blink(dial)
        elif "fresh" in part.keys and self._chance.random() < 0.5:
            dial.turn("exec sleep 1000")
        else:
            dial.turn(f"exit {self._chance.choice(CODES)}")

    def _hold(self) -> None:
        """From now on each result is the same; one check hangs for good."""
        for part in self._runners:
            self._dials[part.name].turn(f"exit {self._chance.choice(CODES)}")
        self._dials["job-0"].turn("exec sleep 1000")

    # ---- the whole

    def rage(self, seconds: float) -> None:
        faults: list[Callable[[], None]] = [
            self._kill_engine,
            self._kill_publisher,
            self._kill_master,
            self._reload,
            self._reload,
            self._kill_in_reload,
            self._order,
            self._order,
            self._order,
            self._order_and_kill,
        ]
        began = time.monotonic()
        next_turn = next_fault = began
        while (now := time.monotonic()) < began + seconds:
            if now >= next_turn:
                self._turn()
                next_turn = now + self._chance.expovariate(12.0)
            if now >= next_fault:
                self._chance.choice(faults)()
                next_fault = now + self._chance.uniform(0.2, 2.5)
            time.sleep(0.005)

    def come_to_rest(self) -> None:
        """What is held comes to be so, and then nothing happens any more."""
        self._disabled.discard("job-0")
        self._hold()
        self.site.write_config(self._checks(), limits=LIMITS)
        self._engine.wait_for_log("configuration 1: ok")
        self._engine.reload()
        assert self._ask("enable", name="*"), "what was ordered is over"
        table = self.site.client.table()
        self._runs_before = {name: int(row["checkRuns"]) for name, row in table.items()}
        problems: list[str] = ["not looked at"]

        def is_right() -> bool:
            problems[:] = self._problems() or []
            return not problems

        try:
            wait_until(is_right, "the account is right", REST, pause=0.5)
        except AssertionError:
            raise AssertionError("\n".join(problems)) from None

    def expect_rest(self, seconds: float) -> None:
        """And it stays so."""
        last = self._last_event()
        stays_true(lambda: self._last_event() == last, "nothing more happens", seconds)

    def _last_event(self) -> Optional[int]:
        try:
            if pending(self.site.client) != 0:
                return None
            return int(self.site.client.scalar("checkDeliveryLastEvent"))
        except (SnmpError, SnmpTimeout, AssertionError):
            return None

    def _restless(self) -> list[str]:
        """Those that may not have told yet what is held: the first run may have begun before."""
        table = self.site.client.table()
        return [
            f"{part.name} has not come to rest"
            for part in self._runners
            if part.name in table
            and part.name != "job-0"
            and table[part.name]["checkAdminState"] != AdminState.DISABLED
            and (
                table[part.name]["checkRuns"] < self._runs_before.get(part.name, 0) + 2
                or table[part.name]["checkAttempt"] != 0
            )
        ]

    def _problems(self) -> list[str]:
        before = self._last_event()
        if before is None:
            return ["something is pending"]
        if restless := self._restless():
            return restless
        problems = find_problems(self.site.client, self.site.traps.of_checks, self.cast)
        return problems if self._last_event() == before else ["something has happened", *problems]


def run(site: Site, seed: int, seconds: float, rest: float) -> str:
    site.start_receiver()
    site.master.start()
    chaos = Chaos(site, seed)
    epoch = site.client.scalar("checkStateEpoch")
    chaos.rage(seconds)
    chaos.come_to_rest()
    chaos.expect_rest(rest)
    assert site.client.scalar("checkStateEpoch") == epoch, "no fault justifies a new epoch"
    kinds = Counter(trap.kind for trap in site.traps.of_checks)
    return f"{len(read_events(site.client))} events; {dict(kinds)}"


def test_in_the_end_receivers_believe_what_the_table_shows(bare_site: Site) -> None:
    run(bare_site, SEED, SECONDS, 2.0)


# ---- by hand -----------------------------------------------------------------------


def _round(seed: int, seconds: float) -> bool:
    site = Site()
    problems = []
    try:
        print(f"seed {seed}: {run(site, seed, seconds, 5.0)}", flush=True)
    except AssertionError as error:
        problems.append(str(error))
    problems += site.close()
    for problem in problems:
        print(f"seed {seed}: {problem}", flush=True)
    if problems:
        print(f"seed {seed}: what there is to look at is in {site.folder}", flush=True)
    else:
        site.remove()
    return not problems


def main() -> int:
    parser = argparse.ArgumentParser(description="Deaths amid layers, with seeds of your own.")
    parser.add_argument("--seed", type=int, default=SEED, help="of the first round; the next is +1")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each round's faults")
    arguments = parser.parse_args()
    processes.adopt_orphans()
    seeds = range(arguments.seed, arguments.seed + arguments.rounds)
    failed = [seed for seed in seeds if not _round(seed, arguments.seconds)]
    print(f"failed seeds: {failed}" if failed else "all accounts were right")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
