"""The long valley: walks from one start, in a valley that the reader stretches."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import cycle, islice
from math import inf, log, pi
from typing import ClassVar

import numpy as np
from traitlets import Bool, Float, Int, List, Unicode, default, observe, validate

from linreg import optimizers
from linreg.labs.kit.chart import Chart, key
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.text import power
from linreg.labs.kit.values import LabError, within

__all__ = [
    "AT_REST",
    "COUNTED",
    "FIRST",
    "LEVELS",
    "METHODS",
    "SEEN",
    "START",
    "Valley",
    "row_order",
    "to_floor",
]

N_ROWS, BATCH = 16, 4
NOISE = 1.0  # the size of every residual at the optimum
TURN = np.array([[0.8, -0.6], [0.6, 0.8]])  # its rows: the steep direction, then the flat one
START = np.array([0.7, 5.0]) @ TURN
RATE, DECAY = 0.4, 0.01  # of SGD
EPOCHS = 60  # that the row order holds; then it begins anew
KAPPAS = (1, 20)  # the smallest and the largest condition number
TOLERANCES = (1e-8, 0.1)
SEEN = 150  # steps that the picture shows
COUNTED, HELD = 2500, 250  # steps that are counted, and for how long a gap must stay small
AT_REST = 1e-24  # of the first gap: there a walk ends
LEVELS = [0.05, 0.2, 0.8, 3.2, 12.8]  # of equal gap, each ring twice as wide as the last
LEAST_SEEN, MOST_SEEN = 1e-9, 100  # shares of the first gap on the axis
NOT_ARRIVED = f"over {COUNTED}"  # steps
VALLEY = "A valley with κ = {kappa}"
FIRST = ("gradient_descent", "heavy_ball")  # the methods that are shown at first
AXES = {"map": ("first weight", "second weight"), "gaps": ("step", "gap left")}

# The methods in the order of the chapter: their name, their role in the palette.
METHODS = {
    "gradient_descent": ("gradient descent", "muted"),
    "heavy_ball": ("heavy ball", "fit"),
    "nesterov": ("Nesterov", "best"),
    "conjugate_gradient": ("conjugate gradient", "data"),
    "stochastic_gradient_descent": ("SGD", "residual"),
}


class Valley(Lab):
    """Stretch a valley, and watch up to five methods walk down it from one start.

    The loss is that of 16 rows and two weights, with eigenvalues 2 and 2/κ² of the Hessian. SGD
    takes 4 rows a step, in an order that ``seed`` fixes; the others have their best settings.

    Parameters
    ----------
    kappa : float
        The condition number of X, between 1 and 20.
    tolerance : float
        The share of the first gap at which a walk has arrived, between 1e-8 and 0.1.
    methods : sequence of str
        Names of functions in ``linreg.optimizers`` to show; without any, gradient descent and the
        heavy ball.
    falling : bool
        Whether SGD's learning rate falls from step to step.
    step : int
        The step that is shown first, at most 150.
    seed : int
        What SGD's row order is drawn from.

    Raises
    ------
    LabError
        A ``ValueError`` that says what cannot be shown, and why.
    """

    kappa = Float(6.0).tag(sync=True)
    tolerance = Float(1e-3).tag(sync=True)
    methods = List(Unicode()).tag(sync=True)
    falling = Bool(False).tag(sync=True)
    step = Int(0).tag(sync=True)
    playing = Bool(False).tag(sync=True)
    seed = Int(0)
    order = List(Int()).tag(sync=True)

    constants: ClassVar = {
        "N_ROWS": N_ROWS,
        "BATCH": BATCH,
        "NOISE": NOISE,
        "STEEP": tuple(TURN[0]),
        "FLAT": tuple(TURN[1]),
        "START": tuple(START),
        "RATE": RATE,
        "DECAY": DECAY,
        "KAPPAS": KAPPAS,
        "TOLERANCES": TOLERANCES,
        "SEEN": SEEN,
        "COUNTED": COUNTED,
        "HELD": HELD,
        "AT_REST": AT_REST,
        "LEVELS": LEVELS,
        "SHARES": (LEAST_SEEN, MOST_SEEN),
        "METHODS": [(name, *words) for name, words in METHODS.items()],
        "NOT_ARRIVED": NOT_ARRIVED,
        "VALLEY": VALLEY,
        "AXES": AXES,
    }
    title = "The long valley"
    question = "How can a walk get down a long, narrow valley in fewer steps?"
    shown = ("kappa", "tolerance", "methods", "falling", "step", "playing", "order")
    spoken = ("kappa", "tolerance", "step")

    def __init__(
        self,
        kappa: float = 6.0,
        tolerance: float = 1e-3,
        methods: Sequence[str] | None = None,
        falling: bool = False,
        step: int = 0,
        seed: int = 0,
    ) -> None:
        methods = FIRST if methods is None else methods
        super().__init__(
            kappa=kappa,
            tolerance=tolerance,
            methods=list(methods),
            falling=falling,
            step=step,
            seed=seed,
        )

    @validate("kappa")
    def _check_kappa(self, proposal):
        return within(proposal["value"], "kappa", *KAPPAS)

    @validate("tolerance")
    def _check_tolerance(self, proposal):
        return within(proposal["value"], "tolerance", *TOLERANCES)

    @validate("step")
    def _check_step(self, proposal):
        return within(proposal["value"], "step", 0, SEEN)

    @validate("methods")
    def _check_methods(self, proposal):
        for name in proposal["value"]:
            if name not in METHODS:
                raise LabError(f"methods has {name!r}: choose from {', '.join(METHODS)}")
        return [name for name in METHODS if name in proposal["value"]]

    @validate("seed")
    def _check_seed(self, proposal):
        if proposal["value"] < 0:
            raise LabError(f"seed is {proposal['value']}: choose 0 or more")
        return proposal["value"]

    @default("order")
    def _first_order(self):
        return row_order(self.seed)

    @observe("seed")
    def _draw_order(self, change):
        self.order = row_order(change["new"])

    # ---- Mathematics: the same as valley.js, and tested against it

    def problem(self) -> tuple[np.ndarray, np.ndarray]:
        """Return ``X`` of shape (16, 2) and ``y`` of shape (16,); the best weights are zero.

        The rows of X lie on an ellipse; y goes up and down from row to row, orthogonal to both
        columns.
        """
        return _problem(self.kappa)

    def walk(self, name: str) -> np.ndarray:
        """Return a method's places, shape (at most 2501, 2), as far as they are counted."""
        return _walk(name, self.kappa, self.falling, tuple(self.order))

    def share(self, places: np.ndarray) -> np.ndarray:
        """Return the gap at places of shape (..., 2), as a share of the first gap.

        The gap is the mean square of X w, since the best weights are zero.
        """
        return _share(places, self.kappa)

    def steps_needed(self, name: str) -> float:
        """Return the step from which on the gap stays within the tolerance; ``inf`` without one.

        A dip that does not last until the walk rests, or for the last 250 counted steps, is luck.
        """
        far = np.flatnonzero(self.share(self.walk(name)) > self.tolerance)
        return int(far[-1]) + 1 if far[-1] < COUNTED - HELD else inf

    # ---- The still picture

    def still(self) -> str:
        """Return the valley with the trails, the gaps as curves, and a sentence of counts."""
        walks = {name: self.walk(name)[: (self.step or SEEN) + 1] for name in self.methods}
        counts = ", ".join(
            f"{key(METHODS[name][1])}{METHODS[name][0]} {self.count(name)}" for name in self.methods
        )
        valley = VALLEY.format(kappa=f"{self.kappa:g}")
        text = (
            f"{valley}, its rings of equal loss, and walks from one start, "
            "a dot where each has come to; and the share of the first gap after each step. Steps "
            f"until the gap stays below {power(self.tolerance)} of the first, the dashed line: "
            f"{counts or 'no method is shown'}. "
            "This picture is still; with JavaScript, or in Jupyter, you move it."
        )
        charts = self.map_chart(walks).svg() + self.gap_chart(walks).svg()
        return f'<div style="display:flex;flex-wrap:wrap;gap:0 16px">{charts}</div><p>{text}</p>'

    def count(self, name: str) -> str:
        """Return the steps needed, as text."""
        steps = self.steps_needed(name)
        return NOT_ARRIVED if steps == inf else str(steps)

    def map_chart(self, walks: dict[str, np.ndarray]) -> Chart:
        """Return rings of equal gap and the walks' trails, as a ``Chart`` of equal scales."""
        title = "A narrow valley seen from above, and the trails of the walks from one start"
        chart = Chart(title, (-4.2, 7.24), (-2.0, 5.2), AXES["map"])
        turn = np.linspace(0, 2 * pi, 73)
        for level in LEVELS:
            ring = np.sqrt(level) * np.column_stack([np.cos(turn), self.kappa * np.sin(turn)])
            chart.line(ring @ TURN, "grid", 1.5)
        for name, places in walks.items():
            chart.line(places, METHODS[name][1], 1.5)
        ends = [places[-1] for places in walks.values()]
        chart.points([end for end in ends if chart.holds(*end)], "ink", 3.5)
        return chart

    def gap_chart(self, walks: dict[str, np.ndarray]) -> Chart:
        """Return the share of the gap that is left after each step, as a ``Chart``."""
        title = "The share of the first gap after each step; dashed, the tolerance"
        frame = (LEAST_SEEN, MOST_SEEN)
        chart = Chart(title, (0, SEEN), frame, AXES["gaps"], log=True)
        for name, places in walks.items():
            chart.line(to_floor(self.share(places)), METHODS[name][1], 2)
        chart.line([(0, self.tolerance), (SEEN, self.tolerance)], "ink", 1.5, dash="7 5")
        return chart


def _problem(kappa):
    turn = 2 * pi * np.arange(N_ROWS) / N_ROWS
    around = np.sqrt(2) * np.column_stack([np.cos(turn), np.sin(turn) / kappa])
    return around @ TURN, NOISE * (-1.0) ** np.arange(N_ROWS)


@lru_cache(maxsize=32)  # a display asks for each walk twice: for its trail, and for its count
def _walk(name, kappa, falling, order):
    X, y = _problem(kappa)
    method, places = getattr(optimizers, name), []
    settings = _settings(name, X, falling, order)
    for theta, _, _ in islice(method(X, y, START, **settings), COUNTED + 1):
        places.append(theta)
        if _share(theta, kappa) <= AT_REST:
            break
    walked = np.array(places)
    walked.flags.writeable = False  # every caller has the same array
    return walked


def _settings(name, X, falling, order):
    """Return what a method is called with, by name."""
    if name != "stochastic_gradient_descent":
        return optimizers.best_settings(getattr(optimizers, name), X, fit_intercept=False)
    batches = np.array(order).reshape(-1, BATCH)
    decay = DECAY if falling else 0.0
    return {"learning_rate": RATE, "decay": decay, "batches": cycle(batches)}


def _share(places, kappa):
    along = np.array([1, 1 / kappa])
    return (((places @ TURN.T) * along) ** 2).sum(-1) / ((START @ TURN.T * along) ** 2).sum()


def to_floor(shares: Sequence[float]) -> list[tuple[float, float]]:
    """Return ``(step, share)`` of a gap's curve, which ends where it meets the axis's floor."""
    curve = []
    for step, share in enumerate(shares):
        if share <= LEAST_SEEN:
            before = shares[step - 1]
            part = log(before / LEAST_SEEN) / log(before / max(share, AT_REST))
            return [*curve, (step - 1 + part, LEAST_SEEN)]
        curve.append((step, min(share, MOST_SEEN)))
    return curve


def row_order(seed: int) -> list[int]:
    """Return row numbers for so many epochs, each a fresh shuffle, as one list."""
    batches = optimizers.shuffled_batches(N_ROWS, BATCH, seed)
    return np.concatenate(list(islice(batches, EPOCHS * N_ROWS // BATCH))).tolist()
