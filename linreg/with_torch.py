"""Linear regression with tensors and autograd.

``X`` is a tensor of shape (n_samples, n_features), ``y`` one of shape (n_samples,). The loss is the
mean of the squared residuals, and its gradient is left to autograd. float32 and float64 tensors
keep their precision and their device; everything else becomes float64. Every function raises
``ValueError`` or ``TypeError``, naming the fix, for input that is empty, ragged, of unequal lengths
or not finite.
"""

from typing import Any

from linreg import validation
from linreg.extras import extra
from linreg.result import LinearFit

with extra("torch"):
    import torch
    from torch import Tensor

__all__ = ["fit_gradient_descent", "fit_least_squares", "gradient", "mean_squared_error", "predict"]


TensorLike = Tensor | Any  # or what becomes one: an array, a list of rows


def predict(X: TensorLike, coef: TensorLike, intercept: float | Tensor) -> Tensor:
    """Return the prediction for each row, in units of ``y``, shape (n_samples,)."""
    X, coef, intercept = check_columns(X, coef, intercept)
    return X @ coef + intercept


def mean_squared_error(y: TensorLike, y_hat: TensorLike) -> Tensor:
    """Return the mean of the squared residuals ``y_hat - y``, in squared units of ``y``."""
    y, y_hat = check_targets(y, y_hat)
    return torch.mean((y_hat - y) ** 2)


def gradient(
    X: TensorLike, y: TensorLike, coef: TensorLike, intercept: float | Tensor
) -> tuple[Tensor, Tensor]:
    """Return the slopes of the loss: ``d_coef``, shape (n_features,), and ``d_intercept``.

    Source: reverse-mode differentiation; Chapter 11 builds it from nothing.
    """
    X, y = check(X, y)
    X, coef, intercept = check_columns(X, coef, intercept)
    coef = coef.detach().clone().requires_grad_()
    intercept = torch.as_tensor(intercept, dtype=X.dtype, device=X.device)
    intercept = intercept.detach().clone().requires_grad_()
    with torch.enable_grad():
        loss = mean_squared_error(y, predict(X, coef, intercept))
        d_coef, d_intercept = torch.autograd.grad(loss, (coef, intercept))
    return d_coef, d_intercept


def fit_gradient_descent(
    X: TensorLike, y: TensorLike, *, learning_rate: float, n_steps: int
) -> LinearFit:
    """Walk downhill from zero and return a ``LinearFit`` with ``n_steps + 1`` losses.

    Source: Cauchy (1847), "Méthode générale pour la résolution des systèmes d'équations
    simultanées", Comptes rendus 25, 536–538.
    """
    X, y = check(X, y, learning_rate=learning_rate, n_steps=n_steps)
    coef, intercept = torch.zeros_like(X[0]), torch.zeros_like(y[0])
    loss_history = [mean_squared_error(y, predict(X, coef, intercept)).item()]
    for _ in range(n_steps):
        d_coef, d_intercept = gradient(X, y, coef, intercept)
        coef = coef - learning_rate * d_coef
        intercept = intercept - learning_rate * d_intercept
        loss_history.append(mean_squared_error(y, predict(X, coef, intercept)).item())
    return LinearFit(coef, intercept, loss_history)


def fit_least_squares(X: TensorLike, y: TensorLike, *, fit_intercept: bool = True) -> LinearFit:
    """Return the ``LinearFit`` of least loss, by orthogonal columns.

    Raises ``ValueError`` for collinear columns and for fewer rows than unknowns. Source: Golub
    (1965), "Numerical methods for solving linear least squares problems", Numerische Mathematik
    7, 206–216: Householder's QR.
    """
    X, y = check(X, y, fit_intercept=fit_intercept)
    columns = torch.column_stack([X, torch.ones_like(y)]) if fit_intercept else X
    theta = solve_columns(columns, y, n_features=X.shape[1])
    coef, intercept = (theta[:-1], theta[-1]) if fit_intercept else (theta, torch.zeros_like(y[0]))
    return LinearFit(coef, intercept, [mean_squared_error(y, predict(X, coef, intercept)).item()])


def solve_columns(columns, y, n_features):
    """Return theta, shape (n_columns,), that brings ``columns @ theta`` nearest to ``y``."""
    validation.enough_rows(*columns.shape)
    rounding = max(torch.finfo(columns.dtype).eps, 2.2e-16 * len(y) ** 0.5)
    Q, R = torch.linalg.qr(columns.double())
    limits = 10 * rounding * torch.linalg.norm(columns.double(), dim=0)
    own = abs(torch.diag(R))  # of each column, what those before it lack
    if torch.all(own > limits):  # of each column, what all others lack
        own = 1 / torch.linalg.norm(torch.linalg.inv(R), dim=1)
    if torch.any(own <= limits):
        last = int(torch.nonzero(own <= limits)[-1])
        raise validation.dependent(last, n_features)
    return torch.linalg.solve(R, Q.T @ y.double()).to(columns.dtype)


def matrix(X):
    """Return ``X`` as a floating tensor of shape (n_samples, n_features)."""
    if validation.is_checked(X):
        return X
    if hasattr(X, "__array__"):
        return _as_floats(X, "X", ndim=2)
    return torch.tensor(validation.matrix(X), dtype=torch.float64)


def vector(values, name, like=None):
    """Return ``values`` as a floating tensor of shape (n,); a list takes the kind of ``like``."""
    if validation.is_checked(values):
        return values
    if not hasattr(values, "__array__"):
        values = torch.tensor(validation.vector(values, name), dtype=torch.float64)
        values = values if like is None else values.to(like)
    tensor = _as_floats(values, name, ndim=1)
    if like is not None and tensor.dtype != like.dtype:
        raise TypeError(f"{name} is {tensor.dtype} but X or y is {like.dtype}: convert one of them")
    return tensor


def _as_floats(values, name, ndim):
    """Return a tensor of float32 or float64, or raise what is wrong with it."""
    if not isinstance(values, torch.Tensor):
        validation.not_masked(values, name)
        return torch.tensor(validation.array(values.__array__(), name, ndim))
    if values.is_complex():
        raise TypeError(f"{name} has dtype {values.dtype}: convert it, as in {name}.double()")
    exact, single = not values.is_floating_point(), values.dtype == torch.float32
    validation.within(values.detach(), name, ndim, exact=exact, single=single)
    return values if single else values.double()


check, check_columns, check_targets = validation.checks(matrix, vector)
