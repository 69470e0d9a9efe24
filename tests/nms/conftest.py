# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests with real systems that poll checkd and receive its notifications."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from fixtures import (  # noqa: E402, F401
    bare_site,
    base_mibs,
    client,
    pytest_runtest_makereport,
    site,
    traps,
)
