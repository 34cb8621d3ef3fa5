"""Promise: what is built of `linreg` holds all that it needs, and nothing else."""

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

from notebooks import ROOT

PROGRAM = "from setuptools import build_meta; print(build_meta.build_{kind}('built'))"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build both kinds from a copy; return the paths in each, and its metadata."""
    folder = tmp_path_factory.mktemp("package")
    for name in ["pyproject.toml", "README.md", "LICENSE"]:
        shutil.copy2(ROOT / name, folder)
    for name in ["linreg", "tests"]:
        leave = shutil.ignore_patterns("__pycache__", ".*_cache")
        shutil.copytree(ROOT / name, folder / name, ignore=leave)
    names = {}
    for kind in ("wheel", "sdist"):
        command = [sys.executable, "-c", PROGRAM.format(kind=kind)]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        (file,) = (folder / "built").glob("*.whl" if kind == "wheel" else "*.tar.gz")
        if kind == "wheel":
            with zipfile.ZipFile(file) as archive:
                names[kind] = {name for name in archive.namelist() if not name.endswith("/")}
                about = next(name for name in names[kind] if name.endswith("METADATA"))
                metadata = archive.read(about).decode()
        else:
            with tarfile.open(file) as archive:
                paths = [member.name for member in archive.getmembers() if member.isfile()]
                names[kind] = {path.partition("/")[2] for path in paths}
    return names, metadata


def shipped():
    """Every file of `linreg` that is no cache, as git would list it."""
    files = (path for path in (ROOT / "linreg").rglob("*") if path.is_file())
    kept = (path for path in files if not path.name.startswith(".") and "cache" not in str(path))
    return {path.relative_to(ROOT).as_posix() for path in kept}


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_every_file_of_linreg_is_in_it(built, kind):
    assert len(shipped()) > 60
    assert shipped() <= built[0][kind]


def test_nothing_else_is_in_it(built):
    wheel, sdist = built[0]["wheel"], built[0]["sdist"]
    assert {re.sub(r"-[0-9.]+(?=\.dist-info)", "", name.partition("/")[0]) for name in wheel} == {
        "linreg",
        "linreg_textbook.dist-info",
    }
    assert {name.partition("/")[0] for name in sdist} == {
        *("linreg", "linreg_textbook.egg-info"),
        *("LICENSE", "PKG-INFO", "README.md", "pyproject.toml", "setup.cfg"),
    }


def test_it_says_that_it_is_typed_and_where_it_comes_from(built):
    assert "linreg/py.typed" in built[0]["wheel"]
    for line in ("Typing :: Typed", "Project-URL: Source, https://", "Name: linreg-textbook"):
        assert line in built[1]
