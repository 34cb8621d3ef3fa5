"""Promise: `make check` tells a learner task by task what the visible checks say, and no more."""

import re
import subprocess
import sys

import pytest
from classroom import answered, hand_in, solutions

from exercises import settings, tasks
from linreg.checks.report import Line, report, table
from notebooks import ROOT


def check(path):
    command = [sys.executable, "-m", "linreg.checks", str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_a_table_of_tasks_points_and_messages(tmp_path):
    answers = solutions("ch01") | {"a2": "a2 = -13500", "b1": "b1 = 'a'", "d1": "In words."}
    path = hand_in(tmp_path, "mine", answered("ch01", answers))
    before = path.read_bytes()
    done = check(path)
    rows = [line for line in done.stdout.splitlines() if re.match(r"[abcd]\d", line)]
    lines = {line.split()[0]: line for line in rows}
    names = [task.name for task in tasks("ch01")]
    assert set(lines) >= {*names, "d1"}
    assert lines["a1"].split()[1:4] == ["1", "of", "1"]
    assert lines["a2"].split()[1:4] == ["0", "of", "1"]
    assert "the other convention" in " ".join(done.stdout.split())
    assert "by hand" in lines["d1"]
    possible = sum(task.points for task in tasks("ch01"))
    assert f"Visible checks: {possible - 2:g} of {possible:g} points." in done.stdout
    assert "hidden checks try other data" in " ".join(done.stdout.split())
    assert done.returncode == 1
    assert path.read_bytes() == before


def test_all_right_is_said_by_the_exit_status(tmp_path):
    path = hand_in(tmp_path, "mine", answered("ch01", solutions("ch01")))
    assert check(path).returncode == 0


def test_a_lost_check_is_missed(tmp_path):
    notebook = answered("ch01", solutions("ch01"))
    notebook.cells = [c for c in notebook.cells if settings(c).get("grade_id") != "c1-check"]
    lines = report(hand_in(tmp_path, "mine", notebook))
    (lost,) = [line for line in lines if line.points == 0]
    assert lost.task == "c1"
    assert "Copy its cells from a fresh release" in lost.message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not a notebook"),
        ('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "holds no exercises"),
    ],
)
def test_what_is_no_notebook_of_exercises_is_told_so(tmp_path, text, says):
    done = check(hand_in(tmp_path, "mine", text))
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 2


def test_a_file_that_is_not_there():
    done = check("nowhere.ipynb")
    assert "nowhere.ipynb is not there" in done.stderr
    assert done.returncode == 2


def test_a_kernel_that_dies_is_told(tmp_path):
    notebook = answered("ch01", {"a1": "import os\nos._exit(1)"})
    done = check(hand_in(tmp_path, "mine", notebook))
    assert "The kernel died" in done.stderr
    assert done.returncode == 2


def test_long_messages_stay_in_their_column():
    lines = [Line(task.name, 0, task.points, "word " * 60) for task in tasks("ch01")]
    assert max(map(len, table(lines).splitlines())) <= 96
