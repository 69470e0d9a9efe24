# SPDX-License-Identifier: GPL-2.0-or-later
"""A Cacti of Debian's package with a database, settings and files of its own in a folder."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Optional, Union

from processes import Process, children_of, command_line, wait_until

PACKAGE = Path("/usr/share/cacti")
DRAW_GRAPH = Path(__file__).with_name("cacti_draw.php")

# One row a second, so that a value holds exactly from one poll to the next.
STEP, HEARTBEAT, KEPT = 1, 120, 3600

CMD, SPINE = 1, 2
# Of host.status.
DOWN, UP = 1, 3

Cell = Optional[str]


class CactiError(Exception):
    """One of Cacti's programs failed, or said that something is wrong."""


def _run(argv: list[str], environment: dict[str, str], given: str = "") -> str:
    done = subprocess.run(
        argv, env=environment, input=given, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise CactiError(f"{argv}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Database:
    """A MariaDB of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._socket = folder / "socket"
        self._environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder)}
        data = folder / "data"
        shared = ["--no-defaults", "--user=root", f"--datadir={data}"]
        _run(
            ["mariadb-install-db", *shared, "--auth-root-authentication-method=normal",
             "--skip-test-db"],
            self._environment,
        )  # fmt: skip
        self._process = Process(
            ["/usr/sbin/mariadbd", *shared, f"--port={port}", "--bind-address=127.0.0.1",
             f"--socket={self._socket}", f"--pid-file={folder / 'pid'}",
             "--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
             "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0",
             "--innodb-doublewrite=0", "--innodb-use-native-aio=0"],
            folder,
            self._environment,
        )  # fmt: skip
        wait_until(self._is_up, "the database answers", 60)

    def _is_up(self) -> bool:
        assert self._process.is_running, self._process.output
        try:
            self.run("SELECT 1", "mysql")
        except CactiError:
            return False
        return True

    def run(self, statements: str, database: str = "cacti") -> list[list[str]]:
        """Runs statements and returns the rows that they gave."""
        text = _run(
            ["mariadb", "--no-defaults", f"--socket={self._socket}", "-uroot", "-N", "-B",
             database],
            self._environment,
            statements,
        )  # fmt: skip
        return [line.split("\t") for line in text.splitlines()]

    def stop(self) -> None:
        self._process.stop(patience=60)


class Cacti:
    """Its command lines, its poller, and what it knows."""

    def __init__(self, folder: Path, port: int) -> None:
        folder.mkdir()
        self.folder = folder
        self._environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(folder),
            "MIBS": "",
            "SNMPCONFPATH": str(folder / "no-such-folder"),
            "SNMP_PERSISTENT_DIR": str(folder / "snmp"),
        }
        self._last_poll = 0.0
        self._copy_site()
        (folder / "database").mkdir()
        self.database = Database(folder / "database", port)
        self._write_configuration(port)
        self._fill_database()

    def _copy_site(self) -> None:
        """Links to what belongs to the system lead nowhere but here."""
        for name in ("site", "cli", "resource"):
            shutil.copytree(PACKAGE / name, self.folder / name, symlinks=True)
        for name in ("rra", "log", "cache", "csrf"):
            (self.folder / name).mkdir()
        for name in ("rra", "log", "cache"):
            link = self.folder / "site" / name
            link.unlink(missing_ok=True)
            link.symlink_to(self.folder / name)
        (self.folder / "log" / "cacti.log").touch()

    def _write_configuration(self, port: int) -> None:
        values = {
            "DBNAME": "cacti", "DBSERVER": "127.0.0.1", "DBUSER": "cacti", "DBPASS": "cacti",
            "DBPORT": str(port),
        }  # fmt: skip
        text = (PACKAGE / "conf_templates" / "debian.php.dist").read_text(encoding="utf-8")
        text = re.sub(r"_DBC_(\w+)_", lambda found: values[found[1]], text)
        text = text.replace("/var/lib/cacti", str(self.folder))
        config = self.folder / "site" / "include" / "config.php"
        config.unlink(missing_ok=True)
        config.write_text(text, encoding="utf-8")
        (self.folder / "spine.conf").write_text(
            f"DB_Host 127.0.0.1\nDB_Database cacti\nDB_User cacti\nDB_Pass cacti\nDB_Port {port}\n"
        )

    def _fill_database(self) -> None:
        self.database.run(
            "CREATE DATABASE cacti; CREATE USER cacti@'127.0.0.1' IDENTIFIED BY 'cacti';"
            "GRANT ALL ON cacti.* TO cacti@'127.0.0.1';"
            "GRANT SELECT ON mysql.time_zone_name TO cacti@'127.0.0.1'",
            "mysql",
        )
        schema = PACKAGE / "conf_templates" / "cacti.sql"
        self.database.run(schema.read_text(encoding="utf-8"))
        # The stock schema has a network that the first poll would sweep.
        self.database.run("DELETE FROM automation_networks; DELETE FROM host")
        # A MEMORY table of MariaDB 10.11 keeps some of the rows that the poller deletes.
        self.database.run("ALTER TABLE poller_output ENGINE = InnoDB")
        self.database.run("UPDATE version SET cacti = '1.2.24'")
        self.set_options(
            rrdtool_version="rrd-1.7.x", path_rrdtool="/usr/bin/rrdtool",
            path_php_binary="/usr/bin/php", path_snmpget="/usr/bin/snmpget",
            path_snmpwalk="/usr/bin/snmpwalk", path_snmpgetnext="/usr/bin/snmpgetnext",
            path_snmpbulkwalk="/usr/bin/snmpbulkwalk", path_spine="/usr/sbin/spine",
            path_spine_config=self.folder / "spine.conf",
            path_cactilog=self.folder / "log" / "cacti.log",
            poller_interval=60, cron_interval=60, poller_type=CMD, log_verbosity=2,
            snmp_version=2, snmp_retries=1, availability_method=2, ping_failure_count=1,
            ping_recovery_count=1, reindex_method=2, install_complete=1,
        )  # fmt: skip
        self.profile = self._add_profile()

    def _add_profile(self) -> str:
        self.database.run(
            "INSERT INTO data_source_profiles"
            " (hash, name, step, heartbeat, x_files_factor, `default`)"
            f" VALUES (md5('seconds'), 'Seconds', {STEP}, {HEARTBEAT}, 0.5, '')"
        )
        profile = self.cell("SELECT id FROM data_source_profiles WHERE name = 'Seconds'")
        assert profile is not None
        self.database.run(
            "INSERT INTO data_source_profiles_cf VALUES "
            + ", ".join(f"({profile}, {function})" for function in (1, 2, 3, 4))
            + "; INSERT INTO data_source_profiles_rra"
            " (data_source_profile_id, name, steps, `rows`, timespan)"
            f" VALUES ({profile}, 'Seconds', 1, {KEPT}, {KEPT})"
        )
        return profile

    def set_options(self, **options: Union[str, int, Path]) -> None:
        rows = ", ".join(f"('{name}', '{value}')" for name, value in options.items())
        self.database.run(f"REPLACE INTO settings VALUES {rows}")

    def rows(self, query: str) -> list[list[str]]:
        return self.database.run(query)

    def cell(self, query: str) -> Cell:
        rows = self.database.run(query)
        return rows[0][0] if rows else None

    def cli(self, program: str, *options: str) -> str:
        """Runs one of its command lines."""
        return self._php(self.folder / "cli" / f"{program}.php", *options)

    def _php(self, program: Path, *arguments: str) -> str:
        return _run(
            ["php", "-d", "memory_limit=512M", "-d", "date.timezone=UTC", str(program), *arguments],
            self._environment,
        )

    def import_files(self, folder: Path) -> str:
        """Imports what is for Cacti in a folder, as README.md says."""
        for file in folder.glob("checkd_*.xml"):
            if file.name != "checkd_templates.xml":
                shutil.copy(file, self.folder / "resource" / "snmp_queries")
        return self.cli(
            "import_template",
            f"--filename={folder / 'checkd_templates.xml'}",
            f"--profile-id={self.profile}",
        )

    def poll(self, poller: int = CMD) -> bool:
        """Polls once; true, so that a condition may poll before it looks."""
        # Of two values within a second the later one is refused.
        wait_until(lambda: int(time.time()) > int(self._last_poll), "another second")
        self.set_options(poller_type=poller)
        # All are due at each poll, however close it follows the one before it.
        self.database.run("UPDATE poller_item SET rrd_next_step = 0")
        self._php(self.folder / "site" / "poller.php", "--force")
        self._last_poll = time.time()
        return True

    @property
    def log(self) -> str:
        return (self.folder / "log" / "cacti.log").read_text(encoding="utf-8", errors="replace")

    def draw(self, graphs: list[str], seconds: int, folder: Path) -> None:
        """Has it draw graphs of the last seconds, each to NUMBER.png."""
        self._php(DRAW_GRAPH, str(self.folder / "site"), str(folder), str(seconds), *graphs)

    def fetch(self, file: Path, start: int, end: int) -> list[tuple[int, dict[str, float]]]:
        """The rows of a file of rrdtool: second, and value by data source."""
        text = _run(
            ["rrdtool", "fetch", str(file), "AVERAGE", "-r", "1", "-s", str(start), "-e", str(end)],
            self._environment,
        )
        head, _, *lines = text.splitlines()
        names = head.split()
        return [
            (int(second), dict(zip(names, map(float, values.split()))))
            for second, values in (line.split(": ") for line in lines)
        ]

    def stop(self) -> None:
        """Ends the database when what the poller left in the background has ended."""
        wait_until(lambda: len(self._left()) <= 1, "the poller has ended", 60)
        self.database.stop()

    def _left(self) -> list[int]:
        return [
            pid for pid in children_of(os.getpid())
            if any(str(self.folder) in word for word in command_line(pid))
        ]  # fmt: skip
