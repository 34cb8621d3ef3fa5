"""The book's figures: every function takes axes and returns them.

Nothing here fits, shows or changes a global setting.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from linreg.extras import extra
from linreg.palette import colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    *["boxes", "contours", "curve", "error_curve", "floor", "image_of_circle", "in_space", "jump"],
    *["line", "loss_curve", "points", "regions", "residuals", "spaced", "squares", "subplots"],
    *["thousands", "trail"],
]

# A list, an array or a tensor of numbers; a place (x, y); and the ends of a range.
Numbers = Sequence[float] | Any
Pair = tuple[float, float]


def subplots(n_columns: int = 1, *, height: float = 2.8) -> "tuple[Figure, Axes | Any]":
    """Return a figure and its axes in the book's look: one, or an array of ``n_columns``.

    ``height`` is in inches. The figure is 4.8 inches wide, so that its text can be read on a phone,
    and its background is transparent, so that a page may show it on paper of its own colour.
    """
    with extra("plots"):
        import matplotlib.pyplot as plt

    fig, axes = plt.subplots(
        1, n_columns, figsize=(4.8, height), dpi=210, layout="constrained", facecolor="none"
    )
    for ax in [axes] if n_columns == 1 else axes:
        ax.set_facecolor("none")
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[["bottom", "left"]].set_color(colour("muted"))
        ax.tick_params(colors=colour("muted"), labelsize=8)
        for text in (ax.xaxis.label, ax.yaxis.label, ax.title):
            text.set_size(9)
        ax.grid(color=colour("grid"), linewidth=0.6)
        ax.set_axisbelow(True)
    return fig, axes


def thousands(ax: "Axes", *, axis: str = "both") -> "Axes":
    """Write the numbers along an axis, ``"x"``, ``"y"`` or ``"both"``, as 150,000."""
    for one in ("x", "y") if axis == "both" else (axis,):
        getattr(ax, f"{one}axis").set_major_formatter("{x:,.0f}")
    return ax


def points(
    ax: "Axes",
    x: Numbers,
    y: Numbers,
    *,
    role: str = "data",
    size: float = 6.5,
    strength: float = 1.0,
) -> "Axes":
    """Draw one dot a sample; ``x`` and ``y`` have shape (n_samples,).

    ``size`` is in points. Thousands of dots want a small size and a strength near 0.2.
    """
    ax.plot(x, y, "o", color=colour(role), markersize=size, alpha=strength, markeredgewidth=0)
    return ax


def residuals(ax: "Axes", x: Numbers, y: Numbers, y_hat: Numbers) -> "Axes":
    """Draw a stick from each target to its prediction; all three have shape (n_samples,)."""
    ax.vlines(x, y, y_hat, color=colour("residual"), linewidth=1.6)
    return ax


def line(
    ax: "Axes", coef: Numbers, intercept: float, *, role: str = "fit", strength: float = 1.0
) -> "Axes":
    """Draw ``y = coef[0] * x + intercept`` across the axes, at a strength between 0 and 1.

    ``coef`` has shape (1,).
    """
    ax.axline(
        (0, float(intercept)),
        slope=float(coef[0]),
        color=colour(role),
        linewidth=1.8,
        alpha=strength,
    )
    return ax


def squares(ax: "Axes", x: Numbers, y: Numbers, coef: Numbers, intercept: float) -> "Axes":
    """Draw the residuals of a line as sticks with their squares; the axes get equal units.

    ``x`` and ``y`` have shape (n_samples,), ``coef`` has shape (1,). A square stands on that side
    of its stick where the line does not cross it.
    """
    from matplotlib.patches import Rectangle

    y_hat = [coef[0] * x_i + intercept for x_i in x]
    for x_i, y_i, p in zip(x, y, y_hat):
        side = abs(p - y_i)
        left = x_i - side if (y_i - p) * coef[0] > 0 else x_i
        square = Rectangle((left, min(y_i, p)), side, side, color=colour("residual"), alpha=0.18)
        ax.add_patch(square)
    residuals(ax, x, y, y_hat)
    ax.set_aspect("equal")
    return ax


def loss_curve(ax: "Axes", loss_history: Numbers, *, role: str = "fit", label: str = "") -> "Axes":
    """Draw the loss after each step on a logarithmic axis, its label at its end.

    ``loss_history`` has one entry a step, the start first.
    """
    curve(ax, range(len(loss_history)), loss_history, role=role, label=label)
    ax.set_yscale("log")
    return ax


def curve(
    ax: "Axes", x: Numbers, y: Numbers, *, role: str = "fit", label: str = "", style: str = "-"
) -> "Axes":
    """Draw a curve through points in order, its label at its end.

    ``x`` and ``y`` have shape (n_points,); ``style`` is matplotlib's, such as ``"--"``.
    """
    ax.plot(x, y, style, color=colour(role), linewidth=1.8)
    ax.annotate(
        label,
        (x[-1], y[-1]),
        xytext=(4, 4),
        textcoords="offset points",
        color=colour(role),
        fontsize=8,
        va="center",
    )
    return ax


def error_curve(ax: "Axes", steps: Numbers, errors: Numbers, *, role: str = "data") -> "Axes":
    """Draw an error against the step that made it, both axes logarithmic, smallest step left."""
    ax.plot(steps, errors, color=colour(role), linewidth=1.6)
    ax.set(xscale="log", yscale="log")
    return ax


def floor(ax: "Axes", value: float, *, label: str = "") -> "Axes":
    """Draw a dashed level that a curve cannot pass, such as the least loss."""
    ax.axhline(value, color=colour("best"), linestyle="--", linewidth=1.4)
    middle = sum(ax.get_xlim()) / 2
    ax.text(middle, value * 1.15, label, color=colour("best"), fontsize=8, ha="center", va="bottom")
    return ax


def contours(
    ax: "Axes",
    loss: Callable[[float, float], float],
    w_range: Pair,
    b_range: Pair,
    *,
    heights: Sequence[float] | None = None,
) -> "Axes":
    """Draw rings of equal ``loss(w, b)`` over two ranges ``(low, high)``.

    At the ``heights``, each with its number; without any, at levels even in the loss's root.
    """
    ws, bs = (spaced(low, high, 120) for low, high in (w_range, b_range))
    roots = [[loss(w, b) ** 0.5 for w in ws] for b in bs]
    levels = [height**0.5 for height in heights] if heights else 8
    rings = ax.contour(ws, bs, roots, levels, colors=colour("muted"), linewidths=0.6, alpha=0.7)
    if heights:
        names = {level: f"{height:.2g}" for level, height in zip(levels, heights)}
        ax.clabel(rings, fmt=names, fontsize=7, colors=colour("ink"))
    ax.set(xlim=w_range, ylim=b_range)
    return ax


def spaced(low: float, high: float, n: int) -> list[float]:
    """Return ``n`` evenly spaced numbers, both ends included."""
    return [low + (high - low) * i / (n - 1) for i in range(n)]


def trail(ax: "Axes", path: Sequence[Pair] | Any, *, role: str = "fit") -> "Axes":
    """Draw the places ``(w, b)`` that a walk visited, in order, a dot at each."""
    ax.plot(*zip(*path), "o-", color=colour(role), markersize=3.5, linewidth=1.2)
    return ax


def boxes(
    ax: "Axes",
    texts: Sequence[Sequence[str]],
    strengths: Sequence[Numbers] | Any,
    *,
    role: str = "data",
) -> "Axes":
    """Draw a table of boxes, each with its text on a tint of its own.

    ``texts`` and ``strengths`` have the same shape, rows first; the first row is on top. A strength
    lies between 0, no tint, and 1. A box stands on whole numbers: column ``j``, row ``i``.
    """
    from matplotlib.patches import Rectangle

    for i, row in enumerate(texts):
        for j, text in enumerate(row):
            tint = 0.5 * float(strengths[i][j])  # half a tint leaves the text legible
            box = Rectangle((j - 0.46, i - 0.44), 0.92, 0.88, linewidth=0, alpha=tint)
            box.set_facecolor(colour(role))
            ax.add_patch(box)
            ax.text(j, i, text, color=colour("ink"), fontsize=8, ha="center", va="center")
    ax.set(xlim=(-0.5, len(texts[0]) - 0.5), ylim=(len(texts) - 0.5, -0.5))
    ax.grid(visible=False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def jump(ax: "Axes", start: Pair, end: Pair, *, role: str = "best") -> "Axes":
    """Draw a straight arrow from one place ``(x, y)`` to another."""
    arrow = {"arrowstyle": "-|>", "color": colour(role), "linewidth": 1.8, "shrinkA": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops={**arrow, "shrinkB": 0})
    return ax


def in_space(
    ax: "Axes",
    page: Sequence[Pair],
    *,
    sheets: Sequence[Sequence[Numbers]],
    arrows: Mapping[str, tuple[Numbers, Numbers, str]],
) -> "Axes":
    """Draw flat sheets and arrows of a space of three axes, as seen from one side.

    ``page`` holds three pairs: where the picture shows 1 on each axis. A sheet is a list of its
    corners, and ``arrows`` has an entry ``name: (start, end, role)`` for each arrow. Corners and
    ends are three numbers. A name stands at its arrow's head, or at the middle of an arrow that
    does not start from zero.
    """

    def seen(place):
        return tuple(sum(v * one[k] for v, one in zip(place, page)) for k in (0, 1))

    for corners in sheets:
        ax.fill(*zip(*map(seen, corners)), color=colour("data"), alpha=0.16, linewidth=0)
    for name, (start, end, role) in arrows.items():
        jump(ax, seen(start), seen(end), role=role)
        ax.update_datalim([seen(start), seen(end)])
        middle = [(p + q) / 2 for p, q in zip(start, end)]
        place = seen(middle if any(start) else end)
        style = {"color": colour(role), "fontsize": 9}
        ax.annotate(name, place, xytext=(4, 3), textcoords="offset points", **style)
    ax.autoscale_view()
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def image_of_circle(
    ax: "Axes", matrix: Sequence[Numbers] | Any, arrows: Sequence[Numbers]
) -> "Axes":
    """Draw where a matrix, two rows of two numbers, sends the unit circle and two arrows from 0.

    ``arrows`` holds two pairs, the arrows' ends before the matrix is applied. The unit circle is
    drawn too, dashed, and the axes get equal units.
    """
    from math import cos, sin, tau

    def sent(place):
        return tuple(row[0] * place[0] + row[1] * place[1] for row in matrix)

    circle = [(cos(angle), sin(angle)) for angle in spaced(0, tau, 181)]
    ax.plot(*zip(*circle), "--", color=colour("muted"), linewidth=1.0)
    ax.plot(*zip(*map(sent, circle)), color=colour("data"), linewidth=1.6)
    for arrow, role in zip(arrows, ("fit", "best")):
        jump(ax, (0, 0), sent(arrow), role=role)
    ax.set_aspect("equal")
    return ax


def regions(
    ax: "Axes", x: Numbers, y: Numbers, names: Sequence[Sequence[str]], roles: Mapping[str, str]
) -> "Axes":
    """Tint each part of a plane by its name; both axes are logarithmic.

    ``x`` has shape (n,), ``y`` has shape (m,), ``names`` has one row for each entry of ``y``, with
    one name for each entry of ``x``. ``roles`` gives each name its colour.
    """
    for name, role in roles.items():
        inside = [[float(one == name) for one in row] for row in names]
        if any(map(any, inside)):
            ax.contourf(x, y, inside, [0.5, 1.5], colors=[colour(role)], alpha=0.22)
    ax.set(xscale="log", yscale="log")
    return ax
