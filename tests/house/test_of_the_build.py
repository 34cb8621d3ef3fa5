"""Promise: what the book's build printed is compared with what is stored, as nbval compares it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_cache import get_cache
from nbformat import v4
from of_the_build import Recording

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "tests.house.of_the_build"]
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def notebook(title, number=3, shown="<Figure>", tags=(), **pictures):
    """Return a notebook of two cells: one prints a number, one draws."""
    said = v4.new_output("stream", name="stdout", text=f"{number}\n")
    data = {"text/plain": shown, "image/png": "AAAA", **pictures}
    figure = v4.new_output("display_data", data)
    parts = [(f"print(1 + 2)  # {title}", said, {"tags": list(tags)}), ("draw()", figure, {})]
    cells = [
        v4.new_code_cell(code, outputs=[output], metadata=metadata, execution_count=n, id=f"{n}")
        for n, (code, output, metadata) in enumerate(parts, start=1)
    ]
    return v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


IGNORED = ["nbval-ignore-output"]
BUILT = {  # what the build made of a notebook that stores the number 3, and the cells that fail
    "same": (notebook("same"), []),
    "drawn_otherwise": (notebook("drawn_otherwise", **{"image/svg+xml": "<svg/>"}), []),
    "another_number": (notebook("another_number", number=4), [0]),
    "another_figure": (notebook("another_figure", shown="<Axes>"), [1]),
    "an_ignored_number": (notebook("an_ignored_number", number=4, tags=IGNORED), []),
    "other_code": (notebook("other"), [0, 1]),
}


def test_an_output_of_other_code_is_none_of_this_cells():
    record = SimpleNamespace(pk=1, nb=notebook("built"))
    executions = SimpleNamespace(
        match_cache_notebook=lambda notebook: record, get_cache_bundle=lambda pk: record
    )
    with pytest.raises(AssertionError):
        Recording(record.nb, executions).execute_cell_input("print(2)", allow_stdin=False)


def test_another_output_is_found_and_a_notebook_that_was_not_executed(tmp_path):
    cache = get_cache(tmp_path / "_build" / ".jupyter_cache")
    for name, (built, _) in BUILT.items():
        tags = built.cells[0].metadata.tags
        nbformat.write(notebook(name, tags=tags), tmp_path / f"{name}.ipynb")
        nbformat.write(built, tmp_path / "built.ipynb")
        cache.cache_notebook_file(tmp_path / "built.ipynb", check_validity=False)
    (tmp_path / "built.ipynb").unlink()
    done = subprocess.run(
        [*COMMAND, f"--rootdir={tmp_path}", tmp_path],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    failed = re.findall(r"^(?:FAILED|ERROR) .*?(\w+)\.ipynb::Cell (\d)", done.stdout, re.MULTILINE)
    expected = [(name, str(cell)) for name, (_, cells) in BUILT.items() for cell in cells]
    assert sorted(failed) == sorted(expected), done.stdout
    assert "run `make book` first" in done.stdout
