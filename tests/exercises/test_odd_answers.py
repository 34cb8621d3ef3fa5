"""Promise: whatever an answer is, its check says what is amiss, and a number has no wrong type."""

import re

import pytest

from exercises import CHAPTERS, attempt, tasks
from grader.notes import _numbers, notes
from linreg import checks
from linreg.checks.answers import written
from linreg.checks.notes import about

TASKS = [task for chapter in CHAPTERS for task in tasks(chapter)]
NUMBERS = [task for task in TASKS if "digits" in about(str(task))]
NOTES = {chapter: notes(chapter) for chapter in CHAPTERS}
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
    "a function of NumPy's": "__import__('numpy').add",
    "a power that would fill the memory": "'1e999999999'",
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
    for kind in (*kinds, "numpy.asmatrix({})", "numpy.longdouble({})", "numpy.array([str({})])"):
        wrapped = f"import fractions, numpy, sympy\n{task.name} = {kind.format(f'({task.name})')}"
        outcome = attempt(task, f"{task.solution}\n{wrapped}")
        assert outcome.error is None, kind
        assert outcome.printed == task.prints


@pytest.mark.parametrize(
    ("task", "typed", "told"),
    [
        ("ch05/a4", "12,800", "This is in megabytes"),  # which is a tuple
        ("ch05/a4", "'12,800'", "This is in megabytes"),
        ("ch02/a3", "252,000", "a thousand times the right number"),
        ("ch13/a2", "4,000", "thousand times the right number"),
        (
            "ch14/a2",
            "'983,040'",
            "can be read as 983040 and as 983.04: write the one",
        ),
        ("ch03/a2", "-0,6", "a minus before a 0 is lost there: write a decimal point"),
    ],
)
def test_a_comma_does_not_hide_a_slip(task, typed, told):
    (one,) = [each for each in TASKS if str(each) == task]
    error = attempt(one, f"{one.name} = {typed}").error
    assert isinstance(error, checks.NotYet)
    assert told in str(error)


def thousandfold(task):
    """A thousand times the answer, as people write it: "12,800" for 12.8."""
    return f"{1000 * float(NOTES[task.chapter][task.name]['right']):,.0f}"


# Where the comma may be a decimal one, as in "4,556" for 4.556, it is taken for one on purpose.
COARSE = [task for task in NUMBERS if re.fullmatch(r"-?[1-9]\d{0,2},\d00", thousandfold(task))]


@pytest.mark.parametrize("task", COARSE, ids=str)
def test_a_thousand_times_the_answer_is_wrong_with_a_comma_too(task):
    for typed in (thousandfold(task), repr(thousandfold(task))):
        assert isinstance(attempt(task, f"{task.name} = {typed}").error, checks.NotYet), typed


def test_a_wrong_number_with_fewer_digits_is_told_the_same_cause():
    of = _numbers([("342", "right: yes"), ("341.922", "wrong: steps come whole")], 6)
    assert of["341.92"] == of["341.9"] == "wrong: steps come whole"
    assert of["342"] == "right: yes"


@pytest.mark.parametrize(
    ("right", "digits", "given", "told"),
    [
        ("2.125", 6, "2.13", "the right number to 3 digits only"),  # as people round a half
        ("2.125", 6, "2.12", "the right number to 3 digits only"),
        ("0.4666666667", 6, "0.466666", "The last digit is cut off"),
        ("-5.75681818", 6, "-5.75681", "The last digit is cut off"),
        ("164794.6", 6, "164794", "The last digit is cut off"),
    ],
)
def test_a_right_number_that_was_shortened_is_told_so(right, digits, given, told):
    of = _numbers([(right, "right: yes")], digits)
    assert told in of[written(float(given), digits)]
    assert of[written(float(right), digits)] == "right: yes"
