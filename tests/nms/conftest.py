# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests with real systems that poll checkd and receive its notifications."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from fixtures import (  # noqa: E402, F401
    bare_site,
    base_mibs,
    client,
    pytest_runtest_makereport,
    site,
    traps,
)

if TYPE_CHECKING:
    from zabbix_place import Place


@pytest.fixture(scope="session")
def place() -> "Iterator[Place]":
    """What all tests of Zabbix share; what it takes is there for them alone."""
    from zabbix_place import Place

    place = Place()
    try:
        place.wait_until_polled()
        yield place
    finally:
        place.close()
