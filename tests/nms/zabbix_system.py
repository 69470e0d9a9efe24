# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Zabbix: its database, server and frontend, and the snmptrapd before it.

All of it lives in a folder of its own and on ports of loopback; nothing of the system's own
PostgreSQL, PHP or Zabbix is touched.
"""

import gzip
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path
from typing import Optional

from processes import Process, wait_until
from testbed import BASE_MIBS, MIB_FILE, SOURCE, Site

FRONTEND = Path("/usr/share/zabbix")
SCHEMA = Path("/usr/share/zabbix-server-pgsql")
RECEIVER = SOURCE / "conf" / "zabbix" / "zabbix-trap.sh"
PATIENCE = 60.0

# What a new database has that is not one of Zabbix' own 300 templates.
TABLES = ("config", "config_autoreg_tls", "dbversion", "hstgrp", "module", "role", "role_rule",
          "users", "users_groups", "usrgrp")  # fmt: skip

CLUSTER = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 64MB
"""

SERVER = """
ListenIP=127.0.0.1
ListenPort={port}
LogType=console
PidFile={folder}/server.pid
SocketDir={folder}
DBHost=127.0.0.1
DBPort={database}
DBName=zabbix
DBUser=zabbix
Timeout=3
StartSNMPTrapper=1
SNMPTrapperFile={traps}
StartPollers=2
StartPollersUnreachable=1
StartPreprocessors=2
StartTrappers=1
StartPingers=0
StartDiscoverers=0
StartHTTPPollers=0
StartTimers=1
StartEscalators=1
StartAlerters=1
StartDBSyncers=1
StartLLDProcessors=1
StartHistoryPollers=1
UnreachableDelay=1
UnavailableDelay=2
CacheUpdateFrequency=1
HousekeepingFrequency=0
AllowUnsupportedDBVersions=1
"""

WEB = """<?php
$DB['TYPE'] = 'POSTGRESQL';
$DB['SERVER'] = '127.0.0.1';
$DB['PORT'] = '{database}';
$DB['DATABASE'] = 'zabbix';
$DB['USER'] = 'zabbix';
$DB['PASSWORD'] = '';
$DB['SCHEMA'] = '';
$DB['ENCRYPTION'] = false;
$DB['DOUBLE_IEEE754'] = true;
$ZBX_SERVER = '127.0.0.1';
$ZBX_SERVER_PORT = '{port}';
$ZBX_SERVER_NAME = '';
$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
"""


def _as_user(user: str) -> list[str]:
    """Neither PostgreSQL nor zabbix_server runs as root; both end when the tests are killed."""
    return ["setpriv", "--pdeathsig", "KILL", "--reuid", user, "--regid", user, "--init-groups"]


class Database:
    """A cluster of PostgreSQL that trusts whoever is on loopback."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.port = site.take_port()
        cluster = folder / "postgresql"
        cluster.mkdir(0o700)
        shutil.chown(cluster, "postgres", "postgres")
        programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
        subprocess.run(
            [*_as_user("postgres"), str(programs / "initdb"), "-D", str(cluster)]
            + ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            check=True, capture_output=True, cwd="/",
        )  # fmt: skip
        with (cluster / "postgresql.conf").open("a") as settings:
            settings.write(CLUSTER.format(port=self.port))
        self._process = Process(
            [*_as_user("postgres"), str(programs / "postgres"), "-D", str(cluster)],
            site.folder,
            {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )
        wait_until(lambda: self._run("SELECT 1", "postgres").returncode == 0, "PostgreSQL answers")
        for statement in ("CREATE ROLE zabbix LOGIN", "CREATE DATABASE zabbix OWNER zabbix"):
            assert self._run(statement, "postgres").returncode == 0
        done = self._run(self._new_database(), "zabbix")
        assert done.returncode == 0, done.stderr.decode()[-2000:]

    @staticmethod
    def _new_database() -> str:
        with gzip.open(SCHEMA / "schema.sql.gz", "rt", encoding="utf-8") as file:
            schema = file.read()
        with gzip.open(SCHEMA / "data.sql.gz", "rt", encoding="utf-8") as file:
            statements = re.split(r"^(?=INSERT INTO )", file.read(), flags=re.MULTILINE)
        beginnings = tuple(f"INSERT INTO {table} " for table in TABLES)
        kept = [each for each in statements if each.startswith(beginnings)]
        return "\n".join([schema, *kept])

    def _run(self, sql: str, database: str) -> "subprocess.CompletedProcess[bytes]":
        user = "postgres" if database == "postgres" else "zabbix"
        return subprocess.run(
            ["psql", "-q", "-X", "-h", "127.0.0.1", "-p", str(self.port), "-U", user]
            + ["-v", "ON_ERROR_STOP=1", database],
            input=sql.encode(), capture_output=True, check=False, timeout=120,
        )  # fmt: skip

    def stop(self) -> None:
        self._process.stop(2)


class ZabbixSystem:
    """Started as a whole; the server can be started again with other settings."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.folder = site.folder / "zabbix"
        self.folder.mkdir()
        shutil.chown(self.folder, "zabbix", "zabbix")
        self._port, self.web_port = site.take_port(), site.take_port()
        self.url = f"http://127.0.0.1:{self.web_port}"
        self.trap_file = site.folder / "traps.log"
        self.trap_file.touch(0o644)
        self._server: Optional[Process] = None
        self._start_receiver()
        self.database = Database(site, self.folder)
        self.start_server()
        self._start_frontend()

    def _start_receiver(self) -> None:
        """snmptrapd as README.md has it."""
        config = self.folder / "snmptrapd.conf"
        config.write_text(
            "authCommunity log,execute,net public\n"
            f"traphandle default {RECEIVER} {self.trap_file}\n"
        )
        self._receiver = Process(
            ["snmptrapd", "-f", "-Lo", "-On", "-C", "-c", str(config)]
            + [f"udp:127.0.0.1:{self._site.trap_port}"],
            self._site.folder,
            {"PATH": os.environ["PATH"], "MIBS": "", "SNMPCONFPATH": str(self.folder / "none"),
             "SNMP_PERSISTENT_DIR": str(self.folder / "snmptrapd")},
        )  # fmt: skip
        wait_until(lambda: "NET-SNMP version" in self._receiver.output, "snmptrapd runs")

    def start_server(self, with_mib: bool = False) -> None:
        config = self.folder / "server.conf"
        config.write_text(
            SERVER.format(
                port=self._port, folder=self.folder, database=self.database.port, traps=self.trap_file
            )
        )
        mibs = "CHECKD-MIB" if with_mib else ""
        self._server = Process(
            [*_as_user("zabbix"), "zabbix_server", "-f", "-c", str(config)],
            self._site.folder,
            {"PATH": "/usr/sbin:" + os.environ["PATH"], "MIBS": mibs,
             "MIBDIRS": f"{MIB_FILE.parent}:{BASE_MIBS}",
             "HOME": pwd.getpwnam("zabbix").pw_dir,
             "SNMPCONFPATH": str(self.folder / "none"),
             "SNMP_PERSISTENT_DIR": str(self.folder / "snmp")},
        )  # fmt: skip
        server = self._server
        wait_until(
            lambda: "[trapper #1]" in server.output or not server.is_running,
            "zabbix_server runs", PATIENCE,
        )  # fmt: skip
        assert server.is_running, server.output[-2000:]

    def stop_server(self) -> None:
        if self._server is not None:
            self._server.stop(patience=PATIENCE)

    def _start_frontend(self) -> None:
        """A copy, since Debian's reads its settings from one place in /etc alone."""
        root = self.folder / "frontend"
        shutil.copytree(FRONTEND, root, ignore=shutil.ignore_patterns("locale"))
        (root / "locale").symlink_to(FRONTEND / "locale")
        settings = self.folder / "zabbix.conf.php"
        settings.write_text(
            WEB.replace("{database}", str(self.database.port)).replace("{port}", str(self._port))
        )
        reader = root / "include" / "classes" / "core" / "CConfigFile.php"
        text = reader.read_text(encoding="utf-8")
        assert "'/etc/zabbix/zabbix.conf.php'" in text
        text = text.replace("/etc/zabbix/zabbix.conf.php", str(settings))
        reader.write_text(text, encoding="utf-8")
        locales = self.folder / "locales"
        locales.mkdir()
        subprocess.run(
            ["localedef", "-i", "en_US", "-f", "UTF-8", str(locales / "en_US.UTF-8")],
            check=True, capture_output=True,
        )  # fmt: skip
        options = {"date.timezone": "UTC", "post_max_size": "16M", "max_execution_time": "300",
                   "memory_limit": "256M", "session.save_path": str(self.folder),
                   "display_errors": "0", "log_errors": "1", "opcache.enable_cli": "1"}  # fmt: skip
        self._frontend = Process(
            ["php", *(f"-d{key}={value}" for key, value in options.items())]
            + ["-S", f"127.0.0.1:{self.web_port}", "-t", str(root)],
            self._site.folder,
            {"PATH": os.environ["PATH"], "LOCPATH": str(locales)},
        )

    def stop(self) -> None:
        self._receiver.stop()
        self._frontend.stop(2)
        self.stop_server()
        self.database.stop()
