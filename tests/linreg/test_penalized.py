"""Promise: ridge, its path and what the path says of it are what their definitions say."""

import doctest
from fractions import Fraction

import numpy as np
import pytest
from sklearn.linear_model import Ridge, RidgeCV

from linreg import exact, lasso, penalized
from linreg.penalized import (
    Regularization,
    fit_ridge,
    fit_ridge_dual,
    ridge_path,
    soft_threshold,
)

SHAPES = [(40, 5, ()), (40, 5, (2,)), (10, 30, ()), (10, 30, (3,))]
PENALTIES = np.array([0.01, 0.3, 4.0])


def drawn(n, p, targets=()):
    """Return columns away from zero, targets and weights."""
    random = np.random.default_rng(n + p)
    X = random.standard_normal((n, p)) + 2
    y = np.tensordot(X, random.standard_normal((p, *targets)), 1) + 5
    return X, y + random.standard_normal(y.shape), random.random(n) + 0.1


def close(found, expected, tolerance=1e-11):
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("module", [penalized, lasso])
def test_the_examples_are_true(module):
    results = doctest.testmod(module)
    assert results.attempted > 1
    assert results.failed == 0


# ---- One fit


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_each_way_is_scikit_learn_with_alpha_n_lambda(shape, fit_intercept, weighted):
    X, y, weights = drawn(*shape)
    settings = {"fit_intercept": fit_intercept, "weights": weights if weighted else None}
    path = ridge_path(X, y, PENALTIES, **settings)
    total = weights.sum() if weighted else len(y)
    for place, penalty in enumerate(PENALTIES):
        model = Ridge(alpha=total * penalty, fit_intercept=fit_intercept, solver="svd")
        model.fit(X, y, sample_weight=settings["weights"])
        fits = [way(X, y, penalty=penalty, **settings) for way in (fit_ridge, fit_ridge_dual)]
        for coef, intercept in [fit[:2] for fit in fits] + [
            (path.coefs[place], path.intercepts[place])
        ]:
            assert np.shape(coef) == (shape[1], *shape[2])
            assert np.shape(intercept) == shape[2]
            close(coef, model.coef_.T)
            close(intercept, model.intercept_)
        mean = np.average((model.predict(X) - y) ** 2, axis=0, weights=settings["weights"])
        close(fits[0].loss_history[0], mean)


def hilbert():
    """Return eight fractions a row that nearly depend on each other, and targets."""
    X = [[Fraction(1, i + j + 1) for j in range(6)] for i in range(16)]
    return [[float(value) for value in row] for row in X], [float(i % 5) for i in range(16)]


def exactly(X, y, root, fit_intercept):
    """Return ridge in rationals: the penalty counts as rows, of ``root`` where N λ is its square.

    The ones of an intercept are a column of their own, which has no row.
    """
    p = len(X[0])
    rows = [[*row, *[1] * fit_intercept] for row in X]
    rows += [[root * (i == j) for j in range(p + fit_intercept)] for i in range(p)]
    fit = exact.fit_least_squares(rows, [*y, *[0] * p], fit_intercept=False)
    return np.array([float(value) for value in fit.coef])


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("root", [Fraction(1, 1024), Fraction(1, 4), Fraction(8)])
def test_digits_against_exact_rationals(root, fit_intercept):
    """The condition number is up to 1e4: a path loses as many digits, a fit none."""
    X, y = hilbert()
    expected = exactly(X, y, root, fit_intercept)
    penalty = float(root**2 / 16)
    fit = fit_ridge(X, y, penalty=penalty, fit_intercept=fit_intercept)
    found = np.append(fit.coef, [fit.intercept] * fit_intercept)
    assert np.max(abs(found - expected)) <= 4e-16 * np.max(abs(expected))
    path = ridge_path(X, y, [penalty], fit_intercept=fit_intercept)
    found = np.append(path.coefs, [path.intercepts] * fit_intercept)
    assert np.max(abs(found - expected)) <= 1e-12 * np.max(abs(expected))
    dual = fit_ridge_dual(X, y, penalty=penalty, fit_intercept=fit_intercept)
    assert np.max(abs(dual.coef - expected[:6])) <= 1e-8 * np.max(abs(expected))


def test_fifty_thousand_columns_are_a_system_of_as_many_equations_as_rows():
    random = np.random.default_rng(0)
    X, y = random.standard_normal((12, 50_000)), random.standard_normal(12)
    fit = fit_ridge(X, y, penalty=0.5)
    residuals = X @ fit.coef + fit.intercept - y
    slope = 2 / 12 * X.T @ residuals + 2 * 0.5 * fit.coef
    assert abs(slope).max() <= 1e-12 * abs(fit.coef).max() * 12
    assert abs(residuals.mean()) <= 1e-12


def test_a_weight_of_two_is_a_row_twice_and_of_none_is_no_row():
    X, y, _ = drawn(12, 3)
    twice = np.repeat(np.arange(1, 12, 2), 2)
    for way in (fit_ridge, fit_ridge_dual):
        found = way(X, y, penalty=0.3, weights=[0, 2] * 6)
        expected = way(X[twice], y[twice], penalty=0.3)
        close(found.coef, expected.coef)
        close(found.intercept, expected.intercept)
    path = ridge_path(X, y, [0.3], weights=[0, 2] * 6)
    close(path.coefs[0], expected.coef)
    close(path.gcv, ridge_path(X[1::2], y[1::2], [0.3]).gcv)


def test_orthonormal_columns_are_shrunk_alike():
    X = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    y = X @ [3, -2] + 7
    for penalty in (0.5, 1, 3):
        expected = np.array([3, -2]) / (1 + penalty)
        for fit in (fit_ridge(X, y, penalty=penalty), fit_ridge_dual(X, y, penalty=penalty)):
            close(fit.coef, expected)
            close(fit.intercept, 7)


@pytest.mark.parametrize("shape", SHAPES)
def test_far_from_zero_a_path_keeps_its_digits(shape):
    X, y, weights = drawn(*shape)
    near = ridge_path(X, y, PENALTIES, weights=weights)
    far = ridge_path(X + 1e6, y + 1e6, PENALTIES, weights=weights)
    close(far.coefs, near.coefs, 1e-7)
    close(far.leave_one_out, near.leave_one_out, 1e-7)


def test_what_does_not_vary_has_no_slope():
    X, y, _ = drawn(10, 3)
    X[:, 1], constant = 0.1, np.full(10, 0.7)
    for path in (ridge_path(X, y, [0, 0.1]), ridge_path(X, constant, [0, 0.1])):
        assert (path.coefs[:, 1] == 0).all()
    assert (ridge_path(X, constant, [0, 0.1]).coefs == 0).all()
    assert (ridge_path(X, constant, [0, 0.1]).intercepts == 0.7).all()


# ---- The path


def test_without_penalty_a_path_is_the_shortest_least_squares_fit():
    for n, p, _ in SHAPES[::2]:
        X, y, _ = drawn(n, p)
        expected = shortest(X - X.mean(axis=0), y - y.mean())
        close(ridge_path(X, y, [0]).coefs[0], expected, 1e-9)


def shortest(X, y):
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    rank = np.sum(s > 1e-10 * s[0])
    return Vt[:rank].T @ (U[:, :rank].T @ y / s[:rank])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_leave_one_out_is_a_refit_for_each_row(shape, fit_intercept, weighted):
    """The refits keep N λ, so that without a row λ is larger."""
    X, y, weights = drawn(*shape)
    weights = weights if weighted else np.ones(len(y))
    path = ridge_path(X, y, PENALTIES, fit_intercept=fit_intercept, weights=weights)
    for place, penalty in enumerate(PENALTIES):
        errors = []
        for i in range(len(y)):
            rest = np.delete(np.arange(len(y)), i)
            larger = penalty * weights.sum() / weights[rest].sum()
            settings = {"fit_intercept": fit_intercept, "weights": weights[rest]}
            fit = fit_ridge(X[rest], y[rest], penalty=larger, **settings)
            errors.append((X[i] @ fit.coef + fit.intercept - y[i]) ** 2)
        close(path.leave_one_out[place], np.average(errors, axis=0, weights=weights), 1e-10)


def test_leave_one_out_keeps_its_digits_where_the_penalty_nearly_vanishes():
    """With more columns than rows residuals and 1 minus leverages are then both next to zero."""
    X, y, _ = drawn(10, 30)
    tiny, small = ridge_path(X, y, [1e-14, 1e-9]).leave_one_out
    assert tiny == pytest.approx(small, rel=1e-6)
    path = ridge_path(X, y, [0.0])
    assert np.isnan(path.leave_one_out[0])
    assert np.isnan(path.gcv[0])
    with pytest.raises(ValueError, match="gcv is NaN for each penalty: add penalties above 0"):
        path.best()


def hat(X, penalty, weights, fit_intercept):
    """Return the matrix that makes predictions of targets."""
    design = np.column_stack([X, np.ones(len(X))]) if fit_intercept else X
    prior = np.diag([weights.sum() * penalty] * X.shape[1] + [0] * fit_intercept)
    gram = design.T @ (weights[:, None] * design) + prior
    return design @ np.linalg.solve(gram, design.T * weights)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_gcv_and_degrees_of_freedom_are_as_defined(shape, fit_intercept):
    X, y, weights = drawn(*shape)
    path = ridge_path(X, y, PENALTIES, fit_intercept=fit_intercept, weights=weights)
    for place, penalty in enumerate(PENALTIES):
        H = hat(X, penalty, weights, fit_intercept)
        close(path.degrees_of_freedom[place], np.trace(H), 1e-10)
        loss = np.average((H @ y - y) ** 2, axis=0, weights=weights)
        close(path.gcv[place], loss / (1 - np.trace(H) / len(y)) ** 2, 1e-10)


def test_the_best_is_that_of_scikit_learn():
    X, y, _ = drawn(40, 5)
    penalties = np.geomspace(1e-3, 10, 30)
    path = ridge_path(X, y, penalties)
    expected = RidgeCV(alphas=40 * penalties, scoring="neg_mean_squared_error").fit(X, y)
    assert 40 * penalties[path.best("leave_one_out")] == expected.alpha_
    close(path.leave_one_out[path.best("leave_one_out")], -expected.best_score_, 1e-10)
    assert path.best() == np.argmin(path.gcv)
    several = ridge_path(X, np.column_stack([y, X[:, 0] ** 3]), penalties)
    assert several.best() == np.argmin(several.gcv.mean(axis=1))
    with pytest.raises(ValueError, match="choose 'gcv' or 'leave_one_out'"):
        path.best("aic")


# ---- The penalty as an object


def test_the_soft_threshold_moves_towards_zero_and_stops_there():
    assert soft_threshold([3.0, -3.0, 0.5, -0.5, 0.0], 1.0).tolist() == [2, -2, 0, 0, 0]


@pytest.mark.parametrize("l1", [0.0, 0.7])
@pytest.mark.parametrize("l2", [0.0, 0.4])
def test_value_gradient_and_proximal_map_belong_together(l1, l2):
    penalty, coef, step = Regularization(l1, l2), np.array([1.5, -0.2, 0.05]), 0.3
    assert penalty.value(coef) == pytest.approx(l1 * 1.75 + l2 * (2.25 + 0.04 + 0.0025))
    for j, part in enumerate(np.eye(3) * 1e-6):
        slope = (penalty.value(coef + part) - penalty.value(coef - part)) / 2e-6
        assert penalty.gradient(coef)[j] == pytest.approx(slope, abs=1e-8)
    grid = np.linspace(-2, 2, 400_001)
    for value, found in zip(coef, penalty.proximal(coef, step)):
        heights = l1 * abs(grid) + l2 * grid**2 + (grid - value) ** 2 / (2 * step)
        assert found == pytest.approx(grid[np.argmin(heights)], abs=1e-5)


# ---- What is wrong


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"penalty": 0}, "penalty is 0: pass a number above 0; without penalty, use lstsq"),
        ({"penalty": -1}, "penalty is -1: pass 0 or more"),
        ({"penalty": float("nan")}, "penalty is nan"),
        ({"penalty": 1, "weights": [0, 0, 0]}, "all weights are zero: give the rows that count"),
        ({"penalty": 1, "weights": [1, -1, 1]}, r"weights\[1\] is -1.0: pass 0 or more"),
        ({"penalty": 1, "weights": [1, 1]}, "weights has shape"),
    ],
)
def test_errors_name_the_fix(settings, words):
    for way in (fit_ridge, fit_ridge_dual):
        with pytest.raises(ValueError, match=words):
            way([[1], [2], [4]], [1, 2, 3], **settings)


def test_errors_of_a_path_and_of_a_penalty_name_the_place():
    with pytest.raises(ValueError, match=r"penalties\[1\] is -2.0: pass 0 or more"):
        ridge_path([[1], [2]], [1, 2], [1, -2])
    with pytest.raises(ValueError, match="penalties is empty"):
        ridge_path([[1], [2]], [1, 2], [])
    with pytest.raises(ValueError, match="l2 is -1: pass 0 or more"):
        Regularization(l2=-1)
