# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures: each test has a site of its own, and what it leaves behind fails it."""

import fcntl
import os
import subprocess
from pathlib import Path
from typing import Any, Generator, Iterator

import pytest

from testbed import BASE_MIBS, BUILD, Site
from snmp import Client, Traps

_HAS_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Lets a fixture know how its test went."""
    outcome = yield
    if outcome.get_result().failed:
        item.stash[_HAS_FAILED] = True


def _tail_of_logs(folder: Path) -> str:
    parts = []
    for file in sorted(folder.glob("*.log")):
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        parts.append(f"--- {file.name}\n" + "\n".join(lines[-60:]))
    return "\n".join(parts)


@pytest.fixture
def bare_site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A site in which nothing runs yet."""
    site = Site()
    try:
        yield site
        faults = site.close()
        if faults or request.node.stash.get(_HAS_FAILED, False):
            print(_tail_of_logs(site.folder))
        assert not faults, "\n".join(faults)
    finally:
        if os.environ.get("CHECKD_KEEP_FOLDERS") is None:
            site.remove()


@pytest.fixture
def site(bare_site: Site) -> Site:
    """A site in which the master agent and the receiver of notifications run."""
    bare_site.start_receiver()
    bare_site.master.start()
    return bare_site


@pytest.fixture
def client(site: Site) -> Client:
    return site.client


@pytest.fixture
def traps(site: Site) -> Traps:
    return site.traps


@pytest.fixture(scope="session")
def base_mibs() -> Path:
    """A folder with the MIB modules that CHECKD-MIB builds on."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "base-mibs.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        script = Path(__file__).with_name("base-mibs.sh")
        subprocess.run(["sh", str(script), str(BASE_MIBS)], check=True)
    return BASE_MIBS
