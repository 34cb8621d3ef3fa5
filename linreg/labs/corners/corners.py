"""Corners: the loss's ellipses against a round region and one with corners, and the slopes over λ.

Source: Tibshirani (1996), "Regression shrinkage and selection via the lasso", Journal of the Royal
Statistical Society B 58(1), 267-288, figure 2; Zou and Hastie (2005), "Regularization and variable
selection via the elastic net", B 67(2), 301-320, figure 1.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import cos, pi, sin, sqrt
from typing import ClassVar

import numpy as np
from traitlets import Bool, Float, Int, List, Unicode, validate

from linreg.labs.kit.chart import Chart, page_colour
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.text import readable
from linreg.labs.kit.values import LabError, finite, within
from linreg.lasso import fit_elastic_net
from linreg.penalized import Regularization

__all__ = ["Corners"]

REGIONS = {"round": 0, "corners": 1, "both": 0.5}  # the share of sizes in the penalty
SUMS = {
    "round": "the sum of squares",
    "corners": "the sum of sizes",
    "both": "the mean of the sums of squares and of sizes",
}
STEPS, BY = 80, 0.05  # how often λ can rise from 0, and by how much
LARGEST = 0.9  # correlation of the two columns
FIRST = (0.4, 1.6)  # the least-squares slopes
LIMITS = (-1, 2)  # of each of them
WINDOW = (-1.3, 2.3)  # of the slopes in the pictures
RINGS, APART = 10, 0.3  # ellipses, and how far the roots of their losses are apart
AROUND = 96  # points of a region's border, among them those on the axes
DASH = "7 5"
COUNTED = ("Neither is", "One of them is", "Both are")
AXES = {"map": ("first slope", "second slope"), "path": ("λ", "slope")}


class Corners(Lab):
    """Choose a region for two slopes and a penalty λ, and see when a slope is exactly zero.

    The two columns are standardised. The slopes shown make the mean squared error plus λ times a
    sum smallest: of their squares (round), of their sizes (corners), or the mean of the two (both).
    They are also the slopes of least mean squared error in the region where that sum is at most
    what it is at them.

    Parameters
    ----------
    region : str
        ``"round"``, ``"corners"`` or ``"both"``: ridge, lasso, or elastic net.
    step : int
        λ in units of 0.05, from 0 to 80, so that λ is at most 4.
    correlation : float
        The correlation of the two columns, between -0.9 and 0.9.
    least_squares : sequence of two floats
        The slopes without a penalty, each between -1 and 2.

    Raises
    ------
    LabError
        A ``ValueError`` that says what cannot be shown, and why.
    """

    region = Unicode("round").tag(sync=True)
    step = Int(24).tag(sync=True)
    correlation = Float(0.3).tag(sync=True)
    least_squares = List(list(FIRST)).tag(sync=True)
    playing = Bool(False).tag(sync=True)

    title = "Corners"
    question = "Which region sets a slope to exactly zero?"
    shown = ("region", "step", "correlation", "least_squares", "playing")
    spoken = ("region", "step", "correlation", "least_squares")
    constants: ClassVar = {
        "REGIONS": REGIONS,
        "SUMS": SUMS,
        "STEPS": STEPS,
        "BY": BY,
        "LARGEST": LARGEST,
        "LIMITS": LIMITS,
        "WINDOW": WINDOW,
        "RINGS": RINGS,
        "APART": APART,
        "AROUND": AROUND,
        "AXES": AXES,
    }

    def __init__(
        self,
        region: str = "round",
        step: int = 24,
        correlation: float = 0.3,
        least_squares: Sequence[float] = FIRST,
    ) -> None:
        super().__init__(
            region=region, step=step, correlation=correlation, least_squares=least_squares
        )

    @validate("region")
    def _check_region(self, proposal):
        if proposal["value"] not in REGIONS:
            raise LabError(f"region is {proposal['value']!r}: choose one of {', '.join(REGIONS)}")
        return proposal["value"]

    @validate("step")
    def _check_step(self, proposal):
        return within(proposal["value"], "step", 0, STEPS)

    @validate("correlation")
    def _check_correlation(self, proposal):
        return within(proposal["value"], "correlation", -LARGEST, LARGEST)

    @validate("least_squares")
    def _check_least_squares(self, proposal):
        slopes = finite(proposal["value"], "least_squares")
        if len(slopes) != 2:
            raise LabError(f"least_squares holds {len(slopes)} numbers: choose two slopes")
        return [within(value, f"least_squares[{i}]", *LIMITS) for i, value in enumerate(slopes)]

    # ---- Mathematics: the same as corners.js, and tested against it

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Return data that have these columns and these least-squares slopes, without residuals.

        X has shape (4, 2), with columns of mean 0 and mean square 1, and y shape (4,).
        """
        return _rows(self.correlation, self.least_squares)

    def penalty(self, step: float | None = None) -> float:
        """Return λ at a step, the one shown if none is given."""
        return BY * (self.step if step is None else step)

    def optimum(self, step: float | None = None) -> list[float]:
        """Return the two slopes of least mean squared error with the penalty at a step."""
        settings = self.region, self.correlation, tuple(self.least_squares)
        return list(_optimum(*settings, self.penalty(step)))

    def zeros(self) -> int:
        """Return how many of the two slopes are exactly zero."""
        return self.optimum().count(0)

    def bound(self) -> float:
        """Return the size of the region: what its sum is at the slopes shown."""
        share = REGIONS[self.region]
        return Regularization(share, 1 - share).value(np.array(self.optimum()))

    def border(self) -> list[tuple[float, float]]:
        """Return the border of the region as pairs of slopes."""
        share, bound = REGIONS[self.region], self.bound()
        places = []
        for k in range(AROUND):
            across, up = cos(2 * pi * k / AROUND), sin(2 * pi * k / AROUND)
            size = share * (abs(across) + abs(up))
            root = sqrt(size * size + 4 * (1 - share) * bound)
            far = 2 * bound / (size + root) if bound else 0
            places.append((far * across, far * up))
        return places

    def radius(self) -> float:
        """Return the root of what the mean squared error at these slopes is above the least."""
        X, y = self.rows()
        return sqrt(np.mean((X @ self.optimum() - y) ** 2))

    # ---- The still picture

    def still(self) -> str:
        """Return the region and the ellipse that touches it, the slopes up to λ, and a sentence."""
        first, second = (readable(slope, 3) for slope in self.optimum())
        text = (
            f"{self.question} Here λ is {self.penalty():.2f}, and the region is where "
            f"{SUMS[self.region]} is at most {readable(self.bound(), 3)}. The slopes of least loss "
            f"in it are {first} and {second}. {COUNTED[self.zeros()]} exactly 0. "
            "This picture is still; with JavaScript, or in Jupyter, you choose the region and λ."
        )
        charts = self.map_chart().svg() + self.path_chart().svg()
        return f'<div style="display:flex;flex-wrap:wrap;gap:0 16px">{charts}</div><p>{text}</p>'

    def map_chart(self) -> Chart:
        """Return the plane of the two slopes: ellipses, the region, and where they touch."""
        low, high = WINDOW
        down = Chart.height - Chart.top - Chart.bottom
        half = (high - low) / 2 * (Chart.width - Chart.left - Chart.right) / down
        middle = (low + high) / 2
        title = "Ellipses of equal loss, and the region that one of them touches"
        chart = Chart(title, (middle - half, middle + half), WINDOW, AXES["map"])
        chart.line([(x, 0) for x in chart.x], "muted", 1)
        chart.line([(0, y) for y in chart.y], "muted", 1)
        at = " ".join(f"{chart.across(x):.1f},{chart.down(y):.1f}" for x, y in self.border())
        colour = page_colour("data")
        chart.inside.append(
            f'<polygon points="{at}" fill="{colour}" fill-opacity="0.18" stroke="{colour}"'
            ' stroke-width="2"/>'
        )
        for ring in range(1, RINGS + 1):
            chart.inside.append(self.ellipse(chart, ring * APART, 1, 0.4))
        chart.inside.append(self.ellipse(chart, self.radius(), 2))
        a, b = self.least_squares
        chart.over.append(
            f'<circle cx="{chart.across(a):.1f}" cy="{chart.down(b):.1f}" r="6" fill="none"'
            f' stroke="{page_colour("best")}" stroke-width="3"/>'
        )
        chart.points([self.optimum()], "fit")
        return chart

    def ellipse(self, chart: Chart, radius: float, width: float, opacity: float = 1) -> str:
        """Return the ellipse of a loss, given by its root, as SVG."""
        unit = chart.across(1) - chart.across(0)
        along, across = (radius * unit / sqrt(1 + sign * self.correlation) for sign in (-1, 1))
        a, b = self.least_squares
        place = f"translate({chart.across(a):.1f} {chart.down(b):.1f}) rotate(45)"
        return (
            f'<ellipse rx="{along:.1f}" ry="{across:.1f}" transform="{place}" fill="none"'
            f' stroke="{page_colour("residual")}" stroke-width="{width}" opacity="{opacity}"/>'
        )

    def path_chart(self) -> Chart:
        """Return the two slopes from λ = 0 to the λ shown, which is marked."""
        title = f"The two slopes from λ = 0 to λ = {self.penalty():.2f}; dashed, the second"
        chart = Chart(title, (0, STEPS * BY), WINDOW, AXES["path"])
        now = self.penalty()
        chart.line([(now, y) for y in chart.y], "muted", 1, "2 3")
        path = [(self.penalty(step), self.optimum(step)) for step in range(self.step + 1)]
        for i, (role, dash) in enumerate([("fit", ""), ("residual", DASH)]):
            chart.line([(penalty, slopes[i]) for penalty, slopes in path], role, 2.5, dash)
            chart.points([(now, self.optimum()[i])], role)
        return chart


def _rows(correlation, least_squares):
    first = np.array([1.0, 1, -1, -1])
    apart = np.array([1.0, -1, 1, -1])
    X = np.column_stack([first, correlation * first + sqrt(1 - correlation**2) * apart])
    return X, X @ least_squares


@lru_cache(maxsize=1024)  # a picture asks for each again
def _optimum(region, correlation, least_squares, penalty):
    if penalty == 0:
        return least_squares
    X, y = _rows(correlation, least_squares)
    share = REGIONS[region]
    l1, l2 = share * penalty, (1 - share) * penalty
    fit = fit_elastic_net(X, y, l1=l1, l2=l2, fit_intercept=False, tolerance=0)
    return tuple(fit.coef.tolist())
