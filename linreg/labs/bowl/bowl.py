"""The bowl: the loss of every line at once, and marbles that roll down it by gradient descent."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from itertools import groupby, pairwise
from math import ceil, cos, floor, hypot, isfinite, log10, pi, radians, sin, sqrt
from statistics import pstdev
from typing import ClassVar, NamedTuple

from traitlets import Bool, Float, List, validate

from linreg import pure_python
from linreg.datasets import load_eight_points
from linreg.labs.kit.chart import Chart, page_colour
from linreg.labs.kit.descent import DescentLab, best_line, threshold
from linreg.labs.kit.scale import round_steps
from linreg.labs.kit.text import plural, readable, zero_if_rounding
from linreg.labs.kit.values import LARGEST, LabError, finite, listed, points_or

__all__ = ["AIR", "Bowl", "View", "curving"]

MOST_MARBLES = 5
MOST_STEPS = 200
AT_REST, LOST = 1e-12, 100  # where a path ends: how far above the least loss, in depths
LOWEST_VIEW, HIGHEST_VIEW = 10.0, 90.0  # degrees above the horizon
HEIGHT = 0.62  # of the rim in the picture, where the bowl is 2 wide
TONES = 24  # of the surface
PIN = 20  # its length in the picture, in pixels
LONGEST_WAY = 400  # places; by then a marble swings over its own way
AIR = 2  # a marble is seen up to here, where the rim is 1
DEPTH = 2.25  # times the mean of y²: the bowl reaches half as far again as (0, 0) from the pin
MARGINS = (34, 22, 34)  # beside the surface, above and below it, in pixels
MAP_REACH = 1.06  # of the map, in rims
OUTERMOST = 0.97  # ring that is drawn beside the rim
ENDLESS = 9  # rims: as far as the trough's rings and its bottom are drawn
SHORTEST, STRIDE, MOST_PARTS = 0.004, 0.1, 20  # of a way's pieces: left out below, cut above
LIGHT = (-0.56, 0.22, 0.8)  # where it comes from: right, away, up
SHADE = (0.06, 0.5, 0.2)  # the tone's part that is always there, of the dark side, of the depth
COMPASS = (1.03, 1.14, 1.23)  # rims: from where an arrow goes, to where, and where its name stands
AXES = {"map": ("slope w", "intercept b")}
HEIGHTS = "height = loss: {least} at the {where}, {rim} at the rim"
WHERE = {"bowl": "pin", "trough": "bottom"}

Place = Sequence[float]  # (w, b), or (u, v) in the round
Stop = tuple[float, float, float]  # w, b and the loss

# Five places on the bowl, and where the first marble waits: fractions of the rim in the round.
FIVE = ((-0.62, 0.62), (0.72, 0.5), (0.4, -0.8), (-0.9, -0.2), (-0.25, -0.6))
FIRST = (-0.75, 0.35)


class Bowl(DescentLab):
    """Drop a marble on the bowl of the mean squared error and see where it comes to rest.

    Parameters
    ----------
    x, y : sequence of floats of shape (n_samples,)
        The points; without any, the eight of Chapter 4.
    learning_rate : float
        The factor on the gradient at each step, between 0.001 and 1.
    marbles : sequence of pairs of floats
        Where marbles were let go, each as ``(w, b)``; at most five.
    hand : pair of floats
        Where a marble waits to be let go; empty for none, and without it, on the bowl's side.
    collinear : bool
        Whether every ``x`` is moved to their mean, so that its column is a multiple of the ones
        column and the bowl a trough.
    azimuth, elevation : float
        From where the bowl is seen, in degrees: about its axis, and 10 to 90 above the horizon.

    Raises
    ------
    LabError
        A ``ValueError`` that says what cannot be shown, and why.
    """

    marbles = List(List(Float())).tag(sync=True)
    hand = List(Float()).tag(sync=True)
    collinear = Bool(False).tag(sync=True)
    azimuth = Float(-35.0).tag(sync=True)
    elevation = Float(38.0).tag(sync=True)

    constants: ClassVar = {
        "MOST_MARBLES": MOST_MARBLES,
        "MOST_STEPS": MOST_STEPS,
        "AT_REST": AT_REST,
        "LOST": LOST,
        "VIEWS": (LOWEST_VIEW, HIGHEST_VIEW),
        "HEIGHT": HEIGHT,
        "TONES": TONES,
        "PIN": PIN,
        "LONGEST_WAY": LONGEST_WAY,
        "AIR": AIR,
        "DEPTH": DEPTH,
        "MARGINS": MARGINS,
        "MAP_REACH": MAP_REACH,
        "OUTERMOST": OUTERMOST,
        "ENDLESS": ENDLESS,
        "SHORTEST": SHORTEST,
        "STRIDE": STRIDE,
        "MOST_PARTS": MOST_PARTS,
        "LIGHT": LIGHT,
        "SHADE": SHADE,
        "COMPASS": COMPASS,
        "FIVE": FIVE,
        "FIRST": FIRST,
        "AXES": AXES,
        "HEIGHTS": HEIGHTS,
        "WHERE": WHERE,
    }
    title = "The bowl"
    question = "Does the place where a marble starts decide where it ends?"
    shown = ("x", "y", "learning_rate", "marbles", "hand", "collinear", "azimuth", "elevation")
    spoken = ("learning_rate", "collinear")
    without_spread = (
        "many lines are equally good there. Give at least two different values of x, and set "
        "collinear=True to see the trough"
    )

    def __init__(
        self,
        x: Sequence[float] | None = None,
        y: Sequence[float] | None = None,
        learning_rate: float = 0.1,
        marbles: Sequence[Sequence[float]] = (),
        hand: Sequence[float] | None = None,
        collinear: bool = False,
        azimuth: float = -35.0,
        elevation: float = 38.0,
    ) -> None:
        x, y = points_or(load_eight_points(), x, y)
        super().__init__(
            x=x,
            y=y,
            learning_rate=learning_rate,
            marbles=_starts(marbles),
            hand=[],
            collinear=collinear,
            azimuth=azimuth,
            elevation=elevation,
        )
        self.hand = self.named_place(*FIRST) if hand is None else _waiting(hand)

    @validate("x", "y")
    def _check_points(self, proposal):
        checked = super()._check_points(proposal)
        if max(_halves(*self.proposed(proposal, "x", "y"))) > LARGEST / 2:  # (0, 0) is within too
            raise LabError(
                "the bowl of these points reaches past 1e9 in w or in b: subtract the mean of x "
                "from each x, or measure in other units"
            )
        return checked

    @validate("marbles")
    def _check_marbles(self, proposal):
        return _starts(proposal["value"])

    @validate("hand")
    def _check_hand(self, proposal):
        return _waiting(proposal["value"])

    @validate("azimuth")
    def _check_azimuth(self, proposal):
        if not isfinite(proposal["value"]):
            raise LabError(f"azimuth is {proposal['value']}: give an angle in degrees")
        return (proposal["value"] + 180) % 360 - 180

    @validate("elevation")
    def _check_elevation(self, proposal):
        if not LOWEST_VIEW <= proposal["value"] <= HIGHEST_VIEW:
            raise LabError(
                f"elevation is {proposal['value']}: choose between {LOWEST_VIEW:g} and "
                f"{HIGHEST_VIEW:g} degrees"
            )
        return proposal["value"]

    # ---- Mathematics: the same as bowl.js, and tested against it

    def column(self) -> list[float]:
        """Return the values of x that the loss is made of: their mean, where it is a trough."""
        return [self.centre()] * len(self.x) if self.collinear else self.x

    def centre(self) -> float:
        """Return the mean of ``x``."""
        return self._fixed().centre

    def loss(self, w: float, b: float) -> float:
        """Return the mean squared error of the line ``w * x + b``."""
        rows = [[value] for value in self.column()]
        return pure_python.mean_squared_error(self.y, pure_python.predict(rows, [w], b))

    def pin(self) -> tuple[float, float]:
        """Return ``(w, b)`` of the best line; in the trough, of the one where the pin was."""
        return self._fixed().pin

    def optimum(self) -> Stop:
        """Return ``(w, b, loss)`` of the line where the pin stands, or stood."""
        return *self.pin(), self.loss(*self.pin())

    def _fixed(self):
        return _fixed_by(tuple(self.x), tuple(self.y))

    def gap(self, w: float, b: float) -> float:
        """Return how far the loss stands above the least loss.

        A mean of squares, where the difference of the two losses would cancel to noise.
        """
        best_w, best_b = self.pin()
        apart = [(w - best_w) * value + (b - best_b) for value in self.column()]
        return sum(d * d for d in apart) / len(apart)

    def threshold(self) -> float:
        """Return the learning rate from which on no marble closes in, 2/λmax."""
        return threshold(self.column())

    def depth(self) -> float:
        """Return how far the rim stands above the least loss: 2.25 times the mean of y².

        The bowl then reaches half as far again as (0, 0) from the pin.
        """
        return self._fixed().depth

    def path(self, start: Place) -> list[Stop]:
        """Return ``(w, b, loss)`` at each stop of a marble, from where it is let go.

        It ends at rest, or a hundred depths above the least loss, or after 200 steps.
        """
        return self.roll(start)[0]

    def outcome(self, start: Place) -> str:
        """Return what becomes of a marble: ``"rest"``, ``"lost"`` or ``"moving"``."""
        return self.roll(start)[1]

    def roll(self, start: Place) -> tuple[list[Stop], str]:
        """Return a marble's path from a start, and what becomes of it."""
        rows = [[value] for value in self.column()]
        (w, b), depth, stops = start, self.depth(), []
        above = self.gap(w, b)
        highest = LOST * max(depth, above)
        while True:
            stops.append((w, b, self.loss(w, b)))
            if above <= AT_REST * depth:
                return stops, "rest"
            if above > highest:
                return stops, "lost"
            if len(stops) > MOST_STEPS:
                return stops, "moving"
            (slope,), d_intercept = pure_python.gradient(rows, self.y, [w], b)
            w, b = w - self.learning_rate * slope, b - self.learning_rate * d_intercept
            above = self.gap(w, b)

    def trough(self) -> tuple[float, float]:
        """Return ``(c, d)`` of the trough's bottom, the line ``c * w + b = d``: both are means."""
        return self.centre(), sum(self.y) / len(self.y)

    def nearest(self, start: Place) -> tuple[float, float]:
        """Return the point ``(w, b)`` of the trough's bottom that is nearest to a start.

        The gradient is a multiple of (c, 1), so a marble moves along it, square to the bottom.
        """
        (w, b), (c, d) = start, self.trough()
        across = (c * w + b - d) / (c * c + 1)
        return w - c * across, b - across

    def five(self) -> list[list[float]]:
        """Return the five starts of the lab's "Drop five"."""
        return [self.named_place(u, v) for u, v in FIVE]

    # ---- The bowl in the round: (u, v) is (0, 0) at the pin and has length 1 at the rim

    def spread(self) -> float:
        """Return the standard deviation of ``x``."""
        return self._fixed().spread

    def to_disc(self, w: float, b: float) -> tuple[float, float]:
        """Return ``(u, v)`` of a line; the bowl's height is u² + v², the trough's v²."""
        best_w, best_b = self.pin()
        radius, c = sqrt(self.depth()), self.centre()
        return self.spread() * (w - best_w) / radius, (b - best_b + c * (w - best_w)) / radius

    def to_plane(self, u: float, v: float) -> tuple[float, float]:
        """Return ``(w, b)`` of a place in the round."""
        best_w, best_b = self.pin()
        along = sqrt(self.depth()) * u / self.spread()
        return best_w + along, best_b + sqrt(self.depth()) * v - self.centre() * along

    def named_place(self, u: float, v: float) -> list[float]:
        """Return ``(w, b)`` of a place in the round, each rounded to a number one can name."""
        both = zip(self.to_plane(u, v), _halves(self.x, self.y), strict=True)
        return [_nice(value, half) for value, half in both]

    def lift(self, u: float, v: float) -> float:
        """Return the height of a place in the round, 0 at the least loss and 1 at the rim."""
        return v * v if self.collinear else u * u + v * v

    def project(self, u: float, v: float, height: float | None = None) -> tuple[float, float]:
        """Return where a place in the round is seen: across and up, the bowl 2 wide.

        ``height`` is that of the surface unless it is given.
        """
        lean = self.centre() / hypot(self.centre(), self.spread())
        away = sqrt(1 - lean * lean) * v - lean * u
        turn, tilt = radians(self.azimuth), radians(self.elevation)
        height = HEIGHT * (self.lift(u, v) if height is None else height)
        across = u * cos(turn) - away * sin(turn)
        return across, (u * sin(turn) + away * cos(turn)) * sin(tilt) + height * cos(tilt)

    # ---- The still picture

    def still(self) -> str:
        """Return the marbles' ways, or those of five, on the surface and on its map."""
        rolls = [self.roll(start) for start in self.marbles or self.five()]
        paths, ends = zip(*rolls, strict=True)
        text = f"{self.still_text(ends)} This picture is still; with JavaScript, or in Jupyter, "
        text += "you turn it and drop the marbles."
        pictures = self.scene(paths) + self.map(paths).svg()
        return f'<div style="display:flex;flex-wrap:wrap;gap:0 16px">{pictures}</div><p>{text}</p>'

    def still_text(self, ends: Sequence[str]) -> str:
        """Return what the picture shows, in two sentences."""
        count = plural(len(ends), "marble")
        *pin, least = self.optimum()
        # A part of the bowl's size so small that rounding made it is displayed as 0.
        near = zip(pin, _halves(self.x, self.y), strict=True)
        best_w, best_b = (value if abs(value) > 1e-12 * half else 0.0 for value, half in near)
        loss, (c, d) = readable(zero_if_rounding(least, self.y)), self.trough()
        shape = (
            f"The loss over every slope w and intercept b is a trough: all of the line "
            f"{_short(c)} w + b = {_short(d)} has the least loss, {loss}."
            if self.collinear
            else f"The loss over every slope w and intercept b is a bowl: its one bottom, the pin "
            f"at w = {readable(best_w)} and b = {readable(best_b)}, has the least loss, {loss}."
        )
        rolled = f"{count} let go with learning rate {self.learning_rate:g}:"
        if "lost" in ends:
            return f"{shape} {rolled} {ends.count('lost')} left the picture, by too long steps."
        if "moving" in ends:
            return f"{shape} {rolled} {ends.count('moving')} still moving after {MOST_STEPS} steps."
        where = "each at a point of the line" if self.collinear else "at the pin"
        return f"{shape} {rolled} all came to rest {where}."

    def map(self, paths: Sequence[list[Stop]]) -> Chart:
        """Return the rings of equal loss, the marbles' ways and the pin as a ``Chart``."""
        w, b, least = self.optimum()
        half_w, half_b = (MAP_REACH * half for half in _halves(self.x, self.y))
        title = f"The map of the same surface over w and b, with {_ways_of(paths)}"
        frame = ((w - half_w, w + half_w), (b - half_b, b + half_b))
        chart = Chart(title, *frame, AXES["map"])
        chart.inside.append(self.contours(chart, least))
        if self.collinear:
            ends = self.to_plane(-ENDLESS, 0), self.to_plane(ENDLESS, 0)
            chart.line(ends, "best", dash="7 5")
        for path in paths:
            chart.line([stop[:2] for stop in path], "fit", width=1.75)
        chart.points([path[0][:2] for path in paths], "fit", radius=4)
        if not self.collinear:
            chart.points([(w, b)], "best", radius=6)
        return chart

    def contours(self, chart: Chart, least: float) -> str:
        """Return the map's rings as SVG: circles of the round, seen through one linear map."""
        (x0, y0), (x1, y1), (x2, y2) = (
            (chart.across(w), chart.down(b))
            for w, b in (self.to_plane(0, 0), self.to_plane(1, 0), self.to_plane(0, 1))
        )
        matrix = " ".join(f"{v:.4f}" for v in (x1 - x0, y1 - y0, x2 - x0, y2 - y0, x0, y0))
        rings = "".join(f'<path d="{self.region(radius)}"/>' for radius in self.radii(least))
        return (
            f'<g transform="matrix({matrix})" fill="{page_colour("data")}" fill-opacity="0.07"'
            f' stroke="{page_colour("data")}" stroke-opacity="0.55">'
            f"{rings}</g>".replace("<path", '<path vector-effect="non-scaling-stroke"')
        )

    def radii(self, least: float) -> list[float]:
        """Return how far from the pin the rings at round losses lie, 1 at the rim, the rim last."""
        levels = [v for v in round_steps(least, least + self.depth(), about=6) if v > least]
        radii = [sqrt((level - least) / self.depth()) for level in levels]
        return [radius for radius in radii if radius < OUTERMOST] + [1.0]

    def region(self, radius: float) -> str:
        """Return what lies below a height as a path in the round: a disc, or an endless band."""
        r = f"{radius:.5f}"
        if self.collinear:
            return f"M-{ENDLESS} {r}H{ENDLESS}V-{r}H-{ENDLESS}Z"
        return f"M-{r} 0A{r} {r} 0 1 0 {r} 0A{r} {r} 0 1 0 -{r} 0Z"

    def scene(self, paths: Sequence[list[Stop]]) -> str:
        """Return the surface with the marbles' ways on it as one ``<svg>`` element."""
        view = View(self, Chart.width, Chart.height)
        shape = "trough" if self.collinear else "bowl"
        title = f"The loss over w and b, a {shape}, with {_ways_of(paths)} on it"
        inside, outside = view.surface(least=self.optimum()[2])
        ways = [view.way(path) for path in paths]
        line = '<path d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-linejoin="round"/>'
        middle = "".join(line.format(way, page_colour("fit"), 1.75) for way in ways)
        middle += line.format(view.bottom(), page_colour("best"), 2.5)
        for path in paths:
            across, down = view.at(*self.to_disc(*path[0][:2]))
            dot = f'cx="{across:.1f}" cy="{down:.1f}" r="4.5" fill="{page_colour("fit")}"'
            middle += f"<circle {dot}/>"
        width, height = Chart.width, Chart.height
        return (
            f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            ' style="flex:1 1 300px;max-width:100%;height:auto" font-size="12"'
            f' fill="{page_colour("muted")}"><title>{escape(title)}</title>'
            f"{inside}{middle}{outside}{view.names()}</svg>"
        )


class View:
    """The surface as it is seen, in pixels: an orthographic picture of the round.

    A line of sight meets a convex surface at most twice, so what shows its inside is drawn first,
    then what lies in it, then what shows its outside, in wires alone; nothing needs sorting.

    Parameters
    ----------
    lab : Bowl
        The bowl, and from where it is seen.
    width, height : float
        The size of the picture, in pixels.
    """

    def __init__(self, lab: Bowl, width: float, height: float) -> None:
        self.lab, self.height = lab, height
        self.lean = lab.centre() / hypot(lab.centre(), lab.spread())
        self.thin = sqrt(1 - self.lean * self.lean)
        self.turn, self.tilt = radians(lab.azimuth), radians(lab.elevation)
        reach, top, bottom = self.trough_size() if lab.collinear else self.bowl_size()
        side, above, below = MARGINS
        inside = height - above - below
        self.scale = min((width - 2 * side) / (2 * reach), inside / (top + bottom))
        slack = inside - self.scale * (top + bottom)
        self.x, self.y = width / 2, above + slack / 2 + top * self.scale

    def bowl_size(self) -> tuple[float, float, float]:
        """Return how far the bowl reaches from the pin, whatever the turn: sideways, up, down."""
        reach = sqrt(1 + abs(self.lean))
        down, up = reach * sin(self.tilt), HEIGHT * cos(self.tilt)
        return reach, down + up, down * down / (4 * up) if down < 2 * up else down - up

    def trough_size(self) -> tuple[float, float, float]:
        """Return the same of the trough."""
        reach = hypot(1, self.thin + abs(self.lean))
        down, up = reach * sin(self.tilt), HEIGHT * cos(self.tilt)
        side = ((abs(self.lean) + self.thin * k / 20, up * (k / 20) ** 2) for k in range(21))
        bottom = max(hypot(1, away) * sin(self.tilt) - rise for away, rise in side)
        return reach, down + up, bottom

    def at(self, u: float, v: float, height: float | None = None) -> tuple[float, float]:
        """Return where a place in the round is seen, in pixels."""
        across, up = self.lab.project(u, v, height)
        return self.x + self.scale * across, self.y - self.scale * up

    def line(self, places: Iterable[Place]) -> str:
        """Return a path through places in the round."""
        return "M" + "L".join("{:.1f} {:.1f}".format(*self.at(*place)) for place in places)

    def normal(self, u: float, v: float) -> tuple[float, float, float]:
        """Return the surface's upward normal, as (right, away, up) of the one who looks."""
        du, dv = 0 if self.lab.collinear else 2 * HEIGHT * u, 2 * HEIGHT * v
        east, north = du + dv * self.lean / self.thin, dv / self.thin
        right = east * cos(self.turn) - north * sin(self.turn)
        away = east * sin(self.turn) + north * cos(self.turn)
        length = hypot(right, away, 1)
        return -right / length, -away / length, 1 / length

    def shows_inside(self, u: float, v: float) -> bool:
        """Return whether it is the inside that is seen of a place of the surface."""
        _, away, up = self.normal(u, v)
        return up * sin(self.tilt) - away * cos(self.tilt) > 0

    def tone(self, u: float, v: float) -> int:
        """Return how strongly a place is coloured: the lower and the less lit, the more."""
        (right, away, up), (always, dark, deep) = self.normal(u, v), SHADE
        light = max(0.0, LIGHT[0] * right + LIGHT[1] * away + LIGHT[2] * up)
        strength = always + dark * (1 - light) + deep * (1 - self.lab.lift(u, v))
        return min(TONES, max(1, round(TONES * strength)))

    def surface(self, least: float) -> tuple[str, str]:
        """Return the part that shows its inside and the part that shows its outside, as SVG."""
        tones, wires = {}, {True: [], False: []}
        for corners in self.facets():
            u, v = (sum(values) / 4 for values in zip(*corners))
            if self.shows_inside(u, v):
                tones.setdefault(self.tone(u, v), []).append(self.line(corners) + "Z")
        for places in self.wires(least):
            for inside, run in groupby(pairwise(places), lambda pair: self.shows_inside(*pair[0])):
                (first, second), *others = run
                wires[inside].append(self.line([first, second, *(end for _, end in others)]))
        filled = "".join(
            f'<path d="{"".join(pieces)}" fill="{page_colour("data")}"'
            f' fill-opacity="{tone / TONES:.3f}"/>'
            for tone, pieces in sorted(tones.items())
        )
        facing, averted = (
            f'<path d="{"".join(wires[side])}" fill="none" stroke="{page_colour("data")}"'
            f' stroke-opacity="{strength}"/>'
            for side, strength in ((True, 0.6), (False, 0.35))
        )
        return filled + facing, averted

    def facets(self, rings: int = 6, sectors: int = 30) -> list[list[Place]]:
        """Return the surface's facets, each as its four corners in the round."""
        around = ((0, 0), (1, 0), (1, 1), (0, 1))
        return [
            [self.corner((i + di) / rings, (j + dj) / sectors) for di, dj in around]
            for i in range(rings)
            for j in range(sectors)
        ]

    def corner(self, first: float, second: float) -> tuple[float, float]:
        """Return a place in the round from two shares of 0 to 1.

        In the bowl they are the radius and the turn, in the trough the ways along and across it.
        """
        if self.lab.collinear:
            return 2 * first - 1, 2 * second - 1
        return first * cos(2 * pi * second), first * sin(2 * pi * second)

    def wires(self, least: float) -> list[list[Place]]:
        """Return lines on the surface: along places of equal loss, and across them."""
        radii, shares = self.lab.radii(least), [k / 36 for k in range(37)]
        if self.lab.collinear:
            sides = [(1 + sign * radius) / 2 for radius in radii for sign in (-1, 1)]
            strips = [[self.corner(0, side), self.corner(1, side)] for side in sides]
            return strips + [[self.corner(i / 6, k) for k in shares] for i in range(7)]
        rings = [[self.corner(radius, k) for k in shares] for radius in radii]
        spoke = [radii[0] + k * (1 - radii[0]) for k in shares[::4]]
        return rings + [[self.corner(k, i / 12) for k in spoke] for i in range(12)]

    def way(self, path: list[Stop]) -> str:
        """Return a marble's way on the surface as a path, as far as a little above the rim."""
        places = [self.lab.to_disc(w, b) for w, b, _ in path]
        runs = groupby(curving(places), lambda place: self.lab.lift(*place) <= AIR)
        return "".join(self.line(run) for low, run in runs if low)

    def bottom(self) -> str:
        """Return the pin, or the bottom of the trough, as a path."""
        if self.lab.collinear:
            return self.line([(-1, 0), (1, 0)])
        across, down = self.at(0, 0)
        return f"M{across:.1f} {down:.1f}v-{PIN}"

    def names(self) -> str:
        """Return what names the directions and the height, as SVG."""
        pieces = []
        for name, (u, v) in zip("wb", self.compass(), strict=True):
            lift = self.lab.lift(u, v)
            (x1, y1), (x2, y2), (x, y) = (self.at(far * u, far * v, lift) for far in COMPASS)
            pieces.append(
                f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{page_colour("ink")}"/>'
                f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-style="italic"'
                f' fill="{page_colour("ink")}">{name}</text>'
            )
        least = self.lab.optimum()[2]
        floor_, rim_ = zero_if_rounding(least, self.lab.y), least + self.lab.depth()
        words = HEIGHTS.format(
            least=readable(floor_),
            where=WHERE["trough" if self.lab.collinear else "bowl"],
            rim=readable(rim_),
        )
        pieces.append(f'<text x="2" y="{self.height - 4}">{words}</text>')
        return "".join(pieces)

    def compass(self) -> tuple[Place, Place]:
        """Return the places of the rim that lie toward larger w and toward larger b."""
        return (self.thin, self.lean), (0, 1)


def curving(stops: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return places along a way in the round, close enough to curve on a surface.

    Stops too near each other to be seen apart are left out.
    """
    here, places = stops[0], [stops[0]]
    for there in stops[1:]:
        length = hypot(there[0] - here[0], there[1] - here[1])
        if length < SHORTEST or len(places) >= LONGEST_WAY:
            continue
        parts = min(MOST_PARTS, ceil(length / STRIDE))
        for k in range(1, parts + 1):
            mix = (a + k / parts * (b - a) for a, b in zip(here, there, strict=True))
            places.append(tuple(mix))
        here = there
    return places


def _place(values, name):
    """Return a pair of numbers as a list, or raise ``LabError``."""
    values = finite(values, name)
    if len(values) != 2:
        raise LabError(
            f"{name} holds {len(values)} numbers: give two, a slope w and an intercept b"
        )
    return values


def _starts(values):
    """Return the places of marbles as lists, or raise ``LabError``."""
    values = listed(values, "marbles", "pairs (w, b)")
    if len(values) > MOST_MARBLES:
        raise LabError(f"marbles holds {len(values)} starts: keep at most {MOST_MARBLES}")
    return [_place(start, f"marbles[{i}]") for i, start in enumerate(values)]


def _waiting(values):
    """Return the place of a marble that waits, empty where none does, or raise ``LabError``."""
    values = listed(values, "hand")
    return _place(values, "hand") if values else []


class _Fixed(NamedTuple):
    """What the points alone fix: the best line, the mean and spread of x, and the bowl's depth."""

    pin: tuple[float, float]
    centre: float
    spread: float
    depth: float


@lru_cache(maxsize=16)  # a display asks for it at every place that it draws
def _fixed_by(x, y):
    w, b, _ = best_line(x, y)
    depth = DEPTH * (sum(value * value for value in y) / len(y) or 1.0)
    return _Fixed((w, b), sum(x) / len(x), pstdev(x), depth)


def _ways_of(paths):
    """Return whose ways a picture shows: ``the way of 1 marble``, ``the ways of 5 marbles``."""
    return f"the way{'' if len(paths) == 1 else 's'} of {plural(len(paths), 'marble')}"


def _short(value):
    """Return a number of the trough's equation: five digits at most, and a minus."""
    return f"{value:.5g}".replace("-", "−")


def _halves(x, y):
    """Return half the width and half the height of the rim, in units of w and of b."""
    fixed = _fixed_by(tuple(x), tuple(y))
    half_w = sqrt(fixed.depth) / fixed.spread
    return half_w, half_w * hypot(fixed.centre, fixed.spread)


def _nice(value, half):
    """Return a number rounded to the power of ten that is a tenth of ``half`` or less."""
    power = floor(log10(half / 10))
    steps = floor(value / 10.0**power + 0.5)
    return steps * 10.0**power if power >= 0 else steps / 10.0**-power
