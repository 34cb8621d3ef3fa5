"""Least squares with a penalty on large coefficients: ridge, its path, and penalties as objects.

Everything here makes ``mean((y_hat - y)**2)`` plus a penalty small. Ridge's penalty is
``penalty * sum(coef**2)``, with λ for ``penalty``; the intercept is never penalised. scikit-learn
adds its penalty to the sum of squares, so its ``alpha`` is N λ for ``Ridge``.

``X`` has shape (n_samples, n_features), ``y`` shape (n_samples,), or (n_samples, n_targets) where
each target is fitted on its own. With weights the mean is the weighted one, so that a weight of 2
counts a row twice.

Source: Hoerl and Kennard (1970), "Ridge regression: Biased estimation for nonorthogonal problems",
Technometrics 12(1), 55-67; Hastie, Tibshirani and Friedman (2009), "The Elements of Statistical
Learning", 2nd edition, Springer, sections 3.4 and 7.10.
"""

from dataclasses import dataclass
from functools import cached_property
from math import sqrt

from linreg import validation
from linreg.extras import extra
from linreg.least_squares import EPS, floats, lstsq, read, read_weights, with_ones
from linreg.result import LinearFit

with extra("numpy"):
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = [
    *("Regularization", "RidgePath", "fit_ridge", "fit_ridge_dual", "ridge_path"),
    "soft_threshold",
]


# ---- Any penalty


def soft_threshold(values: ArrayLike, threshold: float) -> np.ndarray:
    """Return the values moved towards zero by ``threshold``, and zero where that would cross it."""
    return np.copysign(np.maximum(np.abs(values) - threshold, 0.0), values)


@dataclass(frozen=True)
class Regularization:
    """The penalty ``l1 * sum(abs(coef)) + l2 * sum(coef**2)``, as a walk needs it.

    ``Regularization()`` is none, ``Regularization(l2=0.1)`` ridge's, ``Regularization(l1=0.1)`` the
    lasso's, and with both it is the elastic net's.

    Attributes
    ----------
    l1 : float
        What a coefficient's size costs, 0 or more, in squared units of y over those of a slope.
    l2 : float
        What its square costs, 0 or more, in squared units of y over squared ones of a slope.

    Raises
    ------
    ValueError
        If one of them is negative or not finite.
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        for name in ("l1", "l2"):
            object.__setattr__(self, name, read_penalty(getattr(self, name), name))

    def value(self, coef: np.ndarray) -> float:
        """Return the penalty of coefficients, in squared units of y."""
        return float(self.l1 * np.abs(coef).sum() + self.l2 * (coef**2).sum())

    def gradient(self, coef: np.ndarray) -> np.ndarray:
        """Return the slope of the penalty, shape (n_features,): 0 of all slopes at a corner."""
        return self.l1 * np.sign(coef) + 2 * self.l2 * coef

    def proximal(self, coef: np.ndarray, step: float) -> np.ndarray:
        """Return the v that makes ``value(v) + sum((v - coef)**2) / (2 * step)`` smallest."""
        return soft_threshold(coef, step * self.l1) / (1 + 2 * step * self.l2)


# ---- Ridge at one penalty


def fit_ridge(
    X: ArrayLike,
    y: ArrayLike,
    *,
    penalty: float,
    fit_intercept: bool = True,
    weights: ArrayLike | None = None,
) -> LinearFit:
    """Return the fit of least ``mean((y_hat - y)**2) + penalty * sum(coef**2)``.

    The penalty counts as rows of its own: a slope of 0, seen with the weight N λ. So ``lstsq``
    solves it, to the last digit where the data are small. Where there are more columns than rows,
    the dual form does.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        The columns, without the ones.
    y : array of shape (n_samples,) or (n_samples, n_targets)
        The targets.
    penalty : float
        λ, above 0, in squared units of y over squared ones of a slope.
    fit_intercept : bool
        Whether a constant is fitted too.
    weights : array of shape (n_samples,), optional
        How much the square of each residual counts.

    Returns
    -------
    LinearFit
        ``coef`` has shape (n_features,) or (n_features, n_targets), ``intercept`` is a float or has
        shape (n_targets,), and the one loss is the (weighted) mean squared error, without penalty.

    Raises
    ------
    ValueError
        If ``penalty`` is not above 0, a weight is negative or all are zero; for entries and shapes
        as ``lstsq``.

    Examples
    --------
    >>> fit = fit_ridge([[1], [2], [3]], [2, 4, 6], penalty=2 / 3)
    >>> float(fit.coef[0].round(9)), round(fit.intercept, 9)
    (1.0, 2.0)
    """
    X, y = read(X, y)
    penalty = read_positive(penalty, "penalty")
    if X.shape[1] > X.shape[0]:
        return fit_ridge_dual(X, y, penalty=penalty, fit_intercept=fit_intercept, weights=weights)
    weights = read_row_weights(weights, len(y))
    root, p = np.sqrt(weights)[:, None], X.shape[1]
    prior = penalty_rows(p, fit_intercept, weights.sum() * penalty)
    design = np.vstack([with_ones(X, fit_intercept) * root, prior])
    seen = np.vstack([y.reshape(len(y), -1) * root, np.zeros((p, y[0].size))])
    theta = lstsq(design, seen).coef.reshape(-1, *y.shape[1:])
    intercept = theta[p] if fit_intercept else np.zeros(y.shape[1:])
    return linear_fit(X, y, weights, theta[:p], intercept)


def fit_ridge_dual(
    X: ArrayLike,
    y: ArrayLike,
    *,
    penalty: float,
    fit_intercept: bool = True,
    weights: ArrayLike | None = None,
) -> LinearFit:
    """Return the fit of ``fit_ridge`` by a system of as many equations as there are rows.

    The coefficients are a sum of rows, ``X.T @ a``, and ``a`` solves ``(X Xᵀ + N λ I) a = y`` for
    centred columns and targets. So 50,000 columns cost no more than a table of the rows' products.

    Parameters
    ----------
    X, y, penalty, fit_intercept, weights
        As for ``fit_ridge``.

    Returns
    -------
    LinearFit
        As that of ``fit_ridge``.

    Raises
    ------
    ValueError
        As ``fit_ridge``.

    References
    ----------
    Saunders, Gammerman and Vovk (1998), "Ridge regression learning algorithm in dual variables",
    ICML, 515-521.
    """
    penalty = read_positive(penalty, "penalty")
    X, y = read(X, y)
    weights = read_row_weights(weights, len(y))
    A, b, x_mean, y_mean = centred(X, y, weights, fit_intercept)
    coef = A.T @ np.linalg.solve(A @ A.T + penalty * np.eye(len(A)), b)
    return linear_fit(X, y, weights, coef, y_mean - x_mean @ coef)


# ---- Ridge at many penalties


@dataclass(frozen=True, eq=False)
class RidgePath:
    """Ridge fits for many penalties; ``ridge_path`` makes it.

    ``n_targets`` drops out of all shapes where y has shape (n_samples,).

    Attributes
    ----------
    penalties : array of shape (n_penalties,)
        Each λ, in the order in which they were given.
    coefs : array of shape (n_penalties, n_features, n_targets)
        The coefficients of each fit.
    intercepts : array of shape (n_penalties, n_targets)
        Their intercepts, 0 where none was fitted.
    """

    penalties: np.ndarray
    coefs: np.ndarray
    intercepts: np.ndarray
    _rows: "RowsOfPath"

    @cached_property
    def degrees_of_freedom(self) -> np.ndarray:
        """The trace of the matrix that makes predictions of targets, shape (n_penalties,).

        It falls from the rank of the columns to 0 as λ rises; an intercept counts 1 more.
        """
        return self._rows.degrees_of_freedom()

    @cached_property
    def leave_one_out(self) -> np.ndarray:
        """The mean squared error of each row's prediction without it, (n_penalties, n_targets).

        It is that of n_samples further fits, each without one row and with the same N λ, and takes
        none of them: a row's residual over 1 minus its leverage is its error. The mean is weighted.
        Where λ is 0 and the fit goes through a row whatever its target, it is NaN.

        Source: Allen (1974), "The relationship between variable selection and data augmentation
        and a method for prediction", Technometrics 16(1), 125-127.
        """
        return self._rows.leave_one_out()

    @cached_property
    def gcv(self) -> np.ndarray:
        """Generalised cross-validation: the mean leverage for each row's, (n_penalties, n_targets).

        It is the mean squared error over ``(1 - degrees_of_freedom / n_samples)**2``; rows of
        weight zero do not count. NaN where all rows are fitted exactly.

        Source: Golub, Heath and Wahba (1979), "Generalized cross-validation as a method for
        choosing a good ridge parameter", Technometrics 21(2), 215-223.
        """
        return self._rows.gcv()

    def best(self, criterion: str = "gcv") -> int:
        """Return the place in the path where a criterion, averaged over targets, is smallest.

        Raises
        ------
        ValueError
            If ``criterion`` is neither ``"gcv"`` nor ``"leave_one_out"``, or is NaN everywhere.
        """
        if criterion not in ("gcv", "leave_one_out"):
            raise ValueError(f"criterion is {criterion!r}: choose 'gcv' or 'leave_one_out'")
        values = getattr(self, criterion).reshape(len(self.penalties), -1).mean(axis=1)
        if np.isnan(values).all():
            raise ValueError(f"{criterion} is NaN for each penalty: add penalties above 0")
        return int(np.nanargmin(values))


def ridge_path(
    X: ArrayLike,
    y: ArrayLike,
    penalties: ArrayLike,
    *,
    fit_intercept: bool = True,
    weights: ArrayLike | None = None,
) -> RidgePath:
    """Return the ridge fits for many penalties, by one singular value decomposition.

    Parameters
    ----------
    X, y, fit_intercept, weights
        As for ``fit_ridge``.
    penalties : array of shape (n_penalties,)
        Each λ, 0 or more; 0 gives the least-squares fit of least length.

    Raises
    ------
    ValueError
        If a penalty is negative; otherwise as ``fit_ridge``.

    Examples
    --------
    >>> path = ridge_path([[1], [2], [3]], [2, 4, 6], [0, 2 / 3, 2])
    >>> path.coefs[:, 0].round(9).tolist(), path.degrees_of_freedom.round(9).tolist()
    ([2.0, 1.0, 0.5], [2.0, 1.5, 1.25])
    """
    X, y = read(X, y)
    weights = read_row_weights(weights, len(y))
    penalties = read_penalties(penalties, "penalties")
    A, b, x_mean, y_mean = centred(X, y, weights, fit_intercept)
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    rank = np.count_nonzero(s > EPS * max(A.shape) * s[0])
    U, s, Vt = U[:, :rank], s[:rank], Vt[:rank]
    seen = U.T @ b.reshape(len(b), -1)
    coefs = ridge_by_svd(s, Vt, seen, penalties).reshape(-1, X.shape[1], *y.shape[1:])
    rows = RowsOfPath(b, U, s, seen, penalties, weights / weights.sum(), bool(fit_intercept))
    intercepts = y_mean - np.tensordot(x_mean, coefs, (0, 1))
    return RidgePath(penalties, coefs, intercepts, rows)


def ridge_by_svd(s, Vt, seen, penalties):
    """Return the coefficients for all penalties, shape (n_penalties, n_features, n_targets).

    ``seen`` is Uᵀ y: along each direction, what least squares would take is divided by s, and ridge
    shrinks it by s² / (s² + λ).
    """
    along = seen.T * (s / (s**2 + penalties[:, None]))[:, None, :]
    return np.tensordot(along, Vt, 1).transpose(0, 2, 1)


@dataclass(frozen=True, eq=False)
class RowsOfPath:
    """The rows of a path as its decomposition has them, for what is asked about them.

    ``b`` are the centred targets, ``U`` and ``s`` of the decomposition, ``seen`` is Uᵀ b, and
    ``shares`` are the weights over their sum.
    """

    b: np.ndarray
    U: np.ndarray
    s: np.ndarray
    seen: np.ndarray
    penalties: np.ndarray
    shares: np.ndarray
    fit_intercept: bool

    @cached_property
    def lost(self):
        """Which part of the targets the penalty takes along each direction, (n_penalties, rank)."""
        return self.penalties[:, None] / (self.s**2 + self.penalties[:, None])

    @cached_property
    def outside(self):
        """What no coefficients explain: of each row's own target, (n,), and of all, (n, k)."""
        free = 1 - self.shares * self.fit_intercept - (self.U**2).sum(axis=1)
        residuals = self.b.reshape(len(self.b), -1) - self.U @ self.seen
        exact = free < 1e-12  # of such a row rounding is all that is left
        return np.where(exact, 0, free), np.where(exact[:, None], 0, residuals)

    @cached_property
    def residuals(self):
        """The residuals of all fits, times the root of the shares, (n_penalties, n, n_targets)."""
        along = self.lost[:, :, None] * self.seen
        return self.outside[1] + np.tensordot(self.U, along, (1, 1)).transpose(1, 0, 2)

    def degrees_of_freedom(self):
        """Return the trace of the hat matrix."""
        return (1 - self.lost).sum(axis=1) + self.fit_intercept

    def leave_one_out(self):
        """Return the mean of squares of each residual over 1 minus the leverage."""
        free = self.outside[0] + self.lost @ (self.U**2).T
        with np.errstate(invalid="ignore"):
            return self.mean_square(self.residuals / free[:, :, None])

    def gcv(self):
        """Return the same with the mean leverage."""
        free = 1 - self.degrees_of_freedom() / np.count_nonzero(self.shares)
        free = np.where(free > 1e-12, free, np.nan)
        return self.mean_square(self.residuals / free[:, None, None])

    def mean_square(self, errors):
        """Return the sum over rows; the shares are in the errors already."""
        return (errors**2).sum(axis=1).reshape(-1, *self.b.shape[1:])


# ---- What they share


def penalty_rows(n_features, fit_intercept, weight):
    """Return the penalty as rows of the design: each slope was seen to be 0, with some weight."""
    return np.eye(n_features, n_features + bool(fit_intercept)) * sqrt(weight)


def centred(X, y, weights, fit_intercept):
    """Return A, b and the means of X and y, so that ``sum((A @ coef - b)**2)`` is the mean loss.

    The rows are less their mean where there is an intercept, and times the root of their share of
    the weights. The first row goes first, so that a column that does not vary is zero thereafter.
    """
    shares = weights / weights.sum()
    root = np.sqrt(shares)
    means, parts = [], []
    for values in (X, y):
        first = values[0] if fit_intercept else np.zeros(values.shape[1:])
        moved = values - first
        mean = shares @ moved if fit_intercept else first
        means.append(first + mean)
        parts.append((moved - mean) * root.reshape(-1, *[1] * (values.ndim - 1)))
    return *parts, *means


def linear_fit(X, y, weights, coef, intercept):
    """Return coefficients as a ``LinearFit``, with the mean squared error."""
    loss = weights @ (X @ coef + intercept - y) ** 2 / weights.sum()
    plain = float if y.ndim == 1 else np.asarray
    return LinearFit(coef, plain(intercept), [plain(loss)])


def read_row_weights(weights, n_rows):
    """Return the weights, shape (n_samples,): ones where none were given."""
    if weights is None:
        return np.ones(n_rows)
    weights = read_weights(weights, "weights", n_rows)
    if not weights.any():
        raise ValueError("all weights are zero: give the rows that count a weight above 0")
    return weights


def read_penalties(values, name):
    """Return penalties as an array of shape (n_penalties,)."""
    values = np.atleast_1d(floats(values, name))
    if values.ndim != 1:
        raise ValueError(f"{name} has shape {values.shape}: pass one list of numbers")
    validation.not_empty(name, values)
    return np.array(
        [read_penalty(value, f"{name}[{i}]") for i, value in enumerate(values.tolist())]
    )


def read_positive(value, name):
    """Return a penalty as a float, or raise unless it is above 0."""
    if read_penalty(value, name) == 0:
        raise ValueError(f"{name} is {value!r}: pass a number above 0; without penalty, use lstsq")
    return float(value)


def read_penalty(value, name):
    """Return a penalty as a float, or raise unless it is finite and not below 0."""
    if validation.number(value, name) < 0:
        raise ValueError(f"{name} is {value!r}: pass 0 or more")
    return float(value)


def read_start(start, n_features):
    """Return the coefficients to begin at, shape (n_features,)."""
    if start is None:
        return np.zeros(n_features)
    start = floats(start, "start")
    if start.shape != (n_features,) or not np.isfinite(start).all():
        raise ValueError(f"start has shape {start.shape}: pass ({n_features},) finite numbers")
    return start.copy()
