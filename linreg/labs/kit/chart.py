"""Still pictures of charts, and the colours of what stands in them."""

from collections.abc import Iterable
from html import escape
from typing import Any

from linreg.labs.kit.scale import ACROSS, DOWN, axis_of, share_of
from linreg.palette import PALETTE

Place = tuple[float, float]

__all__ = ["Chart", "clip_line", "key", "page_colour"]


def page_colour(role: str) -> str:
    """Return a role's colour for SVG: the page's variable, or the light one where there is none."""
    return f"var(--lr-{role}, {PALETTE[role]['light']})"


def key(role: str) -> str:
    """Return a dot in a role's colour as HTML, to stand on one line with what it means.

    The colour stands there twice: JupyterLab strips a variable until a notebook is trusted.
    """
    style = f"color:{PALETTE[role]['light']};color:{page_colour(role)}"
    return f'<span aria-hidden="true" style="{style}">●</span>&nbsp;'


class Chart:
    """A still picture of one chart, built up as SVG text.

    Parameters
    ----------
    title : str
        What the picture shows, for those who cannot see it.
    x, y : pair of floats
        The lowest and highest value seen, in the data's units.
    names : pair of str
        The names of the axes.
    log, log_x : bool
        Whether the vertical axis is logarithmic, and the horizontal one.
    """

    width, height = 360, 250
    left, right, top, bottom = 46, 12, 24, 36

    def __init__(
        self,
        title: str,
        x: Place,
        y: Place,
        names: tuple[str, str],
        log: bool = False,
        log_x: bool = False,
    ) -> None:
        self.title = title
        self.x, self.y, self.log, self.log_x = x, y, log, log_x
        self.names = names
        self.inside, self.over = [], []  # clipped to the chart, and not

    def across(self, value: float) -> float:
        """Return a position from the left, in pixels."""
        share = share_of(value, self.x, self.log_x)
        return self.left + share * (self.width - self.left - self.right)

    def down(self, value: float) -> float:
        """Return a position from the top, in pixels."""
        share = share_of(value, self.y, self.log)
        return self.height - self.bottom - share * (self.height - self.top - self.bottom)

    def line(
        self,
        points: Iterable[Place],
        role: str,
        width: float = 2.0,
        dash: str = "",
        opacity: float = 1.0,
    ) -> None:
        """Draw a line through ``points``, pairs in the data's units, clipped to the chart."""
        at = " ".join(f"{self.across(x):.1f},{self.down(y):.1f}" for x, y in points)
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        extra += f' opacity="{opacity:.2f}"' if opacity < 1 else ""
        self.inside.append(
            f'<polyline points="{at}" fill="none" stroke="{page_colour(role)}"'
            f' stroke-width="{width:g}"{extra}/>'
        )

    def straight(self, w: float, b: float, role: str, **style: Any) -> None:
        """Draw the part of ``y = w * x + b`` that the chart shows, if any."""
        ends = clip_line(w, b, self.x, self.y)
        if ends:
            self.line(ends, role, **style)

    def holds(self, x: float, y: float) -> bool:
        """Return whether a place lies within the chart."""
        return all(low <= value <= high for value, (low, high) in ((x, self.x), (y, self.y)))

    def points(self, points: Iterable[Place], role: str, radius: float = 4.5) -> None:
        """Draw a dot at each of ``points``, pairs in the data's units."""
        self.over += [
            f'<circle cx="{self.across(x):.1f}" cy="{self.down(y):.1f}" r="{radius:g}"'
            f' fill="{page_colour(role)}"/>'
            for x, y in points
        ]

    def svg(self) -> str:
        """Return the chart as one ``<svg>`` element."""
        width, height = self.width, self.height
        box = f"{self.left} {self.top} {width - self.left - self.right}"
        box += f" {height - self.top - self.bottom}"
        x, y, across, down = box.split()
        inside, over = "".join(self.inside), "".join(self.over)
        return (
            f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            ' style="flex:1 1 300px;max-width:100%;height:auto" font-size="12"'
            f' fill="{page_colour("muted")}"><title>{escape(self.title)}</title>{self.axes()}'
            f'<svg x="{x}" y="{y}" width="{across}" height="{down}" viewBox="{box}">'
            f"{inside}</svg>{over}</svg>"
        )

    def axes(self) -> str:
        """Return the axes, their numbers and their names as SVG."""
        floor_, right = self.height - self.bottom, self.width - self.right
        pieces = []
        x_axis = axis_of(self.x, self.log_x, ACROSS, right - self.left)
        y_axis = axis_of(self.y, self.log, DOWN)
        for value, text in x_axis.ticks:
            at = f'x="{self.across(value):.1f}" y="{floor_ + 16}" text-anchor="middle"'
            pieces.append(f"<text {at}>{text}</text>")
        for value, text in y_axis.ticks:
            at = self.down(value)
            pieces.append(
                f'<path d="M{self.left} {at:.1f}H{right}" stroke="{page_colour("grid")}"/>'
                f'<text x="{self.left - 7}" y="{at + 4:.1f}" text-anchor="end">'
                f"{text}</text>"
            )
        x_name, y_name = (
            escape(axis.named(name))
            for axis, name in zip((x_axis, y_axis), self.names, strict=True)
        )
        pieces.append(
            f'<path d="M{self.left} {floor_}H{right}" stroke="{page_colour("muted")}"/>'
            f'<text x="{right}" y="{self.height - 3}" text-anchor="end">{x_name}</text>'
            f'<text x="2" y="12">{y_name}</text>'
        )
        return "".join(pieces)


def clip_line(w: float, b: float, x: Place, y: Place) -> list[Place] | None:
    """Return the two ends of a line's part within a frame, or ``None`` where it misses it."""
    (left, right), (bottom, top) = x, y
    ends = [(left, w * left + b), (right, w * right + b)]
    if max(ends[0][1], ends[1][1]) < bottom or min(ends[0][1], ends[1][1]) > top:
        return None
    ends = [(x, min(max(y, bottom), top)) for x, y in ends]  # a huge slope cannot blur them
    if w == 0:
        return ends
    first, second = sorted(((value - b) / w, value) for value in (bottom, top))
    return [first if first[0] > left else ends[0], second if second[0] < right else ends[1]]
