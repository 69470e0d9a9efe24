# SPDX-License-Identifier: GPL-2.0-or-later
"""The manual pages as their sources have them: sections, displays, and what escapes mean."""

import re
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PAGES = sorted((SOURCE / "src").glob("*/*.[1578]"))

_ESCAPES = {r"\(dq": '"', r"\(aq": "'", r"\e": "\\", r"\-": "-", r"\&": "", r"\ ": " "}
_ESCAPE = re.compile("|".join(map(re.escape, _ESCAPES)))


def plain(text: str) -> str:
    """What is shown of a text."""
    return _ESCAPE.sub(lambda found: _ESCAPES[found[0]], text)


@dataclass(frozen=True)
class Display:
    """A block of literal text."""

    page: str
    line: int
    section: str
    under: str  # the key or the subsection that it explains; empty in a section without any
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def displays(page: Path) -> list[Display]:
    """The literal displays of a page, in order."""
    found = []
    section = under = ""
    begin = 0
    lines = page.read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith(".Sh "):
            section, under = line[4:], ""
        elif line.startswith(".Ss "):
            under = line[4:]
        elif line.startswith(".It Ic "):
            under = line.split()[2]
        elif line.startswith(".Bd -literal"):
            begin = number
        elif line == ".Ed" and begin:
            text = "".join(plain(each) + "\n" for each in lines[begin : number - 1])
            found.append(Display(page.name, begin, section, under, text))
            begin = 0
    return found


def section(page: Path, name: str) -> str:
    """The source of a section, empty where there is none."""
    found = re.search(
        rf"^\.Sh {name}\n(.*?)(?=^\.Sh |\Z)", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return found[1] if found else ""
