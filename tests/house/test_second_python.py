"""Promise: a second Python is found where there is one, and what it leaves out is said."""

import sys

import pytest
import run
import second_python
import without_torch

from notebooks import NOTEBOOKS, ROOT, numbered, read

MINE = f"{sys.version_info.major}.{sys.version_info.minor}"


def put(path, version):
    """Put a program where a Python may be, which says that it is of a version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def test_the_versions_are_those_that_the_package_names_newest_first():
    assert second_python.named_versions() == ["3.13", "3.12", "3.11"]


def test_the_newest_on_the_path_is_taken(tmp_path, home):
    put(tmp_path / "bin/python3.12", "3.12")
    newest = put(tmp_path / "bin/python3.13", "3.13")
    assert second_python.second_python("3.11", home, str(tmp_path / "bin")) == newest


def test_the_first_version_is_no_second(tmp_path, home):
    put(tmp_path / "bin/python3.13", "3.13")
    assert second_python.second_python("3.13", home, str(tmp_path / "bin")) is None
    other = put(tmp_path / "bin/python3.11", "3.11")
    assert second_python.second_python("3.13", home, str(tmp_path / "bin")) == other


def test_a_name_on_the_path_that_leads_to_another_version_is_passed_over(tmp_path, home):
    put(tmp_path / "bin/python3.13", "3.11")
    (put(tmp_path / "bin/python3.12", "3.12")).write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    assert second_python.second_python("3.11", home, str(tmp_path / "bin")) is None


@pytest.mark.parametrize(
    "place",
    [
        ".pyenv/versions/3.13.7/bin/python",
        ".local/share/uv/python/cpython-3.13.7-linux-x86_64-gnu/bin/python3",
    ],
)
def test_those_that_other_programs_keep_are_found(home, place):
    kept = put(home / place, "3.13")
    assert second_python.second_python("3.11", home, "") == kept


def test_a_python_is_asked_for_its_version():
    assert second_python.version_of(sys.executable) == MINE
    assert second_python.version_of("/no/python") is None


def test_a_named_one_is_taken_if_it_is_one(monkeypatch, capsys):
    monkeypatch.setenv("PYTHON2", sys.executable)
    assert second_python.main() == 0
    assert capsys.readouterr().out.strip() == sys.executable
    monkeypatch.setenv("PYTHON2", "/no/python")
    assert second_python.main() == 1
    assert "/no/python" in capsys.readouterr().err


# What needs PyTorch


CELLS = [
    ("import numpy as np", "import numpy as np"),
    ("import torch\nfrom torch import nn", ""),
    ("import math\nimport torch.optim", "import math"),
    ("from linreg import with_torch, result", ""),
    ("x = np.ones(3)", "x = np.ones(3)"),
    ("model = nn.Linear(1, 1)\nx = 2", ""),
    ("print(model)", ""),
    ("rows = [nn.Linear(row, 1) for row in x]", ""),
    ("print([row for row in x])", "print([row for row in x])"),
    ("def twice(row):\n    y = torch\n    return y", ""),
    ("y = 2\nprint(y)", "y = 2\nprint(y)"),
    ("print(twice(rows))", ""),
    ("print(x, 'torch is large')", "print(x, 'torch is large')"),
    ("fit(import_module('torch'))", ""),
    ("model = model + x", ""),
    ("model = x\nprint(model)", "model = x\nprint(model)"),
    ("for model in x:\n    print(model)", "for model in x:\n    print(model)"),
    ("wanted = f'linreg[{x},torch]'", "wanted = f'linreg[{x},torch]'"),
]


def test_a_cell_is_left_out_that_names_pytorch_or_what_only_such_a_cell_defines():
    assert without_torch.kept(cell for cell, _ in CELLS) == [kept for _, kept in CELLS]


def test_few_cells_are_left_out():
    """None is by mistake: each chapter's first cell speaks of PyTorch, too.

    The chapters that are about PyTorch, 12 and 13, do not count.
    """
    others = [path for path in NOTEBOOKS if not path.name.startswith(("12_", "13_"))]
    cells = [[cell.source for _, cell in numbered(read(path), "code")] for path in others]
    shares = [sum(not one for one in without_torch.kept(sources)) for sources in cells]
    assert 5 < sum(shares) < sum(map(len, cells)) / 30


TESTS = """
import pytest

@pytest.mark.torch
def test_a_tensor():
    import no_such_library

@pytest.mark.parametrize("one", [1, pytest.param(2, marks=pytest.mark.torch)])
def test_each(one):
    assert one == 1
"""


@pytest.mark.parametrize(
    ("processes", "counted"), [([], "1 passed, 2 deselected"), (["-n", "2"], "1 passed in ")]
)
def test_what_is_left_out_is_counted_in_a_line_that_is_repeated(
    tmp_path, monkeypatch, capsys, processes, counted
):
    (tmp_path / "test_some.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = torch\n", encoding="utf-8")
    plugin = ["-p", "tests.house.without_torch", "-p", "no:cacheprovider"]
    monkeypatch.setattr(run, "left_out", [])
    command = [sys.executable, "-m", "pytest", str(tmp_path), *plugin, *processes]
    passed, _ = run.run("a stage", command)
    assert passed
    assert run.left_out == ["a stage, left out: 2 tests and 0 cells, which need PyTorch."]
    assert counted in capsys.readouterr().out


def test_the_stage_leaves_out_what_needs_pytorch_and_nothing_else():
    command = run.STAGES["second Python"]
    assert command[0] == run.SECOND
    assert command[command.index("-p") + 1] == "tests.house.without_torch"
    notebooks = {*run.BOOK, *run.EXERCISES}
    assert {"--nbval", "--nbval-current-env", "tests/linreg"} | notebooks < set(command)
    assert all((ROOT / test).exists() for test in run.TRIED_ONCE)


def test_where_there_is_no_second_python_its_stage_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "SECOND", tmp_path / "python")
    stages = {"other": [sys.executable, "-c", ""], "second Python": [tmp_path / "python"]}
    monkeypatch.setattr(run, "STAGES", stages)
    assert list(run.run_lane(["other", "second Python"])) == ["other"]


def test_and_the_last_lines_say_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "STEPS", [])
    monkeypatch.setattr(run, "BUILD", tmp_path / "build")
    monkeypatch.setattr(run, "REPORTS", tmp_path / "build/tests")
    monkeypatch.setattr(run, "SECOND", tmp_path / "python")
    with pytest.raises(SystemExit):
        run.main()
    assert "NOT TRIED ON A SECOND PYTHON" in capsys.readouterr().out
    put(tmp_path / "python", MINE)
    monkeypatch.setattr(run, "left_out", ["so many"])
    with pytest.raises(SystemExit):
        run.main()
    assert "so many\nEvery stage passed." in capsys.readouterr().out
