"""Walks to the least loss: six methods, and one function that runs them.

``descend(X, y, nesterov)`` runs a method and returns a ``Descent``. A method is a generator
function: from ``X`` of shape (n_samples, n_unknowns), the ones column folded in, ``y`` of shape
(n_samples,), a start ``theta`` of shape (n_unknowns,) and settings of its own, it yields the start
and then each place of its walk, as ``(theta, residual, gradient)`` of shapes (n_unknowns,),
(n_samples,) and (n_unknowns,): a fresh array each time, the residual ``X @ theta - y``, and the
gradient of the loss. A method of your own is as welcome as those below.

The loss is the mean of the squared residuals; H = (2/N) XᵀX is its Hessian, and kappa the condition
number of ``X`` with its ones column, so that H has kappa squared; where H is singular, the ratio of
the largest to the smallest singular value that is not zero. Single precision stays; everything else
becomes float64.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from math import inf, isfinite, sqrt
from numbers import Integral, Real
from typing import Any, NamedTuple

from linreg import validation, with_numpy
from linreg.extras import extra

with extra("numpy"):
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = [
    "Descent",
    "best_settings",
    "conjugate_gradient",
    "descend",
    "gradient_descent",
    "heavy_ball",
    "nesterov",
    "shuffled_batches",
    "spectrum",
    "steepest_descent",
    "stochastic_gradient_descent",
]

# Why a walk stopped.
ARRIVED = "gradient below tolerance"
LIMIT = "step limit"
USED_UP = "no batches left"
RISEN = ", and the loss is above its start"
DIVERGED = "diverged"
LARGEST_RISE = 1e12  # of the loss, over its start or that of zero weights: more is given up


class Descent(NamedTuple):
    """A walk that has stopped: ``y_hat = X @ coef + intercept``.

    Attributes
    ----------
    coef : array of shape (n_features,)
        One weight a feature, in units of ``y`` per unit of that feature. All results are finite,
        whatever the reason for stopping.
    intercept : number
        In units of ``y``; zero where no intercept was asked for.
    loss_history : list of float
        The mean squared error, in squared units of ``y``, at the start and after each step.
    path : array of shape (n_steps + 1, n_unknowns), or None
        The places visited, the intercept last, if ``keep_path`` asked for them.
    n_steps : int
        The steps taken.
    stopped : str
        "gradient below tolerance", "step limit", "no batches left" or "diverged"; the middle two
        may add ", and the loss is above its start". A walk has diverged when its loss has risen a
        trillion times, or is no number.
    """

    coef: Any
    intercept: Any
    loss_history: list
    path: Any
    n_steps: int
    stopped: str


Walk = Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]  # (theta, residual, gradient)


def descend(
    X: ArrayLike,
    y: ArrayLike,
    method: Callable[..., Walk],
    *,
    n_steps: int = 1000,
    tol: float = 1e-8,
    start: ArrayLike | None = None,
    fit_intercept: bool = True,
    keep_path: bool = False,
    **settings: Any,
) -> Descent:
    """Run a method until its gradient is small, and return a ``Descent``.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        The rows; lists are read too.
    y : array of shape (n_samples,)
        The targets.
    method : generator function
        ``gradient_descent``, ``steepest_descent``, ``heavy_ball``, ``nesterov``,
        ``conjugate_gradient``, ``stochastic_gradient_descent``, or one of your own.
    n_steps : int
        The most steps to take.
    tol : float
        Stop where the gradient that the method yields is at most ``tol`` times as long as at the
        start. What rounding leaves of a gradient always counts as small.
    start : sequence of shape (n_unknowns,), or None
        Where to begin: the coefficients, then the intercept if there is one. None is zero, from
        where every full-batch method tends to the solution of least norm.
    fit_intercept : bool
        Whether to add a column of ones, as the last one.
    keep_path : bool
        Whether to keep every place. Without it the walk needs memory for one.
    **settings
        The method's own, by name. None at all means its ``best_settings`` for this ``X``; where it
        has any, the singular values they need cost as much as a direct solution. To give some is
        to give all that have no default.

    Returns
    -------
    Descent
        The end of the walk, its losses, and why it stopped.

    Raises
    ------
    ValueError, TypeError
        For input that is empty, ragged, of unequal lengths, not finite, or so large or small that
        squares leave the range of floats; for a method that cannot be called; and for settings
        that are missing, unknown or out of their range.
    """
    check_method(method)
    X, y = with_numpy.check(X, y, n_steps=n_steps, fit_intercept=fit_intercept)
    not_negative(tol, "tol")
    columns = with_ones(X) if fit_intercept else X
    theta = read_start(start, columns)
    settings = settings or best_settings(method, columns, fit_intercept=False)
    places = method(columns, y, theta, **settings)
    path, loss_history, stopped = run_method(columns, y, places, n_steps, tol, keep_path)
    coef, intercept = (path[-1][:-1], path[-1][-1]) if fit_intercept else (path[-1], 0.0)
    path = np.array(path) if keep_path else None
    return Descent(coef, intercept, loss_history, path, len(loss_history) - 1, stopped)


# ---- The methods


def look(X, y, theta):
    """Return the residual, shape (n_samples,), and the gradient, shape (n_unknowns,)."""
    residual = X @ theta - y
    return residual, 2 / len(y) * (X.T @ residual)


def gradient_descent(
    X: np.ndarray, y: np.ndarray, theta: np.ndarray, *, learning_rate: float
) -> Walk:
    """Step against the gradient, always at the same rate.

    The error shrinks by (kappa² − 1)/(kappa² + 1) a step at the best rate; from a rate of 2 over
    the largest eigenvalue of H on, no start but a special one converges. Source: Cauchy (1847),
    "Méthode générale pour la résolution des systèmes d'équations simultanées", Comptes rendus 25,
    536–538.
    """
    learning_rate = check_rate(learning_rate)
    while True:
        residual, gradient = look(X, y, theta)
        yield theta, residual, gradient
        theta = theta - learning_rate * gradient


def steepest_descent(X: np.ndarray, y: np.ndarray, theta: np.ndarray) -> Walk:
    """Step against the gradient, each time to the lowest place on that line.

    No settings. The loss above its least value shrinks at least by the square of (kappa² − 1)/
    (kappa² + 1) a step. Source: Cauchy (1847), as above.
    """
    while True:
        residual, gradient = look(X, y, theta)
        yield theta, residual, gradient
        change = X @ gradient  # of the predictions, for a rate of 1
        rate = len(y) / 2 * (gradient @ gradient) / (change @ change)
        theta = theta - rate * gradient


def heavy_ball(
    X: np.ndarray, y: np.ndarray, theta: np.ndarray, *, learning_rate: float, momentum: float
) -> Walk:
    """Keep a share, ``momentum``, of the last move, and add a step against the gradient.

    The error shrinks by (kappa − 1)/(kappa + 1) a step in the long run, with the best settings.
    Source: Polyak (1964), "Some methods of speeding up the convergence of iteration methods", USSR
    Computational Mathematics and Mathematical Physics 4(5), 1–17.
    """
    learning_rate, momentum = check_momentum(learning_rate, momentum)
    velocity = np.zeros_like(theta)
    while True:
        residual, gradient = look(X, y, theta)
        yield theta, residual, gradient
        velocity = momentum * velocity + gradient
        theta = theta - learning_rate * velocity


def nesterov(
    X: np.ndarray, y: np.ndarray, theta: np.ndarray, *, learning_rate: float, momentum: float
) -> Walk:
    """Move on by a share of the last move first, and take the gradient there.

    The places yielded are those where the gradient is taken, as PyTorch has it. The error shrinks
    by 1 − 1/kappa a step in the long run, with ``best_settings``. Source: Nesterov (1983), "A
    method of solving a convex programming problem with convergence rate O(1/k²)", Soviet
    Mathematics Doklady 27(2), 372–376; the constant momentum is that of Nesterov (2004),
    "Introductory Lectures on Convex Optimization", section 2.2.
    """
    learning_rate, momentum = check_momentum(learning_rate, momentum)
    ahead = theta
    while True:
        residual, gradient = look(X, y, ahead)
        yield ahead, residual, gradient
        before, theta = theta, ahead - learning_rate * gradient
        ahead = theta + momentum * (theta - before)


def conjugate_gradient(X: np.ndarray, y: np.ndarray, theta: np.ndarray) -> Walk:
    """Step to the lowest place on a line, and never spoil what earlier steps have gained.

    No settings. Without rounding it ends after at most as many steps as H has different eigenvalues
    other than zero. The residual is updated, not computed anew: with many steps, or a large kappa,
    it and the loss drift by a little rounding. H is never formed. Source: Hestenes and Stiefel
    (1952), "Methods of conjugate gradients for solving linear systems", Journal of Research of the
    National Bureau of Standards 49(6), 409–436; this form, CGLS: Björck (1996), "Numerical Methods
    for Least Squares Problems", SIAM, section 7.4.
    """
    residual, gradient = look(X, y, theta)
    direction = -gradient
    while True:
        yield theta, residual, gradient
        change = X @ direction  # of the predictions, for a rate of 1
        rate = len(y) / 2 * (gradient @ gradient) / (change @ change)
        theta, residual = theta + rate * direction, residual + rate * change
        before, gradient = gradient, 2 / len(y) * (X.T @ residual)
        direction = (gradient @ gradient) / (before @ before) * direction - gradient


def stochastic_gradient_descent(
    X: np.ndarray,
    y: np.ndarray,
    theta: np.ndarray,
    *,
    learning_rate: float,
    batches: Iterable[ArrayLike],
    decay: float = 0.0,
) -> Walk:
    """Step against the gradient of a few rows at a time, at a rate that may fall.

    ``batches`` holds the row numbers of each step: any sequence or iterator of them, such as
    ``shuffled_batches`` makes. Step k, counted from 0, has the rate ``learning_rate / (1 + decay
    k)``. What is yielded is seen with all rows, so watching costs more than walking. Source:
    Robbins and Monro (1951), "A stochastic approximation method", The Annals of Mathematical
    Statistics 22(3), 400–407.
    """
    learning_rate, batches, decay = check_batches(learning_rate, batches, decay, len(y))
    yield theta, *look(X, y, theta)
    for step, rows in enumerate(batches):
        _, gradient = look(X[rows], y[rows], theta)
        theta = theta - learning_rate / (1 + decay * step) * gradient
        yield theta, *look(X, y, theta)


def shuffled_batches(n_samples: int, batch_size: int, seed: int) -> Iterator[np.ndarray]:
    """Yield row numbers, ``batch_size`` at a time, for ever; each epoch is a fresh shuffle.

    The last batch of an epoch is smaller where ``batch_size`` does not divide ``n_samples``.
    ``seed`` is a whole number or a NumPy ``Generator``.
    """
    n_samples, batch_size = check_sizes(n_samples, batch_size)
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(n_samples)
        for first in range(0, n_samples, batch_size):
            yield order[first : first + batch_size]


# ---- The best settings


def spectrum(X: ArrayLike, *, fit_intercept: bool = True) -> np.ndarray:
    """Return the eigenvalues of H that are not zero, the largest first, shape (rank,).

    From the singular values s of ``X``, as 2 s²/N: forming XᵀX would lose half of the digits. A
    zero eigenvalue is a flat direction, along which no step moves, so that it decides nothing. An
    eigenvalue has the unit of a feature's square.
    """
    X = with_numpy.matrix(X)
    columns = with_ones(X) if fit_intercept else X
    singular_values = np.linalg.svd(columns, compute_uv=False)
    noise = max(columns.shape) * np.finfo(columns.dtype).eps * singular_values[0]
    eigenvalues = 2 / len(X) * singular_values[singular_values > noise] ** 2
    if not eigenvalues.size or eigenvalues[-1] == 0:
        raise ValueError("X is zero, or too near it: measure in a smaller unit, or drop the column")
    return eigenvalues


def best_settings(
    method: Callable[..., Walk], X: ArrayLike, *, fit_intercept: bool = True
) -> dict[str, float]:
    """Return the settings that Chapter 9 derives for a method and these columns, as a dict.

    With them ``gradient_descent`` and ``heavy_ball`` are as fast, from their worst start, as fixed
    settings can make them. ``nesterov`` gets the rate that is safe beyond quadratics, 1 over the
    largest eigenvalue, and the best momentum for it; for a quadratic alone other settings are
    faster by about a seventh: Lessard, Recht and Packard (2016), "Analysis and design of
    optimization algorithms via integral quadratic constraints", SIAM Journal on Optimization 26(1),
    57–95. Empty for a method that has no settings, or none that ``X`` decides. Source: Polyak
    (1964) and Nesterov (2004), as above.
    """
    check_method(method)
    if method not in (gradient_descent, heavy_ball, nesterov):
        return {}
    eigenvalues = spectrum(X, fit_intercept=fit_intercept)
    largest, least = float(eigenvalues[0]), float(eigenvalues[-1])
    kappa = sqrt(largest / least)
    share = (kappa - 1) / (kappa + 1)
    if method is gradient_descent:
        return {"learning_rate": 2 / (largest + least)}
    if method is heavy_ball:
        rate = 4 / (sqrt(largest) + sqrt(least)) ** 2
        return {"learning_rate": rate, "momentum": share**2}
    return {"learning_rate": 1 / largest, "momentum": share}


# ---- The walk


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def run_method(X, y, places, n_steps, tol, keep_path):
    """Walk from place to place; return the places kept, every loss, and why the walk stopped."""
    path, loss_history = [], []
    for theta, residual, gradient in islice(places or (), n_steps + 1):
        loss, slope = float(np.mean(residual**2)), float(np.linalg.norm(gradient))
        if not loss_history:
            small, high = bounds(X, y, residual, gradient, tol * slope)
        if not loss <= high:  # nor is NaN
            return path, loss_history, DIVERGED
        path = path if keep_path else []
        path.append(theta)
        loss_history.append(loss)
        if slope <= small:
            return path, loss_history, ARRIVED
    if not loss_history:
        raise ValueError("the method yields nothing: let it yield (theta, residual, gradient)")
    stopped = LIMIT if len(loss_history) == n_steps + 1 else USED_UP
    return path, loss_history, stopped + RISEN * (loss > loss_history[0])


def bounds(X, y, residual, gradient, small):
    """Return the slope that counts as none and the loss that counts as lost, from the start."""
    length = float(max(np.linalg.norm(y), np.linalg.norm(residual)))
    noise = float(np.finfo(X.dtype).eps * np.linalg.norm(X)) * length * 2 / len(y)
    high = LARGEST_RISE * length * length / len(y)
    if not isfinite(high + noise + small):
        raise ValueError(
            "the loss at the start overflows: measure in a larger unit, or start elsewhere"
        )
    for change in (gradient, X @ gradient):  # the steps that are computed divide by their squares
        square = float(change @ change)
        if not isfinite(square) or (square < np.finfo(X.dtype).tiny and change.any()):
            raise ValueError(
                f"squares of the gradient leave {X.dtype}'s range: measure X and y in other units"
                + (", or convert them to float64" if X.dtype == np.float32 else "")
            )
    return max(small, noise), high


# ---- What the methods demand


def with_ones(X):
    """Return ``X`` with a column of ones, as the last one."""
    return np.column_stack([X, np.ones_like(X[:, 0])])


def read_start(start, columns):
    """Return the first place, shape (n_unknowns,)."""
    if start is None:
        return np.zeros_like(columns[0])
    theta = with_numpy.vector(start, "start", like=columns).astype(columns.dtype)
    place = "theta, the weights and then the intercept if there is one,"
    validation.same_length(place, columns.shape[1], "start", len(theta))
    return theta


def check_method(method):
    """Raise unless a method can be called."""
    if not callable(method):
        raise TypeError(
            f"method is {method!r}: pass the function itself, uncalled, as in optimizers.nesterov"
        )


def check_rate(learning_rate):
    """Return a learning rate that is one."""
    if isinstance(learning_rate, Real) and not 0 < learning_rate < inf:
        raise ValueError(f"learning_rate is {learning_rate!r}: pass a positive number, such as 0.1")
    validation.settings(learning_rate, n_steps=0, fit_intercept=True)
    return float(learning_rate)


def check_momentum(learning_rate, momentum):
    """Return a learning rate and a momentum that are one each."""
    if isinstance(momentum, Real) and not 0 <= momentum < 1:
        raise ValueError(f"momentum is {momentum!r}: pass 0 or a share below 1, such as 0.9")
    return check_rate(learning_rate), validation.number(momentum, "momentum")


def check_batches(learning_rate, batches, decay, n_samples):
    """Return the settings of a stochastic walk; each batch is looked at when its turn comes."""
    if not hasattr(batches, "__iter__"):
        raise TypeError(
            f"batches is {batches!r}: pass batches of row numbers, as shuffled_batches makes them"
        )
    return check_rate(learning_rate), rows_of(batches, n_samples), not_negative(decay, "decay")


def rows_of(batches, n_samples):
    """Yield each batch as an array of row numbers, or raise what is wrong with it."""
    for step, batch in enumerate(batches):
        rows = np.asarray(batch)
        if rows.ndim != 1 or rows.size == 0 or rows.dtype.kind not in "iu":
            raise ValueError(f"batches[{step}] is {batch!r}: pass row numbers, such as [0, 3]")
        if rows.min() < 0 or rows.max() >= n_samples:
            raise ValueError(
                f"batches[{step}] is {batch!r}: rows are numbered 0 to {n_samples - 1}"
            )
        yield rows


def check_sizes(n_samples, batch_size):
    """Return two whole numbers of rows."""
    return whole_number(n_samples, "n_samples"), whole_number(batch_size, "batch_size")


def not_negative(value, name):
    """Return a setting as a float, or raise unless it is finite and not below 0."""
    if isinstance(value, Real) and not 0 <= value < inf:
        raise ValueError(f"{name} is {value!r}: pass a finite number, 0 or more")
    return validation.number(value, name)


def whole_number(value, name):
    """Return a number that counts something, or raise."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} is {value!r}: pass a whole number, 1 or more")
    return int(value)
