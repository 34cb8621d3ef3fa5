"""The graph: a calculation in small steps; its values run forward, its slopes run back."""

from collections.abc import Mapping, Sequence
from html import escape
from math import floor, isclose, isfinite, log10
from typing import Any, ClassVar

from traitlets import Bool, Dict, Float, Int, Unicode, validate

from linreg import autograd
from linreg.autograd import Value
from linreg.labs.graph.layout import layout
from linreg.labs.kit.chart import page_colour
from linreg.labs.kit.lab import Lab
from linreg.labs.kit.text import brief, superscript
from linreg.labs.kit.values import LabError, within

__all__ = ["Graph"]

MOST_NODES = 16
# The steps that the engine knows, and how each is written.
PAIRS = {
    "add": ("{0} + {1}", autograd.add),
    "subtract": ("{0} − {1}", autograd.subtract),
    "multiply": ("{0} · {1}", autograd.multiply),
    "divide": ("{0} / {1}", autograd.divide),
}
SINGLES = {
    "exp": ("exp {0}", autograd.exp),
    "log": ("log {0}", autograd.log),
    "tanh": ("tanh {0}", autograd.tanh),
}
UNDEFINED = (ArithmeticError, TypeError, ValueError)  # of a step: 1 / 0, a root or log of −1
CONSTANT = "constant"
TELLS = "{result} grows with {leaf} at the rate {slope}."


class Graph(Lab):
    """Run a calculation forward and its slopes back, and see which numbers a change moves.

    ``Graph(loss, w=w, b=b)`` draws what ``loss`` was made from. The numbers are those of the
    engine's own objects at this moment, or those of a class that is written like it.

    Parameters
    ----------
    result : Value, optional
        What the calculation ends with, made from at most 15 other values of ``linreg.autograd``;
        without one, the square of one residual of Chapter 11.
    leaf : str, optional
        The name of the number that a hand changes, one from which the calculation starts.
    change : float
        By how much it is changed, in its own unit.
    step : int
        How far the calculation has run: forward one step at a time, then back.
    **named : Value
        Values of the graph, by the names that they get. A number from which it starts and that
        has no name is a constant; if none has a name, each gets one.

    Raises
    ------
    LabError
        A ``ValueError`` that says what cannot be shown, and why.
    """

    graph = Dict().tag(sync=True)
    leaf = Unicode().tag(sync=True)
    change = Float(0.0).tag(sync=True)
    step = Int(0).tag(sync=True)
    playing = Bool(False).tag(sync=True)

    title = "The graph of a calculation"
    question = "Change one number a little. Which others move, and how fast does the last one?"
    shown = ("graph", "leaf", "change", "step", "playing")
    spoken = ("leaf", "change", "step")
    constants: ClassVar = {"CONSTANT": CONSTANT, "TELLS": TELLS}

    def __init__(
        self,
        result: Value | None = None,
        /,
        *,
        leaf: str | None = None,
        change: float = 0.0,
        step: int = 0,
        **named: Value,
    ) -> None:
        if result is None:
            result, named = _example()
        graph = _read(result, named)
        leaf = next(_choices(graph)) if leaf is None else leaf
        super().__init__(graph=graph, leaf=leaf, change=change, step=step)

    @validate("leaf", "change")
    def _check_change(self, proposal):
        leaf, change = self.proposed(proposal, "leaf", "change")
        choices = list(_choices(self.graph))
        if leaf not in choices:
            raise LabError(f"leaf is {leaf!r}: choose one of {', '.join(choices)}")
        reach = self.graph["nodes"][self._chosen(leaf)]["reach"]
        within(change, "change", -reach, reach)
        return proposal["value"]

    @validate("step")
    def _check_step(self, proposal):
        return within(proposal["value"], "step", 0, self.last())

    # ---- Mathematics: the engine's own, with which graph.js is compared

    def last(self) -> int:
        """Return the number of steps: one forward for each result, one to begin, as many back."""
        return 2 * sum(bool(node["parents"]) for node in self.graph["nodes"]) + 1

    def calculated(self, change: float = 0.0) -> list[Value] | None:
        """Return the nodes as values of the engine, the chosen one changed.

        ``None`` where the calculation has no result, such as at the logarithm of a negative number.
        """
        made, chosen = [], self._chosen(self.leaf)
        try:
            for i, node in enumerate(self.graph["nodes"]):
                parents = [made[parent] for parent in node["parents"]]
                start = node["data"] + (change if i == chosen else 0)
                made.append(_step(node, parents) if parents else Value(start))
        except UNDEFINED:
            return None
        numbers = (number for value in made for number in _remembered(value))
        return made if all(map(isfinite, numbers)) else None

    def values(self, change: float | None = None) -> list[float] | None:
        """Return the number of each node, at the change that is shown or at another one."""
        made = self.calculated(self.change if change is None else change)
        return made and [value.data for value in made]

    def slopes(self) -> list[float]:
        """Return how fast the result grows with each node, where nothing is changed."""
        made = self.calculated()
        found = autograd.slopes(made[-1])
        return [found[value] for value in made]

    def passed(self) -> list[float]:
        """Return what each arrow brings back to its parent, the arrows of each node in turn."""
        found = autograd.slopes((made := self.calculated())[-1])
        return [found[value] * slope for value in made for _, slope in value.parents]

    def _chosen(self, leaf):
        return [node["name"] for node in self.graph["nodes"]].index(leaf)

    # ---- The still picture

    def still(self) -> str:
        """Return the graph with its values, and with its slopes once they have run back."""
        text = f"{self.question} "
        if self._is_back():
            slope = brief(self.slopes()[self._chosen(self.leaf)])
            text += TELLS.format(
                result=self.graph["nodes"][-1]["name"], leaf=self.leaf, slope=slope
            )
            text += " "
        text += (
            "The values run from the top to the bottom, the slopes back. This picture is still; "
            "with JavaScript, or in Jupyter, you run it and change its numbers."
        )
        return f'<div style="display:flex">{self.picture()}</div><p>{text}</p>'

    def picture(self) -> str:
        """Return the graph as SVG."""
        graph, values = self.graph, self.values() or self.values(0.0)
        width, height = graph["width"], graph["height"]
        pieces = [_drawn_arrow(arrow) for arrow in graph["arrows"]]
        pieces += map(self._drawn_node, graph["nodes"], graph["places"], values)
        if self._is_back():
            pieces += map(_drawn_label, graph["arrows"], self.passed())
            pieces += map(self._drawn_slope, graph["places"], self.slopes())
        title = "A graph: boxes with numbers, from the top to the bottom, joined by arrows"
        return (
            f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            f' style="flex:0 1 {width}px;max-width:100%;height:auto" font-size="12"'
            f' fill="{page_colour("ink")}"><title>{escape(title)}</title>{"".join(pieces)}</svg>'
        )

    def _is_back(self):
        return self.step == self.last()

    def _drawn_node(self, node, place, value):
        (x, y), (wide, high) = place, self.graph["box"]
        left, top = x - wide / 2, y - high / 2
        return (
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide}" height="{high}" rx="6"'
            f' fill="{page_colour("paper")}" stroke="{page_colour("muted")}"/>'
            f'<text x="{x}" y="{y - 4}" text-anchor="middle">{escape(node["head"])}</text>'
            f'<text x="{x}" y="{y + 14}" text-anchor="middle" font-size="14" font-weight="600">'
            f"{brief(value)}</text>"
        )

    def _drawn_slope(self, place, slope):
        x, y = place[0] + self.graph["box"][0] / 2 + 6, place[1]
        colour = page_colour("fit")
        return (
            f'<text x="{x:.1f}" y="{y - 4}" fill="{colour}">slope</text>'
            f'<text x="{x:.1f}" y="{y + 13}" fill="{colour}" font-size="14" font-weight="600">'
            f"{brief(slope)}</text>"
        )


def _drawn_arrow(arrow):
    colour = page_colour("data")
    return (
        f'<path d="{arrow["path"]}" fill="none" stroke="{colour}" stroke-width="1.3"/>'
        f'<polygon points="{arrow["heads"][0]}" fill="{colour}"/>'
    )


def _drawn_label(arrow, passed):
    x, y, anchor = arrow["label"]
    at = f'x="{x}" y="{y}" text-anchor="{anchor}"'
    return f'<text {at} fill="{page_colour("fit")}">{brief(passed)}</text>'


# ---- From the engine's objects to a graph


def _example() -> tuple[Value, dict[str, Value]]:
    """Return the square of one residual, the third point's of Chapter 3, and all its names."""
    w, x, b, y = Value(1), Value(3), Value(0), Value(6)
    p = w * x
    y_hat = p + b
    r = y_hat - y
    s = r * r
    return s, {"w": w, "x": x, "b": b, "y": y, "p": p, "ŷ": y_hat, "r": r, "s": s}


def _read(result: Value, named: Mapping[str, Value]) -> dict[str, Any]:
    """Return the nodes of a graph and where they stand, as plain numbers and words."""
    values = _in_order(result)
    names = _named(values, named)
    position = {value: i for i, value in enumerate(values)}
    nodes = []
    for value, name in zip(values, names, strict=True):
        parents = [position[parent] for parent, _ in value.parents]
        node = {"name": name, "head": name, "parents": parents, "data": _number(value)}
        if parents:
            node |= _operation(value)
            texts = [_operand(nodes[parent]) for parent in parents]
            node["head"] = f"{name} = {node['form'].format(*texts)}"
        elif name != CONSTANT:
            node["reach"] = _reach(node["data"])
        nodes.append(node)
    heads, parents = ([node[key] for node in nodes] for key in ("head", "parents"))
    return {"nodes": nodes, **layout(heads, parents)}


def _in_order(result):
    """Return the result and all that it was made from, each node after its parents."""
    if not getattr(result, "parents", ()):
        raise LabError(
            f"{result!r} was made by no step: pass the result of a calculation with values of "
            "linreg.autograd, such as w * x + b"
        )
    count = len(autograd.history(result))
    if count > MOST_NODES:
        raise LabError(
            f"the graph has {count} nodes, and the picture takes {MOST_NODES}: draw the loss of "
            "one row, or a part of it such as one residual"
        )
    done = {}

    def visit(value):
        for parent, _ in value.parents:
            if parent not in done:
                visit(parent)
        done[value] = None

    visit(result)
    return list(done)


def _named(values, named):
    """Return the name of each value: the one given, a constant's, or one of our own."""
    names = {value: name for name, value in named.items()}
    for value, name in names.items():
        if value not in values:
            raise LabError(f"{name} is not in the graph: the result was not made from it")
    if CONSTANT in named:
        raise LabError(f"a number without a name is called {CONSTANT}: give another name")
    any_leaf = any(value in names for value in values if not value.parents)
    leaves, steps = 0, 0
    found = []
    for value in values:
        own = "result" if value is values[-1] else f"v{steps + 1}"
        if not value.parents:
            own = CONSTANT if any_leaf else f"a{leaves + 1}"
        leaves += not value.parents
        steps += bool(value.parents)
        found.append(names.get(value, own))
    return found


def _number(value):
    """Return the number of a value as a float, or raise for one that no picture shows."""
    for number in _remembered(value):
        if not isfinite(number):
            raise LabError(f"a number of the graph is {number}: start from other numbers")
    return float(value.data)


def _remembered(value):
    """Return the number of a value, and its slope in each of its parents."""
    return [value.data, *(slope for _, slope in value.parents)]


def _operation(value: Value) -> dict[str, Any]:
    """Return the step that made a value, found by trying: a value remembers its slopes alone."""
    data = [parent.data for parent, _ in value.parents]
    remembered = _remembered(value)
    for name, (form, operation) in (PAIRS if len(data) == 2 else SINGLES).items():
        if _tried(operation, data) == remembered:
            return {"op": name, "form": form}
    if len(data) == 1 and (exponent := _exponent(*data, *remembered)) is not None:
        whole = exponent == round(exponent)
        raised = superscript(round(exponent)) if whole else f"^{exponent:g}"
        return {"op": "power", "form": f"{{0}}{raised}", "exponent": exponent}
    raise LabError(
        f"no step of linreg.autograd leads from {' and '.join(map(str, data))} to {value.data} "
        "with these slopes: compute the result anew after a change of data, and take no 0 to a "
        "power"
    )


def _tried(operation, data):
    """Return what a step makes of numbers, with its slopes; nothing where it is not defined."""
    try:
        made = operation(*data)
    except UNDEFINED:
        return None
    return _remembered(made)


def _exponent(base, result, slope):
    """Return the exponent of a power, or ``None``: the slope is exponent * result / base."""
    if not result:
        return None
    exponent = round(float(slope * base / result), 6)
    found = _tried(lambda a: autograd.power(a, exponent), [float(base)])
    near = found and all(map(isclose, found, (result, slope)))
    return exponent if near else None


def _step(node: Mapping[str, Any], parents: Sequence[Value]) -> Value:
    """Return what a step makes of values of the engine."""
    if node["op"] == "power":
        return autograd.power(*parents, node["exponent"])
    _, operation = {**PAIRS, **SINGLES}[node["op"]]
    return operation(*parents)


def _operand(node):
    """Return a node as a formula names it: a constant by its number."""
    if node["name"] != CONSTANT:
        return node["name"]
    text = brief(node["data"])
    return f"({text})" if text.startswith("−") else text


def _choices(graph):
    """Yield the names of the numbers that a hand may change."""
    return (
        node["name"] for node in graph["nodes"] if not node["parents"] and node["name"] != CONSTANT
    )


def _reach(data):
    """Return by how much a number may be changed: 1, or the largest power of ten in it."""
    return 10.0 ** max(0, floor(log10(abs(data) or 1)))
