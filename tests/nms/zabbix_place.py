# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the tests of Zabbix are: one Zabbix, one checkd and one snmpd serve all of them.

Zabbix has several hosts with the templates: one polls every few seconds; one does so by pages;
one polls hardly ever, so that what it knows it was notified; one polls a port where nobody is.
"""

import os
import time
from typing import Sequence

from faults import Shim
from testbed import BUILD, Config, Site
from zabbix_api import Api, Host
from zabbix_system import ZabbixSystem

TEMPLATE = "checkd by SNMP"
TEMPLATE_PAGES = "checkd by SNMP pages"
TEMPLATES = BUILD / "conf" / "zabbix"
# The least that conf/zabbix/README.md allows: faster polls pile up in zabbix_server.
QUICK = {"INTERVAL": "3s", "INTERVAL__SLOW": "4s", "INTERVAL__DISCOVERY": "3s",
         "SILENT": "30s", "RECENT": "10s"}  # fmt: skip
PAGED = {**QUICK, "INTERVAL": "5s", "GONE": "30s", "INTERVAL__OUTPUT": "3s"}
RARE = {"INTERVAL": "1h", "INTERVAL__SLOW": "1h", "INTERVAL__DISCOVERY": "1h", "SILENT": "3h"}
NAMES = ("web", "slow", "frozen", "router", "behind", "forged", "lasting", "stored",
         "paged/web.1-a:b_c", "site/db.1-a:b_c")  # fmt: skip
METRICS = "OK - fine | load1=0.5;1;2;0; 'C: used %'=12% size=7B unknown=U"
TRAP = "checkd.trap"
ALWAYS = {"lasting: critical"}


class Place:
    """Where the tests are: the checks, the agent, Zabbix and its hosts."""

    def __init__(self) -> None:
        self.site = Site()
        self.dials = {name: self.site.dial(name) for name in NAMES}
        self.shim = Shim(self.site)
        self.zabbix = ZabbixSystem(self.site)
        self.api = Api(self.zabbix.url)
        for file in ("checkd-by-snmp.yaml", "checkd-by-snmp-pages.yaml"):
            self.api.import_template((TEMPLATES / file).read_text(encoding="utf-8"))
        self.site.master.start()
        self.dials["lasting"].turn("echo for long; exit 2")
        self.site.start(self.checks())
        self.port = int(self.site.client.address.rpartition(":")[2])
        self.dead = self.host("dead", self.site.take_port(), **QUICK)
        self.quick = self.host("quick", self.port, **QUICK)
        self.rare = self.host("rare", self.port, **RARE)
        self.paged = Host(self.api, "paged", self.port, TEMPLATE_PAGES, **PAGED)

    def checks(self, *more: Config) -> Sequence[Config]:
        special = {
            "slow": {"timeout": "500ms"},
            "frozen": {"timeout": "60s", "fresh": "2s"},
            "behind": {"depends": "router"},
        }
        checks = [dial.check(**special.get(name, {})) for name, dial in self.dials.items()]
        measured = {"name": "load", "command": f'/bin/echo "{METRICS}"', "interval": "500ms"}
        return [*checks, measured, *more]

    def host(self, name: str, port: int, **macros: str) -> Host:
        return Host(self.api, name, port, TEMPLATE, **macros)

    def close(self) -> None:
        self.zabbix.stop()
        faults = self.site.close()
        if os.environ.get("CHECKD_KEEP_FOLDERS") is None:
            self.site.remove()
        assert not faults, "\n".join(faults)

    def wait_until_polled(self) -> None:
        """Waits until all hosts know what decides, and have the problem that lasts."""
        deciding = ("state", "stale", "suppression", "event")
        keys = [f"checkd.check.{each}[{name}]" for name in NAMES for each in deciding]
        keys.append("checkd.state.epoch")
        hosts = (self.quick, self.rare, self.paged)
        for host in hosts:
            host.poll_until(lambda: host.has_polled(keys), "it has polled what decides")
        for host in hosts:
            host.wait_for_problems(ALWAYS)


def turn(place: Place, name: str, code: int) -> float:
    """Has the check end with this code, and tells when."""
    place.dials[name].turn(f"echo it is {code}; exit {code}")
    return time.time()


def distinct(values: "list[str]") -> "list[str]":
    """Without those that are the same as the one before."""
    return [each for i, each in enumerate(values) if i == 0 or each != values[i - 1]]
