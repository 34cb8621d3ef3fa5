"""Promise: what a fit is said to cost is what counting finds."""

from math import inf, nan

import numpy as np
import pytest

from linreg import costs, optimizers
from linreg.costs import METHODS, cheapest, crude_operations, data_memory, memory, operations

DIRECT = METHODS[:-1]


# ---- Counting by running: a number that knows how often it was used


class Counted:
    """A number that counts each operation on numbers of its kind."""

    total = 0

    def __init__(self, value):
        self.value = value

    def _with(self, other, result):
        Counted.total += 1
        return Counted(result(self.value, other.value))

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other):
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other):
        return self._with(other, lambda a, b: a / b)

    def root(self):
        Counted.total += 1
        return Counted(self.value**0.5)


def dot(u, v):
    total = u[0] * v[0]
    for a, b in zip(u[1:], v[1:]):
        total = total + a * b
    return total


def normal_equations(columns):
    """Half of the Gram matrix of the columns, then its Cholesky factor, row by row."""
    n = len(columns)
    gram = [[dot(columns[i], columns[j]) for j in range(i + 1)] for i in range(n)]
    L = [[None] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            left = gram[i][j]
            for k in range(j):
                left = left - L[i][k] * L[j][k]
            L[i][j] = left / L[j][j] if j < i else left.root()


def qr(columns):
    """Householder's reflections, each applied to the columns that follow."""
    columns = [list(column) for column in columns]
    for k, column in enumerate(columns):
        v = column[k:]
        v[0] = v[0] + dot(v, v).root()
        scale = dot(v, v)
        for other in columns[k + 1 :]:
            share = dot(v, other[k:]) / scale
            share = share + share
            other[k:] = [entry - share * part for entry, part in zip(other[k:], v)]


def descent(columns):
    """One gradient step: a product with X, one with its transpose."""
    rows = [list(row) for row in zip(*columns)]
    w = columns[0][: len(columns)]
    residual = [dot(row, w) - row[0] for row in rows]
    gradient = [dot(column, residual) for column in columns]
    [weight - slope for weight, slope in zip(w, gradient)]


def counted(program, n_samples, n_features):
    rng = np.random.default_rng(0)
    columns = [[Counted(v) for v in rng.normal(size=n_samples)] for _ in range(n_features)]
    Counted.total = 0
    program(columns)
    return Counted.total


@pytest.mark.parametrize(
    ("method", "program"),
    [("normal equations", normal_equations), ("qr", qr), ("gradient descent", descent)],
)
@pytest.mark.parametrize("ratio", [1, 5])
def test_the_leading_terms_are_what_running_counts(method, program, ratio):
    """What is left out shrinks as one over the size: by half when the size doubles."""
    left_out = [
        counted(program, ratio * n, n) / operations(method, ratio * n, n, 1) - 1 for n in (16, 32)
    ]
    assert abs(left_out[1]) < 0.1
    assert abs(left_out[1]) == pytest.approx(abs(left_out[0]) / 2, rel=0.2, abs=2e-3)


def test_what_is_left_out_of_a_small_count_is_three_n_d():
    """Two N D are ``X.T @ y``, one is the diagonal of the half that is formed."""

    def solve(columns):
        normal_equations(columns)
        [dot(column, columns[0]) for column in columns]

    for n_features, percent in [(10, 30), (20, 15)]:
        count = counted(solve, 1_000, n_features)
        whole = operations("normal equations", 1_000, n_features, 0)
        assert 100 * (count / whole - 1) == pytest.approx(percent, abs=1)


# ---- Operations


@pytest.mark.parametrize(
    ("method", "count"),
    [
        ("normal equations", 3000 * 90**2 + 90**3 / 3),
        ("qr", 2 * 3000 * 90**2 - 2 * 90**3 / 3),
        ("lstsq", 2 * 3000 * 90**2 + 11 * 90**3),
        ("gradient descent", 4 * 3000 * 90 * 7),
    ],
)
def test_the_formulas(method, count):
    assert operations(method, 3000, 90, 7) == pytest.approx(count, rel=1e-15)


@pytest.mark.parametrize("method", METHODS)
def test_a_wide_problem_costs_what_its_transpose_does(method):
    assert operations(method, 20, 300, 4) == operations(method, 300, 20, 4)


@pytest.mark.parametrize("method", DIRECT)
def test_direct_methods_take_no_steps(method):
    assert operations(method, 50, 5, 0) == operations(method, 50, 5, 99)


def test_large_shapes_do_not_overflow():
    many = np.int64(10**7)
    assert operations("lstsq", many, many, 0) == 13 * 10**21


def test_the_crude_counts_are_those_of_the_lessons():
    assert crude_operations("normal equations", 1_000, 10, 100) == 101_000
    assert crude_operations("gradient descent", 1_000, 10, 100) == 1_000_000


# ---- Memory


def test_memory_is_what_the_arrays_take():
    X, y = np.zeros((40, 6)), np.zeros(40)
    assert data_memory(40, 6, 8) == X.nbytes + y.nbytes
    w, residual, gradient = np.zeros(6), X @ np.zeros(6) - y, X.T @ y
    solve = (X.T @ X).nbytes + (X.T @ y).nbytes + w.nbytes
    assert memory("normal equations", 40, 6, 8) == solve
    assert memory("qr", 40, 6, 8) == X.nbytes + 6 * 8 + w.nbytes
    assert memory("lstsq", 40, 6, 8) == X.nbytes + 2 * (X.T @ X).nbytes + w.nbytes
    assert memory("gradient descent", 40, 6, 8) == w.nbytes + residual.nbytes + gradient.nbytes


def test_a_wide_matrix_costs_the_smaller_gram_matrix_and_long_weights():
    assert memory("normal equations", 6, 40, 4) == (36 + 6 + 40) * 4
    assert memory("qr", 6, 40, 4) == (240 + 6 + 40) * 4
    assert memory("lstsq", 6, 40, 4) == (240 + 2 * 36 + 40) * 4
    assert memory("gradient descent", 6, 40, 4) == (6 + 80) * 4


# ---- The cheapest


@pytest.mark.parametrize("shape", [(100, 5), (1_000, 10), (10**6, 10**4), (50, 50), (20, 900)])
def test_the_cheapest_costs_least(shape):
    for n_steps in (1, 10, 1_000):
        least = min(operations(method, *shape, n_steps) for method in METHODS)
        assert operations(cheapest(*shape, n_steps), *shape, n_steps) == pytest.approx(least)
    assert cheapest(*shape, 0) == "gradient descent"
    assert cheapest(*shape, 10**6) == "normal equations"


def test_rounding_breaks_no_tie():
    """A square matrix costs the normal equations as much as QR: they come first, at every size."""
    for n in [*range(1, 200), 12_345, 10**6 + 1]:
        assert operations("qr", n, n, 0) == pytest.approx(operations(DIRECT[0], n, n, 0))
        assert cheapest(n, n, 10**9) == DIRECT[0]


def test_other_counts_and_methods_are_taken():
    two = ("normal equations", "gradient descent")
    assert cheapest(10**6, 200, 100) == "normal equations"
    assert cheapest(10**6, 200, 100, two, crude_operations) == "gradient descent"
    assert cheapest(1_000, 10, 9**9, methods=("qr", "lstsq")) == "qr"
    assert cheapest(1_000, 10, 9**9, methods=iter(["lstsq", "qr"])) == "qr"


# ---- Steps


@pytest.mark.parametrize("kappa", [1, 1.58, 3, 20])
def test_steps_needed_are_enough_and_one_less_is_not(kappa):
    X = np.diag([kappa, 1.0])
    y = X @ [1.0, 1.0]  # the worst start: an error along both ends of the spectrum
    rate = optimizers.best_settings(optimizers.gradient_descent, X, fit_intercept=False)
    places = optimizers.gradient_descent(X, y, np.zeros(2), **rate)
    n_steps = costs.steps_needed(kappa, 1e-6)
    errors = [np.linalg.norm(next(places)[0] - 1) / 2**0.5 for _ in range(n_steps + 1)]
    assert errors[-1] <= 1e-6 < errors[-2]


def test_a_large_condition_number_loses_no_steps():
    assert costs.steps_needed(1e6, 0.1) == pytest.approx(1.151292546e12, rel=1e-9)


# ---- Errors name the fix


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: operations("solve", 5, 5, 1), "choose one of normal equations, qr"),
        (lambda: operations("qr", 0, 5, 1), "n_samples is 0: pass a whole number, 1 or more"),
        (lambda: operations("qr", 5, 1e3, 1), r"n_features is 1000\.0: pass a whole"),
        (lambda: operations("qr", 5, 5, -1), "n_steps is -1: pass a whole number, 0 or more"),
        (lambda: operations("qr", True, 5, 1), "n_samples is True"),
        (lambda: crude_operations("lstsq", 5, 5, 1), "no crude count of 'lstsq': use operations"),
        (lambda: memory("qr", 5, 5, 0), "word_bytes is 0: pass a whole number, 1 or more"),
        (lambda: data_memory(5, "5", 8), "n_features is '5'"),
        (lambda: costs.steps_needed(0.5, 0.1), "condition_number is 0.5"),
        (lambda: costs.steps_needed(inf, 0.1), "condition_number is inf"),
        (lambda: costs.steps_needed(nan, 0.1), "condition_number is nan"),
        (lambda: costs.steps_needed(2, 1), "shrink is 1: pass a share between 0 and 1"),
        (lambda: costs.work("X @ y", 5, 5, 8), r"no step 'X @ y': choose one of X @ w, X\.T @ r"),
        (lambda: costs.work("qr", 5, 0, 8), "n_features is 0: pass a whole number, 1 or more"),
        (lambda: costs.work("qr", 5, 5, 8, 0), "n_targets is 0: pass a whole number, 1 or more"),
        (lambda: costs.roofline(1, 1, 0, 1), r"peak is 0\.0: pass what the machine does"),
        (lambda: costs.roofline(1, 1, 1, -2), r"bandwidth is -2\.0: pass what"),
        (lambda: costs.roofline(1, 1, inf, 1), "peak is inf"),
    ],
)
def test_errors_name_the_fix(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# ---- The roofline


def arrays_of(step, N, D, T, dtype):
    """What each step reads, and what it writes, as arrays."""
    X, W, Y = (np.ones(size, dtype) for size in [(N, D), (D, T), (N, T)])
    return {
        "X @ w": [X, W, X @ W],
        "X.T @ r": [X, Y, X.T @ Y],
        "gradient step": [X, W, Y, X @ W - Y, X, Y, W, W - X.T @ Y],
        "X.T @ X": [X, X.T @ X],
        "qr": [X, X],
    }[step]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("step", costs.STEPS)
def test_a_step_moves_the_bytes_of_its_arrays(step, dtype):
    N, D, T = 40, 7, 3
    _, n_bytes = costs.work(step, N, D, np.dtype(dtype).itemsize, T)
    assert n_bytes == sum(array.nbytes for array in arrays_of(step, N, D, T, dtype))


def test_a_step_takes_two_operations_an_entry_and_product():
    N, D, T = 40, 7, 3
    found = {step: costs.work(step, N, D, 8, T)[0] for step in costs.STEPS}
    for step in ("X @ w", "X.T @ r"):
        assert found[step] == 2 * N * D * T
    assert found["gradient step"] == T * operations("gradient descent", N, D, 1)
    assert found["X.T @ X"] == 2 * N * D * D
    assert found["qr"] == operations("qr", N, D, 0)
    assert costs.work("X @ w", N, D, 8)[0] == 2 * N * D


def test_work_waits_for_the_slower_of_the_two():
    assert costs.roofline(6, 1, peak=2, bandwidth=10) == 3
    assert costs.roofline(6, 50, peak=2, bandwidth=10) == 5
    assert costs.roofline(6, 30, peak=2, bandwidth=10) == 3
