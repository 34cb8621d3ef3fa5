"""Gradient descent on a line: what the labs share that walk down to one best line."""

from functools import lru_cache
from math import hypot
from typing import ClassVar

from traitlets import Float, List, validate

from linreg import pure_python
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.values import LabError, finite, is_narrow, same_length

__all__ = ["LARGEST_RATE", "SMALLEST_RATE", "DescentLab", "best_line", "threshold"]

SMALLEST_RATE, LARGEST_RATE = 0.001, 1.0  # the ends of a slider for the learning rate


class DescentLab(Lab):
    """A lab whose points and learning rate make gradient descent go down to one best line."""

    _esm = _css = ""  # a subclass has a picture, this has none
    constants: ClassVar = {"RATES": (SMALLEST_RATE, LARGEST_RATE)}

    x = List(Float()).tag(sync=True)
    y = List(Float()).tag(sync=True)
    learning_rate = Float(0.1).tag(sync=True)

    without_spread = ""  # what to do where every x is the same

    @validate("x", "y")
    def _check_points(self, proposal):
        x, y = self.proposed(proposal, "x", "y")
        same_length(x, y)
        if max(x) == min(x):
            raise LabError(f"every x is {x[0]}: {self.without_spread}")
        if is_narrow(x):
            raise LabError(
                f"every x is {x[0]} or so near to it that rounding hides the difference: subtract "
                "their mean from x, or give values that lie farther apart"
            )
        return finite(proposal["value"], proposal["trait"].name)

    @validate("learning_rate")
    def _check_rate(self, proposal):
        rate = proposal["value"]
        if not SMALLEST_RATE <= rate <= LARGEST_RATE:
            raise LabError(
                f"learning_rate is {rate}, outside the slider's range: choose between "
                f"{SMALLEST_RATE} and {LARGEST_RATE:g}"
            )
        return rate


def best_line(x: list[float], y: list[float]) -> tuple[float, float, float]:
    """Return ``(w, b, loss)`` of the line of least mean squared error, x and y (n_samples,)."""
    return _solved(tuple(x), tuple(y))


@lru_cache(maxsize=64)  # a display asks for the best line once a stop of each path
def _solved(x, y):
    fit = pure_python.fit_least_squares([[value] for value in x], list(y))
    return fit.coef[0], fit.intercept, fit.loss_history[0]


def threshold(x: list[float]) -> float:
    """Return the learning rate from which on descent on a line no longer closes in, 2/λmax.

    λmax is the larger eigenvalue of the Hessian 2 [[mean x², mean x], [mean x, 1]].
    """
    mean = sum(x) / len(x)
    square = sum(value * value for value in x) / len(x)
    return 2 / (square + 1 + hypot(square - 1, 2 * mean))
