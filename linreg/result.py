"""What every fit returns."""

from typing import Any, NamedTuple


class LinearFit(NamedTuple):
    """A fitted line, plane or hyperplane: ``y_hat = X @ coef + intercept``.

    Attributes
    ----------
    coef : sequence of shape (n_features,)
        One weight a feature, in units of ``y`` per unit of that feature. A list, an array or a
        tensor, as the backend has it.
    intercept : number
        The prediction where every feature is zero, in units of ``y``. Zero where no intercept
        was asked for.
    loss_history : list of numbers
        The mean squared error, in squared units of ``y``: before the first step and after each
        one for an iterative fit (``n_steps + 1`` entries), one entry for a direct fit.
    """

    coef: Any
    intercept: Any
    loss_history: list
