# SPDX-License-Identifier: GPL-2.0-or-later
"""checkd-snmp as a complete agent: what it serves and to whom, what it opens and keeps."""

import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Callable, Iterator, TypeVar

import pytest

import engine
import mib
from processes import is_alive, process_status, stays_true, wait_until
from snmp import Client, SnmpError, SnmpTimeout
from standalone import NOBODY, READABLE, Agent
from testbed import BUILD, Site

T = TypeVar("T")

SYSTEM = (1, 3, 6, 1, 2, 1, 1)
UP_TIME = SYSTEM + (3, 0)
AUTH_PRIV = ("-l", "authPriv", "-a", "SHA", "-A", "alicepass12", "-x", "AES", "-X", "alicepriv12")
ALICE = "createUser alice SHA alicepass12 AES alicepriv12\n"

IS_ROOT = os.geteuid() == 0


@pytest.fixture
def agent(bare_site: Site) -> Iterator[Agent]:
    """An agent that is not started yet."""
    one = Agent(bare_site)
    yield one
    one.stop()


def is_answered(agent: Agent, *options: str) -> bool:
    """Whether these options of snmpget get sysUpTime."""
    folder = f"{agent.folder}/client"
    done = subprocess.run(
        ["snmpget", *options, "-t1", "-r0", agent.client.address, mib.dotted(UP_TIME)],
        env={"PATH": os.environ["PATH"], "MIBS": "", "SNMP_PERSISTENT_DIR": folder},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0 and "Timeticks" in done.stdout


def system_texts(agent: Agent) -> dict[int, object]:
    return {oid[-2]: value.value for oid, value in agent.client.walk(SYSTEM)}


def test_a_walk_shows_what_a_subagent_shows(site: Site, agent: Agent) -> None:
    subagent = Agent(site)
    rows = [engine.row(f"{name}{i}") for name in ("a", "longer-name", "Z") for i in range(9)]
    publishers = (
        agent.launch(),
        subagent.launch(is_standalone=0, master=site.master.address),
    )
    for publisher in publishers:
        for row in rows:
            publisher.tell(engine.ROW, **row)
        publisher.tell(engine.SYNC)
        publisher.wait_until_serving()

    def both(read: Callable[[Client], T]) -> tuple[T, T]:
        values = read(agent.client), read(site.client)
        for publisher in publishers:
            publisher.listen()
        return values

    shown, other = both(Client.table)
    for each in [*shown.values(), *other.values()]:
        for column in ("checkLastRanAge", "checkLastChangeAge"):
            each.pop(column)
    assert len(shown) == 27 and shown == other
    walked, by_master = both(lambda client: [oid for oid, _ in client.walk()])
    assert walked == by_master
    by_bulk, _ = both(lambda client: [oid for oid, _ in client.bulk_walk(repetitions=7)])
    assert by_bulk == walked
    subagent.stop()


def test_what_is_not_there_is_told_as_such(agent: Agent) -> None:
    agent.start()
    assert agent.client.get(mib.column_oid("checkName", "nosuch")).type == "noSuchInstance"
    assert agent.client.get(mib.ROOT + (9, 9)).type == "noSuchObject"
    assert agent.client.get(SYSTEM + (1,)).type == "noSuchInstance"
    assert agent.client.get(SYSTEM + (8, 0)).type == "noSuchObject"
    assert agent.client.get_next(mib.ROOT + (9,))[1].type == "endOfMibView"
    assert agent.client.get_next(SYSTEM + (7, 0))[0] == mib.ROOT + (1, 1, 1, 0)


def test_the_system_group_is_there_and_its_texts_can_be_set_in_the_file(agent: Agent) -> None:
    agent.start()
    system = system_texts(agent)
    assert list(system) == [1, 2, 3, 4, 5, 6, 7]
    description = system[1]
    assert isinstance(description, bytes) and description.startswith(b"checkd ")
    assert os.uname().release.encode() in description
    assert (system[2], system[5], system[7]) == (mib.ROOT, os.uname().nodename.encode(), 72)
    assert (system[4], system[6]) == (b"", b"")
    agent.stop()
    agent.start(READABLE + "sysContact me\nsysName box\nsysLocation Room 5\nsysDescr mine\n")
    system = system_texts(agent)
    assert [system[i] for i in (1, 4, 5, 6)] == [b"mine", b"me", b"box", b"Room 5"]


def test_versions_and_users_are_those_of_the_file(agent: Agent) -> None:
    agent.start(READABLE + ALICE + "rouser alice priv\n")
    assert is_answered(agent, "-v1", "-c", "public")
    assert is_answered(agent, "-v2c", "-c", "public")
    assert is_answered(agent, "-v3", "-u", "alice", *AUTH_PRIV)
    assert not is_answered(agent, "-v2c", "-c", "private")
    assert not is_answered(agent, "-v3", "-u", "alice", "-l", "noAuthNoPriv")
    assert not is_answered(agent, "-v3", "-u", "alice", *AUTH_PRIV[:-1], "wrong-password")


def test_a_users_new_password_replaces_the_old_one(agent: Agent) -> None:
    agent.start(ALICE + "rouser alice priv\n")
    agent.stop()
    agent.start("createUser alice SHA otherpass12 AES otherpriv12\nrouser alice priv\n")
    others = ("-l", "authPriv", "-a", "SHA", "-A", "otherpass12", "-x", "AES", "-X", "otherpriv12")
    assert is_answered(agent, "-v3", "-u", "alice", *others)
    assert not is_answered(agent, "-v3", "-u", "alice", *AUTH_PRIV)


@pytest.mark.parametrize("tokens", [None, "sysContact me\n"])
def test_without_access_nothing_is_answered_and_the_log_says_so(
    agent: Agent, tokens: "str | None"
) -> None:
    publisher = agent.start(tokens)
    assert not is_answered(agent, "-v2c", "-c", "public")
    assert publisher.output.count("no access is configured") == 1


def test_no_other_file_is_read(agent: Agent) -> None:
    for folder in (agent.folder / ".snmp", agent.folder / "elsewhere"):
        folder.mkdir(mode=0o755)
        for name in ("snmp", "snmpd", "checkd-snmp"):
            (folder / f"{name}.conf").write_text("rocommunity public\n")
    agent.environment.update(
        HOME=str(agent.folder),
        SNMPCONFPATH=str(agent.folder / "elsewhere"),
        SNMP_PERSISTENT_DIR=str(agent.folder / "elsewhere"),
        SNMP_PERSISTENT_FILE=str(agent.folder / "elsewhere" / "snmp.conf"),
    )
    agent.start("rocommunity secret 127.0.0.1\n")
    assert is_answered(agent, "-v2c", "-c", "secret")
    assert not is_answered(agent, "-v2c", "-c", "public")
    assert agent.boots() == 1


def test_a_view_hides_what_is_not_in_it(agent: Agent) -> None:
    name = mib.dotted(mib.ENTRY + (2,))
    agent.start(
        f"view few included {name}\n"
        "com2sec local 127.0.0.1 public\n"
        "group readers v2c local\n"
        'access readers "" v2c noauth exact few none none\n'
    )
    walked = agent.client.walk(mib.ROOT)
    assert [value.text for _, value in walked] == ["check00000", "check00001", "check00002"]
    assert agent.client.get(mib.scalar_oid("checkNumber")).is_missing
    assert agent.client.walk(SYSTEM) == []


def test_a_set_is_refused(agent: Agent) -> None:
    agent.start(READABLE + "rwcommunity private 127.0.0.1\n")
    oids = (
        mib.column_oid("checkAdminState", "check00000"),
        mib.scalar_oid("checkNumber"),
        SYSTEM + (7, 0),
    )
    for oid in oids:
        with pytest.raises(SnmpError, match="notWritable"):
            agent.client.set(oid, "i", "2")


def test_bad_tokens_are_told_of_with_file_and_line_and_the_rest_is_read(agent: Agent) -> None:
    tokens = ("agentAddress udp:1161", "master agentx", "perl print 1", "exec x /bin/true")
    publisher = agent.start("\n".join(tokens) + "\nextend y /bin/true\n" + READABLE)
    lines = publisher.output.splitlines()
    for number, token in enumerate([*tokens, "extend"], 1):
        word = token.split()[0]
        told = [each for each in lines if f"{agent.config}: line {number}: " in each]
        assert len(told) == 1 and word in told[0], publisher.output
    assert is_answered(agent, "-v2c", "-c", "public")


def sockets_of(pid: int) -> set[str]:
    """The local ends of a process's sockets of the internet, as /proc/net has them."""
    inodes = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        target = os.readlink(entry)
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                found.add(f"{table}:{int(fields[1].split(':')[1], 16)}")
    return found


def test_no_port_is_open_but_those_to_listen_on(agent: Agent) -> None:
    other = agent.site.take_port()
    addresses = f"udp:127.0.0.1:{agent.port},udp6:[::1]:{other}"
    publisher = agent.start(READABLE + "rocommunity6 public ::1\n", listen=addresses)
    assert sockets_of(publisher.pid) == {f"udp:{agent.port}", f"udp6:{other}"}
    assert is_answered(agent, "-v2c", "-c", "public")
    agent.client.address = f"udp6:[::1]:{other}"
    assert is_answered(agent, "-v2c", "-c", "public")


@pytest.mark.skipif(not IS_ROOT, reason="needs root")
def test_it_becomes_the_user_and_has_no_privileges(agent: Agent) -> None:
    agent.persistent_dir.mkdir(mode=0o755)
    outside = agent.folder / "outside"
    outside.write_text("root's")
    (agent.persistent_dir / "hard").hardlink_to(outside)
    (agent.persistent_dir / "soft").symlink_to(outside)
    (agent.persistent_dir / "checkd-snmp.conf").write_text("engineBoots 6\n")
    agent.config.touch(mode=0o600)
    publisher = agent.start(listen=f"udp:127.0.0.1:{agent.port}")
    status = process_status(publisher.pid)
    for field in ("Uid", "Gid"):
        assert set(status[field].split()) == {str(NOBODY)}
    assert status["Groups"].split() == [str(NOBODY)]
    assert int(status["CapPrm"], 16) == int(status["CapEff"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    folder = agent.persistent_dir.stat()
    assert (folder.st_mode & 0o777, folder.st_uid, folder.st_gid) == (0o700, NOBODY, NOBODY)
    kept = (agent.persistent_dir / "checkd-snmp.conf").stat()
    assert (kept.st_mode & 0o777, kept.st_uid) == (0o600, NOBODY)
    assert outside.stat().st_uid == agent.folder.stat().st_uid == 0
    assert is_answered(agent, "-v2c", "-c", "public")


@pytest.mark.skipif(not IS_ROOT, reason="needs root")
def test_a_privileged_port_can_be_opened(agent: Agent) -> None:
    for port in random.sample(range(600, 1000), 20):
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind(("127.0.0.3", port))
        except OSError:
            continue
        break
    agent.client.address = f"udp:127.0.0.3:{port}"
    agent.start(listen=agent.client.address)
    assert is_answered(agent, "-v2c", "-c", "public")


@pytest.mark.skipif(not IS_ROOT, reason="needs root")
def test_what_the_user_can_write_is_not_read_with_the_rights_of_root(agent: Agent) -> None:
    secret = agent.folder / "secret.conf"
    secret.write_text("rocommunity public\n")
    secret.chmod(0o600)
    agent.persistent_dir.mkdir(mode=0o700)
    kept = agent.persistent_dir / "checkd-snmp.conf"
    kept.write_text(f"includeFile {secret}\n[snmp] logOption f {agent.folder}/written\n")
    agent.start("sysContact me\n")
    assert not is_answered(agent, "-v2c", "-c", "public")
    assert not (agent.folder / "written").exists()


def test_engine_boots_grow_and_the_engine_id_stays_whatever_ends_it(agent: Agent) -> None:
    publisher = agent.start()
    assert agent.boots() == 1
    engine_id = agent.kept("oldEngineID")
    for boots in (2, 3):
        publisher.kill()
        publisher = agent.start()
        assert agent.boots() == boots
        assert agent.kept("oldEngineID") == engine_id
    agent.stop()
    agent.start()
    assert agent.boots() == 4
    assert agent.kept("oldEngineID") == engine_id


def ended(agent: Agent) -> str:
    """Waits until it has ended with 1; what it said."""
    assert agent.publisher.wait() == 1, agent.publisher.output
    return agent.publisher.output


def test_a_port_that_is_taken_is_told_in_a_line(agent: Agent) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", agent.port))
        agent.launch()
        lines = [each for each in ended(agent).splitlines() if "error" in each]
    assert len(lines) == 1
    assert f"cannot listen on udp:127.0.0.1:{agent.port}: Address already in use" in lines[0]


@pytest.mark.parametrize(
    "listen", ["tcp:127.0.0.1:{port}", "unix:/tmp/x", "/tmp/x", "udp:127.0.0.300:{port}", ""]
)
def test_an_address_that_cannot_be_listened_on_is_told(agent: Agent, listen: str) -> None:
    address = listen.format(port=agent.port)
    agent.launch(listen=address)
    assert f"cannot listen on {address}: " in ended(agent)


def test_a_file_that_cannot_be_read_is_told(agent: Agent) -> None:
    for path in (agent.folder / "nosuch.conf", agent.folder):
        agent.launch(config=str(path))
        assert f"cannot read {path}: " in ended(agent)


@pytest.mark.skipif(not IS_ROOT, reason="needs root")
def test_a_file_that_others_can_write_is_not_read_as_root(agent: Agent) -> None:
    agent.config.write_text(READABLE)
    for mode, owner in ((0o664, 0), (0o646, 0), (0o600, NOBODY)):
        agent.config.chmod(mode)
        os.chown(agent.config, owner, owner)
        agent.launch(None, config=str(agent.config))
        assert f"cannot read {agent.config}: others than root can write it" in ended(agent)


def test_a_folder_that_cannot_be_used_is_told(agent: Agent) -> None:
    agent.persistent_dir.write_text("no folder")
    agent.launch()
    assert f"cannot use the folder {agent.persistent_dir}: " in ended(agent)


def test_the_folders_above_its_own_may_be_closed_to_the_user(agent: Agent) -> None:
    closed = agent.folder / "closed"
    closed.mkdir(mode=0o700)
    agent.persistent_dir = closed / "inside"
    publisher = agent.start(persistent_dir=str(agent.persistent_dir))
    publisher.kill()
    agent.start(persistent_dir=str(agent.persistent_dir))
    assert agent.boots() == 2


def test_rows_that_are_not_kept_current_are_not_served(agent: Agent) -> None:
    publisher = agent.start()
    publisher.fall_silent()
    wait_until(lambda: not agent.client.is_published(), "the subtree is gone", patience=30)
    assert is_answered(agent, "-v2c", "-c", "public")
    publisher.speak()
    publisher.wait_until_serving()
    assert agent.client.is_published()


def test_it_ends_with_the_engine(agent: Agent) -> None:
    publisher = agent.start()
    publisher.hang_up()
    assert publisher.wait() == 0


def get_bulk(names: int, repetitions: int) -> bytes:
    """A GETBULK of so many times the beginning of checkTable, by hand."""

    def ber(tag: int, content: bytes) -> bytes:
        size = len(content)
        length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
        return bytes([tag]) + length + content

    oid = bytes.fromhex("2b06010401bf08ce0fce0f926c0102")
    number = repetitions.to_bytes(4, "big")
    variables = ber(0x30, ber(0x30, ber(6, oid) + b"\x05\x00") * names)
    pdu = ber(0xA5, b"\x02\x01\x07\x02\x01\x00" + ber(2, number) + variables)
    return ber(0x30, b"\x02\x01\x01" + ber(4, b"public") + pdu)


def test_a_bulk_request_without_measure_is_bounded(agent: Agent) -> None:
    publisher = agent.start(rows=2000)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as manager:
        manager.settimeout(10)
        for names in (1, 40, 1000):
            began = time.monotonic()
            manager.sendto(get_bulk(names, 2**31 - 1), ("127.0.0.1", agent.port))
            assert 0 < len(manager.recv(65536)) < 65508
            assert time.monotonic() - began < 5
    assert is_answered(agent, "-v2c", "-c", "public"), publisher.output


def resident_kib(pid: int) -> int:
    return int(process_status(pid)["VmRSS"].split()[0])


def test_garbage_neither_ends_it_nor_makes_it_grow_nor_fills_the_log(agent: Agent) -> None:
    # What the sanitizer keeps of freed memory is no growth.
    agent.environment["ASAN_OPTIONS"] = "quarantine_size_mb=1:thread_local_quarantine_size_kb=64"
    publisher = agent.start(READABLE + ALICE + "rouser alice priv\n")
    chance = random.Random(2412)
    whole = get_bulk(3, 5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:

        def flood(count: int) -> None:
            for i in range(count):
                packet = bytearray(whole if i % 2 else chance.randbytes(chance.randrange(1, 1400)))
                if i % 2:
                    for _ in range(chance.randrange(1, 6)):
                        packet[chance.randrange(len(packet))] = chance.randrange(256)
                peer.sendto(packet, ("127.0.0.1", agent.port))
                if i % 200 == 0:  # what does not fit its socket's buffer would be lost
                    publisher.listen()
                    wait_until(lambda: is_answered(agent, "-v2c", "-c", "public"), "it answers")

        flood(3000)
        before = resident_kib(publisher.pid)
        flood(12000)
    assert publisher.is_running, publisher.output
    assert resident_kib(publisher.pid) - before < 4096
    assert len(publisher.output) < 100_000


def test_a_flood_of_requests_does_not_keep_it_from_the_engine(agent: Agent) -> None:
    publisher = agent.start()
    packet = get_bulk(50, 100)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        deadline = time.monotonic() + 3
        number = 0
        while time.monotonic() < deadline:
            if number - len(publisher.accepted) < 50:
                number += 1
                publisher.notify(number)
            for _ in range(200):
                peer.sendto(packet, ("127.0.0.1", agent.port))
            publisher.listen()
        publisher.wait_for_accepted(number)


def test_checkd_runs_it_and_starts_it_anew(bare_site: Site) -> None:
    config = bare_site.folder / "standalone.conf"
    config.write_text(READABLE)
    config.chmod(0o600)
    checkd = bare_site.start(
        [bare_site.dial("web").check()],
        snmp={
            "mode": "standalone",
            "listen": bare_site.client.address,
            "config": str(config),
        },
    )
    bare_site.wait_for("web", {"checkLastStatus": 0})
    first = checkd.publisher_pid
    assert first is not None
    if IS_ROOT:
        assert "0" not in process_status(first)["Uid"].split()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: checkd.publisher_pid not in (None, first), "another publisher runs")
    wait_until(bare_site.client.is_published, "the table is served again")
    bare_site.wait_for_runs("web", 2)


def test_a_reload_takes_a_changed_file_of_tokens_into_use(bare_site: Site) -> None:
    config = bare_site.folder / "standalone.conf"
    config.write_text("rocommunity secret 127.0.0.1\n")
    config.chmod(0o600)
    settings = {"mode": "standalone", "listen": bare_site.client.address, "config": str(config)}
    checkd = bare_site.start([bare_site.dial("web").check()], snmp=settings, wait=False)
    checkd.wait_for_log("publisher: the table is served")
    publisher = checkd.publisher_pid
    checkd.reload()
    assert not bare_site.client.is_published()
    assert checkd.publisher_pid == publisher
    config.write_text(READABLE)
    checkd.reload()
    wait_until(bare_site.client.is_published, "the new community is answered")


def test_a_publisher_that_hangs_ends_with_the_engine(bare_site: Site) -> None:
    """By a signal, which a change of its user would have cleared; it cannot see the socket."""
    config = bare_site.folder / "standalone.conf"
    config.write_text(READABLE)
    settings = {"mode": "standalone", "listen": bare_site.client.address, "config": str(config)}
    checkd = bare_site.start([bare_site.dial("web").check()], snmp=settings)
    publisher = checkd.publisher_pid
    assert publisher is not None
    os.kill(publisher, signal.SIGSTOP)
    checkd.kill()
    wait_until(lambda: not is_alive(publisher), "it has ended")


def test_the_example_is_read_without_complaint(agent: Agent) -> None:
    example = (BUILD / "conf" / "standalone.conf").read_text()
    publisher = agent.start(example)
    assert "error" not in publisher.output and "warning" not in publisher.output
    assert is_answered(agent, "-v2c", "-c", "public")
    assert agent.client.is_published()
    shown = [line[1:] for line in example.splitlines() if line[:1] == "#" and line[1:2] != " "]
    agent.stop()
    publisher = agent.start("".join(
        line.replace("PASSWORD", "password1").replace("RECEIVER", "127.0.0.1:9") + "\n"
        for line in shown if line
    ))  # fmt: skip
    assert len(shown) > 4 and "error" not in publisher.output, publisher.output


def test_a_community_that_is_not_known_is_no_answer_at_all(agent: Agent) -> None:
    agent.start()
    with pytest.raises(SnmpTimeout):
        agent.client.run("snmpget", mib.dotted(UP_TIME), community="x", timeout=1, retries=0)
    stays_true(lambda: agent.publisher.is_running, "it runs", 0.2)
