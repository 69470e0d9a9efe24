# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks of test_layers_chaos.py: parents, aggregates of aggregates, flapping, hanging."""

import random
from dataclasses import dataclass, replace
from typing import Any

from testbed import Config


@dataclass(frozen=True)
class Part:
    """A check; an aggregate where it has a rule, and then with its members."""

    name: str
    keys: dict[str, Any]
    depends: tuple[str, ...] = ()
    rule: str = ""
    number: int = 0
    selectors: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    is_removable: bool = False

    @property
    def notify(self) -> str:
        return str(self.keys.get("notify", "status"))

    @property
    def is_aggregate(self) -> bool:
        return self.rule != ""

    def config(self, is_enabled: bool, command: str) -> Config:
        config: Config = {"name": self.name, "enabled": is_enabled, **self.keys}
        if self.depends:
            config["depends"] = list(self.depends)
        if not self.is_aggregate:
            return {**config, "command": command}
        members: Config = {self.rule: list(self.selectors)}
        if self.rule == "at_least":
            members = {"at_least": self.number, "of": list(self.selectors)}
        return {**config, "type": "aggregate", **members}


_CONFIRM: list[Config] = [{}, {}, {"confirm": 2}, {"confirm": 3, "retry": "100ms"}]
_NOTIFY = ["status", "status", "status", "state", "none"]
_FLAPPING = {"flapping_start": 40, "flapping_stop": 20, "interval": "100ms"}
_HANGING = {"fresh": "2s", "timeout": "3s", "grace": "100ms"}


def _plain(chance: random.Random, name: str, *depends: str, **keys: Any) -> Part:
    settings = {
        "interval": f"{chance.choice((200, 300, 500))}ms",
        "timeout": "10s",
        "notify": chance.choice(_NOTIFY),
        **chance.choice(_CONFIRM),
    }
    return Part(name, {**settings, **keys}, depends)


def _aggregate(name: str, rule: str, selectors: tuple[str, ...], members: list[str],
               number: int = 0, depends: tuple[str, ...] = ()) -> Part:  # fmt: skip
    keys = {"interval": "10s"}
    return Part(name, keys, depends, rule, number, selectors, tuple(members))


def make_cast(seed: int) -> list[Part]:
    chance = random.Random(f"{seed} cast")
    routers = [_plain(chance, f"router-{i}", notify="status") for i in range(3)]
    routers.append(_plain(chance, "router-slow", interval="4s", notify="status"))
    hosts = [
        _plain(chance, f"host-{i}", chance.choice(routers).name, group="hosts") for i in range(8)
    ]
    host_names = [part.name for part in hosts]
    rack = _aggregate("rack", "any", ("host-[0-3]",), host_names[:4])
    floor = _aggregate("floor", "at_least", ("group=hosts",), host_names, 5)
    pair = _aggregate("pair", "worst", ("host-[01]",), host_names[:2], depends=("host-0",))
    services = [
        _plain(chance, f"service-{i}", chance.choice([*host_names, "rack", "floor"]))
        for i in range(8)
    ]
    service_names = [part.name for part in services]
    product = _aggregate("product", "all", ("service-*",), service_names, depends=("rack",))
    lamps = [_plain(chance, f"lamp-{i}", **_FLAPPING) for i in range(3)]
    lamps.append(_plain(chance, "lamp-behind", "router-0", **_FLAPPING))
    # Of one that hangs no run ever ends by itself.
    jobs = [_plain(chance, "job-0", **{**_HANGING, "timeout": "1h"})]
    jobs += [_plain(chance, f"job-{i}", **_HANGING) for i in range(1, 3)]
    jobs.append(_plain(chance, "job-behind", "router-1", **_HANGING))
    extras = [replace(_plain(chance, f"extra-{i}"), is_removable=True) for i in range(4)]
    extra_names = [part.name for part in extras]
    inner = ("rack", "floor", "pair", "product")
    below = [*inner, *extra_names, *(job.name for job in jobs)]
    site = _aggregate("site", "worst", (*inner, "extra-*", "job-*"), below)
    top = _aggregate("top", "all", ("site", "lamp-*"), ["site", *(lamp.name for lamp in lamps)])
    parts = [top, site, *routers, product, *hosts, rack, floor, pair]
    return [*parts, *services, *lamps, *jobs, *extras]
