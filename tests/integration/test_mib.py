# SPDX-License-Identifier: GPL-2.0-or-later
"""CHECKD-MIB by itself: smilint has nothing to say, and the build option moves its root."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import mib
from testbed import MIB_FILE, SOURCE

COMMITTED = SOURCE / "mibs" / "CHECKD-MIB.txt"
DEFAULT_OID = mib.dotted(mib.ROOT).lstrip(".")
MOVED_OIDS = ["1.3.6.1.4.1.99999", "1.3.6.1.4.1.99999.1.5.7", "1.3.6.1.3.77", f"{DEFAULT_OID}.1"]


def move(oid: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(SOURCE / "mibs" / "move-mib.py"), str(COMMITTED), oid],
        capture_output=True,
        text=True,
        check=False,
    )


def smilint(file: Path, base_mibs: Path, folder: Path) -> str:
    """What smilint says of a file at its strictest."""
    config = folder / "smi.conf"
    config.write_text(f"path {base_mibs}\n")
    command = ["smilint", "-c", str(config), "-s", "-l", "6", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def translate(name: str, mib_folder: Path, base_mibs: Path) -> str:
    """The OID of a name by net-snmp's parser, which must have nothing to say of the file."""
    done = subprocess.run(
        ["snmptranslate", "-On", f"CHECKD-MIB::{name}"],
        env={
            "PATH": os.environ["PATH"],
            "MIBS": "CHECKD-MIB",
            "MIBDIRS": f"{mib_folder}:{base_mibs}",
            "SNMPCONFPATH": str(mib_folder),
            "SNMP_PERSISTENT_DIR": str(mib_folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if not line.startswith("Created directory")]
    assert (done.returncode, told) == (0, [])
    return done.stdout.strip().lstrip(".")


def test_smilint_is_silent(base_mibs: Path, tmp_path: Path) -> None:
    assert smilint(COMMITTED, base_mibs, tmp_path) == ""


def test_smilint_would_speak_up(base_mibs: Path, tmp_path: Path) -> None:
    broken = tmp_path / "CHECKD-MIB.txt"
    broken.write_text(COMMITTED.read_text().replace("        checkRunNow\n", "        checkOops\n"))
    assert "checkOops" in smilint(broken, base_mibs, tmp_path)


def test_the_default_leaves_the_file_as_it_is_committed() -> None:
    assert move(DEFAULT_OID).stdout == COMMITTED.read_text()
    assert MIB_FILE.read_text() == COMMITTED.read_text()


@pytest.mark.parametrize("oid", MOVED_OIDS)
def test_the_root_moves_and_all_else_with_it(oid: str, base_mibs: Path, tmp_path: Path) -> None:
    moved = move(oid)
    assert (moved.returncode, moved.stderr) == (0, "")
    (tmp_path / "CHECKD-MIB.txt").write_text(moved.stdout)
    assert smilint(tmp_path / "CHECKD-MIB.txt", base_mibs, tmp_path) == ""
    assert translate("checkMIB", tmp_path, base_mibs) == oid
    assert translate("checkState", tmp_path, base_mibs) == f"{oid}.1.2.1.8"


@pytest.mark.parametrize(
    "oid",
    ["", "1", "1.3.6.1.4.1", "1.3.6.1.2.1.99", "1.3.6.1.4.1.", "1.3.6.1.4.1.x", "1.3.6.1.4.1.01",
     ".1.3.6.1.4.1.9", "1.3.6.1.4.1.4294967296", "1.3.6.1.4.1" + ".1" * 60],
)
def test_what_is_no_place_for_a_root_is_refused(oid: str) -> None:
    refused = move(oid)
    assert refused.returncode != 0
    assert refused.stdout == ""
    assert refused.stderr.startswith("oid ")


def test_the_programs_and_the_mib_move_together(tmp_path: Path) -> None:
    build = tmp_path / "build"
    subprocess.run(
        ["meson", "setup", "-Doid=1.3.6.1.4.1.99999.1.5", "-Dtests=false", str(build), str(SOURCE)],
        check=True,
        capture_output=True,
    )
    header = (build / "src" / "snmp" / "checkd_oid.h").read_text()
    assert "#define CHECKD_OID_ARCS 1, 3, 6, 1, 4, 1, 99999, 1, 5\n" in header
    assert "{ checkdArc2 5 }" in (build / "mibs" / "CHECKD-MIB.txt").read_text()
