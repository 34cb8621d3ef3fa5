"""Fits that one bad row moves less, and fits in which rows count differently.

``X`` has shape (n_samples, n_features), ``y`` shape (n_samples,); the intercept is a ones column
put last. Each fit returns a ``LinearFit`` whose ``loss_history`` holds the fit's own mean loss, not
the squared one.

Source: Huber (1964), "Robust estimation of a location parameter", The Annals of Mathematical
Statistics 35(1), 73-101; Koenker (2005), "Quantile Regression", Cambridge University Press,
chapter 6, for least absolute deviations as a linear program.
"""

import warnings

from linreg import validation
from linreg.extras import extra
from linreg.least_squares import (
    Scaled,
    lstsq,
    read_one_target,
    read_weights,
    to_unit,
    with_ones,
)
from linreg.result import LinearFit

with extra("numpy"):
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = ["huber", "least_absolute_deviations", "weighted_least_squares"]

MOST_STEPS = 1_000
ARRIVED = 1e-13  # relative change of the predictions from which on more steps change nothing
ON_THE_FIT = 1e-7  # residual over the largest target, up to which a row is taken to lie on the fit


def weighted_least_squares(
    X: ArrayLike, y: ArrayLike, weights: ArrayLike, *, fit_intercept: bool = True
) -> LinearFit:
    """Return the fit of least weighted mean of squared residuals.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        The columns, without the ones.
    y : array of shape (n_samples,)
        The targets.
    weights : array of shape (n_samples,)
        How much the square of each residual counts; 1 over the variance of a row's noise is best
        (Aitken, 1936, "On least squares and linear combination of observations", Proceedings of the
        Royal Society of Edinburgh 55, 42-48).
    fit_intercept : bool
        Whether a constant is fitted too.

    Raises
    ------
    ValueError
        If a weight is negative, or the rows that count do not fix the fit; for entries and shapes
        as ``lstsq``.

    Examples
    --------
    >>> fit = weighted_least_squares([[0], [0], [1]], [1, 4, 5], [2, 1, 1])
    >>> float(fit.coef[0].round(9)), round(fit.intercept, 9), round(fit.loss_history[0], 9)
    (3.0, 2.0, 1.5)
    """
    design, y = read_design(X, y, fit_intercept)
    weights = read_weights(weights, "weights", len(y))
    theta = weighted(design, y, weights)
    return linear_fit(theta, [weights @ (y - design @ theta) ** 2 / weights.sum()], fit_intercept)


def huber(X: ArrayLike, y: ArrayLike, *, delta: float, fit_intercept: bool = True) -> LinearFit:
    """Return the fit of least mean Huber loss, by iteratively reweighted least squares.

    Half the square of a residual e counts up to ``delta``, and ``delta * (abs(e) - delta / 2)``
    beyond: from there on a row pulls no harder however far it lies. Each step is a weighted fit
    with the weights ``min(1, delta / abs(e))`` of the residuals before it, and never raises the
    loss.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        The columns, without the ones.
    y : array of shape (n_samples,)
        The targets.
    delta : float
        Where the loss turns from a square into a line, above 0, in units of y.
    fit_intercept : bool
        Whether a constant is fitted too.

    Returns
    -------
    LinearFit
        The losses are those of the least-squares fit and after each step, in squared units of y.

    Raises
    ------
    ValueError
        If ``delta`` is not above 0, or columns are dependent; for entries and shapes as ``lstsq``.

    Warns
    -----
    RuntimeWarning
        If the steps still change the fit when they end.
    """
    design, y = read_design(X, y, fit_intercept)
    if validation.number(delta, "delta") <= 0:
        raise ValueError(f"delta is {delta!r}: pass a number above 0, in units of y")
    theta = weighted(design, y, np.ones(len(y)))
    losses = [mean_huber_loss(y - design @ theta, delta)]
    for _ in range(MOST_STEPS):
        far = np.maximum(abs(y - design @ theta), delta)
        before, theta = theta, weighted(design, y, delta / far)
        losses.append(mean_huber_loss(y - design @ theta, delta))
        if np.all(abs(design @ (theta - before)) <= ARRIVED * abs(y).max()):
            return linear_fit(theta, losses, fit_intercept)
    doubt = f"the fit still moves after {MOST_STEPS} steps: raise delta"
    warnings.warn(doubt, RuntimeWarning, stacklevel=2)
    return linear_fit(theta, losses, fit_intercept)


def least_absolute_deviations(
    X: ArrayLike, y: ArrayLike, *, fit_intercept: bool = True
) -> LinearFit:
    """Return a fit of least mean absolute residual, by linear programming.

    Such a fit goes through as many rows as it has unknowns, and is exact but for rounding. Where
    several are equally good, as a median of an even number of values is, it is one of them.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        The columns, without the ones.
    y : array of shape (n_samples,)
        The targets.
    fit_intercept : bool
        Whether a constant is fitted too.

    Returns
    -------
    LinearFit
        The one loss is in units of y.

    Raises
    ------
    ValueError
        If columns are dependent; for entries and shapes as ``lstsq``.

    Examples
    --------
    >>> fit = least_absolute_deviations([[0], [1], [2], [3], [4]], [1, 2, 3, 4, 100])
    >>> float(fit.coef[0].round(9)), round(fit.intercept, 9), fit.loss_history
    (1.0, 1.0, [19.0])
    """
    with extra("stats"):
        from scipy.optimize import linprog
    design, y = read_design(X, y, fit_intercept)
    weighted(design, y, np.ones(len(y)))  # raises where columns are dependent
    A = Scaled(design)
    right, unit = to_unit(y[:, None])
    # The dual: the largest y @ a with design.T @ a = 0 and all a from -1 to 1. Its multipliers are
    # theta. Targets up to a million make the solver's absolute tolerance small beside them.
    found = linprog(
        -np.ldexp(right[:, 0], 20), A_eq=A.rows()[0].T, b_eq=np.zeros(A.shape[1]), bounds=(-1, 1)
    )
    if not found.success:
        raise ValueError(f"the linear program was not solved: {found.message}")
    theta = -np.ldexp(found.eqlin.marginals, unit - 20 - A.exponents)
    theta = through_its_rows(design, y, theta)
    return linear_fit(theta, [mean_absolute(y - design @ theta)], fit_intercept)


def through_its_rows(design, y, theta):
    """Return theta with the last digits: solved from the rows that lie on the fit."""
    on_it = abs(y - design @ theta) <= ON_THE_FIT * abs(y).max()
    try:
        closer = weighted(design, y, on_it.astype(float))
    except ValueError:  # several fits are equally good, and this one goes through fewer rows
        return theta
    losses = [mean_absolute(y - design @ one) for one in (closer, theta)]
    return closer if losses[0] <= losses[1] else theta


# ---- What they share


def read_design(X, y, fit_intercept):
    """Return the columns, the ones last, and the targets."""
    X, y = read_one_target(X, y)
    design = with_ones(X, fit_intercept)
    validation.enough_rows(*design.shape)
    return design, y


def weighted(design, y, weights):
    """Return theta of least weighted sum of squares, or raise where rank is lost."""
    root = np.sqrt(weights)
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.RankWarning)
        try:
            return lstsq(design * root[:, None], y * root).coef
        except np.exceptions.RankWarning as lost:
            raise ValueError(str(lost)) from None


def linear_fit(theta, losses, fit_intercept):
    """Return theta as a ``LinearFit``."""
    coef, intercept = (theta[:-1], float(theta[-1])) if fit_intercept else (theta, 0.0)
    return LinearFit(coef, intercept, [float(loss) for loss in losses])


def mean_huber_loss(residuals, delta):
    """Return the mean of Huber's loss."""
    size = abs(residuals)
    near = np.minimum(size, delta)
    return (near * (size - near / 2)).mean()


def mean_absolute(residuals):
    """Return the mean absolute residual."""
    return abs(residuals).mean()
