# SPDX-License-Identifier: GPL-2.0-or-later
"""The configuration, by example.

tests/golden/NAME.yaml is a configuration. NAME.ok is its canonical form where it is valid, and
NAME.err what a test of it tells, where it tells anything. `CHECKD_UPDATE=1 pytest ...` writes
both anew: read the difference before you commit it.
"""

import os
import re
import subprocess
import textwrap
from pathlib import Path

import pytest

from testbed import CHECKD

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
CASES = sorted(file.stem for file in GOLDEN.glob("*.yaml"))
SAMPLES = ["checkd.yaml", *sorted(f"conf.d/{f.name}" for f in (ROOT / "conf/conf.d").glob("*"))]

PROBLEMS_MAX = 1000


def run(option: str, file: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(CHECKD), option, file],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def write(folder: Path, text: str) -> str:
    (folder / "checkd.yaml").write_text(text, encoding="utf-8")
    return "checkd.yaml"


def compare(expected_file: Path, text: str) -> None:
    """A file that is not there expects nothing."""
    if os.environ.get("CHECKD_UPDATE"):
        if text:
            expected_file.write_text(text, encoding="utf-8")
        else:
            expected_file.unlink(missing_ok=True)
    expected = expected_file.read_text(encoding="utf-8") if expected_file.exists() else ""
    assert text == expected


def skip_unless_it_can_run(case: str) -> None:
    if case.startswith("root-") and os.geteuid() != 0:
        pytest.skip("only root may run checks as others")


@pytest.mark.parametrize("case", CASES)
def test_a_test_tells_what_is_wrong(case: str) -> None:
    skip_unless_it_can_run(case)
    done = run("-t", f"{case}.yaml", GOLDEN)
    compare(GOLDEN / f"{case}.err", done.stderr)
    is_valid = "error: " not in done.stderr
    assert done.returncode == (0 if is_valid else 1)
    assert done.stdout.startswith(f"{case}.yaml: ") if is_valid else done.stdout == ""


@pytest.mark.parametrize("case", CASES)
def test_the_canonical_form_is_as_expected(case: str) -> None:
    skip_unless_it_can_run(case)
    done = run("-T", f"{case}.yaml", GOLDEN)
    compare(GOLDEN / f"{case}.ok", done.stdout)
    assert (done.returncode == 0) == (GOLDEN / f"{case}.ok").exists()


@pytest.mark.parametrize("case", [case for case in CASES if (GOLDEN / f"{case}.ok").exists()])
def test_the_canonical_form_loads_to_itself(case: str) -> None:
    skip_unless_it_can_run(case)
    done = run("-T", f"{case}.ok", GOLDEN)
    assert (done.returncode, done.stdout) == (0, (GOLDEN / f"{case}.ok").read_text("utf-8"))


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_samples_are_valid(sample: str, tmp_path: Path) -> None:
    done = run("-t", sample, ROOT / "conf")
    assert done.returncode == 0, done.stderr
    canonical = run("-T", sample, ROOT / "conf").stdout
    again = run("-T", write(tmp_path, canonical), tmp_path)
    assert (again.returncode, again.stdout) == (0, canonical)


def parts_of(canonical: str) -> dict[str, set[str]]:
    """The lines of each map of codes and each check, by its name."""
    parts = re.split(r"^  - name: (.*)\n", canonical, flags=re.MULTILINE)
    return {
        name: {line for line in text.splitlines() if line.startswith("  ")}
        for name, text in zip(parts[1::2], parts[2::2])
    }


def test_the_readme_says_what_the_sample_says(tmp_path: Path) -> None:
    """But for what it leaves out: descriptions, groups, and that all are off."""
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme.split("## Plan your codes, watch in layers\n")[1].split("\n## ")[0]
    block = re.search(r"^    codes:\n(?:    .*\n)+", section, re.MULTILINE)
    assert block is not None
    done = run("-T", write(tmp_path, textwrap.dedent(block[0])), tmp_path)
    assert done.returncode == 0, done.stderr
    readme_parts = parts_of(done.stdout)
    sample_parts = parts_of(run("-T", "conf.d/postgresql.yaml", ROOT / "conf").stdout)
    assert len(readme_parts) == 7
    for name, lines in readme_parts.items():
        left_out = sample_parts[name] - lines
        assert lines <= sample_parts[name], name
        assert all(re.match(r" {4}(description|group|enabled): ", line) for line in left_out), name


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    done = run("-t", "none.yaml", tmp_path)
    assert done.returncode == 1
    assert done.stderr == "error: none.yaml: cannot be read: No such file or directory\n"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    done = run("-t", ".", tmp_path)
    assert done.returncode == 1
    assert done.stderr == "error: .: cannot be read: Is a directory\n"


def test_includes_are_found_beside_their_file(tmp_path: Path) -> None:
    folder = tmp_path / "with [1]* and blank"
    folder.mkdir()
    write(folder, "include: ['*.part']\n")
    (folder / "a.part").write_text("checks: [{name: part, command: /bin/true, interval: 1}]\n")
    done = run("-t", f"{folder.name}/checkd.yaml", tmp_path)
    assert done.stderr.startswith(f"error: {folder.name}/a.part:1: check part: interval: ")


def test_a_fault_in_an_unreadable_include_folder_is_told(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root can read every folder")
    (tmp_path / "closed").mkdir(mode=0)
    done = run("-t", write(tmp_path, "include: [closed/*.yaml]\n"), tmp_path)
    assert done.stderr == (
        'error: checkd.yaml:1: include: cannot read a folder of "closed/*.yaml": '
        "Permission denied\n"
    )


def test_a_fifo_that_nobody_writes_to_holds_nothing_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.part")
    done = run("-t", write(tmp_path, "include: ['*.part']\nchecks: []\n"), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_more_problems_are_told_than_a_person_reads(tmp_path: Path) -> None:
    """Many warnings hide no error."""
    checks = "".join(f"- {{name: c{n}, command: /no/{n}}}\n" for n in range(PROBLEMS_MAX + 100))
    text = f"checks:\n{checks}- {{name: last, command: /bin/true, interval: 1}}\n"
    lines = run("-t", write(tmp_path, text), tmp_path).stderr.splitlines()
    assert len(lines) == PROBLEMS_MAX + 1
    assert lines[-1] == "and 101 more"
    assert [line for line in lines if line.startswith("error: ")] == lines[-2:-1]


def test_long_values_are_cut_in_messages(tmp_path: Path) -> None:
    done = run("-t", write(tmp_path, f"checks: [{{name: '{'ä' * 50000}'}}]\n"), tmp_path)
    assert all(len(line.encode()) < 1100 for line in done.stderr.splitlines())


@pytest.mark.parametrize("list_of", ["argv: [{}]", "codes: [{}]", "env: {{a: [{}]}}"])
def test_lists_have_bounds(list_of: str, tmp_path: Path) -> None:
    value = list_of.format(", ".join(["a"] * 4097))
    done = run("-t", write(tmp_path, f"checks: [{{name: long, {value}}}]\n"), tmp_path)
    assert done.stderr == "error: checkd.yaml:1: has more than 4096 items\n"


def test_a_list_of_checks_is_read_in_any_length(tmp_path: Path) -> None:
    checks = "".join(f"- {{name: c{n}, command: /bin/true}}\n" for n in range(10000))
    done = run("-t", write(tmp_path, f"checks:\n{checks}"), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "checkd.yaml: 10000 checks, 0 warnings\n"


def test_a_chain_of_checks_may_be_of_any_length(tmp_path: Path) -> None:
    checks = "".join(
        f"- {{name: c{n}, type: passive, depends: c{n + 1}}}\n" for n in range(100000)
    )
    end = "- {name: c100000, type: passive}\n"
    done = run("-t", write(tmp_path, f"checks:\n{checks}{end}"), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    end = "- {name: c100000, type: passive, depends: c7}\n"
    done = run("-t", write(tmp_path, f"checks:\n{checks}{end}"), tmp_path)
    names = " -> ".join(f"c{n}" for n in range(7, 19))
    assert done.stderr == (
        f"error: checkd.yaml:9: check c7: hangs on itself: {names} -> (99982 more) -> c7\n"
    )


def test_members_and_maintenance_have_bounds(tmp_path: Path) -> None:
    """A few patterns are not to fill the memory."""
    checks = "".join(f"- {{name: c{n}, command: /bin/true}}\n" for n in range(10000))
    members = "".join(f"- {{name: all{n}, type: aggregate, all: c*}}\n" for n in range(401))
    items = "- {when: 02:00-04:00, checks: c*}\n" * 401
    text = f"maintenance:\n{items}checks:\n{checks}{members}"
    assert run("-t", write(tmp_path, text), tmp_path).stderr == (
        "error: checkd.yaml:402: maintenance: checks: all checks together are in more than "
        "4000000 maintenances\n"
        "error: checkd.yaml:10804: check all400: all: all aggregates together have more than "
        "4000000 members\n"
    )


def test_misspelt_names_are_told_in_time(tmp_path: Path) -> None:
    """To look for what each may have meant would take a minute; the first are looked for."""
    checks = "".join(f"- {{name: c/{n}, type: passive, depends: d/{n}}}\n" for n in range(20000))
    lines = run("-t", write(tmp_path, f"checks:\n{checks}"), tmp_path).stderr.splitlines()
    assert lines[0].startswith('error: checkd.yaml:2: check c/0: depends: no such check: "d/0"')
    assert lines[-1] == "and 19000 more"


def test_a_mapping_may_be_nested_eight_deep_only(tmp_path: Path) -> None:
    text = "checks: " + "[" * 10 + "]" * 10
    done = run("-t", write(tmp_path, text), tmp_path)
    assert done.stderr == "error: checkd.yaml:1: is nested more than 8 deep\n"


def test_only_root_may_run_checks_as_others(tmp_path: Path) -> None:
    file = write(tmp_path, "checks: [{name: other, command: /bin/true, user: daemon}]\n")
    command = [str(CHECKD), "-t", file]
    if os.geteuid() == 0:
        tmp_path.chmod(0o755)
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
        if subprocess.run([*command[:4], "test", "-x", str(CHECKD)], check=False).returncode:
            pytest.skip("nobody cannot reach the build")
    with (tmp_path / file).open("rb") as stdin:
        command[-1] = "/dev/stdin"
        done = subprocess.run(
            command, stdin=stdin, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 1
    assert done.stderr == (
        "error: /dev/stdin:1: check other: user: only root may run a check as another user "
        '("daemon"), and this is not root\n'
    )
