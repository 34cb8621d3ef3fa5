"""Promise: kernels take no port, which another kernel could take before them."""

import ast
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import execution
import nbformat
import pytest
from jupyter_cache.executors import utils
from nbformat import v4

from linreg.checks import report
from linreg.checks.kernels import LONGEST, without_ports

ROOT = Path(__file__).parents[2]
FOLDERS = ["linreg", "exercises", "book/extensions", "benchmarks", "tests"]
COMMAND = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env"]
PLUGIN = "tests.house.kernels_on_files"
CODE = "print(get_ipython().kernel.parent.transport)"

STARTERS = {"NotebookClient", "KernelManager"}
ONE_BY_ONE = {"tests/house/colab.py"}  # nothing starts beside its kernels, so ports do no harm


@pytest.fixture
def temporary(monkeypatch):
    """A folder of a short name for what is temporary, and empty at the end of the test."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield
        assert list(Path(folder).iterdir()) == []


def notebook():
    said = v4.new_output("stream", name="stdout", text="ipc\n")
    cell = v4.new_code_cell(CODE, outputs=[said], execution_count=1, id="1")
    return v4.new_notebook(cells=[cell])


def test_nbval_takes_no_port(tmp_path, temporary):
    nbformat.write(notebook(), tmp_path / "small.ipynb")
    done = subprocess.run(
        [*COMMAND, "-p", PLUGIN, f"--rootdir={tmp_path}", tmp_path / "small.ipynb"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert "1 passed" in done.stdout, done.stdout


def test_nor_does_make_check(tmp_path, temporary):
    small = notebook()
    small.cells[0].outputs = []
    report._run(small, tmp_path, 60)
    assert small.cells[0].outputs[0].text == "ipc\n"


def test_nor_does_the_build_of_the_book(temporary, monkeypatch):
    class Build:
        def connect(self, moment, end):
            assert moment == "build-finished"
            self.end = end

    monkeypatch.setattr(utils, "executenb", utils.executenb)  # put back after the test
    build = Build()
    execution.setup(build)
    small = notebook()
    small.cells[0].outputs = []
    utils.single_nb_execution(small, cwd=None, timeout=60, allow_errors=False)
    build.end(build, None)
    assert small.cells[0].outputs[0].text == "ipc\n"


def test_where_there_are_no_such_files_the_ports_stay(temporary, monkeypatch):
    with without_ports() as config, monkeypatch.context() as patch:
        assert config
        patch.setattr("os.name", "nt")
        with without_ports() as config:
            assert config == {}


@pytest.mark.parametrize(
    ("length", "transport"), [(LONGEST, "ipc"), (LONGEST + 1, "tcp"), (140, "tcp")]
)
def test_a_kernel_answers_however_long_the_folders_name_is(monkeypatch, length, transport):
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        folder = Path(place, "x" * (length - len(place) - len("/" + "/kernels-12345678")))
        folder.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        small = notebook()
        small.cells[0].outputs = []
        report._run(small, place, 60)
    assert small.cells[0].outputs[0].text == f"{transport}\n"


def starts_of_kernels(text):
    """Return the calls that start kernels, `partial(KernelManager, ...)` too."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [call for call in calls if what_is_called(call) in STARTERS]


def what_is_called(call):
    named = call.args[0] if name_of(call.func) == "partial" else call.func
    return name_of(named)


def name_of(node):
    return getattr(node, "id", getattr(node, "attr", None))


def test_nobody_starts_a_kernel_otherwise():
    files = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in files}
    starts = {place: starts_of_kernels(text) for place, text in texts.items()}
    starting = {place for place, calls in starts.items() if calls}
    assert {"linreg/checks/report.py", "exercises/grader/term.py", *ONE_BY_ONE} < starting
    for place in starting - ONE_BY_ONE:
        assert "without_ports() as config" in texts[place] or "(without_ports())" in texts[place]
        for call in starts[place]:
            given = {keyword.arg: name_of(keyword.value) for keyword in call.keywords}
            assert given.get("config") in ("config", "settings"), place
