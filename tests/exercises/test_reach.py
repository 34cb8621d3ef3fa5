"""Promise: while a learner's code runs, nothing within its reach holds the answer asked for.

A spy stands in for each answer. When a check calls it, it looks at all that code can get at from
there: the frames that wait for it, what their code and their functions hold, the checks' modules,
and what the garbage collector knows. Of a function the answers to hidden inputs are looked for:
those to visible ones stand in the release, for everyone to read, and earn no point. A derivation
has one answer, which must be nowhere at all, not even in the text of its check.
"""

import ast
import contextlib
import functools
import gc
import io
import linecache
import math
import numbers
import random
import re
import sys
import types

import numpy as np
import pytest
import sympy

from exercises import CHAPTERS, tasks
from grader.marking import hidden_lines
from grader.term import HIDDEN
from linreg.checks.notes import about

TASKS = [task for chapter in CHAPTERS for task in tasks(chapter)]
FUNCTIONS = [task for task in TASKS if re.search(r"^def ", task.stub, re.MULTILINE)]
DERIVATIONS = [task for task in TASKS if task.name[0] == "c" and task not in FUNCTIONS]
NUMBERS = [task for task in TASKS if "digits" in about(str(task))]
MINE = __file__


# ---- Running a task's cells as a kernel does, with their texts where a learner finds them


def names_before(task):
    """The names that a kernel holds after a task's given cells."""
    names = {"__name__": "__main__", "In": []}
    for text in task.given:
        run_cell(text, names)
    return names


def run_cell(text, names):
    place = f"<cell {len(names['In'])}>"
    names["In"].append(text)
    linecache.cache[place] = len(text), None, text.splitlines(keepends=True), place
    exec(compile(text, place, "exec"), names)


def check_with(task, answers, names):
    """Run a task's check with a spy in the place of the answer; return what it printed."""
    names.update(answers)
    printed = io.StringIO()
    gc.collect()
    gc.freeze()  # what is made from here on is what the collector lists
    try:
        with contextlib.redirect_stdout(printed):
            run_cell(task.check, names)
    finally:
        gc.unfreeze()
    return printed.getvalue()


def answered(task):
    """The names that the solution defines, in a namespace that no check shares."""
    names = names_before(task)
    before = set(names)
    run_cell(task.solution, names)
    return {name: names[name] for name in names if name == task.name or name not in before}


# ---- What code can get at


def reachable(frame, skipped):
    """Yield all objects that can be got at from a frame, outwards, and from the collector."""
    waiting, seen = [], set(skipped)
    while frame is not None and frame.f_code.co_filename != MINE:
        waiting += [dict(frame.f_locals), frame.f_globals, frame.f_code]
        frame = frame.f_back
    waiting += [vars(module) for name, module in [*sys.modules.items()] if "linreg.checks" in name]
    waiting += [each for each in gc.get_objects() if isinstance(each, (list, tuple, dict, set))]
    waiting.reverse()
    while waiting:
        each = waiting.pop()
        if id(each) in seen or is_mine(each):
            continue
        seen.add(id(each))
        yield each
        waiting += inside(each)


def is_mine(each):
    """Whether an object belongs to this test, such as its functions and its records."""
    code = getattr(each, "__code__", None)
    if isinstance(each, types.FrameType):
        code = each.f_code
    return isinstance(each, Spied) or getattr(code, "co_filename", None) == MINE


def inside(each):
    """List what an object holds, as far as checks and their data go."""
    if isinstance(each, dict):
        return [*each.values()]
    if isinstance(each, (list, tuple, set, frozenset)):
        return [*each]
    if isinstance(each, types.FunctionType):
        cells = [cell.cell_contents for cell in each.__closure__ or () if not_empty(cell)]
        return [*cells, each.__code__, *(each.__defaults__ or ())]
    if isinstance(each, types.CodeType):
        return [*each.co_consts]
    if isinstance(each, types.GeneratorType) and each.gi_frame is not None:
        return [dict(each.gi_frame.f_locals)]
    if isinstance(each, np.ndarray):
        return [each.base] if each.base is not None else []
    if isinstance(each, functools.partial):
        return [each.func, *each.args, *each.keywords.values()]
    return []


def not_empty(cell):
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


class Spied(list):
    """Records of this test, which no walk enters."""


# ---- Functions: the answers to hidden inputs


def flat(value):
    """List the numbers and words that a value consists of."""
    if isinstance(value, sympy.Basic | str | bool | None):
        return [value]
    if hasattr(value, "tolist") and not isinstance(value, type):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [leaf for each in value for leaf in flat(each)]
    return [value]


def close(a, b):
    if not isinstance(a, numbers.Real) or not isinstance(b, numbers.Real):
        return a == b and type(a) is type(b)
    return math.isclose(a, b, rel_tol=1e-6)


def telling(answer, arguments):
    """The numbers of an answer that no one meets by chance, nor finds among the arguments."""
    given = [leaf for each in arguments for leaf in flat(each) if isinstance(leaf, numbers.Real)]
    told = [leaf for leaf in flat(answer) if isinstance(leaf, numbers.Real)]
    rare = [n for n in told if abs(n) > 1000 or not float(n).is_integer()]
    return [n for n in rare if not any(close(n, m) for m in given)]


class Watch:
    """A function in the place of the learner's, which looks around before it answers."""

    def __init__(self, function):
        self.function, self.leaks, self.own = function, Spied(), Spied()
        self.small = Spied()  # for each hidden call: whole numbers that the frames name
        self.n_hidden = 0

    def __call__(self, *arguments, **named):
        frame, blocks = sys._getframe(1), Spied()
        is_hidden = hidden(frame)
        skipped = {id(each) for each in (*self.own, *arguments)}
        around = Spied(reachable(frame, skipped) if is_hidden else ())  # there is no answer yet
        given = [self.watched(each, blocks, frame) if is_hidden else each for each in arguments]
        answer = self.function(*given, **named)
        if is_hidden:
            self.n_hidden += 1
            self.look(around, arguments, answer, blocks)
            self.small.append(self.named(frame, arguments) & {*filter(is_small, flat(answer))})
        self.own.extend([answer, *(answer if isinstance(answer, tuple | list) else ())])
        return answer

    def watched(self, given, blocks, frame):
        """Pass on what is taken block by block, and note what else was there meanwhile."""
        if not hasattr(given, "__next__"):
            return given

        def passed_on():
            for block in given:
                arrays = [each.copy() for each in block]
                there = [
                    each.copy()
                    for each in reachable(frame, ())
                    if isinstance(each, np.ndarray) and each.dtype == float
                ]
                blocks.append((arrays, Spied(there)))
                yield block

        return passed_on()

    def look(self, around, arguments, answer, blocks):
        rare, leaves = telling(answer, arguments), flat(answer)
        for each in around:
            if isinstance(each, float) and any(close(each, number) for number in rare):
                self.leaks.append(("a number of the answer", each))
            elif isinstance(each, tuple | list | np.ndarray) and rare:
                found = flat(each)
                if len(found) == len(leaves) and all(map(close, found, leaves)):
                    self.leaks.append(("the answer", each))
            if isinstance(each, tuple | list | dict):
                beside = [*each.values()] if isinstance(each, dict) else each
                of_it = any(one is two for one in beside for two in arguments if callable(two))
                if of_it and any(type(one) is type(answer) and one == answer for one in beside):
                    self.leaks.append(("the answer beside its argument", each))
        for wholes in zip(*(arrays for arrays, _ in blocks)) if blocks else ():
            whole = np.concatenate(wholes)
            for _, there in blocks:
                if any(each.shape == whole.shape and (each == whole).all() for each in there):
                    self.leaks.append(("all blocks at once", whole))

    def named(self, frame, arguments):
        """The whole numbers that have a name in a frame, but for those that are handed over."""
        found = set()
        while frame is not None and frame.f_code.co_filename != MINE:
            found |= {each for each in frame.f_locals.values() if is_small(each)}
            frame = frame.f_back
        return found - {each for each in flat(arguments) if is_small(each)}


def is_small(number):
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


def hidden(frame):
    """Whether a hidden region has called: its line lies between the two marks."""
    while frame.f_code.co_filename != MINE:
        lines = linecache.cache.get(frame.f_code.co_filename, (0, 0, []))[2]
        if any(HIDDEN[0] in line for line in lines):
            return any(HIDDEN[0] in line for line in lines[: frame.f_lineno])
        frame = frame.f_back
    return False


@pytest.mark.parametrize("task", FUNCTIONS, ids=str)
def test_no_answer_to_a_hidden_input_is_within_reach(task):
    name = re.search(r"^def (\w+)", task.stub, re.MULTILINE)[1]
    watch = Watch(answered(task)[name])
    printed = check_with(task, {name: watch}, names_before(task))
    assert hidden_lines(printed) == hidden_lines(task.prints)
    assert watch.n_hidden
    assert not watch.leaks, watch.leaks[:3]
    assert not all(watch.small), "numbers of every answer have names in a frame"


# ---- Derivations: the answer


class Hooked:
    """What stands in the place of an expression, and looks around when SymPy reads it."""

    def __init__(self, expression):
        self.expression, self.leaks, self.n_looks = expression, Spied(), 0
        self.at = {
            symbol: sympy.Rational(random.Random(symbol.name).randint(101, 999), 1009)
            for symbol in expression.free_symbols
        }
        self.size = complex(expression.subs(self.at))
        self.tried = {}  # what was found of an expression that comes up again

    def _sympy_(self):
        self.n_looks += 1
        for each in reachable(sys._getframe(1), {id(self), id(vars(self))}):
            # After the first look SymPy's caches hold the learner's own expression.
            own = self.n_looks > 1 and each is self.expression
            if isinstance(each, sympy.Expr) and not own and self.is_answer(each):
                self.leaks.append(each)
        return self.expression

    def is_answer(self, found):
        """Whether an expression comes to the same, but for its sign, where its symbols are."""
        if found not in self.tried:
            alike = found.free_symbols == set(self.at)
            size = abs(complex(found.subs(self.at))) if alike else math.inf
            self.tried[found] = math.isclose(size, abs(self.size), rel_tol=1e-9)
        return self.tried[found]


@pytest.mark.parametrize("task", DERIVATIONS, ids=str)
def test_no_derivation_is_within_reach(task):
    hooked = Hooked(sympy.simplify(answered(task)[task.name]))
    printed = check_with(task, {task.name: hooked}, names_before(task))
    assert hidden_lines(printed) == hidden_lines(task.prints)
    assert hooked.n_looks >= 2  # once in the visible part, and once in the hidden one
    assert not hooked.leaks, hooked.leaks[:3]


@pytest.mark.parametrize("task", DERIVATIONS, ids=str)
def test_no_check_of_a_derivation_computes_one(task):
    """Its text, which a learner's code can read and run, does no sums with symbols."""
    visible = ast.parse(task.check.partition(HIDDEN[0])[0])
    assert not [node for node in ast.walk(visible) if isinstance(node, ast.BinOp)]
    whole = ast.parse(task.check)
    called = {node.attr for node in ast.walk(whole) if isinstance(node, ast.Attribute)}
    assert called <= {"Random", "choice", "derivation", "passed", "randint", "run", "show", "value"}


# ---- Numbers


class Figure(float):
    """A number that looks around whenever a check asks what it is."""

    looks, leaks = 0, Spied()

    def __float__(self):
        Figure.looks += 1
        own = float.__float__(self)
        for each in reachable(sys._getframe(1), {id(self), id(vars(self))}):
            if isinstance(each, float) and type(each) is float and math.isclose(each, own):
                Figure.leaks.append(each)
        return own


@pytest.mark.parametrize("task", NUMBERS, ids=str)
def test_no_right_number_is_within_reach(task):
    """But for small numbers and a half, which stand everywhere."""
    right = float(answered(task)[task.name])
    Figure.looks, Figure.leaks = 0, Spied()
    printed = check_with(task, {task.name: Figure(right)}, names_before(task))
    assert hidden_lines(printed) == hidden_lines(task.prints)
    assert Figure.looks
    assert 2 * right in range(-19, 20) or not Figure.leaks


# ---- Texts


@pytest.mark.parametrize("task", FUNCTIONS + DERIVATIONS, ids=str)
def test_no_text_of_a_check_shows_what_its_hidden_region_prints(task):
    printed = {word for line in hidden_lines(task.prints) for word in line.split()}
    rare = [word for word in printed if re.fullmatch(r"[-+.e\d]{5,}", word)]
    assert not [word for word in rare if word in task.check]


def test_every_task_with_a_check_is_watched():
    letters = [task for task in TASKS if "options" in about(str(task))]
    assert len(FUNCTIONS) + len(DERIVATIONS) + len(NUMBERS) + len(letters) == len(TASKS)
    assert len(DERIVATIONS) >= 11
