"""Promise: a lasso or elastic net is the best there is, and knows how near to it it has come."""

import re
import sys
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import ElasticNet, Lasso

from linreg import lasso
from linreg.lasso import (
    duality_gap,
    elastic_net_path,
    fit_elastic_net,
    fit_lasso,
    jump,
    largest_penalty,
    lasso_path,
)
from linreg.least_squares import lstsq
from linreg.penalized import Regularization, fit_ridge
from linreg.proximal import fista, ista


@cache
def problem(n=200, p=50):
    """Return columns of which neighbours correlate, targets that eight make, and weights."""
    random = np.random.default_rng(0)
    X = random.standard_normal((n, p))
    X = X + 0.5 * np.roll(X, 1, axis=1) + 3
    y = X[:, :8] @ random.standard_normal(8) + random.standard_normal(n)
    return X, y, random.random(n)


def broken(X, y, fit, l1, l2, weights=None, fit_intercept=True):
    """Return by how much the conditions of the least loss are broken, over the size of the data.

    Where a coefficient is not zero the slope of the mean squared error and the square's penalty
    is -l1 times its sign; where it is zero the slope is at most l1 either way.
    """
    shares = np.full(len(y), 1 / len(y)) if weights is None else weights / weights.sum()
    off, unit, height = X @ fit.coef + fit.intercept - y, abs(X).max() or 1.0, abs(y).max() or 1.0
    centred = X - shares @ X if fit_intercept else X
    slope = 2 * centred.T @ (shares * off) + 2 * l2 * fit.coef
    on = fit.coef != 0
    faults = np.where(on, abs(slope + l1 * np.sign(fit.coef)), np.maximum(abs(slope) - l1, 0))
    return max(faults.max() / (unit * height), abs(shares @ off) / height * fit_intercept)


# ---- Against scikit-learn


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("alpha", [1e-3, 0.1, 1.0])
def test_the_lasso_is_scikit_learns_with_twice_alpha(alpha, fit_intercept, weighted):
    X, y, weights = problem()
    weights = weights if weighted else None
    model = Lasso(alpha=alpha, tol=1e-14, max_iter=10**6, fit_intercept=fit_intercept)
    model.fit(X, y, sample_weight=weights)
    how = {"fit_intercept": fit_intercept, "weights": weights, "tolerance": 1e-14}
    fit = fit_lasso(X, y, penalty=2 * alpha, **how)
    np.testing.assert_allclose(fit.coef, model.coef_, atol=1e-7)
    np.testing.assert_allclose(fit.intercept, model.intercept_, atol=1e-6)
    assert 0 <= fit.duality_gap <= 1e-14 * np.mean(y**2)
    assert fit.n_iterations > 0


@pytest.mark.parametrize("l1_ratio", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("alpha", [1e-3, 0.1, 1.0])
def test_the_elastic_net_is_scikit_learns_with_these_two_numbers(alpha, l1_ratio):
    X, y, weights = problem()
    model = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, tol=1e-14, max_iter=10**6)
    model.fit(X, y, sample_weight=weights)
    l1, l2 = 2 * alpha * l1_ratio, alpha * (1 - l1_ratio)
    fit = fit_elastic_net(X, y, l1=l1, l2=l2, weights=weights, tolerance=1e-14)
    np.testing.assert_allclose(fit.coef, model.coef_, atol=1e-7)
    np.testing.assert_allclose(fit.intercept, model.intercept_, atol=1e-6)


# ---- By the conditions of the least loss


@st.composite
def problems(draw):
    """Return columns of small whole numbers, some of them zero or twice there, and targets."""
    n, p = draw(st.integers(2, 12)), draw(st.integers(1, 18))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    X = random.integers(-3, 4, (n, p)).astype(float)
    for j in draw(st.lists(st.integers(0, p - 1), max_size=3)):
        X[:, j] = draw(st.sampled_from([0.0, 1.0])) * X[:, p - 1 - j]
    y = draw(st.sampled_from([random.integers(-5, 6, n), np.full(n, 4)])).astype(float)
    weights = draw(st.sampled_from([None, random.integers(0, 3, n) + np.eye(n)[0]]))
    return X * draw(st.sampled_from([1.0, 1e-6, 1e6])), y, weights


@settings(max_examples=150)
@given(problems(), st.sampled_from([1e-3, 0.1, 0.9, 1.1]), st.sampled_from([0, 0.3]), st.booleans())
def test_no_slope_is_left_however_columns_depend_on_each_other(drawn, share, l2, fit_intercept):
    X, y, weights = drawn
    how = {"fit_intercept": fit_intercept, "weights": weights}
    size = largest_penalty(X, y, **how)
    l1, l2 = (share * size or 1.0), l2 * abs(X).max() ** 2
    fit = fit_elastic_net(X, y, l1=l1, l2=l2, tolerance=1e-15, **how)
    assert broken(X, y, fit, l1, l2, weights, fit_intercept) <= 1e-10
    if share > 1 or size == 0:
        assert not fit.coef.any()


def test_a_thousand_columns_of_a_hundred_rows():
    random = np.random.default_rng(1)
    X, y = random.standard_normal((100, 1000)), random.standard_normal(100)
    X[:, 500:510] = X[:, :10]
    for share in (0.5, 0.05):
        l1 = share * largest_penalty(X, y)
        fit = fit_lasso(X, y, penalty=l1, tolerance=1e-15)
        assert broken(X, y, fit, l1, 0) <= 1e-10
        assert 0 < np.count_nonzero(fit.coef) < 1000


# ---- By hand


def test_orthonormal_columns_have_a_closed_form():
    X = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    y = X @ [3, -1] + 7
    for l1, l2, expected in [(2, 0, [2, 0]), (1, 0, [2.5, -0.5]), (1, 1, [1.25, -0.25])]:
        fit = fit_elastic_net(X, y, l1=l1, l2=l2)
        np.testing.assert_allclose(fit.coef, expected, rtol=1e-15)
        assert fit.intercept == 7
        assert fit.duality_gap <= 1e-15


def test_the_largest_penalty_is_where_the_last_coefficient_becomes_zero():
    X, y, weights = problem()
    for how in ({}, {"weights": weights}, {"fit_intercept": False}):
        size = largest_penalty(X, y, **how)
        assert not fit_lasso(X, y, penalty=size, **how).coef.any()
        assert np.count_nonzero(fit_lasso(X, y, penalty=0.999 * size, **how).coef) == 1


def test_a_constant_target_has_no_slopes():
    X, _, _ = problem(20, 8)
    fit = fit_lasso(X, np.full(20, 0.7), penalty=1e-9)
    assert not fit.coef.any()
    assert (fit.intercept, fit.duality_gap, fit.n_iterations) == (0.7, 0, 0)


def test_without_l1_it_is_ridge():
    X, y, weights = problem()
    fit = fit_elastic_net(X, y, l1=0, l2=0.1, weights=weights, tolerance=1e-14)
    expected = fit_ridge(X, y, penalty=0.1, weights=weights)
    np.testing.assert_allclose(fit.coef, expected.coef, atol=1e-7)
    assert fit.duality_gap <= 1e-14 * np.mean(y**2)


def test_a_weight_of_two_is_a_row_twice_and_of_none_is_no_row():
    X, y, _ = problem(20, 8)
    twice = np.repeat(np.arange(1, 20, 2), 2)
    found = fit_lasso(X, y, penalty=0.2, weights=[0, 2] * 10, tolerance=1e-15)
    expected = fit_lasso(X[twice], y[twice], penalty=0.2, tolerance=1e-15)
    np.testing.assert_allclose(found.coef, expected.coef, atol=1e-9)
    np.testing.assert_allclose(found.intercept, expected.intercept, atol=1e-9)


@pytest.mark.parametrize(
    ("coef", "expected"),
    [([1, 1], [3.5, 1.5]), ([1, 0], [3.5, 0]), ([1, -1], [1 + 2.5 * 2 / 7, 0])],
)
def test_a_jump_ends_at_the_closed_form_or_where_the_first_coefficient_is_zero(coef, expected):
    """From -1 the second one's way to 2.5 crosses zero after two sevenths."""
    columns = np.array([[1, 1, -1, -1], [1, -1, 1, -1]]) / 2
    coef = np.array(coef, dtype=float)
    found = jump(columns, ([4, 2] - coef) @ columns, coef, 1.0, 0.0)
    np.testing.assert_allclose(found, expected, rtol=1e-11)


def test_a_jump_that_ends_at_zero_ends_at_exactly_zero():
    columns = np.eye(2)
    for start in np.arange(1, 40) / 37:
        coef = np.array([1.0, -start])
        assert jump(columns, [4, 2] - coef, coef, 1.0, 0.0)[1] == 0


# ---- The gap


@pytest.mark.parametrize(("l1", "l2"), [(0.2, 0.0), (0.2, 0.05), (0.0, 1e-3)])
def test_the_gap_is_never_less_than_what_is_left_to_gain(l1, l2):
    X, y, _ = problem()
    penalty = Regularization(l1, l2)

    def loss(fit):
        return np.mean((X @ fit.coef + fit.intercept - y) ** 2) + penalty.value(fit.coef)

    best = loss(fit_elastic_net(X, y, l1=l1, l2=l2, tolerance=1e-15))
    for most in (1, 2, 3, 5):
        with pytest.warns(RuntimeWarning, match="raise max_iterations or tolerance"):
            fit = fit_elastic_net(X, y, l1=l1, l2=l2, max_iterations=most, tolerance=1e-15)
        assert fit.n_iterations == most
        assert -1e-13 <= loss(fit) - best <= fit.duality_gap
    rough = fit_elastic_net(X, y, l1=l1, l2=l2, tolerance=1e-2)
    assert rough.duality_gap <= 1e-2 * np.var(y)


def test_the_gap_of_ridge_is_near_what_is_left_to_gain_where_the_penalty_rules():
    b, columns, l2 = np.array([3.0, 4.0]), np.array([[0.01, 0.0]]), 0.01
    gain = 0.03**2 / (0.01**2 + l2)
    assert gain <= duality_gap(b, columns @ b, np.zeros(1), 0.0, l2) <= 1.02 * gain


def test_the_warning_is_the_callers():
    X, y, _ = problem()
    settings = {"tolerance": 0, "max_iterations": 1}
    calls = [
        lambda: fit_lasso(X, y, penalty=0.1, **settings),
        lambda: fit_elastic_net(X, y, l1=0.1, **settings),
        lambda: lasso_path(X, y, [0.1], **settings),
        lambda: elastic_net_path(X, y, l1s=[0.1], **settings),
    ]
    for call in calls:
        with pytest.warns(RuntimeWarning, match="after 1 sweeps the duality gap is") as caught:
            call()
        assert caught[0].filename == __file__


def test_the_warning_of_a_path_names_its_largest_gap():
    X, y, _ = problem()
    with pytest.warns(RuntimeWarning) as caught:
        path = lasso_path(X, y, [0.5, 0.1, 0.01], tolerance=0, max_iterations=1)
    (named,) = re.findall(r"gap is (\S+),", str(caught[0].message))
    assert path.duality_gaps.max() > 2 * path.duality_gaps.min()
    assert float(named) == pytest.approx(path.duality_gaps.max(), rel=0.05)


def test_without_tolerance_a_fit_ends_where_rounding_does():
    X, y, _ = problem()
    fit = fit_lasso(X, y, penalty=0.1, tolerance=0)
    assert fit.n_iterations < 1_000
    assert broken(X, y, fit, 0.1, 0) <= 1e-12


# ---- Paths and starts


def test_a_path_is_its_fits_and_a_start_spares_sweeps():
    X, y, weights = problem()
    l1s = largest_penalty(X, y, weights=weights) * np.geomspace(1, 0.01, 20)
    how = {"weights": weights, "tolerance": 1e-14}
    path = lasso_path(X, y, l1s, **how)
    assert path.coefs.shape == (20, 50)
    for place in (0, 7, 19):
        fit = fit_lasso(X, y, penalty=l1s[place], **how)
        np.testing.assert_allclose(path.coefs[place], fit.coef, atol=1e-7)
        np.testing.assert_allclose(path.intercepts[place], fit.intercept, atol=1e-6)
    again = fit_lasso(X, y, penalty=l1s[19], start=path.coefs[19], **how)
    assert again.n_iterations == 0
    np.testing.assert_array_equal(again.coef, path.coefs[19])
    assert path.n_iterations.sum() > 0
    assert path.duality_gaps.max() <= 1e-14 * np.mean(y**2)


def test_a_path_takes_an_l2_for_each_l1():
    X, y, _ = problem()
    path = elastic_net_path(X, y, l1s=[0.2, 0.1], l2=[0.5, 0.05], tolerance=1e-14)
    for place, (l1, l2) in enumerate([(0.2, 0.5), (0.1, 0.05)]):
        fit = fit_elastic_net(X, y, l1=l1, l2=l2, tolerance=1e-14)
        np.testing.assert_allclose(path.coefs[place], fit.coef, atol=1e-7)
    assert path.l2s.tolist() == [0.5, 0.05]


def test_a_start_is_not_changed_and_a_zero_column_loses_it():
    X, y, _ = problem()
    X, start = X.copy(), np.ones(50)
    X[:, 3] = 0
    assert fit_lasso(X, y, penalty=0.1, start=start).coef[3] == 0
    walked = ista(X, y, Regularization(l1=0.1), n_steps=0, start=start)
    walked.coef[:] = 2
    assert (start == 1).all()


# ---- Compiled or not


@pytest.fixture
def fresh():
    """Let each test choose its compiler, and forget it afterwards."""
    lasso.compiled_sweep.cache_clear()
    yield
    lasso.compiled_sweep.cache_clear()


def test_compiled_sweeps_are_the_same_walk(fresh, monkeypatch):
    X, y, weights = problem()
    settings = {"weights": weights, "tolerance": 1e-14}
    plain = fit_elastic_net(X, y, l1=0.05, l2=0.01, **settings)
    monkeypatch.setattr(lasso, "WORTH_COMPILING", 0)
    compiled = fit_elastic_net(X, y, l1=0.05, l2=0.01, **settings)
    assert lasso.compiled_sweep() is not lasso.sweep
    np.testing.assert_allclose(compiled.coef, plain.coef, atol=1e-7)
    assert compiled.duality_gap <= 1e-14 * np.mean(y**2)


def test_without_the_compiler_the_source_itself_runs(fresh, monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.setattr(lasso, "WORTH_COMPILING", 0)
    assert lasso.compiled_sweep() is lasso.sweep
    X, y, _ = problem()
    assert broken(X, y, fit_lasso(X, y, penalty=0.1, tolerance=1e-15), 0.1, 0) <= 1e-10


# ---- Proximal gradient


@pytest.mark.parametrize("l1", [0.0, 0.2])
@pytest.mark.parametrize("l2", [0.0, 0.05])
def test_proximal_walks_end_where_coordinate_descent_does(l1, l2):
    X, y, weights = problem(60, 8)
    for walk in (ista, fista):
        fit = walk(X, y, Regularization(l1, l2), n_steps=2_000, weights=weights)
        if l1 or l2:
            best = fit_elastic_net(X, y, l1=l1, l2=l2, weights=weights, tolerance=1e-15)
            coef, intercept = best.coef, best.intercept
        else:
            root = np.sqrt(weights)
            *coef, intercept = lstsq(np.column_stack([X, np.ones(60)]) * root[:, None], y * root)[0]
        np.testing.assert_allclose(fit.coef, coef, atol=1e-9)
        np.testing.assert_allclose(fit.intercept, intercept, atol=1e-8)
        off = np.average((X @ fit.coef + fit.intercept - y) ** 2, weights=weights)
        assert fit.loss_history[-1] == pytest.approx(off + Regularization(l1, l2).value(fit.coef))
        assert len(fit.loss_history) == 2_001


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("walk", [ista, fista])
def test_a_column_that_does_not_vary_has_no_slope(walk):
    fit = walk(np.ones((3, 1)), [2, 4, 6], Regularization(l1=1.0), n_steps=2)
    assert (fit.coef.tolist(), fit.intercept) == ([0.0], 4.0)


def test_ista_never_rises_and_fista_is_ahead_in_a_narrow_valley():
    random = np.random.default_rng(2)
    X = random.standard_normal((50, 40)) @ np.diag(np.geomspace(1, 0.01, 40))
    y = X @ random.standard_normal(40) * 10
    penalty = Regularization(l1=1e-5)
    slow, fast = (np.array(walk(X, y, penalty, n_steps=300)[2]) for walk in (ista, fista))
    assert (np.diff(slow) <= 1e-15).all()
    best = fit_lasso(X, y, penalty=1e-5, tolerance=1e-13)
    loss = np.mean((X @ best.coef + best.intercept - y) ** 2) + penalty.value(best.coef)
    assert fast[-1] - loss < 0.1 * (slow[-1] - loss)
    assert slow[-1] - loss <= 2 * np.linalg.norm(X, 2) ** 2 / 50 * (best.coef @ best.coef) / 600


# ---- What is wrong


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"l1": -1}, "l1 is -1: pass 0 or more"),
        ({"l1": 1, "l2": -2}, r"l2\[0\] is -2.0: pass 0 or more"),
        ({"l1": 0}, "l1 and l2 are both 0: pass one above 0; without penalty, use lstsq"),
        ({"l1": 1, "start": [1]}, r"start has shape \(1,\): pass \(2,\) finite numbers"),
        ({"l1": 1, "start": [1, np.nan]}, "finite numbers"),
        ({"l1": 1, "tolerance": -1}, "tolerance is -1: pass 0 or more"),
        ({"l1": 1, "max_iterations": 1.5}, "max_iterations is 1.5: pass a whole number"),
        ({"l1": 1, "weights": [0, 0, 0]}, "all weights are zero"),
    ],
)
def test_errors_name_the_fix(settings, words):
    with pytest.raises(ValueError, match=words):
        fit_elastic_net([[1, 2], [2, 1], [4, 4]], [1, 2, 3], **settings)


def test_other_errors_name_the_fix():
    with pytest.raises(ValueError, match="measure in a larger unit"):
        fit_lasso([[1e200], [-1e200]], [1, 2], penalty=1)
    with pytest.raises(ValueError, match="measure in a smaller unit"):
        fit_lasso([[1e-150], [-1e-150]], [1, 2], penalty=1e-160)
    with pytest.raises(ValueError, match="l1s has length 2 but l2 has length 3"):
        elastic_net_path([[1], [2]], [1, 2], l1s=[1, 2], l2=[1, 2, 3])
    with pytest.raises(ValueError, match="penalty is -1: pass 0 or more"):
        fit_lasso([[1], [2]], [1, 2], penalty=-1)
