"""The walk: gradient descent on one feature, a line sweeping to the best one."""

from collections.abc import Sequence
from functools import lru_cache
from math import log10
from typing import ClassVar

from traitlets import Bool, Int, validate

from linreg import pure_python
from linreg.datasets import load_eight_points
from linreg.labs.kit.chart import Chart
from linreg.labs.kit.descent import DescentLab, best_line, threshold
from linreg.labs.kit.text import plural, readable
from linreg.labs.kit.values import LabError, points_or

__all__ = ["Walk"]

MOST_STEPS = 500
LARGEST = 1e80  # beyond it the walk is cut short, long before a square overflows
PAD, HEADROOM = 0.08, 0.25  # beside the points, and above and below all that is drawn, as parts
LEAST_SHARE = 1e-16  # of the first loss, at the foot of the logarithmic axis
LEAST_DECADES = 0.5  # that the axis shows
LEAST = "The least loss there is: {least}"
AXES = {"data": ("x", "y"), "losses": ("step", "loss")}

Stop = tuple[float, float, float]  # w, b and the loss


class Walk(DescentLab):
    """Watch gradient descent walk a line from (0, 0) to the least loss.

    Parameters
    ----------
    x, y : sequence of floats of shape (n_samples,)
        The points; without any, the eight of Chapter 4.
    learning_rate : float
        The factor on the gradient at each step, between 0.001 and 1.
    n_steps : int
        How long the walk is.
    step : int
        The step that is shown first.

    Raises
    ------
    LabError
        A ``ValueError`` that says what cannot be shown, and why.
    """

    n_steps = Int(50).tag(sync=True)
    step = Int(0).tag(sync=True)
    playing = Bool(False).tag(sync=True)

    title = "The walk"
    question = "How large can the learning rate α get before the walk no longer arrives?"
    shown = ("x", "y", "learning_rate", "n_steps", "step", "playing")
    spoken = ("learning_rate", "step")
    constants: ClassVar = {
        "LARGEST": LARGEST,
        "PAD": PAD,
        "HEADROOM": HEADROOM,
        "LEAST_SHARE": LEAST_SHARE,
        "LEAST_DECADES": LEAST_DECADES,
        "LEAST": LEAST,
        "AXES": AXES,
    }
    without_spread = (
        "many lines are equally good there, so the bowl has no single bottom. Give at least two "
        "different values of x"
    )

    def __init__(
        self,
        x: Sequence[float] | None = None,
        y: Sequence[float] | None = None,
        learning_rate: float = 0.1,
        n_steps: int = 50,
        step: int = 0,
    ) -> None:
        x, y = points_or(load_eight_points(), x, y)
        super().__init__(x=x, y=y, learning_rate=learning_rate, n_steps=n_steps, step=step)

    @validate("n_steps", "step")
    def _check_steps(self, proposal):
        n_steps, step = self.proposed(proposal, "n_steps", "step")
        if not 1 <= n_steps <= MOST_STEPS:
            raise LabError(f"n_steps is {n_steps}: choose between 1 and {MOST_STEPS}")
        if not 0 <= step <= n_steps:
            raise LabError(f"step is {step}: choose between 0 and n_steps = {n_steps}")
        return proposal["value"]

    # ---- Mathematics: the same as walk.js, and tested against it

    def path(self) -> list[Stop]:
        """Return ``(w, b, loss)`` at each stop, from step 0 to step ``n_steps``.

        A walk whose numbers pass 1e80 is cut short there.
        """
        return list(_path(tuple(self.x), tuple(self.y), self.learning_rate, self.n_steps))

    def optimum(self) -> Stop:
        """Return ``(w, b, loss)`` of the best line."""
        return best_line(self.x, self.y)

    def threshold(self) -> float:
        """Return the learning rate from which on the walk no longer closes in, 2/λmax."""
        return threshold(self.x)

    def gap(self, step: int | None = None) -> float:
        """Return how far the loss at a step, or at the one shown, stands above the least loss.

        The mean squared distance between the two lines, over the points: the difference of the
        two losses would cancel to noise.
        """
        stops = self.path()
        w, b, _ = stops[min(self.step if step is None else step, len(stops) - 1)]
        best_w, best_b, _ = self.optimum()
        apart = [(w - best_w) * value + (b - best_b) for value in self.x]
        return sum(d * d for d in apart) / len(apart)

    # ---- The still picture

    def still(self) -> str:
        """Return the step shown, or from the start the whole walk, as two charts and a sentence."""
        stops = self.path()
        step = min(self.step or self.n_steps, len(stops) - 1)
        w, b, loss = stops[step]
        _, _, least = self.optimum()
        text = (
            f"Gradient descent with learning rate {self.learning_rate:g}, after {step} of "
            f"{plural(self.n_steps, 'step')}: slope {readable(w)}, intercept {readable(b)}, loss "
            f"{readable(loss)}. {LEAST.format(least=readable(least))}, on the dashed line. "
            "This picture is still; with JavaScript, or in Jupyter, you move it."
        )
        charts = self.line_chart(stops, step).svg() + self.loss_chart(stops, step).svg()
        return f'<div style="display:flex;flex-wrap:wrap;gap:0 16px">{charts}</div><p>{text}</p>'

    def line_chart(self, stops: list[Stop], step: int) -> Chart:
        """Return the points, the walk's lines and the best one as a ``Chart``."""
        best_w, best_b, _ = self.optimum()
        pad = PAD * (max(self.x) - min(self.x))
        sides = (min(self.x) - pad, max(self.x) + pad)
        seen = [0.0, *self.y, *(best_w * side + best_b for side in sides)]
        headroom = HEADROOM * (max(seen) - min(seen) or 1)
        heights = (min(seen) - headroom, max(seen) + headroom)
        title = f"{len(self.x)} points, the line after its first steps, and the best line, dashed"
        chart = Chart(title, sides, heights, AXES["data"])
        for w, b, _ in stops[: min(step, 10)]:
            chart.straight(w, b, "fit", width=1.25, opacity=0.45)
        chart.straight(*stops[step][:2], "fit", width=3)
        chart.line([(side, best_w * side + best_b) for side in sides], "best", dash="7 5")
        chart.points(zip(self.x, self.y, strict=True), "data")
        return chart

    def loss_chart(self, stops: list[Stop], step: int) -> Chart:
        """Return the loss at each step, on a logarithmic axis, as a ``Chart``."""
        highest = max(loss for _, _, loss in stops) or 1.0
        least = max(self.optimum()[2], LEAST_SHARE * (stops[0][2] or 1.0))
        span = max(LEAST_DECADES, log10(highest / least))
        title = "The loss after each step, on a logarithmic axis; dashed, the least there is"
        frame = (least * 10 ** (-0.15 * span), least * 10 ** (1.06 * span))
        chart = Chart(title, (0, self.n_steps), frame, AXES["losses"], log=True)
        curve = [(k, max(loss, least)) for k, (_, _, loss) in enumerate(stops)]
        chart.line(curve, "fit", 1.5, opacity=0.35)
        chart.line(curve[: step + 1], "fit", 3)
        chart.line([(0, least), (self.n_steps, least)], "best", dash="7 5")
        chart.points([curve[step]], "fit", 5.5)
        return chart


@lru_cache(maxsize=8)  # a gap at a step asks for it again
def _path(x, y, learning_rate, n_steps):
    rows, y = [[value] for value in x], list(y)
    w, b, stops = 0.0, 0.0, []
    while len(stops) <= n_steps and max(abs(w), abs(b)) <= LARGEST:
        loss = pure_python.mean_squared_error(y, pure_python.predict(rows, [w], b))
        stops.append((w, b, loss))
        (slope,), d_intercept = pure_python.gradient(rows, y, [w], b)
        w, b = w - learning_rate * slope, b - learning_rate * d_intercept
    return stops
