# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks and clocks that are wrong, for checkd alone: a small file system of memory that can
be filled, and a library that is preloaded (shim.c)."""

import ctypes
import errno
import mmap
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Optional, Type

import pytest

from testbed import Site

_SHIM_SOURCE = Path(__file__).with_name("shim.c")


def _can_mount() -> bool:
    """In a namespace of its own, so that a try leaves nothing behind."""
    trial = "mount -t tmpfs -o size=64k none /mnt && umount /mnt"
    command = ["unshare", "--mount", "sh", "-c", trial]
    return os.geteuid() == 0 and subprocess.run(
        command, capture_output=True, check=False
    ).returncode == 0


CAN_MOUNT = _can_mount()

needs_mount = pytest.mark.skipif(not CAN_MOUNT, reason="a file system cannot be mounted here")


class SmallDisk:
    """A file system of memory with a size of its own, at a new folder."""

    def __init__(self, folder: Path, size_mb: int = 64) -> None:
        self.folder = folder
        self._size_mb = size_mb
        self._ballast = folder / "ballast"

    def __enter__(self) -> "SmallDisk":
        self.folder.mkdir()
        options = f"size={self._size_mb}m,mode=0755"
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "checkd-test", str(self.folder)], check=True
        )
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        # What still uses it, such as a checkd that its site has yet to stop, may end later.
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    @property
    def free_octets(self) -> int:
        figures = os.statvfs(self.folder)
        return figures.f_bavail * figures.f_frsize

    def fill(self) -> None:
        """To the last octet."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(bytes(size))
                except OSError as failure:
                    assert failure.errno == errno.ENOSPC, failure
        assert self.free_octets == 0

    def empty(self) -> None:
        self._ballast.unlink(missing_ok=True)


class _Page(ctypes.Structure):
    """What shim.c reads, by the same name."""

    _fields_ = [
        ("clock_offset_s", ctypes.c_int64),
        ("disk_error", ctypes.c_int32),
        ("disk_delay_ms", ctypes.c_int32),
    ]


class Shim:
    """The library, and the page by which it is told what to do. checkd loads it; scripts and
    the publisher have clean environments and so do not. The faults of the disk are those of
    the files whose paths begin with that of the database."""

    def __init__(self, site: Site, database: Optional[Path] = None) -> None:
        folder = site.folder
        library = folder / "shim.so"
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", str(library), str(_SHIM_SOURCE)],
            check=True,
        )
        file = folder / "shim.page"
        file.write_bytes(bytes(mmap.PAGESIZE))
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), mmap.PAGESIZE)
        self._page = _Page.from_buffer(self._memory)
        site.environment |= {
            "LD_PRELOAD": str(library),
            "CHECKD_TEST_SHIM": str(file),
            "CHECKD_TEST_SHIM_DISK": str(database or folder / "checkd.db"),
        }
        site.environment["ASAN_OPTIONS"] += ":verify_asan_link_order=0"

    def set_clock(self, offset_s: int) -> None:
        """The wall clock goes wrong by that much, at once."""
        self._page.clock_offset_s = offset_s

    def fail_disk(self, error: int = errno.EIO) -> None:
        """Each write and each sync fails."""
        self._page.disk_error = error

    def slow_disk(self, delay_ms: int) -> None:
        """Each write and each sync takes that much longer."""
        self._page.disk_delay_ms = delay_ms

    def heal_disk(self) -> None:
        self._page.disk_error = 0
        self._page.disk_delay_ms = 0


