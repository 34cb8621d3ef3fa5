"""Which door: what each method costs for a shape of X, and who wins where, counted and measured."""

from collections.abc import Sequence
from typing import Any, ClassVar

from traitlets import Dict, Float, Int, validate

from linreg import costs
from linreg.datasets import load_measured
from linreg.labs.kit.chart import Chart, key
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.text import power, readable, significant
from linreg.labs.kit.values import LabError

__all__ = ["AMOUNTS", "ROLES", "SIZES", "TIMES", "Doors", "amount", "counted", "scaled"]

RANGES = {  # of each slider
    "n_samples": (10, 10**9),
    "n_features": (1, 10**6),
    "n_steps": (1, 10**6),
    "rate": (1e8, 1e15),
}
WORDS = (2, 4, 8)  # bytes: float16, float32, float64
DIRECT = costs.METHODS[:-1]
ROLES = dict(zip(costs.METHODS, ("data", "best", "residual", "fit"), strict=True))
RECORDED = {  # what a record calls the times that are shown
    "normal equations": "normal equations",
    "qr": "linreg qr",
    "lstsq": "numpy lstsq",
    "step": "gradient step",
}
AMOUNTS = [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")]
TIMES = [
    (31_557_600, "yr"),
    (86_400, "d"),
    (3600, "h"),
    (60, "min"),
    (1, "s"),
    (1e-3, "ms"),
    (1e-6, "µs"),
    (1e-9, "ns"),
    (1e-12, "ps"),
    (1e-15, "fs"),
]
AXES = {"plane": ("rows N", "columns D")}
RATE = 1e10  # operations a second that are supposed
FAR = 3  # an estimate that many times too short or too long is far off, ...
CALLS = 1e-3  # ... and one of fewer seconds than this, because calls take longer than sums
STEPS = ("1 step", "{count} steps")  # one of them, and several
HEADS = ("method", "estimated", "measured", "operations", "memory")
NOT_MEASURED = "–"
SIZES = [(1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")]


class Doors(Lab):
    """Move N, D and the number of steps, and see which method costs least, and by how much.

    Parameters
    ----------
    n_samples, n_features : int
        N and D: the shape of X.
    n_steps : int
        The steps that gradient descent shall take.
    rate : float
        Operations that the machine does in a second.
    word_bytes : int
        Bytes of a number: 2, 4 or 8.
    record : dict
        A record of ``benchmarks/solvers.py``; without one, that of ``load_measured("solvers")``.

    Raises
    ------
    LabError
        A ``ValueError`` that says what cannot be shown, and why.
    """

    n_samples = Int(1000).tag(sync=True)
    n_features = Int(10).tag(sync=True)
    n_steps = Int(100).tag(sync=True)
    rate = Float(RATE).tag(sync=True)
    word_bytes = Int(8).tag(sync=True)
    measured = Dict().tag(sync=True)

    constants: ClassVar = {
        "METHODS": list(ROLES.items()),
        "RANGES": RANGES,
        "WORDS": WORDS,
        "AMOUNTS": AMOUNTS,
        "TIMES": TIMES,
        "SIZES": SIZES,
        "AXES": AXES,
        "HEADS": HEADS,
        "NOT_MEASURED": NOT_MEASURED,
        "RATE": RATE,
        "FAR": FAR,
        "CALLS": CALLS,
        "STEPS": STEPS,
    }
    title = "Which door"
    question = "Which method is fastest for your table?"
    shown = ("n_samples", "n_features", "n_steps", "rate", "word_bytes", "measured")
    spoken = ("n_samples", "n_features", "n_steps")

    def __init__(
        self,
        n_samples: int = 1000,
        n_features: int = 10,
        n_steps: int = 100,
        rate: float = RATE,
        word_bytes: int = 8,
        record: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(
            n_samples=n_samples,
            n_features=n_features,
            n_steps=n_steps,
            rate=rate,
            word_bytes=word_bytes,
            measured=_measurements(load_measured("solvers") if record is None else record),
        )

    @validate("n_samples", "n_features", "n_steps", "rate")
    def _check_range(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        low, high = RANGES[name]
        if not low <= value <= high:
            raise LabError(f"{name} is {value:,}: choose between {low:,} and {high:,}")
        return value

    @validate("word_bytes")
    def _check_word(self, proposal):
        if proposal["value"] not in WORDS:
            raise LabError(f"word_bytes is {proposal['value']}: choose 2, 4 or 8")
        return proposal["value"]

    # ---- Mathematics: the same as doors.js, and tested against it

    def table(self) -> dict[str, tuple[float, float, float]]:
        """Return ``{method: (operations, seconds, bytes)}``, the bytes those beside X."""
        shape = self.n_samples, self.n_features
        rows = {}
        for method in costs.METHODS:
            operations = costs.operations(method, *shape, self.n_steps)
            memory = costs.memory(method, *shape, self.word_bytes)
            rows[method] = operations, operations / self.rate, memory
        return rows

    def winner(self) -> str:
        """Return the method with the fewest operations."""
        return costs.cheapest(self.n_samples, self.n_features, self.n_steps)

    def clocked(self) -> list[tuple[int, int, str]]:
        """Return ``(n_samples, n_features, method)`` for each measured shape, the fastest there."""
        return [
            (n_samples, n_features, min(times, key=times.get))
            for (n_samples, n_features), times in self._times().items()
        ]

    def clock(self) -> dict[str, float] | None:
        """Return ``{method: seconds}`` as measured for this shape; ``None`` where it was not."""
        return self._times().get((self.n_samples, self.n_features))

    def _times(self):
        """Return the measured seconds by shape and method, those of descent for all its steps."""
        return {
            (n_samples, n_features): {method: seconds[method] for method in DIRECT}
            | {"gradient descent": seconds["step"] * self.n_steps}
            for n_samples, n_features, seconds in self.measured["rows"]
        }

    # ---- The still picture

    def still(self) -> str:
        """Return the plane, the table and a sentence that names the winner."""
        clock = self.clock()
        rows = ""
        for method, (operations, seconds, memory) in self.table().items():
            measured = scaled(clock[method], TIMES) if clock else NOT_MEASURED
            cells = scaled(seconds, TIMES), measured, counted(operations), scaled(memory, SIZES, 3)
            rows += f"<tr><th scope='row'>{key(ROLES[method])}{method}</th>"
            rows += "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        heads = "".join(f"<th scope='col'>{name}</th>" for name in HEADS)
        data = costs.data_memory(self.n_samples, self.n_features, self.word_bytes)
        text = (
            f"N = {amount(self.n_samples)}, D = {amount(self.n_features)}, "
            f"{_steps_text(self.n_steps)} of descent, {power(self.rate)} operations a second, "
            f"{self.word_bytes} bytes a number. The fewest operations: {self.winner()}. X and y "
            f"themselves take {scaled(data, SIZES, 3)}, and the memory is beside them. On the "
            "map, in the colours of the table, a small dot is the method with the fewest "
            "operations at its shape, and a large one the method that was fastest, measured on "
            f"{self.measured['machine']}. "
            "This picture is still; with JavaScript, or in Jupyter, you move it."
        )
        return f"{self.plane().svg()}<table><tr>{heads}</tr>{rows}</table><p>{text}</p>"

    def plane(self) -> Chart:
        """Return the (N, D) plane as a ``Chart``, a dot for the winner at each place."""
        title = "Rows against columns, coloured by the method that costs least"
        frames = RANGES["n_samples"], RANGES["n_features"]
        chart = Chart(title, *frames, AXES["plane"], log=True, log_x=True)
        places = [
            (10 ** (1.25 + i / 2), 10 ** (j / 2 + 0.25)) for i in range(16) for j in range(12)
        ]
        for n_samples, n_features in places:
            method = costs.cheapest(round(n_samples), round(n_features), self.n_steps)
            chart.points([(n_samples, n_features)], ROLES[method], 2)
        for n_samples, n_features, method in self.clocked():
            chart.points([(n_samples, n_features)], ROLES[method], 5)
        return chart


def _measurements(record):
    """Return a record's times as the page has them, of the problems where every method is right."""
    try:
        machine = f"{record['machine']['processor']}, {record['machine']['cores']} cores"
        rows = [_recorded(row) for row in record["rows"] if row["problem"] == "integers"]
    except (KeyError, TypeError) as error:
        wrong = f"has no {error}" if isinstance(error, KeyError) else f"is {type(record).__name__}"
        raise LabError(f"record {wrong}: give what load_measured('solvers') returns") from None
    if not rows:
        raise LabError("record has no row of the problem 'integers': run benchmarks/solvers.py")
    return {"machine": machine, "rows": rows}


def _recorded(row):
    """Return a record's row as the page has it: N, D, and the seconds by method."""
    seconds = {to: row["seconds"][of] for to, of in RECORDED.items()}
    return [row["n_samples"], row["n_features"], seconds]


def amount(value: float) -> str:
    """Return a count as text: ``100,333``, ``4 million``."""
    for unit, name in AMOUNTS:
        if value >= unit:
            part = value / unit
            return f"{_short(part, 3)} {name}" if part < 999.5 else readable(value, 3)
    return f"{value:,.0f}"


def _steps_text(steps):
    """Return a number of steps as text: ``1 step``, ``4 million steps``."""
    return STEPS[steps != 1].format(count=amount(steps))


def counted(value: float) -> str:
    """Return a count as text in a column of numbers: ``100,333``, ``4.0×10⁶``."""
    return amount(value) if value < 1e6 else readable(value, 3)


def scaled(value: float, units: Sequence[tuple[float, str]], digits: int = 2) -> str:
    """Return a value in the largest of some units that it reaches: ``36 µs``, ``80 GB``."""
    unit, name = next((one for one in units if value >= one[0]), units[-1])
    part = value / unit
    return f"{_short(part, digits) if part < 9_995 else readable(part, 3)} {name}"


def _short(value, digits):
    """Return a number below 10,000 in so many significant digits, without zeros at its end."""
    return f"{significant(value, digits).normalize():f}"
