"""Linear regression with lists and loops.

``X`` is a list of ``n_samples`` rows of ``n_features`` numbers, ``y`` a list of ``n_samples``
numbers. The loss is the mean of the squared residuals. Every function raises ``ValueError`` or
``TypeError``, naming the fix, for input that is empty, ragged, of unequal lengths or not finite.
"""

from collections.abc import Sequence
from math import fsum, hypot, sqrt
from operator import mul

from linreg import validation
from linreg.result import LinearFit

__all__ = ["fit_gradient_descent", "fit_least_squares", "gradient", "mean_squared_error", "predict"]


Vector = Sequence[float]
Matrix = Sequence[Sequence[float]]


def dot(a, b):
    """Return the sum of the products of two equally long sequences."""
    return sum(p * q for p, q in zip(a, b))


def predict(X: Matrix, coef: Vector, intercept: float) -> list[float]:
    """Return the prediction for each row, in units of ``y``, shape (n_samples,)."""
    X, coef, intercept = check_columns(X, coef, intercept)
    return [dot(coef, row) + intercept for row in X]


def mean_squared_error(y: Vector, y_hat: Vector) -> float:
    """Return the mean of the squared residuals ``y_hat - y``, in squared units of ``y``."""
    y, y_hat = check_targets(y, y_hat)
    return sum((p - t) ** 2 for p, t in zip(y_hat, y)) / len(y)


def gradient(X: Matrix, y: Vector, coef: Vector, intercept: float) -> tuple[list[float], float]:
    """Return the slopes of the loss: ``d_coef``, shape (n_features,), and ``d_intercept``.

    Source: the chain rule on the mean of squares; Chapter 3 derives it.
    """
    X, y = check(X, y)
    residual = [p - t for p, t in zip(predict(X, coef, intercept), y)]
    d_coef = [2 / len(y) * dot(residual, column) for column in zip(*X)]
    d_intercept = 2 / len(y) * sum(residual)
    return d_coef, d_intercept


def fit_gradient_descent(X: Matrix, y: Vector, *, learning_rate: float, n_steps: int) -> LinearFit:
    """Walk downhill from zero and return a ``LinearFit`` with ``n_steps + 1`` losses.

    Source: Cauchy (1847), "Méthode générale pour la résolution des systèmes d'équations
    simultanées", Comptes rendus 25, 536–538.
    """
    X, y = check(X, y, learning_rate=learning_rate, n_steps=n_steps)
    coef, intercept = [0.0] * len(X[0]), 0.0
    loss_history = [mean_squared_error(y, predict(X, coef, intercept))]
    for _ in range(n_steps):
        d_coef, d_intercept = gradient(X, y, coef, intercept)
        coef = [w - learning_rate * d for w, d in zip(coef, d_coef)]
        intercept = intercept - learning_rate * d_intercept
        loss_history.append(mean_squared_error(y, predict(X, coef, intercept)))
    return LinearFit(coef, intercept, loss_history)


def fit_least_squares(X: Matrix, y: Vector, *, fit_intercept: bool = True) -> LinearFit:
    """Return the ``LinearFit`` of least loss, by orthogonal columns.

    Raises ``ValueError`` for collinear columns and for fewer rows than unknowns. Source: modified
    Gram–Schmidt with ``y`` as a last column; Björck (1967), "Solving linear least squares problems
    by Gram–Schmidt orthogonalization", BIT 7, 1–21.
    """
    X, y = check(X, y, fit_intercept=fit_intercept)
    columns = [*zip(*X)] + [[1.0] * len(y)] * bool(fit_intercept)
    theta = solve_columns(columns, y, n_features=len(X[0]))
    coef, intercept = (theta[:-1], theta[-1]) if fit_intercept else (theta, 0.0)
    return LinearFit(coef, intercept, [mean_squared_error(y, predict(X, coef, intercept))])


def solve_columns(columns, y, n_features):
    """Return theta, shape (n_columns,), that brings the sum of its columns nearest to ``y``."""
    n_columns = len(columns)
    validation.enough_rows(len(y), n_columns)
    limits = [10 * 2.2e-16 * sqrt(len(y)) * hypot(*column) for column in columns]
    vectors, R = [*columns, y], []  # R: the rows of a triangle, y's part last
    for j in range(n_columns):
        length = hypot(*vectors[j])  # of column j, what those before it lack
        if length <= limits[j]:
            raise validation.dependent(j, n_features)
        q = [v / length for v in vectors[j]]
        R.append([fsum(map(mul, q, v)) for v in vectors])
        vectors = [[b - c * a for a, b in zip(q, v)] for c, v in zip(R[j], vectors)]
    unit = [[float(j == k) for j in range(n_columns)] for k in range(n_columns)]
    inverse = zip(*[solve_triangle(R, column) for column in unit])
    own = [1 / hypot(*row) for row in inverse]  # of each column, what all others lack
    if small := [j for j in range(n_columns) if own[j] <= limits[j]]:
        raise validation.dependent(small[-1], n_features)
    return solve_triangle(R, [row[-1] for row in R])


def solve_triangle(R, right):
    """Return the solution of R x = right, from the last row of the triangle up."""
    x = [0.0] * len(right)
    for j in reversed(range(len(right))):
        known = sum(R[j][k] * x[k] for k in range(j + 1, len(right)))
        x[j] = (right[j] - known) / R[j][j]
    return x


check, check_columns, check_targets = validation.checks(validation.matrix, validation.vector)
