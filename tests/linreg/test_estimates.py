"""Promise: the estimate of the error holds on hostile problems, and is near it on ordinary ones.

The truth is the exact solution of the float64 data, in Fractions; of many solutions, the shortest.
`python tests/linreg/test_estimates.py 10000` tries so many hostile problems instead of a few.
"""

import math
import sys
import warnings
from collections import Counter
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest

from linreg.least_squares import lstsq

METHODS = ["auto", "cholesky", "qr", "svd", "refined"]
EPS = np.finfo(float).eps


# ---- The truth


def fractions(rows):
    return [[Fraction(float(value)) for value in row] for row in rows]


def product(A, B):
    columns = list(zip(*B))
    return [[sum(map(Fraction.__mul__, row, column)) for column in columns] for row in A]


def transposed(A):
    return [list(row) for row in zip(*A)]


def eliminated(A, B):
    """Return the independent columns of A, a list of places, and [A, B] in reduced echelon form."""
    rows, places = [[*a, *b] for a, b in zip(A, B)], []
    for j in range(len(A[0])):
        top = len(places)
        pivot = next((i for i in range(top, len(rows)) if rows[i][j]), None)
        if pivot is None:
            continue
        rows[top], rows[pivot] = rows[pivot], rows[top]
        rows[top] = [value / rows[top][j] for value in rows[top]]
        for i, row in enumerate(rows):
            if i != top and row[j]:
                rows[i] = [a - row[j] * b for a, b in zip(row, rows[top])]
        places.append(j)
    return places, rows


def exactly(X, Y):
    """Return the shortest least-squares solution: with X = B C it is Cᵀ(CCᵀ)⁻¹(BᵀB)⁻¹BᵀY."""
    X, Y = fractions(X), fractions(Y)
    places, echelon = eliminated(X, Y)
    if not places:
        return [[Fraction(0)] * len(Y[0])] * len(X[0])
    p, k = len(X[0]), len(places)
    B, C = [[row[j] for j in places] for row in X], [row[:p] for row in echelon[:k]]
    W = solved(product(transposed(B), B), product(transposed(B), Y))
    return product(transposed(C), solved(product(C, transposed(C)), W)) if k < p else W


def solved(A, B):
    return [row[len(A) :] for row in eliminated(A, B)[1]]


def relative_error(coef, truth):
    """Return the largest error over the largest coefficient, of the worst target."""
    worst = 0.0
    for found, right in zip(coef.T.tolist(), zip(*truth)):
        largest = max(map(abs, right))
        error = max(abs(Fraction(a) - b) for a, b in zip(found, right))
        worst = max(worst, float(error / largest) if largest else math.inf if error else 0.0)
    return worst


# ---- The problems


def span(draw, shape, decades=13):
    """Return numbers of either sign whose sizes spread evenly over 26 decades."""
    return draw.choice([-1, 1], shape) * 10 ** draw.uniform(-decades, decades, shape)


def entries(draw, n, p):
    return span(draw, (n, p))


def entries_with_zeros(draw, n, p):
    return span(draw, (n, p)) * (draw.random((n, p)) < 0.6)


def rows_of_all_sizes(draw, n, p):
    return span(draw, (n, 1)) * draw.standard_normal((n, p))


def columns_of_all_sizes(draw, n, p):
    return draw.standard_normal((n, p)) * span(draw, (1, p))


def rows_and_columns_of_all_sizes(draw, n, p):
    return span(draw, (n, 1), 6.5) * draw.standard_normal((n, p)) * span(draw, (1, p), 6.5)


def nearly_dependent(draw, n, p):
    X = draw.standard_normal((n, p))
    X[:, -1] = X[:, :-1] @ draw.integers(-3, 4, p - 1) + 10 ** draw.uniform(-13, 0) * X[:, -1]
    return X * span(draw, (1, p), draw.choice([0, 6]))


def powers(draw, n, p):
    x = draw.uniform(*np.sort(draw.uniform(-10, 10, 2)), n)
    return np.vander(x, p, increasing=True)


def dependent(draw, n, p):
    """Return small integers that are exactly dependent, in units of powers of two."""
    k = max(1, min(n, p) - 1)
    X = draw.integers(-4, 5, (n, k)) @ draw.integers(-3, 4, (k, p))
    return np.ldexp(X.astype(float), draw.integers(-3, 4, p))


HOSTILE = [
    *(entries, entries_with_zeros, rows_of_all_sizes, columns_of_all_sizes),
    *(rows_and_columns_of_all_sizes, nearly_dependent, powers, dependent),
]


def hostile(seed):
    """Return the kind's name, X and Y of one problem."""
    draw = np.random.default_rng(seed)
    kind = HOSTILE[seed % len(HOSTILE)]
    n, p = draw.integers(1, 9), draw.integers(1, 6)
    X = kind(draw, n, p)
    coef = span(draw, (p, 1)) if draw.random() < 0.5 else draw.integers(-9, 10, (p, 1))
    targets = [
        span(draw, (n, 1)),
        draw.standard_normal((n, 1)),
        X @ coef,
        X @ coef + draw.standard_normal((n, 1)) * 10 ** draw.uniform(-9, 9),
    ]
    return kind.__name__, X, targets[draw.integers(4)]


def ordinary(seed):
    """Return the kind's name, X and Y of one problem as they are met in use."""
    draw = np.random.default_rng(seed)
    n, p = draw.integers(12, 40), draw.integers(1, 6)
    kind = ["normal", "units", "table", "polynomial", "wide"][seed % 5]
    X = draw.standard_normal((n, p))
    if kind == "units":
        X = X * 10 ** draw.uniform(-4, 4, p)
    elif kind == "table":
        X = np.column_stack([np.ones(n), draw.integers(0, 100, (n, p))]).astype(float)
    elif kind == "polynomial":
        X = np.vander(draw.uniform(-1, 1, n), p, increasing=True)
    elif kind == "wide":
        X = draw.standard_normal((p, 2 * p + 1))
    coef = draw.standard_normal((X.shape[1], 2)) / abs(X).max(axis=0)[:, None]
    return kind, X, X @ coef + 0.3 * draw.standard_normal((len(X), 2))


# ---- The promise


def measured(problem, seed, methods=METHODS):
    """Yield each method with its estimate and the true error, and check that it warns in time."""
    kind, X, Y = problem(seed)
    truth = exactly(X, Y)
    for method in methods:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = lstsq(X, Y, method=method)
        assert caught or found.relative_error < 0.1, (kind, seed, method)
        error = relative_error(found.coef, truth)
        yield Case(kind, seed, method, found.relative_error, error, found.rank == min(X.shape))


class Case(NamedTuple):
    kind: str
    seed: int
    method: str
    estimate: float
    error: float
    full: bool  # whether the rank is as large as can be; else 1.0 stands for "unknown"


def test_the_estimate_holds_on_hostile_problems():
    for seed in range(400):
        for case in measured(hostile, seed):
            assert case.estimate >= (case.error if case.full else case.error / 10), case


def test_the_estimate_exaggerates_by_ten_at_most_on_ordinary_problems():
    for seed in range(100):
        for case in measured(ordinary, seed):
            assert case.error <= case.estimate <= 10 * max(case.error, EPS), case


@pytest.mark.parametrize(
    ("X", "y"),
    [
        ([[0, -5e-17], [6e11, 2e-9]], [1.5e-6, 6e18]),
        ([[400, 0.011], [-1e-4, 0]], [440000.121, -0.11]),
        ([[1e13, 1e-13], [1e-13, 1e-26]], [1.0, 1.0]),
        ([[1e-13, 1e13, 1.0], [1e13, 1e-13, 1.0]], [1.0, 1e-13]),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_rows_of_very_different_sizes(X, y, method):
    ((*_, estimate, error, _),) = measured(
        lambda _: ("", np.array(X), np.array([y]).T), 0, [method]
    )
    assert estimate >= error


@pytest.mark.parametrize("n", [3_000, 60_000])
def test_the_estimate_holds_where_it_is_not_measured(n):
    """With more than 100,000 entries. Errors are distances to the solution to the last digit."""
    draw = np.random.default_rng(n)
    for p in (2 + 100_000 // n, 40 + 100_000 // n):
        x = draw.uniform(-1, 1, n)
        table = np.column_stack([np.ones(n), draw.integers(0, 100, (n, p - 1))])
        steep = np.column_stack([x**k + 1e-5 * draw.standard_normal(n) for k in range(p)])
        for X in (draw.standard_normal((n, p)), table, steep):
            Y = X @ draw.standard_normal((p, 2)) + draw.standard_normal((n, 2)) * [1e-9, 1]
            truth = lstsq(X, Y, method="refined")
            assert truth.relative_error < 1e-15
            for method in ("cholesky", "qr", "svd"):
                found = lstsq(X, Y, method=method)
                errors = np.max(abs(found.coef - truth.coef), axis=0)
                error = np.max(errors / np.max(abs(truth.coef), axis=0))
                assert error <= found.relative_error <= 1e3 * max(error, EPS), (p, method)


@pytest.mark.parametrize("method", ["cholesky", "qr", "svd"])
@pytest.mark.parametrize("cycle", [[0.1], [0.1, 0.2, -0.35], [0.3, -0.7]])
def test_the_estimate_holds_for_long_sums_whose_roundings_agree(cycle, method):
    n = 240_000
    for y in (np.resize(cycle, n), np.sort(np.resize(cycle, n))):
        for column in (np.ones(n), np.full(n, 0.7)):
            counted = Counter(y.tolist()).items()
            truth = sum(count * Fraction(value) for value, count in counted) / n
            truth /= Fraction(column[0])
            found = lstsq(column[:, None], y, method=method)
            error = float(abs(Fraction(found.coef[0]) - truth) / abs(truth))
            assert found.relative_error >= error / 2


def survey(problem, seeds):
    """Print how the estimates compare with the errors, method by method."""
    cases = [case for seed in seeds for case in measured(problem, seed)]
    for method in METHODS:
        mine = [case for case in cases if case.method == method]
        sure = [case for case in mine if case.full]
        ratios = np.array([case.estimate / max(case.error, EPS) for case in sure])
        ratios = ratios[np.isfinite(ratios)]
        below = [case for case in mine if case.estimate < case.error]
        print(
            f"{method}: {len(mine)} problems, {len(sure)} of full rank. Estimate below the error:"
        )
        print(
            f"    {len(below)}, of full rank {sum(case.full for case in below)}; below a tenth of"
        )
        print(
            f"    it: {sum(case.estimate < case.error / 10 for case in below)}. Full rank, estimate"
        )
        print(
            f"    over error: median {np.median(ratios):.3g}, 99 % {np.quantile(ratios, 0.99):.3g},"
        )
        print(
            f"    largest {ratios.max():.3g}. Below 1e-12: {sum(c.estimate < 1e-12 for c in mine)}"
        )


if __name__ == "__main__":
    n_problems = int(sys.argv[1])
    survey(hostile, range(n_problems))
    survey(ordinary, range(n_problems // 10))
