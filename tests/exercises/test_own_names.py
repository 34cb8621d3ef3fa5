"""Promise: whatever a learner calls numbers of her own, right answers keep all their points."""

import ast
import builtins
import contextlib
import io
import keyword

import numpy as np
import pytest

from exercises import CHAPTERS, attempt, settings, tasks
from grader import course

TASKS = [task for chapter in CHAPTERS for task in tasks(chapter)]
LIBRARIES = {"np", "sp", "checks", "Fraction", "random", "pure_python", "with_numpy", "add"}
NAMES = {name for name in dir(builtins) if not name.startswith("_")} - set(keyword.kwlist)
NAMES |= {name for name in np.__all__ if not name.startswith("_")} | LIBRARIES


def taken(kept):
    """A learner's cell that gives all these names to a number, but for those that are needed."""
    return f"globals().update(dict.fromkeys({sorted(NAMES - kept)}, 1.5))\n"


def read_by(text):
    """The names that code reads, in its functions, too."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def functions_of(texts):
    """The functions that cells define, by their names, as text."""
    nodes = [node for text in texts for node in ast.parse(text).body]
    return {node.name: ast.unparse(node) for node in nodes if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_no_check_needs_a_name_of_the_learners(task):
    """All names that the answer can do without are lost between the answer and its check."""
    kept = read_by(task.solution)
    for name, text in functions_of(task.given).items():
        kept |= read_by(text) if name in kept else set()
    outcome = attempt(task, task.solution + "\n" + taken(kept | set(functions_of([task.solution]))))
    assert outcome.error is None
    assert outcome.printed == task.prints


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_cell_of_the_learners_at_the_top_costs_no_point(chapter):
    """Such as `sum = 0`, `max = 3` or `from numpy import *`, in a whole notebook."""
    source = course.read(course.notebook(course.EXERCISES / "source", chapter))
    cells = [cell for cell in source.cells if cell.cell_type == "code" and settings(cell)]
    needed = [cell.source for cell in cells if not settings(cell).grade]
    kept = set().union(*map(read_by, needed), functions_of(needed))
    names = {"__name__": "__main__"}
    exec(taken(kept), names)
    for cell in cells:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(cell.source, names)
        stored = "".join(output.text for output in cell.outputs if "text" in output)
        assert printed.getvalue() == stored


def test_the_names_are_those_that_learners_use():
    common = {"sum", "max", "min", "abs", "len", "float", "print", "round", "set", "sorted"}
    common |= {"all", "any", "range", "zip", "map", "isinstance", "int", "str"}
    assert common | LIBRARIES <= NAMES
