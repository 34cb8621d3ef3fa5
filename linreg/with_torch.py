"""Linear regression with tensors and autograd.

``X`` is a tensor of shape (n_samples, n_features), ``y`` one of shape (n_samples,). The loss is the
mean of the squared residuals, and its gradient is left to autograd. float32 and float64 tensors
keep their precision; everything else becomes float64. All work is done on the device on which the
tensors are. Every function raises ``ValueError`` or ``TypeError``, naming the fix, for input that
is empty, ragged, of unequal lengths or not finite, or on two devices.

The first five names are those of all backends; ``fit_minibatches`` is the walk as PyTorch's users
write it.
"""

from collections.abc import Callable
from typing import Any

from linreg import validation
from linreg.extras import extra
from linreg.result import LinearFit

with extra("torch"):
    import torch
    from torch import Tensor, nn
    from torch.utils.data import DataLoader, TensorDataset

__all__ = ["fit_gradient_descent", "fit_least_squares", "gradient", "mean_squared_error", "predict"]
__all__ += ["fit_minibatches"]


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

    Raises ``ValueError`` for collinear columns and for fewer rows than unknowns, on every device;
    ``torch.linalg.lstsq`` has a driver on CUDA that takes full rank for granted. Source: Golub
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
    # How much of a column those before it lack; then, how much all others lack.
    small = torch.nonzero(abs(torch.diag(R)) <= limits)[:1]
    if not len(small):
        own = 1 / torch.linalg.norm(torch.linalg.inv(R), dim=1)
        small = torch.nonzero(own <= limits)[-1:]
    for j in small:
        raise validation.dependent(int(j), n_features)
    return torch.linalg.solve(R, Q.T @ y.double()).to(columns.dtype)


def fit_minibatches(
    X: TensorLike,
    y: TensorLike,
    *,
    learning_rate: float,
    batch_size: int,
    n_epochs: int,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.SGD,
    seed: int = 0,
) -> LinearFit:
    """Walk from zero, a few rows a step, and return a ``LinearFit`` with ``n_epochs + 1`` losses.

    ``optimizer(parameters, lr=learning_rate)`` makes what takes the steps: a class of
    ``torch.optim`` or a function of your own. Each epoch goes through all rows, in batches of
    ``batch_size`` (the last one may be smaller), in an order that ``seed`` decides, the same on
    every device. The losses are those of all rows, at the start and after each epoch. Scale the
    columns of ``X`` before; a walk that leaves the range of floats raises ``ValueError``. Source:
    Robbins and Monro (1951), "A stochastic approximation method", The Annals of Mathematical
    Statistics 22(3), 400–407.
    """
    X, y = check_training(X, y, learning_rate, n_epochs)
    model, loss_function = model_at_zero(X), nn.MSELoss()
    stepper = optimizer(model.parameters(), lr=learning_rate)
    loader = shuffled_loader(X, y, batch_size, seed)
    loss_history = [mean_squared_error(y, predict(X, *line_of(model))).item()]
    for _ in range(n_epochs):
        for X_batch, y_batch in loader:
            stepper.zero_grad()
            loss = loss_function(model(X_batch)[:, 0], y_batch)
            loss.backward()
            stepper.step()
        loss_history.append(mean_squared_error(y, predict(X, *line_of(model))).item())
    return LinearFit(*line_of(model), loss_history)


def model_at_zero(X):
    """Return a linear model for the columns of ``X``, on its device, with all parameters 0."""
    model = nn.Linear(X.shape[1], 1, dtype=X.dtype, device=X.device)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    return model


def shuffled_loader(X, y, batch_size, seed):
    """Return what gives batches of rows and targets, shuffled anew for each epoch."""
    order = torch.Generator().manual_seed(seed)
    return DataLoader(TensorDataset(X, y), batch_size, shuffle=True, generator=order)


def line_of(model):
    """Return a model's coefficients, shape (n_features,), and its intercept, without a graph."""
    model = check_finite(model)
    return model.weight[0].detach(), model.bias[0].detach()


def check_finite(model):
    """Return a model whose parameters are numbers, or raise."""
    if not all(torch.all(torch.isfinite(one)) for one in model.parameters()):
        raise ValueError("the walk has left the range of floats: lower the learning_rate")
    return model


def check_training(X, y, learning_rate, n_epochs):
    """Return rows and targets that no graph holds, or raise what is wrong with a setting."""
    validation.whole_number(n_epochs, "n_epochs")
    X, y = check(X, y, learning_rate=learning_rate)
    return X.detach(), y.detach()


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
    if like is not None and tensor.device != like.device:
        raise ValueError(
            f"{name} is on {tensor.device} but X or y is on {like.device}: move one of them, as in "
            f"{name}.to(X.device)"
        )
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
