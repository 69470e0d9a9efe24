#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The fault campaign: known transitions, faults at random, and at the end an exact account.

Checks whose scripts take their code from a file change it as the seed says. Meanwhile, as
the seed says too, the engine, the publisher and the master are killed, stopped, restarted,
the master's socket is removed and the disk filled. A witness reads all the while. In the
end each transition must be in the log, in its order and once, and with the receiver.

usage: campaign.py [--seed N] [--seconds N] [--hours N]
"""

import argparse
import random
import sys
import threading
import time
from contextlib import nullcontext
from typing import ContextManager, Optional

import processes
from account import Figures, settle_accounts
from event_log import numbers_of, pending, read_events
from faults import CAN_MOUNT, SmallDisk
from mib import AdminState, Delivery, RunState
from plan import CHECKS, PARTS, Plan, make_plan
from processes import wait_until
from stage import Lane, Stage, Wait, after, take_turns
from testbed import Site
from witness import Witness

SETTLING = 90.0


class Campaign:
    """A plan carried out on a stage, before a witness."""

    def __init__(self, plan: Plan, stage: Stage) -> None:
        self.plan = plan
        self.stage = stage
        self.site = stage.site
        self.witness = Witness(stage.site)
        stage.glance = self.witness.glance
        self.epoch = 0
        self._began = 0.0
        self._is_over = threading.Event()

    def run(self) -> None:
        wait_until(self.site.client.is_published, "the table is served")
        self.epoch = self.site.client.scalar("checkStateEpoch")
        self._began = time.monotonic()
        watching = threading.Thread(target=self._watch, daemon=True)
        watching.start()
        try:
            take_turns([self._turns(), *(self._faults(part) for part in PARTS)])
            self._settle()
        finally:
            self._is_over.set()
            watching.join(60)
        assert not watching.is_alive(), "the witness hangs"

    def _at(self, moment: float) -> Wait:
        return after(self._began + moment - time.monotonic())

    def _faults(self, part: str) -> Lane:
        for fault in self.plan.faults[part]:
            yield self._at(fault.at)
            yield from self.stage.suffer(part, fault)

    def _turns(self) -> Lane:
        for turn in self.plan.turns:
            yield self._at(turn.at)
            self.stage.turn(turn.check, turn.code)

    def _watch(self) -> None:
        try:
            while not self._is_over.wait(0.1):
                self.witness.look()
        except Exception as error:  # of a thread, which nobody would see
            self.witness.faults.append(f"the witness failed: {error!r}")

    def _settle(self) -> None:
        """Waits until the last codes were seen, the checks rest and nothing is pending."""
        for check in CHECKS:
            runs = len(self.stage.ledger(check.name))
            wait_until(
                lambda: len(self.stage.ledger(check.name)) > runs + check.confirm + 1,
                f"{check.name} runs",
                SETTLING,
            )
        wait_until(lambda: self.stage.is_engine_up, "checkd has its configuration", SETTLING)
        wait_until(self.site.client.is_published, "the table is served", SETTLING)
        self.stage.deactivate()
        wait_until(self._is_at_rest, "the checks rest", SETTLING)
        wait_until(lambda: pending(self.site.client) == 0, "all is settled", SETTLING)
        wait_until(
            lambda: not self._unreceived(), "the receiver has all that was accepted", SETTLING
        )

    def _is_at_rest(self) -> bool:
        rows = self.site.client.table()
        return all(
            rows.get(check.name, {}).get("checkAdminState") == AdminState.DISABLED
            and rows[check.name]["checkRunState"] == RunState.IDLE
            for check in CHECKS
        )

    def _unreceived(self) -> set[int]:
        accepted = {
            event.number
            for event in read_events(self.site.client)
            if event.delivery == Delivery.ACCEPTED
        }
        return accepted - set(numbers_of(self.site.traps.received))


def run_campaign(site: Site, seed: int, seconds: float) -> Figures:
    """Carries out the plan of that seed on a site where nothing runs yet."""
    place: ContextManager[Optional[SmallDisk]] = nullcontext()
    if CAN_MOUNT:
        place = SmallDisk(site.folder / "disk")
    with place as disk:
        site.start_receiver()
        site.master.start()
        stage = Stage(site, disk)
        campaign = Campaign(make_plan(seed, seconds), stage)
        campaign.run()
        figures = settle_accounts(stage, campaign.witness, campaign.epoch)
        stage.engine.stop(patience=40)
    return figures


# ---- by hand -----------------------------------------------------------------------


def _round(seed: int, seconds: float) -> bool:
    """A campaign on a site of its own; its folder stays where it failed."""
    site = Site()
    problems: list[str] = []
    try:
        print(run_campaign(site, seed, seconds), flush=True)
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
    parser = argparse.ArgumentParser(description="A fault campaign, for as long as you like.")
    parser.add_argument("--seed", type=int, default=None, help="of the first round; the next is +1")
    parser.add_argument("--hours", type=float, default=0.0, help="go on with rounds until then")
    parser.add_argument("--seconds", type=float, default=600.0, help="of each round's faults")
    arguments = parser.parse_args()
    processes.adopt_orphans()
    seed = arguments.seed
    if seed is None:
        seed = random.randrange(1_000_000)
    deadline = time.monotonic() + arguments.hours * 3600
    failed = []
    while True:
        print(f"seed {seed}, {arguments.seconds:g} s of faults", flush=True)
        if not _round(seed, arguments.seconds):
            failed.append(seed)
        seed += 1
        if time.monotonic() >= deadline:
            break
    print(f"failed seeds: {failed}" if failed else "all accounts were right")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
