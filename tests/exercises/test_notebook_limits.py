"""Promise: past the limits of a notebook as a whole, what it did before still counts."""

import asyncio
import re

import pytest
from nbformat import validate
from nbformat.v4 import new_code_cell, new_notebook

from grader.execution import execute
from grader.kernel_process import KernelProcess
from grader.limits import Limits
from grader.outputs import Allowance, clean, failure

ENDS = "import os\nos._exit(1)"
ENDLESS = "while True:\n    pass"
LOUD = "from IPython.display import display\nfor i in range(8):\n    display(i)"


def cell(source, name=""):
    """A cell, or with a name an answer or the check of one."""
    about = {"grade_id": name, "grade": name.endswith("-check")}
    about["solution"] = bool(name) and not about["grade"]
    return new_code_cell(source, metadata={"nbgrader": about} if name else {})


def run(*cells, **limits):
    """Execute cells and return the outputs of each."""
    cells = [each if not isinstance(each, str) else cell(each) for each in cells]
    done = asyncio.run(execute(new_notebook(cells=cells), limits=Limits(**limits)))
    validate(done)
    return [each.outputs for each in done.cells]


def said(outputs):
    """All that the outputs print, show or complain of."""
    return "".join(
        output.get("text") or output.get("evalue") or output.data["text/plain"]
        for output in outputs
    )


ANSWER, CHECK = cell("a1 = 5", "a1"), cell("print(a1)", "a1-check")
LATER, ITS_CHECK = cell("a2 = 7", "a2"), cell("print('a2' in globals())", "a2-check")


# ---- Time and kernels


def test_what_ran_in_time_is_checked_after_it():
    outputs = run(ANSWER, ENDLESS, CHECK, "1", LATER, ITS_CHECK, notebook_seconds=1.5)
    assert said(outputs[2]) == "5\n"
    late = "not run: the notebook's 1.5 seconds were used up"
    assert [said(output) for output in outputs[3:]] == [late] * 3


def test_the_time_of_the_checks_is_a_bound_too():
    slow = cell(ENDLESS, "a1-check")
    outputs = run(ANSWER, ENDLESS, slow, CHECK, notebook_seconds=1, check_seconds=1)
    assert "this cell ran longer than" in said(outputs[2])
    assert said(outputs[3]) == "not run: the notebook's 1 seconds were used up"


def test_what_was_right_before_too_many_lost_kernels_is_checked_after_them():
    outputs = run(ANSWER, *[ENDS] * 3, "1", CHECK, LATER, ITS_CHECK, restarts=1)
    assert said(outputs[5]) == "5\n"
    lost = "not run: cells before it ended 2 kernels"
    assert [said(outputs[k]) for k in (3, 4, 6, 7)] == [lost] * 4


def test_checks_that_end_their_kernels_are_bounded_as_well():
    fatal = [cell(ENDS, "a1-check") for _ in range(4)]
    outputs = run(ANSWER, *[ENDS] * 3, *fatal, CHECK, restarts=1)
    assert [said(output) for output in outputs[4:6]] == ["this cell ended its kernel"] * 2
    assert re.fullmatch(r"not run: cells before it ended \d kernels", said(outputs[-1]))


def test_five_lost_kernels_cost_nothing_else(monkeypatch):
    starts, start = [], KernelProcess.start
    monkeypatch.setattr(
        KernelProcess, "start", lambda self, wait: starts.append(self) or start(self, wait)
    )
    outputs = run(ANSWER, *[ENDS] * 5, LATER, CHECK, ITS_CHECK)
    assert [said(output) for output in outputs[7:]] == ["5\n", "True\n"]
    assert len(starts) == 6


# ---- Outputs


def test_of_many_outputs_of_a_cell_the_first_are_kept():
    outputs = run(LOUD, "print('on')", outputs=5)
    assert [output.output_type for output in outputs[0]] == ["display_data"] * 5 + ["stream"]
    assert said(outputs[0]) == "01234[The outputs of this cell beyond 5 are left out.]\n"
    assert said(outputs[1]) == "on\n"


def test_of_many_outputs_of_a_notebook_the_first_are_kept_and_those_of_checks():
    check = cell(LOUD, "a1-check")
    outputs = run(LOUD, LOUD, LOUD, check, notebook_outputs=12)
    left_out = "[The output of this cell is left out: this notebook puts out too much.]\n"
    texts = [said(output) for output in outputs]
    assert texts == ["01234567", "0123" + left_out, left_out, "01234567"]


def test_of_a_large_output_of_a_notebook_the_first_is_kept_and_that_of_checks():
    loud = "print('x' * 1000)"
    outputs = run(loud, loud, cell(loud, "a1-check"), notebook_output_bytes=1500)
    assert [said(output)[:10] for output in outputs] == ["x" * 10, "[The outpu", "x" * 10]


def test_an_allowance_counts_each_part_of_an_output():
    error = failure("E", "x" * 10)
    assert Allowance(1, 1000).takes(error)
    assert not Allowance(0, 1000).takes(error)
    assert not Allowance(1, 23).takes(error)


@pytest.mark.parametrize("forged", [{"text": ""}, {"name": "x", "text": "x"}, {"ename": "E"}])
def test_of_forged_outputs_only_those_that_are_kept_are_made(forged):
    class Counted(dict):
        looks = 0

        def __contains__(self, key):
            Counted.looks += key == "text"
            return super().__contains__(key)

    many = clean([Counted(forged) for _ in range(1000)], 1)
    assert len([next(many) for _ in range(3)]) == 3
    assert Counted.looks == 3


def test_of_a_forged_traceback_the_first_lines_are_kept():
    (error,) = clean([{"ename": "E", "traceback": ["x"] * 100_000}], 1)
    assert len(error.traceback) == 100
