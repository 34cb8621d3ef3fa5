"""Wrong answers to the exercises, made from the right ones, and what catches each of them.

Some are named, in `tests/exercises/mutants/`. The others are generated: by mutmut's operators, by a
few of our own for tables of numbers, and by spoiling what a right function takes and returns.
"""

import ast
import contextlib
import io
import itertools
import tomllib
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
import numpy as np
from libcst.metadata import MetadataWrapper, WhitespaceInclusivePositionProvider
from mutmut.mutation.mutators import mutation_operators

from exercises import Task, as_handed_in, attempt, with_seed
from grader.marking import hidden_lines, same_lines
from grader.term import HIDDEN

FOLDER = Path(__file__).parents[1] / "exercises/mutants"
SEEDS = [f"term {k} of a class" for k in range(10)]
MOST_ROUNDS = 30_000  # of a while loop: right answers take fewer


@dataclass(frozen=True)
class Mutant:
    """A wrong answer: its code, and what is done to the function that it defines."""

    name: str
    source: str
    spoil: Callable = lambda function: function


# ---- Named ones


def stored(chapter: str, kind: str) -> list[dict]:
    """What is stored of a chapter: each `mutant`, or each `equivalent`."""
    return tomllib.loads((FOLDER / f"{chapter}.toml").read_text(encoding="utf-8"))[kind]


def named(task: Task) -> list[Mutant]:
    """The mutants of a task that stand in its chapter's file."""
    mine = [each for each in stored(task.chapter, "mutant") if each["task"] == task.name]
    return [Mutant(each["name"], _code(task, each)) for each in mine]


def is_said(mutant: Mutant, line: str) -> bool:
    """Whether a line of the file, or its beginning before dots, is what a mutant changes."""
    start, dots, _ = line.partition("...")
    return mutant.name.startswith(start) if dots else mutant.name == line


def _code(task, each):
    solution = as_handed_in(task)
    if "source" in each:
        return each["source"]
    assert solution.count(each["old"]) == 1, f"{task} {each['name']}: `old` stands there once"
    return solution.replace(each["old"], each["new"])


# ---- Generated ones


def generated(task: Task) -> list[Mutant]:
    """All mutants of a task's solution that a program makes, each text once."""
    solution = as_handed_in(task)
    found = {}
    for source in _rewritten(solution):
        with contextlib.suppress(SyntaxError):
            found.setdefault(ast.unparse(ast.parse(source)), source)
    found.pop(ast.unparse(ast.parse(solution)), None)
    mutants = [Mutant(changed_lines(solution, source), source) for source in found.values()]
    spoilt = [Mutant(name, solution, spoil) for name, spoil in SPOILS.items()]
    return mutants + (spoilt if "def " in task.stub else [])


def changed_lines(solution: str, source: str) -> str:
    """The lines of a mutant that the solution has not, as one line."""
    old = [line.strip() for line in solution.splitlines()]
    new = [line.strip() for line in source.splitlines()]
    changed = " ".join(line for line in new if new.count(line) > old.count(line))
    return changed.partition("  #")[0]


def _rewritten(solution: str) -> Iterator[str]:
    """The solution with one node replaced, for each node and each operator."""
    wrapper = MetadataWrapper(cst.parse_module(solution), unsafe_skip_copy=True)
    module, places = wrapper.module, wrapper.resolve(WhitespaceInclusivePositionProvider)
    starts = [0, *itertools.accumulate(map(len, solution.splitlines(keepends=True)))]
    for node in _nodes(module):
        for kind, operator in (*mutation_operators, *OPERATORS):
            if isinstance(node, kind):
                for new in operator(node):
                    if isinstance(new, cst.BaseExpression):  # in its place, which is much faster
                        start, end = (
                            starts[at.line - 1] + at.column
                            for at in (places[node].start, places[node].end)
                        )
                        yield solution[:start] + module.code_for_node(new) + solution[end:]
                    else:
                        yield module.deep_replace(node, new).code


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """All nodes but what an error says, what documents, and what stands in for an answer."""
    yield node
    for child in node.children:
        if not (isinstance(child, (cst.Raise, cst.Comment)) or _is_idle(child)):
            yield from _nodes(child)


def _is_idle(node):
    """Whether a line is a docstring, or the None that an answer replaces."""
    if not isinstance(node, cst.SimpleStatementLine):
        return False
    (statement, *_) = node.body
    value = getattr(statement, "value", None)
    said = isinstance(statement, cst.Expr) and isinstance(value, cst.SimpleString)
    return said or (isinstance(value, cst.Name) and value.value == "None")


def _numbers(node: cst.BaseNumber) -> Iterable[cst.CSTNode]:
    """A constant less 1, none at all, its negative, and ten times as much."""
    value = node.evaluated_value
    for other in {value - 1, 0, -value, 10 * value, value / 10} - {value}:
        yield cst.parse_expression(f"({other!r})")


def _operands(node: cst.BinaryOperation) -> Iterable[cst.CSTNode]:
    """One operand alone, the two in the other order, and division without a remainder."""
    yield from (node.left, node.right)
    if not isinstance(node.operator, (cst.Add, cst.Multiply)):
        yield node.with_changes(left=_bracketed(node.right), right=_bracketed(node.left))
    if isinstance(node.operator, cst.Divide):
        yield node.with_changes(operator=cst.FloorDivide())


def _bracketed(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _without_sign(node: cst.UnaryOperation) -> Iterable[cst.CSTNode]:
    yield node.expression


def _comparisons(node: cst.ComparisonTarget) -> Iterable[cst.CSTNode]:
    """The opposite relation."""
    opposites = [
        *((cst.LessThan, cst.GreaterThan), (cst.LessThanEqual, cst.GreaterThanEqual)),
        *((cst.Equal, cst.LessThanEqual), (cst.Equal, cst.GreaterThanEqual)),
    ]
    for one, other in opposites:
        if isinstance(node.operator, one):
            yield node.with_changes(operator=other())
        if isinstance(node.operator, other) and one is not cst.Equal:
            yield node.with_changes(operator=one())


def _calls(node: cst.Call) -> Iterable[cst.CSTNode]:
    """Its first argument in a call's place, what it is called on, and a related function's call."""
    if node.args and node.args[0].star == "":
        yield node.args[0].value
    if isinstance(node.func, cst.Attribute) and not _is_module(node.func.value):
        yield node.func.value
    name = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    if isinstance(name, cst.Name):
        for other in RELATED.get(name.value, ()):
            yield node.with_deep_changes(name, value=other)


RELATED = {
    **{"max": ["min", "sum"], "min": ["max"], "sum": ["max"], "mean": ["sum", "max"]},
    **{"std": ["var"], "ones": ["zeros"], "zeros": ["ones"], "solve": ["lstsq"]},
    **{"sorted": ["list", "set"], "round": ["int", "float"], "len": ["sum"], "abs": ["float"]},
    **{"range": ["reversed"], "sqrt": ["square", "abs"], "append": ["add"]},
}


def _is_module(node):
    return isinstance(node, cst.Name) and node.value in {"np", "sp", "pure_python", "with_numpy"}


def _attributes(node: cst.Attribute) -> Iterable[cst.CSTNode]:
    """Without a transpose, and in another precision."""
    if node.attr.value == "T":
        yield node.value
    others = {"float64": "float32", "float32": "float64"}
    if node.attr.value in others:
        yield node.with_changes(attr=cst.Name(others[node.attr.value]))


def _axes(node: cst.Arg) -> Iterable[cst.CSTNode]:
    if node.keyword and node.keyword.value == "axis":
        yield node.with_changes(value=cst.Name("None"))
        yield node.with_changes(value=cst.Integer("1"))


def _subscripts(node: cst.Subscript) -> Iterable[cst.CSTNode]:
    """The whole in place of a part."""
    yield node.value


def _ends(node: cst.Slice) -> Iterable[cst.CSTNode]:
    """A slice from the beginning, to the end, and every one."""
    yield node.with_changes(lower=None)
    yield node.with_changes(upper=None)
    yield node.with_changes(step=None)


def _conditions(node: cst.If | cst.While) -> Iterable[cst.CSTNode]:
    for value in ("True", "False"):
        yield node.with_changes(test=cst.Name(value))


def _loops(node: cst.For | cst.CompFor) -> Iterable[cst.CSTNode]:
    """A loop that leaves out the first or the last, stops after one, or goes backwards."""
    for part in ("1:", ":-1", ":1", *(["::-1"] if isinstance(node, cst.For) else [])):
        text = f"list({cst.Module([]).code_for_node(node.iter)})[{part}]"
        yield node.with_changes(iter=cst.parse_expression(text))


def _statements(node: cst.SimpleStatementLine) -> Iterable[cst.CSTNode]:
    """Nothing in a statement's place."""
    yield node.with_changes(body=[cst.Pass()])


OPERATORS = [
    *((cst.BaseNumber, _numbers), (cst.BinaryOperation, _operands)),
    *((cst.UnaryOperation, _without_sign), (cst.ComparisonTarget, _comparisons)),
    *((cst.Call, _calls), (cst.Attribute, _attributes), (cst.Arg, _axes)),
    *((cst.Subscript, _subscripts), (cst.Slice, _ends), (cst.If, _conditions)),
    *((cst.While, _conditions), (cst.For, _loops), (cst.CompFor, _loops)),
    (cst.SimpleStatementLine, _statements),
]


# ---- Spoiling what a right function takes and returns


def each(change: Callable, value: object) -> object:
    """The value with each number in it changed."""
    if isinstance(value, np.ndarray):
        return np.array([each(change, part) for part in value.tolist()])
    if isinstance(value, (list, tuple)):
        return type(value)(each(change, part) for part in value)
    is_number = hasattr(value, "__float__") and not isinstance(value, (bool, np.bool_))
    return change(value) if is_number else value


def _returns(change):
    return lambda function: lambda *given, **named: each(change, function(*given, **named))


def _takes(change):
    return lambda function: lambda *given, **named: function(*each(change, given), **named)


def _leaves_changed(which):
    def spoil(function):
        def spoilt(*given, **named):
            found = function(*given, **named)
            held = [value for value in given if isinstance(value, (list, np.ndarray))]
            if held:
                held[which][0] = held[which][-1] * 2
            return found

        return spoilt

    return spoil


def _remembers(function):
    kept = []

    def spoilt(*given, **named):
        kept[:] = kept or [function(*given, **named)]
        return kept[0]

    return spoilt


SPOILS = {
    "returns one decimal": _returns(lambda value: round(float(value), 1)),
    "returns four decimals": _returns(lambda value: round(float(value), 4)),
    "returns eight decimals": _returns(lambda value: round(float(value), 8)),
    "returns five digits": _returns(lambda value: float(f"{float(value):.5g}")),
    "returns whole numbers": _returns(lambda value: int(float(value))),
    "returns single precision": _returns(lambda value: float(np.float32(value))),
    "returns text": _returns(str),
    "returns sizes": _returns(abs),
    "takes whole numbers": _takes(lambda value: int(float(value))),
    "takes single precision": _takes(lambda value: float(np.float32(value))),
    "takes three decimals": _takes(lambda value: round(float(value), 3)),
    "changes the first of what it is given": _leaves_changed(0),
    "changes the last of what it is given": _leaves_changed(-1),
    "returns what it has returned first": _remembers,
}


# ---- What catches a mutant


class _EndlessError(Exception):
    """Raised in a loop that goes on too long."""


class _Counted(ast.NodeTransformer):
    """Puts a count into each while loop."""

    def visit_While(self, node):
        self.generic_visit(node)
        node.body.insert(0, ast.parse("_count_a_round()").body[0])
        return node


def _counted(source):
    """Compile an answer so that no loop in it goes on for ever."""
    if "while" not in source:
        return compile(source, "", "exec")
    return compile(ast.fix_missing_locations(_Counted().visit(ast.parse(source))), "", "exec")


def _counter():
    rounds = iter(range(MOST_ROUNDS))

    def count():
        if next(rounds, None) is None:
            raise _EndlessError("a loop goes on for ever")

    return count


class Trial:
    """A task whose checks are made ready once, to be run on many answers."""

    def __init__(self, task: Task):
        self.task = task
        self._names = {"__name__": "__main__"}
        for text in task.given:
            exec(text, self._names)
        visible, _, _ = task.check.partition(HIDDEN[0])
        self._visible = compile(visible, "", "exec")
        terms = [with_seed(task, seed) for seed in SEEDS]
        self._hidden = [compile(_hidden(term.check), "", "exec") for term in terms]
        self._right = [hidden_lines(attempt(term, task.solution).printed) for term in terms]

    def killed_by(self, mutant: Mutant) -> str | None:
        """Which part catches an answer: "visible", "hidden" under every seed, or None."""
        names = dict(self._names)
        if self._printed(_answer(mutant, self.task), names) is None:
            return "visible"
        if self._printed(self._visible, names) is None:
            return "visible"
        for hidden, right in zip(self._hidden, self._right):
            printed = self._printed(hidden, names)
            if printed is not None and same_lines(hidden_lines(printed), right):
                return None
        return "hidden"

    def _printed(self, run, names):
        """What some code prints, or None if it raises."""
        names["_count_a_round"] = _counter()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), warnings.catch_warnings(), np.errstate():
            warnings.simplefilter("ignore")
            try:
                run(names) if callable(run) else exec(run, names)
            except Exception:
                return None
        return printed.getvalue()


def _hidden(check):
    return "from linreg import checks\n" + check.partition(HIDDEN[0])[2].partition(HIDDEN[1])[0]


def _answer(mutant, task):
    """Return what defines a mutant in a namespace."""

    def define(names):
        exec(_counted(mutant.source), names)
        function = next((n for n in names if task.stub.startswith(f"def {n}(")), None)
        if function:
            names[function] = mutant.spoil(names[function])

    return define
