"""Promise: lstsq returns the right digits, says how many there are, and never fails in silence."""

import math
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import scipy
from backends import needs_torch, torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from statsmodels.api import OLS

from linreg import exact, least_squares
from linreg.datasets.nist import NIST_NAMES, load_nist
from linreg.least_squares import inverse_of, lstsq, polyfit, powers, solve_triangle

METHODS = ["auto", "cholesky", "qr", "svd", "refined"]
# Correct digits against the certified values, which are of the decimal text.
DIGITS = {
    **{"Norris": 14.0, "Pontius": 13.4, "NoInt1": 14.6, "NoInt2": 15, "Filip": 7.5},
    **{"Longley": 14.5, "Wampler1": 14.9, "Wampler2": 13.1, "Wampler3": 14.9},
    **{"Wampler4": 14.9, "Wampler5": 14.9},
}


def exactly(X, y):
    """Return the exact solution for float64 columns, as Fractions."""
    return exact.fit_least_squares(X.tolist(), y.tolist(), fit_intercept=False).coef


def error(coef, truth):
    """Return the largest error over the largest true coefficient."""
    differences = (abs(Fraction(float(a)) - b) for a, b in zip(coef, truth, strict=True))
    return float(max(differences) / max(map(abs, truth)))


def digits(coef, certified):
    """Return the fewest correct digits of a coefficient, at most 15."""
    pairs = [(Fraction(float(a)), Fraction(b)) for a, b in zip(coef, certified, strict=True)]
    losses = [abs(a - b) / abs(b) if b else abs(a) for a, b in pairs]
    return min(15.0 if loss == 0 else min(15.0, -math.log10(loss)) for loss in losses)


def nist(name):
    """Return float64 columns, the ones last, targets and the certified values."""
    problem = load_nist(name)
    X = np.array(problem.X, dtype=float)
    certified = list(problem.coef)
    if problem.fit_intercept:
        X, certified = np.column_stack([X, np.ones(len(X))]), [*certified, problem.intercept]
    return X, np.array(problem.y, dtype=float), certified


def conditioned(n, p, condition_number, seed=0):
    """Return columns with singular values from 1 down to 1 / condition_number."""
    draw = np.random.default_rng(seed).standard_normal
    U, V = np.linalg.qr(draw((n, p)))[0], np.linalg.qr(draw((p, p)))[0]
    return U * np.geomspace(1, 1 / condition_number, p) @ V.T


def drawn(n, p, seed=0):
    """Return an ordinary problem."""
    draw = np.random.default_rng(seed).standard_normal
    return draw((n, p)), draw(n)


# ---- NIST's certified problems


@pytest.mark.parametrize("name", NIST_NAMES)
def test_refined_is_the_exact_solution_of_the_columns_to_one_ulp(name):
    X, y, certified = nist(name)
    found = lstsq(X, y, method="refined")
    for coef, truth in zip(found.coef, exactly(X, y), strict=True):
        assert abs(Fraction(float(coef)) - truth) <= Fraction(math.ulp(float(truth)))
    assert digits(found.coef, certified) >= DIGITS[name]
    assert found.relative_error == np.finfo(float).eps
    assert (found.rank, found.method) == (X.shape[1], "refined")


def libraries(X, y):
    """Return what five libraries find at their defaults, on the columns as they are."""
    tensors = torch.from_numpy(X), torch.from_numpy(y)[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # statsmodels warns of Filip
        statsmodels = OLS(y, X).fit().params
    return {
        "numpy": np.linalg.lstsq(X, y, rcond=None)[0],
        "scipy": scipy.linalg.lstsq(X, y)[0],
        "scikit-learn": LinearRegression(fit_intercept=False).fit(X, y).coef_,
        "statsmodels": statsmodels,
        "torch": torch.linalg.lstsq(*tensors).solution.numpy()[:, 0],
    }


@needs_torch
@pytest.mark.parametrize("name", NIST_NAMES)
def test_auto_is_within_a_digit_of_the_best_of_five_libraries(name):
    X, y, certified = nist(name)
    best = max(digits(coef, certified) for coef in libraries(X, y).values())
    assert digits(lstsq(X, y).coef, certified) >= best - 1


@needs_torch
def test_each_library_loses_digits_somewhere():
    worst = {}
    for name in NIST_NAMES:
        X, y, certified = nist(name)
        for library, coef in libraries(X, y).items():
            worst[library] = min(worst.get(library, 15.0), digits(coef, certified))
    assert max(worst.values()) < 7.5


def test_polyfit_keeps_what_the_powers_lose():
    problem = load_nist("Filip")
    x, y = ([float(value) for value in problem.columns[name]] for name in "xy")
    coef = polyfit(x, y, 10)
    assert digits(coef, [problem.intercept, *problem.coef]) >= 13.9
    plain = lstsq(np.vander(np.array(x), 11, increasing=True), y)
    assert digits(plain.coef, [problem.intercept, *problem.coef]) < 9


# ---- Digits, and the estimate of their number


@pytest.mark.parametrize("residual", [0.0, 1.0, 1000.0])
@pytest.mark.parametrize("condition_number", [1e2, 1e6, 1e10, 1e12, 1e14])
@pytest.mark.parametrize("shape", [(200, 12), (60, 5), (40, 40)])
def test_refined_holds_on_ill_conditioned_problems(shape, condition_number, residual):
    X = conditioned(*shape, condition_number)
    y = X @ np.ones(shape[1]) + residual * drawn(*shape)[1]
    found = lstsq(X, y, method="refined")
    assert error(found.coef, exactly(X, y)) <= 1e-14


def integer_pairs(n, p, steepness):
    """Return integers: pairs of nearly parallel columns, targets without residual, the truth."""
    draw = np.random.default_rng(0).integers
    X, coef = draw(-50, 51, (n, p)).astype(float), draw(1, 100, p).astype(float)
    X[:, 1::2] += steepness * X[:, 0::2]
    coef[0::2] -= steepness * coef[1::2]
    return X, X @ coef, coef


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("steepness", [1e3, 1e6, 1e8])
@pytest.mark.parametrize("shape", [(200, 100), (2_000, 300)])
def test_many_columns_lose_no_more_digits_than_few(shape, steepness, method):
    X, y, truth = integer_pairs(*shape, steepness)
    found = lstsq(X, y, method=method)
    relative = np.max(abs(found.coef - truth)) / np.max(abs(truth))
    assert found.relative_error >= relative / 10
    assert relative <= (1e-15 if found.method == "refined" else 1e-14 * found.condition_number)


def test_a_target_far_larger_costs_the_others_no_digit():
    for seed in range(3):
        U = np.linalg.qr(drawn(40, 12, seed)[0])[0]
        V = np.linalg.qr(drawn(12, 12, seed)[0])[0]
        X = U * np.repeat([1, 1e-12], 6) @ V.T
        Y = np.column_stack([X @ np.ones(12), U[:, -1], drawn(40, 1, seed + 5)[1]])
        found = lstsq(X, Y, method="refined")
        for k in range(3):
            assert error(found.coef[:, k], exactly(X, Y[:, k])) <= 1e-15
        assert found.relative_error < 3e-16


def test_the_estimate_holds_for_long_sums():
    for n in (1_000, 300_000):
        for method in ["auto", "cholesky", "qr", "svd"]:
            found = lstsq(np.ones((n, 1)), np.full(n, 0.1), method=method)
            assert abs(found.coef[0] - 0.1) / 0.1 <= 10 * found.relative_error, method
    groups = np.repeat(np.eye(3), 100_000, axis=0)
    found = lstsq(groups, np.repeat([0.1, 0.3, 0.7], 100_000))
    np.testing.assert_allclose(found.coef, [0.1, 0.3, 0.7], rtol=1e-15)


@pytest.mark.parametrize("shape", [(5, 12), (12, 6)])
def test_the_estimate_holds_for_the_shortest_solution(shape):
    n, p = shape
    draw = np.random.default_rng(0).integers
    for _ in range(20):
        # Small integers, and columns in units of powers of two: float64 holds all exactly.
        X = draw(-4, 5, (n, 3)) @ draw(-3, 4, (3, p)) if n > p else draw(-4, 5, shape)
        X = np.ldexp(X.astype(float), draw(-8, 9, p))
        y = draw(-5, 6, n).astype(float)
        truth = shortest_exactly(X, y)
        for method in METHODS:
            with pytest.warns(np.exceptions.RankWarning):
                found = lstsq(X, y, method=method, rank_tol=1e-12 if n > p else None)
            assert found.relative_error >= error(found.coef, truth) / 10, method


def test_the_shortest_solution_keeps_its_digits_in_units_far_apart():
    draw = np.random.default_rng(1).integers
    for _ in range(15):
        X = (draw(-4, 5, (12, 3)) @ draw(-3, 4, (3, 6))).astype(float)
        X, y = np.ldexp(X, draw(-40, 41, 6)), draw(-5, 6, 12).astype(float)
        with pytest.warns(np.exceptions.RankWarning):
            found = lstsq(X, y)
        # Without exchanged columns some digits go; in the wrong order of rows nearly all do.
        assert error(found.coef, shortest_exactly(X, y)) < 1e-10


def shortest_exactly(X, y):
    """Return the shortest solution: with X = B C it is Cᵀ(CCᵀ)⁻¹(BᵀB)⁻¹Bᵀy."""
    rows, basis = fractions(X), []
    for j in range(X.shape[1]):  # B: the columns that do not depend on those before them
        trial = [[row[k] for k in [*basis, j]] for row in rows]
        try:
            exact.fit_least_squares(trial, [0] * len(rows), fit_intercept=False)
        except ValueError:
            continue
        basis.append(j)
    B = [[row[k] for k in basis] for row in rows]
    columns = [  # of C: how B makes each column of X
        exact.fit_least_squares(B, [row[j] for row in rows], fit_intercept=False).coef
        for j in range(X.shape[1])
    ]
    w = exact.fit_least_squares(B, y.tolist(), fit_intercept=False).coef
    gram = [[sum(c[a] * c[b] for c in columns) for b in range(len(w))] for a in range(len(w))]
    multipliers = exact.fit_least_squares(gram, w, fit_intercept=False).coef
    return [sum(a * m for a, m in zip(column, multipliers)) for column in columns]


def test_a_coefficient_of_zero_costs_no_patience(monkeypatch):
    looks = []
    plain = least_squares.exact_residual
    monkeypatch.setattr(
        least_squares, "exact_residual", lambda *given: looks.append(1) or plain(*given)
    )
    x = np.arange(20.0)
    found = lstsq(np.vander(x, 7, increasing=True), 1 + x**5)
    np.testing.assert_allclose(found.coef, [1, 0, 0, 0, 0, 1, 0], atol=1e-25)
    assert len(looks) < 6


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("unit", [1e-200, 1.0, 1e200])
def test_where_all_coefficients_are_zero_the_unit_of_y_does_not_matter(method, unit):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = lstsq([[1.0], [1.0]], [unit, -unit], method=method)
    assert found.coef[0] == 0 or abs(found.coef[0]) < 1e-15 * unit
    assert found.relative_error == np.finfo(float).eps or found.relative_error > 0.1
    assert len(caught) == (found.relative_error > 0.1)


def test_an_underflow_is_owned():
    with pytest.warns(np.exceptions.RankWarning, match="no digit of coef is sure"):
        assert lstsq([[1e200], [2e200]], [1e-200, 2e-200]).relative_error == math.inf
    assert lstsq([[1e200], [3e200]], [1e-121, 1e-121]).relative_error > 1e-3
    X, y = np.array([[1e30], [2e30]], np.float32), np.array([1e-20, 2e-20], np.float32)
    with pytest.warns(np.exceptions.RankWarning, match="no digit of coef is sure"):
        assert lstsq(X, y).relative_error == math.inf


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("orthogonal", [False, True])
def test_the_estimate_is_at_least_a_tenth_of_the_error(method, orthogonal):
    for power in range(0, 17, 2):
        for seed in range(3):
            X = conditioned(50, 6, 10.0**power, seed)
            noise = drawn(50, 6, seed)[1]
            if orthogonal:  # a large residual whose part in the column space is rounding
                noise -= X @ np.linalg.lstsq(X, noise, rcond=None)[0]
            y = X @ np.ones(6) + noise
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", np.exceptions.RankWarning)
                found = lstsq(X, y, method=method)
            truth = error(found.coef, exactly(X, y))
            assert found.relative_error >= max(truth / 10, np.finfo(float).eps), (power, seed)


def test_the_estimate_does_not_cry_wolf():
    X, y = drawn(500, 20)
    for method in METHODS:
        assert lstsq(X, y, method=method).relative_error < 1e-12


def test_the_condition_number_is_near_the_true_one():
    for power in (1, 3, 6, 9, 12):
        X = conditioned(80, 10, 10.0**power)
        X /= np.linalg.norm(X, axis=0)
        found = lstsq(X, X[:, 0], method="qr")
        assert 0.5 < found.condition_number / np.linalg.cond(X) < 2


small = st.fractions(-9, 9, max_denominator=8)


@settings(max_examples=60)
@given(st.data())
def test_small_rational_problems_agree_with_exact_arithmetic(data):
    p = data.draw(st.integers(1, 4))
    n = data.draw(st.integers(p, 7))
    row = st.lists(small, min_size=p, max_size=p)
    X = np.array(data.draw(st.lists(row, min_size=n, max_size=n)), dtype=float)
    y = np.array(data.draw(st.lists(small, min_size=n, max_size=n)), dtype=float)
    try:
        truth = exactly(X, y)
    except ValueError:  # dependent columns
        with pytest.warns(np.exceptions.RankWarning):
            assert lstsq(X, y).rank < p
        return
    with warnings.catch_warnings():
        if 0 in truth:  # whose relative error is infinite, however small the error is
            warnings.simplefilter("ignore", np.exceptions.RankWarning)
        fits = {method: lstsq(X, y, method=method) for method in {*METHODS, "refined"}}
    largest = max(map(abs, truth))
    for method, found in fits.items():
        for coef, fraction in zip(found.coef, truth, strict=True):
            allowed = Fraction(1, 10**9) * largest
            if method == "refined":
                allowed = max(math.ulp(float(fraction)), 1e-30 * float(largest))
            assert abs(Fraction(float(coef)) - fraction) <= allowed


# ---- Properties


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(40, 7), (7, 40), (9, 9)])
def test_residuals_stand_at_right_angles_to_the_columns(method, shape):
    X, y = drawn(*shape)
    if shape[0] < shape[1]:
        with pytest.warns(np.exceptions.RankWarning):
            found = lstsq(X, y, method=method)
    else:
        found = lstsq(X, y, method=method)
    np.testing.assert_allclose(found.residuals, X @ found.coef - y, atol=1e-12)
    np.testing.assert_allclose(X.T @ found.residuals, 0, atol=1e-11)
    np.testing.assert_allclose(found.coef, np.linalg.lstsq(X, y, rcond=None)[0], rtol=1e-8)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [60, 20_000])
def test_powers_of_two_in_the_columns_change_no_bit(method, n):
    X, y = drawn(n, 6)
    exponents = np.array([-400, 3, 0, 17, -2, 600])
    plain, scaled = lstsq(X, y, method=method), lstsq(np.ldexp(X, exponents), y, method=method)
    assert np.array_equal(np.ldexp(scaled.coef, exponents), plain.coef)
    assert scaled.condition_number == plain.condition_number


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_rows_changes_rounding_alone(method):
    X, y = drawn(60, 6)
    rows = np.random.default_rng(1).permutation(60)
    one, other = lstsq(X, y, method=method), lstsq(X[rows], y[rows], method=method)
    np.testing.assert_allclose(other.coef, one.coef, rtol=1e-12)
    np.testing.assert_allclose(other.residuals, one.residuals[rows], atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_targets_side_by_side_are_solved_one_by_one(method):
    X, y = drawn(30, 4)
    targets = np.column_stack([y, 1e-150 * X[:, 1], 1e150 * y**2, np.zeros(30)])
    found = lstsq(X, targets, method=method)
    assert (found.coef.shape, found.residuals.shape) == ((4, 4), (30, 4))
    for k in range(4):
        alone = lstsq(X, targets[:, k], method=method).coef
        np.testing.assert_allclose(found.coef[:, k], alone, rtol=1e-12, atol=1e-164)
    assert not found.coef[:, 3].any()


# ---- Range and rank


@pytest.mark.parametrize("method", METHODS)
def test_columns_from_1e_200_to_1e200(method):
    X, y = drawn(40, 5)
    units = np.array([1e-200, 1e-90, 1.0, 1e90, 1e200])
    found = lstsq(X * units, y, method=method)
    np.testing.assert_allclose(found.coef * units, lstsq(X, y).coef, rtol=1e-12)
    assert found.rank == 5


@pytest.mark.parametrize("scale", [1e-250, 1e250])
def test_targets_of_any_size(scale):
    X, y = drawn(40, 5)
    np.testing.assert_allclose(lstsq(X, scale * y).coef, scale * lstsq(X, y).coef, rtol=1e-13)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("units", [1.0, np.array([1e3, 1.0, 1e-3, 30.0, 0.01])])
def test_a_duplicate_column_gives_the_shortest_solution_in_the_callers_units(method, units):
    X, y = drawn(30, 5)
    X[:, 3] = X[:, 0] - 2 * X[:, 1]
    X = X * units
    with pytest.warns(np.exceptions.RankWarning, match="rank 4 but 5 columns"):
        found = lstsq(X, y, method=method)
    assert (found.rank, found.method, found.relative_error) == (4, "svd", 1.0)
    # Among all solutions, the shortest has no part along the null direction.
    null = np.array([1, -2, 0, -1, 0]) / units
    assert abs(found.coef @ null) < 1e-12 * np.linalg.norm(found.coef) * np.linalg.norm(null)
    np.testing.assert_allclose(X.T @ found.residuals / np.max(abs(X), axis=0), 0, atol=1e-10)
    if np.ndim(units) == 0:
        np.testing.assert_allclose(found.coef, np.linalg.lstsq(X, y, rcond=None)[0], rtol=1e-9)


def test_a_given_tolerance_is_a_decision_so_the_estimate_holds():
    X, y = drawn(30, 4)
    X[:, 3] = X[:, 0]
    with pytest.warns(np.exceptions.RankWarning):
        found = lstsq(X, y, rank_tol=1e-12)
    assert (found.rank, found.relative_error < 1e-12) == (3, True)
    assert lstsq(conditioned(30, 4, 1e5), y).rank == 4
    with pytest.warns(np.exceptions.RankWarning):
        assert lstsq(conditioned(30, 4, 1e5), y, rank_tol=1e-3).rank < 4


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [60, 351, 1_500, 3_000, 30_000])
def test_dummies_that_add_up_to_the_ones_are_dependent_at_any_length(n, method):
    random = np.random.default_rng(n)
    for share in (0.03, 0.5, 0.95):
        d, groups = random.random(n) < share, np.eye(4)[random.integers(0, 4, n)]
        for dummies in ([d, ~d], [np.sort(d), ~np.sort(d)], groups.T):
            X = np.column_stack([np.ones(n), *dummies])
            with pytest.warns(np.exceptions.RankWarning, match="Drop dependent columns"):
                found = lstsq(X, 2 + X[:, 1] + random.standard_normal(n), method=method)
            assert (found.rank, found.relative_error) == (X.shape[1] - 1, 1.0)
            assert max(abs(found.coef)) < 10


@pytest.mark.parametrize("method", ["qr", "svd"])
def test_a_coefficient_without_a_sure_digit_is_warned_of(method):
    X = conditioned(30, 4, 1e14)
    right_angled = drawn(30, 1)[1]
    for _ in range(3):
        right_angled -= X @ np.linalg.lstsq(X, right_angled, rcond=None)[0]
    with pytest.warns(np.exceptions.RankWarning, match="no digit of coef is sure"):
        found = lstsq(X, right_angled, method=method)
    assert (found.rank, found.relative_error >= 0.1) == (4, True)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_one_scaling_decides_the_rank(scale, method):
    wide = np.array([[1, 2, 3, 4], [scale, -scale, 2 * scale, 0], [1, 2, 3, 4]])
    with pytest.warns(np.exceptions.RankWarning, match="rank 2"):
        found = lstsq(wide, [1, scale, 1], method=method, rank_tol=1e-3)
    np.testing.assert_allclose(found.coef, np.array([52, -46, 106, 8]) / 310, rtol=1e-10)
    rare = np.zeros(20_000)
    rare[7] = scale
    tall = np.column_stack([np.ones((20_000, 2)), rare])
    with pytest.warns(np.exceptions.RankWarning, match="rank 2"):
        found = lstsq(tall, tall @ [2, 4, 5 / scale], method=method, rank_tol=1e-2)
    truth = np.array([3, 3, 5 / scale])
    assert max(abs(found.coef - truth)) < 1e-10 * max(truth)
    assert found.relative_error < 1e-8


@pytest.mark.parametrize("method", METHODS)
def test_zero_columns_get_zero(method):
    X, y = drawn(30, 4)
    X[:, [0, 2]] = 0
    with pytest.warns(np.exceptions.RankWarning, match="rank 2"):
        found = lstsq(X, y, method=method)
    assert found.coef[[0, 2]].tolist() == [0, 0]
    np.testing.assert_allclose(found.coef[[1, 3]], lstsq(X[:, [1, 3]], y).coef, rtol=1e-13)
    with pytest.warns(np.exceptions.RankWarning, match="rank 0"):
        nothing = lstsq(np.zeros((5, 2)), y[:5], method=method)
    assert nothing.coef.tolist() == [0, 0]
    assert nothing.residuals.tolist() == (-y[:5]).tolist()


@pytest.mark.parametrize("method", METHODS)
def test_fewer_rows_than_columns(method):
    X, y = drawn(6, 20)
    X[:, 4] = 0
    with pytest.warns(np.exceptions.RankWarning, match="rank 6 but 20"):
        found = lstsq(X, y, method=method)
    expected = X.T @ np.linalg.solve(X @ X.T, y)
    np.testing.assert_allclose(found.coef, expected, rtol=1e-9, atol=1e-13)
    assert found.coef[4] == 0
    assert found.relative_error < 1e-12
    X[5] = X[4]
    with pytest.warns(np.exceptions.RankWarning, match="rank 5 but 20"):
        found = lstsq(X, y, method=method)
    np.testing.assert_allclose(found.coef, np.linalg.pinv(X) @ y, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_the_methods_agree_on_rank_and_condition(method):
    X = np.column_stack([np.ones(20_000), np.eye(20_000, 1)])
    found = lstsq(X, np.arange(20_000.0), method=method, rank_tol=0.01)
    assert (found.rank, found.condition_number < 2) == (2, True)
    wide = drawn(3, 6)[0] * [[1], [1e20], [1e-20]]
    with pytest.warns(np.exceptions.RankWarning):
        found = lstsq(wide, [1.0, 2.0, 3.0], method=method)
    assert (found.rank, found.condition_number < 4) == (3, True)
    assert found.relative_error < 1e-13


def test_the_shortest_solution_is_refined_too():
    X = conditioned(12, 12, 1e9)[:8]
    with pytest.warns(np.exceptions.RankWarning):
        found = lstsq(X, X @ np.ones(12), method="refined")
    G = [[sum(map(Fraction.__mul__, a, b)) for b in rows] for rows in [fractions(X)] for a in rows]
    y = [Fraction(float(value)) for value in X @ np.ones(12)]
    multipliers = exact.fit_least_squares(G, y, fit_intercept=False).coef
    truth = [sum(a * m for a, m in zip(column, multipliers)) for column in zip(*fractions(X))]
    assert error(found.coef, truth) <= 1e-15


def fractions(X):
    return [[Fraction(float(value)) for value in row] for row in X]


def test_wide_columns_of_very_different_units():
    X, y = drawn(3, 5)
    X = X * [1e-200, 1e-100, 1.0, 1e100, 1e200]
    with pytest.warns(np.exceptions.RankWarning, match="rank 3 but 5"):
        found = lstsq(X, y)
    # In the caller's units the shortest solution leans on the heaviest columns.
    np.testing.assert_allclose(X @ found.coef, y, rtol=1e-9)
    heavy = np.linalg.solve(X[:, 2:] / [1, 1e100, 1e200], y) / [1, 1e100, 1e200]
    np.testing.assert_allclose(found.coef[2:], heavy, rtol=1e-9)


# ---- Which method


def test_auto_says_what_it_took():
    X, y = drawn(2000, 60)
    assert lstsq(X[:100], y[:100]).method == "refined"
    assert lstsq(X, y).method == "cholesky"
    steep = conditioned(2000, 60, 1e9)
    assert lstsq(steep, y).method == "qr"
    assert lstsq(steep, y, method="cholesky").method == "qr"
    assert lstsq(steep, y, method="svd").method == "svd"


def test_cholesky_is_corrected():
    X = conditioned(2000, 60, 1e5)
    y = X @ np.ones(60)
    plain = np.linalg.solve(X.T @ X, X.T @ y)
    corrected = lstsq(X, y, method="cholesky").coef
    assert np.max(abs(plain - 1)) > 1e-8
    assert np.max(abs(corrected - 1)) < 1e-10


# ---- Kinds of input


def test_float32_in_float32_out():
    X, y = (values.astype(np.float32) for values in drawn(50, 5))
    found = lstsq(X, y)
    assert (found.coef.dtype, found.residuals.dtype) == (np.float32, np.float32)
    assert found.relative_error == np.finfo(np.float32).eps
    truth = lstsq(X.astype(float), y.astype(float)).coef
    assert np.array_equal(found.coef, truth.astype(np.float32))
    assert lstsq(X, y.astype(float)).coef.dtype == np.float64
    assert lstsq(X.astype(">f4"), y).coef.dtype == np.float32


@pytest.mark.parametrize(
    "convert",
    [
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=0)[::2],
        lambda a: a[::-1][::-1],
        lambda a: a.astype(object),
        lambda a: a.tolist(),
        lambda a: np.vectorize(Fraction)(a),
        lambda a: np.vectorize(Decimal)(a),
        lambda a: a.astype(np.int8),
        lambda a: a.astype(">f8"),
    ],
)
def test_kinds_of_arrays(convert):
    draw = np.random.default_rng(0).integers
    X, y = draw(-9, 9, (30, 4)).astype(float), draw(-9, 9, 30).astype(float)
    expected = lstsq(X, y).coef
    np.testing.assert_allclose(lstsq(convert(X), convert(y)).coef, expected, rtol=1e-15)


def test_the_callers_arrays_stay_as_they_were():
    X, y = drawn(30, 4)
    before = X.copy(), y.copy()
    X.flags.writeable = y.flags.writeable = False
    for method in METHODS:
        lstsq(X, y, method=method)
    assert np.array_equal(X, before[0])
    assert np.array_equal(y, before[1])


@pytest.mark.parametrize(
    ("X", "y", "kind", "words"),
    [
        ([[1.0, math.nan], [2, 3]], [1, 2], ValueError, r"X\[0, 1\] is nan"),
        ([[1.0], [2]], [1, math.inf], ValueError, r"y\[1\] is inf"),
        ([[1.0], [2]], [1, 2, 3], ValueError, "X has length 2 but y has length 3"),
        ([1.0, 2], [1, 2], ValueError, r"reshape\(-1, 1\)"),
        ([[1.0], [2]], [[[1]], [[2]]], ValueError, "n_targets"),
        ([], [], ValueError, "2-D"),
        (np.ones((0, 2)), [], ValueError, "empty"),
        (np.ones((2, 0)), [1, 2], ValueError, "empty"),
        (np.ones((2, 1)), np.ones((2, 0)), ValueError, "empty"),
        ([[1.0], [2, 3]], [1, 2], ValueError, "ragged"),
        ([[1j], [2]], [1, 2], TypeError, "complex128"),
        ([["1"], ["2"]], [1, 2], TypeError, "convert"),
        ([[None], [2]], [1, 2], TypeError, r"X\[0, 0\] is None"),
        ([[2**53 + 1], [2]], [1, 2], ValueError, "float64 rounds"),
        (np.ones((2, 1), dtype=np.longdouble), [1, 2], TypeError, "astype"),
        (np.ma.masked_equal([[1.0], [2]], 2), [1, 2], ValueError, "masked"),
        ([[1e-200], [2e-200]], [1e200, 2e200], ValueError, "overflows"),
        ([[10**400], [1]], [1, 2], ValueError, "float64 cannot"),
        ([[Decimal("sNaN")], [1]], [1, 2], ValueError, "float64 cannot"),
        (np.array([[np.complex128(1j)], [2]], object), [1, 2], TypeError, "real number"),
        (scipy.sparse.eye(2, format="csr"), [1, 2], TypeError, r"X is sparse.*X\.toarray\(\)"),
        (scipy.sparse.coo_array([[1.0], [2]]), [1, 2], TypeError, r"X\.toarray\(\)"),
        ([[1.0], [2]], scipy.sparse.csc_matrix([[1], [2]]), TypeError, r"y\.toarray\(\)"),
    ],
)
def test_bad_input_says_what_to_do(X, y, kind, words):
    with pytest.raises(kind, match=words):
        lstsq(X, y)


@pytest.mark.parametrize(
    ("settings", "kind", "words"),
    [
        ({"method": "lu"}, ValueError, "choose one of auto, cholesky, qr, svd, refined"),
        ({"rank_tol": -1.0}, ValueError, "from 0 to below 1"),
        ({"rank_tol": math.nan}, ValueError, "from 0 to below 1"),
        ({"rank_tol": "small"}, TypeError, "pass a number"),
        ({"rank_tol": np.complex128(0.1)}, TypeError, "pass a number"),
        ({"method": np.array(["qr", "svd"])}, ValueError, "choose one of"),
    ],
)
def test_bad_settings_say_what_to_do(settings, kind, words):
    with pytest.raises(kind, match=words):
        lstsq([[1.0], [2.0]], [1, 2], **settings)


@pytest.mark.parametrize(
    ("x", "y", "degree", "kind", "words"),
    [
        ([1, 1, 2], [1, 2, 3], 2, ValueError, "2 different values"),
        ([1, 2, 3], [1, 2, 3], -1, ValueError, "from 0"),
        ([1, 2, 3], [1, 2, 3], 1.0, TypeError, "whole number"),
        ([[1], [2]], [1, 2], 1, ValueError, r"\(n,\)"),
        ([1e100, 2e100, 3e100, 4e100, 5e100], [1, 2, 3, 4, 5], 4, ValueError, "range"),
        ([1e-100, 2e-100, 3e-100, 4e-100, 5e-100], [1, 2, 3, 4, 5], 4, ValueError, "range"),
        ([1e-30, 2e-30, 3e-30, 4e-30], [1e250, 3e250, 2e250, 9e250], 3, ValueError, "overflows"),
        (np.ma.masked_equal([1.0, 2, 3], 2), [1, 2, 3], 1, ValueError, "masked"),
        ([1, [2, 3]], [1, 2], 1, ValueError, "x is ragged"),
        ([1, math.nan], [1, 2], 1, ValueError, r"x\[1\] is nan"),
    ],
)
def test_bad_polynomials_say_what_to_do(x, y, degree, kind, words):
    with pytest.raises(kind, match=words):
        polyfit(x, y, degree)


def test_a_polynomial_of_too_high_degree_warns_or_refuses():
    x = np.linspace(0, 1, 60)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises((RuntimeWarning, ValueError), match="lower the degree"):
            polyfit(x, np.sin(x), 40)


@pytest.mark.parametrize(
    ("x", "degree"),
    [
        (np.arange(1947.0, 1963), 6),
        (np.arange(1947.0, 1963), 12),
        (np.arange(1947.0, 1970), 20),
        (1e8 + np.arange(30), 4),
        (1e8 + np.random.default_rng(0).random(30), 3),
        (np.array([1, 1 + 2.0**-52, 2, 3]), 3),
        (2.0 ** np.arange(20), 8),
    ],
)
def test_powers_of_different_x_are_never_dependent(x, degree):
    for y in (np.sin(np.arange(len(x))), 1 + x):
        rows = [[Fraction(value) ** k for k in range(degree + 1)] for value in x.tolist()]
        truth = exact.fit_least_squares(rows, y.tolist(), fit_intercept=False).coef
        for k, (coef, fraction) in enumerate(zip(polyfit(x, y, degree), truth, strict=True)):
            next_to_nothing = 1e-25 * max(abs(y)) / max(abs(x)) ** k
            allowed = max(math.ulp(float(fraction)), next_to_nothing)
            assert abs(Fraction(coef) - fraction) <= Fraction(allowed)


def test_a_polynomial_that_is_refused_says_why_and_what_to_do():
    x = np.linspace(1000, 1001, 60)
    with pytest.raises(ValueError, match=r"powers of x up to 30 .* lower the degree, or shift"):
        polyfit(x, np.sin(x), 30)
    with pytest.raises(ValueError, match="a coefficient overflows: scale x"):
        polyfit(1e-60 * (1e8 + np.arange(5)), [1e200, 0, 1e200, 0, 1e200], 3)


def test_polyfit_takes_abscissas_that_are_nearly_zero():
    x = np.cos(np.pi * np.arange(21) / 20)  # 6e-17 in the middle
    expected = np.polynomial.polynomial.polyfit(x, np.exp(x), 12)
    np.testing.assert_allclose(polyfit(x, np.exp(x), 12), expected, rtol=1e-6, atol=1e-12)
    assert polyfit([0.0, 1e-300, 1], [1, 1, 3], 1).tolist() == [1.0, 2.0]


def test_polyfit_agrees_with_numpy_where_that_is_easy():
    x = np.linspace(-1, 1, 30)
    for degree in range(6):
        expected = np.polynomial.polynomial.polyfit(x, np.exp(x), degree)
        np.testing.assert_allclose(polyfit(x, np.exp(x), degree), expected, rtol=1e-10, atol=1e-13)
    assert polyfit(x.astype(np.float32), x.astype(np.float32), 1).dtype == np.float32


# ---- The parts


def test_triangles_are_solved_to_the_digits_they_allow():
    R = np.linalg.qr(conditioned(300, 200, 1e10))[1]
    for X in solve_triangle(R, np.eye(200)), inverse_of(R):
        assert np.max(abs(R @ X - np.eye(200))) < 1e-13 * np.max(abs(R)) * np.max(abs(X))
        assert np.max(abs(np.tril(X, -1))) == 0
    x = solve_triangle(R, R @ np.ones((200, 1)))
    assert np.max(abs(R @ (x - 1))) < 1e-13


def test_slices_hold_from_block_to_block(monkeypatch):
    draw = np.random.default_rng(0).standard_normal
    X = draw((200, 1))
    X = np.column_stack([X, X + 1e-5 * draw((200, 1))])
    X[:100] *= 2.0**-30  # the first block's numbers are far smaller
    noise = draw(200)
    noise -= X @ np.linalg.lstsq(X, noise, rcond=None)[0]
    y = X @ [1, 1] + 1e6 * noise
    monkeypatch.setattr(least_squares, "BLOCK", 64)
    found = lstsq(X, y, method="refined")
    assert error(found.coef, exactly(X, y)) <= 10 * found.relative_error < 1e-14


def test_powers_keep_their_low_parts():
    a = drawn(100, 1)[1]
    high, low = powers(a, 9)
    for k in range(100):
        truth = Fraction(a[k]) ** 9
        assert abs(Fraction(high[k, 9]) + Fraction(low[k, 9]) - truth) <= abs(truth) / 2**98
