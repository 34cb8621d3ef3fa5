"""The plane: two columns in the space of three rows, and the place nearest to a target."""

from collections.abc import Iterable, Sequence
from html import escape
from math import cos, dist, isfinite, radians, sin, sqrt
from typing import ClassVar

from traitlets import Bool, Float, List, validate

from linreg import pure_python
from linreg.labs.kit.chart import page_colour
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.text import readable
from linreg.labs.kit.values import LabError, listed, within

__all__ = ["Plane", "View"]

X, ONES, TARGET = (1.0, 2.0, 2.0), (1.0, 1.0, 1.0), (1.0, 2.0, 4.0)  # the columns of Chapter 7
FIRST = (2.0, 3.0, 3.0)  # where a hand starts: another place of the plane than the nearest
ACROSS, AWAY, UP = (1.0, 0.0, 0.0), (0.0, sqrt(0.5), sqrt(0.5)), (0.0, -sqrt(0.5), sqrt(0.5))
SIDES = ((-0.5, 3.0), (-0.5, 3.5))  # of the plane as it is drawn: row 1, and rows 2 and 3
HIGHEST = 2.0  # how far y may stand above the plane, or below
FARTHEST = 1e-9  # a place of the plane may be off it by rounding
REACH = 7.0  # the weights up to which the plane is shaded
GRAIN = 0.05  # to which a hand rounds each row
CLOSE = 0.08  # a hand has found the nearest place
MARK, AXIS = 0.3, 2.3  # the lengths of the right angle's sides, and of the axes of the rows
CENTRE, WIDE, HIGH = (1.2, 2.3, 0.4), 6.9, 5.9  # of the picture: its middle and its size
VIEWS = (0.0, 90.0)  # degrees above the plane
# What stands beside the ends of the arrows, each with its role, and how far right and down.
NAMES = (
    *(("row 1", "muted"), ("row 2", "muted"), ("row 3", "muted")),
    *(("x", "data"), ("1", "data"), ("c", "data"), ("y", "ink"), ("ŷ", "fit")),
)
BESIDE = ((6, 4), (6, 4), (6, 4), (2, -8), (2, 16), (2, 16), (13, -8), (13, 4))
NEAREST = "The nearest place is {foot}, at a distance of {least}."

Place = Sequence[float]


class Plane(Lab):
    """Move a prediction within the plane of two columns, and look for the place nearest to y.

    Parameters
    ----------
    y : sequence of floats of shape (3,)
        The target; without one, that of Chapter 7.
    y_hat : sequence of floats of shape (3,)
        The prediction that a hand moves: a place of the plane, so that rows 2 and 3 are equal.
    foot : bool
        Whether the nearest place is shown.
    alike : float
        How far the second column has become the first: 0 for the ones, 1 for x itself.
    azimuth, elevation : float
        From where one looks, in degrees: turned about the plane, and above it from 0 to 90.

    Raises
    ------
    LabError
        A ``ValueError`` that says what cannot be shown, and why.
    """

    y = List(Float()).tag(sync=True)
    y_hat = List(Float()).tag(sync=True)
    foot = Bool(False).tag(sync=True)
    alike = Float(0.0).tag(sync=True)
    azimuth = Float(-35.0).tag(sync=True)
    elevation = Float(25.0).tag(sync=True)

    title = "The plane of the columns"
    question = "Where in the plane must ŷ be, so that no other place is nearer to y?"
    shown = ("y", "y_hat", "foot", "alike", "azimuth", "elevation")
    spoken = ("y", "y_hat", "foot", "alike")
    constants: ClassVar = {
        "STATE": shown,
        "X": X,
        "ONES": ONES,
        "DIRECTIONS": (ACROSS, AWAY, UP),
        "SIDES": SIDES,
        "HIGHEST": HIGHEST,
        "REACH": REACH,
        "GRAIN": GRAIN,
        "CLOSE": CLOSE,
        "MARK": MARK,
        "AXIS": AXIS,
        "CENTRE": CENTRE,
        "SIZE": (WIDE, HIGH),
        "VIEWS": VIEWS,
        "NAMES": NAMES,
        "BESIDE": BESIDE,
        "NEAREST": NEAREST,
    }

    def __init__(
        self,
        y: Sequence[float] = TARGET,
        y_hat: Sequence[float] = FIRST,
        foot: bool = False,
        alike: float = 0.0,
        azimuth: float = -35.0,
        elevation: float = 25.0,
    ) -> None:
        places = {"y": listed(y, "y"), "y_hat": listed(y_hat, "y_hat")}
        super().__init__(**places, foot=foot, alike=alike, azimuth=azimuth, elevation=elevation)

    @validate("y", "y_hat")
    def _check_place(self, proposal):
        place, name = proposal["value"], proposal["trait"].name
        if len(place) != 3 or not all(map(isfinite, place)):
            raise LabError(f"{name} is {place}: give three numbers, one for each row")
        up, middle = _dot(place, UP), (place[1] + place[2]) / 2
        if name == "y_hat" and abs(up) > FARTHEST:
            raise LabError(f"y_hat is {place}, off the plane: give rows 2 and 3 the same number")
        sides = zip((place[0], middle), SIDES, strict=True)
        if abs(up) > HIGHEST or not all(low <= value <= high for value, (low, high) in sides):
            raise LabError(f"{name} is {place}, out of the picture: {_BOUNDS}")
        return place

    @validate("alike")
    def _check_alike(self, proposal):
        return within(proposal["value"], "alike", 0.0, 1.0)

    @validate("azimuth")
    def _check_azimuth(self, proposal):
        return within(proposal["value"], "azimuth", -180.0, 180.0)

    @validate("elevation")
    def _check_elevation(self, proposal):
        return within(proposal["value"], "elevation", *VIEWS)

    # ---- Mathematics: the same as plane.js, and tested against it

    def second(self) -> list[float]:
        """Return the second column: the ones, on their way to x."""
        return [(1 - self.alike) * one + self.alike * x for x, one in zip(X, ONES, strict=True)]

    def is_line(self) -> bool:
        """Return whether the two columns are one, and the plane no more than a line."""
        return self.alike == 1

    def nearest(self, place: Place | None = None) -> list[float]:
        """Return the place nearest to the target, or to another one, of those that are reached."""
        place = list(self.y if place is None else place)
        if self.is_line():
            share = _dot(place, X) / _dot(X, X)
            return [share * x for x in X]
        fit = pure_python.fit_least_squares(_ROWS, place)
        return pure_python.predict(_ROWS, fit.coef, fit.intercept)

    def place(self) -> list[float]:
        """Return where the hand's prediction stands: ``y_hat``, or on the line next to it."""
        return self.nearest(self.y_hat) if self.is_line() else list(self.y_hat)

    def weights(self, place: Place) -> tuple[float, float | None]:
        """Return the weights ``(w, b)`` of the two columns that reach a place of the plane.

        Where the columns are one, no pair is the only one: then the sum of the two weights and
        ``None``.
        """
        if self.is_line():
            return _dot(place, X) / _dot(X, X), None
        fit = pure_python.fit_least_squares(_ROWS, list(place))
        b = fit.intercept / (1 - self.alike)
        return fit.coef[0] - self.alike * b, b

    def distance(self, place: Place) -> float:
        """Return how far a place is from the target."""
        return dist(place, self.y)

    def sheet(self) -> list[Place]:
        """Return the corners of what weights up to 7 reach, within the sides of the picture."""
        ends = [(REACH, REACH), (REACH, -REACH), (-REACH, -REACH), (-REACH, REACH)]
        return _cut([self._reached(w, b) for w, b in ends])

    def mesh(self) -> list[list[Place]]:
        """Return the lines of a whole weight, each as its two ends, within the same sides."""
        whole = range(-int(REACH), int(REACH) + 1)
        lines = [[(w, -REACH), (w, REACH)] for w in whole]
        lines += [[(-REACH, b), (REACH, b)] for b in whole]
        cut = [_cut([self._reached(w, b) for w, b in line]) for line in lines]
        return [line[:2] for line in cut if len(line) > 1]

    def corner(self) -> list[Place]:
        """Return the three corners of the mark of the right angle, at the foot."""
        foot, place = self.nearest(), self.place()
        ways = [_towards(foot, place), _towards((0, 0, 0), X), _towards(foot, self.y)]
        along = ways[0] or ways[1]
        if ways[2] is None:
            return []
        steps = [(1, 0), (1, 1), (0, 1)]
        return [
            [f + MARK * (i * a + j * u) for f, a, u in zip(foot, along, ways[2], strict=True)]
            for i, j in steps
        ]

    def _reached(self, w, b):
        return [w * x + b * c for x, c in zip(X, self.second(), strict=True)]

    # ---- The still picture

    def still(self) -> str:
        """Return the columns, the plane, the target and the prediction, with a few sentences."""
        place, foot = self.place(), self.nearest()
        nearest = f" {NEAREST.format(foot=_named(foot), least=readable(self.distance(foot)))}"
        text = (
            f"{self.question} Here ŷ is {_named(place)}, and its distance to y is "
            f"{readable(self.distance(place))}.{nearest if self.foot else ''} This picture is "
            "still; with JavaScript, or in Jupyter, you turn it and move ŷ and y."
        )
        return f'<div style="display:flex">{self.scene()}</div><p>{text}</p>'

    def scene(self) -> str:
        """Return the picture as SVG."""
        view = View(self.azimuth, self.elevation, 480, 330)
        zero, place, foot = (0.0, 0.0, 0.0), self.place(), self.nearest()
        axes = [[AXIS * (i == k) for i in range(3)] for k in range(3)]
        pieces = [view.shape(self.sheet(), fill="data", opacity=0.1)]
        pieces += [view.shape(line, "data", 1, opacity=0.3) for line in self.mesh()]
        pieces += [view.shape([zero, axis], "muted", 1) for axis in axes]
        pieces += [view.shape([zero, column], "data", 3) for column in (X, self.second())]
        pieces += [view.shape([zero, self.y], "ink", 2), view.shape([zero, place], "fit", 2)]
        pieces += [view.shape([place, self.y], "muted", 1.5, dash="4 4")]
        if self.foot:
            pieces += [view.shape([foot, self.y], "residual", 2.5)]
            pieces += [view.shape([foot, place], "muted", 1.5, dash="4 4")]
            pieces += [view.shape(self.corner(), "residual", 1.5), view.dot(foot, "best")]
        pieces += [view.dot(self.y, "ink"), view.dot(place, "fit")]
        ends = [*axes, X, self.second(), self.second(), self.y, place]
        hidden = {4, 5} if self.is_line() else {4} if self.alike else {5}
        pieces += [view.text(end, k) for k, end in enumerate(ends) if k not in hidden]
        title = "A plane of two columns in the space of three rows, a place in it, and the target y"
        return (
            f'<svg role="img" viewBox="0 0 {view.width} {view.height}" width="{view.width}"'
            f' height="{view.height}" style="flex:1 1 300px;max-width:100%;height:auto"'
            f' font-size="13"><title>{escape(title)}</title>{"".join(pieces)}</svg>'
        )


class View:
    """The space of the three rows as it is seen, in pixels: an orthographic picture."""

    def __init__(self, azimuth: float, elevation: float, width: int, height: int) -> None:
        turn, tilt = radians(azimuth), radians(elevation)
        self.width, self.height = width, height
        self.scale = min(width / WIDE, height / HIGH)
        # Where a step across the picture leads, and one up in it, each in the rows' own units.
        flat = [-sin(turn), cos(turn)]
        self.right = _mixed(cos(turn), flat[0], 0)
        self.up = _mixed(sin(turn) * sin(tilt), flat[1] * sin(tilt), cos(tilt))
        self.centre = _mixed(*CENTRE)

    def at(self, place: Place) -> tuple[float, float]:
        """Return where a place is seen, from the left and from the top."""
        off = [p - c for p, c in zip(place, self.centre, strict=True)]
        across, up = _dot(off, self.right), _dot(off, self.up)
        return self.width / 2 + self.scale * across, self.height / 2 - self.scale * up

    def shape(
        self,
        places: Iterable[Place],
        role: str = "",
        width: float = 1.0,
        dash: str = "",
        opacity: float = 1.0,
        fill: str = "",
    ) -> str:
        """Return a line through places, or an area of a colour, as SVG."""
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(self.at, places))
        if fill:
            colour = page_colour(fill)
            return f'<polygon points="{points}" fill="{colour}" fill-opacity="{opacity:g}"/>'
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        extra += f' opacity="{opacity:g}"' if opacity < 1 else ""
        return (
            f'<polyline points="{points}" fill="none" stroke="{page_colour(role)}"'
            f' stroke-width="{width:g}"{extra}/>'
        )

    def dot(self, place: Place, role: str) -> str:
        """Return a dot as SVG."""
        x, y = self.at(place)
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{page_colour(role)}"/>'

    def text(self, place: Place, k: int) -> str:
        """Return the name of an arrow beside its end as SVG."""
        (x, y), (name, role), (right, lower) = self.at(place), NAMES[k], BESIDE[k]
        at = f'x="{x + right:.1f}" y="{y + lower:.1f}"'
        return f'<text {at} fill="{page_colour(role)}">{name}</text>'


def _named(place: Place) -> str:
    """Return a place as text: ``(1.00, 3.00, 3.00)``."""
    return f"({', '.join(f'{value:.2f}'.replace('-', '−') for value in place)})"


_ROWS = [[x] for x in X]
_BOUNDS = (
    f"row 1 from {SIDES[0][0]:g} to {SIDES[0][1]:g}, rows 2 and 3 on the average from "
    f"{SIDES[1][0]:g} to {SIDES[1][1]:g}, and no farther apart than {sqrt(2) * HIGHEST:.1f}"
)


def _dot(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


def _mixed(across, away, up):
    """Return so much of each of the three directions, in the rows' own units."""
    mixed = zip(ACROSS, AWAY, UP, strict=True)
    return [across * p + away * q + up * r for p, q, r in mixed]


def _towards(start, end):
    """Return the way of length 1 from a place to another, or ``None`` where they are one."""
    length = dist(start, end)
    if length < FARTHEST:
        return None
    return [(q - p) / length for p, q in zip(start, end, strict=True)]


def _cut(places):
    """Return what of a polygon in the plane lies within the sides of the picture."""
    for row, (low, high) in enumerate(SIDES):
        for sign, bound in ((1, low), (-1, high)):
            kept = []
            for here, after in zip(places, [*places[1:], *places[:1]], strict=True):
                inside, other = (sign * (one[row] - bound) for one in (here, after))
                if inside >= 0:
                    kept.append(here)
                if inside * other < 0:
                    share = inside / (inside - other)
                    kept.append([p + share * (q - p) for p, q in zip(here, after, strict=True)])
            places = kept
    return places
