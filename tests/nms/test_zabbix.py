# SPDX-License-Identifier: GPL-2.0-or-later
"""checkd in a real Zabbix: what its own history and its own problems say."""

from typing import Iterator

import pytest

from testbed import BUILD, Config, Dial, Site
from zabbix_api import Api, Host
from zabbix_system import ZabbixSystem

TEMPLATE = "checkd by SNMP"
FILE = BUILD / "conf" / "zabbix" / "checkd-by-snmp.yaml"


@pytest.fixture(scope="module")
def place():
    site = Site()
    site.master.start()
    zabbix = ZabbixSystem(site)
    try:
        yield site, zabbix
    finally:
        zabbix.stop()
        faults = site.close()
        assert not faults, faults
        site.remove()


def test_explore(place):
    import time
    site, zabbix = place
    t0 = time.time()
    api = Api(zabbix.url)
    api.import_template(FILE.read_text())
    print("imported", time.time() - t0)
    web = site.dial("web")
    site.start([web.check(), {"name": "load.1", "command": "/bin/echo 'OK | load1=0.5;1;2;0; size=12B t=5ms x=U;'", "interval": "1s"}])
    host = Host(api, "main", int(site.client.address.split(":")[-1]), TEMPLATE, INTERVAL="1s", INTERVAL__SLOW="2s", INTERVAL__DISCOVERY="3s", SILENT="30s", RECENT="10s")
    t0 = time.time()
    host.wait_for_item("checkd.check.state[web]")
    print("discovered", time.time() - t0)
    host.wait_for_value("checkd.check.state[web]", 2)
    print("state", time.time() - t0)
    for code, problem in ((2, {"web: critical"}), (1, {"web: warning"}), (0, set())):
        t0 = time.time()
        web.turn(f"echo now {code}; exit {code}")
        host.wait_for_problems(problem)
        print("problem", problem, time.time() - t0)
        host.wait_for_value("checkd.check.output[web]", f"now {code}")
    for k, v in sorted(host.items().items()):
        print(k, v["lastvalue"], v["lastclock"], v["state"], v["error"])
    print(host.raised(), host.cleared())
    print(host.graphs())
    print(zabbix.trap_file.read_text())
    for n, g in host.graphs().items():
        print(n, api.graph_size(g, 400, 100))
