"""Promise: whatever an answer is, its check says what is amiss, and a number has no wrong type."""

import re

import pytest

from exercises import CHAPTERS, attempt, tasks
from linreg import checks
from linreg.checks.notes import about

TASKS = [task for chapter in CHAPTERS for task in tasks(chapter)]
NUMBERS = [task for task in TASKS if "digits" in about(str(task))]
ODD = {
    "rows of different lengths": "[[1], [1, 2]]",
    "an object": "object()",
    "a text": "'x'",
    "a dict": "{}",
    "nothing": "()",
    "nested Nones": "([object()], 'a', None, [])",
    "a pair of odd things": "(None, [1, 'a'])",
    "a complex number": "1j",
    "a generator": "(k for k in 'ab')",
    "a huge number": "10**400",
    "a list of itself": "(lambda inner: inner.append(inner) or inner)([])",
}


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_no_check_crashes_on_an_odd_answer(task):
    function = re.search(r"^def (\w+)", task.stub, re.MULTILINE)
    for what, code in ODD.items():
        answer = f"{task.name} = {code}"
        if function:
            answer = f"def {function[1]}(*given, **named):\n    return {code}"
        assert isinstance(attempt(task, answer).error, checks.NotYet), what


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("task", NUMBERS, ids=str)
def test_a_number_of_any_library_is_as_good_in_both_parts(task):
    kinds = "fractions.Fraction({})", "sympy.sympify({})", "numpy.array({})", "numpy.float64({})"
    for kind in (*kinds, "numpy.asmatrix({})"):
        wrapped = f"import fractions, numpy, sympy\n{task.name} = {kind.format(f'({task.name})')}"
        outcome = attempt(task, f"{task.solution}\n{wrapped}")
        assert outcome.error is None, kind
        assert outcome.printed == task.prints
