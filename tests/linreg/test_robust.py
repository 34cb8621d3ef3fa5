"""Promise: robust and weighted fits have the least loss that there is, and features span theirs."""

from itertools import combinations

import numpy as np
import patsy
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import PolynomialFeatures
from statsmodels.api import RLM, WLS, QuantReg
from statsmodels.robust.norms import HuberT

from linreg import exact, robust
from linreg.datasets.ames import load_ames
from linreg.datasets.nist import load_nist
from linreg.features import polynomial, spline
from linreg.least_squares import lstsq
from linreg.robust import huber, least_absolute_deviations, weighted_least_squares


def drawn(n, p, seed=0):
    """Return columns, targets and weights, a tenth of the targets far off."""
    random = np.random.default_rng(seed)
    X, noise = random.standard_normal((n, p)), random.standard_normal(n)
    noise[: n // 10] += 20
    return X, X @ np.arange(1, p + 1) + 3 + noise, random.random(n)


def with_ones(X):
    return np.column_stack([X, np.ones(len(X))])


def theta(fit):
    return np.append(fit.coef, fit.intercept)


def ames():
    """Return size, quality and year of the Ames houses, and their prices."""
    data = load_ames()
    columns = [data[name] for name in ("Gr Liv Area", "Overall Qual", "Year Built")]
    return np.array(columns, dtype=float).T, np.array(data["SalePrice"], dtype=float)


# ---- Weighted


def test_weighted_fits_are_statsmodels():
    X, y, weights = drawn(80, 4)
    for fit_intercept in (True, False):
        design = with_ones(X) if fit_intercept else X
        expected = WLS(y, design, weights=weights).fit()
        found = weighted_least_squares(X, y, weights, fit_intercept=fit_intercept)
        coef = theta(found)[: design.shape[1]]
        np.testing.assert_allclose(coef, expected.params, rtol=1e-11)
        np.testing.assert_allclose(found.loss_history, expected.ssr / weights.sum(), rtol=1e-12)


def test_a_weight_of_two_is_a_row_twice_and_of_none_is_no_row():
    X, y, _ = drawn(12, 2)
    weights = np.array([0, 2] * 6)
    found = weighted_least_squares(X, y, weights)
    expected = lstsq(with_ones(X[1::2]), y[1::2]).coef
    np.testing.assert_allclose(theta(found), expected, rtol=1e-12)


# ---- Huber


@pytest.mark.parametrize("delta", [0.3, 1.345, 5.0])
def test_huber_is_statsmodels_where_the_scale_is_given(delta):
    X, y, _ = drawn(100, 3)
    design = with_ones(X)
    plain = RLM(y, design, M=HuberT()).fit(maxiter=1, update_scale=False)
    there = HuberT(delta / plain.scale)  # statsmodels measures residuals in its own scale
    expected = RLM(y, design, M=there).fit(maxiter=500, tol=1e-14, update_scale=False, conv="coefs")
    np.testing.assert_allclose(theta(huber(X, y, delta=delta)), expected.params, rtol=1e-9)


@pytest.mark.parametrize("data", [drawn(100, 3)[:2], ames()])
def test_huber_has_no_slope_left_and_never_climbs(data):
    X, y = data
    delta = np.median(abs(y - np.median(y))) / 3
    fit = huber(X, y, delta=delta)
    design = with_ones(X)
    pull = np.clip(y - design @ theta(fit), -delta, delta)
    lengths = np.linalg.norm(design, axis=0) * np.linalg.norm(pull)
    assert max(abs(design.T @ pull) / lengths) < 1e-10
    losses = np.array(fit.loss_history)
    assert np.all(np.diff(losses) <= 1e-14 * losses[0])
    assert losses[-1] < losses[0]


def test_the_loss_by_hand():
    fit = huber([[1.0]], [0.0], delta=1.0, fit_intercept=False)
    assert fit.coef[0] == 0
    # The residuals -1, -1, 2 of the mean 1: 1/2, 1/2 and 1 * (2 - 1/2), a mean of 5/6.
    fit = huber([[1.0]] * 3, [0.0, 0.0, 3.0], delta=1.0, fit_intercept=False)
    assert fit.loss_history[0] == pytest.approx(5 / 6, rel=1e-14)
    assert fit.coef[0] == pytest.approx(0.5, rel=1e-10)  # two pull by 1/2, the third by 1


def test_a_huge_delta_is_least_squares():
    X, y, _ = drawn(50, 3)
    expected = lstsq(with_ones(X), y).coef
    np.testing.assert_allclose(theta(huber(X, y, delta=1e6)), expected, rtol=1e-13)


def test_where_it_has_not_arrived_it_says_so(monkeypatch):
    X, y, _ = drawn(40, 2)
    monkeypatch.setattr(robust, "MOST_STEPS", 5)
    with pytest.warns(RuntimeWarning, match="still moves after 5 steps: raise delta"):
        assert len(huber(X, y, delta=1.0).loss_history) == 6


# ---- Least absolute deviations


def loss(X, y, fit):
    return abs(y - with_ones(X) @ theta(fit)).mean()


@pytest.mark.parametrize("seed", range(5))
def test_no_line_through_two_points_has_less(seed):
    X, y, _ = drawn(15, 1, seed)
    lines = (
        np.linalg.solve(with_ones(X[list(two)]), y[list(two)]) for two in combinations(range(15), 2)
    )
    least = min((abs(y - with_ones(X) @ line).mean(), *line) for line in lines)
    fit = least_absolute_deviations(X, y)
    np.testing.assert_allclose(theta(fit), least[1:], rtol=1e-13)
    np.testing.assert_allclose(fit.loss_history, least[0], rtol=1e-13)


def test_it_is_statsmodels_where_that_converges():
    X, y, _ = drawn(201, 3)
    expected = QuantReg(y, with_ones(X)).fit(0.5, p_tol=1e-12, max_iter=10_000)
    fit = least_absolute_deviations(X, y)
    np.testing.assert_allclose(theta(fit), expected.params, rtol=1e-6)
    assert fit.loss_history[0] <= abs(expected.resid).mean() * (1 + 1e-15)


def test_on_real_prices_it_goes_through_as_many_houses_as_unknowns():
    X, y = ames()
    fit = least_absolute_deviations(X, y)
    residuals = y - with_ones(X) @ theta(fit)
    assert np.sum(abs(residuals) < 1e-6) >= 4
    random = np.random.default_rng(0)
    for size in (1e-2, 1e-5):
        for _ in range(20):
            near = theta(fit) * (1 + size * random.standard_normal(4))
            assert abs(y - with_ones(X) @ near).mean() > fit.loss_history[0]


def test_it_has_the_last_digits_of_the_rows_that_it_goes_through():
    problem = load_nist("Longley")
    X, y = np.array(problem.X, dtype=float), np.array(problem.y, dtype=float)
    found = theta(least_absolute_deviations(X, y))
    rows = np.argsort(abs(y - with_ones(X) @ found))[:7]
    through = exact.fit_least_squares(X[rows].tolist(), y[rows].tolist())
    expected = np.array([*through.coef, through.intercept], dtype=float)
    np.testing.assert_allclose(found, expected, rtol=1e-15)


def test_a_row_that_lies_nearly_on_the_fit_does_not_bend_it():
    x = np.arange(7.0)
    y = np.where(x == 6, 1e3, x + 1e-8 * (x == 3))
    fit = least_absolute_deviations(x[:, None], y)
    np.testing.assert_allclose(theta(fit), [1, 0], rtol=1e-14, atol=1e-13)


@pytest.mark.parametrize("unit", [1e-150, 1e-6, 1e6, 1e150])
def test_units_do_not_count(unit):
    X, y, _ = drawn(31, 2)
    plain, scaled = least_absolute_deviations(X, y), least_absolute_deviations(X / unit, y * unit)
    np.testing.assert_allclose(scaled.coef / unit / unit, plain.coef, rtol=1e-10)


def test_without_a_slope_it_is_a_median():
    fit = least_absolute_deviations([[1.0]] * 5, [7, 1, 3, 9, 4], fit_intercept=False)
    assert (fit.coef[0], fit.loss_history, fit.intercept) == (4, [2.4], 0.0)
    nothing = least_absolute_deviations([[1.0], [2.0]], [0, 0], fit_intercept=False)
    assert nothing.coef[0] == 0


def test_many_equal_targets_are_taken():
    random = np.random.default_rng(0)
    X, y = random.integers(0, 4, (60, 2)).astype(float), random.integers(0, 3, 60).astype(float)
    fit = least_absolute_deviations(X, y)
    assert fit.loss_history[0] == pytest.approx(loss(X, y, fit))
    expected = QuantReg(y, with_ones(X)).fit(0.5, max_iter=5_000)
    assert fit.loss_history[0] <= abs(expected.resid).mean() * (1 + 1e-9)


# ---- Errors that name the mend

FITS = [
    lambda X, y: weighted_least_squares(X, y, np.ones(len(X))),
    lambda X, y: huber(X, y, delta=1.0),
    least_absolute_deviations,
]


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        ([[1.0, 2], [2, 4], [3, 6]], [1, 2, 3], "Drop dependent columns"),
        ([[1.0, 2]], [1], "1 rows cannot fix 3 unknowns"),
        ([[1.0], [2], [3]], [1, 2, np.nan], r"y\[2\] is nan"),
        ([[1.0], [2], [3]], [[1], [2], [3]], "one target a row"),
    ],
)
def test_bad_input_says_what_to_do(fit, X, y, words):
    with pytest.raises(ValueError, match=words):
        fit(X, y)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda X, y: huber(X, y, delta=0), "delta is 0: pass a number above 0"),
        (lambda X, y: weighted_least_squares(X, y, [1, 1, -1]), r"weights\[2\] is -1.0"),
        (lambda X, y: weighted_least_squares(X, y, [1, 1]), "X has 3 rows: pass one a row"),
        (lambda X, y: weighted_least_squares(X, y, [1, 0, 0]), "Drop dependent columns"),
        (lambda X, y: spline(y, [1, 2]), "at least three numbers in rising order"),
        (lambda X, y: spline(y, [1, 3, 2]), "rising order"),
        (lambda X, y: spline([1, np.nan], [1, 2, 3]), r"x\[1\] is nan"),
        (lambda X, y: polynomial(y, 3), "3 different values"),
        (lambda X, y: polynomial([1e103, 2e103, 3e103, 4e103], 3), "leaves float64's range"),
    ],
)
def test_bad_settings_say_what_to_do(call, words):
    with pytest.raises(ValueError, match=words):
        call([[1.0], [2], [4]], [1, 2, 3])


# ---- Features


def predictions(columns, y):
    return LinearRegression(tol=1e-14).fit(columns, y).predict(columns)


def test_polynomials_are_scikit_learns():
    x = np.linspace(-2, 3, 20)
    expected = PolynomialFeatures(4, include_bias=False).fit_transform(x[:, None])
    np.testing.assert_allclose(polynomial(x, 4), expected, rtol=1e-14)
    assert polynomial(x, 0).shape == (20, 0)


@pytest.mark.parametrize("knots", [[0.0, 2, 5], [0.0, 1, 3, 3.5, 10]])
def test_splines_are_patsys_natural_ones(knots):
    random = np.random.default_rng(0)
    x = np.sort(random.uniform(knots[0], knots[-1], 60))
    y = np.sin(x) + random.standard_normal(60)
    theirs = patsy.cr(x, knots=knots[1:-1], lower_bound=knots[0], upper_bound=knots[-1])
    found = predictions(spline(x, knots), y)
    np.testing.assert_allclose(found, predictions(np.asarray(theirs), y), atol=1e-10)


def test_a_spline_is_straight_beyond_its_knots_and_smooth_at_them():
    knots, step = np.array([1.0, 2, 4, 7]), 1e-3
    outside = spline(np.array([-5, -3, -1, 8, 10, 12.0]), knots)
    np.testing.assert_allclose(np.diff(outside[:3], 2, axis=0), 0, atol=1e-13)
    np.testing.assert_allclose(np.diff(outside[3:], 2, axis=0), 0, atol=1e-13)
    for knot in knots:
        bends = np.diff(spline(knot + step * np.arange(-3, 4), knots), 2, axis=0) / step**2
        assert np.max(abs(np.diff(bends, axis=0))) < 20 * step  # no jump of the second derivative
