"""One bad point: what it does to three lines, by how far up it stands and how far out.

Source: Cook (1977), "Detection of influential observation in linear regression", Technometrics
19(1), 15-18; Huber (1964), "Robust estimation of a location parameter", The Annals of Mathematical
Statistics 35(1), 73-101.
"""

from functools import lru_cache
from typing import ClassVar

import numpy as np
from traitlets import Bool, Float, validate

from linreg import robust
from linreg.diagnostics import cooks_distance, leverage, studentised_residuals
from linreg.inference import Inference, infer
from linreg.labs.kit.chart import Chart, page_colour
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.text import readable
from linreg.labs.kit.values import within

__all__ = ["FAR", "FOLLOWS", "GRID", "HOLDS", "OFF", "WINDOW", "Outlier", "X"]

# The points that stay: 2 + 0.3 x, with noise. Their x are odd hundredths, and that of the point
# that moves is an even one. So it never stands right above another, and no two lines are equally
# good by absolute deviations: for that, five of the ten x would have to have the sum of the others.
X = (0.91, 2.33, 3.17, 3.59, 4.13, 4.57, 5.09, 5.83, 7.29)
Y = (2.3, 2.5, 2.7, 3.7, 3.3, 3.1, 4.0, 3.4, 4.2)
FIRST = (6.4, 3.8)  # where the other point stands at first: among them
GRID = 50  # places of it in one unit of x, and of y
WINDOW = {"x": (0, 18), "y": (0, 10)}
AXES = ("x", "y")
DELTAS, BY = (1.0, 4.0), 0.1  # from 1 on, Huber's fit comes to rest wherever the point is
FAR = 0.4  # leverage that is large: twice its mean, 2 of 10
OFF = 0.6  # distance from the line of the other points that is large, in units of y
HOLDS, FOLLOWS = 0.2, 0.5  # share of the way to the point up to which a line holds; or follows
LINES = {  # that are shown when asked for: the role of its colour, its dashes, its name
    "huber": ("best", "7 5", "Huber"),
    "absolute": ("ink", "2 4", "least absolute deviations"),
    "without": ("muted", "", "without the point"),
}
STILL = {"huber": "Dashed", "absolute": "Dotted", "without": "Thin"}


class Outlier(Lab):
    """Drag one of ten points, and see what leverage and Cook's distance say of it.

    Three lines are fitted to the ten: by least squares, with Huber's loss, and by least absolute
    deviations. A residual is what is observed minus what is predicted.

    Parameters
    ----------
    x, y : float
        Where the point stands, from 0 to 18 and from 0 to 10, rounded to the next fiftieth.
    delta : float
        From where on Huber's loss is a straight line, in units of y, from 1 to 4.
    huber, absolute, without : bool
        Whether Huber's line is shown, that of least absolute deviations, and the least-squares line
        of the other nine points.

    Raises
    ------
    LabError
        A ``ValueError`` that says what cannot be shown, and why.
    """

    x = Float(FIRST[0]).tag(sync=True)
    y = Float(FIRST[1]).tag(sync=True)
    delta = Float(1.0).tag(sync=True)
    huber = Bool(False).tag(sync=True)
    absolute = Bool(False).tag(sync=True)
    without = Bool(False).tag(sync=True)

    title = "One bad point"
    question = "Where does one bad point move the line most: far up, far out, or both?"
    shown = ("x", "y", "delta", "huber", "absolute", "without")
    spoken = shown
    constants: ClassVar = {
        "STATE": shown,
        "NINE": {"x": X, "y": Y},
        "GRID": GRID,
        "WINDOW": WINDOW,
        "AXES": AXES,
        "DELTAS": DELTAS,
        "BY": BY,
        "FAR": FAR,
        "OFF": OFF,
        "HOLDS": HOLDS,
        "FOLLOWS": FOLLOWS,
        "LINES": LINES,
        "MOST_STEPS": robust.MOST_STEPS,
        "ARRIVED": robust.ARRIVED,
    }

    def __init__(
        self,
        x: float = FIRST[0],
        y: float = FIRST[1],
        delta: float = 1.0,
        huber: bool = False,
        absolute: bool = False,
        without: bool = False,
    ) -> None:
        lines = {"huber": huber, "absolute": absolute, "without": without}
        super().__init__(x=x, y=y, delta=delta, **lines)

    @validate("x", "y")
    def _check_place(self, proposal):
        name = proposal["trait"].name
        return round(within(proposal["value"], name, *WINDOW[name]) * GRID) / GRID

    @validate("delta")
    def _check_delta(self, proposal):
        return within(proposal["value"], "delta", *DELTAS)

    # ---- Mathematics: the same as outlier.js, and tested against it

    def points(self) -> tuple[list[float], list[float]]:
        """Return x and y of the ten points, the one that moves last."""
        return [*X, self.x], [*Y, self.y]

    def found(self) -> Inference:
        """Return the least-squares fit to the ten points."""
        return _found(self.x, self.y)

    def leverage(self) -> float:
        """Return how much of its own prediction the point is, from 0.1 to 1."""
        return float(leverage(self.found())[-1])

    def residual(self) -> float:
        """Return how far the point stands above the least-squares line, in units of y."""
        return float(self.found().residuals[-1])

    def studentised(self) -> float:
        """Return the residual over its own standard error."""
        return float(studentised_residuals(self.found())[-1])

    def cooks_distance(self) -> float:
        """Return how far all ten predictions move without the point."""
        return float(cooks_distance(self.found())[-1])

    def line(self, fit: str = "squares", without: bool = False) -> tuple[float, float]:
        """Return slope and intercept of a line through the ten points, or through the other nine.

        Parameters
        ----------
        fit : str
            ``"squares"``, ``"huber"`` or ``"absolute"``.
        without : bool
            Whether the point that moves is left out.
        """
        place = None if without else (self.x, self.y)
        return _line(fit, place, self.delta if fit == "huber" else None)

    def miss(self, fit: str = "squares") -> float:
        """Return how far the point stands above the line of the other nine, in units of y."""
        w, b = self.line(fit, without=True)
        return self.y - (w * self.x + b)

    def share(self, fit: str = "squares") -> float:
        """Return which part of the way to the point its line comes, from 0 to 1.

        For least squares this is the leverage. It is 0 where the point stands on the line of the
        other nine.
        """
        w, b = self.line(fit)
        miss = self.miss(fit)
        return 1 - (self.y - (w * self.x + b)) / miss if miss else 0.0

    # ---- The still picture

    def still(self) -> str:
        """Return the points, the lines that are shown, and the numbers in a few sentences."""
        at, numbers = (
            [readable(value, 3) for value in values]
            for values in (
                (self.x, self.y),
                (self.leverage(), self.residual(), self.cooks_distance(), self.line()[0]),
            )
        )
        others = (
            f" {STILL[name]}, {LINES[name][2]}: slope {readable(w, 3)}."
            for name, (w, _) in self.lines().items()
        )
        text = (
            f"{self.question} Here the hollow point stands at x = {at[0]}, y = {at[1]}. Its "
            f"leverage is {numbers[0]}, its residual {numbers[1]} and its Cook’s distance "
            f"{numbers[2]}. The least-squares line has slope {numbers[3]}.{''.join(others)} This "
            "picture is still; with JavaScript, or in Jupyter, you drag the point."
        )
        return f'<div style="display:flex">{self.picture().svg()}</div><p>{text}</p>'

    def lines(self) -> dict[str, tuple[float, float]]:
        """Return the lines that are shown besides that of least squares, by name."""
        shown = [name for name in LINES if getattr(self, name)]
        return {
            name: self.line(without=True) if name == "without" else self.line(name)
            for name in shown
        }

    def picture(self) -> Chart:
        """Return the points, the lines and the residual of the point as a ``Chart``."""
        title = "Nine points, a hollow one that can be moved, and the least-squares line"
        chart = _Picture(title, WINDOW["x"], WINDOW["y"], AXES)
        w, b = self.line()
        chart.line([(self.x, self.y), (self.x, w * self.x + b)], "residual", 2)
        chart.straight(w, b, "fit", width=3)
        for name, line in self.lines().items():
            role, dash, _ = LINES[name]
            chart.straight(*line, role, dash=dash, width=2 if dash else 1.25)
        chart.points(zip(X, Y, strict=True), "data")
        chart.over.append(
            f'<circle cx="{chart.across(self.x):.1f}" cy="{chart.down(self.y):.1f}" r="7"'
            f' fill="{page_colour("paper")}" stroke="{page_colour("data")}" stroke-width="3"/>'
        )
        return chart


class _Picture(Chart):
    """A chart as wide as the page shows it beside its numbers."""

    width, height = 480, 300


@lru_cache(maxsize=256)  # a display asks for it several times
def _found(x, y):
    return infer(np.array([*X, x])[:, None], [*Y, y])


@lru_cache(maxsize=1024)
def _line(fit, place, delta):
    """Return slope and intercept of the nine points, with one at a place if it is given."""
    x, y = zip(*zip(X, Y, strict=True), *([place] if place else []), strict=True)
    rows = np.array(x)[:, None]
    if fit == "huber":
        found = robust.huber(rows, y, delta=delta)
    elif fit == "absolute":
        found = robust.least_absolute_deviations(rows, y)
    else:
        found = infer(rows, y)
    return float(found.coef[0]), found.intercept
