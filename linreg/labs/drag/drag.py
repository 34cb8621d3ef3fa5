"""The drag: points and a line to take hold of, and the error of each as a square."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from math import ceil, floor, isfinite, sqrt
from statistics import median
from typing import ClassVar

from traitlets import Bool, Float, List, validate

from linreg import pure_python
from linreg.labs.kit.chart import Chart, page_colour
from linreg.labs.kit.descent import best_line
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.scale import round_step
from linreg.labs.kit.text import readable, zero_if_rounding
from linreg.labs.kit.values import NARROW, LabError, finite, is_narrow, same_length

__all__ = ["Drag", "padded"]

POINTS = ((1, 1.8), (2.5, 3.6), (4, 3.4), (6, 6.4), (7, 5.7), (8.5, 8.3))
FIRST_LINE = (0.2, 5.0)  # wrong on purpose, so that there are squares to see
FEWEST, MOST = 2, 20  # points
TIE, SAME = 1e-10, 1e-7  # of losses, and of lines, as parts of the spread of y
PADS = (0.1, 0.2)  # beside the points, and above and below them, as parts of their spread
BAR, NEXT = 8, 20  # pixels: how wide a mean length is drawn, and how far beside it the least one
LEAST = "The least there is: {least}"
AXES = {"data": ("x", "y")}
ERRORS = {
    "squared": {"error": "mean squared error", "mean": "mean square"},
    "absolute": {"error": "mean absolute error", "mean": "mean length"},
}


class Drag(Lab):
    """Drag the points or the line, and watch the squared residuals and their mean.

    Parameters
    ----------
    x, y : sequence of floats of shape (n_samples,)
        The points, from 2 to 20; without any, six that lie roughly on a line.
    w, b : float
        Slope and intercept of the line; without them a wrong one, or for points of your own the
        flat line at their mean height.
    absolute : bool
        Whether a residual counts by its size, and not by its square.
    best : bool
        Whether the best line is shown.

    Raises
    ------
    LabError
        A ``ValueError`` that says what cannot be shown, and why.
    """

    x = List(Float()).tag(sync=True)
    y = List(Float()).tag(sync=True)
    w = Float(0.0).tag(sync=True)
    b = Float(0.0).tag(sync=True)
    absolute = Bool(False).tag(sync=True)
    best = Bool(False).tag(sync=True)

    title = "Drag the line"
    question = "Which line makes the mean of the squares smallest?"
    shown = ("x", "y", "w", "b", "absolute", "best")
    constants: ClassVar = {
        "STATE": shown,
        "FEWEST": FEWEST,
        "MOST": MOST,
        "NARROW": NARROW,
        "TIE": TIE,
        "SAME": SAME,
        "PADS": PADS,
        "BAR": BAR,
        "NEXT": NEXT,
        "LEAST": LEAST,
        "AXES": AXES,
        "ERRORS": ERRORS,
    }
    spoken = ("w", "b", "absolute", "best")

    def __init__(
        self,
        x: Sequence[float] | None = None,
        y: Sequence[float] | None = None,
        w: float | None = None,
        b: float | None = None,
        absolute: bool = False,
        best: bool = False,
    ) -> None:
        first = FIRST_LINE if x is None and y is None else (0.0, None)
        if x is None and y is None:
            x, y = zip(*POINTS, strict=True)
        elif x is None or y is None:
            raise LabError("x and y come together: give one y for each x")
        y = finite(y, "y")
        w = first[0] if w is None else w
        b = (sum(y) / len(y) if first[1] is None else first[1]) if b is None else b
        super().__init__(x=finite(x, "x"), y=y, w=w, b=b, absolute=absolute, best=best)

    @validate("x", "y")
    def _check_points(self, proposal):
        x, y = self.proposed(proposal, "x", "y")
        same_length(x, y)
        if len(x) < FEWEST:
            raise LabError(f"{len(x)} point is too few to compare lines: give at least {FEWEST}")
        if len(x) > MOST:
            raise LabError(f"{len(x)} points are too many to drag: give at most {MOST}")
        return finite(proposal["value"], proposal["trait"].name)

    @validate("w", "b")
    def _check_line(self, proposal):
        value, name = proposal["value"], proposal["trait"].name
        if not isfinite(value) or abs(value) > 1e9:
            raise LabError(f"{name} is {value}: give a number between -1e9 and 1e9")
        return value

    # ---- Mathematics: the same as drag.js, and tested against it

    def residuals(self, w: float | None = None, b: float | None = None) -> list[float]:
        """Return prediction minus observation at each point, shape (n_samples,), in units of y.

        For the line shown, or for another.
        """
        w, b = self.w if w is None else w, self.b if b is None else b
        return _residuals(self.x, self.y, w, b)

    def costs(self, w: float | None = None, b: float | None = None) -> list[float]:
        """Return what each point adds: its squared residual, or its size, shape (n_samples,)."""
        return [abs(r) if self.absolute else r * r for r in self.residuals(w, b)]

    def loss(self, w: float | None = None, b: float | None = None) -> float:
        """Return the mean of the costs: the mean squared or the mean absolute error."""
        costs = self.costs(w, b)
        return sum(costs) / len(costs)

    def displayed(self, loss: float) -> float:
        """Return a loss as it is displayed: 0 where nothing but rounding is left of it."""
        return zero_if_rounding(loss, self.y, 1 if self.absolute else 2)

    def shares(self) -> list[float]:
        """Return each point's part of the loss, shape (n_samples,); they sum to 1, or are all 0."""
        costs = self.costs()
        return [cost / (sum(costs) or 1.0) for cost in costs]

    def words(self) -> dict[str, str]:
        """Return what the error that is shown is called, and its mean."""
        return ERRORS["absolute" if self.absolute else "squared"]

    def is_upright(self) -> bool:
        """Return whether the points stand on one another, so that they fix no slope."""
        return is_narrow(self.x)

    def optimum(self) -> tuple[float, float, float]:
        """Return ``(w, b, loss)`` of a line of least loss, the flat one for points upright."""
        if self.is_upright():
            w, b = 0.0, median(self.y) if self.absolute else sum(self.y) / len(self.y)
        elif self.absolute:
            w, b = self.least_absolute()[0]
        else:
            w, b, _ = best_line(self.x, self.y)
        return w, b, self.loss(w, b)

    def is_unique(self) -> bool:
        """Return whether no other line has as small a loss."""
        if self.is_upright():
            return False
        return not self.absolute or len(self.least_absolute()) == 1

    def least_absolute(self) -> list[tuple[float, float]]:
        """Return the lines ``(w, b)`` through two points whose mean absolute error is least.

        Some best line passes through two points, and where several do equally well, so does every
        line between them. Source: Bloomfield and Steiger (1983), "Least Absolute Deviations".
        """
        return _least_absolute(tuple(self.x), tuple(self.y))

    # ---- The still picture

    def still(self) -> str:
        """Return the points, the line and its squares, and the mean square, with a sentence."""
        losses = self.loss(), self.optimum()[2]
        loss, least = (readable(self.displayed(value)) for value in losses)
        best = f" {LEAST.format(least=least)}, on the dashed line." if self.best else ""
        text = (
            f"{len(self.x)} points and a line of slope {readable(self.w)} and intercept "
            f"{readable(self.b)}. Its {self.words()['error']} is {loss}.{best} This picture is "
            "still; with JavaScript, or in Jupyter, you drag the points and the line."
        )
        return f'<div style="display:flex">{self.picture().svg()}</div><p>{text}</p>'

    def picture(self) -> Chart:
        """Return the points, the residuals with their squares, and the line as a ``Chart``."""
        what = "their residuals" if self.absolute else "the squares of their residuals"
        frame = (padded(values, pad) for values, pad in zip((self.x, self.y), PADS, strict=True))
        chart = _Picture(f"{len(self.x)} points, a line, and {what}", *frame, AXES["data"])
        for x, y, residual in zip(self.x, self.y, self.residuals(), strict=True):
            if not self.absolute:
                chart.square(x, y, residual, to_right=(residual > 0) == (self.w >= 0))
            chart.line([(x, y), (x, y + residual)], "residual", BAR if self.absolute else 2)
        if self.best:
            chart.straight(*self.optimum()[:2], "best", dash="7 5")
        chart.straight(self.w, self.b, "fit", width=3)
        chart.points(zip(self.x, self.y, strict=True), "data", radius=6)
        chart.mean(self.loss(), "residual", self.absolute)
        chart.name_mean(self.words()["mean"])
        if self.best:
            chart.mean(self.optimum()[2], "best", self.absolute)
        return chart


@lru_cache(maxsize=16)  # a display asks for it several times
def _least_absolute(x, y):
    lines = [line for pair in combinations(zip(x, y), 2) if (line := _join(*pair, _narrow(x)))]
    losses = [sum(map(abs, _residuals(x, y, *line))) / len(x) for line in lines]
    spread = max(y) - min(y)
    level = min(losses) + TIE * spread
    found = []
    for line, loss in zip(lines, losses, strict=True):
        if loss <= level and all(_apart(line, other, x) > SAME * spread for other in found):
            found.append(line)
    return found


def _narrow(x):
    """Return the difference up to which two values of x are one."""
    return NARROW * max(map(abs, x))


def _join(one, other, narrow):
    """Return the line ``(w, b)`` through two points, or ``None`` where it stands upright."""
    (x1, y1), (x2, y2) = one, other
    if abs(x2 - x1) <= narrow:
        return None
    w = (y2 - y1) / (x2 - x1)
    return w, y1 - w * x1


def _residuals(x, y, w, b):
    """Return prediction minus observation at each point, shape (n_samples,), in units of y."""
    y_hat = pure_python.predict([[value] for value in x], [w], b)
    return [p - t for p, t in zip(y_hat, y, strict=True)]


def _apart(one, other, x):
    """Return how far two lines are apart, at the outermost points."""
    (w, b), (v, a) = one, other
    return max(abs((w - v) * value + (b - a)) for value in (min(x), max(x)))


class _Picture(Chart):
    """A chart with squares in it, and their mean beside it, to the same scale."""

    width, height, right = 480, 270, 132

    def square(self, x: float, y: float, residual: float, to_right: bool) -> None:
        """Draw a residual's square on the side that is wanted, or else where it fits."""
        at, down = self.across(x), sorted((self.down(y), self.down(y + residual)))
        side = down[1] - down[0]
        fits = {True: at + side <= self.across(self.x[1]), False: at - side >= self.left}
        if not fits[to_right] and fits[not to_right]:
            to_right = not to_right
        self.inside.append(_rectangle(at if to_right else at - side, down[0], side, side))

    def mean(self, loss: float, role: str, absolute: bool) -> None:
        """Draw a mean square as a square of that area, or a mean length as a line of that length.

        A line of the best one's stands beside the other, so that their lengths can be compared.
        """
        size = (loss if absolute else sqrt(loss)) * (self.down(0) - self.down(1))
        left, floor_ = self.width - self.right + 20, self.height - self.bottom
        side = min(size, self.right - 22)
        if not absolute:
            self.over.append(_rectangle(left, floor_ - side, side, side, role))
            return
        at = left + BAR / 2 + NEXT * (role == "best")
        self.over.append(
            f'<path d="M{at:.1f} {floor_}V{floor_ - side:.1f}" stroke="{page_colour(role)}"'
            f' stroke-width="{BAR}"/>'
        )

    def name_mean(self, name: str) -> None:
        """Write under the mean what it is."""
        left, floor_ = self.width - self.right + 20, self.height - self.bottom
        self.over.append(f'<text x="{left}" y="{floor_ + 16}">{name}</text>')


def _rectangle(left, top, width, height, role="residual"):
    """Return a rectangle as SVG, filled, or for the best one dashed; all in pixels."""
    fill, dash = ("none", ' stroke-dasharray="5 4"') if role == "best" else (page_colour(role), "")
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
        f' fill="{fill}" fill-opacity="0.18" stroke="{page_colour(role)}"{dash}/>'
    )


def padded(values: list[float], share: float) -> tuple[float, float]:
    """Return a window ``(low, high)`` on values: a share of their spread more, ends made round."""
    low, high = min(values), max(values)
    pad = share * (high - low) or max(1.0, abs(low) / 4)
    step = round_step((high - low + 2 * pad) / 5)
    return floor((low - pad) / step) * step, ceil((high + pad) / step) * step
