"""What the noise of the targets adds to a least-squares fit, and the covariance that it makes.

The design has shape (n, k), and theta shape (k,). All rests on the design's pseudo-inverse: a unit
more of a target adds its column to theta, and the squared lengths of its rows are the diagonal of
``inv(design.T @ design)``, which is never computed by inverting. Up to 100,000 entries it comes
from the same corrected equations as ``least_squares.lstsq`` and is right to the last digit; beyond,
it is as good as QR.

Source: White (1980), "A heteroskedasticity-consistent covariance matrix estimator and a direct test
for heteroskedasticity", Econometrica 48, 817-838; MacKinnon and White (1985), "Some
heteroskedasticity-consistent covariance matrix estimators with improved finite sample properties",
Journal of Econometrics 29, 305-325, for HC1 and HC2; Davidson and MacKinnon (1993), "Estimation and
Inference in Econometrics", Oxford University Press, for HC3; Cameron and Miller (2015), "A
practitioner's guide to cluster-robust inference", Journal of Human Resources 50, 317-372; Newey and
West (1987), "A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
covariance matrix", Econometrica 55, 703-708.
"""

import warnings
from collections.abc import Sequence
from math import sqrt
from typing import Any

from linreg import validation
from linreg.extras import extra
from linreg.least_squares import (
    EPS,
    SMALL,
    FromColumns,
    Problem,
    Scaled,
    default_tolerance,
    refined,
    relative,
    to_unit,
)

with extra("numpy"):
    import numpy as np

__all__ = ["check_covariance", "covariance_terms", "leverages", "solve", "spare"]

COVARIANCES = ("classical", "HC0", "HC1", "HC2", "HC3", "clustered", "newey-west")
FEW = 1e-6  # relative error of the fit and the pseudo-inverse, from which on `solve` warns
FITS_ITSELF = 1e-10  # a row whose leverage is this near to 1 has a residual of zero whatever its y


def solve(A: Scaled, y: np.ndarray, n_features: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return theta, y - y_hat and the transposed pseudo-inverse, shapes (k,), (n,) and (n, k).

    With ``b = y`` and ``c = 0`` the augmented equations give the fit; with ``b = 0`` and ``c`` the
    j-th column of -I their r is the j-th column of the transposed pseudo-inverse, less its sign.
    """
    n, k = A.shape
    right, unit = to_unit(y[:, None])
    b = np.hstack([right, np.zeros((n, k))])
    c = np.hstack([np.zeros((k, 1)), -np.eye(k)])
    tolerance = default_tolerance(A.shape) if A.low is None else EPS
    try:
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            if n * k <= SMALL:
                z, r, error, _ = refined(Problem(A, b, c, True), tolerance)
                doubt = relative(error, z, np.float64)
            else:
                factor = FromColumns(A, tolerance)
                r, z = factor.solve(b, c)
                doubt = EPS * factor.condition_number
    except np.linalg.LinAlgError:
        own = abs(np.diag(np.linalg.qr(A.rows()[0], mode="r")))
        raise validation.dependent(int(own.argmin()), n_features) from None
    if doubt > FEW:
        mend = "drop a column that others nearly determine, or shift x where it is a polynomial"
        warnings.warn(f"fewer than six digits are sure: {mend}", RuntimeWarning, stacklevel=4)
    theta = np.ldexp(z[:, 0], unit - A.exponents)
    return theta, np.ldexp(r[:, 0], unit), np.ldexp(-r[:, 1:], -A.exponents)


def covariance_terms(
    kind: str,
    design: np.ndarray,
    residuals: np.ndarray,
    adds: np.ndarray,
    groups: Sequence[Any] | None,
    lags: int | None,
) -> np.ndarray:
    """Return S with Sᵀ S the covariance of theta, of k columns.

    A row of ``adds`` times its residual is what its noise may have added to theta.
    """
    n, k = design.shape
    moves = adds * residuals[:, None]
    if kind == "classical":
        return adds * sqrt(residuals @ residuals / (n - k))
    if kind == "HC1":
        return moves * sqrt(n / (n - k))
    if kind in ("HC2", "HC3"):
        left = spare(leverages(np.linalg.qr(design)[0]))
        fits_itself = np.flatnonzero(np.isnan(left))
        if len(fits_itself):
            row = fits_itself[0]
            raise ValueError(f"row {row} has leverage 1, so no residual: take HC1, or drop the row")
        return moves / (np.sqrt(left) if kind == "HC2" else left)[:, None]
    if kind == "clustered":
        return group_sums(moves, groups, n, k)
    return window_sums(moves, lags) if kind == "newey-west" else moves


def group_sums(moves, groups, n, k):
    """Return what each group may have added to theta, corrected for few groups."""
    labels, places = np.unique(np.asarray(groups), return_inverse=True)
    if len(labels) < 2:
        raise ValueError("groups has one label only: clustered errors need two groups or more")
    sums = np.zeros((len(labels), k))
    np.add.at(sums, places, moves)
    return sums * sqrt(len(labels) / (len(labels) - 1) * (n - 1) / (n - k))


def window_sums(moves, lags):
    """Return the sums over all windows of lags + 1 rows, those at the ends cut off.

    The mean of their squares weighs pairs that are l rows apart by 1 - l / (lags + 1), which are
    Bartlett's weights.
    """
    n, k = moves.shape
    padded = np.vstack([np.zeros((lags, k)), moves, np.zeros((lags, k))])
    return sum(padded[j : j + n + lags] for j in range(lags + 1)) / sqrt(lags + 1)


def check_covariance(
    kind: str, groups: Sequence[Any] | None, lags: int | None, n_rows: int
) -> None:
    """Raise unless the kind of covariance is known, and has what it needs and nothing else."""
    if kind not in COVARIANCES:
        raise ValueError(f"covariance is {kind!r}: choose one of {', '.join(COVARIANCES)}")
    for needing, name, value in (("clustered", "groups", groups), ("newey-west", "lags", lags)):
        if (kind == needing) != (value is not None):
            raise ValueError(f'{name} belongs to covariance="{needing}": give both or neither')
    if groups is not None:
        validation.same_length("X", n_rows, "groups", len(groups))
        if np.ndim(groups) != 1:
            raise ValueError(f"groups has shape {np.shape(groups)}: pass one label a row")
    if lags is not None:
        validation.whole_number(lags, "lags")
        if lags >= n_rows:
            raise ValueError(f"lags is {lags}, but there are {n_rows} rows: pass fewer")


def leverages(Q: np.ndarray) -> np.ndarray:
    """Return how much of its own prediction each row is, shape (n,), from orthonormal columns."""
    return (Q**2).sum(axis=1)


def spare(leverage: np.ndarray) -> np.ndarray:
    """Return 1 - leverage, and NaN where a row fits itself."""
    left = 1 - leverage
    return np.where(left > FITS_ITSELF, left, np.nan)
