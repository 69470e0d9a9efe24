# SPDX-License-Identifier: GPL-2.0-or-later
"""checkd-snmp as an agent of its own, with a test in the engine's place."""

import os
import subprocess
from typing import Any, Optional

import engine
from engine import Publisher
from snmp import Client
from testbed import PUBLISHER, BASE_MIBS, MIB_FILE, Site

VERSION = subprocess.run(
    [PUBLISHER, "-V"], capture_output=True, check=True, text=True
).stdout.split()[1]

NOBODY = 65534

READABLE = "rocommunity public 127.0.0.1\n"


class Agent:
    """One agent with a port, a file of tokens and a persistent folder of its own."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.port = site.take_port()
        self.folder = site.folder / f"agent-{self.port}"
        self.folder.mkdir(mode=0o755)
        self.config = self.folder / "standalone.conf"
        self.persistent_dir = self.folder / "persistent"
        self.client = Client(self.port, site.folder, [MIB_FILE.parent, BASE_MIBS])
        self._publisher: Optional[Publisher] = None
        # Who becomes another user cannot write where the sanitizers' reports go.
        self.environment = {"PATH": "/usr/bin:/bin"}

    @property
    def publisher(self) -> Publisher:
        assert self._publisher is not None, "it was not started"
        return self._publisher

    def launch(self, tokens: Optional[str] = READABLE, **hello: Any) -> Publisher:
        """Starts it and says hello; None is for no file."""
        if tokens is not None:
            self.config.write_text(tokens)
        self._publisher = Publisher(PUBLISHER, self.site.folder, self.environment)
        values = {
            "version": VERSION,
            "is_standalone": 1,
            "listen": f"udp:127.0.0.1:{self.port}",
            "config": str(self.config) if tokens is not None else "",
            "persistent_dir": str(self.persistent_dir),
            "has_identity": int(os.geteuid() == 0),
            "uid": NOBODY,
            "gid": NOBODY,
            "log_level": 6,
            "priority": 127,
            "notify_rate": 200,
            **hello,
        }
        self._publisher.tell(engine.HELLO, **values)
        return self._publisher

    def start(
        self, tokens: Optional[str] = READABLE, rows: int = 3, **hello: Any
    ) -> Publisher:
        """Starts it and waits until it serves this many rows."""
        publisher = self.launch(tokens, **hello)
        for i in range(rows):
            publisher.tell(engine.ROW, **engine.row(f"check{i:05}"))
        publisher.tell(engine.SYNC)
        publisher.wait_until_serving()
        return publisher

    def boots(self) -> int:
        """snmpEngineBoots as it is kept."""
        return int(self.kept("engineBoots"))

    def kept(self, token: str) -> str:
        """What is kept of a token."""
        for line in (self.persistent_dir / "checkd-snmp.conf").read_text().splitlines():
            if line.startswith(token + " "):
                return line[len(token) + 1 :]
        raise AssertionError(f"{token} is not kept")

    def stop(self) -> None:
        if self._publisher is not None and self._publisher.is_running:
            assert self._publisher.stop() == 0, self._publisher.output
