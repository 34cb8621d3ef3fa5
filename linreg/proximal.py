"""Walks for a loss with a corner: a step down the mean squared error, then the penalty's own step.

The penalty's step needs no slope, which it does not have at its corner: ``Regularization.proximal``
finds the place that is low in penalty and near at once.

``X`` has shape (n_samples, n_features), ``y`` shape (n_samples,); the intercept is not penalised.
"""

from math import sqrt

from linreg import validation
from linreg.extras import extra
from linreg.least_squares import read_one_target
from linreg.penalized import Regularization, centred, read_row_weights, read_start
from linreg.result import LinearFit

with extra("numpy"):
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = ["fista", "ista"]


def ista(
    X: ArrayLike,
    y: ArrayLike,
    regularization: Regularization,
    *,
    n_steps: int,
    fit_intercept: bool = True,
    weights: ArrayLike | None = None,
    start: ArrayLike | None = None,
) -> LinearFit:
    """Walk by the gradient of the mean squared error, each step followed by the penalty's own.

    The step is the longest that never raises the loss: 1 over the largest curvature.

    Parameters
    ----------
    X, y, fit_intercept, weights, start
        As for ``fit_elastic_net``.
    regularization : Regularization
        The penalty.
    n_steps : int
        Steps to take.

    Returns
    -------
    LinearFit
        The losses are with the penalty: before the first step and after each.

    References
    ----------
    Daubechies, Defrise and De Mol (2004), "An iterative thresholding algorithm for linear inverse
    problems with a sparsity constraint", Communications on Pure and Applied Mathematics 57(11),
    1413-1457.
    """
    return proximal_walk(X, y, regularization, n_steps, fit_intercept, weights, start, fast=False)


def fista(
    X: ArrayLike,
    y: ArrayLike,
    regularization: Regularization,
    *,
    n_steps: int,
    fit_intercept: bool = True,
    weights: ArrayLike | None = None,
    start: ArrayLike | None = None,
) -> LinearFit:
    """Walk as ``ista`` does, but from a place that is ahead by some of the last move.

    The distance from the least loss falls as 1 over the square of the steps instead of 1 over
    them. Parameters and result are those of ``ista``.

    References
    ----------
    Beck and Teboulle (2009), "A fast iterative shrinkage-thresholding algorithm for linear inverse
    problems", SIAM Journal on Imaging Sciences 2(1), 183-202.
    """
    return proximal_walk(X, y, regularization, n_steps, fit_intercept, weights, start, fast=True)


def proximal_walk(X, y, regularization, n_steps, fit_intercept, weights, start, *, fast):
    """Return what ``ista`` or ``fista`` returns."""
    X, y = read_one_target(X, y)
    validation.whole_number(n_steps, "n_steps")
    A, b, x_mean, y_mean = centred(X, y, read_row_weights(weights, len(y)), fit_intercept)
    step = 1 / max(2 * np.linalg.norm(A, 2) ** 2, np.finfo(float).tiny)
    coef = ahead = read_start(start, X.shape[1])
    losses, t = [loss_of(A, b, coef, regularization)], 1.0
    for _ in range(n_steps):
        slope = 2 * (A.T @ (A @ ahead - b))
        before, coef = coef, regularization.proximal(ahead - step * slope, step)
        t_next = (1 + sqrt(1 + 4 * t**2)) / 2 if fast else 1.0
        ahead = coef + (t - 1) / t_next * (coef - before)
        t = t_next
        losses.append(loss_of(A, b, coef, regularization))
    return LinearFit(coef, float(y_mean - x_mean @ coef), losses)


def loss_of(A, b, coef, regularization):
    """Return the mean squared error and the penalty."""
    residual = b - A @ coef
    return float(residual @ residual) + regularization.value(coef)
