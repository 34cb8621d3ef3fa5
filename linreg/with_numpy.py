"""Linear regression with arrays.

``X`` is an array of shape (n_samples, n_features), ``y`` one of shape (n_samples,). The loss is the
mean of the squared residuals. Floating arrays keep their precision; everything else becomes
float64. Every function raises ``ValueError`` or ``TypeError``, naming the fix, for input that is
empty, ragged, of unequal lengths or not finite.
"""

from linreg import validation
from linreg.extras import extra
from linreg.result import LinearFit

with extra("numpy"):
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = ["fit_gradient_descent", "fit_least_squares", "gradient", "mean_squared_error", "predict"]


def predict(X: ArrayLike, coef: ArrayLike, intercept: float) -> np.ndarray:
    """Return the prediction for each row, in units of ``y``, shape (n_samples,)."""
    X, coef, intercept = check_columns(X, coef, intercept)
    return X @ coef + intercept


def mean_squared_error(y: ArrayLike, y_hat: ArrayLike) -> np.floating:
    """Return the mean of the squared residuals ``y_hat - y``, in squared units of ``y``."""
    y, y_hat = check_targets(y, y_hat)
    return np.mean((y_hat - y) ** 2)


def gradient(
    X: ArrayLike, y: ArrayLike, coef: ArrayLike, intercept: float
) -> tuple[np.ndarray, np.floating]:
    """Return the slopes of the loss: ``d_coef``, shape (n_features,), and ``d_intercept``.

    Source: the chain rule on the mean of squares; Chapter 3 derives it.
    """
    X, y = check(X, y)
    residual = predict(X, coef, intercept) - y
    d_coef = 2 / len(y) * (X.T @ residual)
    d_intercept = 2 / len(y) * residual.sum()
    return d_coef, d_intercept


def fit_gradient_descent(
    X: ArrayLike, y: ArrayLike, *, learning_rate: float, n_steps: int
) -> LinearFit:
    """Walk downhill from zero and return a ``LinearFit`` with ``n_steps + 1`` losses.

    Source: Cauchy (1847), "Méthode générale pour la résolution des systèmes d'équations
    simultanées", Comptes rendus 25, 536–538.
    """
    X, y = check(X, y, learning_rate=learning_rate, n_steps=n_steps)
    coef, intercept = np.zeros_like(X[0]), 0.0
    loss_history = [mean_squared_error(y, predict(X, coef, intercept))]
    for _ in range(n_steps):
        d_coef, d_intercept = gradient(X, y, coef, intercept)
        coef = coef - learning_rate * d_coef
        intercept = intercept - learning_rate * d_intercept
        loss_history.append(mean_squared_error(y, predict(X, coef, intercept)))
    return LinearFit(coef, intercept, loss_history)


def fit_least_squares(X: ArrayLike, y: ArrayLike, *, fit_intercept: bool = True) -> LinearFit:
    """Return the ``LinearFit`` of least loss, by orthogonal columns.

    Raises ``ValueError`` for collinear columns and for fewer rows than unknowns. Source: Golub
    (1965), "Numerical methods for solving linear least squares problems", Numerische Mathematik
    7, 206–216: Householder's QR.
    """
    X, y = check(X, y, fit_intercept=fit_intercept)
    columns = np.column_stack([X, np.ones_like(y)]) if fit_intercept else X
    theta = solve_columns(columns, y, n_features=X.shape[1])
    coef, intercept = (theta[:-1], theta[-1]) if fit_intercept else (theta, 0.0)
    return LinearFit(coef, intercept, [mean_squared_error(y, predict(X, coef, intercept))])


def solve_columns(columns, y, n_features):
    """Return theta, shape (n_columns,), that brings ``columns @ theta`` nearest to ``y``."""
    validation.enough_rows(*columns.shape)
    Q, R = np.linalg.qr(columns)
    rounding = max(np.finfo(R.dtype).eps, 2.2e-16 * np.sqrt(len(y)))
    limits = 10 * rounding * np.linalg.norm(columns, axis=0)
    # How much of a column those before it lack; then, how much all others lack.
    small = np.flatnonzero(abs(np.diag(R)) <= limits)[:1]
    if not len(small):
        own = 1 / np.linalg.norm(np.linalg.inv(R), axis=1)
        small = np.flatnonzero(own <= limits)[-1:]
    for j in small:
        raise validation.dependent(int(j), n_features)
    return np.linalg.solve(R, Q.T @ y)


def matrix(X):
    """Return ``X`` as a floating array of shape (n_samples, n_features)."""
    if validation.is_checked(X):
        return X
    if hasattr(X, "__array__"):
        return np.asarray(validation.array(np.asanyarray(X), "X", ndim=2))
    return np.array(validation.matrix(X))


def vector(values, name, like=None):
    """Return ``values`` as a floating array of shape (n,); a list takes the kind of ``like``."""
    if validation.is_checked(values):
        return values
    if not hasattr(values, "__array__"):
        dtype = np.float64 if like is None else like.dtype
        values = np.array(validation.vector(values, name)).astype(dtype)
    return np.asarray(validation.array(np.asanyarray(values), name, ndim=1))


check, check_columns, check_targets = validation.checks(matrix, vector)
