# SPDX-License-Identifier: GPL-2.0-or-later
"""What pytest finds by itself is what fixtures.py defines, for the tests of other folders too."""

from fixtures import (  # noqa: F401
    bare_site,
    base_mibs,
    client,
    pytest_runtest_makereport,
    site,
    traps,
)
