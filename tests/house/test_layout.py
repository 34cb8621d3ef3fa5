"""Promise: everything stands where it belongs, and imports run in one direction."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from notebooks import NOTEBOOKS, ROOT, numbered, read, short

TOP_LEVEL = {
    *("README.md", "Makefile", "LICENSE", "CITATION.cff", "CONTRIBUTING.md"),
    *("requirements.txt", "pyproject.toml", "package.json", "package-lock.json"),
    *("_config.yml", "_toc.yml", ".ci", ".github", ".gitignore"),
    *("book", "notebooks", "exercises", "linreg", "tests", "benchmarks", "binder"),
}

# A module imports from the rows above its own, and from itself if it is a package.
LAYERS = [
    {"extras"},
    {"result", "palette", "error_free", "datasets", "validation", "autograd"},
    {"pure_python", "with_numpy", "with_torch", "exact", "costs"},
    {"least_squares", "optimizers"},
    {"covariances", "robust", "features", "at_scale", "penalized"},
    {"inference", "lasso", "proximal"},
    {"diagnostics", "posterior", "estimators"},
    {"scores"},
    {"plots"},
    {"labs"},
]
# These import `result` and themselves at most, and nothing in `linreg` imports them. One is the
# front of the package.
APART = {"checks", "__init__"}
STANDARD_LIBRARY_ONLY = [
    *("", ".result", ".palette", ".pure_python", ".exact", ".datasets", ".costs", ".checks"),
    ".autograd",
]
GRADER_LAYERS = [
    {"apart"},
    {
        *("cells", "colours", "course", "kernel", "limits", "outputs", "sanitiser", "spreadsheet"),
        *("storage", "syscalls"),
    },
    {"marking", "matching", "nbgrader_setup", "notes", "processes", "sandbox", "term"},
    {"handed_out", "practice", "rebuild"},
    {"collect", "kernel_process", "release"},
    {"execution", "gradebook"},
    {"feedback"},
    {"grade"},
    {"__main__"},
]
# Code outside `linreg`, and all of the project's own that it may import. Tests may import anything.
OUTSIDE = {
    "exercises": {"grader", "linreg.checks"},
    "book/extensions": {
        *("linreg.labs", "linreg.palette", "linreg.checks.kernels"),
        *("formulas", "labs", "navigation", "plain_markdown", "terms"),  # one extension to another
        "weight",
    },
    "benchmarks": {
        *("measuring", "grader", "linreg.datasets", "linreg.pure_python", "linreg.with_numpy"),
        *("linreg.least_squares", "linreg.optimizers", "linreg.costs", "linreg.exact"),
        *("linreg.at_scale", "linreg.penalized", "linreg.lasso", "linreg.estimators"),
        "solvers",  # one benchmark's problems to another
        "chromium",  # the tests' own way to a browser
    },
}


# What stands at the top


def tracked():
    """The names at the top that git tracks; without git (an archive), all that are not hidden."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        return {line.partition("/")[0] for line in listed.stdout.splitlines()}
    made = {"_build", "linreg_textbook.egg-info", "build", "dist"}
    return {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - made


def test_nothing_else_stands_at_the_top_level():
    found = tracked()
    assert "linreg" in found
    assert found <= TOP_LEVEL, f"not in the layout: {sorted(found - TOP_LEVEL)}"


# Imports run downward

MODULES = sorted((ROOT / "linreg").rglob("*.py"))
BESIDE = [(folder, path) for folder in OUTSIDE for path in sorted((ROOT / folder).rglob("*.py"))]
# What an import of the project's own starts with: a package, or a program that stands by itself.
OWN = {"linreg", "grader"} | {
    path.stem
    for folder in ("benchmarks", "book/extensions", "tests/support")
    for path in (ROOT / folder).glob("*.py")
}


def imports(source: str) -> set[str]:
    """What a text imports of the project's own, in full: ``linreg.labs.kit.Chart``."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.partition(".")[0] in OWN or name.startswith(".")}


def is_below(name: str, allowed: set[str]) -> bool:
    """Whether what is imported is one of the allowed, or something in one of them."""
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


def import_faults(module: str, source: str) -> list[str]:
    """What a module of `linreg` imports and may not."""
    if module in APART:
        allowed = {f"linreg.{name}" for name in {"result", module} - {"__init__"}}
        return sorted(name for name in imports(source) if not is_below(name, allowed))
    return layer_faults("linreg", LAYERS, module, source)


def layer_faults(package: str, layers: list[set[str]], module: str, source: str) -> list[str]:
    """What a module of a package imports from its own row or from one below."""
    level = next((i for i, layer in enumerate(layers) if module in layer), None)
    if level is None:
        return [f"{package}.{module}: place it in the table of tests/house/test_layout.py"]
    allowed = {f"{package}.{name}" for name in {module}.union(*layers[:level])}
    return sorted(name for name in imports(source) if not is_below(name, allowed))


def module_of(path: Path, package: Path) -> str:
    """The module or subpackage of a package that a file belongs to."""
    return path.relative_to(package).with_suffix("").parts[0]


def test_the_table_names_what_is_there():
    found = {module_of(path, ROOT / "linreg") for path in MODULES}
    assert APART.union(*LAYERS) == found


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_imports_run_downward(path):
    module = module_of(path, ROOT / "linreg")
    assert import_faults(module, path.read_text(encoding="utf-8")) == []


GRADER = ROOT / "exercises/grader"


@pytest.mark.parametrize(
    "path", sorted(set(GRADER.rglob("*.py")) - {GRADER / "__init__.py"}), ids=short
)
def test_the_graders_imports_run_downward_too(path):
    """All but those from `linreg.checks`, which the next test allows."""
    source = path.read_text(encoding="utf-8")
    faults = layer_faults("grader", GRADER_LAYERS, module_of(path, GRADER), source)
    assert [name for name in faults if not is_below(name, {"linreg.checks"})] == []


@pytest.mark.parametrize(("folder", "path"), BESIDE, ids=lambda value: getattr(value, "stem", ""))
def test_code_beside_linreg_imports_what_it_may(folder, path):
    source = path.read_text(encoding="utf-8")
    assert [name for name in imports(source) if not is_below(name, OUTSIDE[folder])] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("pure_python", "from linreg.result import LinearFit\nimport math"),
        ("with_numpy", "from linreg import validation\nimport numpy as np"),
        ("labs", "from linreg.labs.kit import Lab\nimport linreg.plots"),
        ("checks", "from linreg.result import LinearFit"),
        ("inference", "from linreg.least_squares import lstsq"),
    ],
)
def test_a_downward_import_is_accepted(module, source):
    assert import_faults(module, source) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("pure_python", "from linreg.with_numpy import predict"),
        ("pure_python", "from linreg import least_squares"),
        ("pure_python", "import linreg.plots"),
        ("pure_python", "def f():\n    from linreg import plots"),
        ("pure_python", "from linreg import LinearFit"),
        ("pure_python", "import linreg"),
        ("with_numpy", "from . import validation"),
        ("labs", "from .kit import Lab"),
        ("datasets", "from linreg.result import LinearFit"),
        ("result", "from linreg.datasets import ames"),
        ("plots", "from linreg.labs.walk import Walk"),
        ("checks", "from linreg.pure_python import predict"),
        ("labs", "from linreg.checks import check_number"),
        ("plots", "import linreg.labs"),
        ("costs", "from grader import course"),
        ("costs", "import measuring"),
        ("labs", "from navigation import parts"),
        ("__init__", "from linreg.with_numpy import predict"),
        ("helpers", ""),
    ],
)
def test_an_upward_import_is_found(module, source):
    assert len(import_faults(module, source)) == 1


def test_an_import_that_leads_elsewhere_is_seen():
    assert imports("from linreg import plots, labs") == {"linreg.plots", "linreg.labs"}
    assert not is_below("linreg.labs_of_others", {"linreg.labs"})
    assert not is_below("linreg.plots", OUTSIDE["exercises"])


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


@pytest.mark.parametrize("module", STANDARD_LIBRARY_ONLY)
def test_the_standard_library_is_enough(module):
    loaded = loaded_by(f"linreg{module}", ROOT)
    assert "linreg" in loaded
    assert loaded <= {"linreg", *sys.stdlib_module_names}


def test_a_library_that_is_loaded_is_seen(tmp_path):
    (tmp_path / "greedy.py").write_text("try:\n    import yaml\nexcept ImportError:\n    pass\n")
    assert "yaml" in loaded_by("greedy", tmp_path)


# No path leads out of the project


def upward_paths(source: str) -> list[str]:
    up = ".." + "/"
    constants = [node.value for node in ast.walk(ast.parse(source)) if type(node) is ast.Constant]
    return [text for text in constants if isinstance(text, str) and text.startswith(up)]


def python_sources() -> Iterator[tuple[str, str]]:
    for folder in ["linreg", "book", "tests", "exercises", "benchmarks"]:
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


# Licence and citation


def test_the_licence_is_there():
    assert "MIT" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"title", "authors", "license", "version"} <= {key for key in citation if citation[key]}
    assert str(citation["version"]) == project["version"]
