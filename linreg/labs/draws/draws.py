"""Draw again: one true line, sample after sample of it, and the pile of slopes that they give."""

from functools import lru_cache
from math import exp, pi, sqrt
from typing import ClassVar

import numpy as np
from traitlets import Bool, Float, Int, validate

from linreg.labs.kit.chart import Chart
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.random import normals
from linreg.labs.kit.text import plural, readable
from linreg.labs.kit.values import LabError, within

__all__ = ["DrawAgain"]

SLOPE = 1  # of the true line, y = x
COUNTS, BY = (5, 40), 5  # of points: every fifth number
NOISES = (0.5, 1)  # standard deviations of y about the true line
SPREADS = (1, 2)  # standard deviations of x
FIRST = {"n_points": 10, "noise": 1.0, "spread": 1.0}
GUESSES = {"n_points": 20, "noise": 0.5, "spread": 2.0}  # what each guess makes of it
LAST, SEEDS = 1000, 999  # samples of a seed, and seeds
ASKED = 10  # samples, with which there is a pile to guess about
LEVEL = 95  # percent
QUANTILES = {  # of Student's t at 0.975, by the number of points: it has two degrees less
    5: 3.18244630528,
    10: 2.3060041352,
    15: 2.16036865646,
    20: 2.10092204024,
    25: 2.06865761042,
    30: 2.0484071418,
    35: 2.03451529745,
    40: 2.02439416391,
}
SIDES = {"x": 3.6, "y": 6.5}  # of the picture of the sample: how far it goes from 0
REACH, BIN = 1.8, 0.04  # of the pile: how far it goes from the true slope, and how wide a bar is
ROWS = 20  # intervals in the picture
FEWEST = 8  # samples on the pile's axis, so that the first ones do not fill it
DASH = "7 5"
AXES = {"sample": ("x", "y"), "pile": ("slope", "samples"), "intervals": ("slope", "sample")}
FORMULA = "σ/(√N·sₓ)"  # the standard deviation that theory gives the slopes
LAW = "Theory gives the slopes a standard deviation of {formula} = {law}."
HITS = "{hits} of {count} intervals hit the true slope; theory says {level} %."


class DrawAgain(Lab):
    """Draw samples from one true line, pile up their slopes, and see what narrows the pile.

    A sample has x evenly spaced and y = x with normal noise. Each sample has noise of its own; two
    settings that differ in the noise's size or the spread of x alone have the same, to scale.

    Parameters
    ----------
    n_points : int
        The number N of points in each sample: 5, 10, and so on up to 40.
    noise : float
        The standard deviation σ of y about the true line, between 0.5 and 1, in units of y.
    spread : float
        The standard deviation sₓ of x, between 1 and 2, in units of x: the root of the mean squared
        distance from its mean.
    seed : int
        Which samples are drawn, between 1 and 999: the same seed gives the same ones.
    step : int
        How many samples have been drawn, up to 1000.
    guessed : bool
        Whether the reader has guessed what narrows the pile. From ten samples on that shows what
        theory says.

    Raises
    ------
    LabError
        A ``ValueError`` that says what cannot be shown, and why.
    """

    n_points = Int(FIRST["n_points"]).tag(sync=True)
    noise = Float(FIRST["noise"]).tag(sync=True)
    spread = Float(FIRST["spread"]).tag(sync=True)
    seed = Int(14).tag(sync=True)
    step = Int(1).tag(sync=True)
    guessed = Bool(False).tag(sync=True)
    playing = Bool(False).tag(sync=True)

    title = "Draw again"
    question = "What narrows the pile of slopes?"
    shown = ("n_points", "noise", "spread", "seed", "step", "guessed", "playing")
    spoken = ("n_points", "noise", "spread", "seed", "step", "guessed")
    constants: ClassVar = {
        "SLOPE": SLOPE,
        "COUNTS": COUNTS,
        "BY": BY,
        "NOISES": NOISES,
        "SPREADS": SPREADS,
        "FIRST": FIRST,
        "GUESSES": GUESSES,
        "LAST": LAST,
        "SEEDS": SEEDS,
        "ASKED": ASKED,
        "LEVEL": LEVEL,
        "QUANTILES": QUANTILES,
        "SIDES": SIDES,
        "REACH": REACH,
        "BIN": BIN,
        "ROWS": ROWS,
        "FEWEST": FEWEST,
        "AXES": AXES,
        "FORMULA": FORMULA,
        "LAW": LAW,
        "HITS": HITS,
    }

    def __init__(
        self,
        n_points: int = FIRST["n_points"],
        noise: float = FIRST["noise"],
        spread: float = FIRST["spread"],
        seed: int = 14,
        step: int = 1,
        guessed: bool = False,
    ) -> None:
        super().__init__(
            n_points=n_points, noise=noise, spread=spread, seed=seed, step=step, guessed=guessed
        )

    @classmethod
    def slug(cls) -> str:
        """Return the lab's name in file names and on pages."""
        return "draws"

    @validate("n_points")
    def _check_count(self, proposal):
        count = within(proposal["value"], "n_points", *COUNTS)
        if count % BY:
            raise LabError(f"n_points is {count}: choose a multiple of {BY}")
        return count

    @validate("noise")
    def _check_noise(self, proposal):
        return within(proposal["value"], "noise", *NOISES)

    @validate("spread")
    def _check_spread(self, proposal):
        return within(proposal["value"], "spread", *SPREADS)

    @validate("seed")
    def _check_seed(self, proposal):
        return within(proposal["value"], "seed", 1, SEEDS)

    @validate("step")
    def _check_step(self, proposal):
        return within(proposal["value"], "step", 0, LAST)

    # ---- Mathematics: the same as draws.js, and tested against it

    def points(self, sample: int | None = None) -> tuple[list[float], list[float]]:
        """Return the points of a sample as ``(x, y)``, each of shape (n_points,).

        Samples count from 1; the last one drawn is returned if none is named.
        """
        number = _number(self.seed, self.step if sample is None else sample)
        x = self.spread * _places(self.n_points)
        noise = self.noise * np.array(normals(number, self.n_points))
        return x.tolist(), (SLOPE * x + noise).tolist()

    def slopes(self) -> list[float]:
        """Return the fitted slope of each sample drawn, shape (step,)."""
        slopes, _ = _measured(self.seed, self.n_points, self.step)
        return (SLOPE + self.noise / self.spread * slopes).tolist()

    def standard_errors(self) -> list[float]:
        """Return the standard error of each of these slopes, shape (step,)."""
        _, errors = _measured(self.seed, self.n_points, self.step)
        return (self.noise / self.spread * errors).tolist()

    def intervals(self) -> list[tuple[float, float]]:
        """Return the 95 % interval of each slope, by Student's t with N - 2 degrees of freedom."""
        quantile = QUANTILES[self.n_points]
        found = zip(self.slopes(), self.standard_errors(), strict=True)
        return [(slope - quantile * error, slope + quantile * error) for slope, error in found]

    def hits(self) -> int:
        """Return how many of the intervals hold the true slope."""
        return sum(low <= SLOPE <= high for low, high in self.intervals())

    def deviation(self) -> float:
        """Return the standard deviation of the slopes drawn, of two at least."""
        return float(np.std(self.slopes(), ddof=1))

    def law(self) -> float:
        """Return the standard deviation that theory gives the slopes: σ/(√N·sₓ)."""
        return self.noise / (self.spread * sqrt(self.n_points))

    def counts(self) -> list[int]:
        """Return how many slopes each bar of the pile stands for.

        The outermost two take all that lies beyond them.
        """
        places = (np.array(self.slopes()) - (SLOPE - REACH)) / BIN
        n_bars = round(2 * REACH / BIN)
        places = np.clip(np.floor(places), 0, n_bars - 1).astype(int)
        return np.bincount(places, minlength=n_bars).tolist()

    def is_told(self) -> bool:
        """Return whether what theory says is shown: the reader has guessed, and drawn."""
        return self.guessed and self.step >= ASKED

    # ---- The still picture

    def still(self) -> str:
        """Return the last sample, the pile of slopes, the last intervals, and a sentence."""
        text = f"{self.question} Here, drawn from a true line of slope {SLOPE}, "
        if self.step:
            slope = readable(self.slopes()[-1], 3)
            text += f"the line through sample {self.step} has slope {slope}. "
        else:
            text += "no sample has been drawn. "
        if self.is_told():
            text += LAW.format(formula=FORMULA, law=readable(self.law(), 3)) + " "
            text += HITS.format(hits=self.hits(), count=self.step, level=LEVEL) + " "
        text += "This picture is still; with JavaScript, or in Jupyter, you draw the samples."
        slopes = self.pile_chart().svg() + self.intervals_chart().svg()
        drawings = f'{self.sample_chart().svg()}<div style="flex:1 1 300px">{slopes}</div>'
        return f'<div style="display:flex;flex-wrap:wrap;gap:0 16px">{drawings}</div><p>{text}</p>'

    def sample_chart(self) -> Chart:
        """Return the last sample with the line fitted to it, and dashed the true line."""
        count = f"{self.n_points} points and the line fitted to them" if self.step else "No sample"
        sides = [(-SIDES[axis], SIDES[axis]) for axis in ("x", "y")]
        chart = Chart(f"{count}; dashed, the true line", *sides, AXES["sample"])
        chart.straight(SLOPE, 0, "best", dash=DASH)
        if self.step:
            x, y = self.points()
            w = self.slopes()[-1]
            chart.straight(w, float(np.mean(y)) - w * float(np.mean(x)), "fit", width=3)
            chart.points(zip(x, y, strict=True), "data")
        return chart

    def pile_chart(self) -> Chart:
        """Return the pile of slopes and, once it is told, the law that theory gives them."""
        counts, law = self.counts(), self.law()
        title = f"The pile of {plural(self.step, 'slope')}, dashed the true one"
        title += "; the curve is the law that theory gives them" if self.is_told() else ""
        scale = self.step * BIN / (law * sqrt(2 * pi))  # the height of the law
        top = 1.12 * max(FEWEST, scale, *counts)
        chart = Chart(title, (SLOPE - REACH, SLOPE + REACH), (0, top), AXES["pile"])
        edges = np.repeat(SLOPE - REACH + BIN * np.arange(len(counts) + 1), 2)
        chart.line(zip(edges, [0, *np.repeat(counts, 2), 0], strict=True), "data")
        chart.line([(SLOPE, 0), (SLOPE, top)], "best", dash=DASH)
        if self.is_told():
            away = np.linspace(-4, 4, 121)
            bell = [(SLOPE + law * z, scale * exp(-z * z / 2)) for z in away]
            chart.line(bell, "residual", 2.5)
        return chart

    def intervals_chart(self) -> Chart:
        """Return the last intervals, thick and hollow where one misses the true slope."""
        newest = max(self.step, ROWS)
        rows = (newest - ROWS + 0.5, newest + 0.5)
        title = "The 95 % intervals of the last samples, thick where one misses the true slope"
        chart = Chart(title, (SLOPE - REACH, SLOPE + REACH), rows, AXES["intervals"])
        chart.line([(SLOPE, rows[0]), (SLOPE, rows[1])], "best", dash=DASH)
        intervals, slopes = self.intervals(), self.slopes()
        for k in range(max(0, self.step - ROWS), self.step):
            low, high = intervals[k]
            is_hit = low <= SLOPE <= high
            role = "data" if is_hit else "warn"
            chart.line([(low, k + 1), (high, k + 1)], role, 1.5 if is_hit else 3.5)
            if chart.holds(slopes[k], k + 1):
                chart.points([(slopes[k], k + 1)], role, 2.5 if is_hit else 4)
                chart.points([] if is_hit else [(slopes[k], k + 1)], "paper", 2)
        return chart


def _places(count):
    """Return so many evenly spaced places of mean 0 and standard deviation 1, shape (count,)."""
    return (np.arange(count) - (count - 1) / 2) / sqrt((count**2 - 1) / 12)


def _number(seed, sample):
    """Return the seed of the noise in one sample, which no other sample has."""
    return (seed - 1) * LAST + sample


@lru_cache(maxsize=8)
def _measured(seed, count, last):
    """Return how far each slope is off, and its standard error, where noise and spread are 1."""
    x = _places(count)
    noise = [normals(_number(seed, sample), count) for sample in range(1, last + 1)]
    y = np.reshape(noise, (last, count))
    slopes = y @ x / count
    left = y - y.mean(axis=1, keepdims=True) - np.outer(slopes, x)
    errors = np.sqrt((left**2).sum(axis=1) / (count - 2) / count)
    return slopes, errors
