"""Promise: the three sets of requirements are pinned, whole, and no larger than their purposes."""

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from notebooks import ROOT

# What reading, grading and testing take: a file, and the file that it builds on.
FILES = {
    "requirements.txt": None,
    "exercises/requirements.txt": "requirements.txt",
    "tests/requirements.txt": "exercises/requirements.txt",
}
PIN = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(\[[\w,-]+\])?==(?P<version>[\w.+!]+)(\s*;.*)?")
each_file = pytest.mark.parametrize("file", FILES)


def text_of(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def pins(text: str) -> dict[str, str]:
    """The pinned distributions; a line that pins none exactly, and names no other file, raises."""
    lines = [line.partition(" #")[0].strip() for line in text.splitlines()]
    kept = [line for line in lines if line and not line.startswith(("#", "-r "))]
    found = {line: PIN.fullmatch(line) for line in kept}
    loose = [line for line, match in found.items() if match is None]
    assert not loose, f"not pinned exactly with ==: {loose}"
    return {canonicalize_name(match["name"]): match["version"] for match in found.values()}


def all_pins(file: str | None) -> dict[str, str]:
    """The pins of a file and of those that it builds on."""
    return {} if file is None else pins(text_of(file)) | all_pins(FILES[file])


def installed(name: str) -> str | None:
    try:
        return version(name).partition("+")[0]  # torch reports its build as 2.13.0+cpu
    except PackageNotFoundError:
        return None


def brought(name: str) -> set[str]:
    """What a distribution that is installed asks for on this machine, without extras."""
    asked = map(Requirement, distribution(name).requires or [])
    here = [one for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})]
    return {canonicalize_name(one.name) for one in here}


@each_file
def test_what_is_installed_is_what_is_pinned(file):
    pinned = pins(text_of(file))
    assert {name: installed(name) for name in pinned} == pinned


@each_file
def test_a_file_builds_on_the_one_before_and_says_nothing_twice(file):
    lines = text_of(file).splitlines()
    before = FILES[file]
    assert [line for line in lines if line.startswith("-r")] == (
        [f"-r ../{before}"] if before else []
    )
    assert not pins(text_of(file)).keys() & all_pins(before).keys()


@each_file
def test_a_file_pins_all_that_its_packages_bring(file):
    lacking = {name: brought(name) - all_pins(file).keys() for name in pins(text_of(file))}
    assert {name: missing for name, missing in lacking.items() if missing} == {}


def test_who_reads_downloads_no_browser_and_no_grader():
    reading = pins(text_of("requirements.txt"))
    assert {"jupyter-book", "numpy", "torch"} <= reading.keys()
    assert not reading.keys() & {"playwright", "pytest", "ruff", "nbgrader", "hypothesis"}


def test_pins_are_read():
    text = "# tools\n\nnumpy==2.4.6  # arrays\ncoverage[toml]==7.1\ntomli==2.0 ; python_version<'3'"
    assert pins(text) == {"numpy": "2.4.6", "coverage": "7.1", "tomli": "2.0"}


def test_the_build_of_a_version_does_not_count(monkeypatch):
    monkeypatch.setattr("test_requirements.version", lambda name: "2.13.0+cpu")
    assert installed("torch") == "2.13.0"


@pytest.mark.parametrize("line", ["numpy", "numpy>=2", "numpy==2.*", "-e .", "numpy ==2 x"])
def test_a_loose_line_is_found(line):
    with pytest.raises(AssertionError, match="not pinned"):
        pins(line)


# Binder

BINDER = "binder/requirements.txt"


def test_binder_installs_what_a_reader_installs():
    """Word for word and with no way to another file, so that it installs before the rest is there.

    `{ sed '/^$/q' binder/requirements.txt; cat requirements.txt; } > new` makes it anew.
    """
    head, _, rest = text_of(BINDER).partition("\n\n")
    assert rest == text_of("requirements.txt")
    assert head.splitlines()[-1] == "--extra-index-url https://download.pytorch.org/whl/cpu"


def test_binder_takes_our_python():
    assert text_of("binder/runtime.txt").strip() == "python-3.11"
    assert "resolved on Python 3.11" in text_of("requirements.txt")


def test_binder_installs_linreg_and_trusts_the_notebooks_afterwards(tmp_path):
    for name in ("python", "jupyter"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho {name} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        [ROOT / "binder" / "postBuild"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    install, trust = done.stdout.splitlines()
    assert install == "python -m pip install --no-deps --no-build-isolation --editable ."
    assert {"notebooks/04_the_long_walk.ipynb", "exercises/release/ch01/ch01.ipynb"} < set(
        trust.removeprefix("jupyter trust ").split()
    )


def test_a_start_of_jupyter_compiles_no_grammars():
    """A check of web addresses would take a second of each process that reads a notebook."""
    program = "import sys, nbformat; sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
