"""How good a model is on rows that it has not seen, and ways to find such rows.

``X`` has shape (n_samples, n_features), ``y`` and ``y_hat`` have shape (n_samples,). A *fold* is an
array of the places of rows that are held out together. A function ``learn`` takes ``(X, y)`` and
returns a function that takes new rows and returns their predictions.

Source: Stone (1974), "Cross-validatory choice and assessment of statistical predictions", Journal
of the Royal Statistical Society B 36(2), 111-133; Allen (1974), "The relationship between variable
selection and data augmentation and a method for prediction", Technometrics 16(1), 125-127, for the
residuals of rows that are left out.
"""

from collections.abc import Callable, Sequence

from linreg import validation
from linreg.diagnostics import leverage
from linreg.extras import extra
from linreg.inference import infer
from linreg.with_numpy import check, check_targets

with extra("numpy"):
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = [
    "held_out_predictions",
    "k_fold",
    "leave_one_out",
    "mean_absolute_error",
    "r_squared",
    "root_mean_squared_error",
]

Predictor = Callable[[np.ndarray], np.ndarray]
FITS_ITSELF = 1e-10  # a row with a leverage this near to 1 decides its own prediction


def root_mean_squared_error(y: ArrayLike, y_hat: ArrayLike) -> np.floating:
    """Return the root of the mean of the squared residuals, in units of ``y``."""
    y, y_hat = check_targets(y, y_hat)
    return np.sqrt(np.mean((y_hat - y) ** 2))


def mean_absolute_error(y: ArrayLike, y_hat: ArrayLike) -> np.floating:
    """Return the mean of the sizes of the residuals, in units of ``y``."""
    y, y_hat = check_targets(y, y_hat)
    return np.mean(abs(y_hat - y))


def r_squared(y: ArrayLike, y_hat: ArrayLike) -> np.floating:
    """Return the share of the loss of the mean of ``y`` that the predictions remove, no unit.

    Raises ``ValueError`` if all targets are equal, for the mean then has no loss.
    """
    y, y_hat = check_varied(y, y_hat)
    return 1 - np.sum((y_hat - y) ** 2) / np.sum((y - y.mean()) ** 2)


def k_fold(n_samples: int, n_folds: int, seed: int) -> list[np.ndarray]:
    """Return ``n_folds`` arrays of places, drawn at random, with each row in exactly one.

    The sizes differ by one at most. Raises ``ValueError`` unless there are at least two folds, and
    a row for each.
    """
    n_samples, n_folds = check_folds(n_samples, n_folds)
    order = np.random.default_rng(seed).permutation(n_samples)
    return np.array_split(order, n_folds)


def held_out_predictions(
    learn: Callable[[np.ndarray, np.ndarray], Predictor],
    X: ArrayLike,
    y: ArrayLike,
    folds: Sequence[ArrayLike],
) -> np.ndarray:
    """Return for each row the prediction of a model that was learned without its fold.

    The result has shape (n_samples,), in units of ``y``, and NaN for rows that are in no fold.
    Raises ``ValueError`` if a row is in two folds, or if a fold holds all rows.
    """
    X, y, folds = check_held_out(X, y, folds)
    y_hat = np.full(len(y), np.nan)
    for fold in folds:
        rest = np.delete(np.arange(len(y)), fold)
        predictor = learn(X[rest], y[rest])
        y_hat[fold] = predictor(X[fold])
    return y_hat


def leave_one_out(X: ArrayLike, y: ArrayLike) -> np.ndarray:
    """Return each row's residual under the fit of all other rows, without fitting again.

    This is ``y_hat - y``, shape (n_samples,), in units of ``y``: the residual of the fit of all
    rows, intercept included, over one minus the leverage. Raises ``ValueError`` for dependent
    columns, and for a row without which they would be dependent.
    """
    X, y = check_left_out(X, y)
    Q, _ = np.linalg.qr(np.column_stack([X, np.ones(len(y))]))
    residual = Q @ (Q.T @ y) - y
    leverage = np.sum(Q**2, axis=1)
    return residual / (1 - leverage)


def check_varied(y, y_hat):
    """Return targets and predictions as arrays, and raise if the targets are all equal."""
    y, y_hat = check_targets(y, y_hat)
    if np.all(y == y[0]):
        raise ValueError(
            f"all targets are {y[0]:g}: the mean has no loss to compare with, so take more rows"
        )
    return y, y_hat


def check_folds(n_samples, n_folds):
    """Return the two counts, and raise if so many rows cannot make so many folds."""
    validation.whole_number(n_samples, "n_samples")
    validation.whole_number(n_folds, "n_folds")
    if not 2 <= n_folds <= n_samples:
        raise ValueError(
            f"n_folds is {n_folds}: pass from 2 to {n_samples}, which is the number of rows"
        )
    return n_samples, n_folds


def check_held_out(X, y, folds):
    """Return arrays, and raise if a row is in two folds or a fold leaves nothing to learn from."""
    X, y = check(X, y)
    folds = [np.asarray(fold) for fold in folds]
    counts = np.bincount(np.concatenate(folds), minlength=len(y))
    validation.same_length("y", len(y), "the rows of the folds", len(counts))
    for row in np.flatnonzero(counts > 1)[:1]:
        raise ValueError(f"row {row} is in {counts[row]} folds: put each row into one")
    if max(map(len, folds)) == len(y):
        raise ValueError("a fold has all rows, and leaves none to learn from: pass smaller folds")
    return X, y, folds


def check_left_out(X, y):
    """Return arrays, and raise if the columns of some row's others are dependent."""
    X, y = check(X, y)
    for row in np.flatnonzero(leverage(infer(X, y)) > 1 - FITS_ITSELF)[:1]:
        raise ValueError(
            f"row {row} has leverage 1: without it the columns are dependent, so the others cannot "
            "predict it. Drop the column that this row alone has"
        )
    return X, y
