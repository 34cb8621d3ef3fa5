"""Promise: a benchmark times things side by side, keeps the best, and says on what machine."""

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


def test_each_round_runs_every_function_in_an_order_of_its_own(measuring):
    ran = []
    measuring.best_of([lambda name=name: ran.append(name) for name in "abc"], 20)
    rounds = [tuple(ran[k : k + 3]) for k in range(0, 60, 3)]
    assert all(sorted(order) == ["a", "b", "c"] for order in rounds)
    assert len(set(rounds)) > 3


def test_the_best_of_each_function_is_kept(measuring):
    """A clock of our own advances by what a function is said to take."""
    now = [0.0]

    def work(takes):
        now[0] += next(takes)

    short, long = iter([5.0, 3.0, 4.0]), iter([40.0, 20.0, 30.0])
    functions = [lambda: work(short), lambda: work(long)]
    assert measuring.best_of(functions, 3, clock=lambda: now[0]) == [3.0, 20.0]


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
