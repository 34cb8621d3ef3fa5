"""Promise: standard errors have NIST's digits, and all tests and intervals are statsmodels'."""

import math
import re
from fractions import Fraction
from importlib.resources import files

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import Ridge
from statsmodels.api import OLS
from statsmodels.stats.diagnostic import het_breuschpagan
from statsmodels.stats.outliers_influence import OLSInfluence, variance_inflation_factor
from statsmodels.stats.stattools import durbin_watson

from linreg import exact
from linreg.datasets.ames import load_ames
from linreg.datasets.nist import NIST_NAMES, load_nist
from linreg.diagnostics import (
    breusch_pagan,
    cooks_distance,
    leverage,
    studentised_residuals,
    vif,
)
from linreg.inference import infer, infer_polynomial
from linreg.least_squares import lstsq
from linreg.posterior import posterior

POLYNOMIALS = ["Pontius", "Filip", *(f"Wampler{k}" for k in range(1, 6))]
# Correct digits of the standard errors, whose certified values are of the decimal text.
DIGITS = {"Norris": 13.9, "Pontius": 13.7, "NoInt1": 14.9, "NoInt2": 14.9, "Longley": 14.8}
DIGITS |= {"Wampler3": 14.3, "Wampler4": 14.3, "Wampler5": 14.3}


def longley():
    """Return Longley's columns, centred and scaled so that statsmodels keeps nine digits."""
    problem = load_nist("Longley")
    X, y = np.array(problem.X, dtype=float), np.array(problem.y, dtype=float)
    return (X - X.mean(axis=0)) / X.std(axis=0), y, np.arange(16) // 4


def ames():
    """Return size, quality, age and garage of the Ames houses, prices and neighbourhoods."""
    data = load_ames()
    sizes, ages = data["Gr Liv Area"], [2010 - year for year in data["Year Built"]]
    garages = [cars or 0 for cars in data["Garage Cars"]]
    X = np.column_stack([sizes, data["Overall Qual"], ages, garages]).astype(float)
    return X, np.array(data["SalePrice"], dtype=float), data["Neighborhood"]


DATA = {"Longley": longley(), "Ames": ames()}
# What the covariance is called here and there, and what it needs.
KINDS = {
    "classical": ("nonrobust", {}),
    **{f"HC{k}": (f"HC{k}", {}) for k in range(4)},
    "newey-west": ("HAC", {"maxlags": 3}),
    "clustered": ("cluster", {}),
}
on_both = pytest.mark.parametrize("name", DATA)


def pair(name, kind="classical"):
    """Return our fit and statsmodels', the ones last in both."""
    X, y, groups = DATA[name]
    called, settings = KINDS[kind]
    if kind == "clustered":
        settings = {"groups": np.unique(groups, return_inverse=True)[1]}
    ours = infer(
        X,
        y,
        covariance=kind,
        groups=groups if kind == "clustered" else None,
        lags=settings.get("maxlags"),
    )
    theirs = OLS(y, np.column_stack([X, np.ones(len(X))]))
    return ours, theirs.fit(cov_type=called, cov_kwds=settings or None, use_t=True)


def same(found, expected, rtol=1e-9):
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=0)


def digits(found, certified):
    """Return the fewest correct digits, at most 15."""
    pairs = [(Fraction(float(a)), Fraction(b)) for a, b in zip(found, certified, strict=True)]
    losses = [abs((a - b) / b) for a, b in pairs]
    return min(15.0 if loss == 0 else min(15.0, -math.log10(loss)) for loss in losses)


# ---- NIST's certified problems


def certified(name):
    """Return a problem, its columns and targets, and the certified standard errors."""
    problem = load_nist(name)
    errors = problem.coef_sd + [problem.intercept_sd] * problem.fit_intercept
    return problem, np.array(problem.X, dtype=float), np.array(problem.y, dtype=float), errors


@pytest.mark.parametrize("name", DIGITS)
def test_standard_errors_have_the_certified_digits(name):
    problem, X, y, errors = certified(name)
    found = infer(X, y, fit_intercept=problem.fit_intercept)
    assert digits(found.standard_errors, errors) >= DIGITS[name]
    assert digits([found.sigma], [problem.residual_sd]) >= 13.7
    assert digits([found.r_squared], [problem.r_squared]) >= 13.5
    theta = problem.coef + [problem.intercept] * problem.fit_intercept
    assert digits(found.theta, theta) >= 13.4


@pytest.mark.parametrize("name", ["Wampler1", "Wampler2"])
def test_where_the_certified_error_is_zero_next_to_nothing_is_found(name):
    _, X, y, _ = certified(name)
    assert max(infer(X, y).standard_errors) < 1e-15


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_powers_that_keep_their_low_parts_cost_no_digits(name):
    problem, X, _, errors = certified(name)
    x, y = ([float(value) for value in problem.columns[name]] for name in "xy")
    found = infer_polynomial(x, y, X.shape[1])
    assert found.names[:2] == ["x", "x**2"]
    assert digits(found.theta, [*problem.coef, problem.intercept]) >= 13
    if float(problem.residual_sd):
        assert digits(found.standard_errors, errors) >= (14.5 if name == "Filip" else 13.7)


@pytest.mark.parametrize("name", sorted(set(NIST_NAMES) - {"Wampler1", "Wampler2"}))
def test_f_has_the_certified_digits(name):
    problem, X, y, _ = certified(name)
    text = (files("linreg.datasets") / "nist_strd" / f"{name}.dat").read_text(encoding="ascii")
    expected = re.search(r"\nRegression +\d+ +\S+ +\S+ +(\S+)", text)[1]
    if name in POLYNOMIALS:
        x = [float(value) for value in problem.columns["x"]]
        found = infer_polynomial(x, y, X.shape[1])
    else:
        found = infer(X, y, fit_intercept=problem.fit_intercept)
    assert digits([found.f_test().statistic], [expected]) >= 13.5
    slopes = range(len(found.coef))  # in other words, by Wald's way
    assert found.f_test(slopes).statistic == pytest.approx(float(expected), rel=1e-7)


def test_without_the_low_parts_filip_has_eight_digits():
    _, X, y, errors = certified("Filip")
    assert 8 < digits(infer(X, y).standard_errors, errors) < 9


@pytest.mark.parametrize("name", ["Longley", "Filip"])
def test_standard_errors_are_exact_for_the_float64_columns(name):
    _, X, y, _ = certified(name)
    rows = [[Fraction(value) for value in (*row, 1.0)] for row in X.tolist()]
    theta = exact.fit_least_squares(rows, y.tolist(), fit_intercept=False).coef
    left = [Fraction(b) - sum(map(Fraction.__mul__, row, theta)) for row, b in zip(rows, y)]
    variance = sum(e * e for e in left) / (len(rows) - len(theta))
    gram = [[sum(map(Fraction.__mul__, a, b)) for b in zip(*rows)] for a in zip(*rows)]
    units = np.eye(len(gram), dtype=int).tolist()
    found = infer(X, y).standard_errors
    for j, unit in enumerate(units):
        factor = exact.fit_least_squares(gram, unit, fit_intercept=False).coef[j]
        assert found[j] == pytest.approx(math.sqrt(variance * factor), rel=2e-15)


def test_the_fit_is_lstsqs():
    for name in NIST_NAMES:
        problem, X, y, _ = certified(name)
        design = np.column_stack([X, np.ones(len(X))]) if problem.fit_intercept else X
        found = infer(X, y, fit_intercept=problem.fit_intercept)
        same(found.theta, lstsq(design, y).coef, rtol=1e-15)


# ---- statsmodels


@on_both
@pytest.mark.parametrize("kind", KINDS)
def test_the_table_is_statsmodels(name, kind):
    ours, theirs = pair(name, kind)
    same(ours.theta, theirs.params)
    same(ours.standard_errors, theirs.bse)
    same(ours.t_values, theirs.tvalues)
    same(ours.p_values, theirs.pvalues)
    same(ours.intervals(0.9), theirs.conf_int(0.1))
    scale = np.outer(theirs.bse, theirs.bse)
    np.testing.assert_allclose(ours.covariance / scale, theirs.cov_params() / scale, atol=1e-9)


@on_both
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "clustered"])
def test_f_tests_are_statsmodels(name, kind):
    ours, theirs = pair(name, kind)
    found = ours.f_test()
    same([found.statistic, found.p_value], [theirs.fvalue, theirs.f_pvalue])
    assert found.degrees == (theirs.df_model, theirs.df_resid)
    two = np.eye(len(ours.theta))[[0, 2]]
    some, expected = ours.f_test([0, "x3"]), theirs.f_test(two)
    same([some.statistic, some.p_value], [expected.fvalue, expected.pvalue])


def test_f_tests_of_clusters_are_statsmodels():
    ours, theirs = pair("Ames", "clustered")
    found = ours.f_test()
    same([found.statistic, found.p_value], [theirs.fvalue, theirs.f_pvalue])
    assert found.degrees == (4, 27)


@on_both
@pytest.mark.parametrize("kind", ["classical", "HC3"])
def test_bands_are_statsmodels(name, kind):
    ours, theirs = pair(name, kind)
    new = DATA[name][0][:3] * 1.1
    expected = theirs.get_prediction(np.column_stack([new, np.ones(3)])).summary_frame(0.2)
    same(ours.predict(new), expected["mean"])
    same(ours.mean_interval(new, 0.8), expected[["mean_ci_lower", "mean_ci_upper"]])
    same(ours.prediction_interval(new, 0.8), expected[["obs_ci_lower", "obs_ci_upper"]])


@on_both
def test_the_fit_as_a_whole_is_statsmodels(name):
    ours, theirs = pair(name)
    same(ours.sigma, math.sqrt(theirs.scale))
    for one in ("aic", "bic"):
        same(getattr(ours, one), getattr(theirs, one))
    same(ours.log_likelihood, theirs.llf)
    same([ours.r_squared, ours.adjusted_r_squared], [theirs.rsquared, theirs.rsquared_adj])


@on_both
def test_diagnostics_are_statsmodels(name):
    ours, theirs = pair(name)
    influence = OLSInfluence(theirs)
    same(leverage(ours), influence.hat_matrix_diag)
    same(studentised_residuals(ours), influence.resid_studentized_internal, rtol=1e-8)
    same(
        studentised_residuals(ours, external=True),
        influence.resid_studentized_external,
        rtol=1e-8,
    )
    np.testing.assert_allclose(cooks_distance(ours), influence.cooks_distance[0], atol=1e-9)
    X = theirs.model.exog
    same(vif(ours), [variance_inflation_factor(X, j) for j in range(X.shape[1] - 1)])
    found = breusch_pagan(ours)
    same([found.statistic, found.p_value], het_breuschpagan(theirs.resid, X)[:2])
    same(ours.durbin_watson, durbin_watson(theirs.resid))


def test_without_an_intercept_it_is_statsmodels_too():
    X, y, _ = DATA["Ames"]
    ours, theirs = infer(X, y, fit_intercept=False), OLS(y, X).fit()
    same([ours.r_squared, ours.adjusted_r_squared], [theirs.rsquared, theirs.rsquared_adj])
    same([ours.f_test().statistic, ours.aic], [theirs.fvalue, theirs.aic])
    others = [OLS(X[:, j], np.delete(X, j, axis=1)).fit().rsquared for j in range(4)]
    same(vif(ours), [1 / (1 - explained) for explained in others])
    assert (ours.intercept, len(ours.coef)) == (0.0, 4)


def test_a_large_design_takes_the_quick_way_and_agrees():
    draw = np.random.default_rng(0).standard_normal
    X, y = draw((3_000, 40)), draw(3_000)
    ours, theirs = infer(X, y), OLS(y, np.column_stack([X, np.ones(3_000)])).fit()
    same(ours.standard_errors, theirs.bse, rtol=1e-12)
    np.testing.assert_allclose(ours.theta, theirs.params, atol=1e-13)


# ---- By hand

SMALL_X, SMALL_Y = [[1], [2], [3], [4]], [1, 3, 2, 4]


def test_four_points_by_hand():
    found = infer(SMALL_X, SMALL_Y)
    same(found.theta, [0.8, 0.5], rtol=1e-14)
    same(found.residuals, [-0.3, 0.9, -0.9, 0.3], rtol=1e-13)
    same(found.sigma, math.sqrt(0.9), rtol=1e-14)  # RSS is 1.8 on two degrees of freedom
    same(found.standard_errors, [math.sqrt(0.9 / 5), math.sqrt(0.9 * 30 / 20)], rtol=1e-14)
    same(found.covariance[0, 1], -2.5 * 0.9 / 5, rtol=1e-14)
    same(found.f_test().statistic, 3.2 / 0.9, rtol=1e-14)  # that of one slope is t squared
    same(found.durbin_watson, (1.2**2 + 1.8**2 + 1.2**2) / 1.8, rtol=1e-13)
    same(leverage(found), [0.7, 0.3, 0.3, 0.7], rtol=1e-14)
    same(studentised_residuals(found)[0], -0.3 / math.sqrt(0.9 * 0.3), rtol=1e-13)
    same(cooks_distance(found)[0], (0.09 / (0.9 * 0.3)) * 0.7 / (2 * 0.3), rtol=1e-13)
    same(found.log_likelihood, -2 * (math.log(2 * math.pi * 1.8 / 4) + 1), rtol=1e-14)
    assert vif(found) == pytest.approx(1)


def test_external_residuals_leave_the_row_out():
    X, y, _ = DATA["Longley"]
    found = studentised_residuals(infer(X, y), external=True)
    for i in (0, 7):
        rest = infer(np.delete(X, i, axis=0), np.delete(y, i))
        apart = y[i] - rest.predict(X[[i]])[0]
        spread = np.ptp(rest.prediction_interval(X[[i]])) / 2
        spread /= stats.t.ppf(0.975, rest.degrees_of_freedom)
        assert found[i] == pytest.approx(apart / spread, rel=1e-9)


def test_groups_of_one_row_are_hc1_with_other_degrees():
    X, y, _ = DATA["Longley"]
    alone = infer(X, y, covariance="clustered", groups=list("abcdefghijklmnop"))
    same(alone.standard_errors, infer(X, y, covariance="HC1").standard_errors, rtol=1e-12)
    assert alone.degrees_of_freedom == 15


def test_no_lags_are_hc0():
    X, y, _ = DATA["Longley"]
    none = infer(X, y, covariance="newey-west", lags=0)
    same(none.standard_errors, infer(X, y, covariance="HC0").standard_errors, rtol=1e-14)


def test_powers_of_two_as_units_change_no_digit():
    X, y, _ = DATA["Ames"]
    shift = np.array([-300, 4, 200, 0])
    plain, scaled = infer(X, y), infer(np.ldexp(X, shift), y * 2.0**40)
    same(np.ldexp(scaled.standard_errors[:4], shift - 40), plain.standard_errors[:4], 1e-14)
    same(scaled.f_test().statistic, plain.f_test().statistic, rtol=1e-12)
    same(vif(scaled), vif(plain), rtol=1e-12)


def test_a_perfect_fit_has_no_error():
    found = infer(SMALL_X, [1, 2, 3, 4])
    assert max(found.standard_errors) < 1e-30
    assert found.p_values[0] < 1e-30
    assert found.r_squared == 1


def test_where_nothing_varies_what_would_compare_is_nan():
    found = infer(SMALL_X, [0, 0, 0, 0])
    assert (found.log_likelihood, found.sigma) == (math.inf, 0)
    assert math.isnan(found.r_squared)
    assert "F(1, 2) = nan" in found.summary()
    assert np.isnan(studentised_residuals(found)).all()
    with pytest.raises(ValueError, match="all residuals are zero"):
        breusch_pagan(found)


# ---- Simulations


def test_intervals_cover_as_often_as_they_say():
    random, n_draws, level = np.random.default_rng(0), 400, 0.9
    X = random.standard_normal((12, 2))
    new, theta = np.array([[1.0, -1.0]]), np.array([2.0, -1.0, 3.0])
    mean = np.array([*new[0], 1]) @ theta
    hits = []
    for _ in range(n_draws):
        y = X @ theta[:2] + theta[2] + random.standard_normal(12)
        found = infer(X, y)
        low, high = found.intervals(level).T
        inside = (low <= theta) & (theta <= high)
        ((low, high),) = found.mean_interval(new, level)
        ((lowest, highest),) = found.prediction_interval(new, level)
        drawn = mean + random.standard_normal()
        hits.append([*inside, low <= mean <= high, lowest <= drawn <= highest])
    error = math.sqrt(level * (1 - level) / n_draws)
    assert np.all(abs(np.mean(hits, axis=0) - level) < 3 * error)


def test_the_bootstrap_spreads_as_the_formulas_say():
    X, y, _ = DATA["Ames"]
    robust, classical = infer(X, y, covariance="HC0"), infer(X, y)
    n_draws = 1_000
    allowed = 3 / math.sqrt(2 * n_draws)  # three standard errors of a standard deviation
    pairs = classical.bootstrap(n_draws, seed=0)
    assert np.all(abs(pairs.std(axis=0) / robust.standard_errors - 1) < 2 * allowed)
    redrawn = classical.bootstrap(n_draws, seed=0, kind="residuals")
    assert np.all(abs(redrawn.std(axis=0) / classical.standard_errors - 1) < allowed)
    assert pairs.shape == (n_draws, 5)
    assert np.array_equal(pairs, robust.bootstrap(n_draws, seed=0))


def test_drawn_residuals_are_centred_where_the_fit_does_not_centre_them():
    x, n_draws = np.arange(1.0, 21), 400
    found = infer(x[:, None], 5 + np.sin(x), fit_intercept=False)
    assert abs(found.residuals.mean()) > 1
    drawn = found.bootstrap(n_draws, seed=0, kind="residuals")
    assert abs(drawn.mean() - found.theta[0]) < 3 * drawn.std() / math.sqrt(n_draws)


def test_a_drawn_sample_is_fitted_as_any_other():
    X, y, _ = DATA["Longley"]
    rows = np.random.default_rng(3).integers(0, 16, 16)
    found = infer(X[:, :2], y).bootstrap(1, seed=3)[0]
    same(found, infer(X[rows][:, :2], y[rows]).theta, rtol=1e-10)


# ---- The posterior


@pytest.mark.parametrize("shape", [(30, 3), (5, 12)])
def test_the_posterior_is_ridge_and_its_textbook_covariance(shape):
    draw = np.random.default_rng(1).standard_normal
    X, y, penalty, sigma = draw(shape) + 3, draw(shape[0]), 0.3, 0.7
    n, p = shape
    found = posterior(X, y, penalty=penalty, sigma=sigma)
    ridge = Ridge(alpha=n * penalty, solver="svd").fit(X, y)
    np.testing.assert_allclose(found.mean, [*ridge.coef_, ridge.intercept_], rtol=1e-10)
    design = np.column_stack([X, np.ones(n)])
    precision = design.T @ design + n * penalty * np.diag([1.0] * p + [0.0])
    expected = sigma**2 * np.linalg.inv(precision)
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-9, atol=1e-14)
    low, high = found.band(X[:2], 0.9).T
    np.testing.assert_allclose((low + high) / 2, design[:2] @ found.mean)
    width = np.sqrt(np.diag(design[:2] @ expected @ design[:2].T))
    np.testing.assert_allclose((high - low) / 2, stats.norm.ppf(0.95) * width)


def test_hardly_any_prior_leaves_least_squares():
    X, y, _ = DATA["Longley"]
    found, plain = posterior(X, y, penalty=1e-12, sigma=2.0), infer(X, y)
    same(found.mean, plain.theta, rtol=1e-7)
    spreads = np.sqrt(np.diag(found.covariance))
    same(spreads, plain.standard_errors * 2.0 / plain.sigma, rtol=1e-7)


def test_without_an_intercept_the_prior_is_on_all():
    found = posterior([[1.0], [1.0]], [3.0, 3.0], penalty=1.0, sigma=1.0, fit_intercept=False)
    same([found.mean[0], found.covariance[0, 0]], [1.5, 0.25], rtol=1e-14)


# ---- The table


def test_the_summary_reads_like_a_table():
    found = infer(SMALL_X, SMALL_Y, names=["size"])
    lines = found.summary().splitlines()
    assert lines[0].split("  ")[-1] == "97.5 %"
    assert " ".join(lines[0].split()) == "estimate std. error t p 2.5 % 97.5 %"
    assert lines[1].split() == ["size", "0.8", "0.4243", "1.886", "0.2", "-1.025", "2.625"]
    assert lines[2].split()[:3] == ["intercept", "0.5", "1.162"]
    assert len({len(line) for line in lines[:3]}) == 1
    assert "4 rows, 2 unknowns, standard errors: classical" in lines
    assert "F(1, 2) = 3.556, p = 0.2" in lines
    assert repr(found) == "Inference(4 rows, 2 unknowns, classical standard errors)"


def test_below_the_table_stands_what_is_known_of_the_whole_fit():
    """By hand: RSS is 1.8 on two degrees of freedom, the squares about the mean are 5 on three."""
    lines = infer(SMALL_X, SMALL_Y).summary().splitlines()
    assert lines[-5:-3] == ["residual standard deviation 0.9487", "R² 0.6400, adjusted 0.4600"]
    deviance = 4 * (math.log(2 * math.pi * 1.8 / 4) + 1)
    criteria = f"AIC {deviance + 2 * 2:.4g}, BIC {deviance + 2 * math.log(4):.4g}"
    assert lines[-2:] == [f"log-likelihood {-deviance / 2:.4g}, {criteria}", "Durbin-Watson 3.4"]


def test_the_html_table_says_the_same():
    html = infer(SMALL_X, SMALL_Y, names=["<size>"])._repr_html_()
    assert '<th scope="row">&lt;size&gt;</th><td>0.8</td><td>0.4243</td>' in html
    assert "F(1, 2) = 3.556, p = 0.2" in html
    assert html.count("<tr>") == html.count("</tr>") == 3


def test_where_no_f_can_be_had_the_summary_says_why():
    X, y, _ = DATA["Longley"]
    found = infer(X, y, covariance="clustered", groups=np.arange(16) // 8)
    assert "no F: the covariance of these 6 coefficients has lost rank" in found.summary()


# ---- Errors that name the mend

X5, Y5 = [[1.0, 5], [2, 3], [3, 4], [4, 0], [5, 5]], [1, 3, 2, 4, 4]


@pytest.mark.parametrize(
    ("X", "y", "settings", "words"),
    [
        (X5[:3], Y5[:3], {}, "3 rows leave nothing .* collect more rows or drop columns"),
        ([[k, 2 * k] for k in range(5)], Y5, {}, "column 1 is .*Drop column 1"),
        ([[k, 3.0] for k in range(5)], Y5, {}, "collinear with the intercept"),
        ([[k, 0.0] for k in range(5)], Y5, {}, "Drop column 1"),
        (X5, [[value] for value in Y5], {}, "one target a row"),
        (X5, [1, 3, 2, 4, math.nan], {}, r"y\[4\] is nan"),
        (X5, Y5, {"names": ["a"]}, "X has length 2 but names has length 1"),
        (X5, Y5, {"covariance": "robust"}, "choose one of classical, HC0"),
        (X5, Y5, {"covariance": "clustered"}, "groups belongs to"),
        (X5, Y5, {"groups": [1] * 5}, "groups belongs to"),
        (X5, Y5, {"covariance": "clustered", "groups": [1, 2]}, "groups has length 2"),
        (X5, Y5, {"covariance": "clustered", "groups": X5}, "one label a row"),
        (X5, Y5, {"covariance": "clustered", "groups": [1] * 5}, "two groups or more"),
        (X5, Y5, {"covariance": "newey-west"}, "lags belongs to"),
        (X5, Y5, {"covariance": "newey-west", "lags": -1}, "whole number of lags"),
        (X5, Y5, {"covariance": "newey-west", "lags": 5}, "there are 5 rows: pass fewer"),
        (np.eye(4)[:, :2], Y5[:4], {"covariance": "HC3"}, "row 0 has leverage 1.*take HC1"),
    ],
)
def test_bad_input_says_what_to_do(X, y, settings, words):
    with pytest.raises(ValueError, match=words):
        infer(X, y, **settings)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda found: found.intervals(95), "between 0 and 1, such as 0.95"),
        (lambda found: found.f_test(["size"]), "no column 'size': choose from x1, x2, intercept"),
        (lambda found: found.f_test([7]), "no column 7"),
        (lambda found: found.f_test([]), "columns is empty"),
        (lambda found: found.f_test([0, 0]), "name each once"),
        (lambda found: found.predict([[1.0]]), "a row of X has length 1 but coef has length 2"),
        (lambda found: found.bootstrap(-1, seed=0), "n_draws is -1"),
        (lambda found: found.bootstrap(1, seed=0, kind="rows"), "choose one of pairs, residuals"),
        (lambda found: found.bootstrap(200, seed=0), "drawn sample are dependent"),
        (lambda _: breusch_pagan(infer(X5, Y5, fit_intercept=False)), "fit an intercept"),
        (
            lambda _: studentised_residuals(infer(X5[:4], Y5[:4]), external=True),
            "4 rows less one leave no degree",
        ),
        (lambda _: posterior(X5, Y5, penalty=0, sigma=1), "penalty is 0: pass a number above 0"),
        (lambda _: posterior(X5, Y5, penalty=1, sigma=-1.0), "sigma is -1.0"),
        (lambda _: infer_polynomial([1, 2, 3], [1, 2, 4], 0), "degree is 0"),
        (lambda _: infer_polynomial([1, 2, 3], [1, 2, 4], 3), "3 different values"),
    ],
)
def test_what_cannot_be_answered_says_what_to_do(call, words):
    with pytest.raises(ValueError, match=words):
        call(infer(X5, Y5))


def test_a_row_that_fits_itself_has_no_studentised_residual():
    found = infer([[1, 1], [0, 2], [0, 4], [0, 5], [0, 7]], [9, 1, 2, 4, 4])
    assert np.isnan(studentised_residuals(found)).tolist() == [True, *[False] * 4]
    assert np.isnan(cooks_distance(found)).tolist() == [True, *[False] * 4]


def test_few_digits_are_warned_of():
    x = np.repeat(np.arange(400.0), 100)
    steep = np.column_stack([np.sin(x), np.sin(x) + 1e-11 * np.cos(x)])
    infer(steep[::100], x[::100])  # few enough rows to be corrected
    with pytest.warns(RuntimeWarning, match="fewer than six digits are sure"):
        infer(steep, x)
