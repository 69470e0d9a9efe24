# SPDX-License-Identifier: GPL-2.0-or-later
"""Probes against real servers, and what the table and the notifications show of them."""

import os
import re
import shutil
import subprocess
from enum import IntEnum
from pathlib import Path
from typing import Any, Iterator, Sequence

import pytest

from mib import Outcome, State
from servers import Authority, Dnsmasq, Listener, Nginx
from snmp import Row
from testbed import CHECKD, SOURCE, Config, Site


class Status(IntEnum):
    """The exit codes of probes, as src/core/probe_status.h has them."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    NO_NAME = 10
    NO_RESOLVER = 11
    REFUSED = 12
    UNREACHABLE = 13
    CONNECT_TIMEOUT = 14
    LOST = 15
    TLS_FAILED = 16
    UNTRUSTED = 17
    EXPIRED = 18
    WRONG_NAME = 19
    UNEXPECTED = 20
    LATE = 21
    HTTP_STATUS = 22
    REDIRECTS = 23
    NO_RECORD = 24
    ABSENT = 25
    PRESENT = 26


def probe(kind: str, **keys: Any) -> Config:
    return {"name": f"a-{kind}", "type": kind, "interval": "500ms", "timeout": "5s", **keys}


def result_of(site: Site, check: Config, **options: Any) -> Row:
    """Starts checkd with the one check and returns its row after the first run."""
    site.start([check], **options)
    row = site.wait_for(check["name"], {"checkStale": 2})
    while row["checkLastOutcome"] == Outcome.NEVER:
        site.wait_for_runs(check["name"])
        row = site.client.row(check["name"])
    return row


def expect_status(row: Row, status: Status) -> None:
    assert (row["checkLastOutcome"], row["checkLastStatus"]) == (Outcome.EXITED, status), row


@pytest.fixture
def authority(site: Site) -> Authority:
    return Authority(site.folder / "authority")


@pytest.fixture
def nginx(site: Site, authority: Authority) -> Iterator[Nginx]:
    server = Nginx(
        site,
        {
            "valid": authority.issue("valid", "DNS:localhost,IP:127.0.0.1"),
            "expired": authority.issue(
                "expired", "IP:127.0.0.1", "20200101000000Z", "20210101000000Z"
            ),
            "other": authority.issue("other", "DNS:other.example"),
        },
    )
    yield server
    server.stop()


@pytest.fixture
def dnsmasq(site: Site) -> Iterator[Dnsmasq]:
    server = Dnsmasq(site)
    yield server
    server.stop()


def https(nginx: Nginx, name: str, authority: Authority, **keys: Any) -> Config:
    url = f"https://127.0.0.1:{nginx.tls_ports[name]}/"
    return probe("http", url=url, ca_file=str(authority.file), **keys)


def tls(nginx: Nginx, name: str, authority: Authority, **keys: Any) -> Config:
    return probe(
        "tcp", host="127.0.0.1", port=nginx.tls_ports[name], tls=True,
        ca_file=str(authority.file), **keys,
    )  # fmt: skip


@pytest.mark.parametrize("ask", [https, tls])
def test_a_valid_certificate_is_ok(
    site: Site, nginx: Nginx, authority: Authority, ask: Any
) -> None:
    row = result_of(site, ask(nginx, "valid", authority))
    expect_status(row, Status.OK)
    assert re.search(r"certificate ends in (9\.9|10\.0) days$", str(row["checkLastOutput"]))


@pytest.mark.parametrize("ask", [https, tls])
def test_an_expired_certificate_is_expired(
    site: Site, nginx: Nginx, authority: Authority, ask: Any
) -> None:
    expect_status(result_of(site, ask(nginx, "expired", authority)), Status.EXPIRED)


@pytest.mark.parametrize("ask", [https, tls])
def test_a_certificate_for_another_name_is_told(
    site: Site, nginx: Nginx, authority: Authority, ask: Any
) -> None:
    expect_status(result_of(site, ask(nginx, "other", authority)), Status.WRONG_NAME)


@pytest.mark.parametrize("ask", [https, tls])
def test_an_unknown_authority_is_not_trusted(
    site: Site, nginx: Nginx, authority: Authority, ask: Any
) -> None:
    check = ask(nginx, "valid", authority)
    del check["ca_file"]
    row = result_of(site, check)
    expect_status(row, Status.UNTRUSTED)
    assert row["checkState"] == State.CRITICAL
    assert row["checkLastMeaning"] == "certificate not trusted"


@pytest.mark.parametrize("ask", [https, tls])
def test_a_certificate_that_is_not_verified_may_be_any(
    site: Site, nginx: Nginx, authority: Authority, ask: Any
) -> None:
    expect_status(result_of(site, ask(nginx, "expired", authority, verify=False)), Status.OK)


@pytest.mark.parametrize("ask", [https, tls])
@pytest.mark.parametrize("key", ["warning", "critical"])
def test_a_certificate_that_ends_soon_is_beyond_its_threshold(
    site: Site, nginx: Nginx, authority: Authority, ask: Any, key: str
) -> None:
    row = result_of(site, ask(nginx, "valid", authority, **{f"{key}_certificate": "11d"}))
    expect_status(row, Status[key.upper()])


def test_another_server_name_is_asked_for(
    site: Site, nginx: Nginx, authority: Authority
) -> None:
    row = result_of(site, tls(nginx, "other", authority, server_name="other.example"))
    expect_status(row, Status.OK)


def test_a_conversation_goes_over_tls(site: Site, nginx: Nginx, authority: Authority) -> None:
    row = result_of(
        site,
        tls(
            nginx, "valid", authority,
            send="GET / HTTP/1.0\r\n\r\n", expect="All is well", pattern="^HTTP/1.1 200",
        ),
    )  # fmt: skip
    expect_status(row, Status.OK)


def test_a_port_without_tls_fails_the_handshake(
    site: Site, nginx: Nginx, authority: Authority
) -> None:
    check = probe("http", url=f"https://127.0.0.1:{nginx.port}/", ca_file=str(authority.file))
    expect_status(result_of(site, check), Status.TLS_FAILED)


@pytest.mark.parametrize(
    "path, keys, status",
    [
        ("", {"expect": "All is well", "pattern": "^All"}, Status.OK),
        ("", {"pattern": "ill"}, Status.UNEXPECTED),
        ("fails", {}, Status.HTTP_STATUS),
        ("fails", {"status": [200, "500-599"]}, Status.OK),
        ("away", {}, Status.HTTP_STATUS),
        ("away", {"redirects": 1, "expect": "All is well"}, Status.OK),
        ("loop", {"redirects": 5}, Status.REDIRECTS),
        ("post", {"method": "POST", "send": "a=b", "expect": "posted"}, Status.OK),
        ("header", {"headers": {"X-Test": "yes"}}, Status.OK),
        ("", {"method": "HEAD"}, Status.OK),
    ],
)
def test_an_answer_of_http_is_judged(
    site: Site, nginx: Nginx, path: str, keys: Config, status: Status
) -> None:
    row = result_of(site, probe("http", url=f"http://localhost:{nginx.port}/{path}", **keys))
    expect_status(row, status)


def test_a_unix_socket_is_spoken_to(site: Site, nginx: Nginx) -> None:
    check = probe("unix", path=str(nginx.socket), send="GET / HTTP/1.0\r\n\r\n", expect="well")
    expect_status(result_of(site, check), Status.OK)


@pytest.mark.parametrize(
    "keys, status",
    [
        ({"host": "www.test"}, Status.OK),
        ({"host": "www.test", "answers": "192.0.2.7"}, Status.OK),
        ({"host": "www.test", "answers": ["192.0.2.7", "192.0.2.8"]}, Status.UNEXPECTED),
        ({"host": "six.test", "record": "AAAA", "answers": "::7"}, Status.OK),
        ({"host": "alias.test", "record": "CNAME", "answers": "WWW.test."}, Status.OK),
        ({"host": "mail.test", "record": "MX", "answers": "10 mx.test"}, Status.OK),
        ({"host": "text.test", "record": "TXT", "answers": "hello world"}, Status.OK),
        ({"host": "_sip._tcp.test", "record": "SRV", "answers": "1 0 5060 sip.test"}, Status.OK),
        ({"host": "192.0.2.7", "record": "PTR", "answers": "www.test"}, Status.OK),
        ({"host": "none.test"}, Status.NO_NAME),
        ({"host": "www.test", "record": "MX"}, Status.NO_RECORD),
        ({"host": "www.elsewhere"}, Status.NO_RESOLVER),
    ],
)
def test_an_answer_of_the_dns_is_judged(
    site: Site, dnsmasq: Dnsmasq, keys: Config, status: Status
) -> None:
    row = result_of(site, probe("dns", server="127.0.0.1", port=dnsmasq.port, **keys))
    expect_status(row, status)


def test_a_dns_server_that_is_not_there_refuses(site: Site) -> None:
    check = probe("dns", host="www.test", server="127.0.0.1", port=site.take_port())
    expect_status(result_of(site, check), Status.REFUSED)


def test_from_refused_to_silent_is_a_change_and_a_notification(site: Site) -> None:
    port = site.take_port()
    check = probe("tcp", host="127.0.0.1", port=port, expect="220 ", timeout="300ms")
    row = result_of(site, check)
    expect_status(row, Status.REFUSED)
    listener = Listener(port)
    site.wait_for(check["name"], {"checkLastStatus": Status.LATE, "checkStatusChanges": 1})
    listener.close()
    trap = site.traps.wait_for(check["name"], 2)[-1]
    assert trap.kind == "checkChanged"
    assert trap["checkPreviousStatus"] == Status.REFUSED
    assert trap["checkLastStatus"] == Status.LATE
    assert trap["checkLastMeaning"] == "no answer in time"


def test_an_expected_greeting_is_ok(site: Site) -> None:
    port = site.take_port()
    listener = Listener(port, b"220 mail.example ready\r\n")
    row = result_of(site, probe("tcp", host="localhost", port=port, pattern="^220 [a-z.]+ ready"))
    expect_status(row, Status.OK)
    listener.close()


def test_what_a_server_says_is_shown_clean(site: Site) -> None:
    port = site.take_port()
    listener = Listener(port, b"\x1b[31mno\xff|\x00 way\r\n")
    row = result_of(
        site, probe("tcp", host="127.0.0.1", port=port, expect="220 ", timeout="300ms")
    )
    expect_status(row, Status.UNEXPECTED)
    assert "[31mno\N{REPLACEMENT CHARACTER}|  way" in str(row["checkLastOutput"])
    listener.close()


def test_a_file_and_a_process_are_looked_at(site: Site) -> None:
    file = site.folder / "log"
    file.write_text("started\nready\n")
    checks = [
        probe("file", path=str(file), pattern="^ready$", lines=1),
        probe("process", process="checkd", pid_file=str(site.folder / "none.pid")),
    ]
    site.start(checks)
    site.wait_for("a-file", {"checkLastStatus": Status.OK})
    site.wait_for("a-process", {"checkLastStatus": Status.ABSENT})
    file.write_text("started\nready\nfailed\n")
    site.wait_for("a-file", {"checkLastStatus": Status.UNEXPECTED})
    file.unlink()
    site.wait_for("a-file", {"checkLastStatus": Status.ABSENT})


def test_a_map_of_its_own_gives_a_probe_other_states(site: Site) -> None:
    row = result_of(
        site,
        probe("file", path="/nonexistent", codes=["0 ok", "25 warning gone", "* critical"]),
    )
    assert (row["checkState"], row["checkLastMeaning"]) == (State.WARNING, "gone")


# A network of its own: lo, where what is not its own is lost, and routes that lead nowhere.
_NETWORK = """
ip link set lo up
ip route add 192.0.2.0/24 dev lo src 127.0.0.1 || exit 9
ip route add unreachable 198.51.100.0/24
ip route add blackhole 203.0.113.0/24
echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range || exit 9
"""


def _namespace(then: str) -> Sequence[str]:
    return ("unshare", "-n", "sh", "-c", f'({_NETWORK}) >/dev/null 2>&1 || {then}\nexec "$@"', "sh")


@pytest.fixture
def namespace() -> Sequence[str]:
    """What a program is started with to be in such a network."""
    if shutil.which("ip") is None:
        pytest.skip("needs ip, of the package iproute2")
    done = subprocess.run([*_namespace("exit 9"), "true"], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("no network namespace of our own can be had here")
    return _namespace("exit 9")


@pytest.mark.parametrize(
    "check, status",
    [
        (probe("tcp", host="192.0.2.9", port=1, timeout="500ms"), Status.CONNECT_TIMEOUT),
        (probe("tcp", host="198.51.100.1", port=1), Status.UNREACHABLE),
        (probe("tcp", host="203.0.113.1", port=1), Status.UNREACHABLE),
        (probe("tcp", host="127.0.0.1", port=1), Status.REFUSED),
        (probe("http", url="http://192.0.2.9/", timeout="500ms"), Status.CONNECT_TIMEOUT),
        (probe("http", url="http://198.51.100.1/"), Status.UNREACHABLE),
        (probe("dns", host="a.test", server="192.0.2.9", timeout="500ms"), Status.LATE),
        (probe("ping", host="127.0.0.1", spacing="10ms"), Status.OK),
        (probe("ping", host="::1", spacing="10ms"), Status.OK),
        (probe("ping", host="192.0.2.9", spacing="10ms", timeout="500ms"), Status.LATE),
        (probe("ping", host="198.51.100.1"), Status.UNREACHABLE),
    ],
)
def test_each_way_to_be_out_of_reach_is_told_from_the_others(
    site: Site, namespace: Sequence[str], check: Config, status: Status
) -> None:
    expect_status(result_of(site, check, program=(*namespace, str(CHECKD))), status)


def test_every_status_is_in_the_manual_page() -> None:
    manual = (SOURCE / "src/engine/checkd.yaml.5").read_text("utf-8")
    header = (SOURCE / "src/core/probe_status.h").read_text("utf-8")
    numbers = re.findall(r"PROBE_STATUS_\w+ = (\d+),", header)
    assert len(numbers) > 20
    for number in numbers:
        assert re.search(rf"^\.It {number} Ta ", manual, re.MULTILINE), number
