"""Promise: the engine of Chapter 11 finds PyTorch's slopes, in a hundred lines, however deep."""

import ast
import math
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from backends import needs_torch, torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linreg import autograd, pure_python
from linreg.autograd import Value, exp, log, slopes, tanh

MOST_LINES = 100
LARGEST = 20  # of the numbers in a drawn calculation, so that rounding stays small
STEPS = {
    "add": (2, lambda a, b, f: a + b),
    "subtract": (2, lambda a, b, f: a - b),
    "multiply": (2, lambda a, b, f: a * b),
    "divide": (2, lambda a, b, f: a / b),
    "negate": (1, lambda a, f: -a),
    "square": (1, lambda a, f: a**2),
    "to the third": (1, lambda a, f: a**3),
    "to the zeroth": (1, lambda a, f: a**0),
    "invert": (1, lambda a, f: a**-1),
    "root": (1, lambda a, f: a**0.5),
    "exp": (1, lambda a, f: f.exp(a)),
    "log": (1, lambda a, f: f.log(a)),
    "tanh": (1, lambda a, f: f.tanh(a)),
    "with a number on the right": (1, lambda a, f: (a + 2) * 3 - 0.5),
    "with a number on the left": (1, lambda a, f: 2 - 3 * (1 + a)),
    "divide by a number": (1, lambda a, f: a / 4),
    "divide a number": (1, lambda a, f: 2 / a),
}
NOT_ZERO = {"divide", "invert", "divide a number"}
ABOVE_ZERO = {"root", "log"}

starts = st.lists(st.floats(-3, 3), min_size=1, max_size=4)
steps = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 99), st.integers(0, 99)),
    min_size=1,
    max_size=12,
)


def allowed(name, arguments):
    """Whether a step may be taken without a pole near by, of these numbers."""
    last = arguments[-1]
    return not (
        (name in NOT_ZERO and abs(last) < 0.5)
        or (name in ABOVE_ZERO and last < 0.5)
        or (name == "exp" and last > 3)
    )


def calculate(leaves, program, functions, number):
    """Return all that a drawn program makes of its leaves; a step takes any values before it."""
    made = list(leaves)
    for name, *places in program:
        n_arguments, step = STEPS[name]
        arguments = [made[place % len(made)] for place in places[:n_arguments]]
        if allowed(name, [number(one) for one in arguments]):
            made.append(step(*arguments, functions))
            assume(abs(number(made[-1])) <= LARGEST)
    return made


def with_values(numbers, program):
    leaves = [Value(one) for one in numbers]
    return leaves, calculate(leaves, program, autograd, lambda value: value.data)


def sizes(result):
    """What the slopes would be if nothing cancelled: rounding is small beside these."""
    found = dict.fromkeys(autograd.history(result), 0)
    found[result] = 1
    for value in autograd.history(result):
        for parent, slope in value.parents:
            found[parent] += found[value] * abs(slope)
    return found


# ---- The same as PyTorch


@needs_torch
@settings(max_examples=300)
@given(starts, steps)
def test_values_and_slopes_are_those_of_pytorch(numbers, program):
    leaves, made = with_values(numbers, program)
    tensors = [torch.tensor(one, dtype=torch.float64, requires_grad=True) for one in numbers]
    theirs = calculate(tensors, program, torch, lambda tensor: tensor.item())
    assert len(made) == len(theirs)
    for ours, tensor in zip(made, theirs):
        assert math.isclose(ours.data, tensor.item(), rel_tol=1e-12, abs_tol=1e-12)
    made[-1].backward()
    if theirs[-1].requires_grad:
        theirs[-1].backward()
    size = sizes(made[-1])
    for leaf, tensor in zip(leaves, tensors):
        slope = 0 if tensor.grad is None else tensor.grad.item()
        assert abs(leaf.grad - slope) <= 1e-12 * max(1, size.get(leaf, 0))


@settings(max_examples=200)
@given(starts, steps)
def test_a_second_result_from_the_same_values_gets_its_own_slopes(numbers, program):
    """Going back twice, from two results that share values, adds what each would have given."""
    leaves, made = with_values(numbers, program)
    first, second = made[-1], made[-1] * made[len(made) // 2] + made[0]
    expected = [slopes(first).get(leaf, 0) + slopes(second).get(leaf, 0) for leaf in leaves]
    first.backward()
    second.backward()
    assert [leaf.grad for leaf in leaves] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@needs_torch
def test_a_value_that_is_used_twice_adds_up_as_in_pytorch():
    a, t = Value(3.0), torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    (a * a + a).backward()
    (t * t + t).backward()
    assert a.grad == t.grad.item() == 7


@needs_torch
def test_slopes_are_added_to_what_is_there_as_in_pytorch():
    a, t = Value(3.0), torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    for found in ([], []):
        (a**2).backward()
        (t**2).backward()
        found += [a.grad, t.grad.item()]
    assert found == [12, 12]
    a.grad = 0
    (a**2).backward()
    assert a.grad == 6


def test_the_same_result_may_go_back_twice():
    """Then every slope is there twice: the values on the way do not pass on old slopes."""
    a = Value(3.0)
    square = a * a
    result = square * 2
    result.backward()
    result.backward()
    assert (a.grad, square.grad, result.grad) == (24, 4, 2)


# ---- The same as the formula


def test_the_slopes_of_chapter_3_are_exact_in_fractions():
    w, b = Value(Fraction(1)), Value(Fraction(0))
    squares = [(w * x + b - y) ** 2 for x, y in [(1, 2), (2, 4), (3, 6)]]
    loss = sum(squares) * Fraction(1, 3)
    loss.backward()
    assert (loss.data, w.grad, b.grad) == (Fraction(14, 3), Fraction(-28, 3), -4)


def test_a_loss_of_many_features_has_the_slopes_of_the_formula():
    rng = np.random.default_rng(0)
    X, y, coef = rng.normal(size=(20, 3)), rng.normal(size=20), rng.normal(size=3)
    weights, intercept = [Value(one) for one in coef], Value(0.5)
    residuals = [
        sum(w * x for w, x in zip(weights, row)) + intercept - target for row, target in zip(X, y)
    ]
    (sum(r**2 for r in residuals) / len(y)).backward()
    d_coef, d_intercept = pure_python.gradient(X.tolist(), y.tolist(), coef.tolist(), 0.5)
    assert [w.grad for w in weights] == pytest.approx(d_coef, rel=1e-12)
    assert intercept.grad == pytest.approx(d_intercept, rel=1e-12)


@pytest.mark.parametrize(
    ("function", "at", "slope"),
    [
        (lambda a: a**0, 0.0, 0),
        (lambda a: a**1, 0.0, 1),
        (lambda a: a**2, 0.0, 0),
        (lambda a: 1 / a, 2.0, -0.25),
        (lambda a: 5 - a, 2.0, -1),
        (lambda a: a - a, 2.0, 0),
        (lambda a: a / a, 2.0, 0),
        (exp, 0.0, 1),
        (log, 4.0, 0.25),
        (tanh, 0.0, 1),
        (lambda a: sum([a, a, a]), 1.0, 3),
    ],
)
def test_a_slope_that_one_knows(function, at, slope):
    a = Value(at)
    function(a).backward()
    assert a.grad == slope


def test_a_value_that_was_not_used_keeps_its_slope():
    a, b = Value(1.0), Value(2.0)
    (a * 2).backward()
    assert (a.grad, b.grad) == (2, 0)


def test_a_result_grows_with_itself():
    a = Value(1.0)
    assert slopes(a) == {a: 1}


# ---- However deep, however wide


@pytest.mark.parametrize("length", [10_000, 50_000])
def test_a_long_chain_needs_no_recursion(length):
    assert length > sys.getrecursionlimit()
    start = result = Value(1.0)
    for _ in range(length):
        result = result + 1
    result.backward()
    assert (result.data, start.grad) == (length + 1, 1)
    assert result.depth == length + 1


def test_a_chain_of_doublings_is_gone_through_once():
    """Two ways at each of 60 steps: whoever follows each way alone never ends."""
    start = result = Value(1)
    for _ in range(60):
        result = result + result
    result.backward()
    assert start.grad == 2**60


def test_a_value_passes_on_its_slope_when_all_of_it_has_arrived():
    """A short way and a long one lead from ``a`` to the result; ``b`` stands on both."""
    a = Value(2.0)
    b = a * 3
    long = b
    for _ in range(5):
        long = long + 1
    (long * b).backward()
    assert a.grad == 3 * (11 + 6)


# ---- What cannot be


@pytest.mark.parametrize(
    ("attempt", "error", "message"),
    [
        (lambda a: Value("1"), TypeError, "one real number, not '1'"),
        (lambda a: Value([1.0]), TypeError, "one real number"),
        (lambda a: Value(a), TypeError, "one real number"),
        (lambda a: a + None, TypeError, "one real number, not None"),
        (lambda a: a * np.ones(2), TypeError, "one real number"),
        (lambda a: a**a, TypeError, r"write exp\(exponent \* log\(a\)\)"),
        (lambda a: a ** "2", TypeError, "one real number"),
        (lambda a: 2**a, TypeError, "unsupported operand"),
        (lambda a: (-a) ** 0.5, TypeError, "one real number, not .*j"),
        (lambda a: a / 0, ZeroDivisionError, "division by zero"),
        (lambda a: 1 / (a - a), ZeroDivisionError, "division by zero"),
        (lambda a: (a - a) ** 0.5, ZeroDivisionError, "negative power"),
        (lambda a: log(-a), ValueError, "logarithm of -2.0 does not exist"),
        (lambda a: log(0), ValueError, "logarithm of 0 does not exist"),
    ],
)
def test_what_has_no_slope_is_refused_by_name(attempt, error, message):
    with pytest.raises(error, match=message):
        attempt(Value(2.0))


def test_a_number_of_numpy_becomes_a_float():
    kinds = [np.float32(1), np.int64(1), np.float64(1)]
    assert [type(Value(one).data) for one in kinds] == [float] * 3
    assert (np.float64(2) * Value(3.0)).data == 6


def test_a_value_shows_its_number_and_its_slope():
    a = Value(2.5)
    (a * 2).backward()
    assert repr(a) == "Value(2.5, grad=2)"


# ---- The engine is short


def has_docstring(node):
    documented = isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
    return documented and ast.get_docstring(node) is not None


def code_lines(source):
    """Count the lines that are no docstring, no comment and not empty."""
    documented = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            documented |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = enumerate(map(str.strip, source.splitlines()), start=1)
    return sum(bool(line) and not line.startswith("#") for n, line in lines if n not in documented)


def test_the_engine_has_fewer_than_a_hundred_lines():
    source = Path(autograd.__file__).read_text(encoding="utf-8")
    assert 50 < code_lines(source) < MOST_LINES


def test_only_code_is_counted():
    assert code_lines('"""A.\n\nB.\n"""\n\n# C\na = 1\n\n\ndef f():\n    """D."""\n    a\n') == 3
