# SPDX-License-Identifier: GPL-2.0-or-later
"""The files for monitoring systems have the OIDs of the MIB, wherever its root is."""

import subprocess
from pathlib import Path

from testbed import BUILD, SOURCE

CONF = SOURCE / "conf"
MIB = SOURCE / "mibs" / "CHECKD-MIB.txt"
OWN_ROOT = "8072.9999.9999.2412"
MOVED_ROOT = "1.3.6.1.4.1.99999.7"


def files_with(text: str, folder: Path) -> list[Path]:
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        and "__pycache__" not in file.parts
        and text in file.read_text(encoding="utf-8", errors="replace")
    ]


def run(*arguments: object) -> str:
    done = subprocess.run(
        ["/usr/bin/python3", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{arguments}: {done.stderr}"
    return done.stdout


def test_every_name_is_in_the_mib_and_moves_with_its_root(tmp_path: Path) -> None:
    moved = tmp_path / "CHECKD-MIB.txt"
    moved.write_text(run(SOURCE / "mibs" / "move-mib.py", MIB, MOVED_ROOT))
    # What is not filled as it stands fills what it writes.
    scripts = {".py", ".build"}
    templates = [file for file in files_with("@oid:", CONF) if file.suffix not in scripts]
    assert len(templates) >= 10
    for template in templates:
        filled = run(CONF / "fill-oids.py", moved, template)
        assert "@oid:" not in filled, template
        assert MOVED_ROOT in filled, template
        assert OWN_ROOT not in filled, f"{template}: an OID that was typed"


def test_no_file_has_an_oid_that_does_not_move() -> None:
    assert not [file for file in files_with(OWN_ROOT, CONF) if file.parent != CONF]


def test_nothing_is_left_to_fill() -> None:
    left = files_with("@oid:", BUILD / "conf")
    assert not [file for file in left if file.suffix != ".in"]
