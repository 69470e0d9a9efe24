# SPDX-License-Identifier: GPL-2.0-or-later
"""The plan of a fault campaign: which code each script takes when, what dies when."""

import random
from dataclasses import dataclass
from typing import Iterator

from ledger import KILLED, Watched

CHECKS = (
    Watched("steady-100", 100),
    Watched("steady-150", 150),
    Watched("steady-200", 200),
    Watched("steady-250", 250),
    Watched("steady-300", 300),
    Watched("calm", 300),
    Watched("confirm-2", 150, confirm=2),
    Watched("confirm-3", 200, confirm=3),
    Watched("of-state", 200, notify="state"),
    Watched("confirmed-state", 150, confirm=2, notify="state"),
    Watched("silent-150", 150, notify="none"),
    Watched("silent-250", 250, notify="none"),
)

CODES = ("0", "0", "0", "1", "2", "2", "3", "77", KILLED)


@dataclass(frozen=True)
class Turn:
    """A check's script is to end with another code."""

    at: float
    check: str
    code: str


@dataclass(frozen=True)
class Fault:
    at: float
    kind: str
    length: float


@dataclass(frozen=True)
class Part:
    """What can happen to one part of the whole: the time between two faults, and the faults,
    each with its greatest length."""

    least: float
    most: float
    faults: dict[str, float]


PARTS = {
    "engine": Part(1.0, 3.0, {"kill": 1.0, "terminate": 0.5, "stop": 2.5, "reload": 0.0}),
    "publisher": Part(2.0, 5.0, {"kill": 0.0, "hang": 2.0, "stop": 3.0}),
    "master": Part(
        1.0, 3.0, {"kill": 2.0, "hang": 2.5, "stop": 4.0, "restart": 0.3, "unlink": 1.5}
    ),
    "disk": Part(0.5, 3.0, {"full": 3.0, "slow": 4.0}),
}


# In a plan that has the time for it, one fault in so many is so much longer.
RARE, LONG = 20, 12.0
LONG_PLAN = 300.0


@dataclass(frozen=True)
class Plan:
    seed: int
    seconds: float
    turns: tuple[Turn, ...]
    faults: dict[str, tuple[Fault, ...]]  # by part


def make_plan(seed: int, seconds: float) -> Plan:
    """What is going to happen; the same for the same seed."""
    turns = tuple(_turns(random.Random(f"{seed} turns"), seconds))
    faults = {
        name: tuple(_faults(random.Random(f"{seed} {name}"), part, seconds))
        for name, part in PARTS.items()
    }
    return Plan(seed, seconds, turns, faults)


def _turns(chance: random.Random, seconds: float) -> Iterator[Turn]:
    moment = 0.0
    while True:
        moment += chance.expovariate(8.0)
        if moment >= seconds:
            return
        yield Turn(moment, chance.choice(CHECKS).name, chance.choice(CODES))


def _faults(chance: random.Random, part: Part, seconds: float) -> Iterator[Fault]:
    """All kinds once in a random order, then again, and so on."""
    moment = 0.0
    while True:
        for kind in chance.sample(sorted(part.faults), len(part.faults)):
            moment += chance.uniform(part.least, part.most)
            length = chance.uniform(0.0, part.faults[kind])
            if seconds >= LONG_PLAN and chance.randrange(RARE) == 0:
                length *= LONG
            if moment + length >= seconds:
                return
            yield Fault(moment, kind, length)
            moment += length
