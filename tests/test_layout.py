"""Promise: everything stands in its room, and rooms are entered in one direction."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
import yaml

from notebooks import NOTEBOOKS, ROOT, numbered, read, short

TOP_LEVEL = {
    *("README.md", "Makefile", "LICENSE", "CITATION.cff", "CONTRIBUTING.md"),
    *("requirements.txt", "pyproject.toml", "package.json", "package-lock.json"),
    *("_config.yml", "_toc.yml", ".ci", ".gitignore"),
    *("book", "notebooks", "exercises", "linreg", "tests", "benchmarks", "binder"),
}

# A room imports from the rows above its own, and from itself if it is a package.
LAYERS = [
    {"result", "palette", "error_free", "datasets", "validation"},
    {"pure_python", "with_numpy", "with_torch", "exact", "costs"},
    {"least_squares", "optimizers", "penalized"},
    {"inference", "at_scale", "estimators"},
    {"plots"},
    {"labs"},
]
# These import `result` and themselves at most, and no room imports them. One is the package front.
APART = {"checks", "autograd", "__init__"}
STANDARD_LIBRARY_ONLY = ["", ".result", ".palette", ".pure_python", ".exact", ".datasets", ".costs"]

PIN = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(\[[\w,-]+\])?==(?P<version>[\w.+!]+)(\s*;.*)?")


# What stands at the top


def tracked():
    """The names at the top that git tracks; without git (an archive), all that are not hidden."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        return {line.partition("/")[0] for line in listed.stdout.splitlines()}
    made = {"_build", "linreg.egg-info"}
    return {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - made


def test_nothing_else_stands_at_the_top_level():
    found = tracked()
    assert "linreg" in found
    assert found <= TOP_LEVEL, f"no room for {sorted(found - TOP_LEVEL)}"


# Imports run downward


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "linreg").with_suffix("").parts[0]


def rooms_below(room: str) -> set[str]:
    """The rooms that this room may import from."""
    if room in APART:
        return {"result", room}
    (level,) = [i for i, layer in enumerate(LAYERS) if room in layer]
    return {room}.union(*LAYERS[:level])


def imported_rooms(source: str, package: str = "linreg") -> set[str]:
    """The rooms of `linreg` that a module's text imports; "" is the package front itself."""
    modules = [m for node in ast.walk(ast.parse(source)) for m in _modules(node, package)]
    parts = [[*module.split("."), ""] for module in modules]
    return {names[1] for names in parts if names[0] == "linreg"}


def _modules(node: ast.AST, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    module = ".".join([*above, *filter(None, [node.module])])
    return [f"{module}.{alias.name}" if module == "linreg" else module for alias in node.names]


def import_faults(room: str, source: str, package: str = "linreg") -> list[str]:
    if room not in APART.union(*LAYERS):
        return [f"linreg.{room}: place it in the table of tests/test_layout.py"]
    upward = imported_rooms(source, package) - rooms_below(room)
    return [f"linreg.{room} imports linreg.{other}" for other in sorted(upward)]


MODULES = sorted((ROOT / "linreg").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_imports_run_downward(path):
    package = ".".join(path.relative_to(ROOT).parent.parts)
    assert import_faults(room_of(path), path.read_text(encoding="utf-8"), package) == []


@pytest.mark.parametrize(
    ("room", "source", "package"),
    [
        ("pure_python", "from linreg.result import LinearFit\nimport math", "linreg"),
        ("with_numpy", "from linreg import validation\nimport numpy as np", "linreg"),
        ("labs", "from linreg.labs.base import Lab\nimport linreg.plots", "linreg.labs"),
        ("labs", "from .base import Lab\nfrom ..plots import line", "linreg.labs"),
        ("labs", "from . import base", "linreg.labs"),
        ("checks", "from linreg.result import LinearFit", "linreg"),
        ("inference", "from linreg.least_squares import lstsq", "linreg"),
    ],
)
def test_a_downward_import_is_accepted(room, source, package):
    assert import_faults(room, source, package) == []


@pytest.mark.parametrize(
    ("room", "source", "package"),
    [
        ("pure_python", "from linreg.with_numpy import predict", "linreg"),
        ("pure_python", "from linreg import least_squares", "linreg"),
        ("pure_python", "import linreg.plots", "linreg"),
        ("pure_python", "def f():\n    from . import plots", "linreg"),
        ("pure_python", "from linreg import LinearFit", "linreg"),
        ("pure_python", "import linreg", "linreg"),
        ("datasets", "from ..result import LinearFit", "linreg.datasets"),
        ("result", "from linreg.datasets import ames", "linreg"),
        ("plots", "from linreg.labs.walk import Walk", "linreg"),
        ("checks", "from linreg.pure_python import predict", "linreg"),
        ("labs", "from linreg.checks import check_number", "linreg.labs"),
        ("__init__", "from linreg.with_numpy import predict", "linreg"),
        ("helpers", "", "linreg"),
    ],
)
def test_an_upward_import_is_found(room, source, package):
    assert len(import_faults(room, source, package)) == 1


LOADED = """
import sys
sys.path.insert(0, {root!r})
before = set(sys.modules)
import {module}
print(*{{name.partition(".")[0] for name in set(sys.modules) - before}})
"""


def loaded_by(module: str, root: Path) -> set[str]:
    """The top-level modules that importing this one loads, in a fresh interpreter."""
    program = LOADED.format(root=str(root), module=module)
    command = [sys.executable, "-I", "-c", program]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("room", STANDARD_LIBRARY_ONLY)
def test_the_standard_library_is_enough(room):
    loaded = loaded_by(f"linreg{room}", ROOT)
    assert "linreg" in loaded
    assert loaded <= {"linreg", *sys.stdlib_module_names}


def test_a_library_that_is_loaded_is_seen(tmp_path):
    (tmp_path / "greedy.py").write_text("try:\n    import yaml\nexcept ImportError:\n    pass\n")
    assert "yaml" in loaded_by("greedy", tmp_path)


# No path leads out of the house


def upward_paths(source: str) -> list[str]:
    up = ".." + "/"
    constants = [node.value for node in ast.walk(ast.parse(source)) if type(node) is ast.Constant]
    return [text for text in constants if isinstance(text, str) and text.startswith(up)]


def python_sources() -> Iterator[tuple[str, str]]:
    for folder in ["linreg", "book", "tests"]:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield short(path), path.read_text(encoding="utf-8")
    for path in NOTEBOOKS:
        for place, cell in numbered(read(path), "code"):
            yield f"{short(path)}, cell {place}", cell.source


def test_no_path_leads_upward():
    faults = {place: upward_paths(source) for place, source in python_sources()}
    assert len(faults) > len(MODULES)
    assert {place: paths for place, paths in faults.items() if paths} == {}


def test_an_upward_path_is_found():
    assert upward_paths("Path('.." + "/data.csv')")
    assert not upward_paths("Path('data.csv')")


# Pins


def pins(text: str) -> dict[str, str]:
    """The pinned distributions; a line that pins none exactly raises."""
    lines = [line.partition(" #")[0].strip() for line in text.splitlines()]
    found = {line: PIN.fullmatch(line) for line in lines if line and not line.startswith("#")}
    loose = [line for line, match in found.items() if match is None]
    assert not loose, f"requirements.txt: not pinned exactly with ==: {loose}"
    return {match["name"]: match["version"] for match in found.values()}


def installed(name: str) -> str | None:
    try:
        return version(name).partition("+")[0]  # torch reports its build as 2.13.0+cpu
    except PackageNotFoundError:
        return None


def test_requirements_are_pinned_and_installed():
    pinned = pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    present = {name: installed(name) for name in pinned if installed(name)}
    assert present, "none of the pinned distributions is installed"
    assert present == {name: pinned[name] for name in present}


def test_pins_are_read():
    text = "# tools\n\nnumpy==2.4.6  # arrays\ncoverage[toml]==7.1\ntomli==2.0 ; python_version<'3'"
    assert pins(text) == {"numpy": "2.4.6", "coverage": "7.1", "tomli": "2.0"}


def test_the_build_of_a_version_does_not_count(monkeypatch):
    monkeypatch.setattr("test_layout.version", lambda name: "2.13.0+cpu")
    assert installed("torch") == "2.13.0"


@pytest.mark.parametrize("line", ["numpy", "numpy>=2", "numpy==2.*", "-r other.txt", "numpy ==2 x"])
def test_a_loose_line_is_found(line):
    with pytest.raises(AssertionError, match="not pinned"):
        pins(line)


# Licence and citation


def test_the_licence_is_there():
    assert "MIT" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"title", "authors", "license", "version"} <= {key for key in citation if citation[key]}
    assert str(citation["version"]) == project["version"]
