"""Promise: a benchmark times things in turn, keeps the best, and says on what machine."""

import importlib.util
import json
import platform
import re

import numpy as np
import pytest

from notebooks import ROOT


@pytest.fixture
def measuring():
    spec = importlib.util.spec_from_file_location("measuring", ROOT / "benchmarks/measuring.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_functions_run_in_turn(measuring):
    ran = []
    measuring.best_of([lambda: ran.append("a"), lambda: ran.append("b")], 3)
    assert ran == ["a", "b", "a", "b", "a", "b"]


def test_the_best_of_each_function_is_kept(measuring):
    """A clock of our own advances by what a function is said to take."""
    now, takes = [0.0], iter([5.0, 40.0, 3.0, 20.0, 4.0, 30.0])

    def work():
        now[0] += next(takes)

    assert measuring.best_of([work, work], 3, clock=lambda: now[0]) == [3.0, 20.0]


def test_a_record_holds_the_result_the_machine_and_the_day(measuring, tmp_path, monkeypatch):
    monkeypatch.setattr(measuring, "FOLDER", tmp_path / "measured")
    path = measuring.record("walk", {"what": "a walk", "seconds": 1.5})
    assert path == tmp_path / "measured" / "walk.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    assert list(found) == ["what", "seconds", "machine", "date"]
    assert (found["what"], found["seconds"]) == ("a walk", 1.5)
    assert found["machine"] == measuring.machine()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found["date"])


def test_the_machine_says_what_a_time_depends_on(measuring):
    found = measuring.machine()
    assert list(found) == ["processor", "cores", "system", "python", "numpy", "blas"]
    assert (found["python"], found["numpy"]) == (platform.python_version(), np.__version__)
    assert found["cores"] >= 1
    assert re.search(r" on \d+ thread\(s\)", found["blas"])


def test_records_lie_where_the_package_ships_them(measuring):
    assert ROOT / "linreg/datasets/measured" == measuring.FOLDER
