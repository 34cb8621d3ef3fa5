"""Promise: every way in leads somewhere: one address, and a cell that serves Colab."""

import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from exercises import RELEASES, SOURCES
from notebooks import CHAPTERS, NOTEBOOKS, ROOT, numbered, read, short, tags

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
ADDRESS = CONFIG["repository"]["url"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def colab_cell(notebook):
    """The first code cell and its place."""
    place, cell = numbered(notebook, "code")[0]
    return place, cell


RELEASE = f"git+{ADDRESS}@v{PROJECT['version']}"


def wanted_by(path):
    """The extras of most notebooks, and those of this one: Dask only where it is imported."""
    code = "\n".join(cell.source for _, cell in numbered(read(path), "code"))
    return ",labs]", ",labs,scale]" if re.search(r"^import dask", code, re.MULTILINE) else ",labs]"


@pytest.mark.parametrize("path", NOTEBOOKS + SOURCES + RELEASES, ids=short)
def test_a_notebook_fetches_linreg_where_it_is_missing(path):
    place, cell = colab_cell(read(path))
    assert {"colab", "remove-cell"} <= tags(cell), f"cell {place} is not the one for Colab"
    assert f'"{RELEASE}"' in cell.source
    assert cell.source == colab_cell(read(NOTEBOOKS[0]))[1].source.replace(*wanted_by(path))
    assert cell.outputs == []


def run_colab_cell(present):
    """Run the cell where only some distributions are there; return the commands it would run."""
    source = colab_cell(read(NOTEBOOKS[0]))[1].source
    program = f"""
import importlib.metadata, subprocess

def distribution(name):
    if name not in {present!r}:
        raise importlib.metadata.PackageNotFoundError(name)

importlib.metadata.distribution = distribution
subprocess.run = lambda command, check: print(*command[1:], check)
"""
    done = subprocess.run(
        [sys.executable, "-c", program + source], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_where_linreg_is_there_nothing_is_fetched():
    assert run_colab_cell(["linreg-textbook"]) == ""


def test_another_projects_linreg_is_not_taken_for_ours():
    """The index has a distribution called linreg; ours has another name, and the cell asks it."""
    assert PROJECT["name"] == "linreg-textbook"
    wanted = f"linreg-textbook[numpy,torch,plots,labs] @ {RELEASE}"
    assert run_colab_cell(["linreg"]) == f"-m pip install -q {wanted} True"
    assert run_colab_cell([]) == run_colab_cell(["linreg"])


def test_one_address_everywhere():
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cff["repository-code"] == ADDRESS
    assert PROJECT["urls"] == {"Source": ADDRESS, "Changes": f"{ADDRESS}/commits/main"}
    owner, name = ADDRESS.split("/")[-2:]
    assert CONFIG["html"]["baseurl"] == f"https://{owner}.github.io/{name}/"
    for page in ["README.md", "book/how_to_use.md"]:
        assert f"git clone {ADDRESS}".split() in lines_of(page)


def lines_of(page):
    """The words of each command in a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [command.split() for line in text.splitlines() for command in line.split("&&")]


def test_the_readme_counts_the_chapters():
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    words += map(str, range(11, 100))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{words[len(CHAPTERS)]} chapters" in text
