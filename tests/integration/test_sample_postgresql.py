# SPDX-License-Identifier: GPL-2.0-or-later
"""The sample conf.d/postgresql.yaml against the real thing: PostgreSQL, nginx, a certificate.

Only what names a place is another than in the sample: hosts, ports, paths, and the day of the
maintenance, so that it is not today's. How often checks run is the main file's affair.
"""

import os
import pwd
import re
import shutil
import time
from contextlib import contextmanager
from typing import Iterator, Optional

import pytest

from mib import EVENT_COLUMNS, AdminState, EventKind, State, Suppression
from postgresql import PROGRAMS, ROOM, USER, Postgresql
from processes import wait_until
from servers import Authority, Nginx
from snmp import Row
from testbed import SOURCE, Site

# tests/run.sh installs what is needed, and so has nothing left out.
pytestmark = pytest.mark.skipif(
    "CHECKD_TEST_ALL" not in os.environ
    and (PROGRAMS is None or shutil.which("pg_isready") is None),
    reason="needs postgresql and postgresql-client",
)

SAMPLE = SOURCE / "conf" / "conf.d" / "postgresql.yaml"

PROCESS, SOCKET, READY, QUERY = (
    "shop/db/process", "shop/db/socket", "shop/db/ready", "shop/db/query"
)  # fmt: skip
WEB_PROCESS, PAGE, WHOLE = "shop/web/process", "shop/web/page", "web-shop"
ALL = (PROCESS, SOCKET, READY, QUERY, WEB_PROCESS, PAGE, WHOLE)

Told = list[tuple[str, str, int]]


def days_from_now(days: int) -> str:
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * 86400))


class Shop:
    """What the sample is about, and a checkd with the sample."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.server = Postgresql(site)
        self.server.start()
        self.server.query("CREATE ROLE checkd LOGIN")
        self.authority = Authority(site.folder / "authority")
        self._nginx: Optional[Nginx] = None

    @property
    def nginx(self) -> Nginx:
        assert self._nginx is not None
        return self._nginx

    def _sample(self, window: str) -> str:
        url = f"https://127.0.0.1:{self.nginx.tls_ports['shop']}/health"
        owner = USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        places = {
            "    enabled: false\n": "",
            "/run/postgresql/15-main.pid": str(self.server.pid_file),
            "/run/postgresql/.s.PGSQL.5432": str(self.server.socket),
            "5432": str(self.server.port),
            "owner: postgres": f"owner: {owner}",
            "/run/nginx.pid": str(self.nginx.pid_file),
            "https://shop.example.net/health\n": f"{url}\n    ca_file: {self.authority.file}\n",
            "sun 03:00-04:00": window,
        }
        text = SAMPLE.read_text("utf-8")
        assert not [old for old in places if old not in text]
        # In one pass: what is put in may look like what is still to be replaced.
        return re.sub("|".join(map(re.escape, places)), lambda found: places[found[0]], text)

    def open(self, *, certificate_days: int = 60, window: str = "") -> None:
        """Starts nginx, and checkd with the sample; waits until each layer has a result."""
        certificate = self.authority.issue(
            "shop", "IP:127.0.0.1", days_from_now(-1), days_from_now(certificate_days)
        )
        self._nginx = Nginx(self.site, {"shop": certificate})
        file = self.site.folder / SAMPLE.name
        in_three_days = time.strftime("%a", time.localtime(time.time() + 3 * 86400)).lower()
        file.write_text(self._sample(window or f"{in_three_days} 03:00-04:00"), "utf-8")
        self.site.start([], include=[str(file)], defaults={"interval": "500ms"})
        wait_until(
            lambda: all(row["checkState"] != State.PENDING for row in self.rows().values()),
            "each layer has a result",
        )

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """One that dies has closed its sockets a moment before it is gone, and one that starts
        has a file for its number before the number: checkd is not to look between."""
        self.site.checkd.pause()
        yield
        self.site.checkd.resume()

    def rows(self) -> dict[str, Row]:
        rows = self.site.client.table()
        assert set(rows) == set(ALL), sorted(rows)
        return rows

    def wait_for(self, **statuses: int) -> dict[str, Row]:
        """Waits until these layers have these statuses, and all others 0, at one look."""
        names = {name.replace("/", "_").replace("-", "_"): name for name in ALL}
        wanted = dict.fromkeys(ALL, 0)
        wanted.update({names[key]: status for key, status in statuses.items()})
        last: dict[str, Row] = {}

        def is_so() -> bool:
            last.update(self.rows())
            return {name: row["checkLastStatus"] for name, row in last.items()} == wanted

        try:
            wait_until(is_so, f"all are 0 but {statuses}", 30)
        except AssertionError as error:
            table = {n: (r["checkLastStatus"], r["checkLastOutput"]) for n, r in last.items()}
            raise AssertionError(f"{error}: {table}") from None
        return last

    def suppressed(self) -> set[str]:
        """Those that are silent because of what they depend on."""
        return {
            name for name, row in self.rows().items()
            if row["checkSuppression"] == Suppression.DEPENDENCY
        }  # fmt: skip

    def told(self) -> Told:
        """Each event that nothing suppressed, in order: the check, its kind, its new status.

        Events come during a walk: one that is not whole yet is seen the next time.
        """
        return [
            (str(row["checkEventName"]), EventKind(row["checkEventKind"]).name,
             int(row["checkEventToStatus"]))
            for _, row in sorted(self.site.client.events().items())
            if len(row) == len(EVENT_COLUMNS)
            and row["checkEventSuppression"] == Suppression.NONE
        ]  # fmt: skip

    def expect_told(self, *causes: tuple[str, str, int]) -> None:
        """That this was told and nothing else, in an order of its own for each check."""

        def by_check(told: Told) -> Told:
            return sorted(told, key=lambda each: each[0])

        wait_until(lambda: len(self.told()) >= len(causes), f"these are told: {causes}")
        assert by_check(self.told()) == by_check(list(causes))
        traps = self.site.traps
        wait_until(lambda: len(traps.of_checks) >= len(causes), f"{len(causes)} notifications")
        received = [
            (trap.name, trap.kind.removeprefix("check").upper(), int(trap["checkLastStatus"]))
            for trap in traps.of_checks
        ]
        assert by_check(received) == by_check(list(causes))

    def close(self) -> None:
        self.server.stop()
        if self._nginx is not None:
            self._nginx.stop()


@pytest.fixture
def shop(site: Site) -> Iterator[Shop]:
    shop = Shop(site)
    yield shop
    shop.close()


def test_all_layers_are_ok_and_measured(shop: Shop) -> None:
    shop.open()
    rows = shop.wait_for()
    assert {row["checkState"] for row in rows.values()} == {State.OK}
    assert str(rows[QUERY]["checkLastOutput"]).endswith("clients, standby 0 bytes behind")
    assert rows[WHOLE]["checkLastOutput"] == "6 of 6 ok"
    groups = shop.site.client.groups()
    assert (groups["shop"]["checkGroupSize"], groups["shop"]["checkGroupOk"]) == (6, 6)
    assert groups["services"]["checkGroupWorstState"] == State.OK
    metrics = {
        (row["checkMetricCheck"], row["checkMetricLabel"]): row
        for row in shop.site.client.metrics().values()
    }
    clients = metrics[QUERY, "clients"]
    assert 1 <= int(str(clients["checkMetricValue"])) < ROOM
    assert clients["checkMetricCritical"] == str(ROOM)
    behind = metrics[QUERY, "behind"]
    assert (behind["checkMetricValue"], behind["checkMetricUnit"]) == ("0", "B")
    assert 58 < float(str(metrics[PAGE, "certificate"]["checkMetricValue"])) < 60.1
    assert (SOCKET, "time") in metrics and (PAGE, "time") in metrics
    shop.expect_told()


def test_a_server_that_died_is_one_alarm_until_it_serves_again(shop: Shop) -> None:
    shop.open()
    shop.wait_for()
    with shop.unseen():
        shop.server.kill()
    down = [(PROCESS, "FAILED", 2), (WHOLE, "FAILED", 2)]
    rows = shop.wait_for(
        shop_db_process=2, shop_db_socket=12, shop_db_ready=2, shop_db_query=2, web_shop=2
    )
    wait_until(lambda: shop.suppressed() == {SOCKET, READY, QUERY}, "all above are suppressed")
    assert rows[READY]["checkLastMeaning"] == "no answer"
    assert PROCESS in str(rows[WHOLE]["checkLastOutput"])
    shop.expect_told(*down)

    with shop.unseen():
        shop.server.start_as_standby(is_readable=False)
    starting = [*down, (PROCESS, "RECOVERED", 0), (READY, "FAILED", 1)]
    rows = shop.wait_for(shop_db_ready=1, shop_db_query=2, web_shop=2)
    assert rows[READY]["checkLastMeaning"] == "starting or stopping"
    assert rows[READY]["checkPreviousStatus"] == 2
    wait_until(lambda: shop.suppressed() == {QUERY}, "what is above that is suppressed")
    shop.expect_told(*starting)

    shop.server.promote()
    rows = shop.wait_for()
    wait_until(lambda: not shop.suppressed(), "nothing is suppressed any more")
    assert rows[WHOLE]["checkStateChanges"] == 2
    shop.expect_told(*starting, (READY, "RECOVERED", 0), (WHOLE, "RECOVERED", 0))


def test_a_server_that_was_stopped_is_not_one_that_died(shop: Shop) -> None:
    shop.open()
    shop.wait_for()
    shop.server.stop()
    rows = shop.wait_for(
        shop_db_process=25, shop_db_socket=25, shop_db_ready=2, shop_db_query=2, web_shop=2
    )
    assert rows[PROCESS]["checkLastMeaning"] == "not there"


def test_too_many_clients_is_another_code_than_few_connections_left(shop: Shop) -> None:
    shop.open()
    shop.wait_for()
    told: Told = []
    for sessions, status, whole, kind, meaning in (
        (ROOM - 3, 10, 1, "FAILED", "few connections left"),
        (ROOM, 11, 2, "CHANGED", "too many clients"),
        (ROOM - 3, 10, 1, "CHANGED", "few connections left"),
        (0, 0, 0, "RECOVERED", ""),
    ):
        shop.server.hold_sessions(sessions)
        rows = shop.wait_for(shop_db_query=status, web_shop=whole)
        assert rows[QUERY]["checkLastMeaning"] == meaning
        told += [(QUERY, kind, status), (WHOLE, kind, whole)]
        shop.expect_told(*told)


def test_a_standby_that_does_not_fetch_is_far_behind(shop: Shop) -> None:
    shop.open()
    shop.wait_for()
    shop.server.query("SELECT pg_create_physical_replication_slot('standby', true)")
    for _ in range(9):
        shop.server.query(
            "SELECT pg_logical_emit_message(false, 'test', 'text'), pg_switch_wal()"
        )
    rows = shop.wait_for(shop_db_query=20, web_shop=1)
    assert rows[QUERY]["checkLastMeaning"] == "a standby is far behind"
    shop.server.query("SELECT pg_drop_replication_slot('standby')")
    shop.wait_for()


def test_a_server_that_became_a_standby_only_reads(shop: Shop) -> None:
    shop.server.kill()
    shop.server.start_as_standby(is_readable=True)
    shop.open()
    rows = shop.wait_for(shop_db_query=30, web_shop=2)
    assert rows[QUERY]["checkLastMeaning"] == "it only reads"


def test_no_session_for_a_role_that_is_gone(shop: Shop) -> None:
    shop.server.query("DROP ROLE checkd")
    shop.open()
    rows = shop.wait_for(shop_db_query=2, web_shop=2)
    assert rows[QUERY]["checkLastMeaning"] == "no session"
    assert 'role "checkd" does not exist' in str(rows[QUERY]["checkLastOutput"])


def test_nginx_gone_is_one_alarm_and_no_alarm_of_the_database(shop: Shop) -> None:
    shop.open()
    shop.wait_for()
    with shop.unseen():
        shop.nginx.kill()
    down = [(WEB_PROCESS, "FAILED", 2), (WHOLE, "FAILED", 2)]
    shop.wait_for(shop_web_process=2, shop_web_page=12, web_shop=2)
    wait_until(lambda: shop.suppressed() == {PAGE}, "the page is suppressed")
    shop.expect_told(*down)
    with shop.unseen():
        shop.nginx.start()
    shop.wait_for()
    shop.expect_told(*down, (WEB_PROCESS, "RECOVERED", 0), (WHOLE, "RECOVERED", 0))


def test_a_certificate_that_ends_soon_is_a_warning_of_all_of_it(shop: Shop) -> None:
    shop.open(certificate_days=20)
    rows = shop.wait_for(shop_web_page=1, web_shop=1)
    assert rows[WHOLE]["checkState"] == State.WARNING
    shop.expect_told((PAGE, "FAILED", 1), (WHOLE, "FAILED", 1))


def test_maintenance_keeps_all_of_it_silent(shop: Shop) -> None:
    shop.open(window="00:00-24:00")
    shop.wait_for()
    with shop.unseen():
        shop.nginx.kill()
    rows = shop.wait_for(shop_web_process=2, shop_web_page=12, web_shop=2)
    assert {row["checkAdminState"] for row in rows.values()} == {AdminState.MAINTENANCE}
    shop.expect_told()
