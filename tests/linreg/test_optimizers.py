"""Promise: each optimizer walks as its theory and other libraries say, and says why it stopped."""

import inspect
import tracemalloc
from fractions import Fraction
from itertools import islice

import numpy as np
import pytest
from backends import needs_torch, torch
from hypothesis import given
from hypothesis import settings as how_often
from hypothesis import strategies as st
from scipy.sparse.linalg import cg, lsqr

from linreg import datasets, with_numpy
from linreg.optimizers import (
    Descent,
    best_settings,
    conjugate_gradient,
    descend,
    gradient_descent,
    heavy_ball,
    nesterov,
    shuffled_batches,
    spectrum,
    steepest_descent,
    stochastic_gradient_descent,
)

FULL_BATCH = [gradient_descent, steepest_descent, heavy_ball, nesterov, conjugate_gradient]
SLOW_AND_FAST = [2, 3, 10, 30, 100]  # kappa

each_method = pytest.mark.parametrize("method", FULL_BATCH, ids=lambda method: method.__name__)


def design(kappa, *, n_samples=30, n_features=5, seed=0):
    """Return a matrix with singular values spread evenly from sqrt(n_samples) down by kappa."""
    rng = np.random.default_rng(seed)
    left, _ = np.linalg.qr(rng.normal(size=(n_samples, n_features)))
    right, _ = np.linalg.qr(rng.normal(size=(n_features, n_features)))
    values = np.sqrt(n_samples) * np.linspace(1, 1 / kappa, n_features)
    return left @ np.diag(values) @ right.T


def problem(kappa=5.0, seed=0, **shape):
    X = design(kappa, seed=seed, **shape)
    return X, np.random.default_rng(seed + 1).normal(size=len(X))


def lstsq(X, y):
    return np.linalg.lstsq(X, y, rcond=None)[0]


def errors(X, y, method, n_steps, **settings):
    """Return the length of theta - theta* at each step, from a random start."""
    start = np.random.default_rng(7).normal(size=X.shape[1])
    fit = descend(
        *(X, y, method),
        **settings,
        **{"n_steps": n_steps, "tol": 0.0, "start": start},
        **{"fit_intercept": False, "keep_path": True},
    )
    return np.linalg.norm(fit.path - lstsq(X, y), axis=1)


# ---- The end of each walk


@each_method
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_it_arrives_where_least_squares_is(method, fit_intercept):
    X, y = problem()
    fit = descend(X, y, method, fit_intercept=fit_intercept, tol=1e-11)
    best = with_numpy.fit_least_squares(X, y, fit_intercept=fit_intercept)
    assert fit.stopped == "gradient below tolerance"
    assert fit.coef.shape == (5,)
    np.testing.assert_allclose(fit.coef, best.coef, atol=1e-9)
    np.testing.assert_allclose(fit.intercept, best.intercept, atol=1e-9)
    np.testing.assert_allclose(fit.loss_history[-1], best.loss_history[0], rtol=1e-12)


@each_method
def test_the_losses_are_those_of_the_path(method):
    X, y = problem()
    fit = descend(X, y, method, n_steps=9, tol=0.0, keep_path=True)
    assert fit.path.shape == (fit.n_steps + 1, 6)
    assert len(fit.loss_history) == fit.n_steps + 1
    losses = [np.mean((X @ theta[:-1] + theta[-1] - y) ** 2) for theta in fit.path]
    np.testing.assert_allclose(fit.loss_history, losses, rtol=1e-12)
    np.testing.assert_array_equal([*fit.coef, fit.intercept], fit.path[-1])


def test_without_being_asked_it_keeps_no_path():
    X, y = np.ones((2, 10_000)), np.ones(2)
    walk = {"learning_rate": 1e-9, "n_steps": 100, "tol": 0.0}
    tracemalloc.start()
    try:
        assert descend(X, y, gradient_descent, **walk).path is None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * X.nbytes / 2  # twenty places, not a hundred


@each_method
def test_from_zero_it_tends_to_the_least_norm(method):
    rng = np.random.default_rng(3)
    X = design(4, n_features=3, seed=3) @ rng.normal(size=(3, 6))  # rank 3 of 6
    y = rng.normal(size=len(X))
    fit = descend(X, y, method, fit_intercept=False, tol=1e-12, n_steps=20_000)
    np.testing.assert_allclose(fit.coef, np.linalg.pinv(X) @ y, atol=1e-9)


@each_method
def test_what_the_start_has_along_a_flat_direction_stays(method):
    X, y = [[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]], [1.0, 2.0, 5.0]
    fit = descend(X, y, method, fit_intercept=False, start=[3.0, -1.0], tol=1e-12)
    assert fit.coef[0] - fit.coef[1] == pytest.approx(4.0, abs=1e-9)


@each_method
def test_fewer_rows_than_features(method):
    X, y = np.array([[1.0, 2.0, 3.0], [4.0, -1.0, 0.5]]), np.array([1.0, 2.0])
    fit = descend(X, y, method, fit_intercept=False, tol=1e-13)
    np.testing.assert_allclose(fit.coef, np.linalg.pinv(X) @ y, atol=1e-10)


@how_often(max_examples=40)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.sampled_from(FULL_BATCH))
def test_it_arrives_on_any_well_conditioned_problem(n_features, seed, method):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(60, n_features)), rng.normal(size=60)
    fit = descend(X, y, method, tol=1e-10)
    best = with_numpy.fit_least_squares(X, y)
    assert fit.stopped == "gradient below tolerance"
    np.testing.assert_allclose(fit.coef, best.coef, atol=1e-7)


# ---- Rates against theory


@pytest.mark.parametrize("kappa", SLOW_AND_FAST)
def test_the_rate_of_gradient_descent(kappa):
    X, y = problem(kappa)
    n_steps = 3 * kappa**2
    e = errors(X, y, gradient_descent, n_steps)
    half = n_steps // 2
    measured = np.log(e[half] / e[-1]) / (n_steps - half)
    assert measured == pytest.approx(-np.log((kappa**2 - 1) / (kappa**2 + 1)), rel=0.01)


@pytest.mark.parametrize("kappa", SLOW_AND_FAST)
@pytest.mark.parametrize(
    ("method", "factor"),
    [(heavy_ball, lambda k: (k - 1) / (k + 1)), (nesterov, lambda k: 1 - 1 / k)],
    ids=["heavy ball", "Nesterov"],
)
def test_the_rate_of_momentum(method, factor, kappa):
    """A double root makes the error k times a power: the k is divided out."""
    e = errors(*problem(kappa), method, 8 * kappa)
    middle, last = 4 * kappa, 8 * kappa
    measured = np.log(e[middle] / middle / (e[last] / last)) / (last - middle)
    assert measured == pytest.approx(-np.log(factor(kappa)), rel=0.03)


@pytest.mark.parametrize("kappa", SLOW_AND_FAST[:4])
def test_no_other_fixed_rate_is_faster(kappa):
    X, y = problem(kappa)
    best = best_settings(gradient_descent, X, fit_intercept=False)["learning_rate"]
    n_steps = 6 * kappa**2
    at = [
        errors(X, y, gradient_descent, n_steps, learning_rate=share * best)[-1]
        for share in (0.97, 1.0, 1.0 + 0.5 / kappa**2)
    ]
    assert at[1] < min(at[0], at[2])


def theory(method, eigenvalues, learning_rate, momentum):
    """Return the size of the largest root: the factor of a step from the worst start."""
    shrunk = 1 - learning_rate * eigenvalues
    middle, last = {
        heavy_ball: (shrunk + momentum, momentum + 0 * shrunk),
        nesterov: ((1 + momentum) * shrunk, momentum * shrunk),
    }[method]
    return max(abs(np.roots([1, -p, q])).max() for p, q in zip(middle, last, strict=True))


@pytest.mark.parametrize("kappa", SLOW_AND_FAST)
def test_best_settings_of_momentum(kappa):
    """None beat the heavy ball's; Nesterov's are beaten, at another rate, as said of them."""
    X = design(kappa)
    eigenvalues = spectrum(X, fit_intercept=False)
    ball, ahead = (best_settings(m, X, fit_intercept=False) for m in (heavy_ball, nesterov))
    for rate in (0.9, 1.0, 1.1):
        for share in (0.9, 1.0, 1.1):
            other = [rate * ball["learning_rate"], min(share * ball["momentum"], 0.999)]
            known = theory(heavy_ball, eigenvalues, **ball)
            assert known <= theory(heavy_ball, eigenvalues, *other) + 1e-6
    known = theory(nesterov, eigenvalues, **ahead)
    for share in (0.9, 0.99, 1.01, 1.1):
        other = [ahead["learning_rate"], min(share * ahead["momentum"], 0.999)]
        assert known <= theory(nesterov, eigenvalues, *other) + 1e-6
    root = np.sqrt(3 * kappa**2 + 1)  # Lessard, Recht and Packard, proposition 1
    faster = [4 / (3 * eigenvalues[0] + eigenvalues[-1]), (root - 2) / (root + 2)]
    gain = np.log(theory(nesterov, eigenvalues, *faster)) / np.log(known)
    assert 1.0 < gain < 1.2


@pytest.mark.parametrize("kappa", SLOW_AND_FAST)
def test_line_search_is_slowest_from_its_worst_start(kappa):
    """With two eigenvalues, from weights (kappa², 1) on their eigenvectors, no step is faster."""
    X = np.diag([float(kappa), 1.0])
    fit = descend(
        *(X, np.zeros(2), steepest_descent),
        **{"start": [1.0, kappa**2], "fit_intercept": False, "n_steps": 6, "tol": 0.0},
    )
    ratios = np.divide(fit.loss_history[1:], fit.loss_history[:-1])
    np.testing.assert_allclose(ratios, ((kappa**2 - 1) / (kappa**2 + 1)) ** 2, rtol=1e-9)


@pytest.mark.parametrize("kappa", SLOW_AND_FAST)
def test_conjugate_gradient_ends_and_keeps_its_bound(kappa):
    X, y = problem(kappa)
    fit = descend(X, y, conjugate_gradient, fit_intercept=False, tol=1e-12)
    assert fit.n_steps <= X.shape[1] + 2
    np.testing.assert_allclose(fit.coef, lstsq(X, y), atol=1e-9 * kappa)
    gaps = np.array(fit.loss_history[:5]) - np.mean((X @ lstsq(X, y) - y) ** 2)
    bound = 2 * ((kappa - 1) / (kappa + 1)) ** np.arange(5)
    assert (np.sqrt(gaps / gaps[0]) <= bound * (1 + 1e-9)).all()


def test_conjugate_gradient_needs_one_step_for_each_different_eigenvalue():
    X = np.diag([3.0, 3.0, 3.0, 1.0, 1.0, 1.0])
    fit = descend(X, np.arange(1.0, 7.0), conjugate_gradient, fit_intercept=False)
    assert fit.n_steps == 2


def test_the_lowest_place_on_the_line_is_the_formula_of_the_hessian():
    X, y = problem()
    fit = descend(X, y, steepest_descent, n_steps=1, fit_intercept=False, keep_path=True)
    gradient = -2 / len(y) * X.T @ y
    H = 2 / len(y) * X.T @ X
    rate = gradient @ gradient / (gradient @ H @ gradient)
    np.testing.assert_allclose(fit.path[1], -rate * gradient, rtol=1e-12)


# ---- The same paths elsewhere


@needs_torch
@pytest.mark.parametrize(
    ("method", "settings", "theirs"),
    [
        (gradient_descent, {"learning_rate": 0.1}, {}),
        (heavy_ball, {"learning_rate": 0.1, "momentum": 0.7}, {"momentum": 0.7}),
        (
            nesterov,
            {"learning_rate": 0.1, "momentum": 0.7},
            {"momentum": 0.7, "nesterov": True},
        ),
    ],
    ids=["plain", "heavy ball", "Nesterov"],
)
def test_pytorch_walks_the_same_path(method, settings, theirs):
    X, y = problem()
    ours = descend(
        *(X, y, method),
        **settings,
        **{"n_steps": 40, "tol": 0.0, "fit_intercept": False, "keep_path": True},
    )
    theta = torch.zeros(5, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=settings["learning_rate"], **theirs)
    for place in ours.path:
        np.testing.assert_allclose(theta.detach().numpy(), place, rtol=1e-10, atol=1e-13)
        optimizer.zero_grad()
        torch.mean((torch.tensor(X) @ theta - torch.tensor(y)) ** 2).backward()
        optimizer.step()


@needs_torch
def test_pytorch_walks_the_same_stochastic_path():
    X, y = problem()
    batches = list(islice(shuffled_batches(len(y), 7, seed=5), 25))
    ours = descend(
        *(X, y, stochastic_gradient_descent),
        **{"learning_rate": 0.1, "batches": batches, "decay": 0.2, "tol": 0.0},
        **{"fit_intercept": False, "keep_path": True},
    )
    assert (ours.n_steps, ours.stopped) == (25, "no batches left")
    theta = torch.zeros(5, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=0.1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: 1 / (1 + 0.2 * k))
    for rows, place in zip(batches, ours.path[1:], strict=True):
        optimizer.zero_grad()
        torch.mean((torch.tensor(X[rows]) @ theta - torch.tensor(y[rows])) ** 2).backward()
        optimizer.step()
        schedule.step()
        np.testing.assert_allclose(theta.detach().numpy(), place, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("n_steps", [1, 2, 3, 4, 5])
def test_scipy_takes_the_same_conjugate_steps(n_steps):
    X, y = problem(20)
    ours = descend(X, y, conjugate_gradient, n_steps=n_steps, tol=0.0, fit_intercept=False).coef
    by_lsqr = lsqr(X, y, atol=0, btol=0, conlim=0, iter_lim=n_steps)[0]
    by_cg, _ = cg(X.T @ X, X.T @ y, rtol=0, maxiter=n_steps)
    np.testing.assert_allclose(ours, by_lsqr, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours, by_cg, rtol=1e-7, atol=1e-9)


def test_the_numpy_backend_walks_the_same_path():
    data = datasets.load_eight_points()
    X, y = [[x_i] for x_i in data["x"]], data["y"]
    there = with_numpy.fit_gradient_descent(X, y, learning_rate=0.1, n_steps=50)
    here = descend(X, y, gradient_descent, learning_rate=0.1, n_steps=50, tol=0.0)
    np.testing.assert_allclose(here.loss_history, there.loss_history, rtol=1e-12)
    np.testing.assert_allclose([*here.coef, here.intercept], [*there.coef, there.intercept])


# ---- Batches and a falling rate


def test_an_epoch_holds_each_row_once():
    batches = shuffled_batches(10, 4, seed=0)
    epochs = [np.concatenate(list(islice(batches, 3))) for _ in range(2)]
    assert [sorted(epoch) for epoch in epochs] == [list(range(10))] * 2
    assert epochs[0].tolist() != epochs[1].tolist()


def test_the_same_seed_makes_the_same_batches():
    one, other = (shuffled_batches(10, 4, seed) for seed in (3, np.random.default_rng(3)))
    for _ in range(6):
        assert next(one).tolist() == next(other).tolist()


def test_the_whole_as_one_batch_is_gradient_descent():
    X, y = problem()
    everything = [np.arange(len(y))] * 20
    same = {"learning_rate": 0.3, "n_steps": 20, "tol": 0.0}
    full = descend(X, y, gradient_descent, **same)
    batch = descend(X, y, stochastic_gradient_descent, batches=everything, **same)
    np.testing.assert_allclose(batch.loss_history, full.loss_history, rtol=1e-12)


def test_one_over_k_makes_the_running_mean():
    """With nothing but an intercept, the rates 1/2, 1/4, 1/6, ... average the rows seen."""
    y = np.array([3.0, -1.0, 4.0, 1.0, -5.0])
    fit = descend(
        *(np.ones((5, 1)), y, stochastic_gradient_descent),
        **{"learning_rate": 0.5, "decay": 1.0, "batches": [[i] for i in range(5)]},
        **{"fit_intercept": False, "keep_path": True},
    )
    np.testing.assert_allclose(fit.path[1:, 0], np.cumsum(y) / np.arange(1, 6), atol=1e-14)


# ---- Why it stopped


def stopped(**settings):
    X, y = problem()
    return descend(X, y, gradient_descent, **settings).stopped


def test_reasons():
    assert stopped() == "gradient below tolerance"
    assert stopped(n_steps=3) == "step limit"
    assert stopped(n_steps=3, learning_rate=2.0) == "step limit, and the loss is above its start"
    assert stopped(learning_rate=5.0) == "diverged"


@pytest.mark.parametrize("rate", [0.1, 5.0])
def test_a_list_of_batches_ends(rate):
    fit = descend(
        *problem(), stochastic_gradient_descent, learning_rate=rate, batches=[range(30)] * 4
    )
    risen = ", and the loss is above its start" if rate > 1 else ""
    assert (fit.stopped, fit.n_steps) == ("no batches left" + risen, 4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rate", [3.0, 1e3, 1e30, 1e99])
def test_a_walk_that_diverges_returns_finite_numbers(rate, dtype):
    X, y = (part.astype(dtype) for part in problem())
    fit = descend(X, y, gradient_descent, learning_rate=rate, n_steps=10_000, keep_path=True)
    assert fit.stopped == "diverged"
    assert fit.n_steps < 100
    for part in (fit.coef, fit.intercept, fit.loss_history, fit.path):
        assert np.isfinite(part).all()


@each_method
@pytest.mark.parametrize("start", [None, [0.0] * 5])
def test_where_there_is_nothing_to_do_nothing_is_done(method, start):
    X, _ = problem()
    fit = descend(X, np.zeros(len(X)), method, start=start, fit_intercept=False, tol=0.0)
    assert (fit.n_steps, fit.stopped, fit.loss_history) == (0, "gradient below tolerance", [0.0])


@each_method
def test_from_the_best_place_it_does_not_leave(method):
    X, y = problem()
    fit = descend(X, y, method, start=lstsq(X, y), fit_intercept=False)
    assert fit.n_steps <= 1
    np.testing.assert_allclose(fit.coef, lstsq(X, y), atol=1e-12)


@each_method
def test_what_rounding_leaves_at_a_perfect_fit_is_no_slope(method):
    X, _ = problem()
    coef = np.arange(1.0, 6.0) / 3
    products = [[Fraction(a) * Fraction(b) for a, b in zip(row, coef)] for row in X]
    y = np.array([float(sum(row)) for row in products])  # rounded once, unlike X @ coef
    fit = descend(X, y, method, start=coef, fit_intercept=False, tol=0.0)
    assert fit.loss_history[0] > 0
    assert (fit.n_steps, fit.stopped) == (0, "gradient below tolerance")


@pytest.mark.parametrize("method", [steepest_descent, conjugate_gradient])
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_without_a_tolerance_rounding_ends_the_walk(method, target):
    X, _ = problem()
    y = target * X @ np.ones(5)  # a perfect fit: residual and gradient go to zero
    fit = descend(X, y, method, tol=0.0, start=np.arange(5.0), fit_intercept=False)
    assert fit.stopped == "gradient below tolerance"
    np.testing.assert_allclose(fit.coef, target * np.ones(5), atol=1e-12)


@each_method
@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_units_of_the_target_do_not_matter(method, scale):
    X, y = problem()
    one, other = descend(X, y, method), descend(X, scale * y, method)
    assert one.n_steps == other.n_steps
    np.testing.assert_allclose(scale * one.coef, other.coef, rtol=1e-9)


# ---- Kinds, settings and errors


@each_method
def test_single_precision_stays(method):
    X, y = (part.astype(np.float32) for part in problem())
    fit = descend(X, y, method, keep_path=True, start=[0.1] * 6)
    assert fit.stopped == "gradient below tolerance"
    assert {fit.coef.dtype, fit.intercept.dtype, fit.path.dtype} == {np.dtype(np.float32)}
    assert spectrum(X).dtype == np.float32
    double = np.full(6, 0.1)
    assert descend(X, y, method, start=double, n_steps=0).coef.dtype == np.float32


def test_stochastic_single_precision_stays():
    X, y = (part.astype(np.float32) for part in problem())
    batches = islice(shuffled_batches(len(y), 5, 0), 9)
    fit = descend(X, y, stochastic_gradient_descent, learning_rate=0.1, batches=batches)
    assert fit.coef.dtype == np.float32


def test_lists_are_read():
    X, y = problem()
    fit = descend(X.tolist(), y.tolist(), nesterov)
    np.testing.assert_array_equal(fit.coef, descend(X, y, nesterov).coef)


def test_the_input_is_left_alone():
    X, y = problem()
    start = np.ones(6)
    for method in FULL_BATCH:
        descend(X, y, method, start=start)
    np.testing.assert_array_equal(start, 1.0)
    np.testing.assert_array_equal(X, problem()[0])


def test_no_settings_means_the_best_ones():
    X, y = problem()
    for method in (gradient_descent, heavy_ball, nesterov):
        named = descend(X, y, method, **best_settings(method, X))
        assert descend(X, y, method).loss_history == named.loss_history


def test_a_method_of_your_own():
    def standing(X, y, theta):
        while True:
            yield theta, X @ theta - y, np.ones_like(theta)

    X, y = problem()
    assert best_settings(standing, X) == {}
    assert descend(X, y, standing, n_steps=3).loss_history == [np.mean(y**2)] * 4


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_spectrum_is_that_of_the_hessian(fit_intercept):
    X, _ = problem()
    columns = np.column_stack([X, np.ones(len(X))]) if fit_intercept else X
    H = 2 / len(X) * columns.T @ columns
    eigenvalues = np.linalg.eigvalsh(H)[::-1]
    np.testing.assert_allclose(spectrum(X, fit_intercept=fit_intercept), eigenvalues, rtol=1e-10)


def test_the_spectrum_leaves_out_what_is_flat():
    X = [[1.0, 2.0, 0.0], [2.0, 4.0, 0.0], [1.0, 2.0, 0.0]]
    np.testing.assert_allclose(spectrum(X, fit_intercept=False), [20.0])


def test_the_signature_is_one():
    names = list(inspect.signature(descend).parameters)
    assert names[:3] == ["X", "y", "method"]
    assert names[-1] == "settings"
    for method in [*FULL_BATCH, stochastic_gradient_descent]:
        assert list(inspect.signature(method).parameters)[:3] == ["X", "y", "theta"]
    assert Descent._fields[:3] == ("coef", "intercept", "loss_history")


SGD = stochastic_gradient_descent
FAULTS = [
    (gradient_descent, {"learning_rate": -0.1}, "positive"),
    (gradient_descent, {"learning_rate": np.inf}, "learning_rate is inf: pass a positive number"),
    (gradient_descent, {"learning_rate": 0.1, "tol": -1.0}, "tol is -1.0: pass a finite number"),
    (gradient_descent, {"learning_rate": 0.1, "tol": np.inf}, "tol is inf: pass a finite number"),
    (gradient_descent, {"learning_rate": 0.1, "tol": np.nan}, "tol is nan: pass a finite number"),
    (gradient_descent, {"learning_rate": 0.1, "n_steps": 1.5}, "whole number of steps"),
    (gradient_descent, {"learning_rate": 0.1, "start": [0.0, 0.0]}, "start has length 2"),
    (gradient_descent, {"learning_rate": 0.1, "start": [np.nan] * 6}, "fill in what is missing"),
    (gradient_descent, {"learning_rate": 0.1, "fit_intercept": 2}, "True or False"),
    (heavy_ball, {"learning_rate": 0.1, "momentum": 1.0}, "share below 1"),
    (heavy_ball, {"learning_rate": 0.1, "momentum": np.nan}, "momentum is nan: pass 0 or a share"),
    (nesterov, {"learning_rate": 0.1, "momentum": -0.5}, "momentum is -0.5: pass 0 or a share"),
    (nesterov, {"learning_rate": 0.0, "momentum": 0.5}, "positive"),
    (SGD, {"learning_rate": 0.1, "batches": [[0]], "decay": -1.0}, "decay is -1.0"),
    (SGD, {"learning_rate": 0.1, "batches": [[0]], "decay": np.inf}, "decay is inf"),
    (SGD, {"learning_rate": 0.1, "batches": [[0], [99]]}, r"batches\[1\].* 0 to 29"),
    (SGD, {"learning_rate": 0.1, "batches": [[-1]]}, "0 to 29"),
    (SGD, {"learning_rate": 0.1, "batches": [[]]}, "pass row numbers"),
    (SGD, {"learning_rate": 0.1, "batches": [0, 1]}, "pass row numbers"),
    (SGD, {"learning_rate": 0.1, "batches": [[0.5]]}, "pass row numbers"),
    (SGD, {"learning_rate": 0.1, "batches": shuffled_batches(30, 0, 0)}, "batch_size is 0"),
]


@pytest.mark.parametrize(("method", "settings", "mend"), FAULTS, ids=[f[2] for f in FAULTS])
def test_bad_settings_name_their_mend(method, settings, mend):
    with pytest.raises(ValueError, match=mend):
        descend(*problem(), method, **settings)


@pytest.mark.parametrize(
    ("method", "settings", "missing"),
    [
        (SGD, {}, "'learning_rate' and 'batches'"),
        (heavy_ball, {"momentum": 0.5}, "'learning_rate'"),
        (conjugate_gradient, {"learning_rate": 0.5}, "unexpected keyword argument 'learning_rate'"),
        (SGD, {"learning_rate": 0.1, "batches": 32}, "batches is 32: .* shuffled_batches"),
    ],
)
def test_missing_and_unknown_settings_are_named(method, settings, missing):
    with pytest.raises(TypeError, match=missing):
        descend(*problem(), method, **settings)


@pytest.mark.parametrize("single", [np.float32(0.5), np.array(0.5)], ids=["scalar", "array"])
def test_settings_may_be_numpy_numbers(single):
    settings = {"learning_rate": 0.1, "momentum": single, "tol": single}
    assert descend(*problem(), heavy_ball, **settings).stopped == "gradient below tolerance"


@pytest.mark.parametrize("method", ["nesterov", None, conjugate_gradient(*problem(), 0)])
def test_a_method_that_cannot_be_called_is_named(method):
    for call in (lambda: descend(*problem(), method), lambda: best_settings(method, problem()[0])):
        with pytest.raises(TypeError, match=r"pass the function itself, .* optimizers\.nesterov"):
            call()


@pytest.mark.parametrize("places", [None, []])
def test_a_method_that_yields_nothing_is_told(places):
    with pytest.raises(ValueError, match="let it yield"):
        descend(*problem(), lambda X, y, theta: places)


def test_a_start_of_another_length_is_told_what_theta_holds():
    with pytest.raises(ValueError, match=r"theta, the weights .* has length 5 but start"):
        descend(*problem(), nesterov, start=[0.0], fit_intercept=False)


@pytest.mark.parametrize(
    ("size", "start"), [(1e90, [1e99, 0.0]), (1e90, None)], ids=["the loss", "the gradient"]
)
def test_a_start_that_overflows_is_refused(size, start):
    with pytest.raises(ValueError, match="start elsewhere"):
        descend([[size], [2 * size]], [size, 2.0], nesterov, start=start, tol=0.0)


@pytest.mark.parametrize("size", [0.0, 1e-200])
def test_nothing_has_no_spectrum(size):
    with pytest.raises(ValueError, match="drop the column"):
        spectrum([[size], [size]], fit_intercept=False)


@pytest.mark.parametrize(
    ("X", "y", "mend"),
    [
        ([[1.0], [np.nan]], [1.0, 2.0], "fill in what is missing"),
        ([[1.0], [2.0]], [1.0], "make them equal"),
        ([], [], "at least one row"),
        ([1.0, 2.0], [1.0, 2.0], "not a row"),
    ],
)
def test_bad_input_names_its_mend(X, y, mend):
    with pytest.raises(ValueError, match=mend):
        descend(X, y, conjugate_gradient)


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        (np.float32([[0], [1e6], [2e6]]), np.float32([7e10, 1e10, 2e10]), "to float64"),
        (np.array([[1e-100], [2e-100]]), np.array([1.0, 2.0]), "unit"),
        (np.array([[1e-170], [2e-170]]), np.array([1.0, 2.0]), "unit"),
    ],
)
@pytest.mark.parametrize("method", [conjugate_gradient, steepest_descent, gradient_descent])
def test_a_walk_whose_squares_leave_the_range_is_refused(X, y, words, method):
    with pytest.raises(ValueError, match=words):
        descend(X, y, method, fit_intercept=False)


def test_a_walk_that_starts_at_the_bottom_has_arrived():
    X = np.array([[1.0], [2.0]])
    found = descend(X, np.zeros(2), conjugate_gradient, fit_intercept=False)
    assert (found.n_steps, found.stopped) == (0, "gradient below tolerance")
