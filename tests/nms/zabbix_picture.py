# SPDX-License-Identifier: GPL-2.0-or-later
"""A picture of a host's dashboard, by chromium."""

import os
import subprocess
import tempfile
import urllib.parse
from pathlib import Path

from zabbix_api import Api, Host


def take_picture(api: Api, host: Host, folder: Path) -> None:
    """Writes dashboard.png, of the last five minutes, without the frame of the pages."""
    page = f"zabbix.php?action=host.dashboard.view&hostid={host.id}&from=now-5m&to=now&kiosk=1"
    login = {"name": "Admin", "password": "zabbix", "enter": "Sign in", "request": page}
    picture = folder.resolve() / "dashboard.png"
    with tempfile.TemporaryDirectory() as home:
        subprocess.run(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             f"--user-data-dir={home}/profile", "--window-size=1300,1080",
             "--virtual-time-budget=20000", f"--screenshot={picture}",
             f"{api.url}/index.php?{urllib.parse.urlencode(login)}"],
            check=True, capture_output=True, timeout=120,
            env={"PATH": os.environ["PATH"], "HOME": home},
        )  # fmt: skip
    assert picture.stat().st_size > 10_000
