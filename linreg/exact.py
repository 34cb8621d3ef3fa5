"""Least squares in exact rational numbers: nothing is rounded, so the answer is the answer.

Slow next to floating point and limited to full column rank, but free of rounding error: the
solution that the other modules are measured against.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from operator import mul

from linreg import validation
from linreg.result import LinearFit

__all__ = ["fit_least_squares"]


Number = int | float | Decimal | Fraction | str


def fit_least_squares(
    X: Sequence[Sequence[Number]], y: Sequence[Number], *, fit_intercept: bool = True
) -> LinearFit:
    """Fit least squares exactly.

    Each column is scaled to integers, the normal equations ``XᵀX theta = Xᵀy`` are formed, and
    Bareiss's elimination solves them without leaving the integers.

    Parameters
    ----------
    X : sequence of shape (n_samples, n_features)
        Rows of numbers. An entry is an int, a float, a Decimal, a Fraction or text such as
        ``"1.25"``, ``"1e-3"`` or ``"3/7"``; a bool counts as 0 or 1, a NumPy scalar as the number
        it stores. A float stands for its binary value: ``0.1`` is slightly more than ``"0.1"``.
    y : sequence of shape (n_samples,)
        The targets, with the same choice of types.
    fit_intercept : bool
        Whether to add a column of ones, as the last one.

    Returns
    -------
    LinearFit
        ``coef`` is a list of ``n_features`` Fractions, in units of ``y`` per unit of that feature,
        and ``intercept`` a Fraction in units of ``y``. ``loss_history`` holds the mean squared
        error as one Fraction, in squared units of ``y``.

    Raises
    ------
    ValueError
        If X is empty or ragged, X and y differ in length, an entry is not a finite number, there
        are fewer rows than coefficients, or a column depends on the columns before it.
    TypeError
        If an entry is of another type (None, complex) or X is not made of rows.

    References
    ----------
    Bareiss, E. H. (1968), "Sylvester's identity and multistep integer-preserving Gaussian
    elimination", Mathematics of Computation 22(103), 565–578.

    Examples
    --------
    >>> fit_least_squares([[0], [1], [2]], ["0.1", "0.3", "0.6"])
    LinearFit(coef=[Fraction(1, 4)], intercept=Fraction(1, 12), loss_history=[Fraction(1, 1800)])
    """
    validation.settings(learning_rate=1.0, n_steps=0, fit_intercept=fit_intercept)
    X = validation.matrix(X, read=rational)
    y = validation.vector(y, "y", read=rational)
    validation.same_length("X", len(X), "y", len(y))
    columns = [*zip(*X)] + [[Fraction(1)] * len(y)] * bool(fit_intercept)
    validation.enough_rows(len(y), len(columns))
    theta, squared_error = solve_normal_equations([*columns, y], n_features=len(X[0]))
    intercept = theta.pop() if fit_intercept else Fraction(0)
    return LinearFit(theta, intercept, [squared_error / len(X)])


def solve_normal_equations(columns, n_features):
    """Return theta and the residual sum of squares; the last column is y."""
    scales = [lcm(*(value.denominator for value in column)) for column in columns]
    integers = [[int(value * scale) for value in column] for column, scale in zip(columns, scales)]
    gram = [[sum(map(mul, a, b)) for b in integers] for a in integers]  # y last
    triangle = eliminate(gram, n_features)
    *scales, y_scale = scales
    theta = [w * scale / y_scale for w, scale in zip(back_substitute(triangle), scales)]
    return theta, Fraction(triangle[-1][-1], triangle[-2][-2]) / y_scale**2


def eliminate(A, n_features):
    """Make the symmetric A upper triangular, its last column the right-hand side.

    Bareiss's step multiplies crosswise and divides by the previous pivot, and that division
    leaves no remainder. Pivot k is the determinant of the leading k + 1 rows and columns, so it
    is zero exactly when column k depends on the columns before it.
    """
    A = [list(row) for row in A]
    previous = 1
    for k in range(len(A) - 1):
        if A[k][k] == 0:
            raise validation.dependent(k, n_features)
        for i in range(k + 1, len(A)):
            for j in range(i, len(A)):  # A[k][i] is A[i][k]: A stays symmetric
                A[i][j] = (A[k][k] * A[i][j] - A[k][i] * A[k][j]) // previous
        previous = A[k][k]
    return A


def back_substitute(A):
    """Solve the triangle from the last row up; the last column is the right-hand side."""
    theta = []
    for k in reversed(range(len(A) - 1)):
        known = sum(map(mul, A[k][k + 1 : -1], theta))
        theta.insert(0, Fraction(A[k][-1] - known) / A[k][k])
    return theta


def rational(value, place):
    """Return a value as a Fraction, exactly, or raise what is wrong with it."""
    value = value.item() if hasattr(value, "item") else value  # a NumPy scalar
    if not isinstance(value, str) and not hasattr(value, "as_integer_ratio"):
        raise TypeError(
            f"{place} is {value!r}: give an int, a float, a Decimal, a Fraction or decimal text"
        )
    try:
        return Fraction(value) if isinstance(value, str) else Fraction(*value.as_integer_ratio())
    except (ValueError, OverflowError, ZeroDivisionError):  # "abc", nan; inf; "1/0"
        raise ValueError(
            f"{place} is {value!r}, not a finite number: correct it or remove its row (text is "
            "read as '1.25', '1e-3' or '3/7')"
        ) from None
