"""Columns made of one column, so that a linear fit can follow a curve.

``x`` has shape (n_samples,). The ones column is left to the fit: the intercept stands apart.
"""

from linreg.extras import extra
from linreg.least_squares import floats, powers, read_points

with extra("numpy"):
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = ["polynomial", "spline"]


def polynomial(x: ArrayLike, degree: int) -> np.ndarray:
    """Return the columns x, x**2, ... up to ``degree``, shape (n_samples, degree).

    Raises ``ValueError`` if ``x`` has no more different values than ``degree``, or if a power
    leaves float64's range.

    Examples
    --------
    >>> polynomial([1, 2, 3], 2).tolist()
    [[1.0, 1.0], [2.0, 4.0], [3.0, 9.0]]
    """
    x, _ = read_points(x, np.zeros(len(x)), degree)
    return powers(x, degree)[0][:, 1:]


def spline(x: ArrayLike, knots: ArrayLike) -> np.ndarray:
    """Return the columns of a natural cubic spline, shape (n_samples, n_knots - 1).

    With the ones column they span all curves that are cubic between knots, smooth to the second
    derivative, and straight beyond the first and the last knot. The first column is x, measured in
    the distance from the first knot to the last, as the others are.

    Parameters
    ----------
    x : array of shape (n_samples,)
        Where the curve is taken.
    knots : array of shape (n_knots,)
        At least three values in rising order, in units of x.

    Raises
    ------
    ValueError
        If there are fewer than three knots, or they do not rise.

    References
    ----------
    Hastie, Tibshirani and Friedman (2009), "The Elements of Statistical Learning", 2nd edition,
    Springer, equations 5.4 and 5.5.

    Examples
    --------
    >>> spline([0, 1, 2, 4], [0, 1, 2]).tolist()
    [[0.0, 0.0], [0.5, 0.125], [1.0, 0.75], [2.0, 2.25]]
    """
    knots = floats(knots, "knots")
    if knots.ndim != 1 or len(knots) < 3 or not np.all(np.diff(knots) > 0):
        raise ValueError(f"knots are {knots.tolist()}: pass at least three numbers in rising order")
    x, _ = read_points(x, np.zeros(len(x)), 0)
    width = knots[-1] - knots[0]
    t, inner = (x - knots[0]) / width, (knots[:-1] - knots[0]) / width
    cubes = np.maximum(t[:, None] - inner, 0) ** 3 - np.maximum(t - 1, 0)[:, None] ** 3
    bends = cubes / (1 - inner)
    return np.column_stack([t, bends[:, :-1] - bends[:, -1:]])
