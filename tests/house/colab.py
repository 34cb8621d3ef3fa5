"""Run every notebook as Colab would: outside the repository, with Colab's versions.

`make test-colab` calls this with the Python of an environment of its own, in which `linreg` is
installed as a learner installs it. No cell may fail. What a cell prints may differ, since other
versions of the libraries print other rows; how many cells do is said.
"""

import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests/support"))
from notebooks import numbered, printed, tags  # noqa: E402, from the folder just named

FOLDERS = ["notebooks", "book", "exercises/source"]


def run(path, folder):
    """Run a copy of a notebook; return the cells that failed, and how many print something else."""
    notebook = nbformat.read(shutil.copy(path, folder), as_version=4)
    cells = [cell for _, cell in numbered(notebook, "code")]
    stored = [printed(cell) for cell in cells]
    client = NotebookClient(
        notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    failed = [
        f"cell {place}: {output.ename}: {output.evalue}"
        for place, cell in numbered(notebook, "code")
        for output in cell.outputs
        if output.output_type == "error" and "raises-exception" not in tags(cell)  # it is meant
    ]
    differing = sum(printed(cell) != before for cell, before in zip(cells, stored))
    return failed, differing


def main():
    """Run all notebooks, one after another; return 1 if any has a cell that fails."""
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # quiets a notice of each kernel start
    place = Path(importlib.util.find_spec("linreg").origin)
    if place.is_relative_to(ROOT / "linreg"):
        print(f"linreg is the repository's own, {place}: call `make test-colab`", file=sys.stderr)
        return 2
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.ipynb"))
    broken = 0
    for path in paths:
        with tempfile.TemporaryDirectory() as folder:
            failed, differing = run(path, Path(folder))
        verdict = "; ".join(failed) or f"runs, {differing} cells print something else"
        print(f"{path.relative_to(ROOT)}: {verdict}", flush=True)
        broken += bool(failed)
    print(f"{len(paths) - broken} passed, {broken} failed")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
