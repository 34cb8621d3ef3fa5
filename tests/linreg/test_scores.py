"""Promise: scores are scikit-learn's, and rows that are left out are predicted without them."""

import re

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.model_selection import KFold, LeaveOneOut, cross_val_predict
from statsmodels.api import OLS
from statsmodels.stats.outliers_influence import OLSInfluence

from linreg import scores, with_numpy


def drawn(n, p, seed=0):
    random = np.random.default_rng(seed)
    X = random.standard_normal((n, p))
    return X, X @ np.arange(1, p + 1) + 3 + random.standard_normal(n)


def least_squares(X, y):
    fit = with_numpy.fit_least_squares(X, y)
    return lambda X_new: with_numpy.predict(X_new, fit.coef, fit.intercept)


# ---- Scores


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (scores.r_squared, r2_score),
        (scores.mean_absolute_error, mean_absolute_error),
        (scores.root_mean_squared_error, root_mean_squared_error),
    ],
)
def test_scores_are_scikit_learns(ours, theirs):
    random = np.random.default_rng(1)
    for shift in (0.0, 5.0):  # the second is worse than the mean
        y, y_hat = random.standard_normal(30), random.standard_normal(30) + shift
        assert ours(y, y_hat) == pytest.approx(theirs(y, y_hat), rel=1e-12)


def test_r_squared_names_its_landmarks():
    y = [2, 4, 6]
    found = [scores.r_squared(y, y_hat) for y_hat in (y, [4, 4, 4], [6, 4, 2])]
    assert found == [1, 0, -3]


# ---- Folds


@pytest.mark.parametrize(("n_samples", "n_folds"), [(10, 5), (11, 4), (7, 7), (2, 2)])
def test_each_row_is_in_one_fold_and_sizes_are_scikit_learns(n_samples, n_folds):
    folds = scores.k_fold(n_samples, n_folds, seed=3)
    assert sorted(np.concatenate(folds)) == list(range(n_samples))
    theirs = [len(held) for _, held in KFold(n_folds).split(np.zeros(n_samples))]
    assert [len(fold) for fold in folds] == theirs


def test_a_seed_draws_the_folds():
    one, same, other = (np.concatenate(scores.k_fold(50, 5, seed)) for seed in (0, 0, 1))
    assert one.tolist() == same.tolist() != other.tolist()
    assert one.tolist() != list(range(50))


# ---- Held out


def test_held_out_predictions_are_scikit_learns():
    X, y = drawn(40, 3)
    splits = list(KFold(4).split(X))
    found = scores.held_out_predictions(least_squares, X, y, [held for _, held in splits])
    expected = cross_val_predict(LinearRegression(), X, y, cv=splits)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_model_never_sees_the_fold_that_it_predicts():
    """What it learned from and what it predicts share no row, and together are all rows."""
    X, seen = np.arange(12.0)[:, None], []

    def learn(X, y):
        return lambda X_new: seen.append((X.ravel(), X_new.ravel())) or np.zeros(len(X_new))

    folds = scores.k_fold(12, 5, seed=2)
    scores.held_out_predictions(learn, X, X.ravel(), folds)
    for rest, held in seen:
        assert sorted([*rest, *held]) == list(range(12))
    assert [held.tolist() for _, held in seen] == [fold.tolist() for fold in folds]


def test_a_row_in_no_fold_has_no_prediction():
    X, y = drawn(8, 1)
    found = scores.held_out_predictions(least_squares, X, y, [[1, 3], [6]])
    assert np.flatnonzero(np.isfinite(found)).tolist() == [1, 3, 6]


# ---- One at a time


@pytest.mark.parametrize("shape", [(4, 1), (20, 3), (60, 10)])
def test_one_at_a_time_is_so_many_fits(shape):
    X, y = drawn(*shape)
    found = scores.leave_one_out(X, y)
    theirs = cross_val_predict(LinearRegression(), X, y, cv=LeaveOneOut()) - y
    np.testing.assert_allclose(found, theirs, rtol=1e-9, atol=1e-11)
    each = scores.held_out_predictions(least_squares, X, y, scores.k_fold(len(y), len(y), 0)) - y
    np.testing.assert_allclose(found, each, rtol=1e-9, atol=1e-11)


def test_one_at_a_time_is_statsmodels_press():
    X, y = drawn(30, 4)
    press = OLSInfluence(OLS(y, np.column_stack([X, np.ones(30)])).fit())
    found = scores.leave_one_out(X, y)
    np.testing.assert_allclose(found, -press.resid_press, rtol=1e-10)
    assert np.sum(found**2) == pytest.approx(press.ess_press, rel=1e-12)


# ---- What is refused


ONES = [[1.0], [2.0], [3.0], [4.0]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: scores.r_squared([3, 3], [3, 4]), "all targets are 3"),
        (lambda: scores.r_squared([1, 2], [1, 2, 3]), "y_hat"),
        (lambda: scores.k_fold(4, 1, 0), "n_folds is 1: pass from 2 to 4"),
        (lambda: scores.k_fold(4, 5, 0), "n_folds is 5: pass from 2 to 4"),
        (lambda: scores.k_fold(4, 2.5, 0), "n_folds is 2.5"),
        (lambda: held([[0, 1], [1, 2]]), "row 1 is in 2 folds"),
        (lambda: held([[0, 4]]), "y has length 4"),
        (lambda: held([[0, 1, 2, 3]]), "leaves none to learn from"),
        (lambda: scores.leave_one_out([[0], [0], [0], [1]], [1, 2, 3, 4]), "row 3 has leverage 1"),
        (lambda: scores.leave_one_out([[1], [1], [1]], [1, 2, 3]), "collinear|dependent"),
        (lambda: scores.leave_one_out([[1], [2]], [1, 2]), "rows"),
    ],
)
def test_what_is_refused_says_what_to_do(call, message):
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert re.search(r": |, so ", str(error.value))


def held(folds):
    return scores.held_out_predictions(least_squares, ONES, [1, 2, 3, 5], folds)
