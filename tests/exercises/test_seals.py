"""Promise: a derivation's seals are those of its solution, and of wrong answers that it names."""

import ast

import pytest

from exercises import CHAPTERS, tasks, wrong_answers
from linreg.checks.derivations import sealed

TASKS = [task for chapter in CHAPTERS for task in tasks(chapter)]
DERIVATIONS = [task for task in TASKS if "checks.derivation(" in task.check]
each_derivation = pytest.mark.parametrize("task", DERIVATIONS, ids=str)
OF_THE_ANSWER = {"right", "factor", "shift"}
# Slips that no wrong answer of the notes is, and those in symbols that stand for others.
FURTHER = {
    "ch09/c1": ["c1 = (M - m) / (m + 2 * p)"],
    "ch10_deeper/c1": ["c1 = N / 3 - N**2 / (9 * D)"],
}


def seals_in(task):
    """The seals that stand in a check's text."""
    calls = [node for node in ast.walk(ast.parse(task.check)) if isinstance(node, ast.Call)]
    (call,) = [node for node in calls if ast.unparse(node.func) == "checks.derivation"]
    return ast.literal_eval(call.args[3])


def answer_of(task, code):
    names = {"__name__": "__main__"}
    for text in (*task.given, code):
        exec(text, names)
    return names[task.name]


def test_there_are_derivations():
    assert len(DERIVATIONS) >= 11


@each_derivation
def test_the_seals_of_an_answer_are_those_of_the_solution(task):
    found = {name: seal for name, seal in seals_in(task).items() if name in OF_THE_ANSWER}
    assert found == sealed(str(task), answer_of(task, task.solution))


@each_derivation
def test_each_seal_of_a_slip_is_that_of_a_named_wrong_answer(task):
    codes = [code for _, code, _ in wrong_answers(task)] + FURTHER.get(str(task), [])
    wrong = [answer_of(task, code) for code in codes]
    for name in set(seals_in(task)) - OF_THE_ANSWER:
        right = answer_of(task, task.solution)
        made = [sealed(str(task), right, **{name: each})[name] for each in wrong]
        assert seals_in(task)[name] in made, name
