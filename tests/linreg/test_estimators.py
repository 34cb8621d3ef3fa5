"""Promise: the estimators keep scikit-learn's contract, and fit what its own of these names fit."""

import doctest
import warnings

import numpy as np
import pandas
import pytest
import sklearn.linear_model
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from linreg import estimators
from linreg.datasets import load_ames, load_nist
from linreg.estimators import ElasticNet, Lasso, LassoCV, LinearRegression, Ridge, RidgeCV
from linreg.lasso import fit_lasso

NAMES = estimators.__all__
MANY = [name for name in NAMES if name != "LassoCV"]  # those that take several targets
each_name = pytest.mark.parametrize("name", NAMES)
RANDOM = np.random.default_rng(17)
X = RANDOM.normal(size=(60, 5)) * [1, 10, 0.1, 3, 1] + [0, 5, 1, -20, 0]
NOISE = RANDOM.normal(size=(60, 3))
Y = X @ RANDOM.normal(size=(5, 3)) + NOISE + 7
WEIGHTS = RANDOM.integers(0, 4, 60)


def made(name, module=estimators, **settings):
    """Return one of ours or theirs; theirs go on until they are as exact as ours."""
    if module is sklearn.linear_model and name in ("Lasso", "LassoCV", "ElasticNet"):
        settings |= {"tol": 1e-12, "max_iter": 100_000}
    return getattr(module, name)(**settings)


def statuses(estimator):
    """Return the names of scikit-learn's checks by what came of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = check_estimator(estimator, on_skip=None, on_fail=None)
    return {
        kind: {one["check_name"] for one in found if one["status"] == kind}
        for kind in ("passed", "failed", "skipped", "xfail")
    }


@each_name
def test_scikit_learns_own_checks_pass(name):
    ours = statuses(made(name))
    assert ours["failed"] | ours["xfail"] == set()
    assert len(ours["passed"]) > 40
    assert ours["skipped"] <= {"check_array_api_input"}, "theirs skips it too: see the next test"


def test_what_is_skipped_theirs_skips_too():
    assert "check_array_api_input" in statuses(sklearn.linear_model.LinearRegression())["skipped"]


@each_name
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_they_fit_what_theirs_fit(name, fit_intercept, weights):
    target = Y[:, 0] if name == "LassoCV" else Y
    ours, theirs = (
        made(name, module, fit_intercept=fit_intercept).fit(X, target, sample_weight=weights)
        for module in (estimators, sklearn.linear_model)
    )
    assert ours.coef_.shape == theirs.coef_.shape
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-7)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-7, atol=1e-9)
    for key in ("alpha_", "alphas_", "mse_path_", "rank_"):
        if hasattr(theirs, key):
            np.testing.assert_allclose(getattr(ours, key), getattr(theirs, key), rtol=1e-6)


@pytest.mark.parametrize("name", MANY)
def test_one_target_as_a_column_stays_a_column(name):
    found, flat = made(name).fit(X, Y[:, :1]), made(name).fit(X, Y[:, 0])
    assert found.predict(X).shape == (60, 1)
    np.testing.assert_array_equal(found.predict(X)[:, 0], flat.predict(X))


@each_name
def test_a_weight_of_two_is_a_row_twice(name):
    """Where rows are left out one by one, a row of weight 2 is left out whole: so folds here."""
    settings = {"cv": [(range(30), range(30, 60)), (range(30, 60), range(30))]}
    settings = settings if name.endswith("CV") else {}
    weighted = made(name, **settings).fit(X, Y[:, 0], sample_weight=WEIGHTS)
    if settings:
        half = [WEIGHTS[:30].sum(), WEIGHTS.sum()]
        settings = {"cv": [(range(half[0]), range(*half)), (range(*half), range(half[0]))]}
    rows = np.repeat(np.arange(60), WEIGHTS)
    repeated = made(name, **settings).fit(X[rows], Y[rows, 0])
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-8)
    np.testing.assert_allclose(weighted.intercept_, repeated.intercept_, rtol=1e-8)


# ---- In scikit-learn's company


def frame(n_rows):
    """Return some houses as a data frame, and their prices."""
    houses = load_ames()
    names = ["Gr Liv Area", "Lot Area", "Overall Qual"]
    columns = {name: houses[name][:n_rows] for name in names}
    return pandas.DataFrame(columns), np.array(houses["SalePrice"][:n_rows], dtype=float)


@each_name
def test_data_frames_give_names_and_wrong_columns_are_refused(name):
    columns, prices = frame(100)
    model = made(name).fit(columns, prices)
    assert list(model.feature_names_in_) == list(columns)
    assert model.n_features_in_ == 3
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(columns[["Lot Area", "Gr Liv Area", "Overall Qual"]])


@pytest.mark.parametrize("name", ["Ridge", "Lasso", "ElasticNet"])
def test_in_a_pipeline_within_a_search(name):
    columns, prices = frame(300)
    best, scores = [], []
    for module in (estimators, sklearn.linear_model):
        steps = make_pipeline(StandardScaler().set_output(transform="pandas"), made(name, module))
        alphas = {f"{name.lower()}__alpha": [0.01, 10.0, 1000.0]}
        search = GridSearchCV(steps, alphas, cv=KFold(5)).fit(columns, prices)
        best.append(search.best_params_)
        scores.append(search.cv_results_["mean_test_score"])
    assert best[0] == best[1]
    np.testing.assert_allclose(*scores, rtol=1e-7)


def test_a_set_output_reaches_the_estimator_at_the_end():
    columns, prices = frame(100)
    scaled = StandardScaler().set_output(transform="pandas")
    last = make_pipeline(scaled, LinearRegression()).fit(columns, prices)[-1]
    assert list(last.feature_names_in_) == list(columns)


@each_name
def test_a_sparse_table_is_refused_with_the_mend(name):
    with pytest.raises(TypeError, match="toarray"):
        made(name).fit(csr_array(X), Y[:, 0])


CHANGED = {
    "LinearRegression": {"fit_intercept": False, "method": "svd", "rank_tol": 0.5},
    "Ridge": {"alpha": 5.0, "fit_intercept": False},
    "RidgeCV": {"alphas": (3.0, 4.0), "fit_intercept": False, "cv": 3},
    "Lasso": {"alpha": 0.5, "fit_intercept": False, "tol": 0.01, "max_iter": 1},
    "LassoCV": {
        **{"alphas": 7, "eps": 0.1, "fit_intercept": False, "tol": 0.01, "max_iter": 1},
        "cv": 3,
    },
}
CHANGED["ElasticNet"] = CHANGED["Lasso"] | {"l1_ratio": 0.9}


def fitted(model):
    """Return all that a model has learnt, as text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, Y[:, 0])
    return repr({key: value for key, value in vars(model).items() if key.endswith("_")})


@each_name
def test_no_parameter_does_nothing(name):
    model = made(name)
    assert set(model.get_params()) == set(CHANGED[name])
    before = fitted(model)
    assert fitted(clone(model)) == before
    for parameter, value in CHANGED[name].items():
        assert fitted(clone(model).set_params(**{parameter: value})) != before, parameter


def test_the_criterion_of_ridge_can_be_the_mean_leverage():
    errors = [RidgeCV(cv=cv).fit(X, Y).mse_path_ for cv in (None, "gcv")]
    assert errors[0].shape == errors[1].shape == (3, 1)
    assert not np.allclose(*errors)
    np.testing.assert_allclose(*errors, rtol=0.1)


@pytest.mark.parametrize("cv", [None, "gcv", 4])
def test_the_score_of_ridge_is_the_least_mean_squared_error(cv):
    model = RidgeCV(alphas=[0.1, 10.0, 1000.0], cv=cv).fit(X, Y)
    counts = [15] * 4 if cv == 4 else [60]
    errors = np.average(model.mse_path_, axis=1, weights=counts)
    assert model.best_score_ == pytest.approx(-errors.min())
    assert model.alpha_ == [0.1, 10.0, 1000.0][errors.argmin()]


def test_the_errors_on_folds_are_averaged_over_targets():
    rows, held_out = np.arange(40), np.arange(40, 60)
    model = RidgeCV(alphas=[5.0], cv=[(rows, held_out)]).fit(X, Y)
    y_hat = Ridge(alpha=5.0).fit(X[rows], Y[rows]).predict(X[held_out])
    assert model.mse_path_[0, 0] == pytest.approx(np.mean((y_hat - Y[held_out]) ** 2))


def test_a_single_row_leaves_nothing_to_choose_by():
    with pytest.raises(ValueError, match="minimum of 2"):
        RidgeCV().fit(X[:1], Y[:1])


def test_penalties_may_be_given_in_any_order():
    rising, falling = (LassoCV(alphas=a).fit(X, Y[:, 0]) for a in ([0.01, 0.1, 1], [1, 0.1, 0.01]))
    assert rising.alphas_.tolist() == falling.alphas_.tolist() == [1, 0.1, 0.01]
    assert rising.alpha_ == falling.alpha_


# ---- What is ours


def test_least_squares_has_the_digits_that_theirs_loses():
    problem = load_nist("Longley")
    columns, targets = np.array(problem.X, dtype=float), np.array(problem.y, dtype=float)
    certified = np.array(problem.coef, dtype=float)
    model = LinearRegression().fit(columns, targets)
    np.testing.assert_allclose(model.coef_, certified, rtol=1e-13)
    np.testing.assert_allclose(model.intercept_, float(problem.intercept), rtol=1e-13)
    assert model.rank_ == 6
    assert model.relative_error_ < 1e-14
    assert model.condition_number_ > 1e3


def large_problem(n_samples, n_features, nearly):
    """A table past the border of small ones, whose last column is nearly another one."""
    draw = np.random.default_rng(n_samples).normal
    X = draw(size=(n_samples, n_features))
    X[:, -1] = X[:, 0] + nearly * X[:, -1]
    return X, X @ draw(size=n_features) + draw(size=n_samples)


@pytest.mark.parametrize("nearly", [1, 1e-3, 1e-6])
@pytest.mark.parametrize("shape", [(1000, 10), (400, 50), (20_000, 6)])
def test_a_large_fit_is_as_exact_as_it_says_and_nearly_to_the_last_digit(shape, nearly):
    X, y = large_problem(*shape, nearly)
    quick, slow = LinearRegression().fit(X, y), LinearRegression(method="refined").fit(X, y)
    size = abs(np.append(slow.coef_, slow.intercept_)).max()
    error = abs(np.append(quick.coef_ - slow.coef_, quick.intercept_ - slow.intercept_)).max()
    assert error <= quick.relative_error_ * size
    assert error <= 1e-14 / nearly * size
    assert quick.relative_error_ <= 1e-12 / nearly


PLAIN = X, Y[:, 0]
NOT_PLAIN = {  # what scikit-learn's own checks have to read, for the numbers or for the words
    "lists": (X.tolist(), Y[:, 0].tolist()),
    "frames": (pandas.DataFrame(X, columns=list("abcde")), pandas.Series(Y[:, 0])),
    "whole numbers": (X.round().astype(int), Y[:, 0]),
    "two types": (X, Y[:, 0].astype(np.float32)),
    "another order of bytes": (X.astype(">f8"), Y[:, 0]),
    "masked": (np.ma.array(X), Y[:, 0]),
    "a column": (X, Y[:, :1]),
    "too few targets": (X, Y[:-1, 0]),
    "no columns": (X[:, :0], Y[:, 0]),
    "no rows": (X[:0], Y[:0, 0]),
    "one row": (X[:1], Y[:1, 0]),
    "one axis": (X[0], Y[:5, 0]),
    "NaN": (np.vstack([X[1:], np.full(5, np.nan)]), Y[:, 0]),
    "an infinite target": (X, np.append(Y[1:, 0], np.inf)),
}


@pytest.mark.parametrize(("columns", "targets"), NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_only_plain_arrays_pass_by_scikit_learns_checks(columns, targets):
    assert estimators.is_plain(*PLAIN)
    assert not estimators.is_plain(columns, targets)


@pytest.mark.parametrize("name", NAMES)
def test_plain_arrays_are_fitted_as_those_that_are_checked(name, monkeypatch):
    quick = made(name).fit(*NOT_PLAIN["frames"]).fit(*PLAIN)
    assert not hasattr(quick, "feature_names_in_")
    monkeypatch.setattr(estimators, "is_plain", lambda *_: False)
    checked = made(name).fit(*PLAIN)
    assert vars(quick).keys() == vars(checked).keys()
    assert quick.n_features_in_ == 5
    np.testing.assert_array_equal(quick.coef_, checked.coef_)


def test_where_rank_is_lost_the_shortest_slopes_are_fitted_and_the_caller_is_warned():
    dependent = np.column_stack([X, X[:, 0] + X[:, 1], np.full(60, 3.0)])
    with pytest.warns(np.exceptions.RankWarning, match="rank 5 but 7 columns") as warned:
        ours = LinearRegression().fit(dependent, Y, sample_weight=WEIGHTS)
    assert warned[0].filename == __file__
    theirs = sklearn.linear_model.LinearRegression().fit(dependent, Y, sample_weight=WEIGHTS)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-10)
    assert ours.rank_ == theirs.rank_ == 5
    assert ours.relative_error_ == 1.0


@pytest.mark.parametrize("name", ["Lasso", "ElasticNet", "LassoCV"])
def test_a_descent_that_ends_early_says_so_in_the_estimators_words(name):
    with pytest.warns(ConvergenceWarning, match="raise max_iter or tol") as warned:
        made(name, max_iter=1, tol=1e-15).fit(X, Y[:, 0])
    assert warned[0].filename == __file__


def test_the_gap_is_theirs_in_size():
    settings = {"alpha": 0.1, "tol": 1e-3}
    ours = Lasso(**settings).fit(X, Y[:, 0])
    gap = fit_lasso(X, Y[:, 0], penalty=0.2, tolerance=1e-3).duality_gap
    assert ours.dual_gap_ == pytest.approx(gap / 2)  # they halve the mean squared error
    assert 0 <= ours.dual_gap_ <= 1e-3 * Y[:, 0].var() / 2
    assert isinstance(ours.n_iter_, int)
    several = ElasticNet(**settings).fit(X, Y)
    assert len(several.n_iter_) == len(several.dual_gap_) == 3


def test_a_constant_target_is_fitted_by_the_intercept():
    for name in NAMES:
        found = made(name).fit(X, np.full(60, 2.5))
        np.testing.assert_allclose(found.coef_, 0, atol=1e-12)
        np.testing.assert_allclose(found.intercept_, 2.5, rtol=1e-12)


@pytest.mark.parametrize(
    ("model", "kind", "words"),
    [
        (Ridge(alpha=0), ValueError, "alpha == 0"),
        (Ridge(alpha="much"), TypeError, "alpha"),
        (RidgeCV(alphas=[1, -1]), ValueError, "alphas == -1"),
        (Lasso(alpha=-1), ValueError, "alpha == -1"),
        (ElasticNet(l1_ratio=2), ValueError, "l1_ratio == 2"),
        (LassoCV(alphas=0), ValueError, "alphas == 0"),
        (LassoCV(eps=0), ValueError, "eps == 0"),
        (LinearRegression(method="magic"), ValueError, "method is 'magic'"),
        (LinearRegression(rank_tol=-1), ValueError, "rank_tol"),
    ],
)
def test_a_parameter_out_of_its_range_is_named(model, kind, words):
    with pytest.raises(kind, match=words):
        model.fit(X, Y[:, 0])


@each_name
@pytest.mark.parametrize(
    ("weights", "words"),
    [(-WEIGHTS, "pass 0 or more"), (0 * WEIGHTS, "zero for all"), (WEIGHTS[1:], "shape")],
)
def test_weights_that_do_not_fit_are_refused(name, weights, words):
    with pytest.raises(ValueError, match=f"sample_weight.*{words}"):
        made(name).fit(X, Y[:, 0], sample_weight=weights)


@each_name
def test_float32_stays_float32(name):
    single = made(name).fit(X.astype(np.float32), Y[:, 0].astype(np.float32))
    double = made(name).fit(X, Y[:, 0])
    assert single.coef_.dtype == single.predict(X.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(single.coef_, double.coef_, rtol=1e-4, atol=1e-4)


def test_the_examples():
    assert doctest.testmod(estimators) == (0, 5)
