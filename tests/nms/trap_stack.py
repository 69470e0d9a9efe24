# SPDX-License-Identifier: GPL-2.0-or-later
"""snmptrapd with the handlers that are installed for it: checkd-trap.sh, snmptt, LibreNMS'."""

import contextlib
import os
import re
import subprocess
from pathlib import Path

import mib
from processes import Process, wait_until
from testbed import BASE_MIBS, BUILD, MIB_FILE, SOURCE, Site

BUILT = BUILD / "conf"
FILES = SOURCE / "conf"

# What a handler of LibreNMS is given, kept as it is: a blank line behind each.
KEEP = """#!/bin/sh
{ cat; echo; } >>"$1"
"""

# The settings of Debian's snmptt.ini that differ.
SNMPTT_SETTINGS = {
    "mode": "standalone",
    "ipv6_enable": "0",
    "dns_enable": "0",
    "net_snmp_perl_enable": "0",
    "syslog_enable": "0",
    "syslog_system_enable": "0",
    "unknown_trap_log_enable": "1",
    "translate_value_oids": "0",
}


class TrapHandlers:
    """A snmptrapd at the site's trap port, without a MIB, and one behind it that has it."""

    def __init__(self, site: Site) -> None:
        self.folder = site.folder / "handlers"
        self.folder.mkdir()
        self.lines_file = self.folder / "lines"
        self.command_file = self.folder / "nagios.cmd"
        self.snmptt_log = self.folder / "snmptt.log"
        self.unknown_log = self.folder / "snmptt-unknown.log"
        self.librenms_file = self.folder / "librenms"
        # As Nagios makes it, and as it reads it: nobody else has to be waited for.
        os.mkfifo(self.command_file)
        self._commands = os.open(self.command_file, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self._read = b""
        self._port = site.trap_port
        second_port = site.take_port()
        self._second = self._start(
            site, second_port, self._librenms_settings(site),
            {"MIBS": "+CHECKD-MIB", "MIBDIRS": f"{MIB_FILE.parent}:{BASE_MIBS}"},
        )  # fmt: skip
        self._first = self._start(
            site, site.trap_port, self._settings(second_port), {"MIBS": ""}
        )

    def _settings(self, second_port: int) -> str:
        """The lines of snmptrapd.conf as they are installed, with the paths of this test."""
        text = (BUILT / "traps" / "snmptrapd.conf").read_text()
        handler = re.search(r"^traphandle (\S+) (\S+)$", text, re.MULTILINE)
        assert handler is not None
        oid, program = handler.groups()
        # Its mode is that of an executable only where it is installed.
        ours = f"/bin/sh {BUILT / 'traps' / 'checkd-trap.sh'}"
        text = text.replace(program, f"{ours} {self.lines_file}")
        text += f"traphandle {oid} {ours} --nagios {self.command_file}\n"
        text += f"traphandle {oid} /usr/sbin/snmptt --ini={self._write_snmptt_ini()}\n"
        return text + f"forward {oid} udp:127.0.0.1:{second_port}\n"

    def _librenms_settings(self, site: Site) -> str:
        keep = site.script("keep", KEEP)
        return f"traphandle default {keep} {self.librenms_file}\n"

    def _write_snmptt_ini(self) -> Path:
        text = Path("/etc/snmp/snmptt.ini").read_text()
        settings = {
            **SNMPTT_SETTINGS,
            "log_file": str(self.snmptt_log),
            "unknown_trap_log_file": str(self.unknown_log),
            "spool_directory": f"{self.folder}/",
        }
        for name, value in settings.items():
            text, count = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.M)
            assert count == 1, name
        text = text.replace(
            "/etc/snmptt/snmptt.conf\n", f"{BUILT}/snmptt/snmptt.checkd.conf\n"
        )
        file = self.folder / "snmptt.ini"
        file.write_text(text)
        return file

    def _start(self, site: Site, port: int, settings: str, extra: dict[str, str]) -> Process:
        config = self.folder / f"snmptrapd-{port}.conf"
        config.write_text(
            f"{settings}disableAuthorization yes\ndoNotRetainNotificationLogs yes\n"
        )
        environment = {
            "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin",
            "SNMPCONFPATH": str(self.folder / "no-such-folder"),
            "SNMP_PERSISTENT_DIR": str(self.folder / f"state-{port}"),
            **extra,
        }
        process = Process(
            ["snmptrapd", "-f", "-C", "-c", str(config), "-Lo", f"udp:127.0.0.1:{port}"],
            site.folder, environment,
        )  # fmt: skip
        wait_until(lambda: "NET-SNMP version" in process.output, "snmptrapd runs")
        return process

    def send(self, number: int, values: dict[str, tuple[str, str]]) -> None:
        """Sends a notification as anybody could: its number, and types and values of objects."""
        bindings = []
        for name, (kind, value) in values.items():
            if name in mib.COLUMNS:
                oid = mib.column_oid(name, "web")
            else:
                oid = mib.DELIVERY + (10, 0)
            bindings += [mib.dotted(oid), kind, value]
        trap = mib.dotted(mib.NOTIFICATIONS + (number,))
        subprocess.run(
            ["snmptrap", "-v2c", "-c", "public", f"127.0.0.1:{self._port}", "", trap, *bindings],
            env={"PATH": "/usr/bin:/bin", "MIBS": "", "SNMPCONFPATH": str(self.folder / "none")},
            check=True, timeout=10,
        )  # fmt: skip

    def stop(self) -> None:
        self._first.stop()
        self._second.stop()
        os.close(self._commands)

    @staticmethod
    def _lines(file: Path) -> list[str]:
        return file.read_text().splitlines() if file.exists() else []

    @property
    def lines(self) -> list[str]:
        """What checkd-trap.sh wrote, without the time and the host."""
        return [line.split(" ", 2)[2] for line in self._lines(self.lines_file)]

    @property
    def results(self) -> list[list[str]]:
        """The passive results: host, service, code, text."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self._read += os.read(self._commands, 65536)
        return [line.split(";", 4)[1:] for line in self._read.decode().splitlines()]

    @property
    def translated(self) -> list[tuple[str, str]]:
        """What snmptt logged: severity and text."""
        found = [
            re.match(r'.* \.[\d.]+ (\w+) "checkd" \S+ - (.*)', line)
            for line in self._lines(self.snmptt_log)
        ]
        return [(match[1], match[2]) for match in found if match is not None]

    @property
    def librenms_texts(self) -> list[str]:
        if not self.librenms_file.exists():
            return []
        return [text + "\n" for text in self.librenms_file.read_text().split("\n\n") if text]

    def wait_for_line(self, beginning: str) -> str:
        """The first line that begins so, when the handlers behind that one have run too."""
        line = wait_until(
            lambda: next((each for each in self.lines if each.startswith(beginning)), ""),
            f"a line that begins with {beginning!r}",
        )
        count = len(self.lines)
        wait_until(lambda: len(self.translated) >= count, f"{count} lines of snmptt")
        return line
