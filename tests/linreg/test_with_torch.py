"""Promise: the tensors walk as the arrays do, in batches too, and stay on their device."""

from functools import partial
from itertools import chain
from types import SimpleNamespace

import numpy as np
import pytest
from backends import torch, with_torch

from linreg import datasets, optimizers, with_numpy

pytestmark = pytest.mark.torch
if torch is None:  # a Python without PyTorch, which leaves these tests out
    torch = SimpleNamespace(cuda=SimpleNamespace(is_available=bool), float32=None, float64=None)

DEVICES = ["cpu"] + (["cuda"] if torch.cuda.is_available() else [])
each_device = pytest.mark.parametrize("device", DEVICES)
each_precision = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)


def eight_points():
    data = datasets.load_eight_points()
    return np.array(data["x"])[:, None], np.array(data["y"])


def houses():
    """The sales before 2010: three standardised features, and the price in 100,000 dollars."""
    ames = datasets.load_ames()
    seen = np.array(ames["Yr Sold"]) < 2010
    names = ["Gr Liv Area", "Overall Qual", "Year Built"]
    X = np.column_stack([ames[name] for name in names]).astype(float)[seen]
    return (X - X.mean(axis=0)) / X.std(axis=0), np.array(ames["SalePrice"])[seen] / 100_000


def recorded(optimizer, path):
    """An optimizer that notes where it is after each step, the intercept last."""

    class Recorder(optimizer):
        def step(self, closure=None):
            super().step(closure)
            weight, bias = self.param_groups[0]["params"]
            path.append([*weight[0].tolist(), bias.item()])

    return Recorder


def path_of(X, y, optimizer, **settings):
    """The places of ``fit_minibatches`` after each step, shape (n_steps, n_features + 1)."""
    path = []
    with_torch.fit_minibatches(X, y, optimizer=recorded(optimizer, path), **settings)
    return np.array(path)


def batches_of(n_samples, batch_size, n_epochs, seed):
    """The row numbers of each step, in the order of ``fit_minibatches``."""
    rows = torch.arange(n_samples)
    loader = with_torch.shuffled_loader(rows, rows, batch_size, seed)
    return [batch.tolist() for _ in range(n_epochs) for batch, _ in loader]


# ---- Equal to NumPy, step by step


def test_the_full_walk_from_zero_is_numpys():
    """With nn.Linear, MSELoss and optim.SGD, as Chapter 12 writes it."""
    X, y = eight_points()
    model = with_torch.model_at_zero(torch.tensor(X))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    coef, intercept = np.zeros(1), 0.0
    for _ in range(50):
        optimizer.zero_grad()
        torch.nn.MSELoss()(model(torch.tensor(X)), torch.tensor(y)[:, None]).backward()
        optimizer.step()
        d_coef, d_intercept = with_numpy.gradient(X, y, coef, intercept)
        coef, intercept = coef - 0.1 * d_coef, intercept - 0.1 * d_intercept
        place = [model.weight.item(), model.bias.item()]
        np.testing.assert_allclose(place, [*coef, intercept], rtol=0, atol=1e-12)


def test_one_batch_of_all_rows_is_gradient_descent():
    X, y = eight_points()
    full = with_numpy.fit_gradient_descent(X, y, learning_rate=0.1, n_steps=50)
    fit = with_torch.fit_minibatches(X, y, learning_rate=0.1, batch_size=8, n_epochs=50)
    np.testing.assert_allclose(fit.coef, full.coef, rtol=0, atol=1e-12)
    np.testing.assert_allclose(fit.intercept, full.intercept, rtol=0, atol=1e-12)
    np.testing.assert_allclose(fit.loss_history, full.loss_history, rtol=0, atol=1e-12)


def test_sgd_on_the_houses_takes_numpys_steps():
    X, y = houses()
    settings = {"learning_rate": 0.02, "batch_size": 32, "n_epochs": 3, "seed": 5}
    path = path_of(X, y, torch.optim.SGD, **settings)
    ours = optimizers.descend(
        *(X, y, optimizers.stochastic_gradient_descent),
        **{"learning_rate": 0.02, "batches": batches_of(len(y), 32, 3, seed=5)},
        **{"tol": 0.0, "keep_path": True},
    )
    assert path.shape == (3 * 81, 4)
    np.testing.assert_allclose(path, ours.path[1:], rtol=0, atol=1e-12)
    fit = with_torch.fit_minibatches(X, y, **settings)
    np.testing.assert_allclose(fit.loss_history, ours.loss_history[::81], rtol=0, atol=1e-12)
    np.testing.assert_array_equal([*fit.coef, fit.intercept], path[-1])


def test_adam_on_the_houses_takes_the_steps_of_its_formula():
    """Kingma and Ba's Algorithm 1, written out in NumPy."""
    X, y = houses()
    settings = {"learning_rate": 0.05, "batch_size": 100, "n_epochs": 2, "seed": 1}
    path = path_of(X, y, torch.optim.Adam, **settings)
    columns = np.column_stack([X, np.ones(len(y))])
    theta, mean, square = np.zeros(4), np.zeros(4), np.zeros(4)
    steps = enumerate(batches_of(len(y), 100, 2, seed=1), start=1)
    for (k, rows), place in zip(steps, path, strict=True):
        g = 2 / len(rows) * columns[rows].T @ (columns[rows] @ theta - y[rows])
        mean = 0.9 * mean + 0.1 * g
        square = 0.999 * square + 0.001 * g**2
        fair_mean, fair_square = mean / (1 - 0.9**k), square / (1 - 0.999**k)
        theta = theta - 0.05 * fair_mean / (np.sqrt(fair_square) + 1e-8)
        np.testing.assert_allclose(place, theta, rtol=0, atol=1e-12)


def test_an_optimizer_of_ones_own_is_taken():
    X, y = houses()
    ball = partial(torch.optim.SGD, momentum=0.9)
    settings = {"learning_rate": 0.01, "batch_size": len(y), "n_epochs": 20}
    fit = with_torch.fit_minibatches(X, y, optimizer=ball, **settings)
    ours = optimizers.descend(
        *(X, y, optimizers.heavy_ball),
        **{"learning_rate": 0.01, "momentum": 0.9, "n_steps": 20, "tol": 0.0},
    )
    np.testing.assert_allclose(fit.coef, ours.coef, rtol=0, atol=1e-12)


# ---- The order of rows


def test_an_epoch_takes_each_row_once_and_each_epoch_another_order():
    batches = batches_of(10, 4, 2, seed=0)
    assert [len(rows) for rows in batches] == [4, 4, 2] * 2
    first, second = [*chain(*batches[:3])], [*chain(*batches[3:])]
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second


def test_the_seed_decides_the_order_and_nothing_else_does():
    X, y = houses()
    settings = {"learning_rate": 0.02, "batch_size": 32, "n_epochs": 1}
    torch.manual_seed(1)
    one = with_torch.fit_minibatches(X, y, **settings, seed=3)
    torch.manual_seed(2)
    same = with_torch.fit_minibatches(X, y, **settings, seed=3)
    other = with_torch.fit_minibatches(X, y, **settings, seed=4)
    assert one.loss_history == same.loss_history
    assert one.loss_history != other.loss_history


# ---- Precision and device


@each_device
@each_precision
def test_every_fit_keeps_precision_and_device(device, dtype):
    X, y = (torch.tensor(part, dtype=dtype, device=device) for part in eight_points())
    fits = [
        with_torch.fit_gradient_descent(X, y, learning_rate=0.1, n_steps=50),
        with_torch.fit_least_squares(X, y),
        with_torch.fit_minibatches(X, y, learning_rate=0.1, batch_size=8, n_epochs=50),
    ]
    for fit in fits:
        found = [fit.coef, fit.intercept, with_torch.predict(X, fit.coef, fit.intercept)]
        found += with_torch.gradient(X, y, fit.coef, fit.intercept)
        assert {(one.dtype, one.device) for one in found} == {(dtype, X.device)}
        assert not any(one.requires_grad for one in found)
        assert fit.coef.item() == pytest.approx(1.4186, abs=1e-4)
        assert fit.intercept.item() == pytest.approx(0.3991, abs=1e-4)


@each_device
@each_precision
@pytest.mark.parametrize("what", ["twice the same", "a constant", "a sum", "nothing"])
def test_lost_rank_raises_on_every_device(device, dtype, what):
    """Where CUDA's only driver of lstsq returns numbers without a word."""
    x, z = [1.0, 2.0, 3.0, 5.0], [2.0, 0.0, 1.0, 1.0]
    last = {"twice the same": x, "a constant": [7.0] * 4, "nothing": [0.0] * 4}
    last["a sum"] = [a + b for a, b in zip(x, z, strict=True)]
    X = torch.tensor([x, z, last[what]], dtype=dtype, device=device).T
    with pytest.raises(ValueError, match="collinear"):
        with_torch.fit_least_squares(X, torch.tensor([1.0, 2, 3, 5], dtype=dtype, device=device))


def test_no_fit_calls_lstsq(monkeypatch):
    monkeypatch.setattr(torch.linalg, "lstsq", None)
    X, y = eight_points()
    assert with_torch.fit_least_squares(X, y).coef.item() == pytest.approx(1.4186, abs=1e-4)


def test_two_devices_are_named():
    """Nobody needs a second device to see what would be said."""
    elsewhere = SimpleNamespace(dtype=torch.float64, device=torch.device("cuda", 0))
    with pytest.raises(ValueError, match=r"y is on cpu but X or y is on cuda:0: move one of them"):
        with_torch.vector(torch.ones(3, dtype=torch.float64), "y", like=elsewhere)


# ---- What is refused


@pytest.mark.parametrize("n_epochs", [-1, 2.5, True, "3"])
def test_epochs_are_counted(n_epochs):
    with pytest.raises(ValueError, match="pass a whole number of epochs"):
        with_torch.fit_minibatches(
            *eight_points(), learning_rate=0.1, batch_size=4, n_epochs=n_epochs
        )


@pytest.mark.parametrize("batch_size", [0, -3, 2.5])
def test_a_batch_has_rows(batch_size):
    with pytest.raises(ValueError, match="batch_size"):
        with_torch.fit_minibatches(
            *eight_points(), learning_rate=0.1, batch_size=batch_size, n_epochs=1
        )


@pytest.mark.parametrize("batch_size", [2, 1])
def test_a_walk_that_runs_away_says_so(batch_size):
    """After the four steps of an epoch its numbers are too large, after eight there are none."""
    X, y = eight_points()
    settings = {"learning_rate": 1e40, "batch_size": batch_size, "n_epochs": 1}
    with pytest.raises(ValueError, match="lower the learning_rate"):
        with_torch.fit_minibatches(1e6 * X, y, **settings)


def test_the_callers_tensors_are_left_alone():
    X, y = (torch.tensor(part, requires_grad=True) for part in eight_points())
    with_torch.fit_minibatches(X, y, learning_rate=0.1, batch_size=3, n_epochs=2)
    assert X.grad is None
    assert y.grad is None
    assert X.tolist() == eight_points()[0].tolist()
