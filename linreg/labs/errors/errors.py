"""Two errors: polynomials on points from a curve, their error there, and their error elsewhere."""

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar

import numpy as np
from traitlets import Bool, Float, Int, validate

from linreg.labs.kit.chart import Chart
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.random import normals
from linreg.labs.kit.text import readable
from linreg.labs.kit.values import LabError, within
from linreg.least_squares import polyfit

__all__ = ["TwoErrors", "curve"]

HIGHEST = 12  # degree
CURVE = 2.5  # the curve is the sine of 2.5x, as in Chapter 15, with x from −1 to 1
NEW = 1000  # evenly spaced places, at which a polynomial is compared with the curve
SEEDS = 9999
COUNTS = (20, 60)  # of points
NOISES = (0.2, 0.5)  # standard deviations of y about the curve
FOLDS = 5
SIDE, HEADROOM = 1.04, 3.5  # of the picture: how far x goes, and y in units of the noise
TOP = (0.12, 2.5)  # of the errors in the picture: so much, and so often the noise's variance
DASH = "7 5"
NEAR = 1.1  # times the least error on new points: about as good
AXES = {"points": ("x", "y"), "errors": ("degree", "mean squared error")}
LEAST = "Degree {best} has the least error on new points, {least}."


class TwoErrors(Lab):
    """Choose the degree of a polynomial, and compare its error on its points with that on new ones.

    Parameters
    ----------
    degree : int
        The degree of the polynomial that is shown, between 1 and 12.
    seed : int
        Which points are drawn, between 1 and 9999: the same seed gives the same points.
    revealed : bool
        Whether the curve and the errors on new points are shown.
    n_points : int
        The number of points: 20, 25, and so on up to 60. They are evenly spaced in x, and each fold
        is every fifth of them.
    noise : float
        The standard deviation of y about the curve, between 0.2 and 0.5, in units of y.
    step : int
        How many of the five folds have been left out, one after the other.

    Raises
    ------
    LabError
        A ``ValueError`` that says what cannot be shown, and why.
    """

    degree = Int(1).tag(sync=True)
    seed = Int(2).tag(sync=True)
    revealed = Bool(False).tag(sync=True)
    n_points = Int(20).tag(sync=True)
    noise = Float(0.3).tag(sync=True)
    step = Int(0).tag(sync=True)
    playing = Bool(False).tag(sync=True)

    title = "Two errors"
    question = "Which degree would you send out to predict new points?"
    shown = ("degree", "seed", "revealed", "n_points", "noise", "step", "playing")
    spoken = ("degree", "seed", "revealed", "n_points", "noise", "step")
    constants: ClassVar = {
        "HIGHEST": HIGHEST,
        "CURVE": CURVE,
        "NEW": NEW,
        "SEEDS": SEEDS,
        "COUNTS": COUNTS,
        "NOISES": NOISES,
        "FOLDS": FOLDS,
        "SIDE": SIDE,
        "HEADROOM": HEADROOM,
        "TOP": TOP,
        "NEAR": NEAR,
        "AXES": AXES,
        "LEAST": LEAST,
    }

    def __init__(
        self,
        degree: int = 1,
        seed: int = 2,
        revealed: bool = False,
        n_points: int = 20,
        noise: float = 0.3,
        step: int = 0,
    ) -> None:
        super().__init__(
            degree=degree, seed=seed, revealed=revealed, n_points=n_points, noise=noise, step=step
        )

    @classmethod
    def slug(cls) -> str:
        """Return the lab's name in file names and on pages: the second of its two words."""
        return "errors"

    @validate("degree")
    def _check_degree(self, proposal):
        return within(proposal["value"], "degree", 1, HIGHEST)

    @validate("seed")
    def _check_seed(self, proposal):
        return within(proposal["value"], "seed", 1, SEEDS)

    @validate("n_points")
    def _check_count(self, proposal):
        count = within(proposal["value"], "n_points", *COUNTS)
        if count % FOLDS:
            raise LabError(f"n_points is {count}: choose a multiple of {FOLDS}, one for each fold")
        return count

    @validate("noise")
    def _check_noise(self, proposal):
        return within(proposal["value"], "noise", *NOISES)

    @validate("step")
    def _check_step(self, proposal):
        return within(proposal["value"], "step", 0, FOLDS)

    # ---- Mathematics: the same as errors.js, and tested against it

    def points(self) -> tuple[list[float], list[float]]:
        """Return the points as ``(x, y)``, each of shape (n_points,)."""
        x, y = _points(self.seed, self.n_points, self.noise)
        return list(x), list(y)

    def coef(self, degree: int | None = None, without: int | None = None) -> list[float]:
        """Return the coefficients of the fit to all points, or to those outside a fold.

        They have the shape (degree + 1,), lowest power first. ``degree`` is the one shown if none
        is given; ``without`` counts folds from 0.
        """
        degree = self.degree if degree is None else degree
        return list(_fit(self.seed, self.n_points, self.noise, degree, without))

    def training_error(self, degree: int | None = None) -> float:
        """Return the mean squared error on the points that the polynomial was fitted to."""
        x, y = self.points()
        return _mean_square(self.coef(degree), x, y)

    def new_error(self, degree: int | None = None) -> float:
        """Return the mean squared error to be expected on new points of the same curve and noise.

        It is the mean squared distance from the curve, at 1,000 evenly spaced places, and the
        variance of the noise.
        """
        x = (2 * np.arange(NEW) + 1) / NEW - 1
        return _mean_square(self.coef(degree), x, curve(x)) + self.noise**2

    def fold_errors(self, degree: int | None = None) -> list[float]:
        """Return the mean squared error on each fold of a polynomial fitted to the other points."""
        x, y = self.points()
        return [
            _mean_square(self.coef(degree, fold), x[fold::FOLDS], y[fold::FOLDS])
            for fold in range(FOLDS)
        ]

    def best(self) -> int:
        """Return the degree whose error on new points is the least."""
        return min(range(1, HIGHEST + 1), key=self.new_error)

    # ---- The still picture

    def still(self) -> str:
        """Return the points with their polynomial, the errors that are known, and a sentence."""
        text = (
            f"{self.question} Here degree {self.degree} has a mean squared error of "
            f"{readable(self.training_error(), 3)} on its own {self.n_points} points"
        )
        if self.revealed:
            text += f", and of {readable(self.new_error(), 3)} on new ones. "
            text += LEAST.format(best=self.best(), least=readable(self.new_error(self.best()), 3))
        else:
            text += "."
        if self.step:
            left = self.fold_errors()[: self.step]
            text += (
                f" On {self.step} of {FOLDS} folds, each left out of its fit, the mean error is "
                f"{readable(sum(left) / len(left), 3)}."
            )
        text += " This picture is still; with JavaScript, or in Jupyter, you choose the degree."
        charts = self.points_chart().svg() + self.errors_chart().svg()
        return f'<div style="display:flex;flex-wrap:wrap;gap:0 16px">{charts}</div><p>{text}</p>'

    def points_chart(self) -> Chart:
        """Return the points, their polynomial and, if it is shown, the curve."""
        title = f"{self.n_points} points and the polynomial of degree {self.degree} fitted to them"
        title += "; dashed, the curve that they come from" if self.revealed else ""
        height = 1 + HEADROOM * self.noise
        chart = Chart(title, (-SIDE, SIDE), (-height, height), AXES["points"])
        x = np.linspace(-1, 1, 121)
        if self.revealed:
            chart.line(zip(x, curve(x), strict=True), "best", dash=DASH)
        y_hat = np.polyval(self.coef()[::-1], x)
        y_hat = np.clip(y_hat, -3 * height, 3 * height)  # far outside the picture it may end
        chart.line(zip(x, y_hat, strict=True), "fit", 3)
        chart.points(zip(*self.points(), strict=True), "data")
        return chart

    def errors_chart(self) -> Chart:
        """Return the errors by degree: on the points up to this degree, or all that there are."""
        title = "The error of each degree on its own points"
        title += "; dashed, on new points" if self.revealed else ""
        top = TOP[0] + TOP[1] * self.noise**2
        chart = Chart(title, (0.5, HIGHEST + 0.5), (0, top), AXES["errors"])
        known = range(1, (HIGHEST if self.revealed else self.degree) + 1)
        series = [("data", self.training_error, "")]
        series += [("best", self.new_error, DASH)] if self.revealed else []
        for role, error, dash in series:
            errors = [(degree, min(error(degree), 3 * top)) for degree in known]
            chart.line(errors, role, dash=dash)
            chart.points([place for place in errors if chart.holds(*place)], role, 3.5)
        return chart


def curve(x: np.ndarray) -> np.ndarray:
    """Return the curve from which the points come, at places ``x`` of any shape."""
    return np.sin(CURVE * x)


@lru_cache(maxsize=8)
def _points(seed, count, noise):
    """Return points, x evenly spaced from −1 to 1, y the curve and normal noise."""
    x = np.linspace(-1, 1, count)
    return x.tolist(), (curve(x) + noise * np.array(normals(seed, count))).tolist()


@lru_cache(maxsize=1024)  # a picture asks for each error again
def _fit(seed, count, noise, degree, without):
    x, y = _points(seed, count, noise)
    kept = [i for i in range(count) if without is None or i % FOLDS != without]
    return polyfit([x[i] for i in kept], [y[i] for i in kept], degree).tolist()


def _mean_square(coef: Sequence[float], x, y):
    """Return the mean squared error of a polynomial at points."""
    return float(np.mean((np.polyval(coef[::-1], x) - y) ** 2))
