"""Sphinx extension: the directive ``{moving-walk}``, gradient descent as a picture that moves.

The picture is drawn from ``linreg``'s own walk when the book is built. It stands still, at the
walk's end, until page.js starts it.
"""

from math import log1p, log10

from docutils import nodes
from docutils.parsers.rst import Directive

from linreg.labs import Walk

N_STEPS = 14
SECONDS = 4.5
TITLE = (
    "Gradient descent on eight points: a line, flat at first, turns step by step until it passes "
    "close to every point, while its loss falls to the least there is."
)


def setup(app):
    """Name the directive."""
    app.add_directive("moving-walk", MovingWalk)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


class MovingWalk(Directive):
    """The walk's picture and the button that plays it."""

    def run(self):
        """Return the figure as raw HTML."""
        button = '<button type="button" class="lr-again" hidden>Play the walk</button>'
        html = f'<figure class="lr-hero">{picture()}{button}</figure>'
        return [nodes.raw("", html, format="html")]


def picture():
    """Return the whole drawing: the points with the moving line, and the falling loss."""
    walk = Walk(n_steps=N_STEPS)
    stops = walk.path()
    clock = animate("opacity", [1] * len(stops), name="walkclock", begin="indefinite")
    return (
        f'<svg viewBox="0 0 720 300" role="img" aria-label="{TITLE}"><g>{clock}'
        f"{line_panel(walk, stops)}{loss_panel(walk, stops)}</g></svg>"
    )


def line_panel(walk, stops):
    """Return the points, a faint line for each step, and the line that moves over them."""

    def across(x):
        return 20 + (x + 2.2) / 5.2 * 400

    def down(y):
        return 285 - (y + 3.3) / 8.2 * 270

    ends = [(down(w * -2.2 + b), down(w * 3.0 + b)) for w, b, _ in stops]
    faint = "".join(
        f'<path class="lr-fit" opacity="{0.25 + 0.06 * k:.2f}" stroke-width="1.5"'
        f' d="M{across(-2.2):.1f} {left:.1f}L{across(3.0):.1f} {right:.1f}"/>'
        for k, (left, right) in enumerate(ends[:6])
    )
    (y1, y2), x1, x2 = ends[-1], across(-2.2), across(3.0)
    lefts, rights = ([f"{end[i]:.1f}" for end in ends] for i in (0, 1))
    dots = "".join(
        f'<circle class="lr-data" cx="{across(x):.1f}" cy="{down(y):.1f}" r="7"/>'
        for x, y in zip(walk.x, walk.y)
    )
    return (
        f'{faint}<line class="lr-fit" stroke-width="4" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}"'
        f' y2="{y2:.1f}">{animate("y1", lefts)}{animate("y2", rights)}</line>{dots}'
    )


def loss_panel(walk, stops):
    """Return the loss after each step, its floor, and the dot that runs down to it."""
    highest, least = stops[0][2], walk.optimum()[2]

    def across(step):
        return 480 + step / N_STEPS * 215

    def down(loss):
        return 35 + log10(highest / loss) / log10(highest / least) * 225

    places = [(f"{across(k):.1f}", f"{down(loss):.1f}") for k, (_, _, loss) in enumerate(stops)]
    curve = "L".join(" ".join(place) for place in places)
    xs, ys = zip(*places)
    return (
        f'<path class="lr-best" d="M470 {down(least):.1f}H710"/>'
        '<text x="710" y="288" text-anchor="end">step</text><text x="480" y="18">loss</text>'
        f'<path class="lr-fit" opacity="0.45" stroke-width="2" d="M{curve}"/>'
        f'<circle class="lr-dot" cx="{xs[-1]}" cy="{ys[-1]}" r="7">{animate("cx", xs)}'
        f"{animate('cy', ys)}</circle>"
    )


def animate(attribute, values, name="", begin="walkclock.begin"):
    """Return an animation through ``values``, one a step, the first ones slowest."""
    mark = f' id="{name}"' if name else ""
    last = len(values) - 1
    times = ";".join(f"{log1p(k / 2) / log1p(last / 2):.3f}" for k in range(last + 1))
    return (
        f'<animate{mark} attributeName="{attribute}" values="{";".join(map(str, values))}"'
        f' keyTimes="{times}" dur="{SECONDS}s" begin="{begin}" fill="freeze"/>'
    )
