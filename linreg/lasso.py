"""Lasso and elastic net: penalties with a corner at zero, which set coefficients to exactly zero.

The fit makes ``mean((y_hat - y)**2) + l1 * sum(abs(coef)) + l2 * sum(coef**2)`` smallest; the
intercept is not penalised. The lasso has ``l2 = 0``. scikit-learn halves the mean and takes two
other numbers: ``l1 = 2 * alpha * l1_ratio`` and ``l2 = alpha * (1 - l1_ratio)``, so that its
``Lasso`` has ``l1 = 2 * alpha``.

``X`` has shape (n_samples, n_features), ``y`` shape (n_samples,). All work is done on centred
columns, as rows of one table of shape (n_features, n_samples), whose squares add up to the mean.

A fit knows how good it is. Any vector u with ``abs(2 * columns @ u) <= l1`` gives a number that no
loss can fall below, and the residuals, shortened until they are such a vector, give a good one. The
loss less that number is the duality gap: at most so much is left to gain.

Numba, which the extra ``fast`` brings, compiles the sweeps of large problems. Without it the same
source runs as it is.

Source: Tibshirani (1996), "Regression shrinkage and selection via the lasso", Journal of the Royal
Statistical Society B 58(1), 267-288; Zou and Hastie (2005), "Regularization and variable selection
via the elastic net", B 67(2), 301-320; Friedman, Hastie and Tibshirani (2010), "Regularization
paths for generalized linear models via coordinate descent", Journal of Statistical Software 33(1).
"""

import warnings
from functools import cache
from math import copysign
from typing import NamedTuple

from linreg import validation
from linreg.extras import extra
from linreg.least_squares import EPS, read_one_target
from linreg.penalized import (
    centred,
    read_penalties,
    read_penalty,
    read_row_weights,
    read_start,
)

with extra("numpy"):
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = [
    *("PenalizedFit", "PenalizedPath", "elastic_net_path", "fit_elastic_net", "fit_lasso"),
    *("largest_penalty", "lasso_path"),
]

TOLERANCE = 1e-10  # of the gap, over the mean square of the centred targets
MOST_SWEEPS = 10_000
WORTH_COMPILING = 100_000  # entries of X from which on a compiler's start is soon made up for
FEW = 10  # columns that are swept over at least
LEAST_SQUARE = 1e-280  # of a column that is not zero
NUDGE = 1e-12  # what a jump adds to each square, over it


class PenalizedFit(NamedTuple):
    """A fit with a penalty, and how far from the best one it may be.

    Attributes
    ----------
    coef : array of shape (n_features,)
        The coefficients, many of them exactly zero, in units of y per unit of their column.
    intercept : float
        In units of y; 0.0 where none was fitted.
    duality_gap : float
        How much lower the loss with its penalty could be at most, in squared units of y.
    n_iterations : int
        The sweeps over columns that it took.
    """

    coef: np.ndarray
    intercept: float
    duality_gap: float
    n_iterations: int


class PenalizedPath(NamedTuple):
    """Fits with many penalties, in the order in which these were given.

    Attributes
    ----------
    l1s, l2s : array of shape (n_penalties,)
        The penalties of each fit.
    coefs : array of shape (n_penalties, n_features)
        The coefficients of each fit.
    intercepts, duality_gaps, n_iterations : array of shape (n_penalties,)
        As those of a ``PenalizedFit``.
    """

    l1s: np.ndarray
    l2s: np.ndarray
    coefs: np.ndarray
    intercepts: np.ndarray
    duality_gaps: np.ndarray
    n_iterations: np.ndarray


def fit_lasso(
    X: ArrayLike,
    y: ArrayLike,
    *,
    penalty: float,
    fit_intercept: bool = True,
    weights: ArrayLike | None = None,
    start: ArrayLike | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = MOST_SWEEPS,
) -> PenalizedFit:
    """Return the fit of least ``mean((y_hat - y)**2) + penalty * sum(abs(coef))``.

    It is ``fit_elastic_net`` with ``l1=penalty`` and ``l2=0``; scikit-learn's ``alpha`` is half of
    ``penalty``.

    Examples
    --------
    >>> fit = fit_lasso([[-1, 1], [1, 1], [-1, -1], [1, -1]], [-1, 5, -5, 1], penalty=4)
    >>> fit.coef.tolist(), fit.intercept
    ([1.0, 0.0], 0.0)
    """
    l1 = read_penalty(penalty, "penalty")
    return first(
        warned(*path_of(X, y, fit_intercept, weights, l1, 0.0, start, tolerance, max_iterations))
    )


def fit_elastic_net(
    X: ArrayLike,
    y: ArrayLike,
    *,
    l1: float,
    l2: float = 0.0,
    fit_intercept: bool = True,
    weights: ArrayLike | None = None,
    start: ArrayLike | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = MOST_SWEEPS,
) -> PenalizedFit:
    """Return the fit of least mean squared error with the penalty of ``Regularization(l1, l2)``.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        The columns, without the ones.
    y : array of shape (n_samples,)
        The targets.
    l1, l2 : float
        What the sizes and the squares of coefficients cost, 0 or more, not both 0.
    fit_intercept : bool
        Whether a constant is fitted too.
    weights : array of shape (n_samples,), optional
        How much the square of each residual counts; a weight of 2 counts a row twice.
    start : array of shape (n_features,), optional
        The coefficients to begin at, such as those for a penalty nearby.
    tolerance : float
        The gap at which to stop, over the (weighted) mean square of y about its mean, or about 0
        without an intercept. With 0 the fit stops where rounding lets no coefficient move.
    max_iterations : int
        The most sweeps over columns.

    Raises
    ------
    ValueError
        If a penalty or the tolerance is negative, both penalties are 0, or a weight is negative;
        for entries and shapes as ``lstsq``.

    Warns
    -----
    RuntimeWarning
        If the gap is still larger than asked for when the sweeps end.
    """
    l1 = read_penalty(l1, "l1")
    return first(
        warned(*path_of(X, y, fit_intercept, weights, l1, l2, start, tolerance, max_iterations))
    )


def lasso_path(
    X: ArrayLike,
    y: ArrayLike,
    penalties: ArrayLike,
    *,
    fit_intercept: bool = True,
    weights: ArrayLike | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = MOST_SWEEPS,
) -> PenalizedPath:
    """Return the lasso fits for many penalties: ``elastic_net_path`` with ``l2=0``."""
    return warned(
        *path_of(X, y, fit_intercept, weights, penalties, 0.0, None, tolerance, max_iterations)
    )


def elastic_net_path(
    X: ArrayLike,
    y: ArrayLike,
    *,
    l1s: ArrayLike,
    l2: ArrayLike = 0.0,
    fit_intercept: bool = True,
    weights: ArrayLike | None = None,
    start: ArrayLike | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = MOST_SWEEPS,
) -> PenalizedPath:
    """Return the fits for many penalties, each begun at the coefficients of the one before.

    Parameters
    ----------
    X, y, fit_intercept, weights, start, tolerance, max_iterations
        As for ``fit_elastic_net``; the most sweeps are those of one fit.
    l1s : array of shape (n_penalties,)
        Each ``l1``. From large to small is quickest, such as
        ``largest_penalty(X, y) * np.geomspace(1, 0.01, 100)``.
    l2 : float or array of shape (n_penalties,)
        One for all, or one for each.

    Raises
    ------
    ValueError
        As ``fit_elastic_net``, and if ``l2`` has another length than ``l1s``.

    Warns
    -----
    RuntimeWarning
        As ``fit_elastic_net``.
    """
    return warned(*path_of(X, y, fit_intercept, weights, l1s, l2, start, tolerance, max_iterations))


def path_of(X, y, fit_intercept, weights, l1s, l2, start, tolerance, most):
    """Return the path, the gap that was asked for, and the most sweeps that a fit may take."""
    X, y = read_one_target(X, y)
    l1s, l2s = read_pairs(l1s, l2)
    validation.whole_number(most, "max_iterations")
    weights = read_row_weights(weights, len(y))
    A, b, x_mean, y_mean = centred(X, y, weights, fit_intercept)
    goal = read_penalty(tolerance, "tolerance") * (b @ b)
    descent = CoordinateDescent(A, b, read_start(start, X.shape[1]))
    fits = []
    for l1, l2 in zip(l1s.tolist(), l2s.tolist()):
        gap, n_sweeps = descent.descend(l1, l2, goal, most)
        fits.append((descent.coef, y_mean - x_mean @ descent.coef, gap, n_sweeps))
    return PenalizedPath(l1s, l2s, *map(np.array, zip(*fits))), goal, most


def warned(path, goal, most):
    """Return the path, and warn the user where sweeps ended before the gap was small enough."""
    gaps = path.duality_gaps[(path.duality_gaps > goal) & (path.n_iterations >= most)]
    if len(gaps):
        doubt = (
            f"after {most} sweeps the duality gap is {gaps.max():.1e}, more than {goal:.1e}: raise "
            "max_iterations or tolerance, or bring the columns to one scale"
        )
        warnings.warn(doubt, RuntimeWarning, stacklevel=3)
    return path


def first(path):
    """Return the first fit of a path."""
    coef, intercept, gap, n_sweeps = (values[0] for values in path[2:])
    return PenalizedFit(coef, float(intercept), float(gap), int(n_sweeps))


def largest_penalty(
    X: ArrayLike,
    y: ArrayLike,
    *,
    fit_intercept: bool = True,
    weights: ArrayLike | None = None,
) -> float:
    """Return the least ``l1`` at which all coefficients are zero, in units of X times those of y.

    It is the largest slope of the mean squared error at zero, whatever ``l2`` is.
    """
    X, y = read_one_target(X, y)
    A, b, _, _ = centred(X, y, read_row_weights(weights, len(y)), fit_intercept)
    return float(2 * abs(b @ A).max())


# ---- Coordinate descent


def sweep(columns, squares, residual, coef, l1, l2):
    """Bring each coefficient in turn to its best value, the others being as they are.

    ``columns`` has shape (n_features, n_samples) and ``squares`` holds the sum of squares of each;
    ``residual`` is what the coefficients leave of the targets. Both it and ``coef`` are changed.
    Returns how far the predictions have moved for the coefficient that moved them most.
    """
    farthest = 0.0
    for j in range(len(coef)):
        pull = columns[j] @ residual + squares[j] * coef[j]
        excess = abs(pull) - l1 / 2
        best = copysign(excess / (squares[j] + l2), pull) if excess > 0 else 0.0
        if best != coef[j]:
            residual -= (best - coef[j]) * columns[j]
            farthest = max(farthest, abs(best - coef[j]) * squares[j] ** 0.5)
            coef[j] = best
    return farthest


@cache
def compiled_sweep():
    """Return ``sweep`` compiled, or as it is where the compiler is not installed."""
    try:
        from numba import njit
    except ImportError:
        return sweep
    return njit(sweep)


def duality_gap(residual, slopes, coef, l1, l2):
    """Return how much lower the loss with its penalty could be at most.

    ``slopes`` are ``columns @ residual``. All terms of the sum are 0 or more, so that rounding
    leaves even a tiny gap its digits. With ``l1 = 0`` it is the gap of ridge.
    """
    pull = slopes - l2 * coef
    if l1 == 0:
        return pull @ pull / l2
    steepest = abs(pull).max()
    short = min(1.0, l1 / 2 / steepest) if steepest > 0 else 1.0
    size = residual @ residual + l2 * (coef @ coef)
    return (1 - short) ** 2 * size + (l1 * abs(coef) - 2 * short * pull * coef).sum()


def jump(columns, residual, coef, l1, l2):
    """Return where the coefficients end if none changes its sign, or as far as the first may go.

    With the signs known the loss is a parabola, and its lowest point solves a linear system. A
    coefficient that would cross zero stops there, and the others with it. Where columns depend on
    each other, the little that is added to the diagonal lets the step run that far.
    """
    on = np.flatnonzero(coef)
    A, w = columns[on], coef[on]
    gram = A @ A.T + l2 * np.eye(len(on))
    gram.flat[:: len(on) + 1] *= 1 + NUDGE
    step = np.linalg.solve(gram, A @ residual - l2 * w - l1 / 2 * np.sign(w))
    crossing = np.flatnonzero((w + step) * w < 0)
    shares = -w[crossing] / step[crossing]
    share = min(shares, default=1.0)
    there = coef.copy()
    there[on] = w + share * step
    there[on[crossing[shares == share]]] = 0.0
    return there


class CoordinateDescent:
    """A walk by sweeps over few columns at a time, which goes on where it stands.

    Sweeps go over a working set: the columns whose coefficients are not zero, and up to as many of
    those whose slopes pull the most. Once these are done, all columns are looked at again.

    Attributes
    ----------
    coef : array of shape (n_features,)
        Where it stands.
    """

    def __init__(self, A, b, coef):
        self.columns, self.b, self.coef = np.ascontiguousarray(A.T), b, coef
        with np.errstate(over="ignore"):
            self.squares = np.einsum("ij,ij->i", self.columns, self.columns)
        if not np.isfinite([*self.squares, b @ b]).all():
            raise ValueError("X or y is so large that squares overflow: measure in a larger unit")
        if (self.columns.any(axis=1) & (self.squares < LEAST_SQUARE)).any():
            raise ValueError(
                "a column of X is so small that squares vanish: measure in a smaller unit"
            )
        self.still = EPS * np.sqrt(len(b) * (b @ b))  # smaller moves are of rounding alone
        compiled = A.size >= WORTH_COMPILING and compiled_sweep() is not sweep
        self.sweep, self.sweeps_a_look = (compiled_sweep(), 20) if compiled else (sweep, 5)
        self.look()

    def look(self):
        """Take the residuals anew, and the slopes of all columns."""
        on = np.flatnonzero(self.coef)
        self.residual = self.b - self.coef[on] @ self.columns[on]
        self.slopes = self.columns @ self.residual

    def descend(self, l1, l2, goal, most):
        """Walk until the gap is ``goal`` at most; return the gap and how many sweeps it took."""
        taken, at_rest = 0, False
        while True:
            gap = duality_gap(self.residual, self.slopes, self.coef, l1, l2)
            if gap <= goal or taken >= most or at_rest:
                return gap, taken
            chosen = self.working_set(l1, l2)
            moved, n_sweeps = self.sweep_over(chosen, l1, l2, goal, most - taken)
            taken += n_sweeps
            self.look()
            outside = np.delete(self.slopes, chosen)
            at_rest = moved <= self.still and not (abs(outside) > l1 / 2 * (1 + 1e-12)).any()

    def working_set(self, l1, l2):
        """Return the places of the columns that the next sweeps go over."""
        on = self.coef != 0
        pull = np.where(on, np.inf, abs(self.slopes))
        size = min(max(FEW, 2 * np.count_nonzero(on)), len(pull))
        strongest = np.argpartition(-pull, size - 1)[:size]
        return np.sort(strongest[pull[strongest] > 0.9 * l1 / 2])

    def sweep_over(self, chosen, l1, l2, goal, most):
        """Sweep over some columns until theirs is a gap of a third of the goal, or nothing moves.

        Returns how far the last sweep moved the predictions, and the number of sweeps.
        """
        columns, squares, coef = self.columns[chosen], self.squares[chosen], self.coef[chosen]
        residual, gap, moved, taken = self.residual, np.inf, np.inf, 0
        while gap > goal / 3 and moved > self.still and taken < most:
            for _ in range(min(self.sweeps_a_look, most - taken)):
                moved = self.sweep(columns, squares, residual, coef, l1, l2)
                taken += 1
            gap = duality_gap(residual, columns @ residual, coef, l1, l2)
            if gap > goal / 3:
                coef = jump(columns, residual, coef, l1, l2)
                residual = self.b - coef @ columns
                gap = duality_gap(residual, columns @ residual, coef, l1, l2)
        self.coef = self.coef.copy()
        self.coef[chosen] = coef
        return moved, taken


# ---- Reading


def read_pairs(l1s, l2):
    """Return as many l2 as l1, each shape (n_penalties,), or raise what is wrong with them."""
    l1s, l2s = read_penalties(l1s, "l1s"), read_penalties(l2, "l2")
    if len(l2s) == 1:
        l2s = np.repeat(l2s, len(l1s))
    validation.same_length("l1s", len(l1s), "l2", len(l2s))
    if (l1s + l2s == 0).any():
        raise ValueError("l1 and l2 are both 0: pass one above 0; without penalty, use lstsq")
    return l1s, l2s
