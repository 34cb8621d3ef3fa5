"""The slope: two points on the curve of the loss, the line through them, and the tangent."""

from collections.abc import Sequence
from typing import ClassVar

from traitlets import Bool, Float, validate

from linreg import pure_python
from linreg.labs.kit.chart import Chart
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.text import readable
from linreg.labs.kit.values import within

__all__ = ["Slope"]

X, Y = (1.0, 2.0, 3.0), (2.0, 4.0, 6.0)  # the three points of Chapter 3; b is 0
PLACES = (0.0, 3.0)  # where w may stand
STEPS = (0.001, 1.0)  # how small and how large h may be
NEAR = 0.1  # the h from which on the two points nearly meet
TOUCHING = 0.01  # the h at which a hand has seen where the slope goes: the tangent comes
WINDOW = {"x": (-0.3, 4.3), "y": (-3.0, 20.0)}
AXES = ("w, with b = 0", "loss")
TANGENT = "The tangent at w has slope {slope}."


class Slope(Lab):
    """Move two points on the loss along w, and watch the slope of the line through them.

    Parameters
    ----------
    w : float
        Where the first point stands, between 0 and 3.
    h : float
        How far to its right the second one stands, between 0.001 and 1.
    tangent : bool
        Whether the line that touches the curve at ``w`` is shown, with its slope.

    Raises
    ------
    LabError
        A ``ValueError`` that says what cannot be shown, and why.
    """

    w = Float(1.0).tag(sync=True)
    h = Float(1.0).tag(sync=True)
    tangent = Bool(False).tag(sync=True)

    title = "Feel the slope"
    question = "What does the slope of the line become as h goes to 0?"
    shown = ("w", "h", "tangent")
    spoken = shown
    constants: ClassVar = {
        "STATE": shown,
        "POINTS": {"x": X, "y": Y},
        "PLACES": PLACES,
        "STEPS": STEPS,
        "NEAR": NEAR,
        "TOUCHING": TOUCHING,
        "WINDOW": WINDOW,
        "AXES": AXES,
        "TANGENT": TANGENT,
    }

    def __init__(self, w: float = 1.0, h: float = 1.0, tangent: bool = False) -> None:
        super().__init__(w=w, h=h, tangent=tangent)

    @validate("w")
    def _check_place(self, proposal):
        return within(proposal["value"], "w", *PLACES)

    @validate("h")
    def _check_step(self, proposal):
        return within(proposal["value"], "h", *STEPS)

    # ---- Mathematics: the same as slope.js, and tested against it

    def loss(self, w: float | None = None) -> float:
        """Return the mean squared error of the line of slope ``w``, or of the one shown."""
        y_hat = pure_python.predict(_ROWS, [self.w if w is None else w], 0.0)
        return pure_python.mean_squared_error(list(Y), y_hat)

    def change(self, h: float | None = None) -> float:
        """Return by how much the loss changes from ``w`` to ``w + h``."""
        return self.loss(self.w + (self.h if h is None else h)) - self.loss()

    def secant(self, h: float | None = None) -> float:
        """Return the slope of the line through both points: the change of the loss, over h."""
        return self.change(h) / (self.h if h is None else h)

    def slope(self) -> float:
        """Return the slope of the curve at ``w``: the derivative of the loss."""
        (slope,), _ = pure_python.gradient(_ROWS, list(Y), [self.w], 0.0)
        return slope

    # ---- The still picture

    def still(self) -> str:
        """Return the curve with lines for h, its half and its quarter, and their slopes."""
        steps = [self.h, self.h / 2, self.h / 4]
        slopes = [readable(self.secant(h)) for h in steps]
        lines = "; ".join(
            f"h = {readable(h, 3)}, slope {slope}" for h, slope in zip(steps, slopes, strict=True)
        )
        touching = f" {TANGENT.format(slope=readable(self.slope()))}" if self.tangent else ""
        text = (
            f"{self.question} Three lines through the point at w = {readable(self.w, 3)}: {lines}."
            f"{touching} This picture is still; with JavaScript, or in Jupyter, you drag w and "
            "make h as small as you like."
        )
        return f'<div style="display:flex">{self.picture(steps).svg()}</div><p>{text}</p>'

    def picture(self, steps: Sequence[float]) -> Chart:
        """Return the curve, the lines for some steps and, if it is shown, the tangent."""
        low, high = WINDOW["x"]
        what = "The loss along w, a parabola, and lines through a point of it and points nearby"
        chart = _Picture(what, WINDOW["x"], WINDOW["y"], AXES)
        ws = [low + (high - low) * k / 92 for k in range(93)]
        chart.line([(w, self.loss(w)) for w in ws], "fit", 2.5)
        for h in steps:
            slope = self.secant(h)
            chart.straight(slope, self.loss() - slope * self.w, "residual", width=1.5)
        if self.tangent:
            slope = self.slope()
            chart.straight(slope, self.loss() - slope * self.w, "best", width=2.5, dash="7 5")
        chart.points([(self.w + h, self.loss(self.w + h)) for h in steps], "residual", 4)
        chart.points([(self.w, self.loss())], "data", 6)
        return chart


class _Picture(Chart):
    """A chart that is alone on its line, so that its text is no larger than the page's."""

    width, height = 480, 300


_ROWS = [[x] for x in X]
